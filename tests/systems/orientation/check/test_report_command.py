"""The report as the command writes it, and what the command says where it cannot."""

import sys
from pathlib import Path

import pytest

from vigie.systems.orientation import codes
from vigie.systems.orientation.check import command

SAMPLE = Path(codes.__file__).parent / "samples" / "orientation-1000.csv"


def outputs(folder: Path) -> command.Outputs:
    return command.Outputs(folder / "findings.csv", folder / "summary.json", folder / "report.html", None)


def test_the_command_writes_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.check_files([SAMPLE], outputs(tmp_path), "fr") == 1
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_each_file_gets_its_share_of_samples(tmp_path: Path) -> None:
    header, first, *_ = SAMPLE.read_text(encoding="utf-8").splitlines()
    unknown = first.replace(first.split(",")[0], "2020-01-01")
    paths = [tmp_path / f"{name}.csv" for name in ("first", "second")]
    for path in paths:
        path.write_text("\n".join([header, *[unknown] * 300]), encoding="utf-8")
    command.check_files(paths, outputs(tmp_path), "fr")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    for section in html.split('<article id="file-')[1:]:
        assert section.count('<tr role="row">') == command.SAMPLES // 2 + 1
        assert "Voir les 100 premiers constats sur 300" in section


def forget(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """As if this module were not installed, and ours that need it not yet imported."""
    package = sys.modules["vigie.systems.orientation.check"]
    for name in ("report", "views", "charts"):
        monkeypatch.delitem(sys.modules, f"{package.__name__}.{name}", raising=False)
        monkeypatch.delattr(package, name, raising=False)
    monkeypatch.setitem(sys.modules, module, None)


@pytest.mark.parametrize("module", ["jinja2", "vl_convert"])
@pytest.mark.parametrize(("language", "said"), [("fr", "Installez"), ("en", "Install")])
def test_without_the_extra_it_says_how_to_install(
    module: str,
    language: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    forget(monkeypatch, module)
    assert command.check_files([SAMPLE], outputs(tmp_path), language) == 2
    captured = capsys.readouterr()
    assert said in captured.err and 'pip install "vigie[report]"' in captured.err
    assert captured.out == ""
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_the_rest_still_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget(monkeypatch, "jinja2")
    no_report = command.Outputs(tmp_path / "findings.csv", None, None, None)
    assert command.check_files([SAMPLE], no_report, "fr") == 1
    assert (tmp_path / "findings.csv").exists()
