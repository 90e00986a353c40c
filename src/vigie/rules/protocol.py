"""What a protocol is, once read: frozen, checked, and the same for every engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

from vigie.rules import types
from vigie.rules.nodes import Node, Value

UNDECIDED = None
"""The outcome while an answer that matters is missing."""
NO_OUTCOME = "none"
"""The outcome when every clause is known to be false."""

ColumnKind = Literal[
    "version", "date", "timestamp", "duration", "postal_code", "uuid", "outcome", "answer", "derived"
]


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `kind` is its type; `choices` its written codes, empty for a number or a text.

    `asked` is its condition (None: always asked); `hidden` the value it takes when not asked.
    `reads` gives other spellings of its codes; `computed` is its formula from the measures. `ranges`:
    the whole numbers each code stands for (ages in years), first and last included, None for no end.
    """

    id: str
    kind: types.Type
    choices: tuple[str, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int | None = None
    asked: Node | None = None
    hidden: Value | None = None
    computed: Node | None = None
    reads: Mapping[str, str] = field(default_factory=dict)
    ranges: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number asked only to compute an answer (weight, height): never stored."""

    id: str
    minimum: Decimal
    maximum: Decimal
    decimals: int


@dataclass(frozen=True, slots=True)
class Derived:
    """A value calculated from the answers."""

    id: str
    value: Node
    kind: types.Type


@dataclass(frozen=True, slots=True)
class Factor:
    """One condition of a tally."""

    id: str
    when: Node


@dataclass(frozen=True, slots=True)
class Tally:
    """A named list of conditions that are counted."""

    id: str
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One step of the decision: when it holds, its outcome or the clauses inside it.

    Clauses are tried in order; entering one is final: if nothing inside matches, there is no outcome.
    """

    path: str
    when: Node
    outcome: str | None = None
    then: tuple[Clause, ...] = ()

    def walk(self) -> Iterator[Clause]:
        """This clause and all inside it, in reading order."""
        yield self
        for clause in self.then:
            yield from clause.walk()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One result. `urgency`: 1 is the most urgent; None stands outside the scale."""

    id: str
    code: str
    urgency: int | None


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that can fire beside others. `modes` empty: in every mode."""

    item: str
    rule: str
    severity: str
    when: Node
    modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """A property that holds for every input; proved by `vigie protocol prove`."""

    id: str
    claim: Node


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the upload format, in header order."""

    id: str
    kind: ColumnKind
    required: bool


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: written answers and the outcome they must give."""

    note: str
    answers: Mapping[str, str]
    outcome: str | None
    alerts: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class Protocol:
    """One version of one protocol. `digest` is the SHA-256 of the file it was read from.

    Compared by identity, so that engines can keep what they made of it.
    """

    name: str
    version: str
    digest: str
    scales: Mapping[str, tuple[str, ...]]
    questions: tuple[Question, ...]
    measures: tuple[Measure, ...]
    derived: tuple[Derived, ...]
    tallies: tuple[Tally, ...]
    decision: tuple[Clause, ...]
    outcomes: tuple[Outcome, ...]
    modes: tuple[str, ...]
    alerts: tuple[Alert, ...]
    promises: tuple[Promise, ...]
    columns: tuple[Column, ...]
    exempt: Node | None
    exempt_code: str | None
    examples: tuple[Example, ...]

    @property
    def full_name(self) -> str:
        """`orientation/2020-06-09`."""
        return f"{self.name}/{self.version}"

    @cached_property
    def question(self) -> Mapping[str, Question]:
        """Questions by id."""
        return {q.id: q for q in self.questions}

    @cached_property
    def tally(self) -> Mapping[str, Tally]:
        """Tallies by id."""
        return {t.id: t for t in self.tallies}

    @cached_property
    def outcome(self) -> Mapping[str, Outcome]:
        """Outcomes by id."""
        return {o.id: o for o in self.outcomes}

    @cached_property
    def outcome_by_code(self) -> Mapping[str, Outcome]:
        """Outcomes by their published code."""
        return {o.code: o for o in self.outcomes}

    @cached_property
    def column(self) -> Mapping[str, Column]:
        """Upload columns by name."""
        return {c.id: c for c in self.columns}

    def clauses(self) -> Iterator[Clause]:
        """Every clause, nested ones included, in reading order."""
        for clause in self.decision:
            yield from clause.walk()
