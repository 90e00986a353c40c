"""The flowchart decides as the engine does: it is read back and followed."""

from __future__ import annotations

import re

from tests.rules.export.cases import each_case, entries
from vigie.rules import codec, library, texts
from vigie.rules.engines import reference
from vigie.rules.export.mermaid import escape, mermaid
from vigie.rules.export.words import word
from vigie.rules.printing import text_of
from vigie.rules.protocol import Protocol
from vigie.rules.texts import Texts

EDGE = re.compile(
    r"  (?P<start>\w+) -->(?:\|(?P<label>\w+)\|)? (?P<end>\w+)"
    r'(?:\{"(?P<condition>.*)"\}|\["(?P<leaf>.*)"\]:::(?P<fin>\w+))'
)


def unescape(text: str) -> str:
    names = {"quot": '"', "lt": "<", "gt": ">", "amp": "&"}
    said = text.replace("<br/>", " ")
    return re.sub(r"#(\w+);", lambda m: names.get(m[1]) or chr(int(m[1])), said)


def follow(chart: str, protocol: Protocol, words: Texts, values: dict[str, object]) -> str:
    """The outcome that the arrows lead to."""
    edges = [m for line in chart.splitlines() if (m := EDGE.fullmatch(line))]
    arrows = {(m["start"], m["label"]): m for m in edges}
    conditions = {text_of(clause.when): clause.when for clause in protocol.clauses()}
    at = arrows["start", None]
    while not at["fin"]:
        holds = reference.value_of(conditions[unescape(at["condition"])], values)  # type: ignore[arg-type]
        at = arrows[at["end"], word(words, "yes" if holds else "no")]
    return at["fin"]


@each_case
def test_the_chart_decides_as_the_engine(name: str, language: str) -> None:
    protocol, words = library.get(name), texts.load(name, language)
    chart = mermaid(protocol, words)
    examples = [
        {q: codec.read(protocol.question[q], v) for q, v in e.answers.items()} for e in protocol.examples
    ]
    for answers in [*examples, *entries(protocol)]:
        result = reference.evaluate(protocol, answers)
        assert follow(chart, protocol, words, dict(result.values)) == result.outcome


@each_case
def test_the_chart_names_every_outcome_with_its_code_and_urgency(name: str, language: str) -> None:
    protocol, words = library.get(name), texts.load(name, language)
    chart = mermaid(protocol, words)
    leaves = [m["leaf"] for line in chart.splitlines() if (m := EDGE.fullmatch(line)) and m["fin"]]
    assert len(leaves) == sum(clause.outcome is not None for clause in protocol.clauses())
    for outcome in protocol.outcomes:
        assert any(leaf.startswith(f"{outcome.id} · {outcome.code}<br/>") for leaf in leaves)
        assert f"classDef {outcome.id} fill:#" in chart


@each_case
def test_every_line_is_one_that_we_know(name: str, language: str) -> None:
    _, _, _, head, start, *lines = mermaid(library.get(name), texts.load(name, language)).splitlines()
    assert (head, start) == ("flowchart TD", f'  start(["{name}"])')
    assert all(EDGE.fullmatch(line) or line.startswith("  classDef ") for line in lines)


def test_what_would_end_a_label_is_escaped() -> None:
    assert escape('a "b" <c> #d & `e`') == "a #quot;b#quot; #lt;c#gt; #35;d #amp; #96;e#96;"
