"""The database's share: it recognises right rows, counts them, and hands over all the others.

A row it calls right is right (tests compare it with the exact judge on every kind of row); a row it does
not recognise is only a suspect, and the exact judge decides. No line number comes from the database: it
gives the texts of the suspects, and who reads the file line by line knows where they stand. It must have
seen as many lines as the file has, or its word is not taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import duckdb
from sqlglot import exp

from vigie.rules import library, types
from vigie.rules.engines import sql
from vigie.rules.protocol import Column, Protocol, Question
from vigie.systems.orientation import codes
from vigie.systems.orientation.check.layout import Layout, json_places
from vigie.systems.orientation.check.text import UnreadableFile
from vigie.systems.orientation.check.values import SQL_PATTERNS

MEMORY = "512MB"
BATCH = 5_000
MAX_SUSPECTS = 400_000  # texts kept in memory, and
MAX_CHARACTERS = 100_000_000  # their length; a file with more is judged line by line

# JSON that DuckDB and Python read differently: a comma before a closing bracket, nan and inf, numbers with
# an exponent, -0, or more digits than a double holds. Such lines are never called right.
JSON_DOUBTFUL = r",\s*[\]}]|[:,\[]\s*-?(?i:nan|inf)|:\s*-?[0-9.]+[eE]|:\s*-0|[0-9.]{17}"
JSON_BRACKETS = 200  # nested deeper, Python gives up and DuckDB does not


class TooManySuspects(Exception):
    """Most of the file is wrong, or of versions not looked for: the exact judge reads all of it."""


@dataclass
class Tally:
    """What the database saw: right rows by (version, orientation), the other texts, and how many lines."""

    right: Counter[tuple[str, str]] = field(default_factory=Counter)
    suspects: set[str] = field(default_factory=set)
    characters: int = 0
    lines: int = 0

    @property
    def suspect_lines(self) -> int:
        """How many lines are not right: equal texts stand on several."""
        return self.lines - self.right.total()


@contextmanager
def reading_parquet(path: Path) -> Iterator[None]:
    """Errors of the database while it reads a Parquet file become UnreadableFile, without its path."""
    try:
        yield
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].replace(str(path), "…")[:200]
        raise UnreadableFile(f"Parquet abîmé ({reason})", f"damaged Parquet ({reason})") from None


def parquet_columns(path: Path) -> tuple[str, ...]:
    """The columns of a Parquet file. Raises UnreadableFile."""
    with reading_parquet(path):
        described = duckdb.execute(f"DESCRIBE SELECT * FROM {_parquet(path)}").fetchall()
    return tuple(name for name, *_ in described)


class _Source:
    """A file as rows `l` (its text), `n` and `c` (Parquet: number and cells), `s` (cells as texts)."""

    def __init__(self, layout: Layout, versions: list[str], temp: Path) -> None:
        self.layout = layout
        # Rows of a version whose columns are not all there are never right.
        self.versions = [v for v in versions if not self._incomplete(v)]
        self.connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(temp)})
        # Pushed down, a condition on a value cuts the line again for itself: 30 times slower on a right file.
        self.connection.execute("SET disabled_optimizers = 'filter_pushdown'")

    def _incomplete(self, version: str) -> bool:
        columns = library.get(f"{codes.NAME}/{version}").columns
        return any(c.required and c.id not in self.layout.header for c in columns)

    @property
    def version(self) -> str:
        """The SQL of a row's version."""
        return f"s[{self.layout.header.index('algo_version') + 1}]"

    def judged(self, rows: str, version: str, keep: str) -> str:
        """The rows with the columns kept, `orientation` as declared, and whether all is `fine`."""
        return VersionQuery(version, self.layout.header).judged(rows, keep)


