"""The file checker against DuckDB's own reading of the same file, frictionless and the official checker."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import alternately, line, process, rate, vigie

OFFICIAL_ROWS_PER_SECOND = 4_100  # the official checker, whole process, 100,000 rows, 2 cores (reference)
MILLION = 1_000_000
VERSION = "2020-06-09"
SLICE = 20_000

COUNT = """
import duckdb, sys
print(duckdb.execute("SELECT count(*) FROM read_csv(?)", [sys.argv[1]]).fetchone())
"""


def main() -> None:
    """Run every measure of the checker."""
    temp = Path(tempfile.mkdtemp(prefix="vigie-bench-"))
    try:
        right, faulty = _files(temp)
        _against_duckdb(temp, right, faulty)
        _against_frictionless(temp, right)
        _memory(temp, right, faulty)
        _start_up(temp)
    finally:
        shutil.rmtree(temp)
    _single_evaluations()


def _files(temp: Path) -> tuple[Path, Path]:
    right, faulty = temp / "right.csv", temp / "faulty.csv"
    process(vigie("orientation", "generate", "--rows", str(MILLION), "--seed", "1", "--output", str(right)))
    faults = ("--faults", "0.01", "--output", str(faulty))
    process(vigie("orientation", "generate", "--rows", str(MILLION), "--seed", "1", *faults))
    return right, faulty


def _against_duckdb(temp: Path, right: Path, faulty: Path) -> None:
    print("Checker, 1,000,000 rows, whole processes")
    runs = alternately(
        {
            "scan": [sys.executable, "-c", COUNT, str(right)],
            "right": vigie("orientation", "check", str(right)),
            "faulty": vigie("orientation", "check", str(faulty), "--findings", str(temp / "findings.csv")),
        }
    )
    scan = runs["scan"].wall
    line("DuckDB count(*) of the right file", f"{scan:.2f} s")
    ratio = runs["right"].wall / scan
    line("check, all right, against that scan", f"{ratio:.2f} x", "2.0 x", ratio <= 2.0)
    line("check, all right", f"{runs['right'].wall:.2f} s")
    ratio = runs["faulty"].wall / scan
    line("check, 1 % of faults with --findings, against it", f"{ratio:.2f} x", "3.5 x", ratio <= 3.5)
    line("check, 1 % of faults with --findings", f"{runs['faulty'].wall:.2f} s")
    ours = MILLION / runs["right"].wall
    line("rows per second, against the official checker's 4,100", f"{ours / OFFICIAL_ROWS_PER_SECOND:.0f} x")


def _against_frictionless(temp: Path, right: Path) -> None:
    from frictionless import Schema, system, validate

    part = temp / "part.csv"
    with right.open() as source, part.open("w") as out:
        out.writelines(next(source) for _ in range(SLICE + 1))
    schema = Schema.from_descriptor(
        {"fields": [_field(name) for name in part.open().readline().strip().split(",")]}
    )

    def frictionless() -> int:
        with system.use_context(trusted=True):  # it refuses absolute paths otherwise
            report = validate(str(part), schema=schema, limit_errors=10)
        assert report.valid, report
        return SLICE

    theirs = rate(frictionless, rounds=3)
    ours = SLICE / alternately({"part": vigie("orientation", "check", str(part))}, 3)["part"].wall
    line(f"frictionless, {SLICE:,} rows (types and enums only)", f"{theirs:,.0f} rows/s")
    line("check of the same slice, whole process", f"{ours:,.0f} rows/s", "faster", ours > theirs)


def _field(name: str) -> dict[str, object]:
    from vigie.rules import library

    question = library.get(f"orientation/{VERSION}").question.get(name)
    if question is None or not question.choices:
        return {"name": name, "type": "string"}
    return {"name": name, "type": "string", "constraints": {"enum": list(question.choices)}}


def _memory(temp: Path, right: Path, faulty: Path) -> None:
    for name, small, more in (
        ("right", right, ()),
        ("1 % faulty", faulty, ("--findings", str(temp / "f.csv"))),
    ):
        large = temp / "ten.csv"
        with small.open("rb") as source, large.open("wb") as out:
            out.write(source.readline())
            start = source.tell()
            for _ in range(10):
                source.seek(start)
                shutil.copyfileobj(source, out, 16 << 20)
        one = process(vigie("orientation", "check", str(small), *more)).memory
        ten = process(vigie("orientation", "check", str(large), *more))
        line(f"peak memory, {name}, 1M rows", f"{one:.0f} MB", "1000 MB", one < 1000)
        line(
            f"peak memory, {name}, 10M rows ({ten.wall:.0f} s)",
            f"{ten.memory:.0f} MB",
            "1000 MB",
            ten.memory < 1000,
        )
        large.unlink()


def _start_up(temp: Path) -> None:
    ten = temp / "ten.csv"
    process(vigie("orientation", "generate", "--rows", "10", "--output", str(ten)))
    cpu = alternately({"ten": vigie("orientation", "check", str(ten))})["ten"].cpu
    line("start-up: check of 10 rows, CPU", f"{cpu:.2f} s", "0.7 s", cpu < 0.7)


def _single_evaluations() -> None:
    from vigie.rules import codec, library
    from vigie.rules.engines import python

    protocol = library.get(f"orientation/{VERSION}")
    evaluate = python.compiled(protocol)
    entries = [
        {name: codec.read(protocol.question[name], text) for name, text in example.answers.items()}
        for example in protocol.examples
    ]

    def run() -> int:
        for _ in range(20_000):
            for entry in entries:
                evaluate(entry)
        return 20_000 * len(entries)

    figure = rate(run)
    line("single evaluations in compiled Python", f"{figure:,.0f} /s", "500,000 /s", figure >= 500_000)
