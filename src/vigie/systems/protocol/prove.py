"""`vigie protocol prove`: verdicts for people, certificates for files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from vigie.rules import library, verify
from vigie.rules.certificate import certificate, written
from vigie.rules.protocol import Protocol
from vigie.systems.protocol.whole import write_whole
from vigie.systems.protocol.wording import entry, number

KINDS = {
    "total": "issue unique",
    "clause": "clauses atteintes",
    "outcome": "issues atteintes",
    "promise": "promesses",
}


def prove(names: list[str], directory: Path | None, *, as_json: bool) -> int:
    """Prove each protocol. Returns 0, or 1 when something does not hold."""
    found = []
    for name in names:
        protocol = library.resolve(name)
        verdicts = verify.prove(protocol)
        # The day only: a certificate made twice the same day is the same file.
        made = certificate(protocol, verdicts, datetime.now(UTC).date().isoformat())
        found.append(made)
        if directory:
            path = directory / f"{protocol.name}-{protocol.version}.json"
            write_whole(path, json.dumps(made, ensure_ascii=False, indent=2) + "\n")
        if not as_json:
            click.echo("\n".join(_told(protocol, verdicts, made)) + "\n")
    if as_json:
        click.echo(json.dumps(found if len(found) > 1 else found[0], ensure_ascii=False, indent=2))
    return int(not all(made["holds"] for made in found))


def _told(protocol: Protocol, verdicts: list[verify.Verdict], made: dict[str, Any]) -> Iterator[str]:
    size, states = made["domain"]["answers"], made["domain"]["factor_states"]
    yield f"{protocol.full_name} · {number(size)} réponses possibles, {number(states)} états de facteurs"
    for kind, label in KINDS.items():
        of_kind = [v for v in verdicts if v.condition.kind == kind]
        held = sum(v.holds for v in of_kind)
        yield f"  {'✓' if held == len(of_kind) else '✗'} {label} : {held} sur {len(of_kind)}"
        for verdict in of_kind:
            if not verdict.holds:
                yield from _failure(verdict)
    yield "  Aggravations qui abaissent l’urgence : " + ("aucune" if not made["lowerings"] else "")
    for one in made["lowerings"]:
        added = ", ".join(one["added"])
        yield f"    + {added} : {one['before']} → {one['after']}, {number(one['count'])} cas"
        question, old, new = one["changes"][0]
        yield f"      exemple : {entry(one['witness'])}, puis {question} : {old} → {new}"


def _failure(verdict: verify.Verdict) -> Iterator[str]:
    yield f"      {verdict.condition.name} ne tient pas. {verdict.reason}".rstrip()
    if verdict.witness is not None:
        yield f"      exemple : {entry(written(verdict.witness))}"
