"""Whatever the bytes, the check ends with an exit code of 0, 1 or 2, and every record is counted once."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.systems.orientation.check.spoilt_files import PROPERTY, mutated_json, mutated_tables
from tests.systems.orientation.check.strange_files import A, H
from tests.systems.orientation.rows import (
    EXACT,
    FAST,
    LATEST,
    VERSIONS,
    Checked,
    answers,
    check_bytes,
    json_bytes,
    nested,
    protocol,
    right,
    zipped,
    zstd,
)
from vigie.rules import texts
from vigie.rules.protocol import NO_OUTCOME
from vigie.systems.orientation import evaluate, terminal
from vigie.systems.orientation.check.output import findings_writer
from vigie.systems.orientation.check.records import join, split

WORDS = texts.load(f"orientation/{LATEST}")

FRAGMENTS = st.sampled_from(
    [
        b'"',
        b'""',
        b",",
        b";",
        b"\n",
        b"\r",
        b"\r\n",
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xef\xbb\xbf",
        b"{",
        b"}",
        b"[",
        b":",
        H.encode(),
        A.encode(),
        b"algo_version",
        LATEST.encode(),
        b"true",
        b"888",
        b"\x1f\x8b",
        b"\x28\xb5\x2f\xfd",
        b"PAR1",
        json_bytes([right()]),
        json_bytes([nested(right(), wrapped=True)]),
        b'"cough": ',
        b"\\u",
        b"\\ud800",
        b"1e400",
    ]
)
GARBAGE = st.lists(FRAGMENTS | st.binary(max_size=6), max_size=30).map(b"".join)


def assert_told(checked: Checked) -> None:
    """All that is printed and written of a check can be: check_file has already counted the rows."""
    for language in ("fr", "en"):
        assert "\n".join(terminal.render(checked.summary, language))
        for name in ("f.csv", "f.jsonl"):
            out = io.StringIO()
            write = findings_writer(Path(name), out, language)
            for finding in checked.findings:
                write(finding, "file")
            out.getvalue().encode()
    json.dumps(checked.body).encode()


@settings(PROPERTY, max_examples=250)
@given(data=st.binary(max_size=400) | GARBAGE)
@example(data=b"\r")
@example(data=b'algo_version\n"')
@example(data=b'"algo_version"x\n')
@example(data=b"algo_version,algo_version\n2020-06-09,\n")
@example(data=b"{}\n\xff")
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    assert_told(check_bytes(tmp_path, data))


@settings(PROPERTY, max_examples=250)
@given(garbage=GARBAGE, header=st.sampled_from([H, H.replace(",", ";"), "algo_version", "x,algo_version"]))
def test_a_header_then_any_bytes(tmp_path: Path, garbage: bytes, header: str) -> None:
    assert_told(check_bytes(tmp_path, header.encode() + b"\n" + garbage))


@settings(PROPERTY, max_examples=150)
@given(garbage=GARBAGE, wrapped=st.booleans())
def test_json_then_any_bytes(tmp_path: Path, garbage: bytes, wrapped: bool) -> None:
    assert_told(check_bytes(tmp_path, json_bytes([nested(right(), wrapped=wrapped)]) + garbage))


@settings(PROPERTY, max_examples=25)
@given(garbage=GARBAGE)
def test_the_database_meets_any_bytes(tmp_path: Path, garbage: bytes) -> None:
    assert_told(check_bytes(tmp_path, f"{H}\n{A}\n".encode() + garbage, FAST))


@settings(PROPERTY, max_examples=100)
@given(
    data=st.binary(max_size=60),
    pack=st.sampled_from([zipped, zstd]),
    at=st.integers(0, 80),
    bit=st.integers(0, 7),
)
def test_compressed_bytes_with_one_bit_changed(tmp_path: Path, data: bytes, pack, at: int, bit: int) -> None:
    packed = bytearray(pack(f"{H}\n".encode() + data))
    packed[at % len(packed)] ^= 1 << bit
    assert_told(check_bytes(tmp_path, bytes(packed)))


@settings(PROPERTY, max_examples=100)
@given(data=mutated_tables() | mutated_json())
def test_spoilt_files(tmp_path: Path, data: bytes) -> None:
    assert_told(check_bytes(tmp_path, data, EXACT))


@settings(PROPERTY, max_examples=300)
@given(cells=st.lists(st.text(st.sampled_from('ab",;\n\r')), min_size=1), delimiter=st.sampled_from(",;"))
def test_a_record_written_is_read_back(cells: list[str], delimiter: str) -> None:
    text = join(cells, delimiter)
    assert split(text, delimiter) == cells
    assert next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [""]) == cells


@settings(PROPERTY, max_examples=300)
@given(text=st.text(st.sampled_from('ab",'), max_size=12))
def test_a_record_is_split_as_a_strict_reader_does_or_refused(text: str) -> None:
    try:
        (strict,) = csv.reader([text], strict=True) if text else ([""],)
    except csv.Error:
        strict = None
    cells = split(text, ",")
    # A quote inside a value that does not start with one: the reader of Python takes it, we do not.
    assert cells == strict or (cells is None and strict is not None and '"' in text)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["true", "888", "NSP", "sup_39", "22.5", "170", 22.5, 10**400]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "questionnaire",
                    "symptoms",
                    "respondent",
                    "token",
                    "imc",
                    "weight",
                    "height",
                    "cough",
                    "fever",
                    "",
                    "x",
                ]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(PROPERTY, max_examples=300)
@given(body=JSON, version=st.sampled_from(VERSIONS))
def test_any_json_is_judged_or_refused(body: object, version: str) -> None:
    rules = protocol(version)
    try:
        read = evaluate.read_body(rules, body)
    except evaluate.RefusedAnswers as refused:
        assert refused.problems and all(str(problem) for problem in refused.problems)
        return
    json.dumps(evaluate.judge(rules, read, WORDS)).encode()


@settings(PROPERTY, max_examples=150)
@given(version=st.sampled_from(VERSIONS), data=st.data())
def test_any_part_of_the_answers_is_judged(version: str, data: st.DataObject) -> None:
    rules = protocol(version)
    body: dict[str, object] = {}
    for question in rules.questions:
        values = [*question.choices, *question.reads] or ["true", "false", True, False]
        if question.id == "imc":
            values = ["10", "29.9", "30", 30, "70"]
        if data.draw(st.booleans()):
            body[question.id] = data.draw(st.sampled_from(values))
    try:
        read = evaluate.read_body(rules, body)
    except evaluate.RefusedAnswers as refused:
        assert {problem.field for problem in refused.problems} <= {"tiredness_details", "temperature_cat"}
        return
    result = evaluate.judge(rules, read, texts.load(rules.full_name, "en"))
    assert result["fin"] != NO_OUTCOME
    assert (
        (result["outcome"] is None) == (result["title"] == "") == (result["path"] == [] or not result["fin"])
    )
    if not result["missing"]:
        assert result["outcome"]


def test_nesting_at_every_depth_is_no_trap(tmp_path: Path) -> None:
    # Reading, flattening and printing each have their own limit; between two of them lies the trap.
    bodies = ['{"a":' * depth + "1" + "}" * depth for depth in range(900, 1_100, 3)]
    bodies += [f'{{"cough": {"[" * depth}{"]" * depth}}}' for depth in range(900, 1_100, 3)]
    checked = check_bytes(tmp_path, json_bytes(bodies))
    assert checked.summary.set_aside == len(bodies)
    for depth in range(900, 1_000, 3):
        only = f'{{"algo_version": {"[" * depth}{"]" * depth}}}'
        assert check_bytes(tmp_path, json_bytes([only])).summary.set_aside == 1
    for depth in range(900, 1_000, 3):
        body: object = 1
        for _ in range(depth):
            body = {"symptoms": body}
        try:
            evaluate.read_body(protocol(LATEST), body)
        except evaluate.RefusedAnswers:
            continue
        raise AssertionError("such a body holds no answers")


def test_the_answers_of_these_tests_are_judged() -> None:
    read = evaluate.read_body(protocol(LATEST), answers(LATEST))
    assert evaluate.judge(protocol(LATEST), read, WORDS)["fin"] == "FIN8"
