"""The words of a protocol: a file per language beside the rules, over which an operator lays their own.

A text is found by its path of keys, such as ("outcomes", "FIN5", "title"). The overlay is a directory
with the same layout (`orientation/2020-06-09/texts.fr.yaml`) holding only the texts to replace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.nodes import MappingNode

from vigie.rules import source
from vigie.rules.errors import Mark, ProtocolError
from vigie.rules.library import SHIPPED
from vigie.rules.protocol import Protocol
from vigie.rules.source import Source

Path_ = tuple[str, ...]

OVERLAY_LIMIT = 20_000  # characters in one text


@dataclass(frozen=True)
class Texts:
    """Texts by their path of keys, in one language."""

    language: str
    by_path: Mapping[Path_, str]

    def get(self, *path: str, default: str = "") -> str:
        """The text at a path, or `default`."""
        return self.by_path.get(path, default)

    def under(self, *path: str) -> dict[str, str]:
        """The texts directly under a path, by their last key, in file order."""
        depth = len(path)
        return {p[-1]: text for p, text in self.by_path.items() if p[:depth] == path and len(p) == depth + 1}


def languages(full_name: str, root: Path = SHIPPED) -> list[str]:
    """The languages a protocol is written in."""
    return sorted(p.name.split(".")[1] for p in (root / full_name).glob("texts.*.yaml"))


def load(full_name: str, language: str = "fr", overlay: Path | None = None, root: Path = SHIPPED) -> Texts:
    """The texts of a protocol in one language.

    `overlay`: a directory of an operator's texts laid over ours; a key we do not have is refused.
    Raises ProtocolError, naming file, line and column.
    """
    path = root / full_name / f"texts.{language}.yaml"
    if language not in languages(full_name, root):
        known = ", ".join(languages(full_name, root))
        raise ProtocolError(Mark(str(path), 1, 1), f"no texts in {language!r}; languages known: {known}")
    by_path = {where: place.text() for where, place in _leaves(source.read(path), ())}
    over = overlay / full_name / path.name if overlay else None
    if over is not None and over.exists():
        for where, place in _leaves(source.read(over), ()):
            if where not in by_path:
                place.refuse(f"there is no text {' / '.join(where)} to replace")
            if len(place.text()) > OVERLAY_LIMIT:
                place.refuse(f"this text is longer than {OVERLAY_LIMIT} characters")
            by_path[where] = place.text()
    return Texts(language, by_path)


def missing(protocol: Protocol, texts: Texts) -> list[Path_]:
    """The paths that the protocol needs and the texts lack; empty when all is said."""
    return [path for path in _needed(protocol) if not texts.get(*path).strip()]


def _needed(protocol: Protocol) -> Iterator[Path_]:
    yield ("title",)
    for question in protocol.questions:
        yield ("questions", question.id, "label")
        yield ("questions", question.id, "text")
        yield from (("questions", question.id, "choices", code) for code in question.choices)
    yield from (("measures", m.id, "text") for m in protocol.measures)
    yield from (("derived", d.id) for d in protocol.derived)
    for tally in protocol.tallies:
        yield ("tallies", tally.id, "label")
        yield from (("tallies", tally.id, "items", f.id) for f in tally.factors)
    yield from (("clauses", clause.path) for clause in protocol.clauses())
    for outcome in protocol.outcomes:
        yield ("outcomes", outcome.id, "title")
        yield ("outcomes", outcome.id, "message")
    yield from (("columns", c.id) for c in protocol.columns)


def _leaves(place: Source, prefix: Path_) -> Iterator[tuple[Path_, Source]]:
    if not isinstance(place.node, MappingNode):
        yield prefix, place
        return
    for key, _, value in place.entries():
        yield from _leaves(value, (*prefix, key))
