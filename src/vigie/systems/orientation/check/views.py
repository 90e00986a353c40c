"""What the report says of one file, ready for the page: numbers counted, texts cut and made safe to show."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from vigie.rules import library
from vigie.rules import texts as protocol_texts
from vigie.systems.orientation import codes
from vigie.systems.orientation.check import charts, urgency
from vigie.systems.orientation.check.charts import Bar
from vigie.systems.orientation.check.corrected import aside_path
from vigie.systems.orientation.check.findings import CATALOGUE, ERROR, FATAL, WARNING, Finding
from vigie.systems.orientation.check.summary import OTHER, Summary
from vigie.systems.orientation.check.words import Words, visible

Samples = dict[str, list[Finding]]
"""Findings of one file, by code."""

WHOLE_FILE = FATAL | {"duplicate-column", "missing-column", "extra-column"}
"""The codes that are about the file, not about one row."""

# Characters shown of what comes from the file: a cell, a list of what was expected, a path.
CELL, LIST, PATH = 80, 240, 300
COLUMNS = 8  # named under a finding
LINES = 10  # named in the alert

STATES = ("right", "errors", "unreadable")  # by exit code


class Verdict(NamedTuple):
    """`state` is one of STATES. `note` is a second sentence, or empty."""

    state: str
    text: str
    note: str = ""


class Figure(NamedTuple):
    """A number of rows, and what share of what it is."""

    name: str
    value: int
    share: str


@dataclass(frozen=True)
class Sample:
    """One finding, as the page shows it."""

    line: int
    column: str
    found: str
    expected: str
    message: str


@dataclass(frozen=True)
class FindingView:
    """All the findings of one code in a file."""

    code: str
    severity: str
    count: int
    columns: Sequence[tuple[str, int]]
    more_columns: int
    fix: str  # key of the sentence on --corrected
    whole_file: bool
    samples: Sequence[Sample]


@dataclass(frozen=True)
class VersionView:
    """Rows judged by one version, their confusion table and the names of its outcomes."""

    version: str
    judged: int
    right: int
    share: str
    table: urgency.Table
    totals: Counter[urgency.Kind]
    titles: dict[str, str]  # by FIN


@dataclass(frozen=True)
class FileView:
    """One file. `rank` starts at 1."""

    rank: int
    name: str
    path: str
    format: str
    encoding: str
    verdict: Verdict
    figures: Sequence[Figure]
    less_urgent: int
    less_urgent_lines: Sequence[int]  # the first of them
    findings: Sequence[FindingView]
    findings_chart: str
    versions: Sequence[VersionView]
    versions_chart: str
    commands: Sequence[tuple[str, str]]
    kept_aside: int


def view(rank: int, summary: Summary, samples: Samples, words: Words) -> FileView:
    """Everything to show of a file."""
    findings = [
        _finding(summary, code, n, samples.get(code, []), words) for code, n in summary.ordered_codes()
    ]
    versions = [_version(summary, version, words) for version in sorted(summary.by_version)]
    path = Path(summary.file)
    return FileView(
        rank,
        visible(path.name or summary.file, PATH),
        visible(summary.file, PATH),
        _named(words, "format", summary.format),
        _named(words, "encoding", summary.encoding),
        verdict(summary, samples, words),
        _figures(summary, words),
        urgency.totals(summary)["less"],
        _less_urgent_lines(samples),
        findings,
        _findings_chart(findings, words),
        versions,
        _versions_chart(versions, words),
        list(_commands(summary, words)),
        summary.kept_aside,
    )


def _named(words: Words, group: str, name: str) -> str:
    return words(f"{group}.{name}") if words.has(f"{group}.{name}") else name


# The verdict


def verdict(summary: Summary, samples: Samples, words: Words) -> Verdict:
    """What to think of the file, in one sentence."""
    state = STATES[summary.exit_code]
    if state == "unreadable":
        reasons = [_sample(f, words).message for code in sorted(FATAL) for f in samples.get(code, [])]
        return Verdict(state, words("verdict.unreadable"), " ".join(reasons))
    warnings = sum(n for code, n in summary.by_code.items() if CATALOGUE[code].severity == WARNING)
    note = words.count("verdict.warnings", warnings) if warnings else ""
    if state == "errors":
        return Verdict(state, _errors(summary, words), note)
    if summary.judged:
        return Verdict(state, words.count("verdict.right", summary.judged), note)
    return Verdict(state, words("verdict.aside-only" if summary.set_aside else "verdict.empty"), note)


def _errors(summary: Summary, words: Words) -> str:
    parts = []
    if wrong := summary.judged - summary.right:
        parts.append(words.count("verdict.wrong", wrong, judged=summary.judged))
    if summary.set_aside:
        parts.append(words.count("verdict.set-aside", summary.set_aside))
    if not parts:
        return words("verdict.whole-file")
    return words("verdict.errors", what=", ".join(parts))


def overall(summaries: Sequence[Summary], words: Words) -> Verdict:
    """The verdict on several files."""
    exits = Counter(summary.exit_code for summary in summaries)
    total = len(summaries)
    sentences = []
    if exits[1]:
        sentences.append(words.count("verdict.some-errors", exits[1], files=total))
    if exits[2]:
        sentences.append(words.count("verdict.some-unreadable", exits[2], files=total))
    if not sentences:
        return Verdict("right", words("verdict.all-right", n=total))
    return Verdict("errors" if exits[1] else "unreadable", " ".join(sentences))


def _figures(summary: Summary, words: Words) -> list[Figure]:
    """None for a file that cannot be judged: not known is not zero."""
    if summary.exit_code == 2:
        return []
    wrong = summary.judged - summary.right

    def share(part: int, whole: int, of: str) -> str:
        return words(f"figures.{of}", share=words.share(part, whole)) if whole else ""

    return [
        Figure("rows", summary.rows, ""),
        Figure("judged", summary.judged, share(summary.judged, summary.rows, "of-rows")),
        Figure("right", summary.right, share(summary.right, summary.judged, "of-judged")),
        Figure("wrong", wrong, share(wrong, summary.judged, "of-judged")),
        Figure("set_aside", summary.set_aside, share(summary.set_aside, summary.rows, "of-rows")),
    ]


# The findings


def _finding(
    summary: Summary, code: str, count: int, samples: Sequence[Finding], words: Words
) -> FindingView:
    by_column = [(column, n) for (of, column), n in summary.by_column.items() if of == code]
    by_column.sort(key=lambda item: (-item[1], item[0]))
    return FindingView(
        code,
        CATALOGUE[code].severity,
        count,
        [(visible(column, CELL), n) for column, n in by_column[:COLUMNS]],
        max(len(by_column) - COLUMNS, 0),
        _fix(summary, code, [column for column, _ in by_column]),
        code in WHOLE_FILE,
        [_sample(finding, words) for finding in samples],
    )


def _fix(summary: Summary, code: str, columns: Sequence[str]) -> str:
    """What --corrected does of it, as in judge.py: calculated values are replaced, whatever was there."""
    kind = CATALOGUE[code]
    if code in WHOLE_FILE and kind.severity == ERROR:
        return "fix-file"
    if kind.fixable:
        return "fix-yes"
    recomputed = _recomputed(summary)
    if code in ("invalid-value", "other-version-value") and recomputed.intersection(columns):
        return "fix-yes" if recomputed.issuperset(columns) else "fix-partly"
    if kind.severity != ERROR and code != "blank-line":
        return "fix-as-is"
    return "fix-no"


def _recomputed(summary: Summary) -> set[str]:
    return {
        column.id
        for version in summary.by_version
        for column in library.get(f"{codes.NAME}/{version}").columns
        if column.kind in ("derived", "outcome")
    }


def _sample(finding: Finding, words: Words) -> Sample:
    # Made safe before the sentence is made, whose own no-break spaces are not the file's.
    safe = replace(
        finding,
        column=visible(finding.column, CELL),
        found=visible(finding.found, CELL),
        expected=visible(finding.expected, LIST),
        details={key: visible(text, LIST) for key, text in finding.details.items()},
    )
    message = words.typeset(safe.message(words.language))
    return Sample(safe.line, safe.column, safe.found, safe.expected, message)


def _findings_chart(findings: Sequence[FindingView], words: Words) -> str:
    # One bar alone compares nothing.
    if len(findings) < 2:
        return ""
    data = []
    for finding in findings:
        label = words(f"codes.{finding.code}.title")
        if finding.severity != ERROR:
            label += f" ({words(f'severity.{finding.severity}')})"
        data.append(Bar(label, words.number(finding.count), [(finding.severity, finding.count)]))
    return charts.bars(data, words("findings.chart"), words.language)


def _commands(summary: Summary, words: Words) -> Iterator[tuple[str, str]]:
    """(what it gives, the command), to go further than this page."""
    if not summary.by_code or summary.exit_code == 2:
        return
    check = f"vigie orientation check {shlex.quote(summary.file)}"
    yield words("findings.all"), visible(f"{check} --findings {words('findings.findings-name')}", PATH)
    if any(CATALOGUE[code].fixable for code in summary.by_code):
        suffix = "jsonl" if summary.format == "jsonl" else "csv"
        corrected = Path(f"{words('findings.corrected-name')}.{suffix}")
        command = visible(f"{check} --corrected {corrected}", PATH)
        yield words("findings.correct", aside=aside_path(corrected).name), command


# Versions and orientations


def _version(summary: Summary, version: str, words: Words) -> VersionView:
    judged, right = summary.by_version[version], summary.right_by_version[version]
    texts = protocol_texts.load(f"{codes.NAME}/{version}", words.language)
    outcomes = library.get(f"{codes.NAME}/{version}").outcomes
    return VersionView(
        version,
        judged,
        right,
        words.share(right, judged),
        urgency.table(summary, version),
        urgency.totals(summary, version),
        {outcome.id: words.typeset(texts.get("outcomes", outcome.id, "title")) for outcome in outcomes},
    )


def _less_urgent_lines(samples: Samples) -> list[int]:
    """Where to look first, as far as the findings that were kept tell."""
    lines = [
        finding.line
        for code in ("orientation-mismatch", "other-version-value")
        for finding in samples.get(code, [])
        if finding.column == "orientation"
        and urgency.compare(finding.details["version"], finding.found, finding.expected) == "less"
    ]
    return sorted(lines)[:LINES]


def _versions_chart(versions: Sequence[VersionView], words: Words) -> str:
    if len(versions) < 2:
        return ""
    data = []
    for v in versions:
        wrong = v.judged - v.right
        label = words("versions.bar", version=v.version, right=v.right, wrong=wrong)
        data.append(Bar(label, words.number(v.judged), [("right", v.right), ("wrong", wrong)]))
    return charts.bars(data, words("versions.chart"), words.language)


def heading_label(heading: urgency.Heading, words: Words, *, column: bool) -> str:
    """The code of a row or column of the confusion table, or what stands for it."""
    if heading.code == OTHER:
        return words("urgency.unknown")
    return heading.code or words("urgency.undecided" if column else "blank")
