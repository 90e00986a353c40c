"""Between written values and typed ones: how an answer is spelled in files, in the API and on screen."""

from __future__ import annotations

import re
from decimal import Decimal

from vigie.rules import types
from vigie.rules.errors import AnswerError
from vigie.rules.expressions import MAX_DIGITS
from vigie.rules.nodes import Value
from vigie.rules.protocol import Measure, Question

NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,14})?")
BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def number(text: str) -> Decimal | None:
    """A decimal number of at most 15 digits with a decimal point; None when `text` is not one."""
    if not NUMBER.fullmatch(text) or sum(map(str.isdigit, text)) > MAX_DIGITS:
        return None
    return Decimal(text)


def read(question: Question, text: str) -> Value:
    """A written answer as a typed value.

    Raises AnswerError, whose sentence lists what was expected.
    """
    match question.kind:
        case types.Boolean():
            if text in BOOLEANS:
                return BOOLEANS[text]
        case types.Number():
            return _in_bounds(question, question.id, text)
        case types.Grade():
            if text in question.choices:
                return int(text)
        case types.Text():
            return text
        case _:
            code = question.reads.get(text, text)
            if code in question.choices:
                return code
    raise AnswerError(question.id, f"{text!r} received, expected one of {', '.join(spellings(question))}")


def read_measure(measure: Measure, text: str) -> Decimal:
    """A written measure as a number. Raises AnswerError."""
    return _in_bounds(measure, measure.id, text)


def write(value: Value) -> str:
    """The written form of a typed value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def spellings(question: Question) -> tuple[str, ...]:
    """Every accepted spelling of a closed question, the written form first."""
    if isinstance(question.kind, types.Boolean):
        return tuple(BOOLEANS)
    if isinstance(question.kind, types.Grade):
        return tuple(str(grade) for grade in range(question.kind.highest + 1))
    return (*question.choices, *question.reads)


def _in_bounds(bounds: Question | Measure, field: str, text: str) -> Decimal:
    value = number(text)
    low, high = bounds.minimum, bounds.maximum
    expected = "a number with a decimal point" + (f" from {low} to {high}" if low is not None else "")
    if value is None or (low is not None and value < low) or (high is not None and value > high):
        raise AnswerError(field, f"{text!r} received, expected {expected}")
    return value
