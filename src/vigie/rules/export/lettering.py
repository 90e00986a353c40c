"""How wide a text is likely to be, for drawings that no one measures before they are shown.

The letters are those of the reader's machine, so the estimate is of the widest fonts in common use
(DejaVu, Verdana): a text may end early, it does not run over.
"""

from __future__ import annotations

from dataclasses import dataclass

_NARROW = frozenset("ijl.,:;'’!| \u00a0\u202f")
_THIN = frozenset('frtI()[]{}/-"*')
_WIDE = frozenset("mwMWQO%@—…")
_BOLD = 1.12
_MONOSPACE = 0.61


@dataclass(frozen=True)
class Style:
    """Letters: their size in pixels, and what else changes their width."""

    size: float
    bold: bool = False
    monospace: bool = False
    fill: str = "#111827"

    @property
    def leading(self) -> float:
        """From one line to the next."""
        return round(self.size * 1.35, 1)


def width(text: str, style: Style) -> float:
    """The estimated width of a text, in pixels."""
    ems = _MONOSPACE * len(text) if style.monospace else sum(map(_em, text))
    return ems * style.size * (_BOLD if style.bold else 1)


def wrap(text: str, style: Style, room: float, first: float = 0) -> list[str]:
    """The lines of a text in a given room; the first line begins `first` pixels further."""
    lines: list[str] = []
    line, left = "", room - first
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, style) <= left:
            line = longer
            continue
        # Before the first word too: beside a lead there may be no room for it.
        if line or (first and not lines):
            lines.append(line)
            left = room
        *whole, line = _cut(word, style, left)
        lines += whole
    return [*lines, line]


def _cut(word: str, style: Style, room: float) -> list[str]:
    """A word in pieces that fit, cut after a low line or a comma if that can be."""
    pieces: list[str] = []
    while width(word, style) > room and len(word) > 1:
        end = max((n for n in range(1, len(word)) if width(word[:n], style) <= room), default=1)
        good = max(word.rfind(mark, 0, end) for mark in "_,/") + 1
        end = good or end
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.34
    if character in _THIN:
        return 0.43
    if character in _WIDE:
        return 0.99
    return 0.75 if character.isupper() else 0.64
