"""The shortest readable description found of a set of factor states: a few cases, each some conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vigie.rules.nodes import Value
from vigie.rules.printing import literal
from vigie.rules.states import Factor, Factors, State

Cube = tuple[frozenset[Value], ...]
"""For each factor, the values that belong to the case."""


def describe(space: Factors, wanted: Iterable[State]) -> list[str]:
    """One line per case; together they hold on the wanted states and on no other."""
    return [_line(space, cube) for cube in cover(space, set(wanted))]


def cover(space: Factors, wanted: set[State]) -> list[Cube]:
    """Few cubes that together are the wanted states: greedy, the widest first.

    A covering that is not always the smallest, but each of its cubes is as wide as can be.
    """
    left, found = set(wanted), []
    while left:
        candidates = {cube for seed in _seeds(left) for cube in _widest(space, seed, wanted)}
        best = max(candidates, key=lambda cube: (_covered(cube, left), _breadth(space, cube)))
        found.append(best)
        left = {state for state in left if not _inside(state, best)}
    return found


def _seeds(left: set[State]) -> list[State]:
    """A few states to grow from: enough to find wide cubes, few enough to be quick."""
    ordered = sorted(left, key=repr)
    step = max(1, len(ordered) // 8)
    return ordered[::step]


def _widest(space: Factors, seed: State, wanted: set[State]) -> Iterator[Cube]:
    """The cubes grown from a state, one for each factor that may be freed first."""
    size = len(space.factors)
    for first in range(size):
        cube = tuple(frozenset((value,)) for value in seed)
        members = {seed}
        for at in [*range(first, size), *range(first)]:
            cube, members = _grown(space, cube, members, at, wanted)
        yield cube


def _grown(
    space: Factors, cube: Cube, members: set[State], at: int, wanted: set[State]
) -> tuple[Cube, set[State]]:
    values = set(cube[at])
    for value in space.factors[at].values:
        moved = {(*state[:at], value, *state[at + 1 :]) for state in members}
        if value not in values and moved <= wanted:
            values.add(value)
            members = members | moved
    return (*cube[:at], frozenset(values), *cube[at + 1 :]), members


def _inside(state: State, cube: Cube) -> bool:
    return all(value in values for value, values in zip(state, cube, strict=True))


def _covered(cube: Cube, left: set[State]) -> int:
    return sum(_inside(state, cube) for state in left)


def _breadth(space: Factors, cube: Cube) -> int:
    return sum(len(values) == len(f.values) for f, values in zip(space.factors, cube, strict=True))


def _line(space: Factors, cube: Cube) -> str:
    parts = [
        text
        for factor, values in zip(space.factors, cube, strict=True)
        if (text := _condition(factor, values))
    ]
    return " and ".join(parts) or "always"


def _condition(factor: Factor, values: frozenset[Value]) -> str:
    listed = [v for v in factor.values if v in values]
    others = [v for v in factor.values if v not in values]
    if not others:
        return ""
    if isinstance(listed[0], bool):
        return factor.name if listed[0] else f"not {factor.name}"
    if (
        isinstance(listed[0], int)
        and listed[-1] == factor.values[-1]
        and len(listed) == len(factor.values) - factor.values.index(listed[0])
    ):
        return f"{factor.name} >= {listed[0]}"
    if len(listed) == 1:
        return f"{factor.name} == {literal(listed[0])}"
    if len(others) == 1:
        return f"{factor.name} != {literal(others[0])}"
    return f"{factor.name} in ({', '.join(map(literal, listed))})"
