"""docs/language.md, made from the tables. `python -m tests.rules.spec.document` writes it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.rules.spec.tables import QUESTIONS, REFUSALS, SECTIONS, Case

PATH = Path(__file__).parents[3] / "docs" / "language.md"

HEAD = """# The language of protocols

This page is made from the specification tests (`tests/rules/spec/tables.py`): every line of every table runs on every
engine. `make docs` writes it again.

A protocol is one YAML 1.2 file, `protocols/NAME/VERSION/protocol.yaml`. Every scalar is read as text: `2020-06-09` stays
a version and `no` stays `no`. Keys are checked; an error names the file, the line, the column, what is wrong and what was
expected. Aliases are refused. Texts for people live beside it, in `texts.fr.yaml` and `texts.en.yaml`.

## The file

| section | holds |
|---|---|
| `protocol`, `version` | the name; a published version is frozen, a test guards its digest |
| `scales` | ordinal scales: a name and its grades, the lowest first |
| `measures` | numbers asked only to compute an answer (weight, height), never stored: `id`, `minimum`, `maximum`, `decimals` |
| `questions` | in the order in which they are asked; see below |
| `derived` | values calculated from the answers: `- name: expression` |
| `tallies` | named lists of conditions that are counted: `name:` then `- factor: condition` |
| `decision` | clauses tried in order: `clause`, `when`, and `outcome` or `then` (clauses inside) |
| `outcomes` | `id`, published `code`, and `urgency` (1 is the most urgent; none stands outside the scale) |
| `modes`, `alerts` | rules that can fire together: `item`, `rule`, `severity`, `when`, and the `modes` they belong to |
| `exempt` | when nothing else need be answered, and the code that then stands in files |
| `promises` | properties that hold for every entry, with `outcome` as a name: proved by `vigie protocol prove` |
| `columns` | the upload format, in order: `id`, `kind`, `required` |
| `examples` | worked examples: `note`, `answers`, `outcome` |

A question has an `id` and a `kind`:

| kind | answers | as written |
|---|---|---|
| `boolean` | true, false | `true`, `false`, `1`, `0` |
| `choice` | one of `choices`; `reads` gives other spellings, `ranges` the whole numbers each stands for | its code |
| `scale` | a grade of `scale`, from 0 | its number |
| `number` | from `minimum` to `maximum`, stored with `decimals`; compared as given | a decimal point |
| `text` | free text, only present or absent | as it is |

`asked` is the condition of a follow-up, on earlier questions, and `hidden` the value it takes when it is not asked.
`computed` is the formula of a number from measures, with `+ - * / **` and `round_half_up(x, decimals)`, exact.

**The decision.** Clauses are tried in order and the first that holds decides. Entering a clause is final: if it has clauses
inside and none of them holds, there is no outcome. While a clause on the way is not known, there is no outcome yet.

## Expressions

A small typed subset of Python's syntax; nothing is ever executed. The tables below are about these questions:

```yaml
"""


def document() -> str:
    """The page."""
    return "\n".join([HEAD + QUESTIONS.strip(), "```", "", *_sections(), *_refusals()]) + "\n"


def _sections() -> Iterator[str]:
    for section in SECTIONS:
        yield from (f"### {section.title}", "", section.text, "")
        yield from ("| expression | answers | value |", "|---|---|---|")
        for case in section.cases:
            yield f"| `{case.expression}` | {_answers(case)} | {_value(case.value)} |"
        yield ""


def _answers(case: Case) -> str:
    parts = [_listed(case.answers)]
    if case.previous:
        parts.append(f"before: {_listed(case.previous)}")
    if case.lowest:
        parts.append(f"lowest in 24 h: {_listed(case.lowest)}")
    return "; ".join(parts)


def _listed(answers: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in answers.items()) or "none"


def _value(value: bool | None) -> str:
    return {True: "true", False: "false", None: "*not known*"}[value]


def _refusals() -> Iterator[str]:
    yield from ("## What is refused", "", "Each with its place and a sentence:", "")
    yield from ("| expression | column | says |", "|---|---|---|")
    for one in REFUSALS:
        yield f"| `{one.expression}` | {one.column} | … {one.says} … |"


if __name__ == "__main__":
    PATH.write_text(document(), encoding="utf-8")