class Lines(_Source):
    """A text file, line by line."""

    def tally(self, path: Path, *, quotes: bool) -> Tally:
        """Judge every line. Raises TooManySuspects, or duckdb.Error when the file is not plain text."""
        found = Tally()
        rows = self._rows(path, quotes=quotes)
        if len(self.versions) == 1:
            self._add(found, rows, self.versions[0])
            return found
        for version in self.versions:
            self._add(found, f"SELECT * FROM ({rows}) WHERE {self.version} = '{version}'", version)
        known = "".join(f" AND {self.version} IS DISTINCT FROM '{v}'" for v in self.versions)
        self._add_texts(found, f"SELECT l, count(*) FROM ({rows}) WHERE true{known} GROUP BY l")
        return found

    def _add(self, found: Tally, rows: str, version: str) -> None:
        # Grouped by orientation when right, by text when not: one reading gives both counts and suspects.
        judged = self.judged(rows, version, "l,")
        result = self.connection.execute(
            "SELECT CASE WHEN fine THEN orientation END, "
            "CASE WHEN coalesce(fine, false) THEN NULL ELSE l END, "
            f"count(*) FROM ({judged}) GROUP BY ALL"
        )
        while batch := result.fetchmany(BATCH):
            for orientation, text, count in batch:
                if text is None:
                    found.right[version, orientation] += count
                    found.lines += count
                else:
                    self._suspect(found, text, count)

    def _add_texts(self, found: Tally, query: str) -> None:
        result = self.connection.execute(query)
        while batch := result.fetchmany(BATCH):
            for text, count in batch:
                self._suspect(found, text, count)

    def _suspect(self, found: Tally, text: str, count: int) -> None:
        found.lines += count
        if text not in found.suspects:
            found.suspects.add(text)
            found.characters += len(text)
        if len(found.suspects) > MAX_SUSPECTS or found.characters > MAX_CHARACTERS:
            raise TooManySuspects

    def _rows(self, path: Path, *, quotes: bool) -> str:
        lines = (
            f"SELECT l FROM read_csv({_text(str(path))}, columns={{'l': 'VARCHAR'}}, auto_detect=false, "
            "header=false, delim='\x1f', quote='', escape='', nullstr='\x1e', new_line='\\n', "
            "max_line_size=8000000)"
        )
        if self.layout.kind == "jsonl":
            paths = ", ".join(_text(".".join(("$", *place))) for place in json_places(self.layout).values())
            values = f"list_transform(json_extract_string(l, [{paths}]), lambda x: coalesce(x, ''))"
            sure = (
                f"json_valid(l) AND NOT regexp_matches(l, {_text(JSON_DOUBTFUL)}) "
                f"AND length(l) - length(translate(l, '[{{', '')) < {JSON_BRACKETS}"
            )
            return f"SELECT l, CASE WHEN {sure} THEN {values} END AS s FROM ({lines})"
        delimiter = self.layout.delimiter
        # A quote may stand in a column that no version checks: such a line is never called right.
        text = "CASE WHEN NOT contains(l, '\"') THEN l"
        if quotes:
            # Values quoted for no need, as many programs write them: the quotes can simply go.
            value = f'("[^"{delimiter}]*"|[^"{delimiter}]*)'
            simple = _text(f"^{value}([{delimiter}]{value})*$")
            text += f" WHEN regexp_matches(l, {simple}) THEN replace(l, '\"', '')"
        return f"SELECT l, string_split({text} END, {_text(delimiter)}) AS s FROM ({lines})"


class Parquet(_Source):
    """A Parquet file: rows are numbered from 1, as its header has no line."""

    def __init__(self, path: Path, layout: Layout, temp: Path) -> None:
        super().__init__(layout, list(codes.versions()), temp)
        source = _parquet(path, "file_row_number=true")
        described = self.connection.execute(f"DESCRIBE SELECT * FROM {_parquet(path)}").fetchall()
        cells = ", ".join(f"coalesce({_as_text(name, kind)}, '')" for name, kind, *_ in described)
        self.rows = (
            f"SELECT n, s AS c, s FROM (SELECT file_row_number + 1 AS n, [{cells}] AS s FROM {source})"
        )

    @cached_property
    def total(self) -> int:
        """How many rows there are."""
        (total,) = self.connection.execute(f"SELECT count(*) FROM ({self.rows})").fetchone() or (0,)
        return int(total)

    def right_rows(self) -> Counter[tuple[str, str]]:
        """How many rows are right, by (version, orientation)."""
        found: Counter[tuple[str, str]] = Counter()
        for version in self.versions:
            judged = self.judged(self.rows, version, "")
            query = f"SELECT orientation, count(*) FROM ({judged}) WHERE fine GROUP BY orientation"
            for orientation, count in self.connection.execute(query).fetchall():
                found[version, orientation] += count
        return found

    def suspects(self) -> Iterator[tuple[int, list[str]]]:
        """The number and cells of every row that is not recognised as right, in file order."""
        parts = [
            f"SELECT n, c FROM ({self.judged(self.rows, version, 'n, c,')}) WHERE fine"
            for version in self.versions
        ]
        right = " UNION ALL ".join(f"SELECT n FROM ({part})" for part in parts) or "SELECT 0 AS n"
        return self._fetch(f"SELECT n, c FROM ({self.rows}) ANTI JOIN ({right}) USING (n) ORDER BY n")

    def all_rows(self) -> Iterator[list[str]]:
        """Every row's cells in file order."""
        return (cells for _, cells in self._fetch(f"SELECT n, c FROM ({self.rows}) ORDER BY n"))

    def _fetch(self, query: str) -> Iterator[tuple[int, list[str]]]:
        result = self.connection.cursor().execute(query)
        while batch := result.fetchmany(BATCH):
            yield from batch


