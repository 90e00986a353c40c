"""The report's pictures: Vega-Lite specifications drawn as SVG on this machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import vl_convert

# Each can be told from white and from black, so that one drawing serves light and dark pages.
COLOURS = {
    "error": "#d1453b",
    "warning": "#b7791f",
    "info": "#5b7083",
    "right": "#2f8f5b",
    "wrong": "#d1453b",
}

# Narrow enough to be read at its own size on a phone.
WIDTH = 380
BARS = 310  # the rest is for the number after the longest bar
STEP = 42
LOCALES: dict[str, Literal["fr-FR", "en-GB"]] = {"fr": "fr-FR", "en": "en-GB"}
VEGA_LITE = "6.4"


@dataclass(frozen=True)
class Bar:
    """`label` stands above the bar, `text` at its end. `parts`: (what it is, among COLOURS; how many)."""

    label: str
    text: str
    parts: Sequence[tuple[str, int]]


def bars(data: Sequence[Bar], name: str, language: str) -> str:
    """A bar chart as an SVG element; `name` is what a screen reader says of it."""
    svg = vl_convert.vegalite_to_svg(
        _specification(data),
        vl_version=VEGA_LITE,
        format_locale=LOCALES[language],
        time_format_locale=LOCALES[language],
        allowed_base_urls=[],
    )
    return _inline(svg, name)


def _specification(data: Sequence[Bar]) -> dict[str, Any]:
    parts = [
        {"row": i, "part": j, "n": n, "colour": COLOURS[what]}
        for i, bar in enumerate(data)
        for j, (what, n) in enumerate(bar.parts)
    ]
    totals = [
        {"row": i, "label": bar.label, "text": bar.text, "n": sum(n for _, n in bar.parts)}
        for i, bar in enumerate(data)
    ]
    top = max((sum(n for _, n in bar.parts) for bar in data), default=0) or 1
    x = {"type": "quantitative", "axis": None, "scale": {"domain": [0, top], "range": [0, BARS]}}
    return {
        "width": WIDTH,
        "height": {"step": STEP},
        "padding": 0,
        "autosize": "none",
        "background": None,
        "config": {"view": {"stroke": None}, "aria": False, "text": {"fontSize": 13, "font": "sans-serif"}},
        "encoding": {"y": {"field": "row", "type": "ordinal", "axis": None}},
        "layer": [
            {
                "data": {"values": parts},
                "mark": {"type": "bar", "height": 15, "yOffset": 8},
                "encoding": {
                    "x": {"field": "n", **x, "stack": "zero"},
                    "order": {"field": "part"},
                    "color": {"field": "colour", "type": "nominal", "scale": None},
                },
            },
            _label(totals, "label", {"value": 0}, dy=-10),
            _label(totals, "text", {"field": "n", **x}, dx=6, dy=8),
        ],
    }


def _label(values: list[dict[str, Any]], field: str, x: dict[str, Any], **offset: int) -> dict[str, Any]:
    return {
        "data": {"values": values},
        "mark": {"type": "text", "align": "left", "baseline": "middle", **offset},
        "encoding": {"x": x, "text": {"field": field, "type": "nominal"}},
    }


def _inline(svg: str, name: str) -> str:
    """The drawing as one named picture: its parts say nothing of their own, its size follows the page."""
    box = re.search(r'viewBox="[^"]*"', svg)
    inside = re.sub(r"^<svg[^>]*>", "", svg)
    inside = re.sub(r' (?:role|class|aria-[a-z]+)="[^"]*"', "", inside)
    return f'<svg role="img" aria-label="{escape(name)}" {box.group() if box else ""}>{inside}'
