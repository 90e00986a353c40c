"""The decision tree as one SVG file, read from top to bottom: on a phone, on paper, by a screen reader.

It names no font, image or style outside itself, and has no style sheet: it may stand in any page.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from vigie.rules.export.colours import colour
from vigie.rules.export.lettering import Style, width, wrap
from vigie.rules.export.words import urgency, word
from vigie.rules.nodes import Literal
from vigie.rules.printing import text_of
from vigie.rules.protocol import Clause, Outcome, Protocol
from vigie.rules.texts import Texts

WIDTH = 360
MARGIN = 12
STEP = 14  # from one level of clauses to the next

TITLE = Style(17, bold=True)
HEADING = Style(14, bold=True)
SENTENCE = Style(13)
NUMBER = Style(13, bold=True)
NOTE = Style(11.5, fill="#374151")
CODE = Style(10.5, monospace=True, fill="#374151")
BADGE = Style(12, bold=True, fill="#ffffff")
BADGE_NOTE = Style(12, fill="#ffffff")
LINE = "#6b7280"
# "appelez le 15" is not cut before its number.
_LONE_NUMBER = re.compile(r" (?=[0-9])")
MONOSPACE = "DejaVu Sans Mono, Consolas, monospace"


def svg(protocol: Protocol, texts: Texts) -> str:
    """The tree with its conditions in words and as written, its outcomes, and what the factors count."""
    drawing = _Drawing()
    drawing.paragraph(texts.get("title") or protocol.full_name, TITLE, MARGIN)
    drawing.paragraph(f"{protocol.full_name}", CODE, MARGIN)
    drawing.gap(6)
    drawing.paragraph(word(texts, "reading"), NOTE, MARGIN)
    drawing.gap(10)
    _level(drawing, protocol.decision, protocol, texts, "", MARGIN, drawing.middle)
    _factors(drawing, protocol, texts)
    return drawing.file(protocol, texts)


class _Drawing:
    """What is drawn so far, from top to bottom: lines first, so that texts and dots lie over them."""

    def __init__(self) -> None:
        self.under: list[str] = []
        self.over: list[str] = []
        self.y = float(MARGIN)

    @property
    def middle(self) -> float:
        """Half-way up the letters of a sentence that comes next."""
        return self.y + SENTENCE.leading - SENTENCE.size * 0.7

    def gap(self, height: float) -> None:
        """Leave some room."""
        self.y += height

    def paragraph(self, text: str, style: Style, x: float, lead: str = "", inset: float = 0) -> None:
        """A wrapped text; `lead` stands before it in bold, `inset` is kept free on the right."""
        first = width(f"{lead} ", NUMBER) if lead else 0
        if not style.monospace:
            text = _LONE_NUMBER.sub("\u00a0", text)
        for i, line in enumerate(wrap(text, style, WIDTH - MARGIN - x - inset, first)):
            self.y += style.leading
            self._text(line, style, x, lead if i == 0 else "")

    def _text(self, line: str, style: Style, x: float, lead: str = "", anchor: str = "") -> None:
        attributes = {
            "x": f"{x:g}",
            "y": f"{self.y - style.size * 0.35:.1f}",
            "font-size": f"{style.size:g}",
            "fill": style.fill,
            "font-family": MONOSPACE if style.monospace else "",
            "font-weight": "bold" if style.bold else "",
            "text-anchor": anchor,
        }
        written = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items() if value)
        bold = f'<tspan font-weight="bold">{escape(lead)}</tspan> ' if lead else ""
        self.over.append(f"<text {written}>{bold}{escape(line)}</text>")

    def badge(self, outcome: Outcome, texts: Texts, x: float) -> None:
        """An outcome: its colour, and the same in words."""
        self.gap(5)
        top = self.y
        at = len(self.over)
        self.gap(4)
        head, rank = f"{outcome.id} · {outcome.code}", urgency(texts, outcome.urgency)
        self.paragraph(head, BADGE, x + 8, inset=8)
        right = WIDTH - MARGIN - 8
        beside = x + 16 + width(head, BADGE) + width(rank, BADGE_NOTE) <= right
        if beside:
            self._text(rank, BADGE_NOTE, right, anchor="end")
        title = texts.get("outcomes", outcome.id, "title")
        for said in filter(None, [title, "" if beside else rank]):
            self.paragraph(said, BADGE_NOTE, x + 8, inset=8)
        self.gap(5)
        self.over.insert(
            at,
            f'<rect x="{x:g}" y="{top:.1f}" width="{WIDTH - MARGIN - x:g}" height="{self.y - top:.1f}" rx="6"'
            f' fill="{colour(outcome)}"/>',
        )

    def branch(self, spine: float, top: float, y: float) -> None:
        """A line down a level of clauses to a dot beside one of them."""
        self.under.append(f'<path d="M{spine:g} {top:.1f}V{y:.1f}H{spine + STEP:g}"/>')
        self.over.append(f'<circle cx="{spine + STEP:g}" cy="{y:.1f}" r="4" fill="{LINE}"/>')

    def file(self, protocol: Protocol, texts: Texts) -> str:
        """The whole file."""
        height = round(self.y + MARGIN)
        name = f"vigie-{protocol.name}-{protocol.version}"
        title = f"{texts.get('title') or protocol.full_name} – {word(texts, 'tree')}"
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
                f' height="{height}" role="img" lang={quoteattr(texts.language)}'
                f" aria-labelledby={quoteattr(f'{name}-title {name}-desc')}"
                ' font-family="Arial, Helvetica, sans-serif">',
                f"<title id={quoteattr(f'{name}-title')}>{escape(title)}</title>",
                f"<desc id={quoteattr(f'{name}-desc')}>"
                f"{escape(word(texts, 'desc').format(protocol.full_name))}</desc>",
                f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
                f'<g fill="none" stroke="{LINE}" stroke-width="1.5">',
                *self.under,
                "</g>",
                *self.over,
                "</svg>\n",
            ]
        )


def _level(
    drawing: _Drawing,
    clauses: tuple[Clause, ...],
    protocol: Protocol,
    texts: Texts,
    prefix: str,
    spine: float,
    top: float,
) -> None:
    """The clauses of one level, hung on a vertical line at `spine` that comes down from `top`."""
    x = spine + STEP + 10
    for i, clause in enumerate(clauses, 1):
        number = f"{prefix}{i}"
        dot = drawing.middle
        drawing.branch(spine, top, dot)
        top = dot
        otherwise = clause.when == Literal(True)
        condition = word(texts, "otherwise") if otherwise else text_of(clause.when)
        drawing.paragraph(texts.get("clauses", clause.path) or clause.path, SENTENCE, x, lead=number)
        drawing.paragraph(condition, NOTE if otherwise else CODE, x)
        if clause.outcome is not None:
            drawing.badge(protocol.outcome[clause.outcome], texts, x)
            drawing.gap(10)
        else:
            drawing.gap(8)
            _level(drawing, clause.then, protocol, texts, f"{number}.", spine + STEP, dot)


def _factors(drawing: _Drawing, protocol: Protocol, texts: Texts) -> None:
    """What the names in the conditions stand for."""
    if protocol.tallies:
        drawing.gap(8)
        drawing.paragraph(word(texts, "factors"), HEADING, MARGIN)
    for tally in protocol.tallies:
        drawing.gap(6)
        drawing.paragraph(texts.get("tallies", tally.id, "label") or tally.id, NUMBER, MARGIN)
        drawing.paragraph(tally.id, CODE, MARGIN)
        for factor in tally.factors:
            said = texts.get("tallies", tally.id, "items", factor.id) or factor.id
            drawing.gap(3)
            drawing.paragraph(said, SENTENCE, MARGIN + STEP, lead="•")
            drawing.paragraph(text_of(factor.when), CODE, MARGIN + STEP)
    if protocol.derived:
        drawing.gap(12)
        drawing.paragraph(word(texts, "derived"), HEADING, MARGIN)
    for derived in protocol.derived:
        drawing.gap(6)
        drawing.paragraph(texts.get("derived", derived.id) or derived.id, SENTENCE, MARGIN)
        drawing.paragraph(f"{derived.id} = {text_of(derived.value)}", CODE, MARGIN)
