"""The reference interpreter: the meaning of a protocol, written to be obvious rather than fast.

A missing answer is None. Conditions have three values, true, false and None (not known yet).
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from vigie.rules import nodes
from vigie.rules.errors import AnswerError
from vigie.rules.nodes import Node, Value
from vigie.rules.protocol import NO_OUTCOME, UNDECIDED, Alert, Clause, Protocol, Question

Answers = Mapping[str, Value | None]

COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class History:
    """What earlier entries say: `previous[x]`, and `lowest[x, hours]`; a key left out is missing."""

    previous: Mapping[str, Value] = field(default_factory=dict)
    lowest: Mapping[tuple[str, int], int] = field(default_factory=dict)


NO_HISTORY = History()


@dataclass(frozen=True)
class Result:
    """What an entry gives.

    `values`: the answers used, with the imputed, computed and derived ones. `imputed`: questions that
    were not asked. `path`: the clauses entered, the last one decides. `outcome`: an outcome's id,
    UNDECIDED (None) while an answer that matters is missing, NO_OUTCOME when no clause holds.
    """

    values: Mapping[str, Value | None]
    imputed: tuple[str, ...]
    outcome: str | None
    path: tuple[str, ...]
    alerts: tuple[Alert, ...]


def evaluate(
    protocol: Protocol,
    answers: Answers,
    history: History = NO_HISTORY,
    mode: str | None = None,
) -> Result:
    """Judge one entry.

    `answers` maps question ids to typed values (see codec.read); None or left out is missing. An answer
    given to a question that was not asked is ignored: its hidden value is used. `mode` selects the
    alerts written for a mode; without one, only the alerts written for every mode are considered.
    """
    values, imputed = visible_answers(protocol, answers)
    for derived in protocol.derived:
        values[derived.id] = value_of(derived.value, values)
    path, outcome = _decide(protocol.decision, values) if protocol.decision else ((), NO_OUTCOME)
    alerts = tuple(
        alert
        for alert in protocol.alerts
        if (not alert.modes or mode in alert.modes) and value_of(alert.when, values, history) is True
    )
    return Result(values, imputed, outcome, path, alerts)


def visible_answers(protocol: Protocol, answers: Answers) -> tuple[dict[str, Value | None], tuple[str, ...]]:
    """The answers that count, question by question, and which of them were imputed."""
    values: dict[str, Value | None] = {}
    imputed: list[str] = []
    for question in protocol.questions:
        asked = True if question.asked is None else value_of(question.asked, values)
        if asked is False:
            values[question.id] = question.hidden
            imputed.append(question.id)
        elif asked is None:
            values[question.id] = None  # nobody knows yet whether it is asked
        else:
            values[question.id] = answers.get(question.id)
    return values, tuple(imputed)


def hidden_answers(protocol: Protocol, answers: Answers) -> tuple[str, ...]:
    """The questions answered although they were not asked, with another value than the hidden one."""
    values, imputed = visible_answers(protocol, answers)
    return tuple(q for q in imputed if answers.get(q) not in (None, values[q]))


def next_question(protocol: Protocol, answers: Answers) -> Question | None:
    """The first question that is asked and has no answer yet; None when all are answered."""
    values, imputed = visible_answers(protocol, answers)
    for question in protocol.questions:
        if question.id not in imputed and values[question.id] is None:
            return question
    return None


def compute(question: Question, measures: Mapping[str, Decimal]) -> Decimal:
    """The answer to a computed question from the measures, rounded as its formula says.

    Raises AnswerError when the result is out of the question's bounds or a measure is zero.
    """
    assert question.computed is not None
    try:
        exact = _exact(question.computed, measures)
    except ZeroDivisionError:
        raise AnswerError(question.id, "cannot be computed: a measure is zero") from None
    value = decimal(exact, question.decimals or 0)
    low, high = question.minimum, question.maximum
    if low is not None and high is not None and not low <= value <= high:
        raise AnswerError(question.id, f"{value} computed, expected from {low} to {high}")
    return value


def baseline(entries: list[tuple[datetime, Answers]], now: datetime, hours: frozenset[int]) -> History:
    """The history of a new entry answered at `now`, from the earlier ones in any order.

    The baseline of an item is its last known answer, however old; `hours` are the windows wanted.
    """
    previous: dict[str, Value] = {}
    lowest: dict[tuple[str, int], int] = {}
    for at, answers in sorted(entries, key=lambda entry: entry[0]):
        for question, value in answers.items():
            if value is None:
                continue
            previous[question] = value
            for window in hours:
                if isinstance(value, int) and now - at <= timedelta(hours=window):
                    lowest[question, window] = min(value, lowest.get((question, window), value))
    return History(previous, lowest)


def value_of(node: Node, values: Answers, history: History = NO_HISTORY) -> Value | None:
    """The value of an expression; None when it is not known."""
    match node:
        case nodes.Literal(value):
            return value
        case nodes.Name(name):
            return values.get(name)
        case nodes.Previous(name):
            return history.previous.get(name)
        case nodes.Lowest(name, hours):
            return history.lowest.get((name, hours))
        case nodes.Answered(operand):
            return value_of(operand, values, history) is not None
        case nodes.Not(operand):
            return _negate(value_of(operand, values, history))
        case nodes.And(operands):
            return _all([value_of(o, values, history) for o in operands])
        case nodes.Or(operands):
            negated = _all([_negate(value_of(o, values, history)) for o in operands])
            return _negate(negated)
        case nodes.Compare(operator_, left, right):
            a, b = value_of(left, values, history), value_of(right, values, history)
            return None if a is None or b is None else bool(COMPARE[operator_](a, b))
        case nodes.In(operand, literals):
            found = value_of(operand, values, history)
            return None if found is None else any(found == literal.value for literal in literals)
        case nodes.CountIs(operator_, conditions, bound):
            return _count([value_of(c, values, history) for c in conditions], operator_, bound)
    raise TypeError(f"{type(node).__name__} has no value outside a computed question")


def _negate(value: Value | None) -> bool | None:
    return None if value is None else not value


def _all(found: list[Value | None]) -> bool | None:
    if any(value is False for value in found):
        return False
    return None if any(value is None for value in found) else True


def _count(found: list[Value | None], operator_: str, bound: int) -> bool | None:
    """Whether the count compares, if that is the same whatever the missing conditions turn out to be."""
    known = sum(value is True for value in found)
    unknown = sum(value is None for value in found)
    possible = {bool(COMPARE[operator_](count, bound)) for count in range(known, known + unknown + 1)}
    return possible.pop() if len(possible) == 1 else None


def _decide(clauses: tuple[Clause, ...], values: Answers) -> tuple[tuple[str, ...], str | None]:
    for clause in clauses:
        holds = value_of(clause.when, values)
        if holds is None:
            return (), UNDECIDED
        if holds and clause.then:
            path, outcome = _decide(clause.then, values)
            return (clause.path, *path), outcome
        if holds:
            return (clause.path,), clause.outcome
    return (), NO_OUTCOME


def _exact(node: Node, measures: Mapping[str, Decimal]) -> Fraction:
    match node:
        case nodes.Literal(value) if isinstance(value, Decimal):
            return Fraction(value)
        case nodes.Name(name):
            return Fraction(measures[name])
        case nodes.Round(operand, decimals):
            return Fraction(decimal(_exact(operand, measures), decimals))
        case nodes.Arithmetic(symbol, left, right):
            a, b = _exact(left, measures), _exact(right, measures)
            match symbol:
                case "+":
                    return a + b
                case "-":
                    return a - b
                case "*":
                    return a * b
                case "/":
                    return a / b
                case _:
                    return a ** int(b)
    raise TypeError(f"{type(node).__name__} cannot be computed")


def decimal(exact: Fraction, decimals: int) -> Decimal:
    """A fraction rounded to so many decimals, halves away from zero."""
    scaled = abs(exact) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-whole if exact < 0 else whole).scaleb(-decimals)
