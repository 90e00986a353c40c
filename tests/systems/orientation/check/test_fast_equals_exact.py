"""The database and the exact judge say the same of every file: a row it calls right is right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.systems.orientation.check.spoilt_files import PROPERTY, TEXTS, mutated_json, mutated_tables
from tests.systems.orientation.check.strange_files import STRANGE, Strange
from tests.systems.orientation.rows import (
    EXACT,
    FAST,
    LATEST,
    VERSIONS,
    check_bytes,
    csv_bytes,
    header,
    json_bytes,
    nested,
    protocol,
    right,
)

BASES = [
    {},
    {"tiredness": "true"},
    {"tiredness": "true", "tiredness_details": "true", "cough": "true"},
    {"temperature_cat": "sup_39", "cough": "true", "imc": "30.0"},
    {"age_range": "inf_15", "pregnant": "888", "heart_disease": "999"},
    {"breathlessness": "true"},
]


def assert_same(folder: Path, data: bytes) -> None:
    exact, fast = (check_bytes(folder, data, small) for small in (EXACT, FAST))
    assert fast.whole == exact.whole
    assert fast.body == exact.body


@pytest.mark.parametrize("strange", STRANGE, ids=[strange.name for strange in STRANGE])
def test_on_files_as_they_come(tmp_path: Path, strange: Strange) -> None:
    assert_same(tmp_path, strange.data)


@pytest.mark.parametrize("version", VERSIONS)
def test_on_every_odd_text_in_every_column(tmp_path: Path, version: str) -> None:
    rows = []
    for base in BASES:
        given_ = {"fever": "1", **base} if version == VERSIONS[0] and "temperature_cat" in base else base
        known = protocol(version).question
        row = right(version, **{k: v for k, v in given_.items() if k in known})
        rows += [{**row, column: text} for column in row for text in TEXTS]
    assert_same(tmp_path, csv_bytes(rows, header(version)))


def test_on_every_pair_of_blanks(tmp_path: Path) -> None:
    rows = [
        {**right(VERSIONS[0], **base), first: "", second: ""}
        for base in ({}, {"fever": "1", "tiredness": "true"}, {"age_range": "inf_15"})
        for first in header(VERSIONS[0])
        for second in header(VERSIONS[0])
    ]
    assert_same(tmp_path, csv_bytes(rows))


@pytest.mark.parametrize("shape", ["flat", "nested", "wrapped"])
def test_on_every_odd_value_in_json(tmp_path: Path, shape: str) -> None:
    raws = [
        *map(json.dumps, TEXTS[:60]),
        *(text for text in TEXTS if text),
        "{}",
        "[]",
        "[1]",
        '{"a": 1}',
        '"\\u0031"',
    ]
    rows = []
    for version in (VERSIONS[0], LATEST):
        cells = right(version, cough="true")
        body = cells if shape == "flat" else nested(cells, wrapped=shape == "wrapped")
        text = json.dumps(body)
        for column in (
            "algo_version",
            "date",
            "duration",
            "imc",
            "cough",
            "pregnant",
            "fever_algo",
            "postal_code",
        ):
            before, _, after = text.partition(f'"{column}": ')
            rest = after[len(json.dumps(json.JSONDecoder().raw_decode(after)[0])) :]
            rows += [text, *(f'{before}"{column}": {raw}{rest}' for raw in raws)]
    assert_same(tmp_path, json_bytes(rows))


@settings(PROPERTY, max_examples=80)
@given(data=mutated_tables())
def test_on_spoilt_tables(tmp_path: Path, data: bytes) -> None:
    assert_same(tmp_path, data)


@settings(PROPERTY, max_examples=50)
@given(data=mutated_json())
def test_on_spoilt_json(tmp_path: Path, data: bytes) -> None:
    assert_same(tmp_path, data)


def test_a_database_that_sees_other_lines_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it says, every line is then judged exactly: nothing is lost, and nobody meets a traceback."""
    from vigie.systems.orientation.check.fast import Lines, Tally
    from vigie.systems.orientation.check.run import Options, check
    from vigie.systems.orientation.generate import Generator

    file = tmp_path / "rows.csv"
    generator = Generator("2020-06-09", 1)
    file.write_text("\n".join([",".join(generator.header), *(row for row, _ in generator.rows(50))]) + "\n\n")
    monkeypatch.setattr(Lines, "tally", lambda self, path, *, quotes: Tally(lines=7))
    summary = check(file, Options(small=0))
    assert (summary.judged, summary.right, summary.set_aside) == (50, 50, 1)
