"""The check of one file, from its bytes to its summary."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vigie.rules import library
from vigie.systems.orientation import codes
from vigie.systems.orientation.check import layout as layouts
from vigie.systems.orientation.check import text
from vigie.systems.orientation.check.corrected import Corrected, CorrectedRows, aside_path
from vigie.systems.orientation.check.findings import Finding
from vigie.systems.orientation.check.judge import Judge, Verdict
from vigie.systems.orientation.check.layout import Layout, NoHeader
from vigie.systems.orientation.check.output import WholeBytes
from vigie.systems.orientation.check.records import Record, Shape, assemble
from vigie.systems.orientation.check.summary import Summary
from vigie.systems.orientation.check.text import Scan, UnreadableFile

if TYPE_CHECKING:
    from vigie.systems.orientation.check.fast import Lines, Tally

SMALL = 2_000_000  # bytes under which the exact judge alone is faster than starting the database

OnFinding = Callable[[Finding, str], None]
OnProgress = Callable[[str, int, int], None]
"""Called with the name of the step (scan, judge), how much is done, and of how much (0: unknown)."""


@dataclass(frozen=True)
class Options:
    """`corrected`: where to write the file put right. `small`: see SMALL, lowered by tests."""

    corrected: Path | None = None
    on_finding: OnFinding = lambda finding, file: None
    on_progress: OnProgress = lambda step, done, total: None
    small: int = SMALL


def check(path: Path, options: Options) -> Summary:
    """Judge a file. What it holds never raises: the summary's exit code is 2 when it cannot be judged."""
    summary = Summary(shown(path))
    try:
        with ExitStack() as stack:
            _Check(path, options, summary, stack).run()
    except UnreadableFile as error:
        _report(
            summary,
            options,
            Finding(1, "", "unreadable-file", details={"reason_fr": error.fr, "reason_en": error.en}),
        )
    except NoHeader as error:
        _report(summary, options, Finding(1, "", "empty-file" if error.empty else "no-header"))
    return summary


