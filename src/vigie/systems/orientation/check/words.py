"""The report's words in one language, and how that language writes numbers, shares and dates.

They are data, in templates/report.LANGUAGE.yaml, written with plain spaces: French typography is added here.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ruamel.yaml.nodes import MappingNode

from vigie.rules import source

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("fr", "en")

NARROW, WIDE = "\u202f", "\u00a0"  # no-break spaces
PARIS = "Europe/Paris"


@cache
def texts(language: str) -> dict[str, str]:
    """Every text by its keys joined by dots."""
    return dict(_leaves(source.read(TEMPLATES / f"report.{language}.yaml"), ""))


def _leaves(place: source.Source, prefix: str) -> list[tuple[str, str]]:
    if not isinstance(place.node, MappingNode):
        return [(prefix, place.text().strip())]
    return [
        leaf
        for key, _, value in place.entries()
        for leaf in _leaves(value, f"{prefix}.{key}" if prefix else key)
    ]


class Words:
    """The words of one language. A key that is not in its file is a KeyError."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = texts(language)

    def __call__(self, key: str, **values: object) -> str:
        """The text at this key; numbers among the values are written as the language does."""
        shown = {k: self.number(v) if isinstance(v, int) else v for k, v in values.items()}
        return self.typeset(self._texts[key]).format_map(shown)

    def count(self, key: str, n: int, **values: object) -> str:
        """The text for n things, among `key.none` (if there is one), `key.one` and `key.many`."""
        form = "many"
        if n == 0 and f"{key}.none" in self._texts:
            form = "none"
        # French says 0 in the singular, English in the plural.
        elif n == 1 or (n == 0 and self.language == "fr"):
            form = "one"
        return self(f"{key}.{form}", n=n, **values)

    def has(self, key: str) -> bool:
        """Whether there is a text at this key."""
        return key in self._texts

    def typeset(self, text: str) -> str:
        """French puts no-break spaces before : ; ? ! % and inside its quotes."""
        if self.language != "fr":
            return text
        text = re.sub(r" ([;?!])", NARROW + r"\1", text)
        return re.sub(r" ([:%»])", WIDE + r"\1", text).replace("« ", "«" + WIDE)

    def number(self, n: int) -> str:
        """A whole number with its thousands apart."""
        return f"{n:,}".replace(",", NARROW if self.language == "fr" else ",")

    def share(self, part: int, whole: int) -> str:
        """A percentage that never says 0 of something, nor 100 of nearly all; "" when there is no whole."""
        if not whole:
            return ""
        tenths = round(1000 * part / whole)
        sign = ""
        if part and not tenths:
            sign, tenths = "< ", 1
        elif part != whole and tenths == 1000:
            sign, tenths = "> ", 999
        text = f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths / 10:.1f}"
        if self.language == "fr":
            return f"{sign}{text} %".replace(".", ",").replace(" ", WIDE)
        return f"{sign}{text}%".replace(" ", WIDE)

    def moment(self, when: datetime) -> str:
        """A date and time in Paris, or in UTC on a machine that has no time zones."""
        here, zone = in_paris(when)
        months = self._texts["date.months"].split()
        first = self._texts["date.first"] if here.day == 1 else str(here.day)
        return self(
            "date.form",
            day=first,
            month=months[here.month - 1],
            year=str(here.year),
            hour=str(here.hour),
            minute=str(here.minute),
            zone=self(f"date.{zone}"),
        )


def in_paris(when: datetime) -> tuple[datetime, str]:
    """The moment as a clock in Paris shows it, and "paris"; or in UTC, and "utc"."""
    try:
        return when.astimezone(ZoneInfo(PARIS)), "paris"
    except ZoneInfoNotFoundError:
        return when.astimezone(UTC), "utc"


def visible(text: str, longest: int) -> str:
    """A file's own text, safe to show: cut when long, and characters that cannot be seen are named.

    Otherwise a no-break space passes for a space, and a mark of direction turns the sentence round.
    """
    shown = text[:longest] + ("…" if len(text) > longest else "")
    return "".join(_named(c) if _hidden(c) else c for c in shown)


def _hidden(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "C" or category in ("Zl", "Zp") or (category == "Zs" and character != " ")


def _named(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"
