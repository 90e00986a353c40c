"""The pseudo-code gives what the engine gives: it is put into Python line by line and run."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.rules.export.cases import each_case, entries
from vigie.rules import codec, library, texts
from vigie.rules.engines import reference
from vigie.rules.export.pseudocode import expression, pseudocode
from vigie.rules.nodes import (
    And,
    Arithmetic,
    Compare,
    CountIs,
    In,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Previous,
    Round,
)

SIGNS = {" ET ": " and ", " OU ": " or ", "NON ": "not ", " = ": " == ", "≠": "!=", "≤": "<=", "≥": ">="}
SIGNS |= {"VRAI": "True", "FAUX": "False", " PARMI ": " in "}


def python_of(text: str) -> str:
    for sign, python in SIGNS.items():
        text = text.replace(sign, python)
    return re.sub(r"( in \(.*?)\)", r"\1,)", text)


def translated(pseudo: str) -> str:
    """The same steps as Python statements."""
    lines, depth = [], 0
    for line in pseudo.splitlines():
        code = line.split("   #")[0].strip()
        if not code or code.startswith("#"):
            continue
        code = code.removeprefix("ALORS").strip()
        if code == "FIN SI":
            depth -= 1
        elif code.startswith("SINON SI "):
            lines.append(f"{' ' * (depth - 1)}elif {python_of(code.removeprefix('SINON SI '))}:")
        elif code == "SINON":
            lines.append(f"{' ' * (depth - 1)}else:")
        elif " ALORS " in code:
            condition, then = code.removeprefix("SI ").split(" ALORS ")
            lines.append(f"{' ' * depth}if {python_of(condition)}: {then.replace('←', '=')}")
        elif code.startswith("SI "):
            lines.append(f"{' ' * depth}if {python_of(code.removeprefix('SI '))}:")
            depth += 1
        elif "arrondi" not in code and code:
            name, arrow, value = code.partition(" ← ")
            lines.append(f"{' ' * depth}{f'{name} = {python_of(value)}' if arrow else f'outcome = {name!r}'}")
    assert depth == 0
    return "\n".join(lines)


@each_case
def test_the_pseudo_code_gives_what_the_engine_gives(name: str, language: str) -> None:
    protocol = library.get(name)
    program = compile(translated(pseudocode(protocol, texts.load(name, language))), "pseudo-code", "exec")
    examples = [
        {q: codec.read(protocol.question[q], v) for q, v in e.answers.items()} for e in protocol.examples
    ]
    for answers in [*examples, *entries(protocol)]:
        space: dict[str, Any] = {q.id: answers.get(q.id) for q in protocol.questions}
        exec(program, space)
        result = reference.evaluate(protocol, answers)
        assert space["outcome"] == result.outcome
        assert all(space[k] == v for k, v in result.values.items())


@each_case
def test_every_end_bears_its_code_and_comments_stay_short(name: str, language: str) -> None:
    protocol = library.get(name)
    lines = pseudocode(protocol, texts.load(name, language)).splitlines()
    for outcome in protocol.outcomes:
        assert any(line.strip().startswith(f"{outcome.id}   # {outcome.code}") for line in lines)
    assert all(len(line) <= 110 for line in lines if line.strip().startswith("#"))


X, Y = Name("x"), Name("y")


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (And((Or((X, Y)), Not(X))), "(x OU y) ET NON x"),
        (Not(And((X, Y))), "NON (x ET y)"),
        (Compare("!=", X, Literal("a")), 'x ≠ "a"'),
        (In(X, (Literal("a"), Literal("b"))), 'x PARMI ("a", "b")'),
        (CountIs(">=", (X, Y), 2), "nombre_de_vrais(x ; y) ≥ 2"),
        (CountIs("<", (X, Y), 2, "minor"), "minor < 2"),
        (
            Round(Arithmetic("-", X, Arithmetic("-", Y, X)), 0),
            "arrondi(x - (y - x) ; à l’unité, les moitiés s’éloignant de zéro)",
        ),
        (Compare("==", Previous("x"), Literal(True)), "précédent(x) = VRAI"),
    ],
    ids=str,
)
def test_expressions_are_said_in_french(node: Node, said: str) -> None:
    assert expression(node) == said
