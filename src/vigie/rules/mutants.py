"""Every single-point mutant of a protocol's tree: what an implementer copying it by hand may get wrong.

A mutant changes one operator, one bound, one branch, or drops one factor, one condition or one clause.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from vigie.rules import nodes
from vigie.rules.nodes import Node
from vigie.rules.printing import text_of
from vigie.rules.protocol import Clause, Derived, Protocol, Tally


@dataclass(frozen=True)
class Mutant:
    """A changed protocol, and what was changed where."""

    where: str
    what: str
    protocol: Protocol


OPERATORS = {
    "==": ("!=",),
    "!=": ("==",),
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
}


def mutants(protocol: Protocol) -> Iterator[Mutant]:
    """Every mutant, in the order of the file."""
    for derived in protocol.derived:
        for node in mutated(derived.value):
            changed = tuple(Derived(d.id, node, d.kind) if d is derived else d for d in protocol.derived)
            yield Mutant(derived.id, text_of(node), replace(protocol, derived=changed))
    for tally in protocol.tallies:
        for what, factors in _tallies(tally):
            yield Mutant(tally.id, what, _with_tally(protocol, tally, replace(tally, factors=factors)))
    for where, what, decision in _decisions(protocol, protocol.decision):
        yield Mutant(where, what, replace(protocol, decision=decision))


def _tallies(tally: Tally) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for i, factor in enumerate(tally.factors):
        before, after = tally.factors[:i], tally.factors[i + 1 :]
        if before or after:
            yield f"{factor.id} dropped", (*before, *after)
        for node in mutated(factor.when):
            yield f"{factor.id}: {text_of(node)}", (*before, replace(factor, when=node), *after)


def _with_tally(protocol: Protocol, old: Tally, new: Tally) -> Protocol:
    """The tally replaced, also inside the counts that name it: nodes hold the conditions they count."""
    conditions = tuple(factor.when for factor in new.factors)

    def counted(node: Node) -> Node:
        if isinstance(node, nodes.CountIs) and node.tally == old.id:
            return replace(node, conditions=conditions)
        return _map(node, counted)

    def clause(one: Clause) -> Clause:
        return replace(one, when=counted(one.when), then=tuple(map(clause, one.then)))

    tallies = tuple(new if tally is old else tally for tally in protocol.tallies)
    return replace(protocol, tallies=tallies, decision=tuple(map(clause, protocol.decision)))


def _decisions(
    protocol: Protocol, clauses: tuple[Clause, ...]
) -> Iterator[tuple[str, str, tuple[Clause, ...]]]:
    for i, clause in enumerate(clauses):
        before, after = clauses[:i], clauses[i + 1 :]
        if before or after:
            yield clause.path, "dropped", (*before, *after)
        for node in mutated(clause.when):
            yield clause.path, text_of(node), (*before, replace(clause, when=node), *after)
        if clause.outcome:
            for outcome in protocol.outcomes:
                if outcome.id != clause.outcome:
                    yield (
                        clause.path,
                        f"→ {outcome.id}",
                        (*before, replace(clause, outcome=outcome.id), *after),
                    )
        for where, what, inner in _decisions(protocol, clause.then):
            yield where, what, (*before, replace(clause, then=inner), *after)


def mutated(node: Node) -> Iterator[Node]:
    """The expression with one point changed."""
    yield from _here(node)
    for f in fields(node):
        value = getattr(node, f.name)
        if isinstance(value, Node):
            yield from (_replaced(node, f.name, new) for new in mutated(value))
        elif isinstance(value, tuple) and value and isinstance(value[0], Node) and not _is_tally(node):
            for i, item in enumerate(value):
                for new in mutated(item):
                    yield _replaced(node, f.name, (*value[:i], new, *value[i + 1 :]))


def _replaced(node: Node, field: str, value: Any) -> Node:
    return replace(node, **{field: value})


def _is_tally(node: Node) -> bool:
    return isinstance(node, nodes.CountIs) and node.tally is not None


def _here(node: Node) -> Iterator[Node]:
    match node:
        case nodes.Literal(bool() as value):
            yield nodes.Literal(not value)
        case nodes.Name():
            yield nodes.Not(node)
        case nodes.Not(operand):
            yield operand
        case nodes.And(operands):
            yield nodes.Or(operands)
            yield from _shorter(nodes.And, operands)
        case nodes.Or(operands):
            yield nodes.And(operands)
            yield from _shorter(nodes.Or, operands)
        case nodes.Compare(operator, left, right):
            yield from (nodes.Compare(other, left, right) for other in OPERATORS[operator])
        case nodes.In(operand, values):
            yield nodes.Not(node)
            if len(values) > 1:
                yield from (nodes.In(operand, (*values[:i], *values[i + 1 :])) for i in range(len(values)))
        case nodes.CountIs(operator, _, bound):
            yield from (replace(node, operator=other) for other in OPERATORS[operator])
            yield from (replace(node, bound=other) for other in (bound - 1, bound + 1) if other >= 0)


def _shorter(shape: type[nodes.And] | type[nodes.Or], operands: tuple[Node, ...]) -> Iterator[Node]:
    for i in range(len(operands)):
        rest = (*operands[:i], *operands[i + 1 :])
        yield rest[0] if len(rest) == 1 else shape(rest)


def _map(node: Node, change: Any) -> Node:
    changes: dict[str, Any] = {}
    for f in fields(node):
        value = getattr(node, f.name)
        if isinstance(value, Node):
            changes[f.name] = change(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Node):
            changes[f.name] = tuple(map(change, value))
    return replace(node, **changes) if changes else node
