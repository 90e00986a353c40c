"""Reading an expression: text in, typed frozen nodes out.

The syntax is a small subset of Python's. Python's own parser builds the tree; this module
accepts a closed list of its shapes and translates them, so nothing is ever executed.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NoReturn

from vigie.rules import nodes, types
from vigie.rules.errors import ExpressionError
from vigie.rules.nodes import Node
from vigie.rules.types import Type

MAX_LENGTH = 4_000
MAX_DEPTH = 60
# SQL writes counts out several times, and one inside another multiplies: both limits keep it small.
MAX_COST = 50_000
MAX_DEPTH_WITH_COUNTS = 90
COPIES_OF_COUNT = 6
MAX_DIGITS = 15  # within this, a decimal and the double nearest to it always compare alike

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
MIRROR = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Scope:
    """What an expression may speak of: names with their types, tallies, and the features allowed."""

    names: Mapping[str, Type]
    tallies: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    arithmetic: bool = False
    history: bool = False


def condition(text: str, scope: Scope) -> Node:
    """The expression as a condition.

    Raises ExpressionError, which says where in the text and what was expected.
    """
    node, kind = expression(text, scope)
    if not isinstance(kind, types.Boolean):
        raise ExpressionError(f"this is {kind}, where a condition (true or false) is expected")
    return node


def expression(text: str, scope: Scope) -> tuple[Node, Type]:
    """The expression and its type. Raises ExpressionError."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text)} characters; at most {MAX_LENGTH} are read")
    try:
        with warnings.catch_warnings():
            # What Python only warns of, such as "\d", is an error of a coming version: refused already.
            warnings.simplefilter("error")
            tree = ast.parse(text.strip() and text, mode="eval")
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        raise ExpressionError(f"this is not an expression ({error.msg})", line, max(column, 1)) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError("this is not an expression (unreadable or nested too deeply)") from None
    reader = _Reader(text, scope)
    node, kind = reader.read(tree.body)
    if reader.counts:
        _refuse_too_large(node)
    return node, kind


def _refuse_too_large(node: Node) -> None:
    cost, pending = 0, [(node, 1, 1)]
    while pending:
        part, copies, depth = pending.pop()
        cost += copies
        if cost > MAX_COST or depth > MAX_DEPTH_WITH_COUNTS:
            raise ExpressionError("counts inside counts make this expression too large")
        copies *= COPIES_OF_COUNT if isinstance(part, nodes.CountIs) else 1
        pending.extend((child, copies, depth + 1) for child in part.children())


