"""What kind of file it is and where its columns stand."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vigie.rules import library
from vigie.systems.orientation import codes
from vigie.systems.orientation.check.records import split
from vigie.systems.orientation.check.text import UnreadableFile, blocks, clean_lines

Kind = Literal["delimited", "jsonl", "parquet"]
PARQUET = b"PAR1"
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Layout:
    """`header` names the columns in order. `root`: where they stand in a JSON line.

    `nested`: the JSON lines are shaped like the body of the ministry's API, in sections.
    """

    kind: Kind
    header: tuple[str, ...]
    delimiter: str = ","
    nested: bool = False
    root: str = "$"

    @property
    def first_line(self) -> int:
        """The physical line on which the first record can start."""
        return 2 if self.kind == "delimited" else 1


class NoHeader(Exception):
    """No column algo_version in the first line; `empty` when there is no line at all."""

    def __init__(self, *, empty: bool = False) -> None:
        super().__init__("no header")
        self.empty = empty


def is_parquet(path: Path) -> bool:
    """Whether the file starts like Parquet. Raises UnreadableFile."""
    try:
        with path.open("rb") as handle:
            return handle.read(4) == PARQUET
    except OSError as error:
        raise UnreadableFile(f"{error.strerror}", f"{error.strerror}") from None


def of_text(path: Path) -> Layout:
    """The layout of a text file, from its first lines. Raises NoHeader and UnreadableFile."""
    # Names of columns are ASCII: the encoding does not matter yet.
    lines = clean_lines(itertools.islice(blocks(path), 1), "latin-1")
    head = list(itertools.islice(lines, 50))
    filled = next((line for line in head if line and not line.startswith("\x02blank-line")), None)
    if filled is None:
        raise NoHeader(empty=True)
    if filled.lstrip().startswith("{"):
        return _of_json(head)
    return _of_header(head[0])


def _of_header(line: str) -> Layout:
    best: list[str] = []
    for delimiter in DELIMITERS:
        cells = [cell.strip() for cell in split(line, delimiter) or []]
        if "algo_version" in cells and len(cells) > len(best):
            best, found = cells, delimiter
    if not best:
        raise NoHeader
    return Layout("delimited", tuple(best), found)


def _of_json(lines: list[str]) -> Layout:
    """Every column of every version, found flat or nested as in the API."""
    body: dict[str, Any] = {}
    for line in lines:
        found = read_object(line)
        if isinstance(found, dict):
            body = found
            break
    wrapped = isinstance(body.get("questionnaire"), dict)
    columns = dict.fromkeys(c.id for v in codes.versions() for c in library.get(f"{codes.NAME}/{v}").columns)
    return Layout(
        "jsonl",
        tuple(columns),
        nested=wrapped or "metadata" in body,
        root="$.questionnaire" if wrapped else "$",
    )


def json_paths(layout: Layout) -> list[str]:
    """The JSON path of each column of the layout."""
    sections = {name: section for section, names in codes.SECTIONS.items() for name in names}
    return [
        f"{layout.root}.{sections[name]}.{name}"
        if layout.nested and name in sections
        else f"{layout.root}.{name}"
        for name in layout.header
    ]


def read_object(line: str) -> dict[str, Any] | str:
    """A JSON object with numbers kept as they are written, or what is wrong with the line."""
    try:
        body = json.loads(line, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        return str(error)[:80]
    return body if isinstance(body, dict) else type(body).__name__


def json_cells(layout: Layout, line: str) -> list[str] | str:
    """The cells of a JSON line in the layout's order, or what is wrong with it."""
    body = read_object(line)
    if isinstance(body, str):
        return body
    inner = body.get("questionnaire", body)
    flat = dict(_leaves(inner if isinstance(inner, dict) else body))
    return [flat.get(name, "") for name in layout.header]


def _leaves(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in body.items():
        if key == "token":
            continue
        if isinstance(value, dict):
            yield from _leaves(value)
        elif value is None:
            yield key, ""
        elif isinstance(value, bool):
            yield key, str(value).lower()
        else:
            yield key, value if isinstance(value, str) else json.dumps(value)
