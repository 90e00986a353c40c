"""What a new version changes: the entries whose outcome differs, described, witnessed and counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from vigie.rules import cubes, states
from vigie.rules.engines import python
from vigie.rules.joint import Entry, Joint
from vigie.rules.nodes import Value
from vigie.rules.protocol import Protocol
from vigie.rules.states import Factors, State


@dataclass
class Difference:
    """One class of entries: their outcome before and after, by ids.

    `answers`: how many sets of answers, over the joint product. `states`: how many factor states.
    `conditions`: the states in words, each line a case. `clauses`: the clause before and after, with counts.
    """

    before: str
    after: str
    answers: int = 0
    states: int = 0
    conditions: tuple[str, ...] = ()
    clauses: Counter[tuple[str, str]] = field(default_factory=Counter)
    witness_before: Entry = field(default_factory=dict)
    witness_after: Entry = field(default_factory=dict)


class Comparison:
    """Two versions compared; each part is computed when it is asked for."""

    def __init__(self, before: Protocol, after: Protocol) -> None:
        self.before = before
        self.after = after

    @property
    def answers(self) -> int:
        """How many sets of answers the two versions are compared on."""
        return self._counted[1]

    @cached_property
    def differences(self) -> list[Difference]:
        """The classes of entries whose outcome changes, the most numerous first."""
        found = dict(self._counted[0])
        self._add_states(found)
        return sorted(found.values(), key=lambda d: (-d.answers, -d.states, d.before, d.after))

    @cached_property
    def _counted(self) -> tuple[dict[tuple[str, str], Difference], int]:
        """The classes counted over the joint product, and its size."""
        found: dict[tuple[str, str], Difference] = {}
        old, new = python.compiled(self.before), python.compiled(self.after)
        total = 0
        for pair in Joint(self.before, self.after).pairs():
            total += pair.weight
            (before, old_clause, *_), (after, new_clause, *_) = old(pair.before), new(pair.after)
            if before == after:
                continue
            if (before, after) not in found:
                found[before, after] = Difference(
                    before, after, witness_before=pair.before, witness_after=pair.after
                )
            found[before, after].answers += pair.weight
            found[before, after].clauses[old_clause, new_clause] += pair.weight
        return found, total

    def _add_states(self, found: dict[tuple[str, str], Difference]) -> None:
        for key, (changed, space) in self.state_differences.items():
            difference = found.setdefault(key, Difference(*key))
            difference.states = len(changed)
            difference.conditions = tuple(cubes.describe(space, changed))

    @cached_property
    def states(self) -> int:
        """How many factor states the two versions are compared on."""
        return sum(1 for _ in self._space.states())

    @cached_property
    def state_differences(self) -> Mapping[tuple[str, str], tuple[list[State], Factors]]:
        """The factor states whose outcome changes, by (before, after)."""
        old, new = states.factor_space(self.before), states.factor_space(self.after)
        space = self._space
        found: dict[tuple[str, str], list[State]] = defaultdict(list)
        for state in space.states():
            values = dict(zip(space.names, state, strict=True))
            before, after = self._decide(old, values), self._decide(new, values)
            if before != after:
                found[before, after].append(state)
        return {key: (changed, space) for key, changed in found.items()}

    @cached_property
    def _space(self) -> Factors:
        """The factors of both versions; where choices differ, they correspond by their place in the list."""
        old, new = states.factor_space(self.before), states.factor_space(self.after)
        known = {f.name: f for f in old.factors}
        merged = [known.get(f.name, f) for f in new.factors]
        merged += [f for f in old.factors if f.name not in new.names]
        for factor in merged:
            other = next((f for f in new.factors if f.name == factor.name), factor)
            if len(other.values) != len(factor.values):
                raise NotComparable(factor.name)
        return Factors(tuple(merged), new.clauses)

    def _decide(self, space: Factors, values: Mapping[str, Value]) -> str:
        own = []
        for factor in space.factors:
            merged = next(f for f in self._space.factors if f.name == factor.name)
            own.append(factor.values[merged.values.index(values[factor.name])])
        return space.decide(tuple(own))[0]


class NotComparable(Exception):
    """The factor spaces of two versions do not correspond; `name` is the factor that differs."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the factor {name!r} takes another number of values in each version")
        self.name = name
