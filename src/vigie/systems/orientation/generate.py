"""Synthetic files: realistic answers, right by construction, and faults planted on purpose.

The same rows, seed, version and rate give the same bytes. Each planted fault is the one finding that the
check must report on its line, so the list of faults is the expected list of findings.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO
from uuid import UUID

from vigie.rules import codec, library
from vigie.rules.engines import python
from vigie.rules.nodes import Value
from vigie.systems.orientation import codes
from vigie.systems.orientation.check.findings import CATALOGUE

Cells = dict[str, str]

# Shares of "yes": of the order of what the public declared in spring 2020, none of them a measurement.
YES = {
    "cough": 0.28,
    "agueusia_anosmia": 0.09,
    "sore_throat_aches": 0.31,
    "diarrhea": 0.12,
    "tiredness": 0.34,
    "tiredness_details": 0.22,
    "feeding_day": 0.02,
    "breathlessness": 0.05,
    "diabetes": 0.06,
    "cancer": 0.03,
    "breathing_disease": 0.08,
    "kidney_disease": 0.003,
    "liver_disease": 0.01,
    "sickle_cell": 0.001,
}
WEIGHTS = {
    "fever": (0.15, 0.75, 0.10),
    "temperature_cat": (0.01, 0.72, 0.12, 0.05, 0.10),
    "age_range": (0.0, 0.55, 0.27, 0.18),  # X27: under 15 nothing is stored
    "heart_disease": (0.12, 0.84, 0.04),
    "pregnant": (0.02, 0.50, 0.48),
    "immunosuppressant_disease": (0.02, 0.95, 0.03),
    "immunosuppressant_drug": (0.03, 0.94, 0.03),
}
DEPARTMENTS = ["75", "59", "13", "69", "33", "67", "31", "44", "2A", "2B", "971", "974", "63", "35", "57"]


@dataclass(frozen=True)
class Fault:
    """A planted fault: the finding that the check must report."""

    line: int
    column: str
    code: str
    found: str
    expected: str

    @property
    def severity(self) -> str:
        """The severity of the finding."""
        return CATALOGUE[self.code].severity


class Generator:
    """Rows of one version. `rate`: the share of rows with one fault each, 0 to 1."""

    def __init__(self, version: str, seed: int, rate: float = 0.0) -> None:
        self.protocol = library.get(f"{codes.NAME}/{version}")
        self.random = random.Random(f"{version}/{seed}")  # noqa: S311 (synthetic data, not a secret)
        self.rate = rate
        self.evaluate = python.compiled(self.protocol)
        self.header = [column.id for column in self.protocol.columns]
        later = [v for v in codes.versions() if v > version]
        self.start = datetime.fromisoformat(version).replace(tzinfo=UTC)
        end = datetime.fromisoformat(later[0]).replace(tzinfo=UTC) if later else self.start + timedelta(30)
        self.seconds = int((end - self.start).total_seconds())

    def rows(self, count: int) -> Iterator[tuple[str, Fault | None]]:
        """The lines after the header, without their ends, each with its fault if it has one."""
        for i in range(count):
            cells = self._row(i, count)
            if self.rate and self.random.random() < self.rate:
                yield self._faulty(cells, line=i + 2)
            else:
                yield ",".join(cells.values()), None

    def _row(self, i: int, count: int) -> Cells:
        answers = self._answers()
        outcome, _, *derived = self.evaluate(answers)
        values: dict[str, Value | None] = {
            q.id: q.hidden if answers.get(q.id) is None else answers[q.id] for q in self.protocol.questions
        }
        values.update(zip((d.id for d in self.protocol.derived), derived, strict=True))
        metadata = self._metadata(i, count)
        metadata["orientation"] = self.protocol.outcome[outcome].code
        return {
            name: metadata[name] if name in metadata else codec.write(values[name])  # type: ignore[arg-type]
            for name in self.header
        }

    def _answers(self) -> dict[str, Value | None]:
        draw = self.random.random
        answers: dict[str, Value | None] = {}
        for question in self.protocol.questions:
            name = question.id
            if name == "imc":
                bmi = min(max(self.random.gauss(25.5, 4.8), 14), 60)
                answers[name] = codec.number(f"{bmi:.1f}")
            elif name in YES:
                answers[name] = draw() < YES[name]
            else:
                answers[name] = self.random.choices(question.choices, WEIGHTS[name])[0]
        if not answers["tiredness"]:
            answers["tiredness_details"] = None
        if answers.get("fever", "1") != "1":
            answers["temperature_cat"] = None
        return answers

    def _metadata(self, i: int, count: int) -> Cells:
        at = self.start + timedelta(seconds=self.seconds * i // max(count, 1))
        cells = {
            "algo_version": self.protocol.version,
            "form_version": self.protocol.version,
            "date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "duration": str(min(1_999, max(31, int(self.random.lognormvariate(4.9, 0.5))))),
            "postal_code": self._postal_code(),
        }
        if "id" in self.header:
            cells["id"] = str(UUID(int=self.random.getrandbits(128), version=4))
        return cells

    def _postal_code(self) -> str:
        if self.random.random() < 0.1:
            return ""
        department = self.random.choice(DEPARTMENTS)
        if self.random.random() < 0.4 or department in ("2A", "2B"):
            return department.ljust(5, "X") if self.random.random() < 0.7 else department
        return department + f"{self.random.randrange(1000):03d}"[: 5 - len(department)]

    # Faults

    def _faulty(self, cells: Cells, line: int) -> tuple[str, Fault]:
        while True:
            plant = self.random.choice(FAULTS)
            planted = plant(self, cells, line)
            if planted is not None:
                return planted

    def changed(
        self, cells: Cells, line: int, column: str, code: str, found: str, expected: str
    ) -> tuple[str, Fault]:
        """The row with one cell replaced."""
        return ",".join({**cells, column: found}.values()), Fault(line, column, code, found, expected)

    def spellings(self, name: str) -> str:
        """What the check expects of a closed question."""
        return ", ".join(codec.spellings(self.protocol.question[name]))


Plant = Callable[[Generator, Cells, int], tuple[str, Fault] | None]


def _wrong_calculation(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    name = g.random.choice([d.id for d in g.protocol.derived])
    wrong = "false" if cells[name] == "true" else "true"
    return g.changed(cells, line, name, "calculation-mismatch", wrong, cells[name])


def _wrong_orientation(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    right = cells["orientation"]
    wrong = g.random.choice([o.code for o in g.protocol.outcomes if o.code != right and o.id != "FIN1"])
    return g.changed(cells, line, "orientation", "orientation-mismatch", wrong, right)


def _other_naming(g: Generator, cells: Cells, line: int) -> tuple[str, Fault] | None:
    right = cells["orientation"]
    other = codes.to_new(right) if codes.to_new(right) != right else codes.to_old(right)
    if other is None or other == right:
        return None
    return g.changed(cells, line, "orientation", "orientation-naming", other, right)


def _missing_answer(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    return g.changed(cells, line, "cough", "missing-value", "", g.spellings("cough"))


def _unknown_answer(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    return g.changed(cells, line, "diarrhea", "invalid-value", "peut-être", g.spellings("diarrhea"))


def _capital_boolean(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    right = cells["diabetes"]
    return g.changed(cells, line, "diabetes", "spelling", right.capitalize(), right)


def _age_of_another_version(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    other = "sup_70" if g.protocol.version >= "2020-05-10" else "sup_65"
    return g.changed(cells, line, "age_range", "other-version-value", other, g.spellings("age_range"))


def _weight_as_imc(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    return g.changed(cells, line, "imc", "out-of-range", "82", "10–70")


def _local_time(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    found = cells["date"].removesuffix("Z")
    return g.changed(cells, line, "date", "invalid-timestamp", found, "2020-06-09T14:30:00Z")


def _negative_duration(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    return g.changed(cells, line, "duration", "invalid-value", "-12", "≥ 0 (s)")


def _four_digit_postal_code(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    return g.changed(cells, line, "postal_code", "postal-code", "1350", "75019")


def _unknown_version(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    known = ", ".join(codes.versions())
    return g.changed(cells, line, "algo_version", "unknown-version", "2020-04-25", known)


def _cut_row(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    values = list(cells.values())[:-2]
    return ",".join(values), Fault(line, "", "ragged-row", str(len(values)), str(len(cells)))


def _open_quote(g: Generator, cells: Cells, line: int) -> tuple[str, Fault]:
    # A quote before a comma would close the one left open on the line above.
    text = ",".join({**cells, "postal_code": '"' + (cells["postal_code"] or "75")}.values())
    return text, Fault(line, "", "stray-quote", "", "")


FAULTS: tuple[Plant, ...] = (
    _wrong_calculation,
    _wrong_calculation,
    _wrong_orientation,
    _wrong_orientation,
    _other_naming,
    _missing_answer,
    _unknown_answer,
    _capital_boolean,
    _age_of_another_version,
    _weight_as_imc,
    _local_time,
    _negative_duration,
    _four_digit_postal_code,
    _unknown_version,
    _cut_row,
    _open_quote,
)


def write(generator: Generator, rows: int, out: IO[str], side: IO[str] | None) -> None:
    """Write a whole file, and the list of its faults when `side` is given."""
    out.write(",".join(generator.header) + "\n")
    listed = csv.writer(side, lineterminator="\n") if side else None
    if listed:
        listed.writerow(("line", "column", "code", "severity", "found", "expected"))
    for row, fault in generator.rows(rows):
        out.write(row + "\n")
        if listed and fault:
            listed.writerow(
                (fault.line, fault.column, fault.code, fault.severity, fault.found, fault.expected)
            )
