"""A protocol told in the terminal: questions, calculations, tallies, decision, outcomes, columns."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.rules.printing import text_of
from vigie.rules.protocol import Clause, Protocol, Question
from vigie.rules.texts import Texts


def lines(protocol: Protocol, words: Texts) -> Iterator[str]:
    """The lines to print."""
    yield f"{protocol.full_name} · {words.get('title')}"
    yield f"sha256 {protocol.digest}"
    yield "\nQuestions"
    for question in protocol.questions:
        yield from _question(question, words)
    yield "\nDérivés" if words.language == "fr" else "\nDerived"
    for derived in protocol.derived:
        yield f"  {derived.id} = {text_of(derived.value)}"
    for tally in protocol.tallies:
        yield f"\n{words.get('tallies', tally.id, 'label') or tally.id} ({tally.id})"
        for factor in tally.factors:
            yield f"  {factor.id}: {text_of(factor.when)}"
    yield "\nDécision" if words.language == "fr" else "\nDecision"
    for clause in protocol.decision:
        yield from _clause(clause, protocol, words, 1)
    yield "\nColonnes" if words.language == "fr" else "\nColumns"
    yield "  " + ", ".join(c.id + ("" if c.required else "?") for c in protocol.columns)


def _question(question: Question, words: Texts) -> Iterator[str]:
    condition = f"  [{text_of(question.asked)}]" if question.asked else ""
    yield f"  {question.id}: {words.get('questions', question.id, 'text')}{condition}"
    choices = [
        f"{code} = {words.get('questions', question.id, 'choices', code)}" for code in question.choices
    ]
    if choices:
        yield "      " + " · ".join(choices)


def _clause(clause: Clause, protocol: Protocol, words: Texts, depth: int) -> Iterator[str]:
    indent = "  " * depth
    name = clause.path.rpartition("/")[2]
    result = ""
    if clause.outcome:
        outcome = protocol.outcome[clause.outcome]
        result = f" → {outcome.id} {outcome.code} ({words.get('outcomes', outcome.id, 'title')})"
    yield f"{indent}{name}: {text_of(clause.when)}{result}"
    for inner in clause.then:
        yield from _clause(inner, protocol, words, depth + 1)
