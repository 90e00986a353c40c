"""Where the official sources contradict one another, what Vigie does: one test for each resolution.

The numbers are those of docs/clinical-safety.md and of the marks in the protocols.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import pytest

from tests.systems.orientation.rows import (
    EXACT,
    FAST,
    HEALTHY,
    LATEST,
    UUID,
    VERSIONS,
    answers,
    check_bytes,
    check_rows,
    csv_bytes,
    header,
    json_bytes,
    nested,
    outcome,
    protocol,
    right,
    typed,
)
from vigie.rules import domain, library, texts
from vigie.rules.engines import reference
from vigie.systems.orientation import codes
from vigie.systems.orientation.check.values import read_timestamp
from vigie.systems.orientation.evaluate import RefusedAnswers, read_body

V0406, V0417, V0429, V0510, V0609 = VERSIONS
BOTH = pytest.mark.parametrize("small", [EXACT, FAST], ids=["exact", "fast"])


def fever(version: str) -> dict[str, str]:
    """39 °C or more, asked as this version asks it."""
    return {"temperature_cat": "sup_39"} | ({"fever": "1"} if version == V0406 else {})


@pytest.mark.parametrize("version", VERSIONS)
def test_x1_38_degrees_is_never_fever(version: str) -> None:
    at_38 = {**fever(version), "temperature_cat": "37.8-38.9"}
    assert outcome(version, **at_38) == "FIN8"
    assert right(version, **at_38)["fever_algo"] == "false"
    assert outcome(version, **at_38, cough="true") == outcome(version, cough="true")


@BOTH
@pytest.mark.parametrize("version", VERSIONS)
def test_x1_a_file_that_counts_38_degrees_as_fever_is_wrong(tmp_path: Path, version: str, small: int) -> None:
    row = right(version, **{**fever(version), "temperature_cat": "37.8-38.9"})
    assert check_rows(tmp_path, {**row, "fever_algo": "true"}, small=small).told == [
        (2, "fever_algo", "calculation-mismatch")
    ]


def test_x2_clause_4_is_an_or_not_an_exclusive_or() -> None:
    for given in ({}, {"diarrhea": "true"}, {"sore_throat_aches": "true", "agueusia_anosmia": "true"}):
        assert outcome(V0417, temperature_cat="sup_39", **given) == "FIN3"
    assert outcome(V0417, diarrhea="true", cough="true", sore_throat_aches="true") == "FIN2"


@pytest.mark.parametrize("version", VERSIONS)
def test_x3_clause_3_is_fin7_only_from_2020_06_09(version: str) -> None:
    expected = "FIN7" if version == V0609 else "FIN6"
    assert outcome(version, **fever(version), cough="true", diabetes="true") == expected


@BOTH
def test_x3_a_row_is_judged_by_the_algorithm_of_its_own_version(tmp_path: Path, small: int) -> None:
    # The same person, the same answers, two versions in one file, two orientations.
    names = [*dict.fromkeys([*header(V0510), *header(V0609)])]
    rows = [right(v, temperature_cat="sup_39", cough="true", diabetes="true") for v in (V0510, V0609)]
    assert [row["orientation"] for row in rows] == [
        "consultation_surveillance_3",
        "consultation_surveillance_4",
    ]
    table = [{name: row.get(name, "") for name in names} for row in rows]
    assert check_bytes(tmp_path, csv_bytes(table), small).summary.right == 2
    swapped = [
        {**table[0], "orientation": rows[1]["orientation"]},
        {**table[1], "orientation": rows[0]["orientation"]},
    ]
    told = check_bytes(tmp_path, csv_bytes(swapped), small).told
    assert [f for f in told if f[2] != "extra-column"] == [
        (2, "orientation", "orientation-mismatch"),
        (3, "orientation", "orientation-mismatch"),
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("given", [{"diarrhea": "true"}, {"cough": "true"}], ids=["clause 4", "clause 5"])
def test_x4_fin2_is_gone_from_2020_05_10(version: str, given: dict[str, str]) -> None:
    assert outcome(version, **given) == ("FIN6" if version >= V0510 else "FIN2")


@BOTH
@pytest.mark.parametrize("version", [V0510, V0609])
def test_x4_home_surveillance_is_refused_from_2020_05_10(tmp_path: Path, version: str, small: int) -> None:
    codes_of_fin2 = ("home_surveillance", "orientation_domicile_surveillance_1")
    rows = [{**right(version, cough="true"), "orientation": code} for code in codes_of_fin2]
    checked = check_rows(tmp_path, *rows, small=small)
    assert checked.told == [(n, "orientation", "other-version-value") for n in (2, 3)]
    assert {finding.expected for finding in checked.findings} == {"consultation_surveillance_3"}


@pytest.mark.parametrize("version", VERSIONS)
def test_x5_age_counts_from_65_from_2020_05_10_and_from_70_before(version: str) -> None:
    oldest = "sup_65" if version >= V0510 else "sup_70"
    middle = "from_50_to_64" if version >= V0510 else "from_50_to_69"
    without = outcome(version, cough="true")
    assert outcome(version, cough="true", age_range=oldest) == "FIN7"
    assert outcome(version, cough="true", age_range=middle) == without


def test_x6_the_drug_columns_are_gone_from_2020_06_09() -> None:
    drug = {"immunosuppressant_drug", "immunosuppressant_drug_algo"}
    for version in VERSIONS:
        assert drug <= set(header(version)) or version == V0609
    assert not drug & set(header(V0609))
    assert len(header(V0609)) == 30


@BOTH
def test_x6_a_file_of_32_columns_with_the_old_drug_columns_is_right(tmp_path: Path, small: int) -> None:
    old = [
        dict.fromkeys(("immunosuppressant_drug", "immunosuppressant_drug_algo"), drug)
        for drug in ("0", "999", "", "rubbish", "1")
    ]
    rows = [right(V0609, cough="true") | drug for drug in old]
    assert len(rows[0]) == 32
    checked = check_rows(tmp_path, *rows, small=small)
    assert checked.told == [
        (1, "immunosuppressant_drug", "extra-column"),
        (1, "immunosuppressant_drug_algo", "extra-column"),
    ]
    assert {f.severity for f in checked.findings} == {"info"}
    assert (checked.summary.right, checked.summary.exit_code) == (5, 0)


@pytest.mark.parametrize("version", VERSIONS)
def test_x7_id_is_optional_from_2020_04_29_and_unknown_before(tmp_path: Path, version: str) -> None:
    columns = protocol(version).column
    assert ("id" in columns) == (version >= V0429)
    for required in (c.id for c in columns.values() if c.required):
        assert required not in ("id", "postal_code")
    without = {name: cell for name, cell in right(version).items() if name != "id"}
    assert check_rows(tmp_path, without).told == []
    if version < V0429:
        assert check_rows(tmp_path, {**without, "id": UUID}).told == [(1, "id", "extra-column")]
    else:
        assert check_rows(tmp_path, {**without, "id": ""}).told == []


def test_x7_each_version_has_its_own_columns_and_codes() -> None:
    assert [len(header(version)) for version in VERSIONS] == [31, 30, 31, 31, 30]
    assert "fever" in header(V0406) and all("fever" not in header(v) for v in VERSIONS[1:])
    assert [("sickle_cell" in header(version)) for version in VERSIONS] == [False] * 4 + [True]
    assert "orientation_moins_de_15_ans" in protocol(V0417).outcome_by_code


def test_x8_fever_unknown_is_one_minor_factor_at_2020_04_06() -> None:
    rested = {"cough": "true", "diabetes": "true", "tiredness": "true", "tiredness_details": "true"}
    assert outcome(V0406, fever="999", **rested) == "FIN4"
    assert outcome(V0406, fever="0", **rested) == "FIN7"
    assert right(V0406, fever="999")["fever_algo"] == "true"


def test_x10_pain_and_loss_of_smell_without_cough() -> None:
    both = {"sore_throat_aches": "true", "agueusia_anosmia": "true", "age_range": "from_50_to_69"}
    assert outcome(V0406, **both) == "FIN2"  # clause 5
    assert outcome(V0417, **both) == "FIN3"  # clause 4
    assert outcome(V0429, **both) == "FIN3"
    later = {**both, "age_range": "from_50_to_64"}
    assert (outcome(V0510, **later), outcome(V0609, **later)) == ("FIN3", "FIN3")


@pytest.mark.parametrize("version", VERSIONS)
def test_x11_two_minor_factors_are_fin4_and_one_is_not(version: str) -> None:
    given = {**fever(version), "cough": "true", "diabetes": "true"}
    assert outcome(version, **given, tiredness="true", tiredness_details="true") == "FIN4"
    assert outcome(version, **given, tiredness="true", tiredness_details="false") != "FIN4"
    assert outcome(version, **given) != "FIN4"


@pytest.mark.parametrize("version", VERSIONS)
def test_x12_tiredness_that_keeps_in_bed_is_fin8_by_itself(version: str) -> None:
    rested = {"tiredness": "true", "tiredness_details": "true"}
    assert outcome(version, **rested) == "FIN8"
    assert outcome(version, **rested, diabetes="true") == "FIN8"


class TestX13TheBodyMassIndex:
    @BOTH
    @pytest.mark.parametrize("version", VERSIONS)
    def test_x13_an_imc_given_in_a_file_is_compared_as_given(
        self, tmp_path: Path, version: str, small: int
    ) -> None:
        below, above = right(version, cough="true"), right(version, cough="true", imc="30")
        assert below["orientation"] != above["orientation"]
        rows = [{**below, "imc": imc} for imc in ("29.9", "29.95", "29.99", "29.999999")]
        rows += [{**above, "imc": imc} for imc in ("30", "30.0", "30.000", "30.04")]
        assert check_rows(tmp_path, *rows, small=small).told == []

    @pytest.mark.parametrize(
        ("weight", "height", "imc", "fin"),
        [
            # 29.95 exactly, and a hair under it: half goes up.
            ("119.8", "200", "30.0", "FIN7"),
            ("119.7", "200", "29.9", "FIN6"),
            ("86.6", "170", "30.0", "FIN7"),  # 29.9654
            ("86.5", "170", "29.9", "FIN6"),  # 29.9308
            ("86.4", "169.8", "30.0", "FIN7"),  # 29.9666, rounded up
        ],
    )
    def test_x13_from_weight_and_height_it_is_rounded_half_up_and_then_compared(
        self, tmp_path: Path, weight: str, height: str, imc: str, fin: str
    ) -> None:
        asked = {k: v for k, v in answers(LATEST, cough="true").items() if k != "imc"}
        given = read_body(protocol(LATEST), {**asked, "weight": weight, "height": height})
        assert given["imc"] == Decimal(imc)
        assert reference.evaluate(protocol(LATEST), given).outcome == fin
        # And the row that is stored agrees with what was shown.
        code = protocol(LATEST).outcome[fin].code
        row = {**right(LATEST, cough="true"), "imc": imc, "orientation": code}
        assert check_rows(tmp_path, row).told == []


@pytest.mark.parametrize("version", VERSIONS)
def test_x14_temperatures_have_five_levels_without_gaps(version: str) -> None:
    assert protocol(version).question["temperature_cat"].choices == (
        "inf_35.5",
        "35.5-37.7",
        "37.8-38.9",
        "sup_39",
        "NSP",
    )
    french = texts.load(f"orientation/{version}").under("questions", "temperature_cat", "choices")
    assert french["inf_35.5"].startswith("Moins de 35,5")
    assert french["sup_39"].startswith("39") and "plus" in french["sup_39"]


def test_x15_the_fever_question_exists_at_2020_04_06_only(tmp_path: Path) -> None:
    assert [("fever" in protocol(v).question) for v in VERSIONS] == [True, False, False, False, False]
    told = check_rows(tmp_path, right(V0417) | {"fever": "1"}).told
    assert told == [(1, "fever", "extra-column")]


def test_x16_sickle_cell_counts_and_the_drug_does_not_at_2020_06_09() -> None:
    factors = [{f.id for f in protocol(v).tally["prognostic"].factors} for v in VERSIONS]
    assert "sickle_cell" in factors[-1] and "immune_drug" not in factors[-1]
    assert all("sickle_cell" not in f and "immune_drug" in f for f in factors[:-1])
    assert [len(f) for f in factors] == [11] * 5
    assert outcome(V0609, cough="true", sickle_cell="true") == "FIN7"
    assert outcome(V0510, cough="true", immunosuppressant_drug="1") == "FIN7"


def test_x17_the_young_are_fin2_and_the_older_fin3() -> None:
    assert outcome(V0417, diarrhea="true", age_range="from_15_to_49") == "FIN2"
    assert outcome(V0417, diarrhea="true", age_range="from_50_to_69") == "FIN3"
    # "Not applicable" to pregnancy leads to the questions after it all the same.
    given = typed(V0417, {**answers(V0417), "pregnant": "888"})
    del given["immunosuppressant_disease"]
    following = reference.next_question(protocol(V0417), given)
    assert following is not None and following.id == "immunosuppressant_disease"


SHORT, LONG = "15", "0 800 130 000"


def all_texts() -> list[tuple[str, str]]:
    found = []
    for name in library.names():
        if not name.startswith("orientation/"):
            continue
        for language in texts.languages(name):
            found += [(f"{name} {language}", text) for text in texts.load(name, language).by_path.values()]
    return found


class TestX18TelephoneNumbers:
    def test_x18_every_long_number_is_the_information_line(self) -> None:
        found = [
            re.sub(r"\s", " ", n) for _, text in all_texts() for n in re.findall(r"\b0[\d\s.]{6,}\d\b", text)
        ]
        assert found and set(found) == {LONG}

    def test_x18_whoever_is_told_to_call_a_number_calls_15_or_the_information_line(self) -> None:
        verbs = r"(?:appel\w*|téléphon\w*|compos\w*|call\w*|dial\w*|ring|phone)"
        called = verbs + r"\s+(?:\w+\s+){0,3}?(\d[\d\s]*\d|\d+)"
        numbers = {
            re.sub(r"\s+", " ", number).strip()
            for _, text in all_texts()
            for number in re.findall(called, text, flags=re.IGNORECASE)
        }
        assert numbers == {SHORT, LONG}

    def test_x18_every_link_is_one_of_them(self) -> None:
        links = {link for _, text in all_texts() for link in re.findall(r"tel:[^\s)\"'>]*", text)}
        assert links <= {"tel:15", "tel:0800130000", "tel:+33800130000"}

    @pytest.mark.parametrize("version", VERSIONS)
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_x18_the_urgent_messages_name_15_and_fin8_the_information_line(
        self, version: str, language: str
    ) -> None:
        words = texts.load(f"orientation/{version}", language)
        for fin in ("FIN1", "FIN3", "FIN4", "FIN5", "FIN7"):
            assert re.search(rf"\b{SHORT}\b", words.get("outcomes", fin, "message")), fin
        for message in (words.get("outcomes", "FIN8", "message"), words.get("everybody")):
            assert LONG in re.sub(r"\s", " ", message)


class TestX20TirednessDetails:
    @BOTH
    @pytest.mark.parametrize("version", VERSIONS)
    def test_x20_hidden_it_is_false_or_blank(self, tmp_path: Path, version: str, small: int) -> None:
        rows = [{**right(version), "tiredness_details": written} for written in ("false", "", "0")]
        checked = check_rows(tmp_path, *rows, small=small)
        assert (checked.told, checked.summary.right) == ([], 3)

    @BOTH
    def test_x20_blank_with_tiredness_is_incomplete_and_counts_as_nothing(
        self, tmp_path: Path, small: int
    ) -> None:
        # With fever, cough and a risk, one minor factor more or less decides: the row is undecided.
        row = right(temperature_cat="sup_39", cough="true", diabetes="true", tiredness="true")
        checked = check_rows(tmp_path, {**row, "tiredness_details": ""}, small=small)
        assert checked.told == [(2, "tiredness_details", "missing-value")]
        assert dict(checked.summary.confusion) == {(LATEST, "consultation_surveillance_4", ""): 1}

    @BOTH
    def test_x20_hidden_and_true_is_ignored_with_a_warning(self, tmp_path: Path, small: int) -> None:
        row = right(temperature_cat="sup_39", cough="true", diabetes="true")
        checked = check_rows(tmp_path, {**row, "tiredness_details": "true"}, small=small)
        assert checked.told == [(2, "tiredness_details", "hidden-answer")]
        assert checked.summary.exit_code == 0

    def test_x20_hidden_and_written_wrong_is_wrong(self, tmp_path: Path) -> None:
        assert check_rows(tmp_path, {**right(), "tiredness_details": "maybe"}).told == [
            (2, "tiredness_details", "invalid-value")
        ]

    def test_x20_unknown_tiredness_says_nothing_of_its_details(self, tmp_path: Path) -> None:
        assert check_rows(tmp_path, {**right(), "tiredness": "", "tiredness_details": ""}).told == [
            (2, "tiredness", "missing-value")
        ]


class TestX21PostalCodes:
    RIGHT = "75019 00000 97400 63XXX 2AXXX 2BXXX 974XX 63 01 2A 2B 974"
    ODD = "1350 750190 2C 2a 63xxx 63XX 974XXX 975000 7 F-75019 Paris ٧٥٠١٩"

    @BOTH
    def test_x21_accepted(self, tmp_path: Path, small: int) -> None:
        rows = [{**right(), "postal_code": code} for code in ("", *self.RIGHT.split())]
        assert check_rows(tmp_path, *rows, small=small).told == []

    @BOTH
    def test_x21_anything_else_is_a_warning_never_an_error(self, tmp_path: Path, small: int) -> None:
        odd = [*self.ODD.split(), "75 019", " ", "75019 "]
        checked = check_rows(tmp_path, *({**right(), "postal_code": code} for code in odd), small=small)
        assert checked.told == [(n, "postal_code", "postal-code") for n in range(2, len(odd) + 2)]
        assert {finding.severity for finding in checked.findings} == {"warning"}
        assert (checked.summary.right, checked.summary.exit_code) == (len(odd), 0)


class TestX22Bounds:
    DURATION = (
        ("31", ""),
        ("1999", ""),
        ("0", "implausible-duration"),
        ("30", "implausible-duration"),
        ("2000", "implausible-duration"),
        ("86400", "implausible-duration"),
        ("-1", "invalid-value"),
        ("1e2", "invalid-value"),
        ("120s", "invalid-value"),
        ("1000000000", "invalid-value"),
    )
    IMC = (
        ("10", ""),
        ("10.0", ""),
        ("29.9", ""),
        ("9.99", "out-of-range"),
        ("70.01", "out-of-range"),
        ("5", "out-of-range"),
        ("500", "out-of-range"),
        ("29,9", "spelling"),
    )

    @BOTH
    @pytest.mark.parametrize(("column", "table"), [("duration", DURATION), ("imc", IMC)])
    def test_x22_bounds(
        self, tmp_path: Path, column: str, table: tuple[tuple[str, str], ...], small: int
    ) -> None:
        checked = check_rows(tmp_path, *({**right(), column: text} for text, _ in table), small=small)
        assert checked.told == [(n, column, code) for n, (_, code) in enumerate(table, 2) if code]

    @BOTH
    def test_x22_70_is_inside(self, tmp_path: Path, small: int) -> None:
        rows = [{**right(imc="70"), "imc": text} for text in ("70", "70.0")]
        assert check_rows(tmp_path, *rows, small=small).told == []

    @BOTH
    def test_x22_a_comma_is_not_read_as_a_smaller_number(self, tmp_path: Path, small: int) -> None:
        # "30,5" is 30.5 written wrong, and obesity: not 30, and certainly not 3.
        row = {**right(cough="true", diabetes="true"), "diabetes": "false", "imc": "30,5"}
        checked = check_rows(tmp_path, row, small=small)
        assert [(f.code, f.found, f.expected) for f in checked.findings] == [("spelling", "30,5", "30.5")]


class TestX23Dates:
    RIGHT = (
        "2020-04-02T05:24:57Z",
        "2020-04-02T05:24:57-00:00",
        "2020-04-02T05:24:57.389249+02:00",
        "2020-04-02 05:24:57Z",
        "2020-04-02t05:24:57z",
        "2020-02-29T00:00:00Z",
    )
    WRONG = (
        "2020-04-02",
        "2020-04-02T05:24:57",
        "02/04/2020",
        "2019-02-29T00:00:00Z",
        "hier",
        "1585797897",
        "2020-04-02T05:24Z",
        "2020-04-02T05:24:57Z ",
    )

    @BOTH
    def test_x23_rfc_3339_with_an_offset(self, tmp_path: Path, small: int) -> None:
        assert all(read_timestamp(text) is None for text in self.RIGHT)
        rows = [{**right(), "date": text} for text in self.RIGHT]
        assert check_rows(tmp_path, *rows, small=small).told == []

    @BOTH
    def test_x23_one_bad_date_never_stops_a_file(self, tmp_path: Path, small: int) -> None:
        rows = [row for text in self.WRONG for row in ({**right(), "date": text}, right())]
        checked = check_rows(tmp_path, *rows, small=small)
        assert checked.told == [(2 * n, "date", "invalid-timestamp") for n in range(1, len(self.WRONG) + 1)]
        assert (checked.summary.judged, checked.summary.right) == (len(rows), len(self.WRONG))

    def test_x23_id_is_lower_case(self, tmp_path: Path) -> None:
        assert check_rows(tmp_path, {**right(), "id": UUID.upper()}).told == [(2, "id", "uuid-case")]


@BOTH
@pytest.mark.parametrize("version", VERSIONS)
def test_x24_values_of_another_version_are_refused(tmp_path: Path, version: str, small: int) -> None:
    mine = set(protocol(version).question["age_range"].choices)
    others = {age for v in VERSIONS for age in protocol(v).question["age_range"].choices} - mine
    assert len(others) == 2
    for age in sorted(others):
        row = {**right(version), "age_range": age}
        assert (2, "age_range", "other-version-value") in check_rows(tmp_path, row, small=small).told


@BOTH
@pytest.mark.parametrize("version", VERSIONS)
def test_x25_spellings_of_whole_numbers(tmp_path: Path, version: str, small: int) -> None:
    rows = []
    for column, unknown in (
        ("pregnant", "888"),
        ("heart_disease", "999"),
        ("immunosuppressant_disease", "999"),
    ):
        for text, written in (("true", "1"), ("false", "0"), (unknown, unknown)):
            row = right(version, cough="true", **{column: text})
            assert row[column] == written
            rows += [row, {**row, column: text}]
    assert check_rows(tmp_path, *rows, small=small).told == []


@pytest.mark.parametrize("wrapped", [False, True])
@BOTH
def test_x26_the_body_of_the_api_must_hold_every_answer(tmp_path: Path, wrapped: bool, small: int) -> None:
    body = nested(right(), wrapped=wrapped)
    del (body["questionnaire"] if wrapped else body)["risk_factors"]["cancer"]
    assert check_bytes(tmp_path, json_bytes([body]), small).told == [(1, "cancer", "missing-value")]


class TestX27Under15:
    @BOTH
    @pytest.mark.parametrize("version", VERSIONS)
    def test_x27_a_row_may_hold_nothing_else(self, tmp_path: Path, version: str, small: int) -> None:
        kinds = protocol(version).column
        rows = [
            {
                name: filling if kinds[name].kind in ("answer", "derived") and name != "age_range" else cell
                for name, cell in right(version, age_range="inf_15").items()
            }
            for filling in ("", "888")
        ]
        checked = check_rows(tmp_path, *rows, small=small)
        assert (checked.told, checked.summary.right) == ([], 2)

    @BOTH
    def test_x27_complete_rows_are_accepted_too(self, tmp_path: Path, small: int) -> None:
        row = right(age_range="inf_15", breathlessness="true")
        assert row["orientation"] == "less_15"
        assert check_rows(tmp_path, row, small=small).told == []

    @BOTH
    def test_x27_what_is_written_must_be_right_all_the_same(self, tmp_path: Path, small: int) -> None:
        row = {**right(age_range="inf_15"), "cough": "maybe", "fever_algo": "true", "imc": "700", "date": ""}
        assert check_rows(tmp_path, row, small=small).told == [
            (2, "cough", "invalid-value"),
            (2, "date", "missing-value"),
            (2, "fever_algo", "calculation-mismatch"),
            (2, "imc", "out-of-range"),
        ]

    @BOTH
    def test_x27_another_orientation_is_wrong(self, tmp_path: Path, small: int) -> None:
        row = {**right(age_range="inf_15", breathlessness="true"), "orientation": "SAMU"}
        assert check_rows(tmp_path, row, small=small).told == [(2, "orientation", "orientation-mismatch")]

    @BOTH
    def test_x27_others_may_not_be_blank_nor_888(self, tmp_path: Path, small: int) -> None:
        for filling, code in (("", "missing-value"), ("888", "invalid-value")):
            told = check_rows(tmp_path, {**right(), "cough": filling}, small=small).told
            assert told == [(2, "cough", code)]


@pytest.mark.parametrize("version", VERSIONS)
def test_x28_fever_counts_in_what_is_shown_and_obesity_too(version: str) -> None:
    # The two omissions of the government's web form.
    alone = outcome(version, **fever(version))
    assert alone == "FIN3"
    assert outcome(version, cough="true", imc="35") == "FIN7"


@BOTH
def test_x29_an_unknown_version_is_an_error_and_the_exit_code_says_so(tmp_path: Path, small: int) -> None:
    checked = check_rows(tmp_path, right(), {**right(), "algo_version": "2020-03-31"}, small=small)
    assert checked.told == [(3, "algo_version", "unknown-version")]
    assert checked.summary.exit_code == 1


def test_x30_versions_are_those_of_the_tags() -> None:
    assert VERSIONS == ("2020-04-06", "2020-04-17", "2020-04-29", "2020-05-10", "2020-06-09")
    for version in VERSIONS:
        assert protocol(version).version == version == right(version)["algo_version"]


@pytest.mark.parametrize("version", VERSIONS)
def test_x31_eight_outcomes_up_to_2020_04_29_and_seven_after_all_reachable(version: str) -> None:
    expected = {f"FIN{n}" for n in range(1, 9)} - ({"FIN2"} if version >= V0510 else set())
    assert set(protocol(version).outcome) == expected
    reached: set[str | None] = set()
    for entry in domain.factor_states(protocol(version)):
        reached.add(reference.evaluate(protocol(version), entry).outcome)
        if reached == expected:
            break
    assert reached == expected


class TestX32HiddenTemperature:
    @BOTH
    def test_x32_nsp_or_blank_is_no_finding(self, tmp_path: Path, small: int) -> None:
        hidden = [right(V0406, fever="0"), right(V0406, fever="999")]
        assert [row["temperature_cat"] for row in hidden] == ["NSP", "NSP"]
        rows = [{**row, "temperature_cat": written} for row in hidden for written in ("NSP", "")]
        assert check_rows(tmp_path, *rows, small=small).told == []

    def test_x32_it_plays_no_part_in_fever_unless_fever_is_yes(self, tmp_path: Path) -> None:
        assert right(V0406, fever="0")["fever_algo"] == "false"  # although NSP counts when it is asked
        assert right(V0406, fever="1", temperature_cat="NSP")["fever_algo"] == "true"
        row = {**right(V0406, fever="0"), "temperature_cat": "sup_39"}
        assert check_rows(tmp_path, row).told == [(2, "temperature_cat", "hidden-answer")]

    @BOTH
    def test_x32_a_temperature_that_was_asked_must_be_there(self, tmp_path: Path, small: int) -> None:
        row = {**right(V0406, fever="1", temperature_cat="sup_39"), "temperature_cat": ""}
        assert (2, "temperature_cat", "missing-value") in check_rows(tmp_path, row, small=small).told


class TestCodesOfBothNamings:
    TABLE: ClassVar = {
        "FIN1": ("orientation_moins_de_15_ans", "less_15"),
        "FIN2": ("orientation_domicile_surveillance_1", "home_surveillance"),
        "FIN3": ("orientation_consultation_surveillance_1", "consultation_surveillance_1"),
        "FIN4": ("orientation_consultation_surveillance_2", "consultation_surveillance_2"),
        "FIN5": ("orientation_SAMU", "SAMU"),
        "FIN6": ("orientation_consultation_surveillance_3", "consultation_surveillance_3"),
        "FIN7": ("orientation_consultation_surveillance_4", "consultation_surveillance_4"),
        "FIN8": ("orientation_surveillance", "surveillance"),
    }

    @pytest.mark.parametrize("fin", TABLE)
    def test_they_translate_both_ways(self, fin: str) -> None:
        old, new = self.TABLE[fin]
        for code in (old, new):
            assert (codes.fin(code), codes.to_old(code), codes.to_new(code)) == (fin, old, new)

    @pytest.mark.parametrize("code", ["", "FIN1", "samu", "orientation_", "orientation_less_15"])
    def test_anything_else_is_no_code(self, code: str) -> None:
        assert (codes.fin(code), codes.to_old(code), codes.to_new(code)) == (None, None, None)

    @pytest.mark.parametrize("version", VERSIONS)
    def test_each_version_writes_its_own(self, version: str) -> None:
        column = 1 if version >= V0429 else 0
        for item in protocol(version).outcomes:
            assert item.code == self.TABLE[item.id][column]

    def test_every_column_of_the_api_has_its_section(self) -> None:
        placed = [name for names in codes.SECTIONS.values() for name in names]
        assert len(placed) == len(set(placed))
        assert set(placed) | {"id"} == {name for version in VERSIONS for name in header(version)}


@pytest.mark.parametrize("version", VERSIONS)
def test_answers_to_questions_that_are_not_asked_are_refused(version: str) -> None:
    body = {**answers(version), "tiredness": "false", "tiredness_details": "true"}
    with pytest.raises(RefusedAnswers, match="tiredness_details"):
        read_body(protocol(version), body)


def test_the_healthy_person_of_these_tests_is_fin8_everywhere() -> None:
    assert {outcome(version) for version in VERSIONS} == {"FIN8"}
    assert HEALTHY["temperature_cat"] == "35.5-37.7"
