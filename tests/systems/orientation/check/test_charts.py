"""The pictures of the report: named, well formed, and true to their numbers."""

import re

import pytest

from vigie.systems.orientation.check import charts


def test_bars_are_as_long_as_they_count() -> None:
    svg = charts.bars(
        [charts.Bar("a & b", "10", [("right", 6), ("wrong", 4)]), charts.Bar("c", "5", [("error", 5)])],
        'the "name"',
        "fr",
    )
    assert svg.startswith('<svg role="img" aria-label="the &quot;name&quot;" viewBox=')
    widths = [float(w) for w in re.findall(r'd="M[\d.]+,[\d.]+h([\d.]+)v15', svg)]
    assert sorted(widths) == pytest.approx([charts.BARS * share for share in (0.4, 0.5, 0.6)])
    assert "a &amp; b" in svg
    assert svg.count("<g") == svg.count("</g>") and svg.endswith("</svg>")
