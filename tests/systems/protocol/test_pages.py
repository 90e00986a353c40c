"""The committed page of each version is the one its protocol makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie.rules import library
from vigie.systems.protocol.export import export
from vigie.systems.protocol.page import page

DOCS = Path(__file__).parents[3] / "docs" / "protocols"
LATEST, *OLDER = sorted(library.names(), reverse=True)


@pytest.mark.parametrize("name", [LATEST, *(pytest.param(name, marks=pytest.mark.slow) for name in OLDER)])
def test_the_page_is_up_to_date(name: str) -> None:
    pytest.importorskip("z3", reason="the extra `prove` is not installed")
    stem = name.replace("/", "-")
    # `vigie protocol pages` writes them again.
    assert (DOCS / f"{stem}.md").read_text(encoding="utf-8") == page(library.get(name), stem)
    assert (DOCS / f"{stem}.svg").read_text(encoding="utf-8") == export(name, "svg", "fr")
