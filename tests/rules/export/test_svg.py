"""The drawing is well formed, self-contained, complete, and nothing in it runs over."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from tests.rules.export.cases import each_case
from vigie.rules import library, texts
from vigie.rules.export import svg as drawn
from vigie.rules.export.colours import BY_URGENCY, OFF_SCALE
from vigie.rules.export.lettering import Style, width, wrap
from vigie.rules.export.words import urgency
from vigie.rules.printing import text_of

NS = "{http://www.w3.org/2000/svg}"
EMPTY_WORDS = texts.Texts("fr", {})


def parsed(name: str, language: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawn.svg(library.get(name), texts.load(name, language)))  # noqa: S314


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def everything(root: ElementTree.Element) -> str:
    return squeezed("".join("".join(text.itertext()) for text in root.iter(f"{NS}text")))


def span(text: ElementTree.Element) -> tuple[float, float]:
    """Where a text begins and ends, by our estimate."""
    size = float(text.attrib["font-size"])
    style = Style(size, bold="font-weight" in text.attrib, monospace="font-family" in text.attrib)
    wide = width(text.text or "", style)
    for part in text:
        wide += width(f"{part.text} ", replace(style, bold=True)) + width((part.tail or "").strip(), style)
    x = float(text.attrib["x"])
    return (x - wide, x) if text.attrib.get("text-anchor") == "end" else (x, x + wide)


@each_case
def test_texts_stay_inside_and_do_not_meet(name: str, language: str) -> None:
    root = parsed(name, language)
    _, _, right, bottom = map(float, root.attrib["viewBox"].split())
    lines: dict[float, list[tuple[float, float]]] = {}
    for text in root.iter(f"{NS}text"):
        start, end = span(text)
        y = float(text.attrib["y"])
        assert drawn.MARGIN <= start < end <= right - drawn.MARGIN + 0.1, "".join(text.itertext())
        assert drawn.MARGIN < y < bottom - drawn.MARGIN / 2
        lines.setdefault(y, []).append((start, end))
    heights = sorted(lines)
    assert all(b - a > 10 for a, b in pairwise(heights))
    for spans in lines.values():
        spans.sort()
        assert all(a[1] < b[0] for a, b in pairwise(spans))


@each_case
def test_everything_is_told_in_words(name: str, language: str) -> None:
    protocol, words = library.get(name), texts.load(name, language)
    root = parsed(name, language)
    told = everything(root)
    assert root.attrib["width"] == "360"
    assert (root.attrib["role"], root.attrib["lang"]) == ("img", language)
    for clause in protocol.clauses():
        assert squeezed(words.get("clauses", clause.path)) in told
        assert text_of(clause.when) == "true" or squeezed(text_of(clause.when)) in told
    for outcome in protocol.outcomes:
        assert squeezed(f"{outcome.id} · {outcome.code}") in told
        assert squeezed(words.get("outcomes", outcome.id, "title")) in told
        assert squeezed(urgency(words, outcome.urgency)) in told
    badges = [r for r in root.iter(f"{NS}rect") if "rx" in r.attrib]
    assert len(badges) == sum(clause.outcome is not None for clause in protocol.clauses())
    for tally in protocol.tallies:
        assert all(squeezed(text) in told for text in words.under("tallies", tally.id, "items").values())


@each_case
def test_it_is_named_and_depends_on_nothing(name: str, language: str) -> None:
    root = parsed(name, language)
    title, desc = root[0], root[1]
    assert (title.tag, desc.tag) == (f"{NS}title", f"{NS}desc")
    assert title.text and desc.text
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {desc.attrib['id']}"
    source = drawn.svg(library.get(name), texts.load(name, language))
    assert source.count("://") == 1  # the name space
    assert not re.search(r"href|url\(|<style|<script|<image|foreignObject", source)


def test_signs_of_xml_in_texts_are_escaped() -> None:
    name = "orientation/2020-06-09"
    words = texts.load(name)
    odd = replace(words, by_path={**words.by_path, ("title",): 'A < B & "C"'})
    root = ElementTree.fromstring(drawn.svg(library.get(name), odd))  # noqa: S314
    assert (root[0].text or "").startswith('A < B & "C"')


def test_a_protocol_without_texts_is_drawn_all_the_same() -> None:
    ElementTree.fromstring(drawn.svg(library.get("orientation/2020-06-09"), EMPTY_WORDS))  # noqa: S314


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [*BY_URGENCY, OFF_SCALE])
def test_white_is_read_on_every_colour(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


@pytest.mark.parametrize("style", [Style(13), Style(10, monospace=True)])
def test_lines_fit_and_lose_nothing(style: Style) -> None:
    text = "Une phrase, puis unmotbeaucouptroplong_pour_tenir_dans_la_place_qui_lui_est_laissée et la fin."
    for room in (30, 80, 200):
        lines = wrap(text, style, room, first=20)
        assert squeezed("".join(lines)) == squeezed(text)
        assert all(width(line, style) <= room for line in lines)
        assert width(lines[0], style) <= room - 20