def shown(path: Path) -> str:
    """A path for people and for JSON: names may hold bytes that no encoding knows."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _report(summary: Summary, options: Options, finding: Finding) -> None:
    summary.add_finding(finding)
    options.on_finding(finding, summary.file)


@dataclass
class _Check:
    path: Path
    options: Options
    summary: Summary
    stack: ExitStack
    seen_versions: set[str] = field(default_factory=set)

    def run(self) -> None:
        if layouts.is_parquet(self.path):
            self._run_parquet()
            return
        layout = layouts.of_text(self.path)
        self.summary.format = layout.kind
        self._start(layout)
        compressed = text.is_compressed(self.path)
        if not compressed and self.path.stat().st_size > self.options.small:
            self._run_fast(layout)
            return
        scanned = text.scan(self.path)
        if scanned.size > self.options.small:
            self._run_fast(layout, scanned)
        else:
            self._judge_lines(layout, scanned, None)

    def _run_fast(self, layout: Layout, scanned: Scan | None = None) -> None:
        """The database first, the exact judge for what it does not recognise."""
        import duckdb

        from vigie.systems.orientation.check.fast import Lines, TooManySuspects

        temp = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="vigie-")))
        database = Lines(layout, self._likely_versions(), temp)
        try:
            source = self._plain_name(temp)
            scanned, tally = (
                self._tally_as_it_stands(database, source) if scanned is None else (scanned, None)
            )
            if tally is None:
                # Blank lines, other line ends, another encoding, compression: the database gets a clean copy.
                copy = temp / "lines.txt"
                lines = text.copy_clean(self.path, scanned.encoding, copy)
                tally = database.tally(copy, quotes=scanned.quotes)
                if tally.lines != lines:
                    tally = None
        except (TooManySuspects, duckdb.Error):
            tally = None
        if tally is not None:
            self._add_right(tally.right)
        # Without a tally (too much is wrong, or the database is not believed) every line is judged exactly.
        self._judge_lines(layout, scanned or text.scan(self.path), tally)

    def _plain_name(self, temp: Path) -> Path:
        """A link to the file: in its own name DuckDB would see patterns (*, [1]), values (x=1/), .gz."""
        link = temp / "source"
        link.symlink_to(self.path.resolve())
        return link

    def _tally_as_it_stands(self, database: Lines, source: Path) -> tuple[Scan, Tally | None]:
        """What the database says of the file itself, None when its word cannot be taken."""
        import duckdb

        # The scan runs beside the database: both read the file at once.
        with ThreadPoolExecutor(1) as pool:
            scanning = pool.submit(text.scan, self.path, self._progress("scan", self.path.stat().st_size))
            quotes = b'"' in next(text.blocks(self.path), b"")
            try:
                tally = database.tally(source, quotes=quotes)
            except duckdb.Error:
                return scanning.result(), None
            scanned = scanning.result()
        trusted = scanned.plain and tally.lines == scanned.lines
        return scanned, tally if trusted else None

    def _judge_lines(self, layout: Layout, scanned: Scan, tally: Tally | None) -> None:
        """Judge the suspects, or every line when they are not known, where they stand in the file."""
        self.summary.encoding = scanned.encoding
        writer = self._corrected(layout, text.raw_lines(text.blocks(self.path)), scanned.encoding)
        if tally and not writer and tally.suspect_lines < layout.first_line:
            return  # only the header is not a right row
        lines = text.numbered(self.path, scanned.encoding, tally.suspects if tally else None)
        self._judge_all(self._records(layout, lines), writer, scanned.lines)

    def _run_parquet(self) -> None:
        from vigie.systems.orientation.check.fast import Parquet, parquet_columns, reading_parquet

        temp = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="vigie-")))
        source = self._plain_name(temp)
        layout = Layout("parquet", parquet_columns(source))
        if "algo_version" not in layout.header:
            raise NoHeader
        self.summary.format = "parquet"
        self._start(layout)
        with reading_parquet(source):
            database = Parquet(source, layout, temp)
            self._add_right(database.right_rows())
            writer = self._corrected_rows(layout, database.all_rows)
            records = (Record(n, 1, cells) for n, cells in database.suspects())
            self._judge_all(records, writer, database.total)

    # The parts

    def _start(self, layout: Layout) -> None:
        self.judge = Judge(list(layout.header))
        for name in dict.fromkeys(layout.header):
            times = layout.header.count(name)
            if times > 1:
                self._find(Finding(1, name, "duplicate-column", str(times), "1"))

    def _records(self, layout: Layout, lines: Iterable[tuple[int, str]]) -> Iterator[Record]:
        if layout.kind == "delimited":
            rows = ((n, line) for n, line in lines if n >= layout.first_line)
            shape = Shape(layout.delimiter, len(layout.header), layout.header.index("algo_version"))
            yield from assemble(rows, shape)
            return
        for n, line in lines:
            yield _json_record(layout, n, line)

    def _judge_all(
        self, records: Iterator[Record], writer: Corrected | CorrectedRows | None, total: int = 0
    ) -> None:
        progress = self._progress_line("judge", total)
        for record in records:
            verdict = self._verdict(record)
            self._see_version(verdict.version)
            self.summary.add(verdict)
            for finding in verdict.findings:
                self._find(finding)
            if writer:
                writer.take(record.line, record.lines, record.cells, verdict)
            progress(record.line)
        if writer:
            writer.finish()
            self.summary.kept_aside = writer.kept_aside

    def _verdict(self, record: Record) -> Verdict:
        if record.cells is not None:
            return self.judge.judge(record.line, record.cells)
        details = {"detail": record.detail}
        expected = str(text.MAX_LINE) if record.problem == "line-too-long" else ""
        return Verdict(findings=[Finding(record.line, "", record.problem, "", expected, details)])

    def _add_right(self, right: dict[tuple[str, str], int]) -> None:
        for (version, orientation), count in right.items():
            self._see_version(version)
            self.summary.add_right(version, orientation, count)

    def _see_version(self, version: str) -> None:
        """The first row of a version: what is missing from the header, or not of it, is said once."""
        if not version or version in self.seen_versions:
            return
        self.seen_versions.add(version)
        protocol = library.get(f"{codes.NAME}/{version}")
        details = {"version": version}
        for column in self.judge.version_judge(version).missing:
            self._find(Finding(1, column.id, "missing-column", details=details))
        if self.summary.format != "jsonl":
            for name in self.judge.position:
                if name not in protocol.column:
                    self._find(Finding(1, name, "extra-column", details=details))

    def _find(self, finding: Finding) -> None:
        _report(self.summary, self.options, finding)

    def _likely_versions(self) -> list[str]:
        """Versions named in the first or last block: rows of another one are judged exactly, only slower."""
        sample = text.sample(self.path)
        return [v for v in codes.versions() if v.encode() in sample]

    # Corrected rows and progress

    def _corrected(self, layout: Layout, source: Iterator[bytes], encoding: str) -> Corrected | None:
        if self.options.corrected is None:
            return None
        out = self.stack.enter_context(WholeBytes(self.options.corrected))
        aside = self.stack.enter_context(WholeBytes(aside_path(self.options.corrected)))
        return Corrected(layout, source, encoding, out, aside)

    def _corrected_rows(
        self, layout: Layout, rows: Callable[[], Iterator[list[str]]]
    ) -> CorrectedRows | None:
        if self.options.corrected is None:
            return None
        out = self.stack.enter_context(WholeBytes(self.options.corrected))
        aside = self.stack.enter_context(WholeBytes(aside_path(self.options.corrected)))
        return CorrectedRows(layout, rows(), out, aside)

    def _progress(self, step: str, total: int) -> Callable[[int], None]:
        done = 0

        def add(amount: int) -> None:
            nonlocal done
            done += amount
            self.options.on_progress(step, done, total)

        return add

    def _progress_line(self, step: str, total: int) -> Callable[[int], None]:
        return lambda line: self.options.on_progress(step, line, total) if line % 1_000 == 0 else None


def _json_record(layout: Layout, number: int, line: str) -> Record:
    problem = text.marked(line) or ("" if line.strip() else "blank-line")
    if problem:
        return Record(number, 1, None, problem)
    cells = layouts.json_cells(layout, line)
    return Record(number, 1, None, "not-json", cells) if isinstance(cells, str) else Record(number, 1, cells)
