"""The edges of the language: what it refuses, where it points, and that reading it runs nothing."""

from __future__ import annotations

import sys
from decimal import ROUND_HALF_UP, Decimal

import pytest

from vigie.rules import codec, expressions, library, nodes, printing, types
from vigie.rules.engines import python, reference
from vigie.rules.errors import AnswerError, ExpressionError, ProtocolError
from vigie.rules.expressions import Scope
from vigie.rules.loader import loads
from vigie.rules.protocol import Protocol

NAMES = {"a": types.Boolean(), "n": types.Number(), "c": types.Choice(('say "x"', "back\\slash", "it's"))}
SCOPE = Scope(NAMES)
FORMULAS = Scope(NAMES, arithmetic=True)


def protocol(*sections: str) -> Protocol:
    start = "protocol: p\nversion: 1\nscales: {s: [x, y, z]}\n"
    questions = "questions:\n  - {id: a, kind: boolean}\n  - {id: n, kind: number}\n"
    questions += "  - {id: g, kind: scale, scale: s}\n"
    return loads("".join([start, questions, *sections]).encode(), "p.yaml")


HOSTILE = [
    "__import__('os').system('true')",
    "a.__class__.__mro__",
    "(lambda: a)()",
    "[x for x in (1, 2)]",
    "{x: x for x in (1, 2)}",
    "(b := a)",
    'f"{a}"',
    "a if a else a",
    "print(a)",
    "answered(*a)",
    "answered(x=a)",
    "a[0]",
    "await a",
    "...",
    "None",
    "1j > n",
    "0x10 > n",
    "1_000 > n",
    "1e9999 > n",
    "n > -1",
    r'c == "\d"',
    "a\x00b",
    "(a\rand b)",
    "(a\r\nand\r b)",
    "é",
    "a and " + "(" * 250,
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:30])
def test_hostile_text_is_refused_at_a_place(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        expressions.expression(text, SCOPE)
    assert caught.value.line >= 1 and caught.value.column >= 1


def test_reading_an_expression_runs_nothing() -> None:
    events: list[str] = []
    watching = True
    # An audit hook stays for ever: it is told when to stop.
    sys.addaudithook(lambda event, _: events.append(event) if watching else None)
    for text in HOSTILE:
        with pytest.raises(ExpressionError):
            expressions.expression(text, Scope({}))
    watching = False
    assert not {"exec", "os.system", "subprocess.Popen", "import", "open"} & set(events), set(events)


@pytest.mark.parametrize("decimals", ["1.5", "True", '"2"', "7", "n"])
def test_rounding_takes_a_number_of_decimals_from_0_to_6(decimals: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        expressions.expression(f"round_half_up(n, {decimals})", FORMULAS)
    assert caught.value.column == 18


def test_rounding_is_for_computed_questions_only() -> None:
    with pytest.raises(ExpressionError, match="computed questions"):
        expressions.expression("round_half_up(n, 1) > 2", SCOPE)


def test_the_column_of_a_deeper_line_in_a_block() -> None:
    with pytest.raises(ProtocolError) as caught:
        protocol("derived:\n  - d: |\n      (a or\n         unknown)\n")
    assert str(caught.value) == "p.yaml:11:10: 'unknown' is not known here"


def test_codes_with_quotes_and_backslashes_are_printed_so_that_they_read_back() -> None:
    for code in NAMES["c"].codes:
        node = nodes.Compare("==", nodes.Name("c"), nodes.Literal(code))
        assert expressions.condition(printing.text_of(node), SCOPE) == node


def test_counts_inside_counts_have_a_limit() -> None:
    doubled = "".join(f"  t{i}: [{{x: t{i - 1} >= 1}}, {{y: t{i - 1} >= 1}}]\n" for i in range(1, 60))
    with pytest.raises(ProtocolError, match="too large"):
        protocol("tallies:\n  t0: [{x: a}]\n", doubled)


def test_compiled_python_takes_not_and_in_inside_tallies_and_alerts() -> None:
    # Python refuses := inside what a comprehension walks over: such protocols once failed to compile.
    made = protocol(
        "tallies: {t: [{x: not a}, {y: 'g in (1, 2)'}]}\n",
        "alerts: [{item: g, rule: LEVEL, severity: simple, when: 'g in (1, 2) and not a'}]\n",
    )
    answers = {"a": False, "g": 2}
    assert python.compiled_factors(made)(answers) == ("t:x", "t:y")
    assert python.compiled_alerts(made)(answers, {}, {}) == (0,)


REFUSED_SECTIONS = [
    ("scales: {s: []}\nquestions:\n  - {id: q, kind: scale, scale: s}\n", "at least one"),
    ("questions:\n  - {id: q, kind: choice, choices: []}\n", "at least one"),
    (
        "questions:\n  - {id: q, kind: boolean, reads: {oui: 'true'}}\n",
        "a question of kind boolean has no reads",
    ),
    (
        "questions:\n  - {id: q, kind: text, minimum: 1, maximum: 2}\n",
        "a question of kind text has no minimum",
    ),
    ("questions:\n  - {id: q, kind: number, choices: [x]}\n", "a question of kind number has no choices"),
    ("questions:\n  - {id: q, kind: number, minimum: 3, maximum: 2}\n", "below the minimum"),
    ("measures:\n  - {id: w, minimum: 3, maximum: 2, decimals: 0}\nquestions: []\n", "below the minimum"),
    ("questions:\n  - {id: class, kind: boolean}\n", "cannot be a name"),
    ("questions:\n  - {id: previous__q, kind: boolean}\n", "cannot be a name"),
    ("questions:\n  - {id: alert_0, kind: boolean}\n", "cannot be a name"),
    (
        "questions:\n  - {id: q, kind: text}\nexamples:\n  - {note: n, answers: {}, outcome: FIN9}\n",
        "'FIN9' is not among the outcomes",
    ),
]


@pytest.mark.parametrize(("sections", "says"), REFUSED_SECTIONS, ids=lambda text: text[-40:].strip())
def test_what_would_be_ignored_or_mean_nothing_is_refused(sections: str, says: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        loads(f"protocol: p\nversion: 1\n{sections}".encode())
    assert says in caught.value.what


@pytest.mark.parametrize("text", ["02", "٢", "+1", "1.0", "3", ""])
def test_a_grade_is_written_in_one_way(text: str) -> None:
    question = protocol().question["g"]
    assert codec.spellings(question) == ("0", "1", "2")
    with pytest.raises(AnswerError):
        codec.read(question, text)


@pytest.mark.parametrize("data", [b"[" * 200_000, b"- " * 200_000, b"{a: " * 200_000, b"? " * 200_000])
def test_deep_nesting_does_not_reach_the_parser_in_c(data: bytes) -> None:
    with pytest.raises(ProtocolError, match="nested more than"):
        loads(data)


def test_x13_the_bmi_is_rounded_half_up_exactly() -> None:
    imc = library.get("orientation/2020-06-09").question["imc"]
    for weight in (Decimal(n) / 10 for n in range(250, 4_001, 37)):
        for height in (Decimal(n) / 10 for n in range(1_000, 2_461, 13)):
            expected = (weight * 10_000 / height**2).quantize(Decimal("0.1"), ROUND_HALF_UP)
            if 10 <= expected <= 70:
                found = reference.compute(imc, {"weight": weight, "height": height})
                assert found == expected, (weight, height)


@pytest.mark.parametrize(("weight", "height", "imc"), [("119.8", "200", "30.0"), ("119.7", "200", "29.9")])
def test_x13_the_frontier_of_obesity(weight: str, height: str, imc: str) -> None:
    question = library.get("orientation/2020-06-09").question["imc"]
    measures = {"weight": Decimal(weight), "height": Decimal(height)}
    assert str(reference.compute(question, measures)) == imc
