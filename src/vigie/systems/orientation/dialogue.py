"""One questionnaire in the terminal: questions asked one by one, or JSON read and answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import click

from vigie.rules import codec, library, texts
from vigie.rules.engines import reference
from vigie.rules.errors import AnswerError, ProtocolError
from vigie.rules.protocol import Measure, Protocol, Question
from vigie.rules.texts import Texts
from vigie.systems.orientation.codes import NAME
from vigie.systems.orientation.evaluate import Answers, RefusedAnswers, judge, read_body


def evaluate(
    version: str, source: IO[bytes] | None, overlay: Path | None, as_json: bool, language: str
) -> int:
    """Judge one questionnaire. Returns 0, 1 while answers are missing to decide, 2 when they are refused."""
    protocol = library.get(f"{NAME}/{version}")
    try:
        words = texts.load(protocol.full_name, language, overlay)
        answers = _read(protocol, source) if source else ask(protocol, words)
    except (RefusedAnswers, ProtocolError) as error:
        problems = error.problems if isinstance(error, RefusedAnswers) else [error]
        for problem in problems:
            click.echo(str(problem), err=True)
        return 2
    result = judge(protocol, answers, words)
    click.echo(
        json.dumps(result, ensure_ascii=False, indent=2)
        if as_json
        else "\n".join(_told(protocol, result, words))
    )
    return 0 if result["outcome"] else 1


def _read(protocol: Protocol, source: IO[bytes]) -> Answers:
    try:
        body = json.loads(source.read(), parse_float=str, parse_int=str)  # numbers as they are written
    except (ValueError, RecursionError) as error:
        raise RefusedAnswers([AnswerError("JSON", f"illisible ({error})")]) from None
    return read_body(protocol, body)


def ask(protocol: Protocol, words: Texts) -> Answers:
    """Every question that is to be asked, in order, until all are answered."""
    answers: Answers = {}
    while (question := reference.next_question(protocol, answers)) is not None:
        done = sum(q.id in answers for q in protocol.questions)
        click.secho(
            f"\n[{done + 1}/{len(protocol.questions)}] {words.get('questions', question.id, 'text')}",
            bold=True,
        )
        help_text = words.get("questions", question.id, "help").strip()
        if help_text:
            click.echo(help_text)
        answers[question.id] = (
            _ask_measures(protocol, question, words) if question.computed else _ask_one(question, words)
        )
    return answers


def _ask_one(question: Question, words: Texts) -> Any:
    if not question.choices:
        return _ask_text(lambda text: codec.read(question, text), "")
    for i, code in enumerate(question.choices, start=1):
        click.echo(f"  {i}. {words.get('questions', question.id, 'choices', code, default=code)}")
    chosen = click.prompt(">", type=click.IntRange(1, len(question.choices)), prompt_suffix=" ")
    return codec.read(question, question.choices[chosen - 1])


def _ask_measures(protocol: Protocol, question: Question, words: Texts) -> Decimal:
    while True:
        measures = {m.id: _ask_measure(m, words) for m in protocol.measures}
        try:
            return reference.compute(question, measures)
        except AnswerError as error:
            click.echo(error.what)


def _ask_measure(measure: Measure, words: Texts) -> Decimal:
    unit = words.get("measures", measure.id, "unit")
    label = words.get("measures", measure.id, "text")
    return _ask_text(lambda text: codec.read_measure(measure, text.replace(",", ".")), f"  {label} ({unit})")


def _ask_text(read: Callable[[str], Any], label: str) -> Any:
    while True:
        text = click.prompt(label or ">", prompt_suffix=" ")
        try:
            return read(text.strip())
        except AnswerError as error:
            click.echo(error.what)


def _told(protocol: Protocol, result: dict[str, Any], words: Texts) -> list[str]:
    lines = ["", click.style(result["title"], bold=True), "", result["message"], "", result["everybody"], ""]
    if result["why"]:
        lines += [result["why"]]
    for tally, found in result["factors"].items():
        if found:
            lines.append(f"{words.get('tallies', tally, 'label')} : {' ; '.join(found.values())}")
    if result["counterfactuals"]:
        lines += [
            "",
            "Autre réponse, autre orientation :"
            if words.language == "fr"
            else "Another answer, another outcome:",
        ]
        lines += [
            f"  {_change(c, words)} → {words.get('outcomes', c['fin'], 'title')}"
            for c in result["counterfactuals"]
        ]
    return lines


def _change(counterfactual: dict[str, Any], words: Texts) -> str:
    changes = counterfactual["changes"].items()
    return ", ".join(
        f"{words.get('questions', n, 'label')} : {words.get('questions', n, 'choices', value, default=value)}"
        for n, value in changes
    )
