"""Rows and files for the tests: right rows of each version, changed cell by cell, and what a check says."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import zstandard

from vigie.rules import codec, library
from vigie.rules.engines import reference
from vigie.rules.protocol import Protocol
from vigie.systems.orientation import codes
from vigie.systems.orientation.check.findings import Finding
from vigie.systems.orientation.check.run import Options, check
from vigie.systems.orientation.check.summary import Summary
from vigie.systems.orientation.generate import Generator

VERSIONS = codes.versions()
LATEST = VERSIONS[-1]
EXACT, FAST = 1 << 60, 0  # sizes under which the exact judge works alone
UUID = "0b4f0e6e-95ae-4d06-9d2b-7c5d2f4cf2a5"

Cells = dict[str, str]

# Somebody of 15 to 49 who has nothing: FIN8 in every version.
HEALTHY: Mapping[str, str] = {
    "fever": "0",
    "temperature_cat": "35.5-37.7",
    "age_range": "from_15_to_49",
    "imc": "22.0",
    "heart_disease": "0",
    "pregnant": "0",
    "immunosuppressant_disease": "0",
    "immunosuppressant_drug": "0",
}
METADATA: Mapping[str, str] = {
    "date": "2020-06-10T10:00:00Z",
    "duration": "120",
    "postal_code": "75019",
    "id": UUID,
}


def protocol(version: str) -> Protocol:
    return library.get(f"orientation/{version}")


def header(version: str = LATEST) -> list[str]:
    return [column.id for column in protocol(version).columns]


def answers(version: str, **changes: str) -> dict[str, str]:
    """The written answers of a healthy person, changed; a question that is then not asked is left out."""
    written = {q.id: changes.get(q.id, HEALTHY.get(q.id, "false")) for q in protocol(version).questions}
    unknown = changes.keys() - written.keys()
    assert not unknown, f"{version} does not ask {unknown}"
    hidden = reference.visible_answers(protocol(version), typed(version, written))[1]
    return {name: text for name, text in written.items() if name not in hidden}


def typed(version: str, written: Mapping[str, str]) -> dict[str, Any]:
    """Written answers as values, by the codec."""
    question = protocol(version).question
    return {name: codec.read(question[name], text) for name, text in written.items() if name in question}


def outcome(version: str, **changes: str) -> str | None:
    """The id of the outcome of somebody healthy but for these answers."""
    return reference.evaluate(protocol(version), typed(version, answers(version, **changes))).outcome


def right(version: str = LATEST, **changes: str) -> Cells:
    """A row with these answers whose calculations and orientation are those of the reference interpreter."""
    result = reference.evaluate(protocol(version), typed(version, answers(version, **changes)))
    values = {name: codec.write(value) for name, value in result.values.items() if value is not None}
    values |= {"algo_version": version, "form_version": version, **METADATA}
    values["orientation"] = protocol(version).outcome[str(result.outcome)].code
    return {name: values[name] for name in header(version)}


def line(cells: Mapping[str, str], delimiter: str = ",") -> str:
    """A row as it is written, quoted only around a delimiter: stray quotes stay as they are."""
    return delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in cells.values())


@cache
def generated(version: str, count: int, seed: int = 0) -> tuple[str, ...]:
    """Right rows as lines."""
    return tuple(row for row, _ in Generator(version, seed).rows(count))


def csv_bytes(rows: Iterable[Mapping[str, str] | str], names: Sequence[str] | None = None) -> bytes:
    """A file of rows (cells, or lines as they are) under the header of the first, or of these names."""
    rows = list(rows)
    first = rows[0] if rows else {}
    names = names or (list(first) if isinstance(first, Mapping) and first else header())
    lines = [",".join(names), *(row if isinstance(row, str) else line(row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def nested(cells: Mapping[str, str], *, wrapped: bool) -> dict[str, Any]:
    """A row as the body of the ministry's API, with its booleans and numbers."""
    body: dict[str, Any] = {}
    for section, names in codes.SECTIONS.items():
        body[section] = {name: json_value(name, cells[name]) for name in names if name in cells}
    if "id" in cells:
        body["token"] = {"uuid": cells["id"], "date": cells["date"]}
    return {"questionnaire": body} if wrapped else body


def json_value(name: str, text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if text == "":
        return None
    is_number = name in ("imc", "duration", "fever", "pregnant") or name.startswith(("heart", "immuno"))
    return json.loads(text) if is_number else text


def json_bytes(bodies: Iterable[object]) -> bytes:
    return "".join(
        (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)) + "\n" for body in bodies
    ).encode()


def zipped(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=1, mtime=0)


def zstd(data: bytes, *, checksum: bool = True) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=checksum).compress(data)


@dataclass
class Checked:
    """What a check said of a file."""

    summary: Summary
    findings: list[Finding]

    @property
    def told(self) -> list[tuple[int, str, str]]:
        """Line, column and code of every finding, in order of lines."""
        return sorted((f.line, f.column, f.code) for f in self.findings)

    @property
    def whole(self) -> list[tuple[object, ...]]:
        """Everything a finding says, in order of lines."""
        return sorted(
            (f.line, f.column, f.code, f.severity, f.found, f.expected, f.message("fr"), f.message("en"))
            for f in self.findings
        )

    @property
    def body(self) -> dict[str, Any]:
        """The summary as JSON, without the file's name."""
        return {**self.summary.as_json(), "file": ""}


def check_file(path: Path, small: int = EXACT, corrected: Path | None = None) -> Checked:
    findings: list[Finding] = []
    options = Options(corrected, on_finding=lambda finding, _: findings.append(finding), small=small)
    checked = Checked(check(path, options), findings)
    counts = checked.body
    assert counts["rows"] == counts["judged"] + counts["set_aside"]
    assert counts["judged"] == counts["right"] + counts["wrong"]
    assert counts["exit_code"] in (0, 1, 2)
    assert sum(checked.summary.by_code.values()) == len(findings)
    return checked


def check_bytes(folder: Path, data: bytes, small: int = EXACT, name: str = "file.csv") -> Checked:
    path = folder / name
    path.write_bytes(data)
    return check_file(path, small)


def check_rows(folder: Path, *rows: Mapping[str, str], small: int = EXACT) -> Checked:
    return check_bytes(folder, csv_bytes(rows), small)
