"""`--corrected`: the file put right, everything else as it came, and no row lost between the two files."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.systems.orientation.check.spoilt_files import PROPERTY, mutated_json, mutated_tables
from tests.systems.orientation.check.strange_files import STRANGE, A, B, C, H, Strange, lines
from tests.systems.orientation.rows import (
    EXACT,
    FAST,
    LATEST,
    UUID,
    VERSIONS,
    Checked,
    check_file,
    csv_bytes,
    generated,
    header,
    json_bytes,
    line,
    nested,
    right,
    zipped,
)
from vigie.systems.orientation.check import jsontext
from vigie.systems.orientation.check.corrected import aside_path
from vigie.systems.orientation.generate import Generator

csv.field_size_limit(1 << 30)  # some lines are long on purpose

BOTH = pytest.mark.parametrize("small", [EXACT, FAST], ids=["exact", "fast"])


def corrected(folder: Path, data: bytes, small: int = EXACT) -> tuple[Checked, bytes, list[list[str]]]:
    """What the check says, the corrected file, and the rows kept aside."""
    source, target = folder / "in.csv", folder / "out.csv"
    source.write_bytes(data)
    checked = check_file(source, small, target)
    if checked.summary.exit_code == 2:
        assert not target.exists() and not aside_path(target).exists()
        return checked, b"", []
    with aside_path(target).open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        names, *aside = csv.reader(file)
    assert names == ["line", "codes", "content"]
    assert len(aside) == checked.summary.kept_aside
    assert sorted(path.name for path in folder.iterdir()) == ["in.csv", "out.aside.csv", "out.csv"]
    return checked, target.read_bytes(), aside


def again(folder: Path, data: bytes) -> Checked:
    path = folder / "again"
    path.write_bytes(data)
    checked = check_file(path)
    path.unlink()
    return checked


FIXED = [
    ({"orientation": "SAMU"}, {"orientation": "surveillance"}),
    ({"orientation": ""}, {"orientation": "surveillance"}),
    ({"orientation": "rubbish"}, {"orientation": "surveillance"}),
    ({"orientation": "orientation_surveillance"}, {"orientation": "surveillance"}),
    ({"orientation": "home_surveillance"}, {"orientation": "surveillance"}),
    ({"fever_algo": "true"}, {"fever_algo": "false"}),
    ({"fever_algo": ""}, {"fever_algo": "false"}),
    ({"fever_algo": "rubbish"}, {"fever_algo": "false"}),
    ({"fever_algo": "TRUE"}, {"fever_algo": "false"}),
    ({"cough": " False"}, {"cough": "false"}),
    ({"imc": "22,5"}, {"imc": "22.5"}),
    ({"tiredness_details": "true"}, {"tiredness_details": "false"}),
    ({"id": UUID.upper()}, {"id": UUID}),
    (
        {"cough": "FALSE", "fever_algo": "1", "orientation": "SAMU"},
        {"fever_algo": "false", "orientation": "surveillance", "cough": "false"},
    ),
    ({"orientation": "SAMU", "postal_code": "1350"}, {"orientation": "surveillance", "postal_code": "1350"}),
]
ASIDE = [
    {"cough": ""},
    {"cough": "maybe", "orientation": "SAMU"},
    {"age_range": "sup_70"},
    {"imc": "82"},
    {"date": "hier"},
    {"duration": "-1"},
    {"algo_version": "2020-04-25"},
    {"id": "42"},
]


class TestOneRow:
    @BOTH
    def test_what_follows_from_the_rest_is_put_right(self, tmp_path: Path, small: int) -> None:
        rows = [{**right(), **change} for change, _ in FIXED]
        checked, out, aside = corrected(tmp_path, csv_bytes(rows), small)
        assert (checked.summary.judged, checked.summary.kept_aside) == (len(FIXED), 0)
        assert out == csv_bytes([{**right(), **fixed} for _, fixed in FIXED])
        assert aside == []
        assert again(tmp_path, out).summary.exit_code == 0

    @BOTH
    def test_what_only_a_person_knows_is_kept_aside(self, tmp_path: Path, small: int) -> None:
        rows = [{**right(), **change} for change in ASIDE]
        _, out, aside = corrected(tmp_path, csv_bytes([right(), *rows, right()]), small)
        assert out == csv_bytes([right(), right()])
        assert [(int(n), content) for n, _, content in aside] == [
            (n, line(row)) for n, row in enumerate(rows, 3)
        ]
        assert [codes for _, codes, _ in aside] == [
            "missing-value",
            "invalid-value",
            "other-version-value",
            "out-of-range",
            "invalid-timestamp",
            "invalid-value",
            "unknown-version",
            "invalid-uuid",
        ]

    def test_under_15_a_calculation_that_cannot_be_done_is_not_invented(self, tmp_path: Path) -> None:
        blank = right(age_range="inf_15") | {"temperature_cat": "", "fever_algo": "rubbish"}
        _, out, aside = corrected(tmp_path, csv_bytes([blank]))
        assert out == (H + "\n").encode()
        assert [codes for _, codes, _ in aside] == ["invalid-value"]

    def test_without_a_required_column_every_row_is_kept_aside(self, tmp_path: Path) -> None:
        row = {k: v for k, v in right().items() if k != "cough"}
        _, out, aside = corrected(tmp_path, csv_bytes([row, row]))
        assert out.count(b"\n") == 1 and len(aside) == 2

    def test_only_the_cells_that_are_wrong_change(self, tmp_path: Path) -> None:
        data = lines(f"{H},note", f'{line({**right(), "orientation": "SAMU"})},"a ""b"", c"')
        _, out, _ = corrected(tmp_path, data)
        assert out == data.replace(b"SAMU", b"surveillance")

    def test_the_first_of_duplicated_columns_is_the_one_put_right(self, tmp_path: Path) -> None:
        data = lines(f"{H},orientation", f"{line({**right(), 'orientation': 'SAMU'})},SAMU")
        _, out, _ = corrected(tmp_path, data)
        assert out == data.replace(b"SAMU", b"surveillance", 1)


class TestWhatIsNotJudged:
    @BOTH
    def test_every_record_goes_to_one_of_the_two_files(self, tmp_path: Path, small: int) -> None:
        generator = Generator(LATEST, 5, 0.5)
        rows = [row for row, _ in generator.rows(400)]
        checked, out, aside = corrected(tmp_path, csv_bytes(rows), small)
        kept = out.decode().splitlines()[1:]
        assert len(kept) + len(aside) == checked.summary.rows == 400
        second = again(tmp_path, out)
        assert (second.summary.exit_code, second.summary.rows) == (0, len(kept))
        # Right rows are untouched, in their order.
        wrong = {finding.line for finding in checked.findings}
        untouched = [row for n, row in enumerate(rows, 2) if n not in wrong]
        assert [row for row in kept if row in set(untouched)] == untouched

    def test_blank_stray_and_ragged_lines_are_kept_as_they_came(self, tmp_path: Path) -> None:
        stray = line({**right(), "postal_code": '"75019'})
        data = lines(H, A, "", stray, "a,b", B)
        _, out, aside = corrected(tmp_path, data)
        assert out == lines(H, A, B)
        assert aside == [["3", "blank-line", ""], ["4", "stray-quote", stray], ["5", "ragged-row", "a,b"]]

    def test_what_is_kept_aside_keeps_its_bytes(self, tmp_path: Path) -> None:
        data = lines(f"{H},note", f"{A},é") + b"\xff\x00,x\n"
        _, _, aside = corrected(tmp_path, data)
        assert aside[0][2].encode("utf-8", "surrogateescape") == b"\xff\x00,x"

    @BOTH
    def test_quoted_newlines(self, tmp_path: Path, small: int) -> None:
        wrong = line({**right(), "orientation": "SAMU"})
        data = lines(
            f"{H},note", f'{A},"one\n\ntwo"', f'{wrong},"x\ny"', f'{line({**right(), "cough": ""})},"u\nv"'
        )
        _, out, aside = corrected(tmp_path, data, small)
        assert out == lines(f"{H},note", f'{A},"one\n\ntwo"', f'{line(right())},"x\ny"')
        assert aside == [["7", "missing-value", line({**right(), "cough": ""}) + ',"u\nv"']]


class TestEncodings:
    def test_latin_1_stays_latin_1(self, tmp_path: Path) -> None:
        data = b"".join(
            [
                (H + ",prénom\n").encode("latin-1"),
                (line({**right(), "orientation": "SAMU"}) + ",Zoé €\n").encode("cp1252"),
                line({**right(), "orientation": "SAMU"}).encode() + b",\x81\x8d\x8f\x90\x9d\xe9\n",
            ]
        )
        checked, out, _ = corrected(tmp_path, data)
        assert checked.summary.encoding == "latin-1"
        assert out == data.replace(b"SAMU", b"surveillance")

    def test_a_replacement_character_stays(self, tmp_path: Path) -> None:
        data = lines(f"{H},note", f"{line({**right(), 'orientation': 'SAMU'})},\ufffd")
        assert corrected(tmp_path, data)[1] == data.replace(b"SAMU", b"surveillance")

    @pytest.mark.parametrize("delimiter", [";", "\t", "|"])
    def test_the_delimiter_stays(self, tmp_path: Path, delimiter: str) -> None:
        rows = [right(), {**right(), "orientation": "SAMU", "imc": "22,0"}]
        data = "".join(delimiter.join(row) + "\n" for row in [header(), *(r.values() for r in rows)]).encode()
        out = corrected(tmp_path, data)[1]
        assert out == data.replace(b"SAMU", b"surveillance").replace(b"22,0", b"22.0")

    @BOTH
    def test_compressed_in_plain_out(self, tmp_path: Path, small: int) -> None:
        data = lines(H, A, line({**right(), "orientation": "SAMU"}))
        out = corrected(tmp_path, zipped(data), small)[1]
        assert out == data.replace(b"SAMU", b"surveillance")

    @pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
    def test_lines_end_with_a_line_feed(self, tmp_path: Path, end: str) -> None:
        assert corrected(tmp_path, lines(H, A, B, end=end))[1] == lines(H, A, B)


class TestJsonLines:
    @BOTH
    @pytest.mark.parametrize("shape", ["flat", "nested", "wrapped"])
    def test_each_shape(self, tmp_path: Path, shape: str, small: int) -> None:
        def body(cells: dict[str, str]) -> object:
            return cells if shape == "flat" else nested(cells, wrapped=shape == "wrapped")

        rows = [
            right(),
            {**right(), "orientation": "SAMU", "fever_algo": "true"},
            {**right(), "cough": "maybe"},
        ]
        _, out, aside = corrected(tmp_path, json_bytes([body(row) for row in rows]), small)
        assert [json.loads(text) for text in out.splitlines()] == [body(right()), body(right())]
        assert [(n, codes) for n, codes, _ in aside] == [("3", "invalid-value")]
        assert again(tmp_path, out).summary.exit_code == 0

    @pytest.mark.parametrize("shape", ["flat", "nested", "wrapped"])
    def test_what_is_not_there_is_added_where_it_belongs(self, tmp_path: Path, shape: str) -> None:
        if shape == "flat":
            before: dict[str, object] = {k: v for k, v in right().items() if not k.endswith("_algo")}
            del before["orientation"]
        else:
            before = nested(right(), wrapped=False)
            del before["calculations"], before["metadata"]["orientation"]  # type: ignore[attr-defined]
            before = {"questionnaire": before} if shape == "wrapped" else before
        _, out, aside = corrected(tmp_path, json_bytes([before]))
        assert aside == []
        assert again(tmp_path, out).told == []
        after = json.loads(out)
        if shape != "flat":
            inner = after["questionnaire"] if shape == "wrapped" else after
            assert inner["calculations"]["fever_algo"] is False
            assert inner["metadata"]["orientation"] == "surveillance"

    def test_everything_else_stays_character_by_character(self, tmp_path: Path) -> None:
        odd = (
            r'"n": 1.10, "big": '
            + "1" * 5_000
            + r', "e": 1e400,  "s" :"\u00e9\ud800\/é", "l":[1.0 , {"cough": 1}], "nan": NaN'
        )
        text = json.dumps({**right(), "orientation": "SAMU"})[:-1] + f", {odd} }}"
        _, out, _ = corrected(tmp_path, json_bytes([text]))
        assert out.decode() == text.replace("SAMU", "surveillance") + "\n"

    @pytest.mark.parametrize(
        ("raw", "column", "after"),
        [
            ("true", "fever_algo", "false"),
            ("1", "fever_algo", "false"),
            ("null", "fever_algo", "false"),
            ('"TRUE"', "fever_algo", '"false"'),
            ('"22,5"', "imc", '"22.5"'),
            ("null", "orientation", '"surveillance"'),
            ("7", "orientation", '"surveillance"'),
            ("{}", "orientation", '"surveillance"'),
            ("[[1]]", "orientation", '"surveillance"'),
        ],
    )
    def test_a_value_keeps_its_type(self, tmp_path: Path, raw: str, column: str, after: str) -> None:
        text = json.dumps(right())
        value = json.dumps(right()[column])
        data = text.replace(f'"{column}": {value}', f'"{column}": {raw}')
        _, out, _ = corrected(tmp_path, json_bytes([data]))
        assert out.decode().strip() == text.replace(f'"{column}": {value}', f'"{column}": {after}')

    def test_a_line_of_another_shape_is_put_right_where_it_stands(self, tmp_path: Path) -> None:
        wrong = {**right(), "orientation": "SAMU"}
        shapes = [
            lambda row: row,
            lambda row: {"questionnaire": row},
            lambda row: nested(row, wrapped=False),
            lambda row: nested(row, wrapped=True),
        ]
        for first in shapes:
            _, out, _ = corrected(tmp_path, json_bytes([first(right()), *(shape(wrong) for shape in shapes)]))
            expected = [first(right()), *(shape(right()) for shape in shapes)]
            assert [json.loads(text) for text in out.splitlines()] == expected

    def test_latin_1(self, tmp_path: Path) -> None:
        data = json_bytes([{**right(), "orientation": "SAMU", "note": "é"}]).decode().encode("latin-1")
        assert corrected(tmp_path, data)[1] == data.replace(b"SAMU", b"surveillance")


BODIES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


class TestJsonText:
    """The places of values in a line of JSON."""

    @pytest.mark.parametrize(
        ("text", "path", "after"),
        [
            ('{"a": 1}', ("a",), '{"a": X}'),
            ('{"a": 1}', ("b",), '{"b": X, "a": 1}'),
            ("{}", ("b",), '{"b": X}'),
            ("{ }", ("b", "c"), '{"b": {"c": X} }'),
            ('{"a": {"b": 1}}', ("a", "b"), '{"a": {"b": X}}'),
            ('{"a": {"b": 1}}', ("b",), '{"b": X, "a": {"b": 1}}'),
            ('{"a": null}', ("a", "b"), '{"a": {"b": X}}'),
            ('{"a": [1, {"b": 1}], "b": [2]}', ("b",), '{"a": [1, {"b": 1}], "b": X}'),
            ('{"a": "b\\": {,", "b": ""}', ("b",), '{"a": "b\\": {,", "b": X}'),
            ('{"a": 1, "a": 2}', ("a",), '{"a": X, "a": 2}'),
            ('{"\\u0061": 1}', ("a",), '{"\\u0061": X}'),
            ('{"a":-1.5e3,"b":true}', ("a",), '{"a":X,"b":true}'),
            ('{"a":[],"b":[[],[{}]],"c":{}}', ("c",), '{"a":[],"b":[[],[{}]],"c":X}'),
        ],
    )
    def test_put(self, text: str, path: tuple[str, ...], after: str) -> None:
        assert jsontext.put(text, path, "X") == after

    @settings(PROPERTY, max_examples=150)
    @given(BODIES, st.booleans())
    def test_spans_are_those_of_the_values(self, body: object, ascii_: bool) -> None:
        text = json.dumps(body, ensure_ascii=ascii_)
        for path, (start, end) in jsontext.spans(text).items():
            value = body
            for key in path:
                assert isinstance(value, dict)
                value = value[key]
            assert json.loads(text[start:end]) == value


class TestParquet:
    def test_becomes_csv(self, tmp_path: Path) -> None:
        import duckdb

        rows = [right(), {**right(), "orientation": "SAMU"}, {**right(), "cough": "maybe"}]
        with (tmp_path / "rows.csv").open("w", newline="") as file:
            written = csv.writer(file)
            written.writerow([*header(), "note"])
            for row, note in zip(rows, ["a", 'b, "c"', "d"], strict=True):
                written.writerow([*row.values(), note])
        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (FROM read_csv('{tmp_path}/rows.csv', all_varchar=true)) TO '{tmp_path}/rows.parquet'"
            )
        checked = check_file(tmp_path / "rows.parquet", corrected=tmp_path / "out.csv")
        with (tmp_path / "out.csv").open(newline="") as file:
            names, *kept = csv.reader(file)
        assert names == [*header(), "note"]
        assert kept == [[*right().values(), "a"], [*right().values(), 'b, "c"']]
        assert checked.summary.kept_aside == 1
        assert check_file(tmp_path / "out.csv").summary.exit_code == 0
        with (tmp_path / "out.aside.csv").open(newline="") as file:
            assert [row[:2] for row in csv.reader(file)][1:] == [["3", "invalid-value"]]


def assert_corrected(folder: Path, data: bytes) -> None:
    """What holds of every file: two files out, nothing lost, right at once and for good."""
    for path in folder.iterdir():
        path.unlink()
    checked, out, aside = corrected(folder, data)
    if checked.summary.exit_code == 2:
        return
    second = again(folder, out)
    assert second.summary.rows == checked.summary.rows - len(aside)
    if not out:
        assert checked.summary.format == "jsonl"  # it has no header, and no line of it could be kept
        return
    # A column written twice is a fault of the whole file, which no row can mend.
    assert {f.code for f in second.findings if f.severity == "error"} <= {"duplicate-column"}
    for path in folder.iterdir():
        path.unlink()
    _, same, rest = corrected(folder, out)
    assert (same, rest) == (out, [])


@pytest.mark.parametrize("strange", STRANGE, ids=[strange.name for strange in STRANGE])
def test_strange_files(tmp_path: Path, strange: Strange) -> None:
    assert_corrected(tmp_path, strange.data)


@settings(PROPERTY, max_examples=150)
@given(data=mutated_tables() | mutated_json())
def test_spoilt_files(tmp_path: Path, data: bytes) -> None:
    assert_corrected(tmp_path, data)


@pytest.mark.parametrize("version", VERSIONS)
def test_correcting_generated_faults(tmp_path: Path, version: str) -> None:
    rows = [row for row, _ in Generator(version, 9, 1.0).rows(150)]
    assert_corrected(tmp_path, csv_bytes(rows, header(version)))


def test_nothing_bears_the_final_name_when_the_run_is_killed(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    wrong = [row.replace("surveillance", "sùrveillance", 1) for row in generated(LATEST, 2_000)]
    source.write_bytes(csv_bytes(wrong * 40))
    target, findings = tmp_path / "out.csv", tmp_path / "findings.csv"
    command = [sys.executable, "-m", "vigie", "orientation", "check", str(source)]
    with subprocess.Popen(
        [*command, "--corrected", str(target), "--findings", str(findings)], stdout=subprocess.DEVNULL
    ) as run:
        unfinished = tmp_path / "out.csv.unfinished"
        deadline = time.monotonic() + 30
        while not (unfinished.exists() and unfinished.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.01)
        run.kill()
    assert run.returncode == -signal.SIGKILL
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"in.csv"} | {
        f"{name}.unfinished" for name in ("out.csv", "out.aside.csv", "findings.csv")
    }


def test_nothing_is_left_after_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("vigie.systems.orientation.check.judge.Judge.judge", fail)
    (tmp_path / "in.csv").write_bytes(lines(H, A, C))
    with pytest.raises(MemoryError):
        check_file(tmp_path / "in.csv", corrected=tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
