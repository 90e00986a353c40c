"""The shipped versions: frozen, whole, in two languages, and true to what they promise and explain."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from vigie.rules import codec, domain, explain, library, printing, texts
from vigie.rules.engines import reference
from vigie.rules.errors import ProtocolError
from vigie.rules.expressions import Scope, expression
from vigie.rules.nodes import Value
from vigie.rules.protocol import Protocol

NAMES = library.names()
LATEST = "orientation/2020-06-09"

# A published version never changes: a new rule is a new version, in a file of its own.
DIGESTS = {
    "orientation/2020-04-06": "3adf92855fc3fe4ab4fdfd231c84be06cdfabfbeee8a69f758c3b6c150ee08dd",
    "orientation/2020-04-17": "7e8378fd79c1ea16f39a522e1980ba0e5547baede4136163c69ef18eecd9bdc2",
    "orientation/2020-04-29": "f8041916ffe7eaa25a11148eaea79c0616f1c993388830a370f51fc3485f3980",
    "orientation/2020-05-10": "edef2cca579dc33cfc68414b3382a34d5903ceb693ad74bb9a231ddf2943bea9",
    "orientation/2020-06-09": "05c7c661ca35d8e43c31baf8f2483cfeecc7df04253d04007d5fe0c1d0046608",
}

PHONES = {"15", "0 800 130 000"}


@pytest.mark.parametrize("name", NAMES)
def test_a_published_version_is_frozen(name: str) -> None:
    data = (library.SHIPPED / name / "protocol.yaml").read_bytes()
    assert hashlib.sha256(data).hexdigest() == DIGESTS[name] == library.get(name).digest


def test_every_shipped_version_is_guarded() -> None:
    assert set(DIGESTS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_everything_is_said_in_both_languages(name: str, language: str) -> None:
    assert texts.missing(library.get(name), texts.load(name, language)) == []


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_say_the_same_things(name: str) -> None:
    assert texts.load(name, "fr").by_path.keys() == texts.load(name, "en").by_path.keys()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_x18_every_telephone_number_is_15_or_the_information_line(name: str, language: str) -> None:
    for path, text in texts.load(name, language).by_path.items():
        found = re.findall(r"0 800(?: \d+)+", text)
        assert set(found) <= PHONES, path
        for called in re.findall(r"(?:appelez le|call) (\d+)", text, re.IGNORECASE):
            assert called in ("15", "0"), path


@pytest.mark.parametrize("name", NAMES)
def test_the_most_urgent_message_says_to_call_15(name: str) -> None:
    for language in ("fr", "en"):
        assert "15" in texts.load(name, language).get("outcomes", "FIN5", "title")


def test_an_operator_replaces_a_text(tmp_path: Path) -> None:
    folder = tmp_path / LATEST
    folder.mkdir(parents=True)
    (folder / "texts.fr.yaml").write_text("outcomes:\n  FIN5:\n    title: Composez le 15\n", encoding="utf-8")
    words = texts.load(LATEST, "fr", tmp_path)
    assert words.get("outcomes", "FIN5", "title") == "Composez le 15"
    assert words.get("outcomes", "FIN4", "title") == texts.load(LATEST).get("outcomes", "FIN4", "title")


def test_a_text_we_do_not_have_is_refused_where_it_stands(tmp_path: Path) -> None:
    folder = tmp_path / LATEST
    folder.mkdir(parents=True)
    file = folder / "texts.fr.yaml"
    file.write_text("outcomes:\n  FIN9:\n    title: Rien\n", encoding="utf-8")
    with pytest.raises(ProtocolError) as caught:
        texts.load(LATEST, "fr", tmp_path)
    assert str(caught.value) == f"{file}:3:12: there is no text outcomes / FIN9 / title to replace"


@pytest.mark.parametrize("name", NAMES)
def test_every_promise_holds_on_the_factor_states(name: str) -> None:
    protocol = library.get(name)
    for i, answers in enumerate(domain.factor_states(protocol)):
        if i % 5:
            continue  # the solver proves it on every entry; this is the interpreter's own word
        result = reference.evaluate(protocol, answers)
        values = {**result.values, "outcome": result.outcome}
        for promise in protocol.promises:
            assert reference.value_of(promise.claim, values) is True, (promise.id, answers)


def single_changes(protocol: Protocol, answers: dict[str, Value | None]) -> set[tuple[str, str]]:
    """What each single answer could change, found the slow way."""
    present = reference.evaluate(protocol, answers)
    found = set()
    for question in protocol.questions:
        if question.id in present.imputed:
            continue
        for value in explain.answer_values(protocol, question):
            for changes in explain.with_follow_ups(protocol, answers, {question.id: value}):
                outcome = reference.evaluate(protocol, {**answers, **changes}).outcome
                if outcome not in (None, present.outcome):
                    found.add((question.id, str(outcome)))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_counterfactuals_are_true_and_none_is_left_out(name: str) -> None:
    protocol = library.get(name)
    for answers in list(domain.factor_states(protocol))[::3_001]:
        explained = explain.explain(protocol, answers)
        for one in explained.counterfactuals:
            assert reference.evaluate(protocol, {**answers, **one.changes}).outcome == one.outcome
        assert {(c.question, c.outcome) for c in explained.counterfactuals} == single_changes(
            protocol, answers
        )
        for tally in protocol.tallies:
            holding = [
                f.id for f in tally.factors if reference.value_of(f.when, explained.result.values) is True
            ]
            assert list(explained.factors[tally.id]) == holding


@pytest.mark.parametrize("name", NAMES)
def test_expressions_read_back_as_they_are_printed(name: str) -> None:
    protocol = library.get(name)
    scope = Scope(
        {**{q.id: q.kind for q in protocol.questions}, **{d.id: d.kind for d in protocol.derived}},
        {t.id: tuple(f.when for f in t.factors) for t in protocol.tallies},
    )
    for node in explain.expressions_of(protocol):
        assert expression(printing.text_of(node), scope)[0] == node


@pytest.mark.parametrize("name", NAMES)
def test_a_row_can_hold_every_answer(name: str) -> None:
    protocol = library.get(name)
    columns = {c.id for c in protocol.columns}
    assert {q.id for q in protocol.questions} | {d.id for d in protocol.derived} <= columns
    for question in protocol.questions:
        for value in explain.answer_values(protocol, question):
            assert codec.read(question, codec.write(value)) == value
