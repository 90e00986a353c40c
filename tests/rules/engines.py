"""Every engine behind one door: a protocol and entries in, what each entry gives out.

The reference interpreter is the judge; `agree` holds the others to it.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from typing import Protocol as Interface

import duckdb

from vigie.rules import types
from vigie.rules.engines import python, reference, sql
from vigie.rules.engines.reference import History
from vigie.rules.nodes import Lowest, Previous, Value
from vigie.rules.protocol import Protocol

ROW = "row__of_test"  # no question can bear this name
CSV_NULL = "\\N"
BULK = 2_000  # from so many rows on, DuckDB is fed by a file


@dataclass(frozen=True)
class Entry:
    """Answers, and what earlier entries said."""

    answers: Mapping[str, Value | None]
    previous: Mapping[str, Value] = field(default_factory=dict)
    lowest: Mapping[tuple[str, int], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """What an entry gives. `alerts`: the indexes of those that fire, in any mode."""

    outcome: str | None
    derived: tuple[Any, ...]
    alerts: tuple[int, ...]


class Engine(Interface):
    """One way to judge. An engine that cannot take an entry answers None for it."""

    def __call__(self, protocol: Protocol, entries: Sequence[Entry]) -> list[Judged | None]: ...


def agree(protocol: Protocol, entries: Sequence[Entry], engines: Mapping[str, Engine]) -> None:
    """Fail unless every engine judges every entry as the reference does."""
    expected = by_reference(protocol, entries)
    for name, engine in engines.items():
        for entry, right, found in zip(entries, expected, engine(protocol, entries), strict=True):
            assert found is None or found == right, f"{name} gives {found} for {entry}, expected {right}"


def comparable(value: Value | None) -> Any:
    """A value as every engine can give it: databases hold numbers as doubles."""
    return float(value) if isinstance(value, Decimal) else value


def is_complete(protocol: Protocol, entry: Entry) -> bool:
    """Whether every question has a value."""
    values, _ = reference.visible_answers(protocol, entry.answers)
    return None not in values.values()


# In Python


def by_reference(protocol: Protocol, entries: Sequence[Entry]) -> list[Judged | None]:
    return [_reference(protocol, entry) for entry in entries]


def _reference(protocol: Protocol, entry: Entry) -> Judged:
    history = History(entry.previous, entry.lowest)
    result = reference.evaluate(protocol, entry.answers, history)
    fired = (reference.value_of(a.when, result.values, history) is True for a in protocol.alerts)
    derived = tuple(comparable(result.values[d.id]) for d in protocol.derived)
    return Judged(result.outcome, derived, tuple(i for i, fires in enumerate(fired) if fires))


def by_python(protocol: Protocol, entries: Sequence[Entry]) -> list[Judged | None]:
    """Compiled Python as it is used: lean, until something is missing."""
    return _by_compiled(protocol, entries, python.compiled(protocol))


def by_careful_python(protocol: Protocol, entries: Sequence[Entry]) -> list[Judged | None]:
    """Compiled Python, three-valued even where nothing is missing."""
    return _by_compiled(protocol, entries, python._namespace(protocol)["careful"])


def _by_compiled(
    protocol: Protocol, entries: Sequence[Entry], evaluate: Callable[..., Any]
) -> list[Judged | None]:
    alerts = python.compiled_alerts(protocol)
    found: list[Judged | None] = []
    for entry in entries:
        outcome, _, *derived = evaluate(entry.answers)
        fired = alerts(entry.answers, entry.previous, entry.lowest)
        found.append(Judged(outcome, tuple(map(comparable, derived)), fired))
    return found


# In SQL


@dataclass(frozen=True)
class Table:
    """A table of typed entries, the same in each database."""

    columns: tuple[tuple[str, types.Type], ...]
    rows: list[tuple[Any, ...]]


def table(protocol: Protocol, entries: Iterable[tuple[int, Entry]]) -> Table:
    """The entries as rows, each with its number first."""
    kinds = {**{q.id: q.kind for q in protocol.questions}, **{d.id: d.kind for d in protocol.derived}}
    history = _history_nodes(protocol)
    columns = [(ROW, types.Grade(0)), *((q.id, q.kind) for q in protocol.questions)]
    columns += [(name, kinds[node.id]) for name, node in history.items()]
    rows = [
        (number, *(entry.answers.get(q.id) for q in protocol.questions), *_earlier(history.values(), entry))
        for number, entry in entries
    ]
    return Table(tuple(columns), rows)


def _history_nodes(protocol: Protocol) -> dict[str, Previous | Lowest]:
    printer = sql.Printer(protocol, complete=False)
    read = [node for alert in protocol.alerts for node in alert.when.walk()]
    named = {printer.print(n).name: n for n in read if isinstance(n, Previous | Lowest)}
    assert list(named) == sql.history_columns(protocol)
    return named


def _earlier(wanted: Iterable[Previous | Lowest], entry: Entry) -> list[Value | None]:
    return [
        entry.lowest.get((node.id, node.hours)) if isinstance(node, Lowest) else entry.previous.get(node.id)
        for node in wanted
    ]


class Database:
    """An engine that judges in a database. `complete`: by the leaner SQL, only entries that lack nothing."""

    dialect: str

    def __init__(self, *, complete: bool = False) -> None:
        self.complete = complete

    def __call__(self, protocol: Protocol, entries: Sequence[Entry]) -> list[Judged | None]:
        numbered = list(enumerate(entries))
        if self.complete:
            numbered = [(i, entry) for i, entry in numbered if is_complete(protocol, entry)]
        found: list[Judged | None] = [None] * len(entries)
        if numbered:
            query = sql.query(protocol, "entries", [ROW], complete=self.complete).sql(self.dialect)
            for row in self.answers(table(protocol, numbered), query):
                found[row[ROW]] = _judged(protocol, row)
        return found

    def answers(self, entries: Table, query: str) -> list[dict[str, Any]]:
        """The rows that a query gives on the table `entries`."""
        raise NotImplementedError


def _judged(protocol: Protocol, row: Mapping[str, Any]) -> Judged:
    derived = tuple(row[d.id] for d in protocol.derived)
    fired = tuple(i for i in range(len(protocol.alerts)) if row[f"alert_{i}"] is True)
    return Judged(row["outcome"], derived, fired)


def declared(entries: Table, kinds: Mapping[type, str]) -> str:
    """The columns of a CREATE TABLE."""
    return ", ".join(f'"{name}" {kinds[type(kind)]}' for name, kind in entries.columns)


class DuckDB(Database):
    dialect = "duckdb"
    kinds: Mapping[type, str] = {
        types.Boolean: "BOOLEAN",
        types.Number: "DOUBLE",
        types.Grade: "INTEGER",
        types.Choice: "VARCHAR",
        types.Text: "VARCHAR",
    }

    def __init__(self, *, complete: bool = False) -> None:
        super().__init__(complete=complete)
        self.connection = duckdb.connect(config={"threads": 1})

    def answers(self, entries: Table, query: str) -> list[dict[str, Any]]:
        self.connection.execute(f"CREATE OR REPLACE TABLE entries ({declared(entries, self.kinds)})")
        (self._load_file if len(entries.rows) >= BULK else self._load_values)(entries)
        cursor = self.connection.execute(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _load_values(self, entries: Table) -> None:
        marks = ", ".join(f"({', '.join('?' * len(entries.columns))})" for _ in entries.rows)
        values = [comparable(value) for row in entries.rows for value in row]
        self.connection.execute(f"INSERT INTO entries VALUES {marks}", values)

    def _load_file(self, entries: Table) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "entries.csv")
            with path.open("w", newline="", encoding="utf-8") as file:
                written = ([CSV_NULL if value is None else value for value in row] for row in entries.rows)
                csv.writer(file).writerows(written)
            self.connection.execute(f"COPY entries FROM '{path}' (HEADER false, NULLSTR '{CSV_NULL}')")


class PostgreSQL(Database):
    dialect = "postgres"
    kinds: Mapping[type, str] = {
        types.Boolean: "boolean",
        types.Number: "double precision",
        types.Grade: "integer",
        types.Choice: "text",
        types.Text: "text",
    }

    def __init__(self, connection: Any, *, complete: bool = False) -> None:
        super().__init__(complete=complete)
        self.connection = connection

    def answers(self, entries: Table, query: str) -> list[dict[str, Any]]:
        with self.connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS entries")
            cursor.execute(f"CREATE TEMPORARY TABLE entries ({declared(entries, self.kinds)})")
            with cursor.copy("COPY entries FROM STDIN") as copy:
                for row in entries.rows:
                    copy.write_row(row)
            cursor.execute(query)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]


class Spark(Database):
    dialect = "spark"
    kinds: Mapping[type, str] = {
        types.Boolean: "boolean",
        types.Number: "double",
        types.Grade: "int",
        types.Choice: "string",
        types.Text: "string",
    }

    def __init__(self, session: Any, *, complete: bool = False) -> None:
        super().__init__(complete=complete)
        self.session = session

    def answers(self, entries: Table, query: str) -> list[dict[str, Any]]:
        schema = ", ".join(f"`{name}` {self.kinds[type(kind)]}" for name, kind in entries.columns)
        rows = [tuple(map(comparable, row)) for row in entries.rows]
        self.session.createDataFrame(rows, schema).createOrReplaceTempView("entries")
        return [row.asDict() for row in self.session.sql(query).collect()]
