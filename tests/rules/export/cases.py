"""Every protocol in every language, and entries for them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from vigie.rules import library, texts
from vigie.rules.nodes import Value
from vigie.rules.protocol import Protocol
from vigie.systems.orientation.generate import Generator

NAMES = library.names()
CASES = [(name, language) for name in NAMES for language in texts.languages(name)]
each_case = pytest.mark.parametrize(("name", "language"), CASES, ids=["-".join(case) for case in CASES])
each_protocol = pytest.mark.parametrize("name", NAMES)


def entries(protocol: Protocol, count: int = 50) -> Iterator[dict[str, Value]]:
    """Complete answers drawn at random, without those that are not asked."""
    generator = Generator(protocol.version, seed=7)
    for _ in range(count):
        yield {name: value for name, value in generator._answers().items() if value is not None}


def as_json(answers: dict[str, Value]) -> dict[str, Any]:
    """Answers as JSON would hold them."""
    return {name: float(v) if isinstance(v, Decimal) else v for name, v in answers.items()}
