"""A certificate: what was proved of which protocol, on which domain, by which solver. JSON-ready.

The same bytes every time, apart from the date: witnesses are the first ones, not what the solver meets first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vigie.rules import codec, monotony, states, verify
from vigie.rules.nodes import Value
from vigie.rules.protocol import Protocol

FORMAT = "vigie-certificate/1"


def certificate(protocol: Protocol, verdicts: list[verify.Verdict], date: str) -> dict[str, Any]:
    """The certificate of these verdicts. `date` is the only part that changes from day to day."""
    counts = states.outcome_counts(protocol)
    return {
        "format": FORMAT,
        "protocol": protocol.full_name,
        "digest": f"sha256:{protocol.digest}",
        "domain": verify.domain_of(protocol),
        "solver": verify.solver(),
        "holds": all(verdict.holds for verdict in verdicts),
        "conditions": [_verdict(verdict) for verdict in verdicts],
        "outcomes": {outcome: counts[outcome] for outcome in sorted(counts)},
        "lowerings": [_lowering(one) for one in monotony.lowerings(protocol)],
        "date": date,
    }


def written(entry: Mapping[str, Value | None]) -> dict[str, str]:
    """An entry as answers are written in files."""
    return {name: codec.write(value) for name, value in entry.items() if value is not None}


def _verdict(verdict: verify.Verdict) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": verdict.condition.name,
        "statement": verdict.condition.statement,
        "wanted": verdict.condition.wanted,
        "holds": verdict.holds,
    }
    if verdict.witness is not None:
        found["witness"] = written(verdict.witness)
    return found | ({"reason": verdict.reason} if verdict.reason else {})


def _lowering(one: monotony.Lowering) -> dict[str, Any]:
    return {
        "added": list(one.signs),
        "before": one.before,
        "after": one.after,
        "changes": [[question, codec.write(old), codec.write(new)] for question, old, new in one.changes],
        "count": one.count,
        "witness": written(one.witness),
    }
