"""What a new version changes in its file: questions, value sets, calculations, clauses, columns, texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vigie.rules.printing import text_of
from vigie.rules.protocol import Protocol, Question
from vigie.rules.texts import Texts

Section = Literal["questions", "answers", "calculations", "decision", "outcomes", "columns", "texts"]


@dataclass(frozen=True)
class Change:
    """One thing that changed. `before` or `after` is "" when it did not exist."""

    section: Section
    name: str
    before: str
    after: str


def changes(before: Protocol, after: Protocol) -> list[Change]:
    """Every change of the rules and columns, section by section."""
    found: list[Change] = []
    found += _differing("questions", _asked(before), _asked(after))
    found += _differing("answers", _answers(before), _answers(after), both=True)
    found += _differing("calculations", _calculations(before), _calculations(after))
    found += _differing("decision", _clauses(before), _clauses(after))
    found += _differing("outcomes", _codes(before), _codes(after))
    found += _differing("columns", _columns(before), _columns(after))
    return found


def text_changes(before: Texts, after: Texts) -> list[Change]:
    """Every text that changed, by its path."""
    old = {" / ".join(path): text.strip() for path, text in before.by_path.items()}
    new = {" / ".join(path): text.strip() for path, text in after.by_path.items()}
    return _differing("texts", old, new)


def _differing(
    section: Section, old: Mapping[str, str], new: Mapping[str, str], *, both: bool = False
) -> list[Change]:
    names = [n for n in dict.fromkeys([*old, *new]) if not both or (n in old and n in new)]
    return [
        Change(section, n, old.get(n, ""), new.get(n, "")) for n in names if old.get(n, "") != new.get(n, "")
    ]


def _asked(protocol: Protocol) -> dict[str, str]:
    return {q.id: f"asked if {text_of(q.asked)}" if q.asked else "asked" for q in protocol.questions}


def _answers(protocol: Protocol) -> dict[str, str]:
    return {q.id: _values(q) for q in protocol.questions}


def _values(question: Question) -> str:
    if question.choices:
        return ", ".join(question.choices)
    return f"{question.minimum}–{question.maximum}, {question.decimals} decimal(s)"


def _calculations(protocol: Protocol) -> dict[str, str]:
    found = {d.id: text_of(d.value) for d in protocol.derived}
    for tally in protocol.tallies:
        found |= {f"{tally.id}: {factor.id}": text_of(factor.when) for factor in tally.factors}
    return found


def _clauses(protocol: Protocol) -> dict[str, str]:
    return {c.path: text_of(c.when) + (f" → {c.outcome}" if c.outcome else "") for c in protocol.clauses()}


def _codes(protocol: Protocol) -> dict[str, str]:
    return {o.id: f"{o.code}, urgency {o.urgency or '–'}" for o in protocol.outcomes}


def _columns(protocol: Protocol) -> dict[str, str]:
    return {c.id: "required" if c.required else "optional" for c in protocol.columns}
