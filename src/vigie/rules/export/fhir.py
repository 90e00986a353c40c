"""The questions as a FHIR R4 Questionnaire."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from vigie.rules import nodes, types
from vigie.rules.engines.reference import COMPARE
from vigie.rules.export import NotExportable
from vigie.rules.export.conditions import number
from vigie.rules.nodes import Node, Value
from vigie.rules.printing import text_of
from vigie.rules.protocol import Measure, Protocol, Question
from vigie.rules.texts import Texts

Element = dict[str, Any]

EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
ITEM_CONTROL = "http://hl7.org/fhir/questionnaire-item-control"
# A string of R4 holds no white space but spaces, tabs and line ends: read by the letter, no no-break space.
_PLAIN = {ord(space): " " for space in "\u00a0\u202f"}
# Written with "=" for "==" in FHIR; the others are the same.
_OPPOSITES = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def questionnaire(protocol: Protocol, texts: Texts) -> Element:
    """The Questionnaire resource of a protocol in one language.

    It stays a draft: publishing it as active is for whoever answers for its use in their system.
    Raises NotExportable when the condition of a follow-up is beyond what enableWhen can say.
    """
    texts = Texts(texts.language, {path: text.translate(_PLAIN) for path, text in texts.by_path.items()})
    resource: Element = {
        "resourceType": "Questionnaire",
        "id": re.sub(r"[^A-Za-z0-9.-]", "-", f"{protocol.name}-{protocol.version}")[:64],
        "language": texts.language,
        "url": f"urn:vigie:protocol:{protocol.name}",
        "version": protocol.version,
        "name": _computer_name(protocol.name),
        "title": texts.get("title"),
        "status": "draft",
        "subjectType": ["Patient"],
    }
    if texts.get("introduction"):
        resource["description"] = texts.get("introduction").strip()
    return {**resource, "item": [*_questions(protocol, texts), *_postal_code(protocol, texts)]}


def system(protocol: Protocol, question: Question) -> str:
    """The code system of the answers to one question."""
    return f"urn:vigie:protocol:{protocol.name}:{question.id}"


def _computer_name(name: str) -> str:
    # R4 asks for a name fit for programs: a capital, then letters, digits and low lines.
    clean = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return clean[:1].upper() + clean[1:]


# Items


def _questions(protocol: Protocol, texts: Texts) -> Iterator[Element]:
    for question in protocol.questions:
        said = texts.get("questions", question.id, "text")
        conditions = _enabled(protocol, question)
        # A nested item may follow: what helps to answer is written under the question.
        helped = {"item": found} if (found := list(_help(question.id, texts))) else {}
        if question.computed is None:
            own = _answer(protocol, question, texts)
            yield {"linkId": question.id, "text": said, **own, "required": True, **conditions, **helped}
        else:
            items = [*helped.get("item", []), *_measured(protocol, question, texts)]
            yield {
                "linkId": f"{question.id}-group",
                "text": said,
                "type": "group",
                **conditions,
                "item": items,
            }


def _answer(protocol: Protocol, question: Question, texts: Texts) -> Element:
    match question.kind:
        case types.Boolean():
            return {"type": "boolean"}
        case types.Number():
            return {"type": "decimal", **_limits(question)}
        case types.Grade(highest):
            limits = (("minValue", {"valueInteger": 0}), ("maxValue", {"valueInteger": highest}))
            return {"type": "integer", "extension": [_extension(name, value) for name, value in limits]}
        case types.Text():
            return {"type": "string"}
        case _:
            return {
                "type": "choice",
                "answerOption": [
                    {"valueCoding": _coding(protocol, question, code, texts)} for code in question.choices
                ],
            }


def _coding(protocol: Protocol, question: Question, code: str, texts: Texts) -> Element:
    display = texts.get("questions", question.id, "choices", code)
    return {"system": system(protocol, question), "code": code, **({"display": display} if display else {})}


def _measured(protocol: Protocol, question: Question, texts: Texts) -> Iterator[Element]:
    for measure in protocol.measures:
        said = texts.get("measures", measure.id, "text")
        yield {
            "linkId": measure.id,
            "text": said,
            "type": "decimal",
            "required": True,
            **_limits(measure),
        }
    # Not required: a reader that does not calculate would never let anyone finish.
    label = texts.get("questions", question.id, "label") or question.id
    yield {
        "linkId": question.id,
        "text": label,
        "type": "decimal",
        "required": False,
        "readOnly": True,
        **_limits(question),
    }


def _help(name: str, texts: Texts) -> Iterator[Element]:
    said = texts.get("questions", name, "help").strip()
    if said:
        coding = {"system": ITEM_CONTROL, "code": "help"}
        control = _extension("questionnaire-itemControl", {"valueCodeableConcept": {"coding": [coding]}})
        yield {"linkId": f"{name}-help", "text": said, "type": "display", "extension": [control]}


def _postal_code(protocol: Protocol, texts: Texts) -> Iterator[Element]:
    """The columns that are asked although no rule reads them."""
    for column in protocol.columns:
        said = texts.get("questions", column.id, "text")
        if column.kind == "postal_code" and said:
            helped = {"item": found} if (found := list(_help(column.id, texts))) else {}
            yield {"linkId": column.id, "text": said, "type": "string", "required": column.required, **helped}


def _limits(of: Question | Measure) -> Element:
    found = []
    if of.minimum is not None:
        found.append(_extension("minValue", {"valueDecimal": number(of.minimum)}))
    if of.maximum is not None:
        found.append(_extension("maxValue", {"valueDecimal": number(of.maximum)}))
    if of.decimals is not None:
        found.append(_extension("maxDecimalPlaces", {"valueInteger": of.decimals}))
    return {"extension": found} if found else {}


def _extension(name: str, value: Element) -> Element:
    return {"url": EXTENSION + name, **value}


# Conditions


def _enabled(protocol: Protocol, question: Question) -> Element:
    if question.asked is None:
        return {}
    behaviour, conditions = _flat(protocol, question.asked, holds=True)
    enabled: Element = {"enableWhen": conditions}
    # R4 asks for it as soon as there are two conditions.
    return {**enabled, "enableBehavior": behaviour} if len(conditions) > 1 else enabled


def _flat(protocol: Protocol, condition: Node, holds: bool) -> tuple[str, list[Element]]:
    """The conditions for `condition` to be `holds`, and whether all or any of them is needed."""
    match condition:
        case nodes.Not(operand):
            return _flat(protocol, operand, not holds)
        case nodes.And(operands) | nodes.Or(operands):
            # Not (a and b) is (not a) or (not b).
            behaviour = "all" if isinstance(condition, nodes.And) == holds else "any"
            found: list[Element] = []
            for operand in operands:
                inner, conditions = _flat(protocol, operand, holds)
                if len(conditions) > 1 and inner != behaviour:
                    raise NotExportable(f"enableWhen cannot mix all and any: {text_of(condition)}")
                found += conditions
            return behaviour, found
        case nodes.In(nodes.Name(name), values):
            operator = "=" if holds else "!="
            return "any" if holds else "all", [_when(protocol, name, operator, v.value) for v in values]
        case nodes.Name(name):
            return "all", [_when(protocol, name, "=", holds)]
        case nodes.Compare(operator, nodes.Name(name), nodes.Literal(value)):
            return "all", [_compared(protocol, name, operator.replace("==", "="), value, holds)]
        case nodes.Compare(operator, nodes.Literal(value), nodes.Name(name)):
            mirrored = _MIRRORED[operator.replace("==", "=")]
            return "all", [_compared(protocol, name, mirrored, value, holds)]
    raise NotExportable(f"enableWhen cannot say {text_of(condition)}")


def _compared(protocol: Protocol, name: str, operator: str, value: Value, holds: bool) -> Element:
    return _when(protocol, name, operator if holds else _OPPOSITES[operator], value)


def _when(protocol: Protocol, name: str, operator: str, value: Value) -> Element:
    question = protocol.question.get(name)
    if question is None:
        raise NotExportable(f"enableWhen reads answers only, and {name} is not one")
    hidden = question.hidden if question.asked is not None else None
    if hidden is not None and COMPARE["==" if operator == "=" else operator](hidden, value):
        raise NotExportable(
            f"enableWhen is false for {name} when it is not asked, and here that must be true"
        )
    if isinstance(value, bool):
        answer: Element = {"answerBoolean": value}
    elif isinstance(value, str):
        answer = {"answerCoding": {"system": system(protocol, question), "code": value}}
    elif isinstance(value, Decimal) and isinstance(question.kind, types.Number):
        answer = {"answerDecimal": number(value)}
    else:
        answer = {"answerInteger": int(value)}
    return {"question": name, "operator": operator, **answer}
