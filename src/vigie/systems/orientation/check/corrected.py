"""The file put right: wrong calculations, orientations and spellings replaced, everything else as it came.

A row that cannot be put right without asking somebody goes to a second file beside the first, with its
line number and the codes of its findings. Rows in = rows written + rows kept aside.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from vigie.systems.orientation.check import jsontext
from vigie.systems.orientation.check.judge import Verdict
from vigie.systems.orientation.check.layout import Layout, json_cells, places_in, read_object
from vigie.systems.orientation.check.records import join
from vigie.systems.orientation.check.text import BOTH_WAYS, WINDOWS

ASIDE_FIELDS = "line,codes,content"


def aside_path(path: Path) -> Path:
    """`right.csv` keeps its unmended rows in `right.aside.csv`."""
    return path.with_name(f"{path.stem}.aside.csv")


class Corrected:
    """Writes both files while the records are judged, in file order.

    `source` yields the original physical lines as bytes: what is not replaced is copied as it came.
    """

    def __init__(
        self, layout: Layout, source: Iterator[bytes], encoding: str, out: IO[bytes], aside: IO[bytes]
    ) -> None:
        self.layout = layout
        self.source = source
        # What was read as text goes back to the bytes it came from.
        self.encoding = (WINDOWS, BOTH_WAYS) if encoding == "latin-1" else (encoding, "strict")
        self.out = out
        self.aside = aside
        self.next_line = 1
        self.kept_aside = 0
        aside.write(ASIDE_FIELDS.encode() + b"\n")

    def take(self, line: int, lines: int, cells: list[str] | None, verdict: Verdict) -> None:
        """Replace the record on these lines by its corrected form, or keep it aside."""
        self._copy_until(line)
        raw = [next(self.source, b"") for _ in range(lines)]
        self.next_line = line + lines
        if verdict.corrected is None and verdict.findings == [] and verdict.right:
            self._write(raw)  # undecided for no fault of its own: as it came
        elif verdict.corrected is None:
            self._keep_aside(line, raw, verdict)
        elif verdict.corrected == cells:
            self._write(raw)
        else:
            self._write([self._corrected(raw, verdict.corrected)])

    def finish(self) -> None:
        """Copy what is left."""
        for raw in self.source:
            self._write([raw])

    def _copy_until(self, line: int) -> None:
        while self.next_line < line:
            self._write([next(self.source)])
            self.next_line += 1

    def _write(self, lines: list[bytes]) -> None:
        for line in lines:
            self.out.write(line + b"\n")

    def _corrected(self, raw: list[bytes], cells: list[str]) -> bytes:
        if self.layout.kind == "delimited":
            text = join(cells, self.layout.delimiter)
        else:
            text = self._corrected_json(raw[0].decode(*self.encoding), cells)
        return text.encode(*self.encoding)

    def _corrected_json(self, text: str, cells: list[str]) -> str:
        body, before = read_object(text), json_cells(self.layout, text)
        assert isinstance(body, dict)
        for place, old, new in zip(places_in(self.layout, body).values(), before, cells, strict=True):
            if new != old:
                start, end = jsontext.spans(text).get(place, (0, 0))
                text = jsontext.put(text, place, jsontext.like(text[start:end], new))
        return text

    def _keep_aside(self, line: int, raw: list[bytes], verdict: Verdict) -> None:
        content = b"\n".join(raw).decode("utf-8", errors="surrogateescape")
        text = io.StringIO()
        codes = " ".join(dict.fromkeys(f.code for f in verdict.findings))
        csv.writer(text, lineterminator="\n").writerow((line, codes, content))
        self.aside.write(text.getvalue().encode("utf-8", errors="surrogateescape"))
        self.kept_aside += 1


class CorrectedRows:
    """The same for Parquet, written as CSV: the rows come from the database, in order."""

    def __init__(self, layout: Layout, rows: Iterator[list[str]], out: IO[bytes], aside: IO[bytes]) -> None:
        plain = Layout("delimited", layout.header)
        encoded = (join(cells, ",").encode() for cells in rows)
        self._inner = Corrected(plain, encoded, "utf-8", out, aside)
        out.write(join(layout.header, ",").encode() + b"\n")

    def take(self, line: int, lines: int, cells: list[str] | None, verdict: Verdict) -> None:
        """As Corrected.take; `line` is the row's number."""
        self._inner.take(line, lines, cells, verdict)

    def finish(self) -> None:
        """As Corrected.finish."""
        self._inner.finish()

    @property
    def kept_aside(self) -> int:
        """Rows kept aside."""
        return self._inner.kept_aside
