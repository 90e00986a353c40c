"""From lines to records: quoted values, values that span lines, and quotes that were never closed.

A quote left open must not swallow the rows after it. A record may continue on the next lines only if it
closes properly with exactly the header's number of values, and swallows no line that is a whole row by
itself, or would be but for its own stray quote; otherwise its first line alone is set aside and the next
line is read afresh.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from vigie.systems.orientation.check.text import marked

MAX_LINES = 200  # of one record
MAX_CHARACTERS = 200_000
DAY = re.compile(r'[" ]*[0-9]{4}-[0-9]{2}-[0-9]{2}[" ]*')


@dataclass(slots=True)
class Record:
    """A record: where it starts, how many physical lines it takes, and its cells or why it has none."""

    line: int
    lines: int
    cells: list[str] | None
    problem: str = ""
    detail: str = ""


def split(text: str, delimiter: str) -> list[str] | None:
    """The values of one record by RFC 4180; None when a quote is left open or misplaced."""
    cells = _cut(text, delimiter)
    return cells if isinstance(cells, list) else None


OPEN, MISPLACED = "open", "misplaced"


def _cut(text: str, delimiter: str) -> list[str] | str:
    """The values, OPEN when the last quote may close on a later line, MISPLACED when nothing can help."""
    if '"' not in text:
        return text.split(delimiter)
    cells: list[str] = []
    at, end = 0, len(text)
    while True:
        if at < end and text[at] == '"':
            close = _closing(text, at + 1)
            if close < 0:
                return OPEN
            if close + 1 < end and text[close + 1] != delimiter:
                return MISPLACED
            cells.append(text[at + 1 : close].replace('""', '"'))
            at = close + 1
        else:
            stop = text.find(delimiter, at)
            stop = end if stop < 0 else stop
            if '"' in text[at:stop]:
                return MISPLACED
            cells.append(text[at:stop])
            at = stop
        if at >= end:
            return cells
        at += 1


def _closing(text: str, start: int) -> int:
    """The place of the quote that closes a value opened before `start`, -1 when there is none."""
    at = text.find('"', start)
    while at >= 0 and text.startswith('""', at):
        at = text.find('"', at + 2)
    return at


def join(cells: Iterable[str], delimiter: str) -> str:
    """A record as one line of text, quoted where it must be."""
    return delimiter.join(_quoted(cell, delimiter) for cell in cells)


def _quoted(cell: str, delimiter: str) -> str:
    if delimiter in cell or '"' in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


@dataclass(frozen=True, slots=True)
class Shape:
    """What a record looks like: its delimiter, its number of values, and where its version, a day, stands."""

    delimiter: str
    width: int
    version_at: int

    def is_row_like(self, text: str) -> bool:
        """Whether a line would be a whole row if its quotes were ordinary characters."""
        cells = text.split(self.delimiter)
        return len(cells) >= self.width and DAY.fullmatch(cells[self.version_at]) is not None


def assemble(lines: Iterable[tuple[int, str]], shape: Shape) -> Iterator[Record]:
    """The records that start in these numbered lines. A gap in the numbers ends a record."""
    ahead: deque[tuple[int, str]] = deque()
    source = iter(lines)

    def peek(i: int) -> tuple[int, str] | None:
        while len(ahead) <= i:
            following = next(source, None)
            if following is None:
                return None
            ahead.append(following)
        return ahead[i]

    while (first := peek(0)) is not None:
        number, text = first
        record = _alone(number, text, shape.delimiter)
        if record is None:
            record = _spanning(number, text, shape, peek)
        for _ in range(record.lines):
            ahead.popleft()
        yield record


def _alone(number: int, text: str, delimiter: str) -> Record | None:
    """The record when the line suffices; None when a quote is open at its end."""
    if problem := marked(text) or ("" if text.strip() else "blank-line"):
        return Record(number, 1, None, problem)
    cells = _cut(text, delimiter)
    if cells == OPEN:
        return None
    return Record(number, 1, None, "stray-quote") if isinstance(cells, str) else Record(number, 1, cells)


def _spanning(number: int, text: str, shape: Shape, peek: Callable[[int], tuple[int, str] | None]) -> Record:
    """The record that continues on the next lines, or its first line alone, set aside."""
    stray = Record(number, 1, None, "stray-quote")
    starts_whole = shape.is_row_like(text)
    whole = text
    for i in range(1, MAX_LINES):
        following = peek(i)
        if following is None or following[0] != number + i:
            return stray
        problem = marked(following[1])
        if problem not in ("", "blank-line"):
            return stray
        line = "" if problem else following[1]
        alone = split(line, shape.delimiter)
        if alone is not None and len(alone) == shape.width:
            return stray
        if starts_whole and shape.is_row_like(line):
            return stray
        whole += "\n" + line
        if len(whole) > MAX_CHARACTERS:
            return stray
        if '"' in line and (cells := _cut(whole, shape.delimiter)) != OPEN:
            if isinstance(cells, list) and len(cells) == shape.width:
                return Record(number, i + 1, cells)
            return stray
    return stray
