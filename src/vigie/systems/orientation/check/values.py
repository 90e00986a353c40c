"""The columns that are not answers: dates, durations, postal codes, identifiers. Reference X21 to X23.

Each reader returns None when the value is right, or the (code, expected) of its finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from vigie.rules.protocol import ColumnKind

Problem = tuple[str, str]

TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,12})?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
POSTAL_CODE = re.compile(r"[0-9]{5}|[0-9]{2}XXX|2[AB]XXX|97[0-9]XX|[0-9]{2}|2[AB]|97[0-9]")
PLAUSIBLE = range(31, 2_000)  # seconds, the bounds of the official checker

# The same, for the database to recognise right values; it may miss some (29 February), never add one.
_DAY = (
    "[12][0-9]{3}-(0[13578]-(0[1-9]|[12][0-9]|3[01])|1[02]-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
)
SQL_PATTERNS: dict[ColumnKind, str] = {
    "timestamp": (
        f"^{_DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{{1,12}})?"
        "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
    ),
    "date": f"^{_DAY}$",
    "duration": "^(3[1-9]|[4-9][0-9]|[1-9][0-9]{2}|1[0-9]{3})$",
    "postal_code": "^([0-9]{5}|[0-9]{2}XXX|2[AB]XXX|97[0-9]XX|[0-9]{2}|2[AB]|97[0-9])$",
    "uuid": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
}


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def read_timestamp(text: str) -> Problem | None:
    """RFC 3339 with an offset; -00:00 and a space for the T are part of it."""
    match = TIMESTAMP.fullmatch(text)
    return None if match and _is_day(match[1]) else ("invalid-timestamp", "2020-06-09T14:30:00Z")


def read_date(text: str) -> Problem | None:
    """A day, as the version of a form is written."""
    return None if DATE.fullmatch(text) and _is_day(text) else ("invalid-date", "2020-06-09")


def read_duration(text: str) -> Problem | None:
    """Whole seconds, 0 or more."""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        return "invalid-value", "≥ 0 (s)"
    return None if int(text) in PLAUSIBLE else ("implausible-duration", f"{PLAUSIBLE[0]}–{PLAUSIBLE[-1]}")


def read_postal_code(text: str) -> Problem | None:
    """A full code, a department, or a department with its XXX."""
    return None if POSTAL_CODE.fullmatch(text) else ("postal-code", "75019")


def read_uuid(text: str) -> Problem | None:
    """Lower case, with dashes."""
    if UUID.fullmatch(text):
        return None
    lower = text.lower()
    return ("uuid-case", lower) if UUID.fullmatch(lower) else ("invalid-uuid", "")


READERS: dict[ColumnKind, Callable[[str], Problem | None]] = {
    "timestamp": read_timestamp,
    "date": read_date,
    "duration": read_duration,
    "postal_code": read_postal_code,
    "uuid": read_uuid,
}
