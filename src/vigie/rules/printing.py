"""Expressions printed back in the language they are written in."""

from __future__ import annotations

import json

from vigie.rules import nodes
from vigie.rules.nodes import Node, Value


def text_of(node: Node) -> str:
    """The expression as text, with parentheses only where they are needed."""
    return _print(node, 0)


# How tightly each shape binds: what binds less tightly inside gets parentheses.
_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _POWER = range(1, 8)
_ARITHMETIC = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}


def _print(node: Node, outside: int) -> str:
    text, inside = _shape(node)
    return f"({text})" if inside and inside <= outside else text


def _shape(node: Node) -> tuple[str, int]:
    match node:
        case nodes.Literal(value):
            return literal(value), 0
        case nodes.Name(name):
            return name, 0
        case nodes.Previous(name):
            return f"previous({name})", 0
        case nodes.Lowest(name, hours):
            return f"lowest({name}, {hours})", 0
        case nodes.Answered(operand):
            return f"answered({text_of(operand)})", 0
        case nodes.Not(operand):
            return f"not {_print(operand, _NOT - 1)}", _NOT
        case nodes.And(operands):
            return " and ".join(_print(o, _AND) for o in operands), _AND
        case nodes.Or(operands):
            # "a or (b and c)": the parentheses are not needed, readers are glad of them.
            return " or ".join(_print(o, _AND) for o in operands), _OR
        case nodes.Compare(operator, left, right):
            return f"{_print(left, _COMPARE)} {operator} {_print(right, _COMPARE)}", _COMPARE
        case nodes.In(operand, values):
            listed = ", ".join(literal(v.value) for v in values)
            return f"{_print(operand, _COMPARE)} in ({listed}{',' if len(values) == 1 else ''})", _COMPARE
        case nodes.CountIs(operator, conditions, bound, tally):
            counted = tally or f"count({', '.join(map(text_of, conditions))})"
            return f"{counted} {operator} {bound}", _COMPARE
        case nodes.Round(operand, decimals):
            return f"round_half_up({text_of(operand)}, {decimals})", 0
        case nodes.Arithmetic(operator, left, right):
            level = _ARITHMETIC[operator]
            # All but the power group from the left: a - (b - c) keeps its parentheses.
            return (
                f"{_print(left, level if level == _POWER else level - 1)} {operator} {_print(right, level)}",
                level,
            )
    raise TypeError(f"{type(node).__name__} cannot be printed")


def literal(value: Value) -> str:
    """A literal as it is written in an expression."""
    if isinstance(value, bool):
        return "true" if value else "false"
    # JSON's escapes are also those of the language.
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
