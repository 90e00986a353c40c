"""Two versions asked together: every complete set of answers to the questions of both, exactly counted.

A question both versions ask is answered once. Where its choices differ but stand for ranges (ages), it is
answered by the common refinement of the ranges. A code that only one version knows and that is no range
is left out: the other version has no answer to compare. A question of one version alone is answered for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from vigie.rules import domain, explain, states
from vigie.rules.engines import reference
from vigie.rules.nodes import Value
from vigie.rules.protocol import Protocol, Question

Entry = dict[str, Value | None]
Answer = tuple[Value | None, Value | None]
"""An answer as each version writes it; None where the question does not exist."""


@dataclass(frozen=True)
class Pair:
    """One person's answers for both versions. `weight`: how many such sets of answers it stands for."""

    before: Entry
    after: Entry
    weight: int


class Joint:
    """The joint product of answers of two versions."""

    def __init__(self, before: Protocol, after: Protocol) -> None:
        self.versions = (before, after)
        ids = list(dict.fromkeys([*before.question, *after.question]))
        self.answers: dict[str, list[Answer]] = {name: self._answers(name) for name in ids}
        alone = [set(domain.collapsible(p)) | (set(ids) - set(p.question)) for p in self.versions]
        self.collapsed = [name for name in ids if all(name in one for one in alone)]
        self.core = [name for name in ids if name not in self.collapsed]
        self.cap = max(states.highest_bound(p) for p in self.versions) + 1

    def pairs(self) -> Iterator[Pair]:
        """Weighted pairs of entries; the weights add up to the size of the joint product."""
        shares = list(self._shares())
        for before, after in self._extend(0, ({}, {}), ({}, {})):
            for (few_before, few_after), weight in shares:
                yield Pair({**before, **few_before}, {**after, **few_after}, weight)

    def _answers(self, name: str) -> list[Answer]:
        old, new = (p.question.get(name) for p in self.versions)
        if old is None or new is None:
            alone = old or new
            assert alone is not None
            protocol = self.versions[old is None]
            values: list[Value | None] = list(explain.answer_values(protocol, alone))
            return [(v, None) if new is None else (None, v) for v in values]
        if old.ranges and new.ranges:
            return _refined(old, new)
        before = explain.answer_values(self.versions[0], old)
        after = explain.answer_values(self.versions[1], new)
        if old.choices:
            return [(value, value) for value in before if value in after]
        return [(value, value) for value in dict.fromkeys([*before, *after])]

    def _extend(
        self, at: int, entry: tuple[Entry, Entry], seen: tuple[Entry, Entry]
    ) -> Iterator[tuple[Entry, Entry]]:
        """`seen`: the entries with the hidden values of the questions a version does not ask."""
        if at == len(self.core):
            yield entry
            return
        name = self.core[at]
        asked = [self._asks(side, name, seen[side]) for side in (0, 1)]
        if not any(asked):
            hidden = ({**seen[0], **self._hidden(0, name)}, {**seen[1], **self._hidden(1, name)})
            yield from self._extend(at + 1, entry, hidden)
            return
        for answer in self.answers[name]:
            longer, known = list(entry), list(seen)
            for side in (0, 1):
                given = {name: answer[side]} if asked[side] else {}
                longer[side] = {**entry[side], **given}
                known[side] = {**seen[side], **(given or self._hidden(side, name))}
            yield from self._extend(at + 1, (longer[0], longer[1]), (known[0], known[1]))

    def _asks(self, side: int, name: str, seen: Entry) -> bool:
        question = self.versions[side].question.get(name)
        if question is None:
            return False
        return question.asked is None or reference.value_of(question.asked, seen) is True

    def _hidden(self, side: int, name: str) -> Entry:
        question = self.versions[side].question.get(name)
        return {} if question is None else {name: question.hidden}

    def _shares(self) -> Iterator[tuple[tuple[Entry, Entry], int]]:
        """As states._shares, for the factors of both versions at once."""
        ways: dict[tuple[int, int], tuple[tuple[Entry, Entry], int]] = {(0, 0): (({}, {}), 1)}
        for name in self.collapsed:
            following: dict[tuple[int, int], tuple[tuple[Entry, Entry], int]] = {}
            for (counts, (entries, weight)), answer in itertools.product(ways.items(), self.answers[name]):
                total = (
                    min(counts[0] + self._added(0, name, answer[0]), self.cap),
                    min(counts[1] + self._added(1, name, answer[1]), self.cap),
                )
                longer = (_with(entries[0], name, answer[0]), _with(entries[1], name, answer[1]))
                kept, known = following.get(total, (longer, 0))
                following[total] = (kept, known + weight)
            ways = following
        yield from ways.values()

    def _added(self, side: int, name: str, value: Value | None) -> int:
        return 0 if value is None else states.factors_added(self.versions[side], name, value)


def _with(entry: Entry, name: str, value: Value | None) -> Entry:
    return entry if value is None else {**entry, name: value}


def _refined(old: Question, new: Question) -> list[Answer]:
    """The common refinement of two lists of ranges, each part as both versions write it."""
    starts = sorted({low for q in (old, new) for low, _ in q.ranges.values()})
    return [(_code_at(old, start), _code_at(new, start)) for start in starts]


def _code_at(question: Question, number: int) -> str:
    return next(
        code
        for code, (low, high) in question.ranges.items()
        if low <= number and (high is None or number <= high)
    )
