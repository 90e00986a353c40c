"""The documentation page of one version, in French, made from its protocol, texts, proofs and differences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vigie.rules import library, texts, verify
from vigie.rules.certificate import certificate
from vigie.rules.changes import Change, changes
from vigie.rules.diff import Comparison
from vigie.rules.printing import text_of
from vigie.rules.protocol import Protocol, Question
from vigie.rules.texts import Texts
from vigie.systems.protocol.export import export
from vigie.systems.protocol.whole import write_whole
from vigie.systems.protocol.wording import number


def write_pages(folder: Path) -> list[Path]:
    """Write the page and the tree of every shipped version."""
    written = []
    for name in library.names():
        protocol = library.get(name)
        stem = f"{protocol.name}-{protocol.version}"
        write_whole(folder / f"{stem}.svg", export(name, "svg", "fr"))
        write_whole(folder / f"{stem}.md", page(protocol, stem))
        written += [folder / f"{stem}.md", folder / f"{stem}.svg"]
    return written


def page(protocol: Protocol, stem: str) -> str:
    """The page as Markdown; the tree is the file STEM.svg beside it."""
    words = texts.load(protocol.full_name)
    made = certificate(protocol, verify.prove(protocol), "")
    lines = [
        f"# {words.get('title')}",
        "",
        f"Protocole `{protocol.full_name}`, SHA-256 `{protocol.digest}`. Fait par `vigie protocol pages`.",
        "",
        *_questions(protocol, words),
        *_factors(protocol, words),
        *_tree(protocol, words, stem),
        *_since(protocol),
        *_proved(made),
        *_open(made, words),
    ]
    return "\n".join(lines) + "\n"


def _questions(protocol: Protocol, words: Texts) -> Iterator[str]:
    yield from ("## Questions", "", "| variable | question | réponses | posée si |", "|---|---|---|---|")
    for question in protocol.questions:
        asked = f"`{text_of(question.asked)}`" if question.asked else "toujours"
        text = words.get("questions", question.id, "text")
        yield f"| `{question.id}` | {text} | {_answers(question, words)} | {asked} |"
    yield ""


def _answers(question: Question, words: Texts) -> str:
    if not question.choices:
        return f"nombre de {question.minimum} à {question.maximum}"
    known = (f"`{c}` {words.get('questions', question.id, 'choices', c)}" for c in question.choices)
    return " ; ".join(known)


def _factors(protocol: Protocol, words: Texts) -> Iterator[str]:
    yield from ("## Calculs et facteurs", "")
    for derived in protocol.derived:
        yield f"- `{derived.id}` ({words.get('derived', derived.id)}) = `{text_of(derived.value)}`"
    for tally in protocol.tallies:
        yield from ("", f"{words.get('tallies', tally.id, 'label')} (`{tally.id}`) :", "")
        for factor in tally.factors:
            yield f"- {words.get('tallies', tally.id, 'items', factor.id)} : `{text_of(factor.when)}`"
    yield ""


def _tree(protocol: Protocol, words: Texts, stem: str) -> Iterator[str]:
    yield from ("## Arbre", "", f"![Arbre de décision]({stem}.svg)", "")
    yield from ("| issue | code | urgence | message |", "|---|---|---|---|")
    for outcome in protocol.outcomes:
        urgency = outcome.urgency or "hors échelle"
        title = words.get("outcomes", outcome.id, "title")
        yield f"| {outcome.id} | `{outcome.code}` | {urgency} | {title} |"
    yield ""


def _since(protocol: Protocol) -> Iterator[str]:
    yield from ("## Ce qui a changé", "")
    earlier = [v for v in library.versions(protocol.name) if v < protocol.version]
    if not earlier:
        yield from ("Première version publiée ici.", "")
        return
    before = library.get(f"{protocol.name}/{earlier[-1]}")
    comparison = Comparison(before, protocol)
    total = sum(d.answers for d in comparison.differences)
    size = number(comparison.answers)
    yield f"Depuis `{before.version}` : {number(total)} réponses sur {size} changent d’issue."
    yield from ("", "| avant | après | réponses | états de facteurs | quand |", "|---|---|---|---|---|")
    for one in comparison.differences:
        when = "<br>".join(f"`{line}`" for line in one.conditions) or "selon les réponses, à facteurs égaux"
        yield f"| {one.before} | {one.after} | {number(one.answers)} | {number(one.states)} | {when} |"
    yield ""
    yield from (_change(change) for change in changes(before, protocol))
    yield ""


def _change(change: Change) -> str:
    before = f"`{change.before}`" if change.before else "rien"
    after = f"`{change.after}`" if change.after else "rien"
    return f"- {change.section}, `{change.name}` : {before} → {after}"


def _proved(made: dict[str, Any]) -> Iterator[str]:
    size, solver = made["domain"]["answers"], made["solver"]
    held = sum(condition["holds"] for condition in made["conditions"])
    yield from ("## Preuves", "")
    of = len(made["conditions"])
    yield f"Sur {number(size)} questionnaires possibles : {held} conditions tenues sur {of}"
    yield f"({solver['name']} {solver['version']}). `vigie protocol prove` écrit le certificat."
    yield from ("", "| issue | questionnaires |", "|---|---|")
    for outcome, count in made["outcomes"].items():
        yield f"| {outcome} | {number(count)} |"
    yield ""


def _open(made: dict[str, Any], words: Texts) -> Iterator[str]:
    yield from ("## Questions cliniques ouvertes", "")
    yield "Mises en œuvre comme publiées ; voir aussi [la sécurité clinique](../clinical-safety.md)."
    yield from ("", "- 38 °C n’est jamais une fièvre (X1) ; une fatigue qui alite, seule, mène à FIN8 (X12).")
    for one in made["lowerings"]:
        added = ", ".join(_named(sign, words) for sign in one["added"])
        way = f"{one['before']} → {one['after']}"
        yield f"- Ajouter « {added} » peut abaisser l’urgence : {way}, {number(one['count'])} cas."


def _named(sign: str, words: Texts) -> str:
    tally, _, factor = sign.partition(":")
    return words.get("tallies", tally, "items", factor) or words.get("questions", sign, "label") or sign
