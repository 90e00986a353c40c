"""A file is read as it comes: no row is lost, lines are the physical ones, and nothing in it stops us."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import duckdb
import pytest

from tests.systems.orientation.check.strange_files import STRANGE, A, B, H, Strange, lines, noted
from tests.systems.orientation.rows import (
    EXACT,
    FAST,
    LATEST,
    VERSIONS,
    check_bytes,
    check_file,
    csv_bytes,
    generated,
    header,
    right,
    zipped,
    zstd,
)
from vigie.systems.orientation.check import fast, text
from vigie.systems.orientation.check.records import MAX_LINES


@pytest.mark.parametrize("strange", STRANGE, ids=[strange.name for strange in STRANGE])
def test_a_file_as_it_comes(tmp_path: Path, strange: Strange) -> None:
    # That the fast path says the same is the matter of test_fast_equals_exact.py.
    checked = check_bytes(tmp_path, strange.data)
    assert checked.told == sorted(strange.told)
    assert (checked.summary.judged, checked.summary.set_aside) == strange.rows
    assert checked.summary.exit_code == strange.exit_code
    for finding in checked.findings:
        assert finding.message("fr") and finding.message("en")


def test_names_of_strange_files_are_all_different() -> None:
    assert len({strange.name for strange in STRANGE}) == len(STRANGE)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (lines(H, A), "utf-8"),
        (lines(*noted("é")), "utf-8"),
        (lines(*noted("é")).decode().encode("latin-1"), "latin-1"),
        (lines(*noted("\ufffd")), "utf-8"),
        (lines(*noted("é")) + b"\xe9", "utf-8"),
        (b"\xe9" * 10, "latin-1"),
        ("é".encode()[:1], "latin-1"),
    ],
)
def test_the_encoding_is_told_by_the_bytes(tmp_path: Path, data: bytes, encoding: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert text.scan(path).encoding == encoding


def test_an_encoding_is_told_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "BLOCK", 7)
    path = tmp_path / "file"
    path.write_text("é" * 50 + "\n" + "œ€" * 20, encoding="utf-8")
    assert text.scan(path) == text.Scan("utf-8", 2, plain=True, quotes=False, size=201)


@pytest.mark.parametrize("block", [1, 2, 3, 5, 64, 1 << 20])
@pytest.mark.parametrize("data", [b"a\r\nb\rc\n\r\nd\r", b"\r\r\n\n\ra", b"\n", b"\r", b"", b"a\n\r\nb\r\n"])
def test_lines_do_not_depend_on_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, data: bytes
) -> None:
    monkeypatch.setattr(text, "BLOCK", block)
    path = tmp_path / "file"
    path.write_bytes(data)
    expected = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
    assert list(text.raw_lines(text.blocks(path))) == (expected if data else [])


@pytest.mark.parametrize("small", [EXACT, FAST])
@pytest.mark.parametrize("block", [100, 1_001])
def test_findings_do_not_depend_on_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, small: int
) -> None:
    data = b"".join(
        [lines(f"{H},note", *noted("é", '"a\nb"', "fine"), end="\r\n"), A.encode(), b",\xff\r", lines("x")]
    )
    expected = check_bytes(tmp_path, data).whole
    # One block names the columns: it must hold the header.
    monkeypatch.setattr(text, "BLOCK", max(block, len(H) + 20))
    assert check_bytes(tmp_path, data, small).whole == expected


class TestFilesThatCannotBeRead:
    def test_missing(self, tmp_path: Path) -> None:
        checked = check_file(tmp_path / "nowhere.csv")
        assert (checked.told, checked.summary.exit_code) == ([(1, "", "unreadable-file")], 2)

    def test_a_directory(self, tmp_path: Path) -> None:
        checked = check_file(tmp_path)
        assert (checked.told, checked.summary.exit_code) == ([(1, "", "unreadable-file")], 2)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_forbidden(self, tmp_path: Path) -> None:
        path = tmp_path / "file.csv"
        path.write_bytes(lines(H, A))
        path.chmod(0)
        assert check_file(path).told == [(1, "", "unreadable-file")]

    def test_a_pipe_would_lose_its_first_lines_or_wait_for_ever(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        checked = check_file(tmp_path / "pipe")
        assert checked.told == [(1, "", "unreadable-file")]
        assert "enregistrez-le" in checked.findings[0].message("fr")

    def test_a_socket(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)  # the name of a socket must be short
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("s")
            assert check_file(Path("s")).told == [(1, "", "unreadable-file")]

    @pytest.mark.parametrize("pack", [zipped, zstd], ids=["gzip", "zstd"])
    @pytest.mark.parametrize("small", [EXACT, FAST])
    def test_damaged_compression(self, tmp_path: Path, pack, small: int) -> None:
        data = bytearray(pack(lines(H, *generated(LATEST, 300))))
        for at in range(20, len(data), len(data) // 20):
            damaged = bytes(data[:at]) + bytes([data[at] ^ 0xFF]) + bytes(data[at + 1 :])
            checked = check_bytes(tmp_path, damaged, small)
            assert checked.summary.exit_code == 2
            assert checked.told == [(1, "", "unreadable-file")]

    def test_damaged_parquet(self, tmp_path: Path) -> None:
        path = parquet(tmp_path, "SELECT * FROM source", csv_bytes(generated(LATEST, 3_000)))
        data = path.read_bytes()
        for at in range(4, len(data) - 8, len(data) // 12):
            path.write_bytes(data[:at] + b"\xff" * 40 + data[at + 40 :])
            checked = check_file(path)
            # Damage that changes a value and nothing else cannot be seen.
            assert checked.summary.exit_code == 2 or checked.summary.rows == 3_000
        for size in (5, 12, len(data) // 2, len(data) - 1):
            path.write_bytes(data[:size])
            assert check_file(path).told == [(1, "", "unreadable-file")]


def parquet(folder: Path, query: str, source: bytes = b"") -> Path:
    """A Parquet file made by a query over the table `source`, every column of which is text."""
    path = folder / "file.parquet"
    table = folder / "source.csv"
    table.write_bytes(source or csv_bytes([right()]))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TABLE source AS SELECT * FROM read_csv(?, all_varchar=true)", [str(table)])
        connection.execute(f"COPY ({query}) TO '{path}'")
    return path


class TestParquet:
    """Rows are numbered from 1, and typed columns are read as the text a CSV would hold."""

    def test_texts(self, tmp_path: Path) -> None:
        rows = [right(), {**right(), "orientation": "SAMU"}, right(cough="true")]
        checked = check_file(parquet(tmp_path, "SELECT * FROM source", csv_bytes(rows)))
        assert checked.told == [(2, "orientation", "orientation-mismatch")]
        assert (checked.summary.judged, checked.summary.format) == (3, "parquet")

    @pytest.mark.parametrize(
        "typed",
        [
            "CAST(cough AS BOOLEAN) AS cough",
            "CAST(imc AS DOUBLE) AS imc",
            "CAST(imc AS FLOAT) AS imc",
            "CAST(imc AS DECIMAL(4, 1)) AS imc",
            "CAST(duration AS BIGINT) AS duration",
            "CAST(duration AS UTINYINT) AS duration",
            "CAST(pregnant AS DOUBLE) AS pregnant",
            "CAST(heart_disease AS FLOAT) AS heart_disease",
            "CAST(pregnant AS BOOLEAN) AS pregnant",
            "CAST(cough AS BOOLEAN)::DOUBLE AS cough",
            "CAST(algo_version AS DATE) AS algo_version",
            "CAST(form_version AS DATE) AS form_version",
            "CAST(date AS TIMESTAMP) AS date",
            "CAST(date AS TIMESTAMPTZ) AS date",
            "CAST(date AS TIMESTAMP_S) AS date",
            "CAST(date AS TIMESTAMP_NS) AS date",
            "CAST(id AS UUID) AS id",
            "NULL AS postal_code",
            "NULL::BOOLEAN AS tiredness_details",
        ],
    )
    def test_types(self, tmp_path: Path, typed: str) -> None:
        checked = check_file(parquet(tmp_path, f"SELECT * REPLACE ({typed}) FROM source"))
        assert (checked.told, checked.summary.right) == ([], 1)

    @pytest.mark.parametrize(
        ("typed", "column", "code", "found"),
        [
            ("NULL AS cough", "cough", "missing-value", ""),
            ("NULL::BOOLEAN AS fever_algo", "fever_algo", "missing-calculation", ""),
            ("'NaN'::DOUBLE AS imc", "imc", "invalid-number", "nan"),
            ("1e30::DOUBLE AS imc", "imc", "invalid-number", "1e+30"),
            ("0.5::DOUBLE AS pregnant", "pregnant", "invalid-value", "0.5"),
            ("12.5::DOUBLE AS duration", "duration", "invalid-value", "12.5"),
            ("-1.0::DOUBLE AS duration", "duration", "invalid-value", "-1.0"),
            ("DATE '2020-06-10' AS date", "date", "invalid-timestamp", "2020-06-10"),
            ("NULL::TIMESTAMP AS date", "date", "missing-value", ""),
            ("TIMESTAMP '0044-03-15 (BC) 12:00:00' AS date", "date", "invalid-timestamp", None),
            ("true AS cough", "orientation", "orientation-mismatch", "surveillance"),
            ("[1, 2] AS cough", "cough", "invalid-value", "[1, 2]"),
            ("{'a': 1} AS cough", "cough", "invalid-value", "{'a': 1}"),
            ("'\\x00\\xff'::BLOB AS cough", "cough", "invalid-value", "\\x00\\xFF"),
        ],
    )
    def test_wrong_types(self, tmp_path: Path, typed: str, column: str, code: str, found: str | None) -> None:
        checked = check_file(parquet(tmp_path, f"SELECT * REPLACE ({typed}) FROM source"))
        assert checked.told == [(1, column, code)]
        assert found is None or checked.findings[0].found == found

    @pytest.mark.parametrize("zone", ["Pacific/Noumea", "America/Cayenne"])
    def test_a_time_without_offset_does_not_depend_on_this_machine(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
    ) -> None:
        path = parquet(
            tmp_path,
            "SELECT * REPLACE (TIMESTAMP '2020-06-10 10:00:00.25' AS date, 'x' AS cough) FROM source",
        )
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        try:
            assert check_file(path, corrected=tmp_path / "out.csv").summary.rows == 1
            aside = (tmp_path / "out.aside.csv").read_text()
        finally:
            monkeypatch.undo()
            time.tzset()
        assert "2020-06-10T10:00:00.250000Z" in aside

    def test_no_rows(self, tmp_path: Path) -> None:
        checked = check_file(parquet(tmp_path, "SELECT * FROM source WHERE false"))
        assert (checked.told, checked.summary.rows, checked.summary.exit_code) == ([], 0, 0)

    def test_no_version_column(self, tmp_path: Path) -> None:
        checked = check_file(parquet(tmp_path, "SELECT cough FROM source"))
        assert (checked.told, checked.summary.exit_code) == ([(1, "", "no-header")], 2)

    def test_missing_extra_and_awkward_columns(self, tmp_path: Path) -> None:
        query = 'SELECT * EXCLUDE (cough), 1 AS "a "" b", 2 AS Diabetes2 FROM source'
        assert check_file(parquet(tmp_path, query)).told == [
            (1, "Diabetes2", "extra-column"),
            (1, 'a " b', "extra-column"),
            (1, "cough", "missing-column"),
        ]

    def test_every_version_and_an_unknown_one(self, tmp_path: Path) -> None:
        names = sorted({name for version in VERSIONS for name in header(version)})
        rows = [{name: right(version).get(name, "") for name in names} for version in VERSIONS]
        rows.append({**rows[0], "algo_version": "2020-03-23"})
        checked = check_file(parquet(tmp_path, "SELECT * FROM source", csv_bytes(rows)))
        assert [f for f in checked.told if f[2] != "extra-column"] == [(6, "algo_version", "unknown-version")]
        assert (checked.summary.right, checked.summary.set_aside) == (5, 1)

    def test_row_groups_keep_their_order(self, tmp_path: Path) -> None:
        rows = list(generated(LATEST, 5_000))
        wrong = [1, 2_048, 2_049, 4_097, 5_000]
        for n in wrong:
            rows[n - 1] = rows[n - 1].replace("true", "True", 1).replace("false", "False", 1)
        path = parquet(tmp_path, "SELECT * FROM source", csv_bytes(rows))
        with duckdb.connect() as connection:
            connection.execute(f"COPY (FROM '{path}') TO '{path}.2' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
        checked = check_file(Path(f"{path}.2"))
        assert sorted({line for line, *_ in checked.told}) == wrong


class TestNames:
    """A file's name says nothing of what it holds, and is no pattern."""

    WRONG = csv_bytes([{**right(), "orientation": "SAMU"}])
    NAMES = (
        "file[1].csv",
        "file*.csv",
        "file?.csv",
        "cough=true.csv",
        "it's.csv",
        "a,b;c.csv",
        "file.csv.gz",
        "x.zst",
    )

    @pytest.mark.parametrize("name", NAMES)
    def test_no_other_file_is_read(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "file1.csv").write_bytes(csv_bytes([right()]))
        for small in (EXACT, FAST):
            checked = check_bytes(tmp_path, self.WRONG, small, name)
            assert checked.told == [(2, "orientation", "orientation-mismatch")]

    def test_nor_in_parquet(self, tmp_path: Path) -> None:
        made = parquet(tmp_path, "SELECT * FROM source", self.WRONG)
        (tmp_path / "cough=true").mkdir()
        for name in ("file[1].parquet", "*.parquet", "it's.parquet", "cough=true/file.parquet"):
            path = tmp_path / name
            path.write_bytes(made.read_bytes())
            assert check_file(path).told == [(1, "orientation", "orientation-mismatch")]

    def test_bytes_that_are_no_text(self, tmp_path: Path) -> None:
        name = os.fsdecode(b"caf\xe9.csv")
        for small in (EXACT, FAST):
            checked = check_bytes(tmp_path, self.WRONG, small, name)
            assert checked.told == [(2, "orientation", "orientation-mismatch")]
        assert checked.summary.file == str(tmp_path / "caf\ufffd.csv")

    def test_a_link_and_a_relative_path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("real.csv").write_bytes(self.WRONG)
        Path("link.csv").symlink_to("real.csv")
        for name in ("link.csv", "./real.csv"):
            assert check_file(Path(name), FAST).told == [(2, "orientation", "orientation-mismatch")]


