"""Files of more than 100,000 rows with all that loses rows elsewhere: none is lost, lines are right."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.systems.orientation.rows import EXACT, LATEST, VERSIONS, check_file, header, zipped, zstd
from vigie.systems.orientation.check.run import SMALL
from vigie.systems.orientation.generate import Generator

ROWS = 110_000
USUAL = SMALL

Fault = tuple[int, str, str, str, str, str]


@dataclass
class Planted:
    """Lines without their ends, and the finding of each faulty one, by its place in the list."""

    lines: list[str]
    faults: dict[int, tuple[str, str, str, str, str]]

    def findings(self, line_of: dict[int, int] | None = None) -> list[Fault]:
        """The findings expected, when record i stands on line_of[i] (i + 2 when nothing moved)."""
        return sorted((line_of[i] if line_of else i + 2, *rest) for i, rest in self.faults.items())


@cache
def planted(version: str = LATEST, rows: int = ROWS, rate: float = 0.01) -> Planted:
    lines, faults = [], {}
    for i, (line, fault) in enumerate(Generator(version, 7, rate).rows(rows)):
        lines.append(line)
        if fault:
            faults[i] = (fault.column, fault.code, fault.severity, fault.found, fault.expected)
    return Planted(lines, faults)


def told(path: Path, small: int = USUAL) -> tuple[list[Fault], int]:
    checked = check_file(path, small)
    findings = sorted((f.line, f.column, f.code, f.severity, f.found, f.expected) for f in checked.findings)
    return [f for f in findings if f[2] != "extra-column"], checked.summary.rows


def write(path: Path, names: list[str], lines: list[str], end: str = "\n") -> Path:
    path.write_text(end.join([",".join(names), *lines]) + end, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_planted_faults_are_the_findings(tmp_path: Path, end: str) -> None:
    plain = planted()
    assert len(plain.faults) > 900
    path = write(tmp_path / "file.csv", header(), plain.lines, end)
    assert path.stat().st_size > SMALL
    assert told(path) == (plain.findings(), ROWS)


@pytest.mark.parametrize("pack", [zipped, zstd])
def test_compressed(tmp_path: Path, pack) -> None:
    path = write(tmp_path / "file.csv", header(), planted().lines)
    path.write_bytes(pack(path.read_bytes()))
    assert told(path) == (planted().findings(), ROWS)


def test_the_exact_path_says_the_same(tmp_path: Path) -> None:
    path = write(tmp_path / "file.csv", header(), planted().lines)
    assert told(path, EXACT) == (planted().findings(), ROWS)


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_other_versions(tmp_path: Path, version: str) -> None:
    few = planted(version, 12_000, 0.05)
    path = write(tmp_path / "file.csv", header(version), few.lines)
    assert told(path) == (few.findings(), 12_000)


def test_an_unclosed_quote_near_the_start_swallows_nothing(tmp_path: Path) -> None:
    lines = list(planted().lines)
    lines[4] = lines[4].replace(",", ',"', 1)
    expected = {**planted().faults, 4: ("", "stray-quote", "error", "", "")}
    path = write(tmp_path / "file.csv", header(), lines)
    assert told(path) == (Planted(lines, expected).findings(), ROWS)


def test_quoted_newlines_mixed_ends_blank_lines_and_a_cut_last_line(tmp_path: Path) -> None:
    """Every record is followed on its own to the physical line where it starts."""
    chance = random.Random(3)
    plain = planted()
    expected: list[Fault] = []
    parts = [",".join(header()) + ",note"]
    at = 1  # lines written
    for i, line in enumerate(plain.lines):
        parts.append(chance.choice(["\n", "\n", "\n", "\r\n", "\r"]))
        if chance.random() < 0.001:
            parts.append("\n" if parts[-1] != "\r" else "\r")
            at += 1
            expected.append((at, "", "blank-line", "warning", "", ""))
        note, more = "x", 0
        kind = chance.random()
        if kind < 0.02 and i not in plain.faults:
            more = chance.randrange(1, 4)
            note = '"é' + chance.choice(["\n", "\r\n", "\r"]) * more + ', ""b"""'
        elif kind < 0.021 and i not in plain.faults:
            note = '"opened'
            expected.append((at + 1, "", "stray-quote", "error", "", ""))
        if i in plain.faults:
            fault = list(plain.faults[i])
            if fault[1] == "ragged-row":
                fault[3], fault[4] = str(int(fault[3]) + 1), str(int(fault[4]) + 1)
            expected.append((at + 1, *fault))  # type: ignore[arg-type]
        parts.append(f"{line},{note}")
        at += 1 + more
    last = len(plain.lines[-1])
    assert ROWS - 1 not in plain.faults and parts[-1].endswith(",x")
    parts[-1] = parts[-1][: last // 2]
    expected.append((at, "", "ragged-row", "error", str(parts[-1].count(",") + 1), str(len(header()) + 1)))
    path = tmp_path / "file.csv"
    path.write_bytes("".join(parts).encode())
    findings, rows = told(path)
    assert findings == sorted(expected)
    assert rows == ROWS + sum(f[2] == "blank-line" for f in expected)


def test_files_put_end_to_end(tmp_path: Path) -> None:
    one = write(tmp_path / "one.csv", header(), planted().lines).read_bytes()
    path = tmp_path / "file.csv"
    path.write_bytes(one + one)
    findings, rows = told(path)
    shift = ROWS + 1
    again = [(line + shift, *rest) for line, *rest in planted().findings()]
    repeated = (shift + 1, "algo_version", "unknown-version", "error", "algo_version", ", ".join(VERSIONS))
    assert findings == [*planted().findings(), repeated, *again]
    assert rows == 2 * ROWS + 1
