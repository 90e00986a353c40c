"""The schemas of a protocol: Table Schema for its upload files, JSON Schema for one set of answers."""

from __future__ import annotations

from typing import Any

from vigie.rules import codec, types
from vigie.rules.export.conditions import enum, number, schema_of, spelled
from vigie.rules.export.words import word
from vigie.rules.protocol import Column, Measure, Protocol, Question
from vigie.rules.texts import Texts

Schema = dict[str, Any]

TRUE_VALUES = [text for text, value in codec.BOOLEANS.items() if value]
FALSE_VALUES = [text for text, value in codec.BOOLEANS.items() if not value]
# Patterns of Table Schema match whole values; the anchors are for the readers that only search.
POSTAL_CODE = "^([0-9]{5}|[0-9]{2}XXX|2[AB]XXX|97[0-9]XX|[0-9]{2}|2[AB]|97[0-9])$"
UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


# Table Schema


def table_schema(protocol: Protocol, texts: Texts) -> Schema:
    """The Frictionless Table Schema of the upload file, its fields in the order of the header."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "name": f"{protocol.name}-{protocol.version}",
        "title": f"{texts.get('title')} – {word(texts, 'table')}",
        "version": protocol.version,
        "fields": [_field(protocol, column, texts) for column in protocol.columns],
        "missingValues": [""],
    }


def _field(protocol: Protocol, column: Column, texts: Texts) -> Schema:
    field: Schema = {"name": column.id}
    title = texts.get("questions", column.id, "label") or texts.get("derived", column.id)
    description = texts.get("columns", column.id)
    if title:
        field["title"] = title
    if description:
        field["description"] = description
    shape = _column_shape(protocol, column)
    constraints = {"required": _required(protocol, column), **shape.pop("constraints", {})}
    return {**field, **shape, "constraints": constraints}


def _required(protocol: Protocol, column: Column) -> bool:
    # A follow-up that was not asked may be left empty, and a Table Schema cannot say when.
    question = protocol.question.get(column.id)
    return column.required and (question is None or question.asked is None)


def _column_shape(protocol: Protocol, column: Column) -> Schema:
    match column.kind:
        case "version":
            return {"type": "date", "constraints": {"enum": [protocol.version]}}
        case "date":
            return {"type": "date"}
        case "timestamp":
            return {"type": "datetime"}
        case "duration":
            return {"type": "integer", "constraints": {"minimum": 0}}
        case "postal_code":
            return {"type": "string", "constraints": {"pattern": POSTAL_CODE}}
        case "uuid":
            return {"type": "string", "format": "uuid", "constraints": {"pattern": UUID}}
        case "outcome":
            return {"type": "string", "constraints": {"enum": [o.code for o in protocol.outcomes]}}
        case "answer":
            return _answer_shape(protocol.question[column.id])
        case "derived":
            kinds = {derived.id: derived.kind for derived in protocol.derived}
            return _boolean() if isinstance(kinds[column.id], types.Boolean) else {"type": "string"}


def _answer_shape(question: Question) -> Schema:
    match question.kind:
        case types.Boolean():
            return _boolean()
        case types.Number():
            return {"type": "number", "constraints": _bounds(question)}
        case types.Grade(highest):
            return {"type": "integer", "constraints": {"minimum": 0, "maximum": highest}}
        case types.Text():
            return {"type": "string"}
        case _:
            return {"type": "string", "constraints": {"enum": list(codec.spellings(question))}}


def _boolean() -> Schema:
    return {"type": "boolean", "trueValues": TRUE_VALUES, "falseValues": FALSE_VALUES}


def _bounds(of: Question | Measure) -> Schema:
    bounds: Schema = {}
    if of.minimum is not None:
        bounds["minimum"] = number(of.minimum)
    if of.maximum is not None:
        bounds["maximum"] = number(of.maximum)
    return bounds


# JSON Schema


def json_schema(protocol: Protocol, texts: Texts) -> Schema:
    """The JSON Schema (2020-12) of one complete set of answers, as `vigie … evaluate` reads it.

    A closed answer may have any spelling that is read, as a text or as a JSON boolean or number; a
    number is a JSON number, since a schema cannot bound one written as a text. A computed answer may be
    replaced by its measures. A question that is not asked is absent, or holds the value it then takes.
    Raises NotExportable when the condition of a follow-up cannot be said in a schema.
    """
    always = [q for q in protocol.questions if q.asked is None]
    rules = [_follow_up(protocol, q) for q in protocol.questions if q.asked is not None]
    rules += [_computed(protocol, q) for q in always if q.computed is not None]
    schema: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:vigie:protocol:{protocol.name}:{protocol.version}:answers",
        "title": f"{texts.get('title')} – {word(texts, 'answers')}",
        "type": "object",
        "properties": {
            **{q.id: _property(q, texts) for q in protocol.questions},
            **{m.id: _measure(m, texts) for m in protocol.measures},
        },
        "required": [q.id for q in always if q.computed is None],
        "additionalProperties": False,
    }
    return {**schema, "allOf": rules} if rules else schema


def _property(question: Question, texts: Texts) -> Schema:
    schema: Schema = {
        "title": texts.get("questions", question.id, "label") or question.id,
        "description": _described(question, texts),
    }
    match question.kind:
        case types.Number():
            return {**schema, "type": "number", **_bounds(question)}
        case types.Text():
            return {**schema, "type": "string"}
        case _:
            return {**schema, **enum(spelled(question))}


def _described(question: Question, texts: Texts) -> str:
    text = texts.get("questions", question.id, "text")
    choices = texts.under("questions", question.id, "choices")
    listed = " ; ".join(f"{code} = {said}" for code, said in choices.items())
    return f"{text} ({listed})" if listed else text


def _measure(measure: Measure, texts: Texts) -> Schema:
    return {
        "title": texts.get("measures", measure.id, "label") or measure.id,
        "description": texts.get("measures", measure.id, "text"),
        "type": "number",
        **_bounds(measure),
    }


def _follow_up(protocol: Protocol, question: Question) -> Schema:
    assert question.asked is not None
    return {
        "if": schema_of(protocol, question.asked),
        "then": {"required": [question.id]},
        "else": {"properties": {question.id: _hidden(question)}},
    }


def _hidden(question: Question) -> Schema | bool:
    """What a question that is not asked may still hold: the value it takes, or nothing at all."""
    if question.hidden is None:
        return False
    if isinstance(question.kind, types.Number | types.Text):
        hidden = question.hidden
        return {"const": hidden if isinstance(hidden, str) else number(hidden)}
    return enum(spelled(question, lambda value: value == question.hidden))


def _computed(protocol: Protocol, question: Question) -> Schema:
    return {"anyOf": [{"required": [question.id]}, {"required": [m.id for m in protocol.measures]}]}
