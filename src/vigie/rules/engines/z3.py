"""Z3: a protocol as formulas over its answers, for proofs. Every asked question has an answer here.

Booleans are Bool, choices are the Int of their place in the list, grades are Int, and a number is an Int
counting its smallest step (0.1 for one decimal), so that a witness is always an answer one can give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import z3

from vigie.rules import explain, nodes, types
from vigie.rules.nodes import Node, Value
from vigie.rules.protocol import NO_OUTCOME, Clause, Protocol, Question

COMPARE = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True)
class _Term:
    """A formula and the type of the value it stands for."""

    formula: Any
    kind: types.Type


class Model:
    """The formulas of one protocol.

    `domain`: what bounds the answers. `reach`: for each clause's path, what it takes to be decided or
    entered there. `condition`: the formula of any condition of the protocol, promises included.
    """

    def __init__(self, protocol: Protocol, context: Any = None) -> None:
        self.protocol = protocol
        # Two models in one context speak of the same answers, and can be compared.
        self.context = context or z3.Context()
        self.answers: dict[str, Any] = {}
        self.terms: dict[str, _Term] = {}
        self.domain: list[Any] = []
        for question in protocol.questions:
            self._add_question(question)
        for derived in protocol.derived:
            self.terms[derived.id] = _Term(self.term(derived.value, derived.kind).formula, derived.kind)
        self.reach: dict[str, Any] = {}
        self.outcome_ids = [*(o.id for o in protocol.outcomes), NO_OUTCOME]
        self.outcome = self._decide(protocol.decision, z3.BoolVal(True, self.context))
        self.terms["outcome"] = _Term(self.outcome, types.Choice(tuple(self.outcome_ids)))

    # Answers

    def _add_question(self, question: Question) -> None:
        name, context = question.id, self.context
        if isinstance(question.kind, types.Boolean):
            answer = z3.Bool(name, context)
        else:
            answer = z3.Int(name, context)
            low, high = _bounds(self.protocol, question)
            self.domain.append(z3.And(answer >= low, answer <= high))
        self.answers[name] = answer
        value = answer
        if question.asked is not None:
            asked = self.condition(question.asked)
            hidden = self._literal(question.hidden, question.kind) if question.hidden is not None else answer
            value = z3.If(asked, answer, hidden, context)
            # A question that is not asked has one answer only, so that witnesses are entries one can give.
            self.domain.append(z3.Or(asked, answer == hidden))
        self.terms[name] = _Term(value, question.kind)

    def read(self, model: z3.ModelRef) -> dict[str, Value]:
        """The answers of a model, as typed values."""
        return {
            question.id: self._value(question, model.eval(self.answers[question.id], model_completion=True))
            for question in self.protocol.questions
        }

    def _value(self, question: Question, found: Any) -> Value:
        match question.kind:
            case types.Boolean():
                return bool(z3.is_true(found))
            case types.Choice(codes):
                return codes[int(found.as_long())]
            case types.Number():
                return Decimal(int(found.as_long())).scaleb(-(question.decimals or 0))
        return int(found.as_long())

    def equals(self, name: str, value: Value) -> Any:
        """The formula: this question is answered so."""
        question = self.protocol.question[name]
        return self.answers[name] == self._literal(value, question.kind, question.decimals or 0)

    # Expressions

    def condition(self, node: Node) -> Any:
        """The formula of a condition."""
        return self.term(node, types.Boolean()).formula

    def term(self, node: Node, kind: types.Type) -> _Term:
        """The formula of an expression; `kind` types a literal."""
        context = self.context
        match node:
            case nodes.Literal(value):
                return _Term(self._literal(value, kind), kind)
            case nodes.Name(name):
                return self.terms[name]
            case nodes.Answered():
                return self._truth(z3.BoolVal(True, context))
            case nodes.Not(operand):
                return self._truth(z3.Not(self.condition(operand)))
            case nodes.And(operands):
                return self._truth(z3.And([self.condition(o) for o in operands]))
            case nodes.Or(operands):
                return self._truth(z3.Or([self.condition(o) for o in operands]))
            case nodes.Compare(operator, left, right):
                return self._truth(self._comparison(operator, left, right))
            case nodes.In(operand, values):
                return self._truth(z3.Or([self._comparison("==", operand, v) for v in values]))
            case nodes.CountIs(operator, conditions, bound):
                ones = [z3.If(self.condition(c), 1, 0, context) for c in conditions]
                return self._truth(COMPARE[operator](z3.Sum(ones), bound))
        raise TypeError(f"{type(node).__name__} has no formula: earlier entries are not modelled")

    def _truth(self, formula: Any) -> _Term:
        return _Term(formula, types.Boolean())

    def _comparison(self, operator: str, left: Node, right: Node) -> Any:
        if isinstance(left, nodes.Literal):
            b = self.term(right, types.Boolean())
            a = self.term(left, b.kind)
        else:
            a = self.term(left, types.Boolean())
            b = self.term(right, a.kind)
        a, b = self._scaled(left, a, right), self._scaled(right, b, left)
        return COMPARE[operator](a.formula, b.formula)

    def _scaled(self, node: Node, term: _Term, other: Node) -> _Term:
        """Numbers are compared as the decimals they stand for, whatever their steps."""
        if not isinstance(term.kind, types.Number) or isinstance(node, nodes.Literal):
            return term
        name = node.id if isinstance(node, nodes.Name) else ""
        question = self.protocol.question.get(name)
        step = 10 ** (question.decimals or 0) if question else 1
        return _Term(z3.ToReal(term.formula) / step, term.kind)

    def _literal(self, value: Value, kind: types.Type, decimals: int | None = None) -> Any:
        if isinstance(kind, types.Choice):
            return z3.IntVal(kind.codes.index(str(value)), self.context)
        if isinstance(value, bool):
            return z3.BoolVal(value, self.context)
        if isinstance(value, Decimal) and decimals is not None:
            return z3.IntVal(int(value.scaleb(decimals)), self.context)
        if isinstance(value, Decimal):
            return z3.RealVal(str(value), self.context)
        return z3.IntVal(value, self.context)

    # The decision

    def _decide(self, clauses: tuple[Clause, ...], before: Any) -> Any:
        """The outcome as a formula; `before` is what it takes to arrive at these clauses."""
        arrivals = []
        for clause in clauses:
            holds = self.condition(clause.when)
            self.reach[clause.path] = z3.And(before, holds)
            inner = (
                self._decide(clause.then, self.reach[clause.path])
                if clause.then
                else self._code(clause.outcome)
            )
            arrivals.append((holds, inner))
            before = z3.And(before, z3.Not(holds))
        outcome = self._code(NO_OUTCOME)
        for holds, inner in reversed(arrivals):
            outcome = z3.If(holds, inner, outcome, self.context)
        return outcome

    def _code(self, outcome: str | None) -> Any:
        return z3.IntVal(self.outcome_ids.index(outcome or NO_OUTCOME), self.context)

    def has_outcome(self, outcome: str) -> Any:
        """The formula: the entry has this outcome."""
        return self.outcome == self._code(outcome)


def _bounds(protocol: Protocol, question: Question) -> tuple[int, int]:
    match question.kind:
        case types.Choice(codes):
            return 0, len(codes) - 1
        case types.Grade(highest):
            return 0, highest
        case types.Number():
            values = explain.representatives(protocol, question)
            step = question.decimals or 0
            low = question.minimum if question.minimum is not None else values[0]
            high = question.maximum if question.maximum is not None else values[-1]
            return int(low.scaleb(step)), int(high.scaleb(step))
    return 0, 0  # a text is present, and nothing else of it matters


def any_of(formulas: list[Any]) -> Any:
    """The disjunction of formulas."""
    return z3.Or(formulas)


def first_witness(
    model: Model, formula: Any, options: Mapping[str, Iterable[Value]]
) -> dict[str, Value] | None:
    """The first entry, in the order of questions and of `options`, that satisfies a formula, or None.

    The same whatever the solver's version: each question takes its first value that leaves a solution.
    """
    solver = z3.Solver(ctx=model.context)
    solver.add(*model.domain, formula)
    if solver.check() != z3.sat:
        return None
    witness = model.read(solver.model())
    for name, values in options.items():
        for value in values:
            if value == witness[name]:
                break
            solver.push()
            solver.add(model.equals(name, value))
            if solver.check() == z3.sat:
                witness = model.read(solver.model())
                break
            solver.pop()
        else:
            continue
        solver.add(model.equals(name, witness[name]))
    return witness
