"""Proofs about a protocol: conditions are generated and named first, then solved, then told.

What is proved, on every complete entry: one outcome is always reached; every clause and every outcome is
reached by some entry; every promise of the protocol file holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vigie.rules import domain, explain, printing, states
from vigie.rules.engines import reference
from vigie.rules.nodes import Value
from vigie.rules.protocol import NO_OUTCOME, Protocol

Kind = Literal["total", "clause", "outcome", "promise"]
Entry = Mapping[str, Value | None]


@dataclass(frozen=True)
class Condition:
    """Something to prove. `wanted`: whether an entry that satisfies `statement` must exist or must not."""

    name: str
    kind: Kind
    statement: str
    wanted: bool


@dataclass(frozen=True)
class Verdict:
    """A condition with what was found. `witness`: an entry that reaches the clause, or breaks the promise."""

    condition: Condition
    holds: bool
    witness: Entry | None
    reason: str = ""


def conditions(protocol: Protocol) -> Iterator[Condition]:
    """Everything there is to prove, in a fixed order."""
    yield Condition("total", "total", "an entry has no outcome", wanted=False)
    for clause in protocol.clauses():
        yield Condition(f"clause:{clause.path}", "clause", f"an entry reaches {clause.path}", wanted=True)
    for outcome in protocol.outcomes:
        yield Condition(f"outcome:{outcome.id}", "outcome", f"an entry has outcome {outcome.id}", wanted=True)
    for promise in protocol.promises:
        broken = f"an entry breaks: {printing.text_of(promise.claim)}"
        yield Condition(f"promise:{promise.id}", "promise", broken, wanted=False)


def prove(protocol: Protocol) -> list[Verdict]:
    """Solve every condition. Needs the extra `prove` (z3-solver)."""
    # Z3 is heavy, and only proofs need it.
    from vigie.rules.engines import z3

    model = z3.Model(protocol)
    options = {q.id: explain.answer_values(protocol, q) for q in protocol.questions}
    promises = {p.id: p.claim for p in protocol.promises}

    def solve(condition: Condition) -> Verdict:
        formula = _formula(model, condition, promises)
        witness = z3.first_witness(model, formula, options)
        holds = (witness is not None) == condition.wanted
        reason = "" if holds or condition.kind != "clause" else _why_dead(model, condition, z3)
        return Verdict(condition, holds, _shown(protocol, witness), reason)

    return [solve(condition) for condition in conditions(protocol)]


def _formula(model: Any, condition: Condition, promises: Mapping[str, Any]) -> Any:
    _, _, name = condition.name.partition(":")
    match condition.kind:
        case "total":
            return model.has_outcome(NO_OUTCOME)
        case "clause":
            return model.reach[name]
        case "outcome":
            return model.has_outcome(name)
    import z3

    return z3.Not(model.condition(promises[name]))


def _why_dead(model: Any, condition: Condition, engine: Any) -> str:
    """A dead clause contradicts itself or its parents, or earlier clauses take all that it would."""
    path = condition.name.partition(":")[2]
    clause = next(c for c in model.protocol.clauses() if c.path == path)
    alone = engine.first_witness(model, model.condition(clause.when), {})
    return (
        "its condition is never true" if alone is None else "earlier clauses take every entry it would match"
    )


def _shown(protocol: Protocol, witness: Mapping[str, Value] | None) -> Entry | None:
    """A witness without the answers to questions that are not asked."""
    if witness is None:
        return None
    _, imputed = reference.visible_answers(protocol, witness)
    return {name: value for name, value in witness.items() if name not in imputed}


def equivalent(one: Protocol, other: Protocol) -> Entry | None:
    """None when both give the same outcome and derived values everywhere, else an entry on which they differ.

    They must ask the same questions and have the same outcomes.
    """
    from vigie.rules.engines import z3

    model = z3.Model(one)
    second = z3.Model(other, model.context)
    apart = [model.outcome != second.outcome]
    apart += [model.terms[d.id].formula != second.terms[d.id].formula for d in one.derived]
    return _shown(one, z3.first_witness(model, z3.any_of(apart), {}))


def domain_of(protocol: Protocol) -> dict[str, int]:
    """The sizes of the domains on which things are proved and counted."""
    return {
        "answers": domain.size(protocol),
        "factor_states": sum(1 for _ in states.factor_space(protocol).states()),
    }


def solver() -> dict[str, str]:
    """The name and version of the solver."""
    import z3

    return {"name": "z3", "version": ".".join(map(str, z3.get_version()[:3]))}
