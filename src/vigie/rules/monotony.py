"""Does getting worse ever lower the urgency? A report, not a promise: the published trees do it.

A worsening is a change of one answer (with the follow-ups it opens) that adds symptoms or factors and
removes none. Counts are over the product of answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from vigie.rules import explain, nodes, states
from vigie.rules.engines import python, reference
from vigie.rules.nodes import Value
from vigie.rules.protocol import Protocol

Entry = Mapping[str, Value | None]


@dataclass(frozen=True)
class Lowering:
    """A kind of worsening that lowers the urgency.

    `signs`: the symptoms and factors added. `changes`: the answers that add them, as (question, from, to).
    `count`: how many pairs of an entry and a change. `witness`: an entry to which the first change is made.
    """

    signs: tuple[str, ...]
    before: str
    after: str
    changes: tuple[tuple[str, Value, Value], ...]
    count: int
    witness: Entry


def lowerings(protocol: Protocol) -> list[Lowering]:
    """Every kind of worsening that lowers the urgency, in the order of questions; empty when there is none.

    Outcomes outside the urgency scale are left out.
    """
    found: dict[tuple[tuple[str, ...], str, str], Lowering] = {}
    report = _Report(protocol)
    for question in protocol.questions:
        for entry, weight in states.entries(protocol, expanded=frozenset((question.id,))):
            for one in report.of_entry(question.id, entry, weight):
                key = (one.signs, one.before, one.after)
                found[key] = _merged(found[key], one) if key in found else one
    return list(found.values())


def _merged(known: Lowering, one: Lowering) -> Lowering:
    changes = known.changes if one.changes[0] in known.changes else known.changes + one.changes
    return replace(known, changes=changes, count=known.count + one.count)


class _Report:
    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.evaluate: Callable[[Entry], tuple[object, ...]] = python.compiled(protocol)
        self.factors = python.compiled_factors(protocol)
        self.urgency: dict[object, int | None] = {o.id: o.urgency for o in protocol.outcomes}
        self.values = {q.id: explain.answer_values(protocol, q) for q in protocol.questions}
        # Yes-or-no names that the clauses read by themselves are symptoms, unless they are factors already.
        factors = {f.when for tally in protocol.tallies for f in tally.factors}
        read = {n for clause in protocol.clauses() for n in clause.when.walk() if isinstance(n, nodes.Name)}
        self.symptoms = {name.id for name in read - factors}

    def of_entry(self, question: str, entry: Entry, weight: int) -> Iterator[Lowering]:
        """The changes of one answer of this entry that lower the urgency and only add signs."""
        present = entry.get(question)
        before = self.evaluate(entry)[0]
        urgency = self.urgency.get(before)
        if present is None or urgency is None:
            return
        for value in self.values[question]:
            if value == present:
                continue
            for changes in explain.with_follow_ups(self.protocol, entry, {question: value}):
                changed = {**entry, **changes}
                after = self.evaluate(changed)[0]
                lower = self.urgency.get(after)
                if lower is None or lower <= urgency:
                    continue
                old, new = self._signs(entry), self._signs(changed)
                if old < new:
                    change = (question, present, value)
                    added = tuple(sorted(new - old))
                    yield Lowering(added, str(before), str(after), (change,), weight, entry)

    def _signs(self, entry: Entry) -> frozenset[str]:
        """The symptoms and factors of an entry."""
        values, _ = reference.visible_answers(self.protocol, entry)
        for derived in self.protocol.derived:
            values[derived.id] = reference.value_of(derived.value, values)
        present = {name for name in self.symptoms if values.get(name) is True}
        return frozenset(present.union(self.factors(entry)))
