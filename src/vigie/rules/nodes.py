"""The frozen nodes of an expression. Every engine reads these and nothing else.

`at` is the (line, column) of the node inside its expression's text, both from 1. It does not
take part in equality: two expressions written at different places are the same expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from decimal import Decimal

Place = tuple[int, int]
Value = bool | int | Decimal | str
"""An answer: a boolean, a grade (int), a number (Decimal), a choice code or a text (str)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Any part of an expression."""

    at: Place = field(default=(1, 1), compare=False, repr=False)

    def children(self) -> Iterator[Node]:
        """The direct sub-expressions, in reading order."""
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from (item for item in value if isinstance(item, Node))

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """`true`, `30`, `"sup_39"`."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A question, a derived value, a measure, or `outcome` in a promise."""

    id: str


@dataclass(frozen=True, slots=True)
class Previous(Node):
    """`previous(x)`: the last known answer to x in the earlier entries; missing when there is none."""

    id: str


@dataclass(frozen=True, slots=True)
class Lowest(Node):
    """`lowest(x, hours)`: the lowest known grade of x in the earlier entries of the last hours, inclusive."""

    id: str
    hours: int


@dataclass(frozen=True, slots=True)
class Answered(Node):
    """`answered(x)`: whether x has a value (given, computed or imputed). Never missing itself."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`not a`: missing when a is missing."""

    operand: Node


@dataclass(frozen=True, slots=True)
class And(Node):
    """`a and b`: false as soon as one is false, else missing if one is missing."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """`a or b`: true as soon as one is true, else missing if one is missing."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`a < b` and the like, on numbers, grades, choices or booleans; missing when a side is missing."""

    operator: str  # one of == != < <= > >=
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`x in ("a", "b")`: missing when x is missing."""

    operand: Node
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class CountIs(Node):
    """`tally >= 2`, `count(a, b, c) == 1`: a number of true conditions against a whole number.

    With missing conditions the answer is known when it is the same whatever they turn out to be.
    """

    operator: str
    conditions: tuple[Node, ...]
    bound: int
    tally: str | None = None  # the tally's name when one was written, for readers only


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`a + b`, `- * / **`: exact, and only in computed questions."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Round(Node):
    """`round_half_up(x, decimals)`: halves go away from zero, as in the reference X13."""

    operand: Node
    decimals: int


def names(node: Node) -> frozenset[str]:
    """Every question, derived value or measure the expression reads in the present entry."""
    return frozenset(n.id for n in node.walk() if isinstance(n, Name))