class TestNothingTakesForEver:
    """What costs little on one row must not cost the square of it on many."""

    @pytest.mark.parametrize(
        "note",
        ["5'10\" tall", '"open', '"open ""and doubled""', 'x""', '"', '"""', '""""', '"a"b'],
    )
    @pytest.mark.parametrize("small", [EXACT, FAST])
    def test_a_stray_quote_on_every_row(self, tmp_path: Path, note: str, small: int) -> None:
        data = lines(f"{H},note", *(f"{row},{note}" for row in generated(LATEST, 2_000)))
        began = time.monotonic()
        checked = check_bytes(tmp_path, data, small)
        assert time.monotonic() - began < 4
        assert checked.summary.rows == 2_000

    def test_an_open_quote_above_thousands_of_short_lines(self, tmp_path: Path) -> None:
        data = lines(H, A + '"', *['""', "x", ""] * 3_000, B)
        checked = check_bytes(tmp_path, data)
        assert (checked.summary.judged, checked.summary.set_aside) == (1, 9_001)

    def test_a_record_of_too_many_lines_is_set_aside_line_by_line(self, tmp_path: Path) -> None:
        for count, judged in ((MAX_LINES - 1, 2), (MAX_LINES, 1)):
            note = '"' + "\n".join(str(n) for n in range(count + 1)) + '"'
            checked = check_bytes(tmp_path, lines(f"{H},note", f"{A},{note}", f"{B},x"))
            assert checked.summary.judged == judged

    def test_an_endless_line_is_not_kept_in_memory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(text, "BLOCK", 1 << 20)
        source = tmp_path / "file"
        source.write_bytes(b"x" * (30 << 20) + b"\nend")
        longest, last = (len(line) for line in text.raw_lines(text.blocks(source)))
        assert longest < text.LONG_LINE + (2 << 20)
        assert last == 3

    def test_a_bomb_of_zstd_is_opened_by_parts(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb"
        path.write_bytes(zstd(lines(H, A) + bytes(60 << 20)))
        assert path.stat().st_size < 20_000
        checked = check_file(path)
        assert checked.told == [(3, "", "line-too-long")]


class TestTheDatabase:
    """The fast path is the one that runs when it should, and steps aside when it must."""

    @pytest.fixture
    def tallies(self, monkeypatch: pytest.MonkeyPatch) -> list[fast.Tally]:
        seen: list[fast.Tally] = []
        original = fast.Lines.tally

        def tally(self: fast.Lines, path: Path, *, quotes: bool) -> fast.Tally:
            seen.append(original(self, path, quotes=quotes))
            return seen[-1]

        monkeypatch.setattr(fast.Lines, "tally", tally)
        return seen

    @pytest.mark.parametrize("version", VERSIONS)
    def test_right_rows_are_recognised(self, tmp_path: Path, tallies: list[fast.Tally], version: str) -> None:
        rows = generated(version, 300)
        checked = check_bytes(tmp_path, csv_bytes(rows, header(version)), FAST)
        assert [tally.right.total() for tally in tallies] == [300]
        assert (checked.summary.right, checked.told) == (300, [])

    @pytest.mark.parametrize(
        "data",
        [
            lines(H, A, B, end="\r\n"),
            lines(H, A, "", B),
            zipped(lines(H, A, B)),
            lines(f"{H},note", *noted("é", "à")).decode().encode("latin-1"),
            lines(H, A, B, "x" * 200_000),
        ],
        ids=["CRLF", "blank line", "gzip", "Latin-1", "long line"],
    )
    def test_what_it_cannot_read_is_copied_clean(
        self, tmp_path: Path, tallies: list[fast.Tally], data: bytes
    ) -> None:
        check_bytes(tmp_path, data, FAST)
        assert tallies[-1].right.total() == 2

    @pytest.mark.parametrize("limit", ["MAX_SUSPECTS", "MAX_CHARACTERS"])
    def test_a_file_mostly_wrong_is_judged_line_by_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tallies: list[fast.Tally], limit: str
    ) -> None:
        monkeypatch.setattr(fast, limit, 2)
        checked = check_bytes(tmp_path, lines(H, A, B.replace("2020", "x"), B.replace("false", "x")), FAST)
        assert tallies == []
        assert (checked.summary.right, checked.summary.rows) == (1, 3)

    def test_versions_that_no_sample_shows_are_judged_all_the_same(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(text, "SAMPLE", len(H) + 50)
        old = ",".join(right("2020-05-10").get(name, "") for name in header())
        checked = check_bytes(tmp_path, lines(H, A, old, B), FAST)
        assert checked.summary.by_version == {LATEST: 2, "2020-05-10": 1}
        assert {code for _, _, code in checked.told} == {"missing-column", "extra-column"}
