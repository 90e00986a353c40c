"""From a protocol file to a Protocol. Every refusal names file, line, column, what and what to do."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import get_args

from vigie.rules import codec, source, types
from vigie.rules.errors import AnswerError
from vigie.rules.expressions import Scope
from vigie.rules.loader_questions import QuestionSections
from vigie.rules.nodes import Node
from vigie.rules.protocol import (
    NO_OUTCOME,
    Alert,
    Clause,
    Column,
    ColumnKind,
    Derived,
    Example,
    Factor,
    Outcome,
    Promise,
    Protocol,
    Tally,
)
from vigie.rules.source import Source

REQUIRED = "protocol version questions"
OPTIONAL = "scales measures derived tallies decision outcomes modes alerts exempt promises columns examples"


def load(path: Path) -> Protocol:
    """The protocol in a file. Raises ProtocolError."""
    return loads(source.read_bytes(path), str(path))


def loads(data: bytes, file: str = "<protocol>") -> Protocol:
    """The protocol written in `data`; `file` is its name in messages. Raises ProtocolError."""
    return _Loader(source.parse(data, file), hashlib.sha256(data).hexdigest()).load()


class _Loader(QuestionSections):
    """Reads the sections in the order in which they may refer to one another."""

    def __init__(self, document: Source, digest: str) -> None:
        super().__init__(document.fields(REQUIRED, OPTIONAL))
        self.digest = digest

    def load(self) -> Protocol:
        self._read_scales()
        self._read_measures()
        self._read_questions()
        derived, tallies = self._read_derived(), self._read_tallies()
        outcomes = self._list("outcomes", self._outcome)
        self._refuse_repeats("outcomes", [o.id for o in outcomes])
        self.outcome_ids = {o.id for o in outcomes}
        decision = self._clauses(self.sections["decision"], "") if "decision" in self.sections else ()
        modes = self.sections["modes"].texts() if "modes" in self.sections else ()
        self.modes = modes
        exempt, exempt_code = self._read_exempt()
        return Protocol(
            name=self._identifier(self.sections["protocol"]),
            version=self.sections["version"].text(),
            digest=self.digest,
            scales=self.scales,
            questions=tuple(self.questions),
            measures=tuple(self.measures),
            derived=derived,
            tallies=tallies,
            decision=decision,
            outcomes=outcomes,
            modes=modes,
            alerts=self._list("alerts", self._alert),
            promises=self._read_promises(),
            columns=self._read_columns({d.id for d in derived}),
            exempt=exempt,
            exempt_code=exempt_code,
            examples=self._list("examples", self._example),
        )

    # Sections

    def _read_derived(self) -> tuple[Derived, ...]:
        found: list[Derived] = []
        entries = self.sections["derived"].items() if "derived" in self.sections else []
        for name, value in self._pairs(entries):
            node, kind = self._expression(value, self._scope())
            if isinstance(kind, types.Count):
                value.refuse("a count is a tally; compare it with a whole number here")
            if name in self.names:
                value.refuse(f"{name!r} is already the name of something else")
            self.names[name] = kind
            found.append(Derived(name, node, kind))
        return tuple(found)

    def _read_tallies(self) -> tuple[Tally, ...]:
        found: list[Tally] = []
        for name, place, items in self.sections["tallies"].entries() if "tallies" in self.sections else ():
            self._identifier(place)
            if name in self.names:
                place.refuse(f"{name!r} is already the name of something else")
            pairs = self._pairs(items.items())
            if not pairs:
                items.refuse("a tally needs at least one condition")
            factors = tuple(Factor(key, self._condition(value)) for key, value in pairs)
            found.append(Tally(name, factors))
            self.tallies[name] = tuple(factor.when for factor in factors)
        return tuple(found)

    def _outcome(self, item: Source) -> Outcome:
        fields = item.fields("id code", "urgency")
        if fields["id"].text() in (NO_OUTCOME, ""):
            fields["id"].refuse(f"{fields['id'].text()!r} cannot name an outcome")
        urgency = self._whole(fields["urgency"], 1, 99) if "urgency" in fields else None
        return Outcome(fields["id"].text(), fields["code"].text(), urgency)

    def _clauses(self, section: Source, parent: str) -> tuple[Clause, ...]:
        clauses = tuple(self._clause(item, parent) for item in section.items())
        paths = [clause.path for clause in clauses]
        if len(set(paths)) < len(paths) or not paths:
            section.refuse("clauses are expected, each with its own name")
        return clauses

    def _clause(self, item: Source, parent: str) -> Clause:
        fields = item.fields("clause when", "outcome then")
        path = parent + self._identifier(fields["clause"])
        when = self._condition(fields["when"])
        if ("outcome" in fields) == ("then" in fields):
            item.refuse("either an outcome or clauses inside (then) are expected")
        if "then" in fields:
            return Clause(path, when, then=self._clauses(fields["then"], path + "/"))
        outcome = fields["outcome"].text()
        if outcome not in self.outcome_ids:
            fields["outcome"].refuse(f"{outcome!r} is not among the outcomes")
        return Clause(path, when, outcome)

    def _alert(self, item: Source) -> Alert:
        fields = item.fields("item rule severity when", "modes")
        modes = fields["modes"].texts() if "modes" in fields else ()
        for mode in modes:
            if mode not in self.modes:
                fields["modes"].refuse(f"{mode!r} is not among the modes")
        return Alert(
            fields["item"].text(),
            fields["rule"].text(),
            fields["severity"].text(),
            self._condition(fields["when"], self._scope(history=True)),
            modes,
        )

    def _read_exempt(self) -> tuple[Node | None, str | None]:
        if "exempt" not in self.sections:
            return None, None
        fields = self.sections["exempt"].fields("when", "code")
        return self._condition(fields["when"]), fields["code"].text() if "code" in fields else None

    def _read_promises(self) -> tuple[Promise, ...]:
        scope = self._scope()
        scope = Scope(
            {**scope.names, "outcome": types.Choice((*sorted(self.outcome_ids), NO_OUTCOME))}, scope.tallies
        )
        entries = self.sections["promises"].items() if "promises" in self.sections else []
        return tuple(Promise(name, self._condition(claim, scope)) for name, claim in self._pairs(entries))

    def _read_columns(self, derived: set[str]) -> tuple[Column, ...]:
        columns: list[Column] = []
        for item in self.sections["columns"].items() if "columns" in self.sections else ():
            fields = item.fields("id kind", "required")
            name, kind = fields["id"].text(), self._column_kind(fields["kind"])
            if kind == "answer" and name not in {q.id for q in self.questions}:
                fields["id"].refuse(f"{name!r} is not a question")
            if kind == "derived" and name not in derived:
                fields["id"].refuse(f"{name!r} is not a derived value")
            columns.append(Column(name, kind, self._yes(fields)))
        self._refuse_repeats("columns", [c.id for c in columns])
        return tuple(columns)

    def _column_kind(self, place: Source) -> ColumnKind:
        for kind in get_args(ColumnKind):
            if kind == place.text():
                return kind  # type: ignore[no-any-return]
        place.refuse(f"one of {', '.join(get_args(ColumnKind))} is expected")

    def _yes(self, fields: dict[str, Source]) -> bool:
        if "required" not in fields:
            return True
        text = fields["required"].text()
        if text not in ("yes", "no"):
            fields["required"].refuse("yes or no is expected")
        return text == "yes"

    def _example(self, item: Source) -> Example:
        fields = item.fields("note answers", "outcome alerts")
        answers: dict[str, str] = {}
        by_id = {q.id: q for q in self.questions}
        for key, place, value in fields["answers"].entries():
            if key not in by_id:
                place.refuse(f"{key!r} is not a question")
            try:
                codec.read(by_id[key], value.text())
            except AnswerError as error:
                value.refuse(error.what)
            answers[key] = value.text()
        outcome = fields["outcome"].text() if "outcome" in fields else None
        if outcome not in (None, NO_OUTCOME, *self.outcome_ids):
            fields["outcome"].refuse(f"{outcome!r} is not among the outcomes")
        alerts = fields["alerts"].texts() if "alerts" in fields else None
        return Example(fields["note"].text(), answers, outcome, alerts)
