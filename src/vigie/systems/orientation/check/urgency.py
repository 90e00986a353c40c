"""Declared orientations against expected ones: which rows sent people to too little care, or to too much."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from vigie.rules import library
from vigie.rules.protocol import Outcome
from vigie.systems.orientation import codes
from vigie.systems.orientation.check.summary import OTHER, Summary

Kind = Literal["same", "naming", "less", "more", "undecided", "unknown", "outside"]
"""How a declared orientation stands to the expected one.

less, more: urgent than expected. naming: the same one, in the codes of other versions. undecided: answers
are missing, so that none is expected. unknown: the file declares none, or no code of this version.
outside: one of the two, under 15, is not on the scale of urgency.
"""

INCOMPARABLE: tuple[Kind, ...] = ("undecided", "unknown", "outside")
LEVELS = 4  # shades of a cell
LAST = 99  # sorts after every rank of urgency


def outcome_of(version: str, code: str) -> Outcome | None:
    """The outcome this code stands for in a version, whichever naming it is written in."""
    protocol = library.get(f"{codes.NAME}/{version}")
    return protocol.outcome_by_code.get(code) or protocol.outcome.get(codes.fin(code) or "")


def compare(version: str, declared: str, expected: str) -> Kind:
    """How `declared` stands to `expected`, both codes as they are in a summary's confusion."""
    if not expected:
        return "undecided"
    if declared == expected:
        return "same"
    of_declared, of_expected = outcome_of(version, declared), outcome_of(version, expected)
    if of_declared is None or of_expected is None:
        return "unknown"
    if of_declared == of_expected:
        return "naming"
    if of_declared.urgency is None or of_expected.urgency is None:
        return "outside"
    return "less" if of_declared.urgency > of_expected.urgency else "more"


def totals(summary: Summary, version: str | None = None) -> Counter[Kind]:
    """Rows of each kind, in one version or in all."""
    counts: Counter[Kind] = Counter()
    for (of, declared, expected), n in summary.confusion.items():
        if version in (None, of):
            counts[compare(of, declared, expected)] += n
    return counts


@dataclass(frozen=True)
class Heading:
    """A row or a column of the table. `fin` is empty for what is no outcome, `code` too when blank."""

    code: str
    fin: str
    foreign: bool = False  # a code of another naming than the version's


@dataclass(frozen=True)
class Cell:
    """`count` rows; `level` from 1 to LEVELS, 0 for none."""

    count: int
    kind: Kind
    level: int


@dataclass(frozen=True)
class Table:
    """One version's confusion table, the most urgent first in both directions."""

    version: str
    columns: tuple[Heading, ...]
    rows: tuple[tuple[Heading, tuple[Cell, ...]], ...]


def table(summary: Summary, version: str) -> Table:
    """The confusion table of one version of a file."""
    counts = {(d, e): n for (v, d, e), n in summary.confusion.items() if v == version}
    met = {code for pair in counts for code in pair if code not in ("", OTHER)}
    # The same codes both ways, so that equality reads on the diagonal; those of another naming are rows only.
    own = {code for code in met if code in library.get(f"{codes.NAME}/{version}").outcome_by_code}
    columns = _sorted(version, own | {e for _, e in counts})
    rows = _sorted(version, own | {d for d, _ in counts})
    kinds = {pair: compare(version, *pair) for pair in counts}
    tops = _tops(counts, kinds)
    return Table(
        version,
        columns,
        tuple((row, tuple(_cell(version, row, c, counts, tops) for c in columns)) for row in rows),
    )


def _sorted(version: str, found: Iterable[str]) -> tuple[Heading, ...]:
    own = library.get(f"{codes.NAME}/{version}").outcome_by_code

    def key(code: str) -> tuple[bool, int, str, bool, str]:
        outcome = outcome_of(version, code)
        urgency = outcome.urgency if outcome else None
        fin = codes.fin(code) or ""
        return not fin, LAST if urgency is None else urgency, fin, code not in own, code

    return tuple(
        Heading(code, codes.fin(code) or "", bool(codes.fin(code)) and code not in own)
        for code in sorted(found, key=key)
    )


def _tops(counts: Mapping[tuple[str, str], int], kinds: Mapping[tuple[str, str], Kind]) -> dict[bool, int]:
    """The largest count among equal pairs, and among the others, which are far fewer."""
    tops = {True: 0, False: 0}
    for pair, n in counts.items():
        same = kinds[pair] == "same"
        tops[same] = max(tops[same], n)
    return tops


def _cell(
    version: str,
    row: Heading,
    column: Heading,
    counts: Mapping[tuple[str, str], int],
    tops: Mapping[bool, int],
) -> Cell:
    kind = compare(version, row.code, column.code)
    count = counts.get((row.code, column.code), 0)
    return Cell(count, kind, _level(count, tops[kind == "same"]))


def _level(count: int, top: int) -> int:
    if not count:
        return 0
    # By orders of magnitude: one row among thousands must still show.
    return 1 + round((LEVELS - 1) * math.log(count) / math.log(top)) if top > 1 else 2
