"""The decision as a Mermaid flowchart."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from vigie.rules.export.colours import colour
from vigie.rules.export.words import urgency, word
from vigie.rules.nodes import Literal
from vigie.rules.printing import text_of
from vigie.rules.protocol import Clause, Protocol
from vigie.rules.texts import Texts

WIDTH = 40  # characters of a condition on one line

# Entity codes of Mermaid, whose "#" takes the place of HTML's "&". The accent
# grave could open Markdown.
_ESCAPES = {
    "#": "#35;",
    '"': "#quot;",
    "&": "#amp;",
    "<": "#lt;",
    ">": "#gt;",
    "`": "#96;",
    "\\": "#92;",
}


def mermaid(protocol: Protocol, texts: Texts) -> str:
    """A `flowchart TD`: a diamond per condition, tried in order, and a leaf per outcome."""
    lines = [
        "---",
        f"title: {_yaml(texts.get('title'))}",
        "---",
        "flowchart TD",
        f'  start(["{escape(protocol.full_name)}"])',
    ]
    lines += [f"  {line}" for line in _siblings(protocol.decision, protocol, texts, "start -->")]
    used = {clause.outcome for clause in protocol.clauses()}
    lines += [
        f"  classDef {outcome.id} fill:{colour(outcome)},stroke:{colour(outcome)},color:#ffffff"
        for outcome in protocol.outcomes
        if outcome.id in used
    ]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """A text as it is written inside quotes."""
    return "".join(_ESCAPES.get(character, character) for character in text)


def _yaml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _siblings(clauses: tuple[Clause, ...], protocol: Protocol, texts: Texts, arrow: str) -> Iterator[str]:
    """The clauses of one level; `arrow` leads to the first, the "no" of each to the next.

    The last condition has no arrow for "no": nothing follows it inside a clause once entered.
    """
    for clause in clauses:
        name = _name(clause)
        if clause.when == Literal(True):
            yield from _inside(clause, protocol, texts, arrow)
            return
        yield f'{arrow} {name}{{"{_wrapped(text_of(clause.when))}"}}'
        yield from _inside(clause, protocol, texts, f"{name} -->|{word(texts, 'yes')}|")
        arrow = f"{name} -->|{word(texts, 'no')}|"


def _inside(clause: Clause, protocol: Protocol, texts: Texts, arrow: str) -> Iterator[str]:
    if clause.outcome is None:
        yield from _siblings(clause.then, protocol, texts, arrow)
        return
    outcome = protocol.outcome[clause.outcome]
    said = [
        f"{outcome.id} · {outcome.code}",
        *textwrap.wrap(texts.get("outcomes", outcome.id, "title"), WIDTH),
        urgency(texts, outcome.urgency),
    ]
    label = "<br/>".join(map(escape, said))
    yield f'{arrow} {_name(clause)}_end["{label}"]:::{outcome.id}'


def _name(clause: Clause) -> str:
    # A prefix, since a bare word such as "end" would mean something to Mermaid.
    return "c_" + clause.path.replace("/", "__")


def _wrapped(condition: str) -> str:
    lines = textwrap.wrap(condition, WIDTH, break_long_words=False, break_on_hyphens=False)
    return "<br/>".join(map(escape, lines))
