"""How numbers and entries are written for people, here and on pages."""

from __future__ import annotations

from collections.abc import Mapping

QUIET = ("false", "0")  # answers that an example need not repeat


def number(value: int) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,}".replace(",", "\u202f")


def entry(written: Mapping[str, str]) -> str:
    """An entry as written answers, without those that say no."""
    return (
        ", ".join(f"{name}={value}" for name, value in written.items() if value not in QUIET) or "tout à non"
    )
