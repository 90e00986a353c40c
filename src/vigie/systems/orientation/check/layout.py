"""What kind of file it is and where its columns stand."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from vigie.rules import library
from vigie.systems.orientation import codes
from vigie.systems.orientation.check.jsontext import Path as Keys
from vigie.systems.orientation.check.records import split
from vigie.systems.orientation.check.text import UnreadableFile, blocks, clean_lines, marked

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
        if path.exists() and not path.is_file() and not path.is_dir():
            # It is read more than once, which a pipe does not allow.
            raise UnreadableFile(
                "ce n’est pas un fichier ordinaire ; enregistrez-le d’abord",
                "it is not a regular file; save it first",
            )
        with path.open("rb") as handle:
            return handle.read(4) == PARQUET
    except OSError as error:
        raise UnreadableFile.of(error) from None


def of_text(path: Path) -> Layout:
    """The layout of a text file, from its first lines. Raises NoHeader and UnreadableFile."""
    head = _head(path, "utf-8")
    if any(marked(line) == "encoding" for line in head[:1]):
        head = _head(path, "latin-1")
    filled = next((line for line in head if line and not line.startswith("\x02blank-line")), None)
    if filled is None:
        raise NoHeader(empty=True)
    if filled.lstrip().startswith("{"):
        return _of_json(head)
    return _of_header(head[0])


def _head(path: Path, encoding: str) -> list[str]:
    return list(itertools.islice(clean_lines(itertools.islice(blocks(path), 1), encoding), 50))


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
    """Every column of every version, in the shape of the first line that names its version."""
    columns = dict.fromkeys(c.id for v in codes.versions() for c in library.get(f"{codes.NAME}/{v}").columns)
    flat = Layout("jsonl", tuple(columns))
    for line in lines:
        body = read_object(line)
        shape = _shape_of(flat, body) if isinstance(body, dict) else None
        if shape:
            return shape
    return flat


@lru_cache(maxsize=8)
def _shapes(layout: Layout) -> tuple[Layout, ...]:
    """The same columns in each shape a line may have, the layout's own first."""
    others = (
        replace(layout, nested=nested, root=root)
        for root in ("$", "$.questionnaire")
        for nested in (False, True)
    )
    return tuple(dict.fromkeys((layout, *others)))


@lru_cache(maxsize=32)
def json_places(layout: Layout) -> dict[str, Keys]:
    """Where each column of the layout stands: its keys from the top."""
    sections = {name: section for section, names in codes.SECTIONS.items() for name in names}
    root = tuple(layout.root.split(".")[1:])
    return {
        name: (*root, sections[name], name) if layout.nested and name in sections else (*root, name)
        for name in layout.header
    }


def read_object(line: str) -> dict[str, Any] | str:
    """A JSON object with numbers kept as they are written, or what is wrong with the line."""
    try:
        body = json.loads(line, parse_float=str, parse_int=str, object_pairs_hook=_first_of_each)
    except (ValueError, RecursionError) as error:
        return str(error)[:80]
    return body if isinstance(body, dict) else type(body).__name__


def _first_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A repeated key counts as a repeated column does: the first is judged. The database does the same."""
    body: dict[str, Any] = {}
    for key, value in pairs:
        body.setdefault(key, value)
    return body


def json_cells(layout: Layout, line: str) -> list[str] | str:
    """The cells of a JSON line in the layout's order, or what is wrong with it."""
    body = read_object(line)
    if isinstance(body, str):
        return body
    cells = [_at(body, place) for place in places_in(layout, body).values()]
    # Half of a surrogate pair cannot be written to any file.
    return [_HALF_PAIR.sub("\ufffd", cell) for cell in cells] if "\\" in line else cells


def places_in(layout: Layout, body: dict[str, Any]) -> dict[str, Keys]:
    """Where each column stands in this object: as in the layout, or in the shape that holds its version."""
    return json_places(_shape_of(layout, body) or layout)


def _shape_of(layout: Layout, body: dict[str, Any]) -> Layout | None:
    """The first shape where a known version stands, or else where anything does."""
    found = None
    for shape in _shapes(layout):
        version = _at(body, json_places(shape)["algo_version"])
        if version in codes.versions():
            return shape
        found = found or (shape if version else None)
    return found


_HALF_PAIR = re.compile("[\ud800-\udfff]")


def _at(body: Any, place: Keys) -> str:
    for key in place:
        body = body.get(key) if isinstance(body, dict) else None
    return _cell(body)


def _cell(value: object) -> str:
    if value is None:
        return ""
    try:
        return value if isinstance(value, str) else json.dumps(value)
    except RecursionError:
        return "[…]"  # brackets that could just be read, and cannot be written
