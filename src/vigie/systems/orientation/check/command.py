"""The check as a command: several files, their outputs, a progress bar, one exit code."""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from vigie.systems.orientation import terminal
from vigie.systems.orientation.check.corrected import aside_path
from vigie.systems.orientation.check.findings import FATAL, Finding
from vigie.systems.orientation.check.output import WholeFile, findings_writer
from vigie.systems.orientation.check.run import Options, check, shown
from vigie.systems.orientation.check.summary import Summary

SAMPLES = 200  # findings kept in memory for the report, per code, shared among the files
FEWEST = 5  # of one file, when there are many

REPORT = "vigie.systems.orientation.check.report"
REPORT_NEEDS = frozenset(("jinja2", "markupsafe", "vl_convert"))
NO_REPORT = {
    "fr": "Le rapport demande des modules qui ne sont pas installés ({name}). Installez-les : "
    'pip install "vigie[report]". Rien n’a été contrôlé.',
    "en": "The report needs modules that are not installed ({name}). Install them: "
    'pip install "vigie[report]". Nothing was checked.',
}


@dataclass(frozen=True)
class Outputs:
    """Where to write what, None for nothing."""

    findings: Path | None
    summary: Path | None
    report: Path | None
    corrected: Path | None

    def clash(self, files: tuple[Path, ...]) -> Path | None:
        """A path that would be written twice, or read and written."""
        written = [p for p in (self.findings, self.summary, self.report, self.corrected) if p]
        if self.corrected:
            written.append(aside_path(self.corrected))
        seen = {path.resolve() for path in files}
        for path in written:
            if path.resolve() in seen:
                return path
            seen.add(path.resolve())
        return None


def check_files(files: list[Path], outputs: Outputs, language: str) -> int:
    """Check every file, print the summaries, write the outputs. Returns the exit code."""
    if outputs.report and (name := _missing_for_report()):
        # Said before hours of checking, not after.
        click.echo(NO_REPORT[language].format(name=name), err=True)
        return 2
    summaries: list[Summary] = []
    samples: dict[str, list[tuple[str, Finding]]] = {}
    kept: Counter[tuple[str, str]] = Counter()
    share = max(SAMPLES // len(files), FEWEST)
    with ExitStack() as stack:
        write = _writer(stack, outputs.findings, language, several=len(files) > 1)

        def on_finding(finding: Finding, file: str) -> None:
            write(finding, file)
            if kept[finding.code, file] < share:
                kept[finding.code, file] += 1
                samples.setdefault(finding.code, []).append((file, finding))
            if finding.code in FATAL:
                click.echo(f"{file} : {finding.message(language)}", err=True)

        for path in files:
            progress = Progress(shown(Path(path.name)))
            summaries.append(check(path, Options(outputs.corrected, on_finding, progress.update)))
            progress.end()
    for summary in summaries:
        click.echo("\n".join(terminal.render(summary, language)) + "\n")
    _write_summaries(summaries, outputs.summary)
    if outputs.report:
        # Charts are heavy to load, and only the report has any.
        from vigie.systems.orientation.check.report import write_report

        write_report(outputs.report, summaries, samples, language)
    return max(summary.exit_code for summary in summaries)


def _missing_for_report() -> str:
    """The module that the report needs and this installation lacks, or empty."""
    try:
        importlib.import_module(REPORT)
    except ImportError as error:
        if error.name in REPORT_NEEDS:
            return str(error.name)
        raise
    return ""


def _writer(
    stack: ExitStack, path: Path | None, language: str, *, several: bool
) -> Callable[[Finding, str], None]:
    if path is None:
        return lambda finding, file: None
    return findings_writer(path, stack.enter_context(WholeFile(path)), language, several=several)


def _write_summaries(summaries: list[Summary], path: Path | None) -> None:
    if path is None:
        return
    bodies = [summary.as_json() for summary in summaries]
    with WholeFile(path) as out:
        json.dump(bodies[0] if len(bodies) == 1 else bodies, out, ensure_ascii=False, indent=2)
        out.write("\n")


class Progress:
    """A progress bar on a terminal, nothing elsewhere."""

    WIDTH = 30

    def __init__(self, name: str) -> None:
        self.name = name
        self.shown = sys.stderr.isatty()
        self.last = time.monotonic()

    def update(self, step: str, done: int, total: int) -> None:
        """Redraw at most ten times a second."""
        now = time.monotonic()
        if not self.shown or now - self.last < 0.1:
            return
        self.last = now
        share = min(done / total, 1.0) if total else 0.0
        bar = "█" * int(share * self.WIDTH)
        label = {"scan": "lecture", "judge": "jugement"}[step]
        click.echo(f"\r{self.name}  {label:8}  {bar:░<{self.WIDTH}} {share:4.0%}", nl=False, err=True)

    def end(self) -> None:
        """Erase the bar."""
        if self.shown:
            click.echo("\r\033[K", nl=False, err=True)