class VersionQuery:
    """The judgement of one version as a query over rows cut into texts `s`."""

    def __init__(self, version: str, header: tuple[str, ...]) -> None:
        self.protocol: Protocol = library.get(f"{codes.NAME}/{version}")
        self.cell = {name: f"s[{i + 1}]" for i, name in reversed(list(enumerate(header)))}
        self.columns = [c for c in self.protocol.columns if c.id in self.cell]
        self.width = len(header)
        self.gated = [q for q in self.protocol.questions if q.asked is not None]
        self.printer = sql.Printer(self.protocol, complete=True)

    def judged(self, rows: str, keep: str) -> str:
        """Three SELECTs: the texts by name, the answers they stand for, the rules as SQL."""
        texts = ", ".join(f"{self.cell[c.id]} AS {_written(c.id)}" for c in self.columns)
        by_name = f"SELECT {keep} {texts}, len(s) AS width FROM ({rows})"
        typed = [f"{_decoded(q)} AS {_name(q.id)}" for q in self.protocol.questions]
        # The rules replace the answer of a question that was not asked; what was given is checked too.
        typed += [f"{_decoded(q)} AS {_name(q.id + '__given')}" for q in self.gated]
        answers = f"SELECT *, {', '.join(typed)} FROM ({by_name})"
        carried = [k.strip() for k in keep.split(",") if k.strip()]
        carried += ["width", *(f"{c.id}__written" for c in self.columns)] + [
            f"{q.id}__given" for q in self.gated
        ]
        rules = sql.query(self.protocol, "answers", carried, complete=True, codes=True).sql("duckdb")
        fine = " AND ".join([f"width = {self.width}", *map(self._condition, self.columns)])
        return (
            f"WITH answers AS NOT MATERIALIZED ({answers}) "
            f"SELECT {keep} {_written('orientation')} AS orientation, ({fine}) AS fine FROM ({rules})"
        )

    def _condition(self, column: Column) -> str:
        written = _written(column.id)
        if column.kind == "answer":
            return self._answer_condition(self.protocol.question[column.id])
        if column.kind == "derived":
            return f"({_decoded(Question(column.id, types.Boolean()))}) = {_name(column.id)}"
        if column.kind == "version":
            return f"{written} = {_text(self.protocol.version)}"
        if column.kind == "outcome":
            return f"{written} = outcome"
        likely = self.protocol.version if column.kind == "date" else ""
        matches = f"regexp_matches({written}, {_text(SQL_PATTERNS[column.kind])})"
        if likely or not column.required:
            # A comparison costs less than a pattern: most forms bear the version of their algorithm.
            return f"CASE WHEN {written} = {_text(likely)} THEN true ELSE {matches} END"
        return matches

    def _answer_condition(self, question: Question) -> str:
        if question.asked is None:
            return f"{_name(question.id)} IS NOT NULL"
        given = _name(f"{question.id}__given")
        asked = self.printer.print(question.asked).sql("duckdb")
        hidden = (
            "" if question.hidden is None else f" OR {given} = {sql.literal(question.hidden).sql('duckdb')}"
        )
        return f"CASE WHEN {asked} THEN {given} IS NOT NULL ELSE {_written(question.id)} = ''{hidden} END"


def _parquet(path: Path, *options: str) -> str:
    # Values in the folders' names would take the place of those in the file.
    return f"read_parquet({', '.join([_text(str(path)), 'hive_partitioning=false', *options])})"


def _decoded(question: Question) -> str:
    return sql.decode(question, exp.column(f"{question.id}__written", quoted=True)).sql("duckdb")


def _written(name: str) -> str:
    return _name(f"{name}__written")


def _name(identifier: str) -> str:
    return exp.to_identifier(identifier, quoted=True).sql("duckdb")


def _text(value: str) -> str:
    return exp.Literal.string(value).sql("duckdb")


def _as_text(name: str, kind: str) -> str:
    """A Parquet column as the text a CSV would hold."""
    column = _name(name)
    if kind.startswith("TIMESTAMP"):
        # Without an offset it is taken as universal time, not as that of this machine.
        utc = f"{column} AT TIME ZONE 'UTC'" if kind.endswith("TIME ZONE") else f"{column}::TIMESTAMP"
        return f"replace(strftime({utc}, '%Y-%m-%dT%H:%M:%S.%fZ'), '.000000Z', 'Z')"
    text = f"CAST({column} AS VARCHAR)"
    if kind in ("DOUBLE", "FLOAT") and name in _whole():
        # Whole numbers of a column with blanks become doubles in many programs: 888.0 is 888.
        return f"CASE WHEN {text} SIMILAR TO '[0-9]+[.]0' THEN replace({text}, '.0', '') ELSE {text} END"
    return text


@cache
def _whole() -> frozenset[str]:
    """The columns that may hold a whole number and never a decimal one."""
    protocols = [library.get(f"{codes.NAME}/{version}") for version in codes.versions()]
    numbers = {q.id for p in protocols for q in p.questions if isinstance(q.kind, types.Number)}
    return frozenset(column.id for p in protocols for column in p.columns) - numbers
