"""What is proved of each shipped version, and that a broken protocol is refused for the right reason."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from vigie.rules import domain, library, monotony, states, verify
from vigie.rules.certificate import certificate
from vigie.rules.engines import python, reference
from vigie.rules.loader import loads
from vigie.systems.protocol.cli import protocol as command

pytest.importorskip("z3", reason="the extra `prove` is not installed")

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = library.names()
LATEST = "orientation/2020-06-09"


def failures(text: str) -> dict[str, verify.Verdict]:
    return {v.condition.name: v for v in verify.prove(loads(text.encode())) if not v.holds}


def source(name: str = LATEST) -> str:
    return (library.SHIPPED / name / "protocol.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_version_keeps_all_it_promises(name: str) -> None:
    assert [v.condition.name for v in verify.prove(library.get(name)) if not v.holds] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_witness_reaches_its_clause_or_outcome(name: str) -> None:
    protocol = library.get(name)
    for verdict in verify.prove(protocol):
        kind, _, target = verdict.condition.name.partition(":")
        if verdict.witness is None:
            continue
        result = reference.evaluate(protocol, verdict.witness)
        assert (target in result.path) if kind == "clause" else result.outcome == target


def test_a_removed_clause_leaves_inputs_without_an_outcome() -> None:
    clause = next(line for line in source().splitlines() if "clause: no_symptom" in line)
    found = failures(source().replace(clause + "\n", ""))
    witness = found["total"].witness
    assert witness is not None and witness["cough"] is False and witness["diarrhea"] is False
    assert "outcome:FIN8" in found


def test_a_broken_property_is_found_with_a_witness() -> None:
    found = failures(source().replace("when: major >= 1, outcome: FIN5", "when: major >= 2, outcome: FIN5"))
    witness = found["promise:major_factor_is_samu"].witness
    assert witness is not None
    assert (witness["breathlessness"], witness["feeding_day"]).count(True) == 1


def test_a_shadowed_clause_is_dead_and_says_why() -> None:
    found = failures(source().replace("when: fever_algo and cough", "when: fever_algo or true"))
    assert found["clause:single_symptom"].reason == "earlier clauses take every entry it would match"


def test_a_contradictory_clause_is_dead_and_says_why() -> None:
    found = failures(
        source().replace("when: minor >= 2, outcome: FIN4}", "when: minor >= 3, outcome: FIN4}", 1)
    )
    assert found["clause:fever_and_cough/several_minor"].reason == "its condition is never true"


def test_x2_the_literal_xor_leaves_entries_without_an_outcome() -> None:
    found = failures((FIXTURES / "x2-literal-xor-2020-04-17.yaml").read_text(encoding="utf-8"))
    witness = found["total"].witness
    # Fever with two of the three symptoms but no cough: neither XOR nor "exactly one" nor "none" matches.
    assert witness is not None and witness["cough"] is False
    assert witness["sore_throat_aches"] and witness["agueusia_anosmia"]
    assert "promise:fever_is_never_ignored" in found


@pytest.mark.parametrize("name", NAMES)
def test_weighted_entries_stand_for_the_whole_product(name: str) -> None:
    assert sum(weight for _, weight in states.entries(library.get(name))) == domain.size(library.get(name))


@pytest.mark.slow
def test_outcome_counts_are_those_of_the_whole_product() -> None:
    protocol = library.get(LATEST)
    evaluate = python.compiled(protocol)
    counted = Counter(evaluate(entry)[0] for entry in domain.product(protocol))
    assert counted == states.outcome_counts(protocol)


@pytest.mark.parametrize("name", NAMES)
def test_a_worsening_that_lowers_the_urgency_is_reported_with_a_true_witness(name: str) -> None:
    protocol = library.get(name)
    found = monotony.lowerings(protocol)
    # In every published version, fever or cough added can send from FIN3 to a less urgent outcome.
    assert {one.signs for one in found} == {("minor:fever",), ("cough",)}
    for one in found:
        question, old, new = one.changes[0]
        assert one.witness[question] == old
        assert reference.evaluate(protocol, one.witness).outcome == one.before
        assert reference.evaluate(protocol, {**one.witness, question: new}).outcome == one.after
        before, after = protocol.outcome[one.before].urgency, protocol.outcome[one.after].urgency
        assert before is not None and after is not None and after > before


def test_a_tree_that_only_counts_is_monotone() -> None:
    text = """
protocol: counting
version: 1
questions:
  - {id: a, kind: boolean}
  - {id: b, kind: boolean}
tallies:
  signs:
    - a: a
    - b: b
decision:
  - {clause: two, when: signs >= 2, outcome: high}
  - {clause: one, when: signs >= 1, outcome: middle}
  - {clause: none_, when: true, outcome: low}
outcomes:
  - {id: high, code: high, urgency: 1}
  - {id: middle, code: middle, urgency: 2}
  - {id: low, code: low, urgency: 3}
"""
    assert monotony.lowerings(loads(text.encode())) == []


def test_a_certificate_is_the_same_every_time_but_for_its_date() -> None:
    protocol = library.get(LATEST)
    one = certificate(protocol, verify.prove(protocol), "2026-01-01")
    two = certificate(protocol, verify.prove(loads(source().encode())), "2026-01-02")
    assert json.dumps({**one, "date": ""}) == json.dumps({**two, "date": ""})
    assert one["domain"] == {"answers": 26_542_080, "factor_states": 1_024}
    assert sum(one["outcomes"].values()) == 26_542_080


def test_the_command_tells_exit_codes_and_certificates(tmp_path: Path) -> None:
    run = CliRunner().invoke
    good = run(command, ["prove", LATEST, "--certificates", str(tmp_path)])
    assert good.exit_code == 0, good.output
    made = json.loads((tmp_path / "orientation-2020-06-09.json").read_text(encoding="utf-8"))
    assert made["holds"] and made["digest"] == f"sha256:{library.get(LATEST).digest}"
    bad = run(command, ["prove", str(FIXTURES / "x2-literal-xor-2020-04-17.yaml")])
    assert bad.exit_code == 1 and "total ne tient pas" in bad.output
    assert run(command, ["prove", "nowhere/1"]).exit_code == 2
    assert run(command, ["prove"]).exit_code == 2
