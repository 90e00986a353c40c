"""The repository keeps its own promises: no trace of a machine, a reason for each need, small files."""

import ast
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "vigie").rglob("*.py"))
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.in"))
LONGEST_FILE = 400

# Written in two halves, so that this file does not hold what it looks for.
MACHINE_PATHS = (
    "/work" + "/main",
    "/work" + "/shared",
    "/work" + "/steering",
    "/fa" + "rm/",
    "." + "library/",
    "/opt" + "/wheels",
    "/opt" + "/pypi",
    "/root" + "/",
)
REGISTRY_HOSTS = (
    "files." + "pythonhosted",
    "pypi." + "org",
    "pypi." + "python",
    "registry." + "npmjs",
    "registry." + "yarnpkg",
    "deb." + "debian",
)
UNFINISHED = ("TO" + "DO", "FIX" + "ME")


def repository_files() -> list[Path]:
    """Every file that is in the repository or would be with the next `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    # A file removed from disk and not yet from the index is listed too.
    return [path for name in listed.split(b"\0") if name and (path := ROOT / os.fsdecode(name)).is_file()]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def requirement_names(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    names = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if line and not line.startswith("#"))
    return [re.sub(r"[-_.]+", "-", name.group()).lower() for name in names if name]


def test_there_are_files_to_look_at() -> None:
    # Guards the other tests: a moved folder would make them pass on nothing.
    assert SOURCES
    assert REQUIREMENTS
    assert ROOT / "pyproject.toml" in repository_files()


def test_no_file_names_a_machine_or_a_registry() -> None:
    forbidden = [text.encode() for text in MACHINE_PATHS + REGISTRY_HOSTS]
    found = []
    for path in repository_files():
        content = path.read_bytes()
        found += [f"{shown(path)}: {text.decode()}" for text in forbidden if text in content]
    assert not found, "\n".join(found)


def test_no_lock_file_that_writes_addresses() -> None:
    unwanted = {"uv.lock", "poetry.lock", "Pipfile.lock"}
    assert not [shown(path) for path in repository_files() if path.name in unwanted]


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_has_its_reason_on_the_line_above(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    bare = [
        line
        for before, line in zip(["", *lines], lines, strict=False)
        if line.strip() and not line.startswith("#") and not re.match(r"# \S+ \S+", before)
    ]
    assert not bare, f"{shown(path)}: no reason given for {', '.join(bare)}"


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_locked_with_hashes_and_no_address(path: Path) -> None:
    lock = path.with_suffix(".txt").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=[A-Za-z0-9])", lock) if not entry.startswith("#")]
    pinned = {re.split(r"==", entry, maxsplit=1)[0] for entry in entries}
    assert set(requirement_names(path)) <= pinned, f"run make lock: {path.stem}.txt is behind {path.name}"
    assert not [entry for entry in entries if "--hash=sha256:" not in entry]
    assert not re.findall(r"://|--(?:extra-)?index-url|--find-links|@ ", lock)


def test_locks_agree_on_versions() -> None:
    # All of them go into one environment.
    versions: dict[str, set[str]] = {}
    for path in REQUIREMENTS:
        lock = path.with_suffix(".txt").read_text(encoding="utf-8")
        for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", lock, flags=re.MULTILINE):
            versions.setdefault(name, set()).add(version)
    assert not {name: found for name, found in versions.items() if len(found) > 1}


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_source_files_stay_small_explained_and_finished(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "migrations" not in path.parts:
        assert len(text.splitlines()) <= LONGEST_FILE, f"{shown(path)} wants to be two files"
    assert ast.get_docstring(ast.parse(text)), f"{shown(path)} does not say what it is for"


def test_nothing_in_the_source_is_left_for_later() -> None:
    sources = [path for path in repository_files() if (ROOT / "src") in path.parents]
    found = [
        f"{shown(path)}: {word}"
        for path in sources
        for word in UNFINISHED
        if re.search(rb"\b" + word.encode() + rb"\b", path.read_bytes())
    ]
    assert not found, "\n".join(found)


def test_make_help_lists_every_documented_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^([a-z][a-z-]*):.*?## (.+)$", makefile, flags=re.MULTILINE))
    assert {"help", "run", "test", "test-all", "bench", "fix", "lock", "clean"} <= documented.keys()
    # Without these, a make that started the tests would hand its own options to this one.
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory"]
    printed = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    ).stdout
    listed = dict(re.findall(r"^ *make +([a-z-]+) +(.+)$", printed, flags=re.MULTILINE))
    assert listed == documented


def test_decision_records_are_numbered_and_short() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(len(records)))
    assert not [shown(path) for path in records if len(path.read_text(encoding="utf-8").splitlines()) >= 30]


def test_the_licence_is_the_one_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "EUPL-1.2"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
