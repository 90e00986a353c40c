"""Protocols made at random: every engine judges random entries as the reference interpreter does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rules import engines, strategies
from tests.rules.engines import Engine
from vigie.rules import expressions, printing, types
from vigie.rules.engines import python, reference
from vigie.rules.expressions import Scope
from vigie.rules.loader import loads
from vigie.rules.protocol import NO_OUTCOME

# The same examples each time in `make test`: a change is judged, not its luck. The slow tests draw new ones.
SAME = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
NEW = settings(deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))


@settings(SAME, max_examples=40)
@given(st.data())
def test_every_engine_agrees_with_the_reference(fast_engines: dict[str, Engine], data: st.DataObject) -> None:
    _agree(fast_engines, data)


@pytest.mark.slow
@settings(NEW, max_examples=5_000)
@given(st.data())
def test_every_engine_agrees_on_many_more(fast_engines: dict[str, Engine], data: st.DataObject) -> None:
    _agree(fast_engines, data)


@pytest.mark.slow
@settings(NEW, max_examples=150)
@given(st.data())
def test_spark_agrees_with_the_reference(spark: Any, data: st.DataObject) -> None:
    _agree({"Spark": engines.Spark(spark)}, data)


def _agree(found: dict[str, Engine], data: st.DataObject) -> None:
    protocol = loads(data.draw(strategies.protocols()).encode())
    engines.agree(protocol, data.draw(strategies.entries(protocol)), found)


@settings(SAME, max_examples=200)
@given(st.data())
def test_compiled_python_names_the_clause_the_reference_names(data: st.DataObject) -> None:
    protocol = loads(data.draw(strategies.protocols()).encode())
    for entry in data.draw(strategies.entries(protocol)):
        result = reference.evaluate(protocol, entry.answers)
        outcome, path = python.compiled(protocol)(entry.answers)[:2]
        if outcome is not None:
            assert path == (result.path[-1] if result.path else "")
            continue
        # Undecided: compiled Python names the clause that cannot be answered yet.
        (blocked,) = [clause for clause in protocol.clauses() if clause.path == path]
        assert reference.value_of(blocked.when, result.values) is None


@settings(SAME, max_examples=200)
@given(st.data())
def test_compiled_factors_are_those_that_hold(data: st.DataObject) -> None:
    protocol = loads(data.draw(strategies.protocols()).encode())
    for entry in data.draw(strategies.entries(protocol)):
        values = reference.evaluate(protocol, entry.answers).values
        holding = [
            f"{tally.id}:{factor.id}"
            for tally in protocol.tallies
            for factor in tally.factors
            if reference.value_of(factor.when, values) is True
        ]
        assert python.compiled_factors(protocol)(entry.answers) == tuple(holding)


@settings(SAME, max_examples=200)
@given(st.data())
def test_a_missing_answer_never_changes_what_is_already_known(data: st.DataObject) -> None:
    """What three-valued logic is for: once the outcome is known, no further answer can change it."""
    protocol = loads(data.draw(strategies.protocols()).encode())
    for entry in data.draw(strategies.entries(protocol)):
        known = reference.evaluate(protocol, entry.answers)
        full = {q.id: data.draw(strategies.values(q.kind)) for q in protocol.questions}
        later = reference.evaluate(protocol, {**full, **entry.answers})
        asks_whether_answered = "answered(" in str(_texts(protocol))
        if known.outcome is not None and not asks_whether_answered:
            assert later.outcome == known.outcome


def _texts(protocol: Any) -> list[str]:
    found = [c.when for c in protocol.clauses()] + [d.value for d in protocol.derived]
    found += [f.when for t in protocol.tallies for f in t.factors]
    found += [q.asked for q in protocol.questions if q.asked is not None]
    return [printing.text_of(node) for node in found]


@settings(SAME, max_examples=300)
@given(st.data())
def test_a_printed_expression_reads_back_as_itself(data: st.DataObject) -> None:
    protocol = loads(data.draw(strategies.protocols()).encode())
    kinds = {**{q.id: q.kind for q in protocol.questions}, **{d.id: d.kind for d in protocol.derived}}
    tallies = {t.id: tuple(f.when for f in t.factors) for t in protocol.tallies}
    scope = Scope(kinds, tallies, history=True)
    written = [clause.when for clause in protocol.clauses()] + [alert.when for alert in protocol.alerts]
    for node in written + [factor.when for tally in protocol.tallies for factor in tally.factors]:
        assert expressions.condition(printing.text_of(node), scope) == node


@settings(SAME, max_examples=300)
@given(strategies.formulas())
def test_a_printed_formula_reads_back_as_itself(text: str) -> None:
    scope = Scope({"w": types.Number(), "h": types.Number()}, arithmetic=True)
    node, _ = expressions.expression(text, scope)
    assert expressions.expression(printing.text_of(node), scope)[0] == node


def test_without_a_decision_there_is_no_outcome(fast_engines: dict[str, Engine]) -> None:
    protocol = loads(b"protocol: p\nversion: 1\nquestions:\n  - {id: a, kind: boolean}\n")
    entries = [engines.Entry({"a": True}), engines.Entry({})]
    engines.agree(protocol, entries, fast_engines)
    assert reference.evaluate(protocol, {}).outcome == NO_OUTCOME
