"""The summary of a check as text for a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from vigie.systems.orientation import codes
from vigie.systems.orientation.check.findings import CATALOGUE
from vigie.systems.orientation.check.summary import Summary

Words = Mapping[str, Any]
Shown = Callable[[int], str]

WORDS: Mapping[str, Words] = {
    "fr": {
        "rows": "{rows} lignes : {judged} jugées ({right} justes, {wrong} fausses), "
        "{set_aside} mises de côté",
        "findings": ("Constat", "Gravité", "Nombre", "Colonnes"),
        "versions": ("Version", "Jugées", "Justes", "Fausses"),
        "confusion": "Version {version} : orientation déclarée (lignes) et attendue (colonnes)",
        "error": "erreur",
        "warning": "attention",
        "info": "note",
        "undecided": "indécise",
        "blank": "(vide)",
        "0": "Tout est juste.",
        "1": "Des erreurs ont été trouvées.",
        "2": "Le fichier ne peut pas être jugé.",
        "thousands": "\u202f",
    },
    "en": {
        "rows": "{rows} rows: {judged} judged ({right} right, {wrong} wrong), {set_aside} set aside",
        "findings": ("Finding", "Severity", "Count", "Columns"),
        "versions": ("Version", "Judged", "Right", "Wrong"),
        "confusion": "Version {version}: declared orientation (rows) and expected (columns)",
        "error": "error",
        "warning": "warning",
        "info": "note",
        "undecided": "undecided",
        "blank": "(blank)",
        "0": "All is right.",
        "1": "Errors were found.",
        "2": "The file cannot be judged.",
        "thousands": ",",
    },
}


CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
LONGEST = 60  # characters of a column's name


def render(summary: Summary, language: str) -> Iterator[str]:
    """The lines of the summary. A name that comes from the file gives no orders to the terminal."""
    return (CONTROLS.sub("\ufffd", line) for line in _lines(summary, language))


def _lines(summary: Summary, language: str) -> Iterator[str]:
    words = WORDS[language]

    def number(value: int) -> str:
        return f"{value:,}".replace(",", words["thousands"])

    parts = [summary.file, summary.format, summary.encoding]
    yield " · ".join(part for part in parts if part)
    counts = {"rows": summary.rows, "judged": summary.judged, "right": summary.right}
    counts |= {"wrong": summary.judged - summary.right, "set_aside": summary.set_aside}
    yield words["rows"].format_map({k: number(v) for k, v in counts.items()})
    if summary.by_code:
        yield ""
        yield from _table(
            words["findings"],
            [_finding_row(summary, *item, words, number) for item in summary.ordered_codes()],
        )
    if summary.by_version:
        yield ""
        rows = []
        for version, judged in sorted(summary.by_version.items()):
            right = summary.right_by_version[version]
            rows.append((version, number(judged), number(right), number(judged - right)))
        yield from _table(words["versions"], rows)
    for version in sorted(summary.by_version):
        yield from _confusion(summary, version, words, number)
    yield ""
    yield words[str(summary.exit_code)]


def _finding_row(summary: Summary, code: str, count: int, words: Words, number: Shown) -> tuple[str, ...]:
    columns = sorted(
        ((c, n) for (found, c), n in summary.by_column.items() if found == code), key=lambda item: -item[1]
    )
    shown = ", ".join(f"{column[:LONGEST]} {number(n)}" for column, n in columns[:3]) + (
        " …" if len(columns) > 3 else ""
    )
    return code, words[CATALOGUE[code].severity], number(count), shown


def _confusion(summary: Summary, version: str, words: Words, number: Shown) -> Iterator[str]:
    cells = {(d, e): n for (v, d, e), n in summary.confusion.items() if v == version}
    if all(declared == expected for declared, expected in cells):
        return

    def rank(code: str) -> tuple[str, str]:
        return codes.fin(code) or "Z", code

    expected = sorted({e for _, e in cells}, key=rank)
    declared = sorted({d for d, _ in cells}, key=rank)

    def short(code: str) -> str:
        return codes.fin(code) or code or words["undecided"]

    yield ""
    yield words["confusion"].format(version=version)
    header = ("", *map(short, expected))
    rows = [
        (
            f"{codes.fin(d) or ''} {d or words['blank']}".strip(),
            *(number(cells[d, e]) if (d, e) in cells else "·" for e in expected),
        )
        for d in declared
    ]
    yield from _table(header, rows)


def _table(header: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        cells = [
            cell.ljust(width) if i == 0 or not _is_number(rows, i) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield ("  " + "   ".join(cells)).rstrip()


def _is_number(rows: Sequence[tuple[str, ...]], i: int) -> bool:
    return all(set(row[i]) <= set("0123456789·,\u202f") for row in rows)
