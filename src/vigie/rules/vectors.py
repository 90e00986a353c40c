"""Test vectors: entries with what they must give.

`exhaustive`: one entry for each state that matters (see states.entries). `covering`: a small set on which
every mutant of the tree gives something else, unless it gives the same on every entry (it is equivalent).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from vigie.rules import domain, explain, states
from vigie.rules.engines import python
from vigie.rules.mutants import Mutant, mutants
from vigie.rules.nodes import Value
from vigie.rules.protocol import Protocol

Entry = Mapping[str, Value | None]


@dataclass(frozen=True)
class Vector:
    """An entry and what it must give: the outcome's id and the derived values."""

    answers: Entry
    outcome: str
    derived: Mapping[str, Value]


@dataclass(frozen=True)
class Covering:
    """The covering set, how many mutants it kills, and those that no entry can tell from the protocol."""

    vectors: tuple[Vector, ...]
    killed: int
    equivalent: tuple[Mutant, ...]


def vector(protocol: Protocol, entry: Entry) -> Vector:
    """The vector of one entry."""
    outcome, _, *derived = python.compiled(protocol)(entry)
    return Vector(entry, str(outcome), {d.id: v for d, v in zip(protocol.derived, derived, strict=True)})


def exhaustive(protocol: Protocol) -> Iterator[Vector]:
    """One vector for every state that matters; each long tally's factors also one by one."""
    for entry in candidates(protocol):
        yield vector(protocol, entry)


def candidates(protocol: Protocol) -> list[Entry]:
    """The states that matter, and around one entry of each outcome's clause, each answer changed alone."""
    found: list[Entry] = [entry for entry, _ in states.entries(protocol)]
    base = _one_per_clause(protocol, found)
    for entry in base:
        for name in domain.collapsible(protocol):
            for value in explain.answer_values(protocol, protocol.question[name]):
                found.append({**entry, name: value})
    return found


def _one_per_clause(protocol: Protocol, entries: list[Entry]) -> list[Entry]:
    evaluate = python.compiled(protocol)
    seen: dict[str, Entry] = {}
    for entry in entries:
        seen.setdefault(str(evaluate(entry)[1]), entry)
    return list(seen.values())


@lru_cache(maxsize=8)
def covering(protocol: Protocol) -> Covering:
    """A small set of vectors that kills every mutant that can be killed: greedy, the deadliest first."""
    entries = candidates(protocol)
    right = [_given(protocol, entry) for entry in entries]
    kills: dict[int, set[int]] = {}
    equivalent: list[Mutant] = []
    everyone = list(mutants(protocol))
    for number, mutant in enumerate(everyone):
        given = (_given(mutant.protocol, entry) for entry in entries)
        deadly = [i for i, pair in enumerate(zip(given, right, strict=True)) if pair[0] != pair[1]]
        if not deadly:
            equivalent.append(mutant)
        for i in deadly:
            kills.setdefault(i, set()).add(number)
    chosen = _greedy(kills)
    vectors = tuple(vector(protocol, entries[i]) for i in sorted(chosen))
    return Covering(vectors, len(everyone) - len(equivalent), tuple(equivalent))


def _given(protocol: Protocol, entry: Entry) -> tuple[object, ...]:
    outcome, _, *derived = python.compiled(protocol)(entry)
    return (outcome, *derived)


def _greedy(kills: dict[int, set[int]]) -> set[int]:
    left = set().union(*kills.values()) if kills else set()
    chosen: set[int] = set()
    while left:
        best = max(kills, key=lambda i: (len(kills[i] & left), -i))
        chosen.add(best)
        left -= kills[best]
    return chosen
