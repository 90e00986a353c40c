"""Why an outcome: the clauses entered, the factors that counted, and what single answer would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from vigie.rules import nodes, types
from vigie.rules.engines import reference
from vigie.rules.engines.reference import Answers, Result
from vigie.rules.nodes import Node, Value, names
from vigie.rules.protocol import Protocol, Question


@dataclass(frozen=True)
class Counterfactual:
    """A change of one answer (with the follow-ups it opens) and the outcome it leads to."""

    question: str
    changes: Mapping[str, Value]
    outcome: str


@dataclass(frozen=True)
class Explanation:
    """A result with its reasons. `factors`: for each tally, the ids of the conditions that hold."""

    result: Result
    factors: Mapping[str, tuple[str, ...]]
    counterfactuals: tuple[Counterfactual, ...]


def explain(protocol: Protocol, answers: Answers) -> Explanation:
    """Judge one entry and say why. `answers` as in reference.evaluate."""
    result = reference.evaluate(protocol, answers)
    factors = {
        tally.id: tuple(f.id for f in tally.factors if reference.value_of(f.when, result.values) is True)
        for tally in protocol.tallies
    }
    return Explanation(result, factors, tuple(_counterfactuals(protocol, answers, result)))


def _counterfactuals(protocol: Protocol, answers: Answers, result: Result) -> Iterator[Counterfactual]:
    if result.outcome is None:
        return
    for question in protocol.questions:
        present = result.values[question.id]
        if question.id in result.imputed or present is None:
            continue
        seen: set[str] = set()
        for value in alternatives(protocol, question, present):
            for changes in with_follow_ups(protocol, answers, {question.id: value}):
                outcome = reference.evaluate(protocol, {**answers, **changes}).outcome
                if outcome is None or outcome == result.outcome or outcome in seen:
                    continue
                seen.add(outcome)
                yield Counterfactual(question.id, changes, outcome)


def alternatives(protocol: Protocol, question: Question, present: Value) -> Iterator[Value]:
    """The other answers worth trying: every code, or for a number one value on each side of each bound."""
    match question.kind:
        case types.Boolean():
            yield not present
        case types.Choice(codes):
            yield from (code for code in codes if code != present)
        case types.Grade(highest):
            yield from (grade for grade in range(highest + 1) if grade != present)
        case types.Number():
            yield from (value for value in representatives(protocol, question) if value != present)


def representatives(protocol: Protocol, question: Question) -> list[Decimal]:
    """Numbers such that any other behaves like one of them: each bound, and one step on both sides."""
    step = Decimal(1).scaleb(-(question.decimals or 0))
    found: set[Decimal] = set()
    for bound in bounds(protocol, question.id):
        found |= {bound - step, bound, bound + step}
    low, high = question.minimum, question.maximum
    if low is not None and high is not None:
        found = {low, *(value for value in found if low <= value <= high)}
    return sorted(found or {Decimal(0)})


def bounds(protocol: Protocol, name: str) -> frozenset[Decimal]:
    """Every number with which the protocol compares a question."""
    found: set[Decimal] = set()
    for expression in expressions_of(protocol):
        for node in expression.walk():
            if isinstance(node, nodes.Compare | nodes.In):
                children = list(node.children())
                if nodes.Name(name) in children:
                    found |= {
                        c.value
                        for c in children
                        if isinstance(c, nodes.Literal) and isinstance(c.value, Decimal)
                    }
    return frozenset(found)


def expressions_of(protocol: Protocol) -> Iterator[Node]:
    """Every expression that takes part in judging an entry."""
    yield from (q.asked for q in protocol.questions if q.asked is not None)
    yield from (d.value for d in protocol.derived)
    yield from (f.when for tally in protocol.tallies for f in tally.factors)
    yield from (clause.when for clause in protocol.clauses())
    yield from (alert.when for alert in protocol.alerts)


def with_follow_ups(
    protocol: Protocol, answers: Answers, changes: dict[str, Value]
) -> Iterator[dict[str, Value]]:
    """The changes, completed by each answer to the questions they open (tiredness opens its details)."""
    if not any(q.asked is not None and not names(q.asked).isdisjoint(changes) for q in protocol.questions):
        yield changes
        return
    changed = {**answers, **changes}
    values, imputed = reference.visible_answers(protocol, changed)
    _, imputed_before = reference.visible_answers(protocol, answers)
    for question in protocol.questions:
        opened = question.id in imputed_before and question.id not in imputed
        if opened and values[question.id] is None and not isinstance(question.kind, types.Text):
            for value in answer_values(protocol, question):
                yield from with_follow_ups(protocol, answers, {**changes, question.id: value})
            return
    yield changes


def answer_values(protocol: Protocol, question: Question) -> list[Value]:
    """Every answer to a question, numbers by their representatives."""
    match question.kind:
        case types.Boolean():
            return [False, True]
        case types.Choice(codes):
            return list(codes)
        case types.Grade(highest):
            return list(range(highest + 1))
        case types.Number():
            return list(representatives(protocol, question))
    return []
