"""The commands as people type them: options, outputs, exit codes, help."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.systems.orientation.check.strange_files import A, B, H, lines
from tests.systems.orientation.rows import (
    LATEST,
    VERSIONS,
    csv_bytes,
    header,
    json_bytes,
    protocol,
    right,
    zipped,
)
from vigie import __version__
from vigie.cli import cli
from vigie.rules import texts
from vigie.systems.orientation.check import output
from vigie.systems.orientation.check.command import Progress
from vigie.systems.orientation.check.findings import Finding
from vigie.systems.orientation.check.output import findings_writer

FIELDS = ["line", "column", "code", "severity", "found", "expected", "message"]
WRONG = {**right(), "orientation": "SAMU"}
SENTENCE = "L’orientation déclarée est SAMU\u202f; la version 2020-06-09 donne surveillance (no_symptom)."


def vigie(*arguments: object) -> Result:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def check(*arguments: object) -> Result:
    return vigie("orientation", "check", *arguments)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.csv"
    path.write_bytes(lines(H, A, B))
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.csv"
    path.write_bytes(csv_bytes([right(), WRONG]))
    return path


@pytest.fixture
def rubbish(tmp_path: Path) -> Path:
    path = tmp_path / "rubbish.csv"
    path.write_bytes(b"nom,prenom\n")
    return path


class TestExitCodes:
    def test_0_all_right(self, good: Path) -> None:
        result = check(good)
        assert result.exit_code == 0
        assert "2 lignes : 2 jugées (2 justes, 0 fausses), 0 mises de côté" in result.output
        assert "Tout est juste." in result.output

    def test_1_errors(self, bad: Path) -> None:
        result = check(bad)
        assert result.exit_code == 1
        assert "orientation-mismatch" in result.output
        assert "Des erreurs ont été trouvées." in result.output
        assert "FIN5 SAMU" in result.output

    def test_0_with_warnings_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "file.csv"
        path.write_bytes(csv_bytes([{**right(), "postal_code": "1350"}]))
        assert check(path).exit_code == 0

    def test_2_cannot_be_judged(self, rubbish: Path, tmp_path: Path) -> None:
        for path in (rubbish, tmp_path, tmp_path / "nowhere.csv"):
            result = check(path)
            assert result.exit_code == 2
            assert str(path) in result.stderr
            assert "Le fichier ne peut pas être jugé." in result.stdout

    def test_the_worst_of_several(self, good: Path, bad: Path, rubbish: Path) -> None:
        assert check(good, good).exit_code == 0
        assert check(bad, good).exit_code == 1
        assert check(good, rubbish, bad).exit_code == 2

    def test_one_file_that_cannot_be_judged_does_not_stop_the_others(self, good: Path, rubbish: Path) -> None:
        result = check(rubbish, good)
        assert "2 lignes : 2 jugées" in result.output

    @pytest.mark.parametrize("arguments", [[], ["--nothing"], ["--lang", "de", "x.csv"]])
    def test_2_wrong_use(self, arguments: list[str]) -> None:
        assert check(*arguments).exit_code == 2

    def test_in_english(self, bad: Path) -> None:
        result = check(bad, "--lang", "en")
        assert "2 rows: 2 judged (1 right, 1 wrong), 0 set aside" in result.output
        assert "Errors were found." in result.output


class TestFindings:
    def test_csv(self, bad: Path, tmp_path: Path) -> None:
        target = tmp_path / "out" / "findings.csv"
        assert check(bad, "--findings", target).exit_code == 1
        assert list(csv.reader(target.open(newline="", encoding="utf-8"))) == [
            FIELDS,
            ["3", "orientation", "orientation-mismatch", "error", "SAMU", "surveillance", SENTENCE],
        ]
        assert target.read_bytes().startswith(b"line,column,code,severity,found,expected,message\n")

    @pytest.mark.parametrize("name", ["findings.jsonl", "findings.ndjson", "findings.json"])
    def test_json_lines(self, bad: Path, tmp_path: Path, name: str) -> None:
        check(bad, "--findings", tmp_path / name)
        (only,) = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        assert list(json.loads(only)) == FIELDS
        assert json.loads(only) == dict(
            zip(
                FIELDS,
                [3, "orientation", "orientation-mismatch", "error", "SAMU", "surveillance", SENTENCE],
                strict=True,
            )
        )

    def test_a_right_file_has_a_header_and_nothing_else(self, good: Path, tmp_path: Path) -> None:
        check(good, "--findings", tmp_path / "findings.csv")
        assert (tmp_path / "findings.csv").read_text() == ",".join(FIELDS) + "\n"

    @pytest.mark.parametrize("name", ["findings.csv", "findings.jsonl"])
    def test_several_files_are_named(
        self, bad: Path, good: Path, rubbish: Path, tmp_path: Path, name: str
    ) -> None:
        target = tmp_path / name
        check(bad, good, rubbish, "--findings", target)
        text = target.read_text(encoding="utf-8")
        if name.endswith("csv"):
            rows = list(csv.DictReader(text.splitlines()))
        else:
            rows = [json.loads(row) for row in text.splitlines()]
        assert [list(row) for row in rows] == [[*FIELDS, "file"]] * 2
        assert [(row["code"], row["file"]) for row in rows] == [
            ("orientation-mismatch", str(bad)),
            ("no-header", str(rubbish)),
        ]

    def test_a_file_that_cannot_be_judged_is_a_finding(self, rubbish: Path, tmp_path: Path) -> None:
        check(rubbish, "--findings", tmp_path / "f.csv", "--lang", "en")
        (row,) = csv.DictReader((tmp_path / "f.csv").open(encoding="utf-8"))
        assert (row["line"], row["column"], row["code"]) == ("1", "", "no-header")
        assert row["message"].startswith("The first line names no column")

    def test_awkward_values_come_back_as_they_were(self, tmp_path: Path) -> None:
        path = tmp_path / "file.jsonl"
        values = ['a,"b"\nc', "é\u2028", "=1+1", "{found}", "\ud800", "x" * 200]
        path.write_bytes("".join(json.dumps({**right(), "cough": value}) + "\n" for value in values).encode())
        check(path, "--findings", tmp_path / "f.csv")
        with (tmp_path / "f.csv").open(newline="", encoding="utf-8") as file:
            found = [row["found"] for row in csv.DictReader(file)]
        assert found == ['a,"b"\nc', "é\u2028", "=1+1", "{found}", "\ufffd", "x" * 80]


class TestSummary:
    def test_one_file(self, bad: Path, tmp_path: Path) -> None:
        check(bad, "--summary", tmp_path / "summary.json")
        body = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
        assert list(body) == [
            "file",
            "format",
            "encoding",
            "rows",
            "judged",
            "set_aside",
            "right",
            "wrong",
            "exit_code",
            "findings",
            "columns",
            "versions",
            "confusion",
        ]
        assert (body["file"], body["rows"], body["exit_code"]) == (str(bad), 2, 1)

    def test_several_files(self, bad: Path, good: Path, tmp_path: Path) -> None:
        check(bad, good, "--summary", tmp_path / "summary.json")
        bodies = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
        assert [(body["file"], body["exit_code"]) for body in bodies] == [(str(bad), 1), (str(good), 0)]

    def test_written_even_when_the_file_cannot_be_judged(self, rubbish: Path, tmp_path: Path) -> None:
        check(rubbish, "--summary", tmp_path / "summary.json")
        assert json.loads((tmp_path / "summary.json").read_text())["exit_code"] == 2


class TestOutputs:
    """An output never takes the place of an input or of another output."""

    @pytest.mark.parametrize("option", ["--findings", "--summary", "--report", "--corrected"])
    def test_over_the_input(self, bad: Path, tmp_path: Path, option: str) -> None:
        before = bad.read_bytes()
        (tmp_path / "sub").mkdir()
        (tmp_path / "link.csv").symlink_to(bad)
        for target in (bad, tmp_path / "sub" / ".." / "bad.csv", tmp_path / "link.csv"):
            result = check(bad, option, target)
            assert result.exit_code == 2
            assert "à la fois lu et écrit" in result.output
        assert bad.read_bytes() == before

    def test_through_a_link_to_the_input(self, bad: Path, tmp_path: Path) -> None:
        (tmp_path / "link.csv").symlink_to(bad)
        assert check(tmp_path / "link.csv", "--corrected", bad).exit_code == 2

    def test_twice_the_same(self, bad: Path, tmp_path: Path) -> None:
        target = tmp_path / "out"
        assert check(bad, "--findings", target, "--summary", target).exit_code == 2
        assert not target.exists()

    def test_the_rows_kept_aside_have_a_name_too(self, bad: Path, tmp_path: Path) -> None:
        assert (
            check(bad, "--corrected", tmp_path / "x.csv", "--findings", tmp_path / "x.aside.csv").exit_code
            == 2
        )
        bad.rename(tmp_path / "y.aside.csv")
        assert check(tmp_path / "y.aside.csv", "--corrected", tmp_path / "y.csv").exit_code == 2

    def test_corrected_goes_with_one_file(self, bad: Path, good: Path, tmp_path: Path) -> None:
        result = check(bad, good, "--corrected", tmp_path / "out.csv")
        assert result.exit_code == 2
        assert "un seul fichier" in result.output
        assert not (tmp_path / "out.csv").exists()

    @pytest.mark.parametrize("option", ["--findings", "--summary", "--corrected"])
    def test_a_place_that_cannot_be_written(self, bad: Path, tmp_path: Path, option: str) -> None:
        (tmp_path / "file").write_text("")
        result = check(bad, option, tmp_path / "file" / "out.csv")
        assert result.exit_code == 2
        assert str(tmp_path / "file") in result.stderr

    def test_an_older_output_is_replaced(self, bad: Path, tmp_path: Path) -> None:
        target = tmp_path / "findings.csv"
        target.write_text("old " * 1_000)
        check(bad, "--findings", target)
        assert target.read_text().startswith("line,")

    def test_the_same_run_twice_gives_the_same_bytes(self, bad: Path, tmp_path: Path) -> None:
        def run() -> list[bytes]:
            names = ["f.csv", "s.json", "c.csv", "c.aside.csv"]
            check(
                bad,
                "--findings",
                tmp_path / "f.csv",
                "--summary",
                tmp_path / "s.json",
                "--corrected",
                tmp_path / "c.csv",
            )
            return [(tmp_path / name).read_bytes() for name in names]

        assert run() == run()

    def test_a_pipe_is_written_to_and_stays(self, bad: Path, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        got: list[str] = []
        reader = threading.Thread(target=lambda: got.append(pipe.read_text()), daemon=True)
        reader.start()
        assert check(bad, "--findings", pipe).exit_code == 1
        reader.join(10)
        assert got[0].startswith("line,column")
        assert pipe.is_fifo()

    def test_a_link_is_written_through_and_stays(self, bad: Path, tmp_path: Path) -> None:
        # /dev/stdout is one: a file put in its place would break every program of the machine.
        (tmp_path / "link").symlink_to(tmp_path / "real")
        check(bad, "--findings", tmp_path / "link")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real").read_text().startswith("line,")

    def test_an_error_while_writing_leaves_what_was_there(self, tmp_path: Path) -> None:
        target = tmp_path / "out"
        target.write_text("before")
        with pytest.raises(RuntimeError), output.WholeFile(target) as out:
            out.write("half")
            raise RuntimeError
        assert target.read_text() == "before"
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_a_writer_writes_every_finding_on_one_record(self, tmp_path: Path) -> None:
        path = tmp_path / "f.csv"
        with output.WholeFile(path) as out:
            write = findings_writer(path, out, "fr")
            for n in range(3):
                write(Finding(n, "c", "invalid-value", "a\nb", "x"), "file")
        assert [row[0] for row in csv.reader(path.open(newline=""))] == ["line", "0", "1", "2"]


class TestFormatsByTheirContent:
    @pytest.mark.parametrize(
        ("name", "data", "shown"),
        [
            ("a.txt", lines(H, A), "delimited"),
            ("a.csv", zipped(lines(H, A)), "delimited"),
            ("a.csv", json_bytes([right()]), "jsonl"),
            ("a.json", lines(H, A), "delimited"),
            ("name with spaces, and ; é.csv", lines(H, A), "delimited"),
        ],
    )
    def test_a_name_means_nothing(self, tmp_path: Path, name: str, data: bytes, shown: str) -> None:
        (tmp_path / name).write_bytes(data)
        result = check(tmp_path / name)
        assert result.exit_code == 0
        assert f"{tmp_path / name} · {shown}" in result.output


class TestHelp:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            ([], "Vigie : les services numériques d’une crise sanitaire."),
            (["orientation"], "L’algorithme d’orientation Covid-19 et ses fichiers."),
            (["orientation", "check"], "Juger des fichiers de réponses"),
            (["orientation", "evaluate"], "Juger un questionnaire"),
            (["orientation", "generate"], "Fabriquer un fichier synthétique"),
            (["protocol"], "Les protocoles"),
            (["protocol", "list"], "Lister les protocoles"),
            (["protocol", "show"], "Montrer un protocole"),
        ],
    )
    def test_in_french(self, arguments: list[str], expected: str) -> None:
        for option in ("--help", "-h"):
            result = vigie(*arguments, option)
            assert result.exit_code == 0
            assert expected in result.output

    def test_check_tells_the_exit_codes(self) -> None:
        text = " ".join(vigie("orientation", "check", "--help").output.split())
        assert "0 tout est juste, 1 des erreurs ont été trouvées, 2 un fichier ne peut pas être jugé" in text

    def test_version(self) -> None:
        assert __version__ in vigie("--version").output

    def test_an_unknown_command(self) -> None:
        assert vigie("orientations").exit_code == 2


class TestProtocol:
    def test_list(self) -> None:
        result = vigie("protocol", "list")
        assert result.exit_code == 0
        for version in VERSIONS:
            assert f"orientation/{version}   " in result.output

    @pytest.mark.parametrize("version", VERSIONS)
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_show(self, version: str, language: str) -> None:
        result = vigie("protocol", "show", f"orientation/{version}", "--lang", language)
        assert result.exit_code == 0
        words = texts.load(f"orientation/{version}", language)
        assert result.output.startswith(f"orientation/{version} · {words.get('title')}")
        assert f"sha256 {protocol(version).digest}" in result.output
        for question in protocol(version).questions:
            assert words.get("questions", question.id, "text") in result.output
        for clause in protocol(version).clauses():
            assert f"{clause.path.rpartition('/')[2]}: " in result.output
        for name in header(version):
            assert name in result.output

    @pytest.mark.parametrize(
        "name", ["orientation", "orientation/2020-04-25", "../../etc/passwd", "", "orientation/"]
    )
    def test_show_what_is_not_there(self, name: str) -> None:
        result = vigie("protocol", "show", name)
        assert result.exit_code == 2
        assert f"orientation/{LATEST}" in result.stderr

    def test_a_name_that_is_no_text(self, tmp_path: Path) -> None:
        path = tmp_path / os.fsdecode(b"caf\xe9.csv")
        path.write_bytes(csv_bytes([WRONG]))
        result = check(path, "--findings", tmp_path / "f.csv", "--summary", tmp_path / "s.json")
        assert result.exit_code == 1
        assert "caf\ufffd.csv" in result.output
        assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))["file"].endswith("caf\ufffd.csv")
        assert check(path, path, "--findings", tmp_path / "f.csv").exit_code == 1


class TestTheTerminal:
    def test_a_name_from_the_file_gives_no_orders(self, tmp_path: Path) -> None:
        path = tmp_path / "file.csv"
        path.write_text(f"{H},\x1b[2J\x9b31m,{'long' * 100_000}\n{A},,\n")
        result = check(path)
        assert "\x1b" not in result.output and "\x9b" not in result.output
        assert max(map(len, result.output.splitlines())) < 400

    def test_the_progress_bar(self, capsys: pytest.CaptureFixture[str]) -> None:
        bar = Progress("file.csv")
        bar.update("scan", 1, 2)
        assert capsys.readouterr().err == ""  # nobody looks
        bar.shown, bar.last = True, 0.0
        bar.update("scan", 1, 2)
        bar.update("scan", 2, 2)  # too soon to be drawn
        bar.last = 0.0
        bar.update("judge", 5, 0)
        bar.end()
        first, second, end = capsys.readouterr().err.split("\r")[1:]
        assert first.split() == ["file.csv", "lecture", "█" * 15 + "░" * 15, "50%"]
        assert second.split() == ["file.csv", "jugement", "░" * 30, "0%"]
        assert end in ("", "\x1b[K")  # the order itself is left out where there is no terminal

    def test_thousands_are_set_apart(self, tmp_path: Path) -> None:
        path = tmp_path / "file.csv"
        path.write_bytes(lines(H, *[A] * 1_234))
        assert "1\u202f234 lignes" in check(path).output
        assert "1,234 rows" in check(path, "--lang", "en").output

    def test_the_confusion_table(self, tmp_path: Path) -> None:
        path = tmp_path / "file.csv"
        rows = [WRONG, WRONG, {**right(), "orientation": "x"}, {**right(), "cough": "", "orientation": ""}]
        path.write_bytes(csv_bytes([right(), *rows]))
        table = check(path).output.partition("déclarée")[2].splitlines()[1:6]
        assert [row.split() for row in table] == [
            ["FIN8", "indécise"],
            ["FIN5", "SAMU", "2", "·"],
            ["FIN8", "surveillance", "1", "·"],
            ["(vide)", "·", "1"],
            ["…", "1", "·"],
        ]


class TestTheProcess:
    """What only a real process shows."""

    def test_a_whole_run(self, bad: Path, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "vigie", "orientation", "check", "bad.csv", "--summary", "s.json"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
        assert done.returncode == 1
        assert done.stderr == ""  # no progress bar where nobody looks
        assert json.loads((tmp_path / "s.json").read_text())["file"] == "bad.csv"

    def test_standard_output_that_cannot_write_accents(self, bad: Path) -> None:
        command = [sys.executable, "-X", "utf8=0", "-m", "vigie", "orientation", "check", str(bad)]
        environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
        done = subprocess.run(command, capture_output=True, env=environment)
        assert done.returncode in (0, 1)
        assert b"Traceback" not in done.stderr

    def test_output_to_a_reader_that_leaves(self, bad: Path) -> None:
        command = f"{sys.executable} -m vigie orientation generate --rows 20000 | head -n 1"
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
        assert done.stdout.startswith("algo_version,")
        assert "Traceback" not in done.stderr

    def test_help_imports_no_database(self) -> None:
        code = (
            "import sys; from vigie.cli import cli; cli(['--help'], standalone_mode=False); "
            "print('duckdb' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.endswith("False\n")
