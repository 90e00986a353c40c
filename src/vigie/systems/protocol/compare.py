"""`vigie protocol diff`: what a new version changes, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from vigie.rules import library, texts
from vigie.rules.certificate import written
from vigie.rules.changes import Change, changes, text_changes
from vigie.rules.diff import Comparison, Difference
from vigie.rules.errors import ProtocolError
from vigie.rules.protocol import Protocol
from vigie.systems.protocol.wording import entry, number


def compare(before: str, after: str, *, as_json: bool) -> None:
    """Print the comparison. Raises ProtocolError and NotComparable."""
    old, new = library.resolve(before), library.resolve(after)
    comparison = Comparison(old, new)
    changed = changes(old, new) + _texts(old, new)
    if as_json:
        click.echo(json.dumps(_json(comparison, changed), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_told(comparison, changed)))


def told(old: Protocol, new: Protocol) -> Iterator[str]:
    """The comparison of two protocols as lines for people."""
    yield from _told(Comparison(old, new), changes(old, new))


def _texts(old: Protocol, new: Protocol) -> list[Change]:
    try:
        return text_changes(texts.load(old.full_name), texts.load(new.full_name))
    except ProtocolError:
        return []  # a protocol that stands alone in a file may have no texts


def _json(comparison: Comparison, changed: list[Change]) -> dict[str, Any]:
    return {
        "before": {"protocol": comparison.before.full_name, "digest": comparison.before.digest},
        "after": {"protocol": comparison.after.full_name, "digest": comparison.after.digest},
        "differences": [_difference(comparison, d) for d in comparison.differences],
        "domain": {"answers": comparison.answers, "factor_states": comparison.states},
        "changes": [
            {"section": c.section, "name": c.name, "before": c.before, "after": c.after} for c in changed
        ],
    }


def _difference(comparison: Comparison, difference: Difference) -> dict[str, Any]:
    return {
        "before": {"id": difference.before, "code": _code(comparison.before, difference.before)},
        "after": {"id": difference.after, "code": _code(comparison.after, difference.after)},
        "answers": difference.answers,
        "factor_states": difference.states,
        "conditions": list(difference.conditions),
        "clauses": [
            {"before": old, "after": new, "answers": count}
            for (old, new), count in difference.clauses.most_common()
        ],
        "witness": {"before": written(difference.witness_before), "after": written(difference.witness_after)},
    }


def _code(protocol: Protocol, outcome: str) -> str:
    known = protocol.outcome.get(outcome)
    return known.code if known else outcome


def _told(comparison: Comparison, changed: list[Change]) -> Iterator[str]:
    yield f"{comparison.before.full_name} → {comparison.after.full_name}"
    differences = comparison.differences
    total = sum(d.answers for d in differences)
    states = sum(d.states for d in differences)
    yield f"{number(total)} réponses sur {number(comparison.answers)} changent d’issue,"
    yield f"{number(states)} états de facteurs sur {number(comparison.states)}."
    for difference in differences:
        yield from _paragraph(comparison, difference)
    yield ""
    yield f"{len(changed)} changements dans les fichiers"
    for change in changed:
        if change.section != "texts":
            yield f"  {change.section:12} {change.name}: {change.before or '∅'} → {change.after or '∅'}"
    rewritten = [c.name for c in changed if c.section == "texts"]
    if rewritten:
        yield f"  texts        {len(rewritten)} textes changés, dont {', '.join(rewritten[:5])}"


def _paragraph(comparison: Comparison, difference: Difference) -> Iterator[str]:
    old, new = _code(comparison.before, difference.before), _code(comparison.after, difference.after)
    yield ""
    yield f"{difference.before} {old} → {difference.after} {new}"
    yield f"  {number(difference.answers)} réponses, {number(difference.states)} états de facteurs"
    for line in difference.conditions:
        yield f"  · {line}"
    for (before, after), count in difference.clauses.most_common(3):
        yield f"  {before} → {after} : {number(count)}"
    same = difference.witness_before == difference.witness_after
    yield f"  exemple : {entry(written(difference.witness_after))}" + (
        "" if same else f" (avant : {entry(written(difference.witness_before))})"
    )
