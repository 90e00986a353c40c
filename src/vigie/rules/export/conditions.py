"""Conditions of the expression language as JSON Schemas of the answers for which they hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from vigie.rules import codec, nodes, types
from vigie.rules.engines.reference import COMPARE
from vigie.rules.export import NotExportable
from vigie.rules.nodes import Node, Value
from vigie.rules.printing import text_of
from vigie.rules.protocol import Protocol, Question

Schema = dict[str, Any]

# The keyword of each order on numbers, with the number on the right.
_LIMITS = {"<": "exclusiveMaximum", "<=": "maximum", ">": "exclusiveMinimum", ">=": "minimum"}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def number(value: Value) -> int | float:
    """A number for JSON, whole when it is."""
    exact = Decimal(str(value))
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def enum(values: Iterable[bool | int | str]) -> Schema:
    """One of a list of values."""
    return {"enum": list(values)}


def spelled(
    question: Question, wanted: Callable[[Value], bool] = lambda value: True
) -> list[bool | int | str]:
    """Every JSON value read as a wanted answer to a closed question: texts first, then native values."""
    texts = [text for text in codec.spellings(question) if wanted(codec.read(question, text))]
    return [*texts, *(value for text in texts for value in _native(text))]


def _native(text: str) -> Iterable[bool | int]:
    """The JSON boolean or whole number that is written like this text, if there is one."""
    try:
        value = json.loads(text)
    except ValueError:
        return
    # bool is an int for Python.
    if isinstance(value, int) and json.dumps(value) == text:
        yield value


def schema_of(protocol: Protocol, condition: Node) -> Schema:
    """The schema that holds exactly for the complete sets of answers that meet a condition.

    Raises NotExportable for what a schema cannot say.
    """
    match condition:
        case nodes.Literal(bool(value)):
            return {} if value else {"not": {}}
        case nodes.Name(name):
            return _leaf(protocol, condition, name, "==", True)
        case nodes.Not(operand):
            return {"not": schema_of(protocol, operand)}
        case nodes.And(operands):
            return {"allOf": [schema_of(protocol, o) for o in operands]}
        case nodes.Or(operands):
            return {"anyOf": [schema_of(protocol, o) for o in operands]}
        case nodes.In(nodes.Name(name), values):
            return {"anyOf": [_leaf(protocol, condition, name, "==", v.value) for v in values]}
        case nodes.Compare(operator, nodes.Name(name), nodes.Literal(value)):
            return _leaf(protocol, condition, name, operator, value)
        case nodes.Compare(operator, nodes.Literal(value), nodes.Name(name)):
            return _leaf(protocol, condition, name, _MIRRORED[operator], value)
    raise NotExportable(f"no JSON Schema can say {text_of(condition)}")


def _leaf(protocol: Protocol, condition: Node, name: str, operator: str, value: Value) -> Schema:
    question = protocol.question.get(name)
    if question is None or isinstance(question.kind, types.Text):
        raise NotExportable(f"no JSON Schema can say {text_of(condition)}")

    def holds(answer: Value) -> bool:
        return bool(COMPARE[operator](answer, value))

    if isinstance(question.kind, types.Number):
        schema = _limit(operator, number(value))
    else:
        schema = enum(spelled(question, holds))
    held: Schema = {"properties": {name: schema}}
    # A question that was not asked is absent and counts with its hidden value: absence then meets the
    # condition when that value does.
    absent_holds = question.asked is not None and question.hidden is not None and holds(question.hidden)
    return held if absent_holds else {"required": [name], **held}


def _limit(operator: str, bound: float) -> Schema:
    if operator == "==":
        return {"const": bound}
    return {"not": {"const": bound}} if operator == "!=" else {_LIMITS[operator]: bound}
