"""The report of a check: one HTML page that loads nothing, runs nothing, and can be mailed and printed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from vigie import __version__
from vigie.rules import library
from vigie.systems.orientation import codes
from vigie.systems.orientation.check import views
from vigie.systems.orientation.check.findings import FATAL, Finding
from vigie.systems.orientation.check.output import WholeFile
from vigie.systems.orientation.check.summary import Summary
from vigie.systems.orientation.check.urgency import INCOMPARABLE
from vigie.systems.orientation.check.words import TEMPLATES, Words, in_paris

Samples = dict[str, list[tuple[str, Finding]]]


def write_report(
    path: Path, summaries: list[Summary], samples: Samples, language: str, now: datetime | None = None
) -> None:
    """Write the page. `samples`: (file, finding) by code; `now` is given by who wants the same page twice."""
    page = render(summaries, samples, language, now or datetime.now(UTC))
    with WholeFile(path) as out:
        out.write(page)


def render(summaries: list[Summary], samples: Samples, language: str, now: datetime) -> str:
    """The page as text."""
    words = Words(language)
    own = _by_file(samples)
    files = [views.view(i, s, own[s.file], words) for i, s in enumerate(summaries, 1)]
    name = files[0].name if len(files) == 1 else words.count("files", len(files))
    template = _environment(words).get_template("report.html.j2")
    return template.render(
        files=files,
        name=name,
        verdict=files[0].verdict if len(files) == 1 else views.overall(summaries, words),
        moment=words.moment(now),
        timestamp=in_paris(now)[0].isoformat(timespec="minutes"),
        version=__version__,
        digests=_digests(summaries),
    )


def _by_file(samples: Samples) -> dict[str, dict[str, list[Finding]]]:
    own: dict[str, dict[str, list[Finding]]] = defaultdict(dict)
    for code, found in samples.items():
        for file, finding in found:
            own[file].setdefault(code, []).append(finding)
    return own


def _digests(summaries: Iterable[Summary]) -> list[tuple[str, str]]:
    """The protocols that judged something, each with the digest of its rules."""
    used = sorted({f"{codes.NAME}/{version}" for summary in summaries for version in summary.by_version})
    return [(name, library.get(name).digest) for name in used]


def _environment(words: Words) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        w=words,
        fatal=FATAL,
        incomparable=INCOMPARABLE,
        heading_label=lambda heading, *, column: views.heading_label(heading, words, column=column),
    )
    environment.filters.update(number=words.number, rich=_rich, breakable=_breakable)
    return environment


def _rich(text: str) -> Markup:
    """What stands between backquotes is code."""
    code = Markup("<code>{}</code>")
    parts = text.split("`")
    return Markup().join(code.format(part) if i % 2 else escape(part) for i, part in enumerate(parts))


def _breakable(text: str) -> Markup:
    """Long names may be broken after an underscore, not before the number that ends them."""
    return Markup("_<wbr>").join(re.split(r"_(?=[^\W\d])", text))
