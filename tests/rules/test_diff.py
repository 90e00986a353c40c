"""What each version changed, against the counts of the reference (section 2.2, X2, X9)."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from vigie.rules import cubes, domain, library, states
from vigie.rules.changes import changes
from vigie.rules.diff import Comparison, Difference
from vigie.rules.engines import reference
from vigie.rules.protocol import Protocol
from vigie.systems.protocol.cli import protocol as command

FIXTURES = Path(__file__).parent / "fixtures"
VERSIONS = ["2020-04-06", "2020-04-17", "2020-04-29", "2020-05-10", "2020-06-09"]


def version(day: str) -> Protocol:
    return library.get(f"orientation/{day}")


def by_outcomes(comparison: Comparison) -> dict[tuple[str, str], Difference]:
    return {(d.before, d.after): d for d in comparison.differences}


@pytest.mark.parametrize(
    ("before", "after", "changed"), list(zip(VERSIONS, VERSIONS[1:], (11, 0, 30, 24), strict=False))
)
def test_factor_states_changed_are_those_of_the_reference(before: str, after: str, changed: int) -> None:
    comparison = Comparison(version(before), version(after))
    assert comparison.states == 1_024
    assert sum(d.states for d in comparison.differences) == changed


def test_2020_04_29_only_renamed() -> None:
    comparison = Comparison(version("2020-04-17"), version("2020-04-29"))
    assert comparison.differences == []
    assert comparison.answers == domain.size(version("2020-04-17"))
    renamed = [c for c in changes(comparison.before, comparison.after) if c.section != "outcomes"]
    assert [(c.section, c.name) for c in renamed] == [("columns", "id")]


def test_2020_05_10_withdrew_fin2_and_lowered_the_age_limit() -> None:
    found = by_outcomes(Comparison(version("2020-04-29"), version("2020-05-10")))
    assert found["FIN2", "FIN6"].states == 30
    # The rest comes from people of 65 to 69, who became people at risk: a matter of answers, not of factors.
    others = [d for pair, d in found.items() if pair != ("FIN2", "FIN6")]
    assert {d.states for d in others} == {0}
    assert {d.witness_before["age_range"] for d in others} == {"from_50_to_69"}
    assert {d.witness_after["age_range"] for d in others} == {"sup_65"}


def test_2020_06_09_is_fin6_to_fin7_in_clause_3() -> None:
    comparison = Comparison(version("2020-05-10"), version("2020-06-09"))
    difference = by_outcomes(comparison)["FIN6", "FIN7"]
    assert difference.states == 24
    assert difference.clauses.most_common(1)[0][0] == (
        "fever_and_cough/few_minor",
        "fever_and_cough/few_minor",
    )
    expected = (
        'age_range != "inf_15" and fever_algo and cough and major == 0 and not bedridden and prognostic >= 1'
    )
    assert difference.conditions == (expected,)
    assert {c.name for c in changes(comparison.before, comparison.after) if c.section == "questions"} == {
        "immunosuppressant_drug",
        "sickle_cell",
    }


def test_x2_the_literal_xor_against_the_published_tree() -> None:
    xor = library.resolve(str(FIXTURES / "x2-literal-xor-2020-04-17.yaml"))
    found = by_outcomes(Comparison(version("2020-04-17"), xor))
    states_by_result = {"none": 0, "FIN8": 0, "FIN7": 0, "FIN2": 0}
    for (_, after), difference in found.items():
        states_by_result[after] += difference.states
    # The reference counts rows: 1,032 to FIN8, 2,064 with no result, of 5,160. Here too: 1, 2, of 5.
    assert states_by_result == {"none": 24, "FIN8": 12, "FIN7": 12, "FIN2": 12}


def test_x9_the_official_proof_proved_another_tree() -> None:
    proof = library.resolve(str(FIXTURES / "x9-official-proof-2020-06-09.yaml"))
    found = by_outcomes(Comparison(version("2020-06-09"), proof))
    assert {pair: (d.states, d.answers) for pair, d in found.items()} == {
        ("FIN7", "FIN6"): (24, 994_560),
        ("FIN3", "FIN7"): (6, 124_320),
        ("FIN3", "FIN6"): (5, 64),
    }


@pytest.mark.parametrize(("before", "after"), list(itertools.pairwise(VERSIONS)))
def test_a_witness_has_both_outcomes(before: str, after: str) -> None:
    old, new = version(before), version(after)
    for difference in Comparison(old, new).differences:
        assert reference.evaluate(old, difference.witness_before).outcome == difference.before
        assert reference.evaluate(new, difference.witness_after).outcome == difference.after


def test_a_version_does_not_differ_from_itself() -> None:
    one = version("2020-06-09")
    comparison = Comparison(one, one)
    assert comparison.differences == [] and comparison.answers == domain.size(one)


def test_the_description_of_states_holds_on_them_and_on_no_other() -> None:
    space = states.factor_space(version("2020-06-09"))
    for outcome in ("FIN3", "FIN6", "FIN7"):
        wanted = {state for state, found in space.outcomes.items() if found == outcome}
        cover = cubes.cover(space, wanted)
        inside = {
            s for s in space.states() if any(all(v in vs for v, vs in zip(s, c, strict=True)) for c in cover)
        }
        assert inside == wanted


def test_the_command_speaks_to_people_and_machines() -> None:
    run = CliRunner().invoke
    told = run(command, ["diff", "orientation/2020-05-10", "orientation/2020-06-09"])
    assert told.exit_code == 0 and "FIN6 consultation_surveillance_3 → FIN7" in told.output
    body = json.loads(
        run(command, ["diff", "orientation/2020-05-10", "orientation/2020-06-09", "--json"]).output
    )
    assert body["differences"][0]["factor_states"] == 24
    assert body["domain"] == {"answers": 79_626_240, "factor_states": 1_024}
    assert run(command, ["diff", "orientation/2020-05-10", "nowhere/1"]).exit_code == 2
