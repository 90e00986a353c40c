"""A protocol file that cannot be used: where it is wrong, and what is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.rules import expressions, library, types
from vigie.rules.errors import ExpressionError, ProtocolError
from vigie.rules.expressions import Scope
from vigie.rules.loader import load, loads

GOOD = """\
protocol: small
version: 2020-06-09
questions:
  - {id: cough, kind: boolean}
  - {id: answer, kind: choice, choices: [no, yes, on, 1.0]}
  - id: details
    kind: boolean
    asked: cough
    hidden: "false"
tallies:
  signs:
    - cough: cough
decision:
  - {clause: one, when: signs >= 1, outcome: high}
  - {clause: rest, when: true, outcome: low}
outcomes:
  - {id: high, code: high, urgency: 1}
  - {id: low, code: low, urgency: 2}
"""

WRONG = [
    # (what is replaced, by what, line, column, what is said)
    ("{id: cough, kind: boolean}", "{id: cough, kind: bool}", 4, 23, "boolean, number, text, choice"),
    ("{id: cough, kind: boolean}", "{id: Cough, kind: boolean}", 4, 10, "cannot be a name"),
    (
        "{id: cough, kind: boolean}",
        "{id: cough, kind: boolean, colour: red}",
        4,
        32,
        "'colour' is not known here",
    ),
    ("{id: cough, kind: boolean}", "{id: cough}", 4, 5, "the key 'kind' is missing"),
    ("{id: cough, kind: boolean}", "{id: cough, kind: boolean, kind: text}", 4, 32, "written twice"),
    ("id: details", "id: cough", 6, 9, "already the name of something else"),
    ("asked: cough", "asked: later", 8, 12, "'later' is not known here"),
    ('hidden: "false"', 'hidden: "maybe"', 9, 13, "expected one of true, false, 1, 0"),
    ("when: signs >= 1", "when: signs", 14, 25, "this is a count from 0 to 1"),
    ("when: signs >= 1", "when: 'sign >= 1'", 14, 26, "did you mean 'signs'?"),
    ("outcome: low}", "outcome: lower}", 15, 41, "'lower' is not among the outcomes"),
    ("clause: rest", "clause: one", 14, 3, "each with its own name"),
    ("urgency: 1", "urgency: first", 17, 37, "a whole number from 1 to 99 is expected"),
    ("{id: low,", "{id: none,", 18, 10, "cannot name an outcome"),
    (
        "- cough: cough",
        "- cough: cough\n      other: cough",
        12,
        7,
        "one `name: value` is expected for each dash",
    ),
    ("choices: [no, yes, on, 1.0]", "choices: [no, no]", 5, 46, "listed twice"),
    ("version: 2020-06-09", "version: [2020]", 2, 10, "a single value is expected here"),
]


@pytest.mark.parametrize(("old", "new", "line", "column", "says"), WRONG, ids=lambda v: str(v)[:40])
def test_an_error_names_its_place_and_what_was_expected(
    old: str, new: str, line: int, column: int, says: str
) -> None:
    with pytest.raises(ProtocolError) as caught:
        loads(GOOD.replace(old, new, 1).encode(), "small.yaml")
    assert says in caught.value.what
    assert (caught.value.mark.line, caught.value.mark.column) == (line, column), str(caught.value)
    assert str(caught.value).startswith(f"small.yaml:{line}:{column}: ")


def test_a_version_stays_a_version_and_no_stays_no() -> None:
    protocol = loads(GOOD.encode())
    assert protocol.version == "2020-06-09"
    assert protocol.question["answer"].choices == ("no", "yes", "on", "1.0")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"protocol: [", "this is not YAML"),
        (b"- a\n- b\n", "a mapping (key: value) is expected"),
        (b"protocol: caf\xe9\n", "not UTF-8"),
        (b"a: &x [1]\nb: *x\n", "alias"),
        (b"a: &x\n  b: *x\n", "alias"),
        (b"\t\tx: 1", "this is not YAML"),
        (b"x" * 2_000_001, "larger than"),
        (b"[" * 5_000, "nested"),
    ],
)
def test_what_is_no_protocol_at_all_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        loads(data, "bad.yaml")
    assert says in caught.value.what
    assert caught.value.mark.line >= 1


def test_a_file_that_is_not_there(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ProtocolError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    with pytest.raises(ProtocolError, match="no such protocol"):
        library.get("orientation/2020-04-25")


@pytest.mark.parametrize("ranges", ["0-14, b: 16-", "0-14, b: 15-20", "0-14", "1-14, b: 15-", "0-x, b: 15-"])
def test_ranges_leave_no_age_without_a_choice(ranges: str) -> None:
    question = f"{{id: age, kind: choice, choices: [a, b], ranges: {{a: {ranges}}}}}"
    with pytest.raises(ProtocolError):
        loads(f"protocol: p\nversion: 1\nquestions:\n  - {question}\n".encode())


SHIPPED = (library.SHIPPED / "orientation/2020-06-09/protocol.yaml").read_text(encoding="utf-8")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_spoilt_file_is_refused_or_read_and_never_worse(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(SHIPPED) - 1))
    length = data.draw(st.integers(0, 12))
    inserted = data.draw(st.text(max_size=6))
    text = SHIPPED[:start] + inserted + SHIPPED[start + length :]
    try:
        loads(text.encode("utf-8", errors="surrogatepass"), "spoilt.yaml")
    except ProtocolError as error:
        # A file without its last line's end has one line more than its line feeds.
        assert 1 <= error.mark.line <= text.count("\n") + text.count("\r") + 3


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40) | st.text("()[]{}'\"=<>!&|+-*/%.,: abcdxyz0123456789_", max_size=60))
def test_any_text_is_an_expression_or_is_refused(text: str) -> None:
    scope = Scope({"a": types.Boolean(), "b": types.Number(), "c": types.Choice(("x", "y"))})
    try:
        expressions.expression(text, scope)
    except ExpressionError as error:
        assert error.line >= 1 and error.column >= 1


@pytest.mark.parametrize(
    "text", ["(" * 300 + "a" + ")" * 300, "not " * 500 + "a", "a" * 4_001, " or ".join("a" * 900)]
)
def test_an_expression_too_deep_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        expressions.expression(text, Scope({"a": types.Boolean()}))
