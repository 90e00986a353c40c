"""The columns and values of 2020-06-09 are those of the ministry's own schema, where it is at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.systems.orientation.rows import LATEST, check_rows, protocol, right
from vigie.rules import codec

OFFICIAL = (
    Path(__file__).parents[4] / "shared" / "data" / "orientation" / "official-table-schema-2020-06-09.json"
)

pytestmark = pytest.mark.skipif(
    not OFFICIAL.exists(), reason="the ministry's schema is not beside this repository"
)


@pytest.fixture
def fields() -> dict[str, dict[str, Any]]:
    schema = json.loads(OFFICIAL.read_text(encoding="utf-8"))
    return {field["name"]: field for field in schema["fields"]}


def test_the_columns(fields: dict[str, dict[str, Any]]) -> None:
    # The schema leaves out `id`, which the implementation page makes optional (X7).
    assert set(fields) | {"id"} == {column.id for column in protocol(LATEST).columns}


def test_what_may_be_left_out(fields: dict[str, dict[str, Any]]) -> None:
    optional = {name for name, field in fields.items() if not field["constraints"]["required"]}
    assert optional == {"postal_code", "tiredness_details"}
    # Ours asks for the column of the second and lets its cell be blank where it is not asked (X20).
    assert {c.id for c in protocol(LATEST).columns if not c.required} == {"postal_code", "id"}


def test_the_values(fields: dict[str, dict[str, Any]]) -> None:
    for name, field in fields.items():
        question = protocol(LATEST).question.get(name)
        listed = field["constraints"].get("enum")
        if name == "orientation":
            assert set(listed) == set(protocol(LATEST).outcome_by_code)
        elif question is None:
            assert listed is None
        elif listed is not None:
            assert set(listed) == set(codec.spellings(question)), name
        elif field["type"] == "boolean":
            assert set(field["trueValues"]) | set(field["falseValues"]) == set(codec.spellings(question))


def test_the_bounds(fields: dict[str, dict[str, Any]]) -> None:
    imc = protocol(LATEST).question["imc"]
    assert (imc.minimum, imc.maximum) == (
        fields["imc"]["constraints"]["minimum"],
        fields["imc"]["constraints"]["maximum"],
    )


def test_its_own_examples_are_accepted(tmp_path: Path, fields: dict[str, dict[str, Any]]) -> None:
    for name, field in fields.items():
        text = json.dumps(field["example"]).strip('"')
        told = check_rows(tmp_path, {**right(), name: text}).told
        wrong = [f for f in told if f[1] == name]
        if name in ("algo_version", "orientation"):  # examples of older versions
            assert [code for *_, code in wrong] in ([], ["other-version-value"])
        elif name != "tiredness_details" and not name.endswith("_algo"):
            assert wrong == [], name
