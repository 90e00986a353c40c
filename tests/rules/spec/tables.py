"""The language of protocols as tables of cases: run on every engine, and printed as docs/language.md.

A case is an expression, answers, and the value it must have: true, false, or None for not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

QUESTIONS = """
scales:
  severity: [none, mild, moderate, severe, very_severe]
questions:
  - {id: cough, kind: boolean}
  - {id: pain, kind: boolean}
  - {id: smell, kind: boolean}
  - {id: age, kind: choice, choices: [young, adult, old]}
  - {id: temperature, kind: number, minimum: 30, maximum: 45, decimals: 2}
  - {id: dyspnea, kind: scale, scale: severity}
  - id: interference
    kind: scale
    scale: severity
    asked: dyspnea >= 1
    hidden: "0"
  - {id: message, kind: text}
tallies:
  signs:
    - cough: cough
    - pain: pain
    - smell: smell
"""


@dataclass(frozen=True)
class Case:
    """One line of a table. `previous` and `lowest` are what earlier entries said (alerts only)."""

    expression: str
    answers: Mapping[str, str]
    value: bool | None
    previous: Mapping[str, str] | None = None
    lowest: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Section:
    """A table with the words before it."""

    title: str
    text: str
    cases: tuple[Case, ...]


def yes(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "true")


def no(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "false")


SECTIONS = (
    Section(
        "Conditions",
        "`and`, `or` and `not` combine conditions. A missing answer makes a condition *not known*: it stays so "
        "only as long as the other answers do not settle it.",
        (
            Case("cough", yes("cough"), True),
            Case("not cough", yes("cough"), False),
            Case("cough and pain", {**yes("cough"), **no("pain")}, False),
            Case("cough and pain", no("pain"), False),
            Case("cough and pain", yes("pain"), None),
            Case("cough or pain", yes("pain"), True),
            Case("cough or pain", no("pain"), None),
            Case("not cough", {}, None),
            Case("implies(cough, pain)", no("cough"), True),
            Case("implies(cough, pain)", {**yes("cough"), **no("pain")}, False),
            Case("true", {}, True),
        ),
    ),
    Section(
        "Comparisons",
        "`==` and `!=` compare two values of one type; `<`, `<=`, `>`, `>=` compare numbers and grades; "
        "comparisons chain. Numbers are exact decimals of at most 15 digits, never rounded to be compared.",
        (
            Case('age == "old"', {"age": "old"}, True),
            Case('age != "old"', {"age": "adult"}, True),
            Case('age == "old"', {}, None),
            Case("temperature >= 39.0", {"temperature": "39.0"}, True),
            Case("temperature >= 39.0", {"temperature": "38.96"}, False),
            Case("37.8 <= temperature < 39", {"temperature": "38.5"}, True),
            Case("37.8 <= temperature < 39", {"temperature": "39"}, False),
            Case("dyspnea >= 3", {"dyspnea": "3"}, True),
            Case("dyspnea == 2", {"dyspnea": "3"}, False),
            Case("cough != pain", {**yes("cough"), **no("pain")}, True),
            Case("cough != pain", {**yes("cough"), **yes("pain")}, False),
        ),
    ),
    Section(
        "Lists",
        "`in` and `not in` look a value up in a list written out.",
        (
            Case('age in ("adult", "old")', {"age": "old"}, True),
            Case('age in ("adult", "old")', {"age": "young"}, False),
            Case('age not in ("adult", "old")', {"age": "young"}, True),
            Case('age in ("adult", "old")', {}, None),
            Case("dyspnea in (3, 4)", {"dyspnea": "4"}, True),
        ),
    ),
    Section(
        "Counts",
        "A tally is a named list of conditions; `count(…)` lists them on the spot. A count is compared with a whole "
        "number written out. With missing answers, the comparison is known when it is the same whatever they turn "
        "out to be.",
        (
            Case("signs >= 2", {**yes("cough", "pain"), **no("smell")}, True),
            Case("signs >= 2", yes("cough", "pain"), True),
            Case("signs >= 2", {**yes("cough"), **no("pain")}, None),
            Case("signs >= 2", {**yes("cough"), **no("pain", "smell")}, False),
            Case("signs == 0", no("cough", "pain", "smell"), True),
            Case("signs == 0", yes("cough"), False),
            Case("signs < 2", no("cough", "pain"), True),
            Case("count(cough, pain, smell) == 1", {**yes("cough"), **no("pain", "smell")}, True),
            Case("count(cough, pain, smell) == 1", yes("cough", "pain"), False),
            Case("2 <= signs", yes("cough", "smell"), True),
        ),
    ),
    Section(
        "Missing answers and follow-ups",
        "`answered(x)` asks whether x has a value; it is always known. A question with `asked` takes its `hidden` value "
        "when it is not asked, whatever was sent for it; while nobody knows whether it is asked, it is missing.",
        (
            Case("answered(cough)", yes("cough"), True),
            Case("answered(cough)", {}, False),
            Case("answered(message)", {"message": "help"}, True),
            Case("interference == 0", {"dyspnea": "0"}, True),
            Case("interference == 0", {"dyspnea": "0", "interference": "4"}, True),
            Case("interference >= 3", {"dyspnea": "2", "interference": "4"}, True),
            Case("interference >= 3", {"dyspnea": "2"}, None),
            Case("answered(interference)", {"dyspnea": "0"}, True),
            Case("answered(interference)", {"dyspnea": "1"}, False),
            Case("answered(interference)", {}, False),
        ),
    ),
    Section(
        "Earlier entries",
        "In alerts only, `previous(x)` is the last known answer to x, however old, and `lowest(x, hours)` the lowest "
        "grade given in the last hours, inclusive. Both are missing when there is none. An alert fires when its "
        "condition is true; several may fire at once.",
        (
            Case("previous(dyspnea) == 0 and dyspnea == 2", {"dyspnea": "2"}, True, {"dyspnea": "0"}),
            Case("previous(dyspnea) == 0 and dyspnea == 2", {"dyspnea": "2"}, False, {"dyspnea": "1"}),
            Case("previous(dyspnea) == 0 and dyspnea == 2", {"dyspnea": "2"}, None),
            Case("previous(dyspnea) == 0 and dyspnea == 2", {"dyspnea": "3"}, False),
            Case("lowest(dyspnea, 24) == 0 and dyspnea == 2", {"dyspnea": "2"}, True, None, {"dyspnea": "0"}),
            Case("lowest(dyspnea, 24) == 0 and dyspnea == 2", {"dyspnea": "2"}, None),
            Case("not answered(previous(dyspnea))", {"dyspnea": "2"}, True),
        ),
    ),
)


@dataclass(frozen=True)
class Refusal:
    """An expression that is refused: where (line and column inside it) and what is said."""

    expression: str
    column: int
    says: str


REFUSALS = (
    Refusal("fevr == 2", 1, "'fevr' is not known here"),
    Refusal("coug and pain", 1, "did you mean 'cough'?"),
    Refusal("cough and", 10, "this is not an expression"),
    Refusal('age == "ancient"', 8, "a choice among young, adult, old is expected"),
    Refusal('cough and age == "old" and temperature', 28, "where a condition (true or false) is expected"),
    Refusal('age < "old"', 1, "has no order"),
    Refusal("dyspnea >= 5", 12, "a grade from 0 to 4 is expected"),
    Refusal("signs", 1, "this is a count from 0 to 3"),
    Refusal("signs >= temperature", 10, "a count is compared with a whole number written out"),
    Refusal("temperature + 1 > 38", 1, "arithmetic is only written in computed questions"),
    Refusal('message == "help"', 12, "cannot be a value here: a free text is expected"),
    Refusal("True", 1, "write true in lower case"),
    Refusal("cough is pain", 1, "compare with == or !="),
    Refusal("__import__('os')", 1, "only these functions can be called"),
    Refusal("cough.real", 1, "is not part of the language"),
    Refusal("(lambda: true)()", 1, "only these functions can be called"),
    Refusal("[x for x in (1, 2)]", 1, "is not part of the language"),
    Refusal("temperature > 1e3", 15, "with digits and one decimal point only"),
    Refusal("temperature > 1234567890123456", 15, "at most 15 digits"),
    Refusal("-temperature < 3", 1, "only `not` is part of the language"),
)
