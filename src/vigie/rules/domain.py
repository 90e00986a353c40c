"""The domains on which engines are compared and versions counted.

`product`: every combination of answers, numbers by their representatives, hidden follow-ups once.
`factor_states`: the states of the tree's own factors, each realised by answers where answers can.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

from vigie.rules import explain, nodes
from vigie.rules.engines import reference
from vigie.rules.nodes import Node, Value, names
from vigie.rules.protocol import Protocol, Question

Answers = dict[str, Value | None]


def product(protocol: Protocol, fixed: Answers | None = None) -> Iterator[Answers]:
    """Every entry with no missing answer; a question that is not asked is left out of the entry."""
    yield from extend(protocol, protocol.questions, dict(fixed or {}))


def size(protocol: Protocol) -> int:
    """How many entries `product` yields, counted without walking them.

    Gates may only read closed questions: those and what they gate are enumerated, the rest multiplied.
    """
    gates: set[str] = set()
    for question in protocol.questions:
        if question.asked is not None:
            gates |= {question.id, *names(question.asked)}
    gated = tuple(q for q in protocol.questions if q.id in gates)
    free = [len(explain.answer_values(protocol, q)) for q in protocol.questions if q.id not in gates]
    return sum(1 for _ in extend(protocol, gated, {})) * math.prod(n for n in free if n)


def factor_states(protocol: Protocol) -> Iterator[Answers]:
    """Entries that reach every reachable state of the decision's factors.

    Questions that matter only as one more item of a long tally (more than 4 items) are not combined with
    one another: none of them, each alone, and all of them together stand for their whole product.
    """
    collapsed = collapsible(protocol)
    full = [q for q in protocol.questions if q.id not in collapsed]
    for entry in extend(protocol, tuple(full), {}):
        for few in _representative_sets(protocol, [protocol.question[q] for q in collapsed]):
            yield {**entry, **few}


def extend(protocol: Protocol, questions: tuple[Question, ...], entry: Answers) -> Iterator[Answers]:
    """The entry completed by every combination of answers to these questions, asked as the entry goes."""
    options: list[list[Any]] = [list(explain.answer_values(protocol, q)) or [None] for q in questions]
    yield from _extend(questions, options, 0, entry, {**entry})


def _extend(
    questions: tuple[Question, ...], options: list[Any], at: int, entry: Answers, seen: Answers
) -> Iterator[Answers]:
    """`seen` is the entry with the hidden values of the questions that were not asked: gates read it."""
    if at == len(questions):
        yield dict(entry)
        return
    question = questions[at]
    if question.id in entry:
        yield from _extend(questions, options, at + 1, entry, seen)
    elif question.asked is not None and reference.value_of(question.asked, seen) is not True:
        yield from _extend(questions, options, at + 1, entry, {**seen, question.id: question.hidden})
    else:
        for value in options[at]:
            answer = {question.id: value}
            yield from _extend(questions, options, at + 1, {**entry, **answer}, {**seen, **answer})


def collapsible(protocol: Protocol) -> list[str]:
    """Questions read by one long tally only, whatever derived value they go through."""
    through = {d.id: names(d.value) for d in protocol.derived}

    def questions_in(ids: frozenset[str]) -> set[str]:
        return {q for i in ids for q in (questions_in(through[i]) if i in through else {i})}

    long = [t for t in protocol.tallies if len(t.factors) > 4]
    inside = {q for t in long for f in t.factors for q in questions_in(names(f.when))}
    factors = {id(f.when) for t in long for f in t.factors}
    elsewhere = [e for e in explain.expressions_of(protocol) if id(e) not in factors]
    # A derived value and a clause that counts the tally repeat its names: neither is another use.
    derived = {id(d.value) for d in protocol.derived}
    used = {q for e in elsewhere if id(e) not in derived for q in questions_in(_direct_names(e))}
    return [q.id for q in protocol.questions if q.id in inside and q.id not in used]


def _direct_names(node: Node) -> frozenset[str]:
    if isinstance(node, nodes.CountIs) and node.tally is not None:
        return frozenset()
    found = {node.id} if isinstance(node, nodes.Name) else set()
    for child in node.children():
        found |= _direct_names(child)
    return frozenset(found)


def _representative_sets(protocol: Protocol, questions: list[Question]) -> Iterator[Answers]:
    values = {q.id: explain.answer_values(protocol, q) for q in questions}
    rest: Answers = {q: _neutral(protocol, q, options) for q, options in values.items()}
    yield dict(rest)
    for question, options in values.items():
        yield from ({**rest, question: value} for value in options if value != rest[question])
    for chosen in itertools.zip_longest(*values.values()):
        yield {q: rest[q] if v is None else v for q, v in zip(values, chosen, strict=True)}


def _neutral(protocol: Protocol, question: str, options: list[Value]) -> Value:
    """An answer that makes none of the tallies' conditions true by itself."""
    for value in options:
        seen: Answers = {question: value}
        for derived in protocol.derived:
            seen[derived.id] = reference.value_of(derived.value, seen)
        conditions = [f.when for t in protocol.tallies for f in t.factors]
        if not any(reference.value_of(c, seen) is True for c in conditions):
            return value
    return options[0]
