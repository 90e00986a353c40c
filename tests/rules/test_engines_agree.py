"""Every engine gives what the reference interpreter gives, on the shipped versions.

By default, on every factor state; in the slow tests, on the whole product of answers, one by one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from typing import Any

import duckdb
import pytest

from tests.rules import engines
from tests.rules.engines import Engine, Entry
from vigie.rules import domain, explain, library
from vigie.rules.engines import python, reference, sql
from vigie.rules.nodes import Value
from vigie.rules.protocol import Protocol

NAMES = library.names()


def factor_states(protocol: Protocol) -> list[Entry]:
    return [Entry(answers) for answers in domain.factor_states(protocol)]


def blanked(entries: list[Entry], chance: random.Random) -> Iterator[Entry]:
    """The same entries with answers missing here and there."""
    for entry in entries:
        yield Entry({name: None if chance.random() < 0.1 else v for name, v in entry.answers.items()})


@pytest.mark.parametrize("name", NAMES)
def test_every_engine_agrees_on_every_factor_state(name: str, fast_engines: dict[str, Engine]) -> None:
    protocol = library.get(name)
    engines.agree(protocol, factor_states(protocol), fast_engines)


@pytest.mark.parametrize("name", NAMES)
def test_every_engine_agrees_when_answers_are_missing(name: str, fast_engines: dict[str, Engine]) -> None:
    protocol = library.get(name)
    some = factor_states(protocol)[::23]
    engines.agree(protocol, list(blanked(some, random.Random(name))), fast_engines)


@pytest.mark.parametrize("name", NAMES)
def test_every_worked_example_holds_in_every_engine(name: str, fast_engines: dict[str, Engine]) -> None:
    from vigie.rules import codec

    protocol = library.get(name)
    for example in protocol.examples:
        entry = Entry({q: codec.read(protocol.question[q], text) for q, text in example.answers.items()})
        assert reference.evaluate(protocol, entry.answers).outcome == example.outcome, example.note
        engines.agree(protocol, [entry], fast_engines)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_spark_agrees_on_factor_states(name: str, spark: Any) -> None:
    protocol = library.get(name)
    engines.agree(protocol, factor_states(protocol)[::7], {"Spark": engines.Spark(spark)})


# The whole product, one by one. It is cut by the answers to the first questions, so that both cores work.


def parts(protocol: Protocol) -> list[dict[str, Value | None]]:
    """Answers to the first four questions: each part holds the entries that start so."""
    return list(domain.extend(protocol, protocol.questions[:4], {}))


def disagreements(task: tuple[str, dict[str, Value | None]]) -> tuple[int, list[Any]]:
    """How many entries a part holds, and the first ones on which compiled Python and the reference differ."""
    name, fixed = task
    protocol = library.get(name)
    compiled = python.compiled(protocol)
    count, wrong = 0, []
    for entry in domain.product(protocol, fixed):
        count += 1
        found = compiled(entry)
        result = reference.evaluate(protocol, entry)
        expected = (result.outcome, *(result.values[d.id] for d in protocol.derived))
        if (found[0], *found[2:]) != expected and len(wrong) < 3:
            wrong.append((entry, found, expected))
    return count, wrong


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_compiled_python_agrees_on_the_whole_product(name: str) -> None:
    protocol = library.get(name)
    with ProcessPoolExecutor(2) as pool:
        results = list(pool.map(disagreements, [(name, fixed) for fixed in parts(protocol)]))
    assert [one for _, wrong in results for one in wrong] == []
    assert sum(count for count, _ in results) == domain.size(protocol)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_duckdb_agrees_with_compiled_python_on_the_whole_product(name: str) -> None:
    protocol = library.get(name)
    compiled = python.compiled(protocol)
    total = 0
    for fixed in parts(protocol):
        by_database = outcomes_in_duckdb(protocol, fixed)
        for entry in domain.product(protocol, fixed):
            assert compiled(entry)[0] == next(by_database), entry
            total += 1
        assert next(by_database, None) is None
    assert total == domain.size(protocol)


def outcomes_in_duckdb(protocol: Protocol, fixed: dict[str, Value | None]) -> Iterator[str]:
    """The outcomes of a part in the order of domain.product: DuckDB makes the product by cross joins.

    A question that is not asked has one row only, with no answer.
    """
    connection = duckdb.connect()
    asked_if = {
        q.id: sql.Printer(protocol, complete=True).print(q.asked).sql("duckdb")
        for q in protocol.questions
        if q.asked
    }
    lists, conditions = [], []
    for question in protocol.questions:
        values = [fixed[question.id]] if question.id in fixed else explain.answer_values(protocol, question)
        rows = [f"({i}, {engines_literal(value)})" for i, value in enumerate(values)]
        if question.id in asked_if:
            rows.append("(-1, NULL)")
            place = f"p_{question.id}"
            conditions.append(f"(({asked_if[question.id]}) = ({place} >= 0))")
        lists.append(f'(VALUES {", ".join(rows)}) AS t_{question.id}(p_{question.id}, "{question.id}")')
    order = ", ".join(f"p_{q.id}" for q in protocol.questions)
    source = f"SELECT * FROM {' CROSS JOIN '.join(lists)} WHERE {' AND '.join(conditions) or 'true'}"
    connection.execute(f"CREATE TABLE entries AS {source}")
    query = sql.query(protocol, "entries", [f"p_{q.id}" for q in protocol.questions]).sql("duckdb")
    result = connection.execute(f"SELECT outcome FROM ({query}) ORDER BY {order}")
    while batch := result.fetchmany(100_000):
        yield from (outcome for (outcome,) in batch)


def engines_literal(value: Value | None) -> str:
    return "NULL" if value is None else sql.literal(value).sql("duckdb")


def test_the_whole_product_starts_as_it_should() -> None:
    """A taste of the slow tests: one part of the product, reference and databases alike."""
    protocol = library.get(NAMES[-1])
    fixed = {
        **next(iter(parts(protocol))),
        "tiredness": True,
        "feeding_day": False,
        "breathlessness": False,
        "age_range": "from_15_to_49",
        "liver_disease": False,
        "kidney_disease": False,
    }
    found = list(islice(outcomes_in_duckdb(protocol, fixed), 50_000))
    expected = [
        reference.evaluate(protocol, entry).outcome
        for entry in islice(domain.product(protocol, fixed), 50_000)
    ]
    assert found == expected and len(found) > 5_000
