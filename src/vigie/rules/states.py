"""The states that matter: small sets of entries that stand, exactly counted, for every product of answers.

Two views of the same protocol:

- `entries`: weighted entries. A question that only adds to a long tally is not enumerated with the others:
  for each number of true factors up to the bounds in use, one entry stands for all those that have it, with
  their exact number. The weights add up to `domain.size`.
- `Factors`: the decision alone, on its own factors taken as independent (the 1,024 states of the orientation
  algorithm): how a factor is calculated plays no part. See `factor_space`.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any

from vigie.rules import domain, explain, nodes, types
from vigie.rules.engines import reference
from vigie.rules.nodes import Node, Value
from vigie.rules.protocol import NO_OUTCOME, Clause, Protocol

Entry = dict[str, Value | None]
State = tuple[Value, ...]


def entries(protocol: Protocol, expanded: frozenset[str] = frozenset()) -> Iterator[tuple[Entry, int]]:
    """Entries with the number of complete entries each stands for; all of those have the same outcome.

    The questions `expanded` are enumerated, whatever their part in the tallies.
    """
    collapsed = [name for name in domain.collapsible(protocol) if name not in expanded]
    shares = list(_shares(protocol, collapsed))
    full = tuple(q for q in protocol.questions if q.id not in collapsed)
    for core in domain.extend(protocol, full, {}):
        yield from (({**core, **part}, weight) for part, weight in shares)


def _shares(protocol: Protocol, collapsed: list[str]) -> Iterator[tuple[Entry, int]]:
    """How many combinations of the collapsed questions make 0, 1, … factors true, each by an example."""
    cap = highest_bound(protocol) + 1
    ways: dict[int, tuple[Entry, int]] = {0: ({}, 1)}
    for name in collapsed:
        by_truth: dict[int, list[Value]] = {}
        for value in explain.answer_values(protocol, protocol.question[name]):
            by_truth.setdefault(factors_added(protocol, name, value), []).append(value)
        following: dict[int, tuple[Entry, int]] = {}
        for (count, (entry, weight)), (added, values) in itertools.product(ways.items(), by_truth.items()):
            total = min(count + added, cap)
            seen, known = following.get(total, ({**entry, name: values[0]}, 0))
            following[total] = (seen, known + weight * len(values))
        ways = following
    yield from ways.values()


def highest_bound(protocol: Protocol) -> int:
    """The highest number with which the protocol compares a count, 0 when it counts nothing."""
    counts = [n for e in explain.expressions_of(protocol) for n in e.walk() if isinstance(n, nodes.CountIs)]
    return max((n.bound for n in counts), default=0)


def factors_added(protocol: Protocol, name: str, value: Value) -> int:
    """How many factors an answer makes true by itself."""
    seen: Entry = {name: value}
    for derived in protocol.derived:
        seen[derived.id] = reference.value_of(derived.value, seen)
    conditions = [f.when for t in protocol.tallies for f in t.factors]
    return sum(reference.value_of(c, seen) is True for c in conditions)


@dataclass(frozen=True)
class Factor:
    """One dimension of the factor space: a name the decision reads, and the values it takes."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Factors:
    """The decision on its own factors. `clauses` read the names of `factors` only."""

    factors: tuple[Factor, ...]
    clauses: tuple[Clause, ...]

    def states(self) -> Iterator[State]:
        """Every combination of values, in the order of `factors`."""
        return itertools.product(*(f.values for f in self.factors))

    def decide(self, state: State) -> tuple[str, str]:
        """The outcome of a state and the path of the clause that gave it."""
        values = dict(zip(self.names, state, strict=True))
        return _decide(self.clauses, values)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the factors."""
        return tuple(f.name for f in self.factors)

    @cached_property
    def outcomes(self) -> Mapping[State, str]:
        """The outcome of every state."""
        return {state: self.decide(state)[0] for state in self.states()}


def _decide(clauses: tuple[Clause, ...], values: Mapping[str, Value]) -> tuple[str, str]:
    for clause in clauses:
        if reference.value_of(clause.when, values) is True:
            return (
                _decide(clause.then, values) if clause.then else (clause.outcome or NO_OUTCOME, clause.path)
            )
    return NO_OUTCOME, ""


@lru_cache(maxsize=32)
def factor_space(protocol: Protocol) -> Factors:
    """The factor space of a protocol.

    Its dimensions: every name the clauses read; for a tally that shares one of those names as a factor, each
    of its other factors; for any other tally, its count up to the bounds it is compared with. All are taken
    as independent, though some combinations of answers never occur (an age at risk and no risk factor).
    """
    direct: dict[str, tuple[Value, ...]] = {}
    clauses = list(protocol.clauses())
    for clause in clauses:
        for name in _names_outside_tallies(clause.when):
            direct.setdefault(name, _values_of(protocol, name))
    rewritten: dict[str, tuple[Node, ...] | str] = {}
    dimensions = dict(direct)
    for tally in protocol.tallies:
        bounds = {
            n.bound
            for c in clauses
            for n in c.when.walk()
            if isinstance(n, nodes.CountIs) and n.tally == tally.id
        }
        if not bounds:
            continue
        shared = [f for f in tally.factors if isinstance(f.when, nodes.Name) and f.when.id in direct]
        if not shared:
            highest = min(max(bounds) + 1, len(tally.factors)) if max(bounds) > 1 else 1
            dimensions[tally.id] = tuple(range(highest + 1))
            rewritten[tally.id] = tally.id
            continue
        conditions: list[Node] = []
        for factor in tally.factors:
            if factor in shared:
                conditions.append(factor.when)
            else:
                dimensions[factor.id] = (False, True)
                conditions.append(nodes.Name(factor.id))
        rewritten[tally.id] = tuple(conditions)
    factors = tuple(Factor(name, values) for name, values in dimensions.items())
    return Factors(factors, tuple(_rewrite_clause(c, rewritten) for c in protocol.decision))


def _names_outside_tallies(node: Node) -> list[str]:
    if isinstance(node, nodes.CountIs) and node.tally is not None:
        return []
    found = [node.id] if isinstance(node, nodes.Name) else []
    return found + [name for child in node.children() for name in _names_outside_tallies(child)]


def _values_of(protocol: Protocol, name: str) -> tuple[Value, ...]:
    if name in protocol.question:
        return tuple(explain.answer_values(protocol, protocol.question[name]))
    derived = next(d for d in protocol.derived if d.id == name)
    if isinstance(derived.kind, types.Choice):
        return derived.kind.codes
    if isinstance(derived.kind, types.Grade):
        return tuple(range(derived.kind.highest + 1))
    return (False, True)


def _rewrite_clause(clause: Clause, tallies: Mapping[str, tuple[Node, ...] | str]) -> Clause:
    return replace(
        clause,
        when=_rewrite(clause.when, tallies),
        then=tuple(_rewrite_clause(c, tallies) for c in clause.then),
    )


def _rewrite(node: Node, tallies: Mapping[str, tuple[Node, ...] | str]) -> Node:
    if isinstance(node, nodes.CountIs) and node.tally is not None:
        conditions = tallies[node.tally]
        if isinstance(conditions, str):
            return nodes.Compare(node.operator, nodes.Name(conditions), nodes.Literal(node.bound))
        return replace(node, conditions=conditions)
    changes: dict[str, Any] = {}
    for f in fields(node):
        value = getattr(node, f.name)
        if isinstance(value, Node):
            changes[f.name] = _rewrite(value, tallies)
        elif isinstance(value, tuple) and value and isinstance(value[0], Node):
            changes[f.name] = tuple(_rewrite(item, tallies) for item in value)
    return replace(node, **changes) if changes else node


def outcome_counts(protocol: Protocol) -> Counter[str]:
    """How many complete entries reach each outcome, over the product of answers."""
    found: Counter[str] = Counter()
    for entry, weight in entries(protocol):
        found[reference.evaluate(protocol, entry).outcome or "?"] += weight
    return found
