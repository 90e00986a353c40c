"""Every line of the language's tables, on every engine; and the page made from them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules import engines
from tests.rules.engines import Engine, Entry
from tests.rules.spec.document import PATH, document
from tests.rules.spec.tables import QUESTIONS, REFUSALS, SECTIONS, Case
from vigie.rules import codec
from vigie.rules.errors import ProtocolError
from vigie.rules.loader import loads
from vigie.rules.protocol import Protocol

CASES = [
    pytest.param(case, id=f"{s.title}: {case.expression} {dict(case.answers)}")
    for s in SECTIONS
    for case in s.cases
]


def protocol_of(expression: str) -> Protocol:
    """The questions of the tables with one expression, as a derived value, a clause and an alert."""
    quoted = expression.replace("'", "''")
    clauses = f"""
derived:
  - value: '{quoted}'
decision:
  - {{clause: holds, when: value, outcome: "yes"}}
  - {{clause: otherwise, when: true, outcome: "no"}}
outcomes:
  - {{id: "yes", code: "yes"}}
  - {{id: "no", code: "no"}}
"""
    tallied = "signs" in expression
    alert = f"\nalerts:\n  - {{item: x, rule: R, severity: simple, when: '{quoted}'}}\n"
    earlier = "previous(" in expression or "lowest(" in expression
    body = "" if earlier or tallied else clauses
    return loads(f"protocol: spec\nversion: 1\n{QUESTIONS}{body}{alert}".encode())


def entry_of(protocol: Protocol, case: Case) -> Entry:
    def read(name: str, text: str) -> Any:
        return codec.read(protocol.question[name], text)

    return Entry(
        {name: read(name, text) for name, text in case.answers.items()},
        {name: read(name, text) for name, text in (case.previous or {}).items()},
        {(name, 24): read(name, text) for name, text in (case.lowest or {}).items()},
    )


@pytest.mark.parametrize("case", CASES)
def test_the_expression_has_its_value_in_every_engine(case: Case, fast_engines: dict[str, Engine]) -> None:
    protocol = protocol_of(case.expression)
    entry = entry_of(protocol, case)
    (judged,) = engines.by_reference(protocol, [entry])
    assert judged is not None
    # An alert fires when its condition is true, and not when it is false or not known.
    assert (judged.alerts == (0,)) == (case.value is True)
    if protocol.derived:
        assert judged.derived == (case.value,)
        assert judged.outcome == {True: "yes", False: "no", None: None}[case.value]
    engines.agree(protocol, [entry], fast_engines)


@pytest.mark.slow
def test_every_line_on_spark(spark: Any) -> None:
    for section in SECTIONS:
        for case in section.cases:
            protocol = protocol_of(case.expression)
            engines.agree(protocol, [entry_of(protocol, case)], {"Spark": engines.Spark(spark)})


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda r: r.expression)
def test_the_expression_is_refused_where_and_why(refusal: Any) -> None:
    clause = f"decision:\n  - clause: c\n    when: |\n      {refusal.expression}\n    outcome: o\n"
    text = f"protocol: spec\nversion: 1\n{QUESTIONS}\noutcomes: [{{id: o, code: o}}]\n{clause}"
    with pytest.raises(ProtocolError) as caught:
        loads(text.encode(), "spec.yaml")
    assert refusal.says in caught.value.what
    line = text.split("\n")[caught.value.mark.line - 1]
    assert line.strip() == refusal.expression
    assert caught.value.mark.column == 6 + refusal.column


def test_the_page_is_up_to_date() -> None:
    # `make docs` writes it again.
    assert PATH.read_text(encoding="utf-8") == document()
