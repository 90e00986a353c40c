"""Errors of the rules engine: each names the file, line and column, what is wrong and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a source file; `line` and `column` start at 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class ProtocolError(Exception):
    """A protocol or text file cannot be used; `mark` says where, `str()` the whole sentence."""

    def __init__(self, mark: Mark, what: str) -> None:
        super().__init__(f"{mark}: {what}")
        self.mark = mark
        self.what = what


class ExpressionError(Exception):
    """An expression is refused; `line` and `column` start at 1 inside the expression's own text."""

    def __init__(self, what: str, line: int = 1, column: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.line = line
        self.column = column


class AnswerError(ValueError):
    """An answer is refused; `field` names the question, `what` says what was expected."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"{field}: {what}")
        self.field = field
        self.what = what
