"""Every form of every protocol, as the command gives it."""

from __future__ import annotations

import json

import pytest

from vigie.rules import library
from vigie.rules.errors import ProtocolError
from vigie.systems.protocol.export import FORMS, export


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", library.names())
def test_every_form_is_made_the_same_each_time(name: str, form: str) -> None:
    for language in ("fr", "en"):
        made = export(name, form, language)
        assert made == export(name, form, language)
        assert made.endswith("\n") and not made.endswith("\n\n")
        if form not in ("mermaid", "svg", "pseudo-code"):
            json.loads(made)


def test_the_forms_are_these() -> None:
    assert set(FORMS) == {"mermaid", "svg", "fhir", "table-schema", "json-schema", "pseudo-code"}


def test_an_unknown_protocol_or_language_is_refused() -> None:
    with pytest.raises(ProtocolError):
        export("orientation/1999-01-01", "svg")
    with pytest.raises(ProtocolError):
        export(library.names()[0], "svg", "xx")
