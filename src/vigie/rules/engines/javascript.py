"""JavaScript: a protocol as one ES module without dependencies, for a page or any other program.

Answers in, outcome, reasons and next question out; no answer leaves the page. A missing answer is null (or
left out). The module exports `protocol`, `decide`, `evaluate`, `explain`, `nextQuestion` and `compute`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from vigie.rules import codec, explain, nodes, types
from vigie.rules.nodes import Node, Value
from vigie.rules.protocol import NO_OUTCOME, Clause, Protocol, Question

RUNTIME = Path(__file__).parent / "runtime.mjs"


def module(protocol: Protocol) -> str:
    """The source of the module."""
    parts = [
        f"// {protocol.full_name}, made from the protocol file with SHA-256 {protocol.digest}.",
        "// Answers: true or false, choice codes and texts as strings, numbers as numbers; null is missing.",
        f"export const protocol = {json.dumps(description(protocol), ensure_ascii=False, indent=1)};",
        *_decide(protocol),
        *_values(protocol),
        *_factors(protocol),
        *_careful(protocol),
        *_formulas(protocol),
        RUNTIME.read_text(encoding="utf-8"),
    ]
    return "\n".join(parts)


def description(protocol: Protocol) -> dict[str, Any]:
    """What a page needs to know to ask the questions, as JSON."""
    return {
        "name": protocol.full_name,
        "digest": protocol.digest,
        "questions": [_question(protocol, q) for q in protocol.questions],
        "measures": [
            {"id": m.id, "minimum": float(m.minimum), "maximum": float(m.maximum), "decimals": m.decimals}
            for m in protocol.measures
        ],
        "outcomes": {o.id: {"code": o.code, "urgency": o.urgency} for o in protocol.outcomes},
        "derived": [d.id for d in protocol.derived],
    }


def _question(protocol: Protocol, question: Question) -> dict[str, Any]:
    kinds = {types.Boolean: "boolean", types.Choice: "choice", types.Grade: "scale", types.Number: "number"}
    found: dict[str, Any] = {"id": question.id, "kind": kinds.get(type(question.kind), "text")}
    if question.choices:
        found["choices"] = list(question.choices)
    if question.minimum is not None and question.maximum is not None:
        found |= {"minimum": float(question.minimum), "maximum": float(question.maximum)}
    if question.decimals is not None:
        found["decimals"] = question.decimals
    if question.computed is not None:
        found["computed"] = True
    # The answers worth trying for another outcome; numbers by one value on each side of each bound.
    found["alternatives"] = [_plain(value) for value in explain.answer_values(protocol, question)]
    return found


def _plain(value: Value) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _decide(protocol: Protocol) -> list[str]:
    """The lean function, for entries with nothing missing; it hands over as soon as something is."""
    printer = _Lean()
    lines = ["/** The id of the outcome; null while an answer that matters is missing. */"]
    lines.append("export function decide(a) {")
    for question in protocol.questions:
        name = _variable(question.id)
        if question.asked is None:
            lines += [f"  const {name} = a.{question.id};", f"  if ({name} == null) return careful(a)[0];"]
            continue
        hidden = _literal(question.hidden) if question.hidden is not None else "null"
        lines.append(f"  const {name} = {printer.print(question.asked)} ? a.{question.id} : {hidden};")
        lines.append(f"  if ({name} == null) return careful(a)[0];")
    lines += [f"  const {_variable(d.id)} = {printer.print(d.value)};" for d in protocol.derived]
    lines += _clauses(printer, protocol.decision, 1, lambda outcome, _: f"return {_literal(outcome)};")
    return [*lines, f"  return {_literal(NO_OUTCOME)};", "}"]


def _values(protocol: Protocol) -> list[str]:
    """The three-valued values of an entry: imputed, then derived."""
    printer = _Careful("v.")
    lines = ["function valuesOf(a) {", "  const v = {}, imputed = [];"]
    for question in protocol.questions:
        name = question.id
        given = f"a.{name} ?? null"
        if question.asked is None:
            lines.append(f"  v.{name} = {given};")
            continue
        hidden = _literal(question.hidden) if question.hidden is not None else "null"
        lines.append(
            f"  {{ const asked = {printer.print(question.asked)};"
            f" v.{name} = asked === true ? {given} : asked === false ? {hidden} : null;"
            f" if (asked === false) imputed.push({_literal(name)}); }}"
        )
    lines += [f"  v.{d.id} = {printer.print(d.value)};" for d in protocol.derived]
    return [*lines, "  return [v, imputed];", "}"]


def _careful(protocol: Protocol) -> list[str]:
    printer = _Careful("v.")
    lines = ["function careful(a) {", "  const [v, imputed] = valuesOf(a); let holds;"]
    lines += _clauses(
        printer,
        protocol.decision,
        1,
        lambda outcome, path: f"return [{_literal(outcome)}, {_literal(path)}, v, imputed];",
    )
    return [*lines, f'  return [{_literal(NO_OUTCOME)}, "", v, imputed];', "}"]


def _factors(protocol: Protocol) -> list[str]:
    printer = _Careful("v.")
    lines = ["function factorsOf(v) {", "  const found = {};"]
    for tally in protocol.tallies:
        tests = ", ".join(f"[{_literal(f.id)}, {printer.print(f.when)}]" for f in tally.factors)
        lines.append(f"  found.{tally.id} = [{tests}].filter((t) => t[1] === true).map((t) => t[0]);")
    return [*lines, "  return found;", "}"]


def _formulas(protocol: Protocol) -> list[str]:
    computed = [q for q in protocol.questions if q.computed is not None]
    lines = ["const formulas = {"]
    lines += [f"  {q.id}: (m) => {_formula(q.computed)}," for q in computed if q.computed is not None]
    return [*lines, "};"]


def _formula(node: Node) -> str:
    """A formula on exact fractions [numerator, denominator] of BigInt."""
    match node:
        case nodes.Literal(value):
            return f'fraction("{value}")'
        case nodes.Name(name):
            return f"fraction(m.{name})"
        case nodes.Round(operand, decimals):
            return f"roundHalfUp({_formula(operand)}, {decimals})"
        case nodes.Arithmetic("**", left, nodes.Literal(power)):
            return f"power({_formula(left)}, {int(str(power))})"
        case nodes.Arithmetic(symbol, left, right):
            name = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}[symbol]
            return f"{name}({_formula(left)}, {_formula(right)})"
    raise TypeError(f"{type(node).__name__} cannot be computed")


def _clauses(
    printer: _Lean, clauses: tuple[Clause, ...], depth: int, give: Callable[[str, str], str]
) -> list[str]:
    lines = []
    indent = "  " * depth
    for clause in clauses:
        condition = printer.print(clause.when)
        if isinstance(printer, _Careful):
            lines.append(f"{indent}holds = {condition};")
            lines.append(f"{indent}if (holds === null) return [null, {_literal(clause.path)}, v, imputed];")
            condition = "holds"
        inner = [f"{indent}  {give(clause.outcome or NO_OUTCOME, clause.path)}"]
        if clause.then:
            inner = _clauses(printer, clause.then, depth + 1, give)
            inner.append(f"{indent}  {give(NO_OUTCOME, clause.path)}")
        lines += [f"{indent}if ({condition}) {{", *inner, f"{indent}}}"]
    return lines


def _variable(name: str) -> str:
    return f"v_{name}"


def _literal(value: Value) -> str:
    if isinstance(value, Decimal):
        return codec.write(value)
    return json.dumps(value, ensure_ascii=False)


class _Lean:
    """Prints expressions for values that are all known."""

    def name(self, name: str) -> str:
        """A value's place."""
        return _variable(name)

    def print(self, node: Node) -> str:
        """One expression."""
        match node:
            case nodes.Literal(value):
                return _literal(value)
            case nodes.Name(name):
                return self.name(name)
            case nodes.Answered():
                return "true"
            case nodes.Not(operand):
                return f"!{self.print(operand)}"
            case nodes.And(operands):
                return "(" + " && ".join(map(self.print, operands)) + ")"
            case nodes.Or(operands):
                return "(" + " || ".join(map(self.print, operands)) + ")"
            case nodes.Compare(symbol, left, right):
                return f"({self.print(left)} {_strict(symbol)} {self.print(right)})"
            case nodes.In(operand, values):
                tests = (f"{self.print(operand)} === {_literal(v.value)}" for v in values)
                return "(" + " || ".join(tests) + ")"
            case nodes.CountIs(symbol, conditions, bound):
                return f"({' + '.join(f'+{self.print(c)}' for c in conditions)} {_strict(symbol)} {bound})"
        raise TypeError(f"{type(node).__name__} is not part of a decision")


class _Careful(_Lean):
    """Prints three-valued expressions: null is a condition that is not known yet."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def name(self, name: str) -> str:
        """A value's place among the values."""
        return f"{self.prefix}{name}"

    def print(self, node: Node) -> str:
        """One expression."""
        match node:
            case nodes.Answered(operand):
                return f"({self.print(operand)} !== null)"
            case nodes.Not(operand):
                return f"not({self.print(operand)})"
            case nodes.And(operands):
                return f"and({', '.join(map(self.print, operands))})"
            case nodes.Or(operands):
                return f"or({', '.join(map(self.print, operands))})"
            case nodes.Compare(symbol, left, right):
                return f"compare({self.print(left)}, {json.dumps(symbol)}, {self.print(right)})"
            case nodes.In(operand, values):
                return f"among({self.print(operand)}, [{', '.join(_literal(v.value) for v in values)}])"
            case nodes.CountIs(symbol, conditions, bound):
                return f"count([{', '.join(map(self.print, conditions))}], {json.dumps(symbol)}, {bound})"
        return super().print(node)


def _strict(symbol: str) -> str:
    return {"==": "===", "!=": "!=="}.get(symbol, symbol)
