"""YAML 1.2 read as plain text values with their places: a version stays a version, `no` stays "no"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from vigie.rules.errors import ExpressionError, Mark, ProtocolError

MAX_BYTES = 2_000_000
MAX_NESTING = 50


@dataclass(frozen=True)
class Source:
    """A YAML value and where it stands. Reading it as something it is not raises ProtocolError."""

    node: Node
    file: str
    lines: tuple[str, ...]

    @property
    def mark(self) -> Mark:
        """Where the value starts."""
        start = self.node.start_mark
        return Mark(self.file, start.line + 1, start.column + 1)

    def refuse(self, what: str) -> NoReturn:
        """Raise a ProtocolError at this place."""
        raise ProtocolError(self.mark, what)

    def text(self) -> str:
        """A scalar, always as the text that was written."""
        if not isinstance(self.node, ScalarNode):
            self.refuse("a single value is expected here")
        return str(self.node.value)

    def items(self) -> list[Source]:
        """A list."""
        if not isinstance(self.node, SequenceNode):
            self.refuse("a list is expected here")
        return [self._child(node) for node in self.node.value]

    def texts(self) -> tuple[str, ...]:
        """A list of scalars, without repeats."""
        found: list[str] = []
        for item in self.items():
            if item.text() in found:
                item.refuse(f"{item.text()!r} is listed twice")
            found.append(item.text())
        return tuple(found)

    def entries(self) -> Iterator[tuple[str, Source, Source]]:
        """A mapping as (key, the key's place, the value). A key written twice is refused."""
        if not isinstance(self.node, MappingNode):
            self.refuse("a mapping (key: value) is expected here")
        seen: set[str] = set()
        for key_node, value_node in self.node.value:
            key = self._child(key_node)
            if key.text() in seen:
                key.refuse(f"the key {key.text()!r} is written twice")
            seen.add(key.text())
            yield key.text(), key, self._child(value_node)

    def fields(self, required: str = "", optional: str = "") -> dict[str, Source]:
        """A mapping whose keys are known; both arguments are lists of words."""
        known = [*required.split(), *optional.split()]
        found: dict[str, Source] = {}
        for key, place, value in self.entries():
            if key not in known:
                place.refuse(f"the key {key!r} is not known here; expected: {', '.join(known)}")
            found[key] = value
        for key in required.split():
            if key not in found:
                self.refuse(f"the key {key!r} is missing")
        return found

    def expression_error(self, error: ExpressionError) -> ProtocolError:
        """The error of an expression written in this scalar, at its place in the file."""
        start = self.node.start_mark
        if self._style in ("|", ">"):
            written = self.text().splitlines()
            row = start.line + min(error.line, len(written))
            # The block's own indentation is what the file has more than the text.
            indent = len(self.lines[row]) - len(written[row - start.line - 1]) if written else 0
            return ProtocolError(Mark(self.file, row + 1, max(indent, 0) + error.column), error.what)
        quote = 1 if self._style in ("'", '"') else 0
        return ProtocolError(Mark(self.file, start.line + 1, start.column + quote + error.column), error.what)

    def expression_text(self) -> str:
        """A scalar that holds an expression: on one line, or as a literal block."""
        text = self.text()
        on_one_line = self.node.start_mark.line == self.node.end_mark.line
        if self._style == ">" or (self._style != "|" and not on_one_line):
            self.refuse("write this expression on one line, or as a literal block after |")
        return text

    @property
    def _style(self) -> str | None:
        style: str | None = self.node.style if isinstance(self.node, ScalarNode) else None
        return style

    def _child(self, node: Node) -> Source:
        return Source(node, self.file, self.lines)


def parse(data: bytes, file: str) -> Source:
    """The document in `data`; `file` is its name in messages. Raises ProtocolError."""
    start = Mark(file, 1, 1)
    if len(data) > MAX_BYTES:
        raise ProtocolError(start, f"the file is larger than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ProtocolError(Mark(file, line, 1), "the file is not UTF-8") from None
    try:
        _refuse_traps(text, file)
        node = YAML(typ="safe").compose(text)
    except MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        mark = Mark(file, at.line + 1, at.column + 1) if at else start
        raise ProtocolError(mark, f"this is not YAML: {error.problem or error.context}") from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise ProtocolError(start, f"this is not YAML: {str(error).splitlines()[0]}") from None
    if node is None:
        raise ProtocolError(start, "the file is empty")
    return Source(node, file, tuple(text.splitlines()))


def read(path: Path) -> Source:
    """The document in a file. Raises ProtocolError, also when the file cannot be read."""
    return parse(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises ProtocolError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProtocolError(Mark(str(path), 1, 1), f"the file cannot be read ({error.strerror})") from None


def _refuse_traps(text: str, file: str) -> None:
    """Aliases can make a file mean something far from where it is read; deep nesting kills the C parser."""
    depth = 0
    for event in YAML(typ="safe").parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        mark = Mark(file, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, AliasEvent):
            raise ProtocolError(mark, "an alias points here; aliases are not part of protocol files")
        if depth > MAX_NESTING:
            raise ProtocolError(mark, f"this is nested more than {MAX_NESTING} deep")