class _Reader:
    """One walk over Python's tree; each `_on_…` method accepts one shape of node."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.lines = re.split("\r\n|\r|\n", text)
        self.text = text
        self.scope = scope
        self.depth = 0
        self.counts = False

    def read(self, tree: ast.expr) -> tuple[Node, Type]:
        handler: Callable[..., tuple[Node, Type]] | None = getattr(self, f"_on_{type(tree).__name__}", None)
        if handler is None:
            self.refuse(tree, f"{self._source(tree)} is not part of the language")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.refuse(tree, f"the expression is nested more than {MAX_DEPTH} deep")
        result = handler(tree)
        self.depth -= 1
        return result

    def refuse(self, tree: ast.expr, what: str) -> NoReturn:
        raise ExpressionError(what, *self.place(tree))

    def place(self, tree: ast.expr) -> nodes.Place:
        # Python counts columns in UTF-8 bytes; people count characters.
        before = self.lines[tree.lineno - 1].encode()[: tree.col_offset]
        return tree.lineno, len(before.decode(errors="replace")) + 1

    def condition(self, tree: ast.expr) -> Node:
        node, kind = self.read(tree)
        if not isinstance(kind, types.Boolean):
            self.refuse(tree, f"this is {kind}, where a condition (true or false) is expected")
        return node

    # Leaves

    def _on_Name(self, tree: ast.Name) -> tuple[Node, Type]:
        if tree.id in ("true", "false"):
            return nodes.Literal(tree.id == "true", at=self.place(tree)), types.Boolean()
        if tree.id in self.scope.tallies:
            conditions = self.scope.tallies[tree.id]
            self.counts = True
            # Only _on_Compare knows what to do with a count; this node never leaves the reader.
            marker = nodes.CountIs("", conditions, 0, tree.id, at=self.place(tree))
            return marker, types.Count(len(conditions))
        if tree.id not in self.scope.names:
            self.refuse(tree, f"{tree.id!r} is not known here{_nearest(tree.id, self.scope)}")
        return nodes.Name(tree.id, at=self.place(tree)), self.scope.names[tree.id]

    def _on_Constant(self, tree: ast.Constant) -> tuple[Node, Type]:
        value = tree.value
        if isinstance(value, bool):
            self.refuse(tree, f"write {str(value).lower()} in lower case")
        if isinstance(value, str):
            return nodes.Literal(value, at=self.place(tree)), types.Choice((value,))
        if isinstance(value, int | float):
            return nodes.Literal(self._number(tree), at=self.place(tree)), types.Number()
        self.refuse(tree, f"{self._source(tree)} is not part of the language")

    def _source(self, tree: ast.expr) -> str:
        return f"`{(ast.get_source_segment(self.text, tree) or type(tree).__name__)[:40]}`"

    def _number(self, tree: ast.Constant) -> Decimal:
        source = ast.get_source_segment(self.text, tree) or ""
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", source):
            self.refuse(tree, f"write the number {source} with digits and one decimal point only")
        number = Decimal(source)
        if len(number.as_tuple().digits) > MAX_DIGITS:
            self.refuse(tree, f"a number has at most {MAX_DIGITS} digits")
        return number

    # Logic

    def _on_UnaryOp(self, tree: ast.UnaryOp) -> tuple[Node, Type]:
        if not isinstance(tree.op, ast.Not):
            self.refuse(tree, "of the operators with one side, only `not` is part of the language")
        return nodes.Not(self.condition(tree.operand), at=self.place(tree)), types.Boolean()

    def _on_BoolOp(self, tree: ast.BoolOp) -> tuple[Node, Type]:
        shape = nodes.And if isinstance(tree.op, ast.And) else nodes.Or
        operands = tuple(self.condition(value) for value in tree.values)
        return shape(operands, at=self.place(tree)), types.Boolean()

    # Comparisons

    def _on_Compare(self, tree: ast.Compare) -> tuple[Node, Type]:
        sides = [tree.left, *tree.comparators]
        links = [self._link(tree, sides[i], operator, sides[i + 1]) for i, operator in enumerate(tree.ops)]
        if len(links) == 1:
            return links[0], types.Boolean()
        return nodes.And(tuple(links), at=self.place(tree)), types.Boolean()

    def _link(self, whole: ast.Compare, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Node:
        if isinstance(operator, ast.In | ast.NotIn):
            member = self._membership(left, right)
            return nodes.Not(member, at=member.at) if isinstance(operator, ast.NotIn) else member
        if type(operator) not in COMPARISONS:
            self.refuse(whole, "`is` is not part of the language; compare with == or !=")
        return self._comparison(whole, left, COMPARISONS[type(operator)], right)

    def _comparison(self, whole: ast.Compare, left: ast.expr, operator: str, right: ast.expr) -> Node:
        (a, a_type), (b, b_type) = self.read(left), self.read(right)
        if isinstance(b_type, types.Count):
            (a, a_type, left), (b, b_type, right) = (b, b_type, right), (a, a_type, left)
            operator = MIRROR[operator]
        if isinstance(a_type, types.Count):
            return self._count_comparison(a, operator, b, right)
        a, b, kind = self._same_type(whole, (a, a_type, left), (b, b_type, right))
        if operator not in ("==", "!=") and not isinstance(kind, types.Number | types.Grade):
            self.refuse(whole, f"{kind} has no order: only == and != compare it")
        return nodes.Compare(operator, a, b, at=self.place(whole))

    def _count_comparison(self, count: Node, operator: str, bound: Node, tree: ast.expr) -> Node:
        assert isinstance(count, nodes.CountIs)
        value = bound.value if isinstance(bound, nodes.Literal) else None
        if not isinstance(value, Decimal) or value != value.to_integral_value():
            self.refuse(tree, "a count is compared with a whole number written out")
        return nodes.CountIs(operator, count.conditions, int(value), count.tally, at=count.at)

    def _same_type(
        self, whole: ast.Compare, left: tuple[Node, Type, ast.expr], right: tuple[Node, Type, ast.expr]
    ) -> tuple[Node, Node, Type]:
        (a, a_type, _), (b, b_type, b_tree) = left, right
        if isinstance(a, nodes.Literal) and not isinstance(b, nodes.Literal):
            return _swapped(self._same_type(whole, right, left))
        if isinstance(b, nodes.Literal):
            return a, self._literal(b, a_type, b_tree), a_type
        if isinstance(a_type, types.Text) or isinstance(b_type, types.Text):
            self.refuse(whole, "a free text is not compared; ask answered(…) of it")
        if a_type != b_type:
            self.refuse(whole, f"{a_type} cannot be compared with {b_type}")
        return a, b, a_type

    def _literal(self, literal: nodes.Literal, kind: Type, tree: ast.expr) -> nodes.Literal:
        """The literal read as a value of the other side's type."""
        value = literal.value
        match kind:
            case types.Boolean() if isinstance(value, bool):
                return literal
            case types.Number() if isinstance(value, Decimal):
                return literal
            case types.Grade(highest) if isinstance(value, Decimal) and value in range(highest + 1):
                return nodes.Literal(int(value), at=literal.at)
            case types.Choice(codes) if isinstance(value, str) and value in codes:
                return literal
        self.refuse(tree, f"{_shown(value)} cannot be a value here: {kind} is expected")

    def _membership(self, left: ast.expr, right: ast.expr) -> Node:
        operand, kind = self.read(left)
        if isinstance(kind, types.Count | types.Text):
            self.refuse(left, f"{kind} cannot be looked up in a list")
        if not isinstance(right, ast.Tuple | ast.List | ast.Set) or not right.elts:
            self.refuse(right, 'a list of values is expected, such as ("a", "b")')
        values = []
        for element in right.elts:
            node, _ = self.read(element)
            if not isinstance(node, nodes.Literal):
                self.refuse(element, "a value written out is expected in a list")
            values.append(self._literal(node, kind, element))
        return nodes.In(operand, tuple(values), at=self.place(left))

    # Functions and arithmetic

    def _on_Call(self, tree: ast.Call) -> tuple[Node, Type]:
        name = tree.func.id if isinstance(tree.func, ast.Name) else None
        handler: Callable[..., tuple[Node, Type]] | None = getattr(self, f"_call_{name}", None)
        if handler is None or tree.keywords or any(isinstance(a, ast.Starred) for a in tree.args):
            known = ", ".join(sorted(m[6:] for m in dir(self) if m.startswith("_call_")))
            self.refuse(tree, f"only these functions can be called, with plain arguments: {known}")
        return handler(tree)

    def _arguments(self, tree: ast.Call, expected: int) -> list[ast.expr]:
        if len(tree.args) != expected:
            self.refuse(tree, f"{expected} argument(s) expected, {len(tree.args)} given")
        return tree.args

    def _name(self, tree: ast.expr) -> tuple[str, Type]:
        node, kind = self.read(tree)
        if not isinstance(node, nodes.Name):
            self.refuse(tree, "the name of a question is expected")
        return node.id, kind

    def _call_answered(self, tree: ast.Call) -> tuple[Node, Type]:
        (argument,) = self._arguments(tree, 1)
        node, kind = self.read(argument)
        if isinstance(kind, types.Count):
            self.refuse(argument, "a count always has a value")
        return nodes.Answered(node, at=self.place(tree)), types.Boolean()

    def _call_implies(self, tree: ast.Call) -> tuple[Node, Type]:
        cause, effect = (self.condition(argument) for argument in self._arguments(tree, 2))
        return nodes.Or((nodes.Not(cause, at=cause.at), effect), at=self.place(tree)), types.Boolean()

    def _call_count(self, tree: ast.Call) -> tuple[Node, Type]:
        conditions = tuple(self.condition(argument) for argument in tree.args)
        if not conditions:
            self.refuse(tree, "count() needs at least one condition")
        self.counts = True
        return nodes.CountIs("", conditions, 0, at=self.place(tree)), types.Count(len(conditions))

    def _call_previous(self, tree: ast.Call) -> tuple[Node, Type]:
        self._needs_history(tree)
        name, kind = self._name(self._arguments(tree, 1)[0])
        return nodes.Previous(name, at=self.place(tree)), kind

    def _call_lowest(self, tree: ast.Call) -> tuple[Node, Type]:
        self._needs_history(tree)
        question, hours = self._arguments(tree, 2)
        name, kind = self._name(question)
        if not isinstance(kind, types.Grade):
            self.refuse(question, f"lowest() takes a grade, this is {kind}")
        window = self._whole(hours, 1, 8_760, "hours")
        return nodes.Lowest(name, window, at=self.place(tree)), kind

    def _whole(self, tree: ast.expr, low: int, high: int, unit: str) -> int:
        node, _ = self.read(tree)
        value = node.value if isinstance(node, nodes.Literal) else None
        if not isinstance(value, Decimal) or value != int(value) or not low <= value <= high:
            self.refuse(tree, f"a whole number of {unit} from {low} to {high} is expected")
        return int(value)

    def _needs_history(self, tree: ast.Call) -> None:
        if not self.scope.history:
            self.refuse(tree, "earlier entries can only be read in the rules of alerts")

    def _call_round_half_up(self, tree: ast.Call) -> tuple[Node, Type]:
        if not self.scope.arithmetic:
            self.refuse(tree, "round_half_up() is only written in computed questions")
        operand, decimals = self._arguments(tree, 2)
        node = self._numeric(operand)
        places = self._whole(decimals, 0, 6, "decimals")
        return nodes.Round(node, places, at=self.place(tree)), types.Number()

    def _on_BinOp(self, tree: ast.BinOp) -> tuple[Node, Type]:
        if not self.scope.arithmetic or type(tree.op) not in ARITHMETIC:
            self.refuse(tree, "arithmetic is only written in computed questions, with + - * / **")
        left, right = self._numeric(tree.left), self._numeric(tree.right)
        if isinstance(tree.op, ast.Pow) and not (
            isinstance(right, nodes.Literal) and right.value in (Decimal(2), Decimal(3))
        ):
            self.refuse(tree.right, "only the powers 2 and 3 are part of the language")
        node = nodes.Arithmetic(ARITHMETIC[type(tree.op)], left, right, at=self.place(tree))
        return node, types.Number()

    def _numeric(self, tree: ast.expr) -> Node:
        node, kind = self.read(tree)
        if not isinstance(kind, types.Number):
            self.refuse(tree, f"this is {kind}, where a number is expected")
        return node


def _swapped(result: tuple[Node, Node, Type]) -> tuple[Node, Node, Type]:
    """Put the two sides back in the order in which they were written."""
    b, a, kind = result
    return a, b, kind


def _shown(value: nodes.Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _nearest(name: str, scope: Scope) -> str:
    # difflib is imported only when a name is wrong: it is slow to load.
    import difflib

    close = difflib.get_close_matches(name, [*scope.names, *scope.tallies], n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
