"""Compiled Python: a protocol printed as Python source and compiled, for judging records one by one.

The source is printed from the frozen nodes alone: names are checked identifiers, literals go through
repr(). Two functions are made: a lean one for records where nothing is missing, and a three-valued
one, to which the first hands over as soon as a value is None.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from vigie.rules import nodes
from vigie.rules.nodes import Node, Value
from vigie.rules.protocol import NO_OUTCOME, Clause, Protocol

Evaluate = Callable[[Mapping[str, Value | None]], tuple[Any, ...]]
Alerts = Callable[
    [Mapping[str, Value | None], Mapping[str, Value], Mapping[tuple[str, int], int]], tuple[int, ...]
]


def compiled(protocol: Protocol) -> Evaluate:
    """A function from answers (typed, by question id) to (outcome id or None, clause path, *derived values).

    The outcome is None while an answer that matters is missing, NO_OUTCOME when no clause holds.
    """
    function: Evaluate = _namespace(protocol)["evaluate"]
    return function


def compiled_factors(protocol: Protocol) -> Callable[[Mapping[str, Value | None]], tuple[str, ...]]:
    """A function from answers to the factors that hold, as `tally:factor`."""
    function: Callable[[Mapping[str, Value | None]], tuple[str, ...]] = _namespace(protocol)["factors"]
    return function


def compiled_alerts(protocol: Protocol) -> Alerts:
    """A function from (answers, previous, lowest) to the indexes of the alerts that fire, in any mode."""
    function: Alerts = _namespace(protocol)["alerts"]
    return function


@lru_cache(maxsize=32)
def _namespace(protocol: Protocol) -> dict[str, Any]:
    namespace: dict[str, Any] = {
        "Decimal": Decimal,
        "_and": _and,
        "_or": _or,
        "_count": _count,
        "_compare": _compare,
    }
    exec(compile(source(protocol), f"<{protocol.full_name}>", "exec"), namespace)  # noqa: S102
    return namespace


def source(protocol: Protocol) -> str:
    """The Python source of the functions `evaluate`, `careful`, `factors` and `alerts`."""
    return "\n".join(
        [*_lean(protocol), "", *_careful(protocol), "", *_factors(protocol), "", *_alerts(protocol), ""]
    )


def _lean(protocol: Protocol) -> list[str]:
    lines = ["def evaluate(answers):", "    get = answers.get"]
    for question in protocol.questions:
        name = _variable(question.id)
        fetch = f"{name} = get({question.id!r})"
        if question.asked is None:
            lines += [f"    {fetch}", f"    if {name} is None: return careful(answers)"]
        else:
            lines += [
                f"    if {_Lean().print(question.asked)}:",
                f"        {fetch}",
                f"        if {name} is None: return careful(answers)",
                f"    else: {name} = {question.hidden!r}",
            ]
            if question.hidden is None:
                lines[-1] = "    else: return careful(answers)"
    lines += [f"    {_variable(d.id)} = {_Lean().print(d.value)}" for d in protocol.derived]
    return (
        lines
        + _clauses(protocol, _Lean(), protocol.decision, 1)
        + [_return(protocol, repr(NO_OUTCOME), "", 1)]
    )


def _careful(protocol: Protocol) -> list[str]:
    lines = ["def careful(answers):", *_careful_values(protocol)]
    lines += _clauses(protocol, _Careful(), protocol.decision, 1)
    return [*lines, _return(protocol, repr(NO_OUTCOME), "", 1)]


def _factors(protocol: Protocol) -> list[str]:
    printer = _Careful()
    tests = "".join(
        f"({f'{tally.id}:{factor.id}'!r}, {printer.print(factor.when)}), "
        for tally in protocol.tallies
        for factor in tally.factors
    )
    # The tests have a line of their own: Python takes no := inside what a comprehension walks over.
    lines = ["def factors(answers):", *_careful_values(protocol), f"    found = ({tests})"]
    return [*lines, "    return tuple(name for name, holds in found if holds is True)"]


def _alerts(protocol: Protocol) -> list[str]:
    tests = "".join(f"{_Careful().print(alert.when)}, " for alert in protocol.alerts)
    lines = ["def alerts(answers, previous, lowest):", *_careful_values(protocol), f"    found = ({tests})"]
    return [*lines, "    return tuple(i for i, fires in enumerate(found) if fires is True)"]


def _careful_values(protocol: Protocol) -> list[str]:
    printer = _Careful()
    lines = ["    get = answers.get"]
    for question in protocol.questions:
        fetch = f"get({question.id!r})"
        if question.asked is not None:
            lines.append(f"    asked = {printer.print(question.asked)}")
            fetch = f"{question.hidden!r} if asked is False else {fetch} if asked else None"
        lines.append(f"    {_variable(question.id)} = {fetch}")
    return lines + [f"    {_variable(d.id)} = {printer.print(d.value)}" for d in protocol.derived]


def _clauses(protocol: Protocol, printer: _Lean, clauses: tuple[Clause, ...], depth: int) -> list[str]:
    lines = []
    indent = "    " * depth
    for clause in clauses:
        condition = printer.print(clause.when)
        if isinstance(printer, _Careful):
            lines += [f"{indent}holds = {condition}", f"{indent}if holds is None:"]
            lines.append(_return(protocol, "None", clause.path, depth + 1))
            condition = "holds"
        lines.append(f"{indent}if {condition}:")
        if clause.then:
            lines += _clauses(protocol, printer, clause.then, depth + 1)
            lines.append(_return(protocol, repr(NO_OUTCOME), clause.path, depth + 1))
        else:
            lines.append(_return(protocol, repr(clause.outcome), clause.path, depth + 1))
    return lines


def _return(protocol: Protocol, outcome: str, path: str, depth: int) -> str:
    derived = "".join(f", {_variable(d.id)}" for d in protocol.derived)
    return f"{'    ' * depth}return ({outcome}, {path!r}{derived})"


def _variable(name: str) -> str:
    return f"v_{name}"


class _Lean:
    """Prints expressions for values that are all known."""

    def print(self, node: Node) -> str:
        match node:
            case nodes.Literal(Decimal() as value) if value == value.to_integral_value():
                return repr(int(value))
            case nodes.Literal(value):
                return repr(value)
            case nodes.Name(name):
                return _variable(name)
            case nodes.Answered():
                return "True"
            case nodes.Not(operand):
                return f"(not {self.print(operand)})"
            case nodes.And(operands):
                return "(" + " and ".join(map(self.print, operands)) + ")"
            case nodes.Or(operands):
                return "(" + " or ".join(map(self.print, operands)) + ")"
            case nodes.Compare(symbol, left, right):
                return f"({self.print(left)} {symbol} {self.print(right)})"
            case nodes.In(operand, values):
                listed = ", ".join(repr(v.value) for v in values)
                return f"({self.print(operand)} in ({listed},))"
            case nodes.CountIs():
                return self.count(node)
        raise TypeError(f"{type(node).__name__} is not part of a decision")

    def count(self, node: nodes.CountIs) -> str:
        printed = [self.print(condition) for condition in node.conditions]
        # The two commonest questions stop at the first condition that answers them.
        if (node.operator, node.bound) in ((">=", 1), (">", 0), ("!=", 0)):
            return "(" + " or ".join(printed) + ")"
        if (node.operator, node.bound) in (("==", 0), ("<", 1), ("<=", 0)):
            return "(not (" + " or ".join(printed) + "))"
        return f"({' + '.join(printed)} {node.operator} {node.bound})"


class _Careful(_Lean):
    """Prints three-valued expressions: None is a condition that is not known yet."""

    def print(self, node: Node) -> str:
        match node:
            case nodes.Previous(name):
                return f"previous.get({name!r})"
            case nodes.Lowest(name, hours):
                return f"lowest.get(({name!r}, {hours}))"
            case nodes.Answered(operand):
                return f"({self.print(operand)} is not None)"
            case nodes.Not(operand):
                return f"(None if (x := {self.print(operand)}) is None else not x)"
            case nodes.And(operands):
                return f"_and({', '.join(map(self.print, operands))})"
            case nodes.Or(operands):
                return f"_or({', '.join(map(self.print, operands))})"
            case nodes.Compare(symbol, left, right):
                return f"_compare({self.print(left)}, {symbol!r}, {self.print(right)})"
            case nodes.In(operand, values):
                listed = ", ".join(repr(v.value) for v in values)
                return f"(None if (x := {self.print(operand)}) is None else x in ({listed},))"
            case nodes.CountIs(symbol, conditions, bound):
                printed = ", ".join(map(self.print, conditions))
                return f"_count(({printed},), {symbol!r}, {bound})"
        return super().print(node)


def _and(*found: bool | None) -> bool | None:
    if False in found:
        return False
    return None if None in found else True


def _or(*found: bool | None) -> bool | None:
    if True in found:
        return True
    return None if None in found else False


def _compare(left: Any, symbol: str, right: Any) -> bool | None:
    return None if left is None or right is None else COMPARE[symbol](left, right)


def _count(found: tuple[bool | None, ...], symbol: str, bound: int) -> bool | None:
    low = found.count(True)
    high = low + found.count(None)
    if symbol in ("==", "!="):
        if not low <= bound <= high:
            return symbol == "!="
        return None if low < high else symbol == "=="
    # Order comparisons are monotone in the count: both ends decide.
    ends = {COMPARE[symbol](count, bound) for count in (low, high)}
    return ends.pop() if len(ends) == 1 else None


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
