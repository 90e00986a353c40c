"""The types of the expression language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Boolean:
    """true or false."""

    def __str__(self) -> str:
        return "a condition (true or false)"


@dataclass(frozen=True, slots=True)
class Number:
    """An exact decimal number of at most 15 significant digits."""

    def __str__(self) -> str:
        return "a number"


@dataclass(frozen=True, slots=True)
class Grade:
    """A whole number from 0 to `highest`, a rung of an ordinal scale."""

    highest: int

    def __str__(self) -> str:
        return f"a grade from 0 to {self.highest}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One code of a closed list."""

    codes: tuple[str, ...]

    def __str__(self) -> str:
        return "a choice among " + ", ".join(self.codes)


@dataclass(frozen=True, slots=True)
class Text:
    """Free text: it can only be present or absent."""

    def __str__(self) -> str:
        return "a free text"


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a list of conditions hold; only compared with a whole number."""

    size: int

    def __str__(self) -> str:
        return f"a count from 0 to {self.size}"


Type = Boolean | Number | Grade | Choice | Text | Count
