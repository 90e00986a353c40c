"""`vigie protocol export`: a protocol in a form made for people or for other systems."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from vigie.rules import library, texts
from vigie.rules.export.fhir import questionnaire
from vigie.rules.export.mermaid import mermaid
from vigie.rules.export.pseudocode import pseudocode
from vigie.rules.export.schemas import json_schema, table_schema
from vigie.rules.export.svg import svg
from vigie.rules.protocol import Protocol
from vigie.rules.texts import Texts

_Made = Callable[[Protocol, Texts], str]


def _json(make: Callable[[Protocol, Texts], dict[str, Any]]) -> _Made:
    def written(protocol: Protocol, words: Texts) -> str:
        return json.dumps(make(protocol, words), ensure_ascii=False, indent=2) + "\n"

    return written


_MAKERS: dict[str, _Made] = {
    "mermaid": mermaid,
    "svg": svg,
    "fhir": _json(questionnaire),
    "table-schema": _json(table_schema),
    "json-schema": _json(json_schema),
    "pseudo-code": pseudocode,
}
FORMS = tuple(_MAKERS)


def export(name: str, form: str, language: str = "fr") -> str:
    """A protocol in one of FORMS, ending with a line feed, its texts in one language.

    Raises ProtocolError when there is no such protocol or language, NotExportable when the form has no
    words for something in the protocol, and KeyError for another form.
    """
    make = _MAKERS[form]
    protocol = library.get(name)
    return make(protocol, texts.load(protocol.full_name, language))
