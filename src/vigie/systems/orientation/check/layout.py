"""What kind of file it is and where its columns stand."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from vigie.rules import library
from vigie.systems.orientation import codes
from vigie.systems.orientation.check.jsontext import Path as Keys
from vigie.systems.orientation.check.jsontext import Span, leaf
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


@lru_cache(maxsize=8)
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
    """The cells of a JSON line in the layout's order, or what is wrong with it.

    A line shaped like the first one is read at the same places, as the database reads it; in another
    one, values are taken wherever they stand.
    """
    body = read_object(line)
    if isinstance(body, str):
        return body
    try:
        cells = _cells_of(layout, body)
    except RecursionError:
        return "too many brackets inside one another"
    # Half of a surrogate pair cannot be written to any file.
    return [_HALF_PAIR.sub("\ufffd", cell) for cell in cells] if "\\" in line else cells


def _cells_of(layout: Layout, body: dict[str, Any]) -> list[str]:
    places = json_places(layout)
    if _at(body, places["algo_version"]):
        return [_at(body, place) for place in places.values()]
    inner = body.get("questionnaire", body)
    flat: dict[str, str] = {}
    for name, text in _leaves(inner if isinstance(inner, dict) else body):
        flat.setdefault(name, text)
    return [flat.get(name, "") for name in layout.header]


_HALF_PAIR = re.compile("[\ud800-\udfff]")


def _at(body: Any, place: Keys) -> str:
    for key in place:
        body = body.get(key) if isinstance(body, dict) else None
    return _cell(body)


def json_place(layout: Layout, text: str, found: Mapping[Keys, Span], name: str) -> Keys:
    """Where json_cells reads a column of this line, or would find it; `found` are the line's spans."""
    places = json_places(layout)
    start, end = found.get(places["algo_version"], (0, 0))
    if text[start:end] not in ("", "null", '""'):
        return places[name]
    start, _ = found.get(("questionnaire",), (0, 0))
    under = ("questionnaire",) if start and text[start] == "{" else ()
    return leaf(found, name, under) or places[name]


def _leaves(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in body.items():
        if key == "token":
            continue
        if isinstance(value, dict):
            yield from _leaves(value)
        else:
            yield key, _cell(value)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
