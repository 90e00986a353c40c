"""Where findings and corrected rows are written. A file appears under its name only once it is whole."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from vigie.systems.orientation.check.findings import Finding

FIELDS = ("line", "column", "code", "severity", "found", "expected", "message")
UNFINISHED = ".unfinished"


class WholeFile:
    """A text file written beside its name and moved there at the end; nothing is left after an error.

    A pipe, a device or a link (/dev/stdout) is written to as it comes: a file must not take its place.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        in_place = path.is_symlink() or (path.exists() and not path.is_file())
        self.unfinished = path if in_place else path.with_name(path.name + UNFINISHED)
        self.handle: IO[Any]

    def _open(self) -> IO[Any]:
        return self.unfinished.open("w", encoding="utf-8", newline="")

    def __enter__(self) -> IO[Any]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.handle = self._open()
        return self.handle

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.handle.close()
        if self.unfinished == self.path:
            return
        if kind is None:
            self.unfinished.replace(self.path)
        else:
            self.unfinished.unlink(missing_ok=True)


class WholeBytes(WholeFile):
    """The same for bytes."""

    def _open(self) -> IO[Any]:
        return self.unfinished.open("wb")


def findings_writer(
    path: Path, out: IO[str], language: str, *, several: bool = False
) -> Callable[[Finding, str], None]:
    """A function that writes one finding of one file, as CSV, or as JSON lines when the name ends so.

    With `several` files, a last column (or key) names the file.
    """
    fields = (*FIELDS, "file") if several else FIELDS

    def row(finding: Finding, file: str) -> tuple[object, ...]:
        values = (
            finding.line,
            finding.column,
            finding.code,
            finding.severity,
            finding.found,
            finding.expected,
            finding.message(language),
        )
        return (*values, file) if several else values

    if path.suffix in (".jsonl", ".ndjson", ".json"):

        def write_json(finding: Finding, file: str) -> None:
            body = dict(zip(fields, row(finding, file), strict=True))
            out.write(json.dumps(body, ensure_ascii=False) + "\n")

        return write_json
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(fields)
    return lambda finding, file: writer.writerow(row(finding, file))
