"""The rules as pseudo-code in French: the factors are calculated first, then the tree is gone down."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from vigie.rules import nodes
from vigie.rules.nodes import Literal, Node, Value
from vigie.rules.printing import literal
from vigie.rules.protocol import Clause, Protocol
from vigie.rules.texts import Texts

INDENT = "    "
WIDTH = 100  # of comments

# How tightly each shape binds: what binds less tightly inside gets parentheses.
_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _POWER = range(1, 8)
_ARITHMETIC = {
    "+": ("+", _SUM),
    "-": ("-", _SUM),
    "*": ("×", _PRODUCT),
    "/": ("/", _PRODUCT),
    "**": ("^", _POWER),
}
_COMPARED = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}


def pseudocode(protocol: Protocol, texts: Texts) -> str:
    """The whole calculation, for an implementer to read beside their own program.

    The keywords are French whatever the language of the texts, which are comments.
    """
    parts = [
        [f"# {texts.get('title')}", f"# {protocol.full_name}, SHA-256 {protocol.digest}"],
        list(_answers(protocol)),
        list(_factors(protocol, texts)),
        ["# ARBRE DE DÉCISION", "", *_level(protocol.decision, protocol, texts, 0)],
    ]
    return "\n\n\n".join("\n".join(part) for part in parts if part) + "\n"


def expression(node: Node) -> str:
    """An expression in French pseudo-code."""
    return _print(node, 0)


# Sections


def _answers(protocol: Protocol) -> Iterator[str]:
    """What becomes of the answers before anything is calculated from them."""
    lines = []
    for question in protocol.questions:
        if question.computed is not None:
            lines += ["", f"{question.id} ← {expression(question.computed)}"]
        if question.asked is not None:
            hidden = "INCONNU" if question.hidden is None else _value(question.hidden)
            lines += [
                "",
                f"SI NON ({expression(question.asked)})",
                f"ALORS {question.id} ← {hidden}   # la question n’est pas posée",
                "FIN SI",
            ]
    if lines:
        yield from ["# RÉPONSES", *lines]


def _factors(protocol: Protocol, texts: Texts) -> Iterator[str]:
    yield "# CALCUL DES FACTEURS"
    for derived in protocol.derived:
        yield from ("", f"# {texts.get('derived', derived.id)}")
        yield f"{derived.id} ← {expression(derived.value)}"
    for tally in protocol.tallies:
        yield from ("", f"# {texts.get('tallies', tally.id, 'label')}")
        yield f"{tally.id} ← 0"
        for factor in tally.factors:
            yield f"SI {expression(factor.when)} ALORS {tally.id} ← {tally.id} + 1"


def _level(clauses: tuple[Clause, ...], protocol: Protocol, texts: Texts, depth: int) -> Iterator[str]:
    indent = INDENT * depth
    for i, clause in enumerate(clauses):
        always = clause.when == Literal(True)
        if always and i == 0:
            # Nothing to test: what is inside stands at this level.
            yield from _then(clause, protocol, texts, depth)
            return
        if always:
            yield f"{indent}SINON"
        else:
            yield f"{indent}{'SINON SI' if i else 'SI'} {expression(clause.when)}"
            yield f"{indent}ALORS"
        yield from _then(clause, protocol, texts, depth + 1)
        if always:
            break  # what follows could never be reached
    if clauses:
        yield f"{indent}FIN SI"


def _then(clause: Clause, protocol: Protocol, texts: Texts, depth: int) -> Iterator[str]:
    yield from _comment(texts.get("clauses", clause.path), INDENT * depth)
    if clause.outcome is None:
        yield from _level(clause.then, protocol, texts, depth)
        return
    outcome = protocol.outcome[clause.outcome]
    title = texts.get("outcomes", outcome.id, "title")
    yield f"{INDENT * depth}{outcome.id}   # {outcome.code}{f' : {title}' if title else ''}"


def _comment(text: str, indent: str) -> Iterator[str]:
    start = f"{indent}# "
    yield from textwrap.wrap(text, WIDTH, initial_indent=start, subsequent_indent=start)


# Expressions


def _print(node: Node, outside: int) -> str:
    text, inside = _shape(node)
    return f"({text})" if inside and inside <= outside else text


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    return literal(value)


def _shape(node: Node) -> tuple[str, int]:
    match node:
        case nodes.Literal(value):
            return _value(value), 0
        case nodes.Name(name):
            return name, 0
        case nodes.Previous(name):
            return f"précédent({name})", 0
        case nodes.Lowest(name, hours):
            return f"minimum({name} ; {hours} h)", 0
        case nodes.Answered(operand):
            return f"répondu({expression(operand)})", 0
        case nodes.Not(operand):
            return f"NON {_print(operand, _NOT - 1)}", _NOT
        case nodes.And(operands):
            return " ET ".join(_print(o, _AND) for o in operands), _AND
        case nodes.Or(operands):
            return " OU ".join(_print(o, _AND) for o in operands), _OR
        case nodes.Compare(operator, left, right):
            return f"{_print(left, _COMPARE)} {_COMPARED[operator]} {_print(right, _COMPARE)}", _COMPARE
        case nodes.In(operand, values):
            listed = ", ".join(_value(v.value) for v in values)
            return f"{_print(operand, _COMPARE)} PARMI ({listed})", _COMPARE
        case nodes.CountIs(operator, conditions, bound, tally):
            counted = tally or f"nombre_de_vrais({' ; '.join(map(expression, conditions))})"
            return f"{counted} {_COMPARED[operator]} {bound}", _COMPARE
        case nodes.Round(operand, decimals):
            places = "à l’unité" if decimals == 0 else f"à {decimals} décimale{'s' if decimals > 1 else ''}"
            return f"arrondi({expression(operand)} ; {places}, les moitiés s’éloignant de zéro)", 0
        case nodes.Arithmetic(operator, left, right):
            sign, level = _ARITHMETIC[operator]
            before = _print(left, level if level == _POWER else level - 1)
            return f"{before} {sign} {_print(right, level)}", level
    raise TypeError(f"{type(node).__name__} cannot be printed")
