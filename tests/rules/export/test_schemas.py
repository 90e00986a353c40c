"""Both schemas accept what the engine and the file checker accept, and refuse what these refuse."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.rules.export.cases import NAMES, as_json, each_case, each_protocol, entries
from vigie.rules import codec, explain, library, texts
from vigie.rules.engines import reference
from vigie.rules.export import NotExportable
from vigie.rules.export.conditions import schema_of
from vigie.rules.export.schemas import POSTAL_CODE, UUID, json_schema, table_schema
from vigie.rules.nodes import And, Answered, Compare, In, Literal, Name, Node, Not, Or, Value
from vigie.rules.protocol import Protocol
from vigie.systems.orientation.check import values
from vigie.systems.orientation.evaluate import RefusedAnswers, read_body
from vigie.systems.orientation.generate import Generator

ROOT = Path(__file__).resolve().parents[3]
OFFICIAL = ROOT.parent / "shared" / "data" / "orientation" / "official-table-schema-2020-06-09.json"


def table(name: str, language: str = "fr") -> dict[str, Any]:
    return table_schema(library.get(name), texts.load(name, language))


def validator(name: str, language: str = "fr") -> jsonschema.Draft202012Validator:
    schema = json_schema(library.get(name), texts.load(name, language))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


# Table Schema


def cell_schema(field: dict[str, Any]) -> dict[str, Any]:
    """A field as a JSON Schema of what its cells, which are texts, may hold."""
    limits = field["constraints"]
    if field["type"] == "boolean":
        return {"enum": field["trueValues"] + field["falseValues"]}
    if field["type"] in ("integer", "number"):
        kind = {key: limits[key] for key in ("minimum", "maximum") if key in limits}
        return {"type": field["type"], **kind}
    return {"type": "string", **{key: limits[key] for key in ("enum", "pattern") if key in limits}}


def problems(schema: dict[str, Any], row: dict[str, str]) -> list[str]:
    found = []
    for field in schema["fields"]:
        cell = row[field["name"]]
        if cell == "":
            found += [field["name"]] if field["constraints"]["required"] else []
            continue
        cast = json.loads(cell) if field["type"] in ("integer", "number") else cell
        if not jsonschema.Draft202012Validator(cell_schema(field)).is_valid(cast):
            found.append(field["name"])
    return found


def rows(name: str) -> Iterator[dict[str, str]]:
    protocol = library.get(name)
    generator = Generator(protocol.version, seed=3)
    yield from csv.DictReader([",".join(generator.header), *(line for line, _ in generator.rows(200))])


@each_case
def test_a_table_schema_has_every_column_in_order_with_its_words(name: str, language: str) -> None:
    schema = table(name, language)
    assert [f["name"] for f in schema["fields"]] == [c.id for c in library.get(name).columns]
    assert all(f["description"] for f in schema["fields"])
    assert json.loads(json.dumps(schema)) == schema


@each_protocol
def test_generated_rows_fit_the_table_schema(name: str) -> None:
    schema = table(name)
    assert not [found for row in rows(name) if (found := problems(schema, row))]


@each_protocol
def test_the_table_schema_refuses_other_cells(name: str) -> None:
    schema, row = table(name), next(rows(name))
    for column, cell in [
        ("imc", "70.1"),
        ("imc", "9"),
        ("cough", "yes"),
        ("cough", ""),
        ("orientation", "FIN5"),
        ("duration", "-1"),
        ("postal_code", "1"),
        ("temperature_cat", "38"),
        ("algo_version", "2020-01-01"),
    ]:
        assert problems(schema, {**row, column: cell}) == [column]
    assert not problems(schema, {**row, "tiredness_details": "", "postal_code": "", "pregnant": "true"})


def test_patterns_are_those_of_the_file_checker() -> None:
    assert f"^({values.POSTAL_CODE.pattern})$" == POSTAL_CODE
    assert f"^{values.UUID.pattern}$" == UUID


def test_the_table_schema_says_what_the_official_one_says() -> None:
    if not OFFICIAL.exists():
        pytest.skip("the official Table Schema is not beside this repository")
    official = {f["name"]: f for f in json.loads(OFFICIAL.read_text(encoding="utf-8"))["fields"]}
    ours = {f["name"]: f for f in table("orientation/2020-06-09")["fields"]}
    # The identifier is optional, and the official schema of this version leaves it out.
    assert ours.pop("id")["constraints"]["required"] is False
    assert ours.keys() == official.keys()
    for name, field in official.items():
        limits, own = field["constraints"], ours[name]["constraints"]
        assert ours[name]["type"] == field["type"], name
        assert own["required"] == limits["required"], name
        assert set(ours[name].get("trueValues", [])) == set(field.get("trueValues", [])), name
        assert set(ours[name].get("falseValues", [])) == set(field.get("falseValues", [])), name
        assert (own.get("minimum"), own.get("maximum")) == (limits.get("minimum"), limits.get("maximum")), (
            name
        )
        if "enum" in limits:
            assert set(own["enum"]) == set(limits["enum"]), name


# JSON Schema


@each_case
def test_complete_answers_fit_and_are_read_as_complete(name: str, language: str) -> None:
    protocol, judge = library.get(name), validator(name, language)
    for answers in entries(protocol):
        body = as_json(answers)
        judge.validate(body)
        assert reference.next_question(protocol, read_body(protocol, body)) is None
        # The same with every closed answer written as a text, as in files.
        judge.validate({k: v if isinstance(v, float) else codec.write(v) for k, v in body.items()})


@each_protocol
def test_answers_with_a_gap_an_addition_or_a_wrong_value_are_refused(name: str) -> None:
    protocol, judge = library.get(name), validator(name)
    for answers in entries(protocol, 10):
        body = as_json(answers)
        for question in body:
            assert not judge.is_valid({k: v for k, v in body.items() if k != question}), question
            for wrong in ("yes", None, 71, [], "sup_100"):
                assert not judge.is_valid({**body, question: wrong}), (question, wrong)
        assert not judge.is_valid({**body, "age": 40})


@each_protocol
def test_every_accepted_spelling_is_read_as_it_is_meant(name: str) -> None:
    protocol, judge = library.get(name), validator(name)
    for question in protocol.questions:
        for spelling in judge.schema["properties"][question.id].get("enum", []):
            written = spelling if isinstance(spelling, str) else json.dumps(spelling)
            assert codec.write(codec.read(question, written)) in (*question.choices, "true", "false")


@each_protocol
def test_measures_stand_for_the_computed_answer(name: str) -> None:
    judge, answers = validator(name), next(entries(library.get(name)))
    body = {k: v for k, v in as_json(answers).items() if k != "imc"}
    assert judge.is_valid({**body, "weight": 70, "height": 175.5})
    assert not judge.is_valid({**body, "weight": 70})
    assert not judge.is_valid({**body, "weight": 70, "height": 1.75})


def test_an_answer_not_asked_for_is_absent_or_has_its_hidden_value() -> None:
    name = "orientation/2020-04-06"
    protocol, judge = library.get(name), validator(name)
    body = as_json(next(entries(protocol)))
    body = {k: v for k, v in body.items() if k not in ("temperature_cat", "tiredness_details")}
    body |= {"fever": "999", "tiredness": False}
    assert judge.is_valid(body)
    assert judge.is_valid({**body, "temperature_cat": "NSP", "tiredness_details": "0"})
    for contradiction in ({"temperature_cat": "sup_39"}, {"tiredness_details": True}):
        assert not judge.is_valid({**body, **contradiction})
        with pytest.raises(RefusedAnswers):
            read_body(protocol, {**body, **contradiction})


FEVER, COLD = Compare("==", Name("fever"), Literal("1")), In(Name("temperature_cat"), (Literal("inf_35.5"),))
RESTS, TIRED = Name("tiredness_details"), Name("tiredness")
OBESE = Compare(">=", Name("imc"), Literal(30))
CONDITIONS: list[Node] = [
    FEVER,
    RESTS,
    Not(RESTS),
    Compare("!=", Name("fever"), Literal("0")),
    Compare("==", TIRED, Literal(False)),
    In(Name("fever"), (Literal("0"), Literal("999"))),
    And((FEVER, TIRED)),
    Or((COLD, RESTS)),
    Not(And((FEVER, Not(RESTS)))),
    In(Name("temperature_cat"), (Literal("NSP"), Literal("sup_39"))),
    And((Or((FEVER, TIRED)), Not(OBESE))),
    *(Compare(sign, Name("imc"), Literal(30)) for sign in reference.COMPARE),
    *(Compare(sign, Literal(30), Name("imc")) for sign in reference.COMPARE),
    Literal(True),
    Not(Literal(True)),
]


def states(protocol: Protocol) -> Iterator[tuple[dict[str, Value | None], dict[str, Any]]]:
    """Values as the engine sees them, and the answers given."""
    asked = ("fever", "temperature_cat", "tiredness", "tiredness_details")
    codes = [explain.answer_values(protocol, protocol.question[q]) for q in asked]
    for *given, imc in product(*codes, (29.9, 30.0, 30.1)):
        answers = {**dict(zip(asked, given, strict=True)), "imc": imc}
        seen, imputed = reference.visible_answers(protocol, answers)
        yield seen, {k: v for k, v in answers.items() if k not in imputed}


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_conditions_mean_in_a_schema_what_they_mean_to_the_engine(condition: Node) -> None:
    protocol = library.get("orientation/2020-04-06")
    judge = jsonschema.Draft202012Validator(schema_of(protocol, condition))
    for seen, given in states(protocol):
        assert judge.is_valid(given) is reference.value_of(condition, seen), given


def test_what_a_schema_cannot_say_is_refused() -> None:
    protocol = library.get(NAMES[0])
    for condition in (Answered(TIRED), Name("fever_algo"), Compare("==", TIRED, RESTS)):
        with pytest.raises(NotExportable):
            schema_of(protocol, condition)
