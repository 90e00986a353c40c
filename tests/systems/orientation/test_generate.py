"""Synthetic files: the same for the same seed, right by construction, and wrong exactly where it is said."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.systems.orientation.rows import LATEST, VERSIONS, check_bytes, header, protocol
from vigie.systems.orientation import cli
from vigie.systems.orientation.check.findings import CATALOGUE
from vigie.systems.orientation.check.values import PLAUSIBLE
from vigie.systems.orientation.generate import FAULTS, Generator, write

SAMPLE = Path(cli.__file__).parent / "samples" / "orientation-1000.csv"


def generated(version: str, rows: int, seed: int = 0, rate: float = 0.0) -> tuple[bytes, list[list[str]]]:
    """The file, and the list of its faults."""
    out, side = io.StringIO(newline=""), io.StringIO(newline="")
    write(Generator(version, seed, rate), rows, out, side)
    names, *faults = csv.reader(io.StringIO(side.getvalue()))
    assert names == ["line", "column", "code", "severity", "found", "expected"]
    return out.getvalue().encode(), faults


def generate(*options: str) -> Result:
    return CliRunner().invoke(cli.orientation, ["generate", *options])


@pytest.mark.parametrize("version", VERSIONS)
def test_without_faults_every_row_is_perfectly_right(tmp_path: Path, version: str) -> None:
    data, faults = generated(version, 1_500, seed=1)
    checked = check_bytes(tmp_path, data)
    assert (checked.told, faults) == ([], [])
    assert (checked.summary.right, checked.summary.exit_code) == (1_500, 0)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("rate", [0.1, 1.0])
def test_each_planted_fault_is_exactly_the_finding(tmp_path: Path, version: str, rate: float) -> None:
    rows = 3_000 if rate == 1 else 5_000
    data, faults = generated(version, rows, seed=4, rate=rate)
    findings = sorted(check_bytes(tmp_path, data).findings, key=lambda f: f.line)
    found = [[str(f.line), f.column, f.code, f.severity, f.found, f.expected] for f in findings]
    assert found == faults
    assert abs(len(faults) - rows * rate) <= rows * 0.02


def test_every_kind_of_fault_is_planted() -> None:
    _, faults = generated("2020-04-29", 2_000, rate=1.0)
    codes = {code for _, _, code, *_ in faults}
    assert codes <= set(CATALOGUE)
    assert len(codes) == len({plant.__name__ for plant in FAULTS}) - 1  # two of them are "invalid-value"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_same_seed_gives_the_same_bytes(version: str) -> None:
    first = generated(version, 200, 11, 0.2)
    assert generated(version, 200, 11, 0.2) == first
    assert generated(version, 200, 12, 0.2) != first
    assert len({generated(v, 50, 11)[0].partition(b"\n")[2][10:200] for v in VERSIONS}) == len(VERSIONS)


def test_the_shipped_sample_is_what_the_command_makes() -> None:
    made = generate("--rows", "1000", "--seed", "2020", "--faults", "0.05")
    assert made.exit_code == 0
    assert made.stdout_bytes == SAMPLE.read_bytes()


def test_rows_are_realistic() -> None:
    rows = list(csv.DictReader(io.StringIO(generated(LATEST, 4_000, 2)[0].decode())))
    orientations = Counter(row["orientation"] for row in rows)
    reachable = {outcome.code for outcome in protocol(LATEST).outcomes} - {"less_15"}
    assert set(orientations) == reachable
    assert orientations["surveillance"] > orientations["consultation_surveillance_2"]
    assert all(int(row["duration"]) in PLAUSIBLE for row in rows)
    assert [row["date"] for row in rows] == sorted(row["date"] for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["age_range"] for row in rows} == {"from_15_to_49", "from_50_to_64", "sup_65"}


@pytest.mark.parametrize("version", VERSIONS)
def test_dates_are_those_of_the_version(version: str) -> None:
    rows = list(csv.DictReader(io.StringIO(generated(version, 50)[0].decode())))
    later = [v for v in VERSIONS if v > version]
    assert rows[0]["date"][:10] == version
    assert not later or rows[-1]["date"][:10] < later[0]


class TestTheCommand:
    def test_to_standard_output(self) -> None:
        made = generate("--rows", "3", "--version", "2020-04-06")
        assert made.exit_code == 0
        first, *rows = made.output.splitlines()
        assert first == ",".join(header("2020-04-06"))
        assert len(rows) == 3

    def test_no_rows(self, tmp_path: Path) -> None:
        assert generate("--rows", "0").output == ",".join(header()) + "\n"

    def test_to_a_file_with_its_faults_beside(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "file.csv"
        made = generate("--rows", "300", "--faults", "0.1", "--output", str(path))
        assert (made.exit_code, made.output) == (0, "")
        data, faults = generated(LATEST, 300, 0, 0.1)
        assert path.read_bytes() == data
        with (path.parent / "file.csv.faults.csv").open(newline="") as side:
            assert list(csv.reader(side))[1:] == faults
        assert len(list(path.parent.iterdir())) == 2

    def test_no_side_file_without_faults(self, tmp_path: Path) -> None:
        generate("--rows", "3", "--output", str(tmp_path / "file.csv"))
        assert [path.name for path in tmp_path.iterdir()] == ["file.csv"]

    @pytest.mark.parametrize(
        "options",
        [
            [],
            ["--rows", "-1"],
            ["--rows", "x"],
            ["--rows", "1", "--faults", "1.1"],
            ["--rows", "1", "--version", "2020-04-25"],
        ],
    )
    def test_what_it_refuses(self, options: list[str]) -> None:
        assert generate(*options).exit_code == 2

    def test_an_output_that_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        made = generate("--rows", "1", "--output", str(tmp_path / "file" / "inside.csv"))
        assert made.exit_code == 2
        assert "Traceback" not in made.output
