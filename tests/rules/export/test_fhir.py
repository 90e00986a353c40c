"""The Questionnaire is one by the definitions of R4, and opens its follow-ups when the engine asks them."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.rules.export.cases import each_case, each_protocol
from tests.rules.export.test_schemas import CONDITIONS, FEVER, OBESE, RESTS, TIRED, states
from vigie.rules import library, texts
from vigie.rules.engines import reference
from vigie.rules.export import NotExportable
from vigie.rules.export.fhir import questionnaire
from vigie.rules.nodes import And, Answered, Name, Node, Not, Or
from vigie.rules.protocol import Protocol
from vigie.rules.types import Boolean

# Installed there by the Makefile, from the lock in the folder "definitions" beside this file.
DEFINITIONS = Path(sys.prefix) / "fhir" / "node_modules" / "@medplum" / "definitions" / "dist" / "fhir" / "r4"

Element = dict[str, Any]


def made(name: str, language: str = "fr") -> Element:
    return questionnaire(library.get(name), texts.load(name, language))


def items(within: Element) -> Iterator[Element]:
    for item in within.get("item", []):
        yield item
        yield from items(item)


@cache
def definitions() -> jsonschema.Draft6Validator:
    path = DEFINITIONS / "fhir.schema.json"
    if not path.exists():
        reason = "the definitions of FHIR R4 are not installed: run make test"
        if "MAKELEVEL" in os.environ:
            pytest.fail(reason)
        pytest.skip(reason)
    schema = json.loads(path.read_text(encoding="utf-8"))
    # The whole schema tries every resource in turn; its errors would name none.
    return jsonschema.Draft6Validator(
        {
            "$schema": schema["$schema"],
            "$ref": "#/definitions/Questionnaire",
            "definitions": schema["definitions"],
        }
    )


@each_case
def test_it_is_a_questionnaire_by_the_definitions_of_r4(name: str, language: str) -> None:
    found = [error.message for error in definitions().iter_errors(made(name, language))]
    assert not found


def test_the_definitions_refuse_what_is_none() -> None:
    whole = made("orientation/2020-06-09")
    for change in ({"status": "ready"}, {"items": []}, {"item": [{"linkId": "a", "type": "yesno"}]}):
        assert not definitions().is_valid({**whole, **change})


@each_case
def test_it_keeps_the_rules_of_r4_that_a_schema_cannot_say(name: str, language: str) -> None:
    whole = made(name, language)
    every = list(items(whole))
    names = [item["linkId"] for item in every]
    assert len(names) == len(set(names))  # que-2
    assert re.fullmatch(r"[A-Z][A-Za-z0-9_]{0,254}", whole["name"])  # que-0
    for item in every:
        assert item["type"] != "group" or item["item"]  # que-1
        assert item["type"] != "display" or not {"item", "required", "answerOption", "readOnly"} & item.keys()
        assert (item["type"] == "choice") == ("answerOption" in item)  # que-5
        assert len(item.get("enableWhen", [])) < 2 or "enableBehavior" in item  # que-12
        assert {w["question"] for w in item.get("enableWhen", [])} <= set(names)


@each_case
def test_every_question_is_there_with_its_words_and_codes(name: str, language: str) -> None:
    protocol, words = library.get(name), texts.load(name, language)
    whole = made(name, language)
    by_id = {item["linkId"]: item for item in items(whole)}
    assert (whole["version"], whole["status"], whole["language"]) == (protocol.version, "draft", language)
    assert whole["url"] == "urn:vigie:protocol:orientation"
    plain = str.maketrans("\u00a0\u202f", "  ")
    for question in protocol.questions:
        item = by_id[question.id]
        if question.computed is not None:
            continue
        assert item["required"] is True
        assert item["text"] == words.get("questions", question.id, "text").translate(plain)
        if isinstance(question.kind, Boolean):
            assert item["type"] == "boolean"
            continue
        assert item["type"] == "choice"
        codings = [option["valueCoding"] for option in item["answerOption"]]
        assert tuple(c["code"] for c in codings) == question.choices
        assert [c["display"] for c in codings] == [
            words.get("questions", question.id, "choices", code).translate(plain) for code in question.choices
        ]
    extra = [m.id for m in protocol.measures] + ["imc-group", "postal_code"]
    helps = {i for i in by_id if i.endswith("-help")}
    assert by_id.keys() - helps == {q.id for q in protocol.questions} | set(extra)


@each_protocol
def test_the_body_mass_index_comes_from_its_measures(name: str) -> None:
    group = next(item for item in made(name)["item"] if item["linkId"] == "imc-group")
    weight, height, imc = (item for item in group["item"] if item["type"] == "decimal")
    assert [i["linkId"] for i in (weight, height, imc)] == ["weight", "height", "imc"]
    assert imc["readOnly"] and weight["required"] and height["required"]
    limits = {e["url"].rsplit("/", 1)[1]: e.get("valueDecimal") for e in imc["extension"]}
    assert (limits["minValue"], limits["maxValue"]) == (10, 70)


# enableWhen


def met(when: Element, given: dict[str, Any]) -> bool:
    """One condition by the words of R4: false as long as the question has no answer."""
    if when["question"] not in given:
        return False
    answer = next(value for key, value in when.items() if key.startswith("answer"))
    value = answer["code"] if isinstance(answer, dict) else answer
    operator = "==" if when["operator"] == "=" else when["operator"]
    return bool(reference.COMPARE[operator](given[when["question"]], value))


def enabled(item: Element, given: dict[str, Any]) -> bool:
    conditions = [met(when, given) for when in item.get("enableWhen", [])]
    return any(conditions) if item.get("enableBehavior") == "any" else all(conditions)


def asking(protocol: Protocol, condition: Node) -> Element:
    """The item of a question that is asked on a condition."""
    question = replace(protocol.question["cough"], asked=condition)
    changed = replace(protocol, questions=(*(q for q in protocol.questions if q.id != "cough"), question))
    found = items(questionnaire(changed, texts.load(protocol.full_name)))
    return next(item for item in found if item["linkId"] == "cough")


@each_protocol
def test_follow_ups_open_when_the_engine_asks_them(name: str) -> None:
    by_id = {item["linkId"]: item for item in items(made(name))}
    assert by_id["tiredness_details"]["enableWhen"] == [
        {"question": "tiredness", "operator": "=", "answerBoolean": True}
    ]
    if "fever" in by_id:
        when = by_id["temperature_cat"]["enableWhen"]
        assert [(w["question"], w["operator"], w["answerCoding"]["code"]) for w in when] == [
            ("fever", "=", "1")
        ]
    gated = {item["linkId"] for item in by_id.values() if "enableWhen" in item}
    assert gated == {q.id for q in library.get(name).questions if q.asked is not None}


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_conditions_mean_in_fhir_what_they_mean_to_the_engine(condition: Node) -> None:
    protocol = library.get("orientation/2020-04-06")
    try:
        item = asking(protocol, condition)
    except NotExportable:
        return  # the next test says which these may be
    for seen, given in states(protocol):
        assert enabled(item, given) is reference.value_of(condition, seen), given


def test_only_what_enable_when_cannot_say_is_refused() -> None:
    protocol = library.get("orientation/2020-04-06")
    refused = [
        Not(RESTS),  # true when not asked, where FHIR says false
        And((Or((FEVER, TIRED)), Not(OBESE))),  # all and any
        Answered(TIRED),
        Name("fever_algo"),
    ]
    for condition in refused:
        with pytest.raises(NotExportable):
            asking(protocol, condition)
    for condition in (FEVER, RESTS, OBESE, And((FEVER, TIRED, Not(OBESE))), Not(And((FEVER, TIRED)))):
        asking(protocol, condition)
