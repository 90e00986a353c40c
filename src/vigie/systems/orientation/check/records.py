"""From lines to records: quoted values, values that span lines, and quotes that were never closed.

A quote left open must not swallow the rows after it. A record may continue on the next lines only if it
closes properly with exactly the header's number of values, and swallows no line that is a whole row by
itself; otherwise its first line alone is set aside and the next line is read afresh.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from vigie.systems.orientation.check.text import marked

MAX_LINES = 200  # of one record
MAX_CHARACTERS = 200_000


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
    if '"' not in text:
        return text.split(delimiter)
    cells: list[str] = []
    at, end = 0, len(text)
    while True:
        if at < end and text[at] == '"':
            close = _closing(text, at + 1)
            if close < 0 or (close + 1 < end and text[close + 1] != delimiter):
                return None
            cells.append(text[at + 1 : close].replace('""', '"'))
            at = close + 1
        else:
            stop = text.find(delimiter, at)
            stop = end if stop < 0 else stop
            if '"' in text[at:stop]:
                return None
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


def assemble(lines: Iterable[tuple[int, str]], delimiter: str, width: int) -> Iterator[Record]:
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
        record = _alone(number, text, delimiter)
        if record is None:
            record = _spanning(number, text, delimiter, width, peek)
        for _ in range(record.lines):
            ahead.popleft()
        yield record


def _alone(number: int, text: str, delimiter: str) -> Record | None:
    """The record when the line suffices; None when a quote is open at its end."""
    if problem := marked(text) or ("" if text.strip() else "blank-line"):
        return Record(number, 1, None, problem)
    cells = split(text, delimiter)
    return None if cells is None else Record(number, 1, cells)


def _spanning(
    number: int, text: str, delimiter: str, width: int, peek: Callable[[int], tuple[int, str] | None]
) -> Record:
    """The record that continues on the next lines, or its first line alone, set aside."""
    stray = Record(number, 1, None, "stray-quote")
    whole = text
    for i in range(1, MAX_LINES):
        following = peek(i)
        if following is None or following[0] != number + i:
            return stray
        problem = marked(following[1])
        if problem not in ("", "blank-line"):
            return stray
        line = "" if problem else following[1]
        alone = split(line, delimiter)
        if alone is not None and len(alone) == width:
            return stray
        whole += "\n" + line
        if len(whole) > MAX_CHARACTERS:
            return stray
        if '"' in line and (cells := split(whole, delimiter)) is not None:
            return Record(number, i + 1, cells) if len(cells) == width else stray
    return stray
