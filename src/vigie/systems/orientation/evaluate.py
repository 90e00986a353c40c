"""Judging one questionnaire: answers as JSON in, outcome with its reasons out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from vigie.rules import codec, explain
from vigie.rules.engines import reference
from vigie.rules.errors import AnswerError
from vigie.rules.nodes import Value
from vigie.rules.protocol import NO_OUTCOME, Protocol
from vigie.rules.texts import Texts
from vigie.systems.orientation.codes import SECTIONS

Answers = dict[str, Value | None]


class RefusedAnswers(Exception):
    """The answers cannot be judged; `problems` says why, field by field."""

    def __init__(self, problems: list[AnswerError]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def read_body(protocol: Protocol, body: object) -> Answers:
    """Typed answers from a JSON object: flat, or in the sections of the ministry's API.

    `weight` (kg) and `height` (cm) stand for the body mass index. Metadata and calculated values are
    ignored: everything is recomputed. Raises RefusedAnswers.
    """
    if not isinstance(body, dict):
        raise RefusedAnswers([AnswerError("", "un objet JSON est attendu")])
    try:
        flat = _flatten(body.get("questionnaire", body))
    except RecursionError:
        raise RefusedAnswers([AnswerError("", "trop de niveaux imbriqués")]) from None
    problems: list[AnswerError] = []
    answers: Answers = {}
    measures: dict[str, Decimal] = {}
    for name, text in flat.items():
        try:
            _read_one(protocol, name, text, answers, measures)
        except AnswerError as error:
            problems.append(error)
    _compute(protocol, answers, measures, problems)
    if not problems:
        problems = [
            AnswerError(name, "la question n’est pas posée avec ces réponses")
            for name in reference.hidden_answers(protocol, answers)
        ]
    if problems:
        raise RefusedAnswers(problems)
    # What a hidden question holds is no answer: were it asked, anything could be answered.
    for name in reference.visible_answers(protocol, answers)[1]:
        answers.pop(name, None)
    return answers


def _flatten(body: object) -> dict[str, str]:
    if not isinstance(body, dict):
        raise RefusedAnswers([AnswerError("questionnaire", "un objet JSON est attendu")])
    flat: dict[str, str] = {}
    for key, value in body.items():
        if key in SECTIONS and isinstance(value, dict):
            flat.update(_flatten(value))
        elif value is not None:
            flat[key] = str(value) if isinstance(value, str | Decimal) else json.dumps(value, default=str)
    return flat


def _read_one(
    protocol: Protocol, name: str, text: str, answers: Answers, measures: dict[str, Decimal]
) -> None:
    measure = next((m for m in protocol.measures if m.id == name), None)
    if name in protocol.question:
        answers[name] = codec.read(protocol.question[name], text)
    elif measure is not None:
        measures[name] = codec.read_measure(measure, text)
    elif name not in protocol.column and name != "token":
        raise AnswerError(name, "cette question n’existe pas dans cette version")


def _compute(
    protocol: Protocol, answers: Answers, measures: dict[str, Decimal], problems: list[AnswerError]
) -> None:
    for question in protocol.questions:
        if question.computed is None or answers.get(question.id) is not None or not measures:
            continue
        lacking = [m.id for m in protocol.measures if m.id not in measures]
        try:
            if lacking:
                raise AnswerError(lacking[0], f"manque pour calculer {question.id}")
            answers[question.id] = reference.compute(question, measures)
        except AnswerError as error:
            problems.append(error)


def judge(protocol: Protocol, answers: Mapping[str, Value | None], texts: Texts) -> dict[str, Any]:
    """The outcome with its message, reasons and the single answers that would change it, as JSON."""
    explained = explain.explain(protocol, answers)
    result = explained.result
    outcome = result.outcome if result.outcome != NO_OUTCOME else None
    return {
        "protocol": protocol.full_name,
        "outcome": protocol.outcome[outcome].code if outcome else None,
        "fin": outcome,
        "title": texts.get("outcomes", outcome, "title") if outcome else "",
        "message": texts.get("outcomes", outcome, "message").strip() if outcome else "",
        "everybody": texts.get("everybody").strip(),
        "path": list(result.path),
        "why": texts.get("clauses", result.path[-1]) if result.path else "",
        "factors": {
            tally: {f: texts.get("tallies", tally, "items", f) for f in found}
            for tally, found in explained.factors.items()
        },
        "derived": {d.id: result.values[d.id] for d in protocol.derived},
        "imputed": list(result.imputed),
        "missing": [
            q.id for q in protocol.questions if q.id not in result.imputed and result.values[q.id] is None
        ],
        "counterfactuals": [
            {
                "question": c.question,
                "changes": {name: codec.write(value) for name, value in c.changes.items()},
                "outcome": protocol.outcome[c.outcome].code if c.outcome != NO_OUTCOME else None,
                "fin": c.outcome,
            }
            for c in explained.counterfactuals
        ],
    }
