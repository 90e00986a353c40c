"""Replacing one value in a line of JSON and leaving every other character as it came.

Parsing and writing again would change numbers (1.10, 1e400, 5,000 digits), spacing and escapes.
"""

from __future__ import annotations

import json
import re

Path = tuple[str, ...]
Span = tuple[int, int]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


def spans(text: str) -> dict[Path, Span]:
    """Where every value stands in valid JSON, by its path of keys; () is the whole.

    The first of repeated keys counts, as for columns. What is inside an array has no path.
    """
    found: dict[Path, Span] = {}
    open_: list[tuple[Path | None, int, str]] = []  # path, start and bracket of what is not closed yet
    path: Path | None = ()
    before = ""
    for match in _TOKEN.finditer(text):
        piece, start, end = match[0], *match.span()
        inside = open_[-1] if open_ else None
        if piece in "{[":
            open_.append((path, start, piece))
        elif inside is not None and piece[0] == '"' and inside[2] == "{" and before in ("{", ","):
            path = None if inside[0] is None else (*inside[0], json.loads(piece))
        elif piece not in ":,":
            if piece in "}]":
                path, start, _ = open_.pop()
            if path is not None:
                found.setdefault(path, (start, end))
        if piece == "[" or (piece == "," and open_ and open_[-1][2] == "["):
            path = None
        before = piece
    return found


def put(text: str, path: Path, value: str) -> str:
    """The text with `value` (as JSON) at a path; what is missing on the way is added."""
    found = spans(text)
    if path in found:
        start, end = found[path]
        return text[:start] + value + text[end:]
    above, member = path[:-1], f"{json.dumps(path[-1])}: {value}"
    if above not in found or text[found[above][0]] != "{":
        return put(text, above, f"{{{member}}}")
    start, end = found[above]
    others = text[start + 1 : end - 1].strip()
    return f"{text[: start + 1]}{member}{', ' if others else ''}{text[start + 1 :]}"


def like(previous: str, value: str) -> str:
    """A corrected value as JSON, of the type of the text it replaces ("" for none)."""
    if previous.startswith('"'):
        return json.dumps(value)
    if value in ("true", "false"):
        return value
    is_number = previous not in ("", "null", "true", "false") and re.fullmatch(r"[0-9]+(\.[0-9]+)?", value)
    return value if is_number else json.dumps(value)
