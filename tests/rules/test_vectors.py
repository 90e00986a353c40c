"""The covering vectors kill every mutant of the tree, or the mutant is proved to be no mutant at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from vigie.rules import domain, library, states, vectors, verify
from vigie.rules.engines import python, python_module, reference
from vigie.rules.errors import AnswerError
from vigie.rules.mutants import mutants
from vigie.rules.protocol import Protocol

NAMES = library.names()
LATEST = "orientation/2020-06-09"


def outcome_and_derived(protocol: Protocol, entry: Any) -> tuple[object, ...]:
    outcome, _, *derived = python.compiled(protocol)(entry)
    return (outcome, *derived)


@pytest.mark.parametrize("name", NAMES)
def test_every_mutant_is_killed_or_proved_equivalent(name: str) -> None:
    pytest.importorskip("z3", reason="the extra `prove` is not installed")
    protocol = library.get(name)
    covering = vectors.covering(protocol)
    assert len(covering.vectors) < 60
    equivalent = {(m.where, m.what) for m in covering.equivalent}
    count = 0
    for mutant in mutants(protocol):
        count += 1
        killed = any(
            outcome_and_derived(mutant.protocol, v.answers) != (v.outcome, *v.derived.values())
            for v in covering.vectors
        )
        if (mutant.where, mutant.what) in equivalent:
            assert not killed
            assert verify.equivalent(protocol, mutant.protocol) is None, (mutant.where, mutant.what)
        else:
            assert killed, (mutant.where, mutant.what)
    assert count == covering.killed + len(covering.equivalent) > 200


def test_the_equivalent_mutants_are_few_and_known() -> None:
    found = {(m.where, m.what) for m in vectors.covering(library.get(LATEST)).equivalent}
    # Details are hidden without tiredness; after "none" comes "some"; after "fewer than 2" comes "2 or more".
    assert found == {
        ("minor", "bedridden: tiredness_details"),
        ("fever_and_cough/several_minor", "minor >= 1"),
        ("suggestive_symptoms/prognostic", "prognostic >= 0"),
        ("suggestive_symptoms/prognostic/several_minor", "minor >= 1"),
        ("single_symptom/prognostic", "prognostic >= 0"),
    }


def test_the_solver_tells_a_real_mutant_from_the_protocol() -> None:
    pytest.importorskip("z3", reason="the extra `prove` is not installed")
    protocol = library.get(LATEST)
    mutant = next(m for m in mutants(protocol) if m.where == "prognostic" and m.what == "age dropped")
    witness = verify.equivalent(protocol, mutant.protocol)
    assert witness is not None and witness["age_range"] == "sup_65"
    assert outcome_and_derived(protocol, witness) != outcome_and_derived(mutant.protocol, witness)


@pytest.mark.parametrize("name", NAMES)
def test_vectors_say_what_the_reference_says(name: str) -> None:
    protocol = library.get(name)
    for one in vectors.covering(protocol).vectors:
        result = reference.evaluate(protocol, one.answers)
        assert result.outcome == one.outcome
        assert {d.id: result.values[d.id] for d in protocol.derived} == one.derived


@pytest.mark.parametrize("name", NAMES)
def test_the_python_module_passes_the_exhaustive_vectors(name: str) -> None:
    protocol = library.get(name)
    made: dict[str, Any] = {}
    exec(python_module.module(protocol), made)
    for one in vectors.exhaustive(protocol):
        assert made["decide"](one.answers) == one.outcome
    assert made["decide"]({}) is None
    assert made["code"](one.answers) == protocol.outcome[one.outcome].code


def test_the_python_module_computes_as_the_engine_does() -> None:
    protocol = library.get(LATEST)
    made: dict[str, Any] = {}
    exec(python_module.module(protocol), made)
    for weight in range(250, 4_001, 37):
        for height in range(500, 2_461, 61):
            measures = {"weight": Decimal(weight) / 10, "height": Decimal(height) / 10}
            try:
                expected = reference.compute(protocol.question["imc"], measures)
            except AnswerError:
                with pytest.raises(ValueError, match="out of bounds"):
                    made["compute"]("imc", measures)
            else:
                assert str(made["compute"]("imc", measures)) == str(expected)


def test_the_exhaustive_vectors_hold_every_state_that_matters() -> None:
    protocol = library.get(LATEST)
    assert len(vectors.candidates(protocol)) > sum(1 for _ in states.entries(protocol))
    assert sum(weight for _, weight in states.entries(protocol)) == domain.size(protocol)
