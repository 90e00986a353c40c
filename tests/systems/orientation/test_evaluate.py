"""One questionnaire: answers in, outcome, message, reasons and what would change it out."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.systems.orientation.check.spoilt_files import PROPERTY
from tests.systems.orientation.rows import (
    LATEST,
    VERSIONS,
    answers,
    check_rows,
    generated,
    header,
    nested,
    outcome,
    protocol,
    right,
    typed,
)
from vigie.rules import texts
from vigie.rules.engines import reference
from vigie.systems.orientation import cli, codes, dialogue
from vigie.systems.orientation.evaluate import RefusedAnswers, judge, read_body

COUGH = {"cough": "true"}


def evaluate(body: object, *options: str, version: str = LATEST) -> Result:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return CliRunner().invoke(cli.orientation, ["evaluate", "--version", version, *options], input=text)


def judged(body: object, *options: str, version: str = LATEST) -> dict[str, Any]:
    result = evaluate(body, *options, version=version)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


class TestJsonIn:
    @pytest.mark.parametrize("version", VERSIONS)
    @pytest.mark.parametrize("shape", ["flat", "nested", "wrapped", "typed"])
    def test_each_shape(self, version: str, shape: str) -> None:
        cells = right(version, cough="true", diabetes="true")
        body: object = {
            "flat": answers(version, cough="true", diabetes="true"),
            "nested": nested(cells, wrapped=False),
            "wrapped": nested(cells, wrapped=True),
            "typed": {
                **answers(version, cough="true"),
                "cough": True,
                "imc": 22.0,
                "pregnant": 888,
                "diabetes": 1,
            },
        }[shape]
        found = judged(body, version=version)
        assert (found["fin"], found["outcome"]) == ("FIN7", protocol(version).outcome["FIN7"].code)

    def test_metadata_and_calculations_are_ignored_and_recomputed(self) -> None:
        cells = {**right(LATEST, breathlessness="true"), "orientation": "less_15", "fever_algo": "true"}
        found = judged(cells)
        assert found["outcome"] == "SAMU"
        assert found["derived"]["fever_algo"] is False

    @pytest.mark.parametrize(
        ("weight", "height"), [(86.6, 170), ("86.6", "170"), (86.6, "170.0"), ("86.60", 170)]
    )
    def test_weight_and_height_stand_for_the_body_mass_index(self, weight: object, height: object) -> None:
        body: dict[str, object] = {k: v for k, v in answers(LATEST, cough="true").items() if k != "imc"}
        found = judged({**body, "weight": weight, "height": height})
        assert found["factors"]["prognostic"] == {"obesity": found["factors"]["prognostic"]["obesity"]}
        assert found["fin"] == "FIN7"

    def test_an_imc_given_comes_before_weight_and_height(self) -> None:
        given_ = read_body(protocol(LATEST), {"imc": "22.0", "weight": "120", "height": "170"})
        assert given_ == {"imc": Decimal("22.0")}

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"unknown": "1"}, "unknown"),
            ({"fever": "1"}, "fever"),
            ({"cough": "maybe"}, "cough"),
            ({"cough": 2}, "cough"),
            ({"cough": [True]}, "cough"),
            ({"cough": {"a": 1}}, "cough"),
            ({"age_range": "sup_70"}, "age_range"),
            ({"imc": "29,9"}, "imc"),
            ({"imc": 1e300}, "imc"),
            ({"imc": 9.9}, "imc"),
            ({"pregnant": 999}, "pregnant"),
            ({"tiredness_details": True}, "tiredness_details"),
            ({"imc": None, "weight": "80"}, "height"),
            ({"imc": None, "height": "180"}, "weight"),
            ({"imc": None, "weight": 24.9, "height": 180}, "weight"),
            ({"imc": None, "weight": 80, "height": 1.8}, "height"),
            ({"imc": None, "weight": 25, "height": 246}, "imc"),
            ({"symptoms": "x"}, "symptoms"),
            ({"questionnaire": None}, "questionnaire"),
        ],
    )
    def test_what_is_refused_is_named(self, change: dict[str, object], field: str) -> None:
        result = evaluate({**answers(LATEST), **change})
        assert result.exit_code == 2
        assert result.stderr.startswith(f"{field}: ")
        assert result.stdout == ""

    def test_every_problem_is_told_at_once(self) -> None:
        result = evaluate({**answers(LATEST), "cough": "x", "imc": "y", "z": 1})
        assert sorted(text.split(":")[0] for text in result.stderr.splitlines()) == ["cough", "imc", "z"]

    @pytest.mark.parametrize(
        "body",
        [
            *("", "{", "[]", "3", "null", '"x"', b"\xff\xfe", '{"a": 1}{}', "[" * 100_000),
            *('{"imc": 1e99999999999999999999}', '{"imc": ' + "1" * 5_000 + "}", '{"questionnaire": []}'),
        ],
    )
    def test_what_is_no_answer_at_all(self, body: str | bytes) -> None:
        result = evaluate(body)
        assert result.exit_code == 2
        assert result.stderr and "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)

    def test_a_hidden_answer_with_its_hidden_value_is_no_problem(self) -> None:
        assert judged({**answers(LATEST), "tiredness_details": False})["fin"] == "FIN8"
        body = {**answers("2020-04-06"), "temperature_cat": "NSP"}
        assert judged(body, version="2020-04-06")["fin"] == "FIN8"
        assert evaluate({**body, "temperature_cat": "sup_39"}, version="2020-04-06").exit_code == 2

    def test_from_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "answers.json"
        path.write_text(json.dumps(answers(LATEST)), encoding="utf-8-sig")
        for options in (["--input", str(path)], ["--input", str(path), "--json"]):
            result = CliRunner().invoke(cli.orientation, ["evaluate", *options])
            assert (result.exit_code, json.loads(result.stdout)["fin"]) == (0, "FIN8")
        missing = CliRunner().invoke(cli.orientation, ["evaluate", "--input", str(tmp_path / "no.json")])
        assert missing.exit_code == 2


class TestJsonOut:
    def test_everything_is_said(self) -> None:
        found = judged(answers(LATEST, temperature_cat="sup_39", cough="true", diabetes="true"))
        assert list(found) == [
            "protocol",
            "outcome",
            "fin",
            "title",
            "message",
            "everybody",
            "path",
            "why",
            "factors",
            "derived",
            "imputed",
            "missing",
            "counterfactuals",
        ]
        assert found["protocol"] == f"orientation/{LATEST}"
        assert (found["outcome"], found["fin"]) == ("consultation_surveillance_4", "FIN7")
        assert found["path"] == ["fever_and_cough", "fever_and_cough/few_minor"]
        assert found["why"] and found["title"] and found["message"] and found["everybody"]
        assert {tally: list(names) for tally, names in found["factors"].items()} == {
            "major": [],
            "minor": ["fever"],
            "prognostic": ["diabetes"],
        }
        assert found["derived"] == {
            "fever_algo": True,
            "heart_disease_algo": False,
            "immunosuppressant_disease_algo": False,
        }
        assert (found["imputed"], found["missing"]) == (["tiredness_details"], [])

    @pytest.mark.parametrize("version", VERSIONS)
    def test_each_counterfactual_holds(self, version: str) -> None:
        rules = protocol(version)
        for row in generated(version, 25, 3):
            cells = dict(zip(header(version), row.split(","), strict=True))
            base = read_body(rules, cells)
            found = judge(rules, base, texts.load(rules.full_name))
            for change in found["counterfactuals"]:
                changed = {**base, **typed(version, change["changes"])}
                assert change["question"] in change["changes"]
                result = reference.evaluate(rules, changed)
                assert result.outcome == change["fin"] != found["fin"]
                assert rules.outcome[change["fin"]].code == change["outcome"]

    @pytest.mark.parametrize("version", VERSIONS)
    def test_what_a_hidden_question_holds_changes_nothing(self, version: str) -> None:
        stored = {q.id: right(version, cough="true")[q.id] for q in protocol(version).questions}
        asked = answers(version, cough="true")
        assert stored.keys() > asked.keys()
        assert judged(stored, version=version) == judged(asked, version=version)

    def test_a_counterfactual_answers_the_questions_that_it_opens(self) -> None:
        stored = right("2020-04-06", cough="true")  # fever 0, temperature NSP
        changes = [c["changes"] for c in judged(stored, version="2020-04-06")["counterfactuals"]]
        assert {"fever": "1", "temperature_cat": "inf_35.5"} in changes
        assert all("temperature_cat" in change for change in changes if change.get("fever") == "1")

    def test_incomplete_answers(self) -> None:
        result = evaluate({"cough": True, "temperature_cat": "sup_39"})
        found = json.loads(result.stdout)
        assert result.exit_code == 1
        assert (found["outcome"], found["fin"], found["title"], found["path"]) == (None, None, "", [])
        assert found["missing"][:3] == ["agueusia_anosmia", "sore_throat_aches", "diarrhea"]
        assert {"age_range", "imc"} <= set(found["missing"])
        assert not {"cough", "temperature_cat"} & set(found["missing"])
        assert found["counterfactuals"] == []

    def test_nothing_answered(self) -> None:
        result = evaluate({})
        assert result.exit_code == 1
        assert len(json.loads(result.stdout)["missing"]) == len(protocol(LATEST).questions)

    def test_an_outcome_that_is_known_early_is_given_with_what_is_missing(self) -> None:
        found = judged({"age_range": "from_15_to_49", "breathlessness": True})
        assert found["outcome"] == "SAMU"
        assert "cough" in found["missing"]
        assert judged({"age_range": "inf_15"})["outcome"] == "less_15"

    def test_in_english(self) -> None:
        french, english = judged(answers(LATEST)), judged(answers(LATEST), "--lang", "en")
        assert french["outcome"] == english["outcome"]
        assert french["title"] != english["title"]


def _asked(version: str, cells: dict[str, str]) -> dict[str, str]:
    """The answers of a row to the questions that were asked."""
    given_ = read_body(protocol(version), cells)
    hidden = reference.visible_answers(protocol(version), given_)[1]
    return {q.id: cells[q.id] for q in protocol(version).questions if q.id not in hidden}


class TestOneFunction:
    """What is shown = what is stored = what is recomputed (X28)."""

    @pytest.mark.parametrize("version", VERSIONS)
    def test_a_stored_row_judged_again_gives_its_own_orientation(self, tmp_path: Path, version: str) -> None:
        rules = protocol(version)
        words = texts.load(rules.full_name)
        for row in generated(version, 120, 8):
            cells = dict(zip(header(version), row.split(","), strict=True))
            for body in (cells, nested(cells, wrapped=True), _asked(version, cells)):
                found = judge(rules, read_body(rules, body), words)
                assert found["outcome"] == cells["orientation"]
                assert all(cells[name] == str(value).lower() for name, value in found["derived"].items())

    @settings(PROPERTY, max_examples=60)
    @given(
        version=st.sampled_from(VERSIONS),
        weight=st.decimals(25, 400, places=1),
        height=st.decimals(100, 230, places=1),
        given_=st.fixed_dictionaries(
            {q: st.sampled_from(["true", "false"]) for q in ("cough", "diarrhea", "cancer")}
        ),
    )
    def test_with_weight_and_height(
        self, tmp_path: Path, version: str, weight: Decimal, height: Decimal, given_: dict[str, str]
    ) -> None:
        asked = {k: v for k, v in answers(version, **given_).items() if k != "imc"}
        try:
            read = read_body(protocol(version), {**asked, "weight": str(weight), "height": str(height)})
        except RefusedAnswers as refused:
            exact = weight / (height / 100) ** 2
            assert [p.field for p in refused.problems] == ["imc"]
            assert exact < 10 or exact > 70
            return
        shown = judge(protocol(version), read, texts.load(f"orientation/{version}"))
        stored = right(version, **given_, imc=str(read["imc"]))
        assert stored["orientation"] == shown["outcome"]
        assert check_rows(tmp_path, stored).told == []

    def test_the_codec_gives_one_outcome_for_every_spelling(self) -> None:
        for spelled in ({"cough": True}, {"cough": 1}, {"cough": "1"}, {"cough": "true"}):
            assert judged({**answers(LATEST), **spelled})["fin"] == outcome(LATEST, cough="true")


class TestOperatorTexts:
    def overlay(self, folder: Path, content: str, language: str = "fr") -> list[str]:
        place = folder / "orientation" / LATEST
        place.mkdir(parents=True)
        (place / f"texts.{language}.yaml").write_text(content, encoding="utf-8")
        return ["--texts", str(folder)]

    def test_they_replace_ours_one_by_one(self, tmp_path: Path) -> None:
        options = self.overlay(tmp_path, "outcomes:\n  FIN8:\n    title: Tout va bien à Cayenne\n")
        ours, theirs = judged(answers(LATEST)), judged(answers(LATEST), *options)
        assert theirs["title"] == "Tout va bien à Cayenne"
        assert theirs["message"] == ours["message"]
        assert judged(answers(LATEST), *options, "--lang", "en")["title"] != theirs["title"]

    @pytest.mark.parametrize(
        "content",
        ["outcomes:\n  FIN9:\n    title: x\n", "outcomes: [", "- a\n", f"everybody: {'x' * 20_001}\n", "\t"],
    )
    def test_what_cannot_be_used_is_refused_with_its_place(self, tmp_path: Path, content: str) -> None:
        result = evaluate(answers(LATEST), *self.overlay(tmp_path, content))
        assert result.exit_code == 2
        assert re.search(r"texts\.fr\.yaml:\d+:\d+: ", result.stderr)
        assert result.stdout == ""

    def test_a_folder_without_them_changes_nothing(self, tmp_path: Path) -> None:
        assert judged(answers(LATEST), "--texts", str(tmp_path)) == judged(answers(LATEST))

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        assert evaluate(answers(LATEST), "--texts", str(tmp_path / "no")).exit_code == 2


# The choice 1 is always yes or the first level; 2 is no or the second.
NOTHING = {"temperature_cat": "2", "age_range": "2"}


def typed_in(version: str, **chosen: str) -> list[str]:
    """The lines to type for somebody healthy but for these choices."""
    lines = []
    for question in protocol(version).questions:
        if (
            question.asked is not None
            and chosen.get("tiredness" if "tired" in question.id else "fever") != "1"
        ):
            continue
        if question.computed is not None:
            lines += chosen.get(question.id, "66 173").split()
        else:
            lines.append(chosen.get(question.id, NOTHING.get(question.id, "2")))
    return lines


def converse(version: str, lines: list[str], language: str = "fr", *, as_json: bool = False) -> Result:
    @click.command()
    def command() -> None:
        sys.exit(dialogue.evaluate(version, None, None, as_json, language))

    return CliRunner().invoke(command, input="\n".join(lines) + "\n")


class TestDialogue:
    @pytest.mark.parametrize("version", VERSIONS)
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_every_question_is_asked_once_with_progress(self, version: str, language: str) -> None:
        result = converse(version, typed_in(version), language)
        assert result.exit_code == 0, result.output
        words = texts.load(f"orientation/{version}", language)
        total = len(protocol(version).questions)
        for question in protocol(version).questions:
            shown = result.output.count(f"/{total}] {words.get('questions', question.id, 'text')}\n")
            assert shown == (question.asked is None), question.id
        assert words.get("outcomes", "FIN8", "title") in result.output
        assert words.get("everybody").strip() in result.output

    def test_what_is_told_is_what_json_says(self) -> None:
        result = converse(LATEST, typed_in(LATEST, temperature_cat="4", cough="1", diabetes="1"))
        found = judged(answers(LATEST, temperature_cat="sup_39", cough="true", diabetes="true"))
        assert found["message"] in result.output
        assert found["why"] in result.output
        assert found["factors"]["prognostic"]["diabetes"] in result.output
        assert "Autre réponse, autre orientation" in result.output

    def test_a_follow_up_is_asked_when_its_condition_holds(self) -> None:
        result = converse(LATEST, typed_in(LATEST, tiredness="1", tiredness_details="1"))
        assert (
            texts.load(f"orientation/{LATEST}").get("questions", "tiredness_details", "text") in result.output
        )
        assert result.exit_code == 0

    def test_fever_opens_temperature_at_2020_04_06(self) -> None:
        result = converse("2020-04-06", typed_in("2020-04-06", fever="1", temperature_cat="4"))
        question = texts.load("orientation/2020-04-06").get("questions", "temperature_cat", "text")
        assert question in result.output

    def test_a_wrong_entry_is_asked_again(self) -> None:
        lines = typed_in(LATEST)
        wrong = ["0", "6", "x", "", "-1"]
        result = converse(LATEST, [*wrong, *lines])
        assert result.exit_code == 0

    def test_a_decimal_comma_and_spaces_are_understood_for_weight_and_height(self) -> None:
        at = len(typed_in(LATEST)[: [q.id for q in protocol(LATEST).questions].index("imc") - 1])
        lines = typed_in(LATEST, cough="1")
        assert lines[at : at + 2] == ["66", "173"]
        lines[at : at + 2] = ["beaucoup", "500", " 86,6 ", "1,70", "170"]
        result = converse(LATEST, lines)
        assert result.exit_code == 0
        assert texts.load(f"orientation/{LATEST}").get("outcomes", "FIN7", "title") in result.output

    def test_measures_that_do_not_go_together_are_asked_again(self) -> None:
        at = len(typed_in(LATEST)[: [q.id for q in protocol(LATEST).questions].index("imc") - 1])
        lines = typed_in(LATEST)
        lines[at:at] = ["400", "50"]
        assert converse(LATEST, lines).exit_code == 0

    def test_json_at_the_end(self) -> None:
        result = converse(LATEST, typed_in(LATEST), as_json=True)
        assert json.loads(result.output[result.output.index("\n{\n") :])["fin"] == "FIN8"

    def test_the_end_of_the_input_stops_it(self) -> None:
        result = converse(LATEST, typed_in(LATEST)[:3])
        assert result.exit_code == 1
        assert "Traceback" not in result.output

    def test_in_a_real_terminal(self) -> None:
        """The command itself, on a pseudo-terminal: it asks, and does not wait for JSON."""
        master, slave = pty.openpty()
        command = [sys.executable, "-m", "vigie", "orientation", "evaluate"]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment) as run:
            os.close(slave)
            shown = b""
            answers_left = typed_in(LATEST, breathlessness="1")
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                if not select.select([master], [], [], 0.2)[0]:
                    if run.poll() is not None:
                        break
                    continue
                try:
                    shown += os.read(master, 65_536)
                except OSError:  # the other end is closed
                    break
                if answers_left and shown.rstrip(b"\r\n").endswith((b"> ", b") ")):
                    os.write(master, answers_left.pop(0).encode() + b"\n")
            os.close(master)
        assert run.returncode == 0
        assert answers_left == []
        assert "Appelez le 15 maintenant" in shown.decode()


def test_codes_are_those_of_the_version_asked() -> None:
    for version in VERSIONS:
        found = judged(answers(version, breathlessness="true"), version=version)
        assert found["outcome"] in protocol(version).outcome_by_code
        assert codes.fin(found["outcome"]) == "FIN5"
