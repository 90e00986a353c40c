"""Every finding of the catalogue as a table: what is in the file, and what is said of it."""

from __future__ import annotations

import csv
import string
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.systems.orientation.check.strange_files import STRANGE
from tests.systems.orientation.rows import (
    EXACT,
    FAST,
    LATEST,
    UUID,
    VERSIONS,
    answers,
    check_bytes,
    check_file,
    check_rows,
    csv_bytes,
    right,
)
from vigie.systems.orientation.check.findings import CATALOGUE, FATAL, SET_ASIDE, Finding, Kind

YES_NO = "true, false, 1, 0"
AGES = "inf_15, from_15_to_49, from_50_to_64, sup_65"
MOMENT = "2020-06-09T14:30:00Z"
KNOWN = ", ".join(VERSIONS)


@dataclass(frozen=True)
class Case:
    """A right row of `version` with some answers, in which the cells `change` are replaced."""

    change: dict[str, str]
    column: str
    code: str
    severity: str
    found: str
    expected: str
    version: str = LATEST
    answers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.version} {self.change}"


def error(column: str, found: str, code: str, expected: str, version: str = LATEST, **given: str) -> Case:
    return Case({column: found}, column, code, "error", found, expected, version, tuple(given.items()))


def warning(column: str, found: str, code: str, expected: str, version: str = LATEST, **given: str) -> Case:
    return Case({column: found}, column, code, "warning", found, expected, version, tuple(given.items()))


CASES = [
    # Blank
    error("cough", "", "missing-value", YES_NO),
    error("age_range", "", "missing-value", AGES),
    error("imc", "", "missing-value", "10–70"),
    error("date", "", "missing-value", MOMENT),
    error("form_version", "", "missing-value", "2020-06-09"),
    error("duration", "", "missing-value", "≥ 0 (s)"),
    error("tiredness_details", "", "missing-value", YES_NO, tiredness="true"),
    error("orientation", "", "missing-calculation", "surveillance"),
    error("fever_algo", "", "missing-calculation", "true", temperature_cat="sup_39"),
    error("immunosuppressant_drug_algo", "", "missing-calculation", "false", "2020-05-10"),
    # Values of a closed list
    error("cough", "maybe", "invalid-value", YES_NO),
    error("cough", "oui", "invalid-value", YES_NO),
    error("cough", "2", "invalid-value", YES_NO),
    error("cough", "888", "invalid-value", YES_NO),
    error("pregnant", "999", "invalid-value", "1, 0, 888, true, false"),
    error("heart_disease", "888", "invalid-value", "1, 0, 999, true, false"),
    error("heart_disease_algo", "999", "invalid-value", "false"),
    error("temperature_cat", "38", "invalid-value", "inf_35.5, 35.5-37.7, 37.8-38.9, sup_39, NSP"),
    error("orientation", "urgent", "invalid-value", "surveillance"),
    error("orientation", "FIN8", "invalid-value", "surveillance"),
    error("orientation", "x" * 500, "invalid-value", "surveillance"),
    error("age_range", "sup_70", "other-version-value", AGES),
    error(
        "age_range",
        "sup_65",
        "other-version-value",
        AGES.replace("64", "69").replace("65", "70"),
        "2020-04-29",
    ),
    error("orientation", "home_surveillance", "other-version-value", "surveillance", "2020-05-10"),
    error("orientation", "orientation_SAMU", "other-version-value", "surveillance"),
    # Spellings
    error("cough", "True", "spelling", "true", cough="true"),
    error("cough", " false", "spelling", "false"),
    error("temperature_cat", "nsp", "spelling", "NSP", temperature_cat="NSP"),
    error("age_range", "From_15_To_49 ", "spelling", "from_15_to_49"),
    error("pregnant", "FALSE", "spelling", "false"),
    error("fever_algo", "FALSE", "spelling", "false"),
    error("imc", "29,9", "spelling", "29.9"),
    error("imc", " 22.0", "spelling", "22.0"),
    # Numbers
    error("imc", "abc", "invalid-number", "10–70"),
    error("imc", "2e1", "invalid-number", "10–70"),
    error("imc", "22.", "invalid-number", "10–70"),
    error("imc", "+22", "invalid-number", "10–70"),
    error("imc", "1,234.5", "invalid-number", "10–70"),
    error("imc", "٢٢", "invalid-number", "10–70"),
    error("imc", "9.9", "out-of-range", "10–70"),
    error("imc", "70.1", "out-of-range", "10–70"),
    error("imc", "-22", "out-of-range", "10–70"),
    error("duration", "-1", "invalid-value", "≥ 0 (s)"),
    error("duration", "12.5", "invalid-value", "≥ 0 (s)"),
    warning("duration", "30", "implausible-duration", "31–1999"),
    warning("duration", "2000", "implausible-duration", "31–1999"),
    warning("duration", "0", "implausible-duration", "31–1999"),
    # Moments, days, codes
    error("date", "2020-06-10T10:00:00", "invalid-timestamp", MOMENT),
    error("date", "2020-06-10", "invalid-timestamp", MOMENT),
    error("date", "10/06/2020 10:00", "invalid-timestamp", MOMENT),
    error("date", "2020-02-30T10:00:00Z", "invalid-timestamp", MOMENT),
    error("date", "2020-06-10T24:00:00Z", "invalid-timestamp", MOMENT),
    error("date", "0000-01-01T00:00:00Z", "invalid-timestamp", MOMENT),
    error("date", "2020-06-10T10:00:00+25:00", "invalid-timestamp", MOMENT),
    error("form_version", "09/06/2020", "invalid-date", "2020-06-09"),
    error("form_version", "2020-06-31", "invalid-date", "2020-06-09"),
    error("form_version", "2020-6-9", "invalid-date", "2020-06-09"),
    error("id", "42", "invalid-uuid", ""),
    error("id", UUID.replace("-", ""), "invalid-uuid", ""),
    warning("id", UUID.upper(), "uuid-case", UUID),
    warning("postal_code", "1350", "postal-code", "75019"),
    warning("postal_code", "75019 ", "postal-code", "75019"),
    # Answers to a question that was not asked
    warning("tiredness_details", "true", "hidden-answer", "false"),
    warning("temperature_cat", "sup_39", "hidden-answer", "NSP", "2020-04-06"),
    # Calculations
    error("fever_algo", "true", "calculation-mismatch", "false"),
    error("fever_algo", "false", "calculation-mismatch", "true", temperature_cat="NSP"),
    error("fever_algo", "TRUE", "calculation-mismatch", "false"),
    error("heart_disease_algo", "false", "calculation-mismatch", "true", heart_disease="999"),
    error("immunosuppressant_disease_algo", "true", "calculation-mismatch", "false"),
    error("orientation", "SAMU", "orientation-mismatch", "surveillance"),
    error("orientation", "surveillance", "orientation-mismatch", "SAMU", breathlessness="true"),
    error("orientation", "orientation_surveillance", "orientation-naming", "surveillance"),
    error(
        "orientation", "SAMU", "orientation-naming", "orientation_SAMU", "2020-04-17", breathlessness="true"
    ),
    # The version
    error("algo_version", "2020-04-25", "unknown-version", KNOWN),
    error("algo_version", " 2020-06-09", "unknown-version", KNOWN),
    error("algo_version", "", "unknown-version", KNOWN),
]


def told(finding: Finding) -> tuple[object, ...]:
    return finding.line, finding.column, finding.code, finding.severity, finding.found, finding.expected


@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_change_one_finding(tmp_path: Path, case: Case) -> None:
    before = right(case.version, **dict(case.answers))
    checked = check_rows(tmp_path, before, {**before, **case.change}, before)
    (finding,) = checked.findings
    assert told(finding) == (3, case.column, case.code, case.severity, case.found[:80], case.expected)
    assert checked.summary.exit_code == (case.severity == "error")
    for language in ("fr", "en"):
        message = finding.message(language)
        assert "{" not in message
        assert case.code in SET_ASIDE or not case.expected or case.expected in message


@pytest.mark.parametrize("version", VERSIONS)
def test_one_change_one_finding_on_the_fast_path(tmp_path: Path, version: str) -> None:
    mine = [case for case in CASES if case.version == version]
    rows = [{**right(version, **dict(case.answers)), **case.change} for case in mine]
    checked = check_rows(tmp_path, *rows, small=FAST)
    assert [told(finding) for finding in sorted(checked.findings, key=lambda f: f.line)] == [
        (line, case.column, case.code, case.severity, case.found[:80], case.expected)
        for line, case in enumerate(mine, 2)
    ]


# What is right, although it looks odd. (X20 to X27 have their own tests.)
FINE = [
    ({}, {}),
    ({"cough": "0"}, {}),
    ({"cough": "1"}, {"cough": "true"}),
    ({"fever_algo": "0"}, {}),
    ({"imc": "22"}, {}),
    ({"imc": "22.00000"}, {}),
    ({"imc": "10"}, {}),
    ({"imc": "70"}, {"imc": "70"}),
    ({"date": "2020-06-10t10:00:00.123456z"}, {}),
    ({"date": "2020-06-10 10:00:00+02:00"}, {}),
    ({"date": "2020-02-29T23:59:60-00:00"}, {}),
    ({"form_version": "2020-03-20"}, {}),
    ({"duration": "0120"}, {}),
    ({"duration": "31"}, {}),
    ({"duration": "1999"}, {}),
    ({"id": ""}, {}),
    ({"postal_code": ""}, {}),
]


@pytest.mark.parametrize("small", [EXACT, FAST], ids=["exact", "fast"])
def test_right_and_odd(tmp_path: Path, small: int) -> None:
    checked = check_rows(tmp_path, *({**right(**given), **change} for change, given in FINE), small=small)
    assert (checked.told, checked.summary.right) == ([], len(FINE))


class TestSeveralFaultsInOneRow:
    def test_each_is_told(self, tmp_path: Path) -> None:
        row = {
            **right(),
            "cough": "maybe",
            "imc": "82",
            "date": "hier",
            "postal_code": "1350",
            "fever_algo": "true",
        }
        assert check_rows(tmp_path, row).told == [
            (2, "cough", "invalid-value"),
            (2, "date", "invalid-timestamp"),
            (2, "fever_algo", "calculation-mismatch"),
            (2, "imc", "out-of-range"),
            (2, "postal_code", "postal-code"),
        ]

    def test_nothing_is_said_of_an_orientation_that_cannot_be_computed(self, tmp_path: Path) -> None:
        checked = check_rows(tmp_path, {**right(), "cough": ""})
        assert checked.told == [(2, "cough", "missing-value")]
        assert dict(checked.summary.confusion) == {(LATEST, "surveillance", ""): 1}

    def test_an_orientation_is_judged_when_what_is_missing_does_not_matter(self, tmp_path: Path) -> None:
        checked = check_rows(
            tmp_path, {**right(breathlessness="true"), "cough": "", "orientation": "surveillance"}
        )
        assert checked.told == [(2, "cough", "missing-value"), (2, "orientation", "orientation-mismatch")]

    def test_an_orientation_of_no_version_is_told_even_then(self, tmp_path: Path) -> None:
        checked = check_rows(
            tmp_path,
            {**right(), "cough": "", "orientation": "urgent"},
            {**right(), "cough": "", "orientation": ""},
        )
        assert [f for f in checked.told if f[1] == "orientation"] == [
            (2, "orientation", "invalid-value"),
            (3, "orientation", "missing-value"),
        ]

    def test_a_wrong_calculation_does_not_change_the_expected_orientation(self, tmp_path: Path) -> None:
        # The declared fever_algo is false: the orientation expected is nevertheless that of a fever.
        row = {**right(temperature_cat="sup_39", cough="true"), "fever_algo": "false"}
        assert check_rows(tmp_path, row).told == [(2, "fever_algo", "calculation-mismatch")]

    def test_a_wrong_spelling_does_not_change_the_expected_orientation(self, tmp_path: Path) -> None:
        row = {**right(breathlessness="true"), "breathlessness": "TRUE"}
        assert check_rows(tmp_path, row).told == [(2, "breathlessness", "spelling")]

    def test_the_sentence_says_why(self, tmp_path: Path) -> None:
        row = {**right(temperature_cat="NSP", cough="true", diabetes="true"), "orientation": "surveillance"}
        (finding,) = check_rows(tmp_path, row).findings
        assert finding.message("fr") == (
            "L’orientation déclarée est surveillance\u202f; la version 2020-06-09 donne "
            "consultation_surveillance_4 (fever_and_cough/few_minor ; minor:fever, prognostic:diabetes)."
        )

    def test_the_sentence_names_the_other_versions(self, tmp_path: Path) -> None:
        (finding,) = check_rows(tmp_path, {**right(), "age_range": "sup_70"}).findings
        assert "une valeur de la version 2020-04-06, 2020-04-17, 2020-04-29" in finding.message("fr")


class TestTheCatalogueItself:
    def test_every_code_is_produced_by_a_test(self) -> None:
        produced = {case.code for case in CASES} | {code for strange in STRANGE for *_, code in strange.told}
        assert produced == set(CATALOGUE)

    @pytest.mark.parametrize("code", CATALOGUE)
    def test_both_languages_need_the_same_details(self, code: str) -> None:
        def fields(template: str) -> set[str]:
            names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
            return {name.removesuffix("_fr").removesuffix("_en") for name in names}

        kind = CATALOGUE[code]
        assert fields(kind.fr) == fields(kind.en)
        assert kind.fr.endswith(".") and kind.en.endswith(".")
        assert kind.severity in ("error", "warning", "info")

    def test_families(self) -> None:
        assert set(CATALOGUE) >= SET_ASIDE | FATAL
        assert not SET_ASIDE & FATAL
        assert all(CATALOGUE[code].severity == "error" for code in FATAL)
        # What --corrected mends is a wrong cell, never a record or a file.
        assert not {code for code, kind in CATALOGUE.items() if kind.fixable} & (SET_ASIDE | FATAL)

    def test_a_value_with_braces_is_only_shown(self) -> None:
        finding = Finding(2, "{column}", "invalid-value", "{expected}{0}", "{{x}}")
        assert finding.message("en") == "{column} is “{expected}{0}”; expected: {{x}}."

    def test_an_entry_is_small_and_frozen(self) -> None:
        with pytest.raises(AttributeError):
            Kind("error", "", "").severity = "info"  # type: ignore[misc]


class TestCounts:
    def test_by_version_code_column_and_confusion(self, tmp_path: Path) -> None:
        rows = [
            right(cough="true"),
            {**right(), "orientation": "SAMU"},
            {**right(), "orientation": "SAMU"},
            {**right(), "orientation": "urgent", "cough": "FALSE"},
            {**right(), "algo_version": "x"},
        ]
        body = check_rows(tmp_path, *rows).body
        assert body == {
            "file": "",
            "format": "delimited",
            "encoding": "utf-8",
            "rows": 5,
            "judged": 4,
            "set_aside": 1,
            "right": 1,
            "wrong": 3,
            "exit_code": 1,
            "findings": [
                {"code": "orientation-mismatch", "severity": "error", "count": 2},
                {"code": "invalid-value", "severity": "error", "count": 1},
                {"code": "spelling", "severity": "error", "count": 1},
                {"code": "unknown-version", "severity": "error", "count": 1},
            ],
            "columns": [
                {"code": "invalid-value", "column": "orientation", "count": 1},
                {"code": "orientation-mismatch", "column": "orientation", "count": 2},
                {"code": "spelling", "column": "cough", "count": 1},
                {"code": "unknown-version", "column": "algo_version", "count": 1},
            ],
            "versions": [{"version": LATEST, "judged": 4, "right": 1}],
            "confusion": [
                {"version": LATEST, "declared": "SAMU", "expected": "surveillance", "count": 2},
                {
                    "version": LATEST,
                    "declared": "consultation_surveillance_3",
                    "expected": "consultation_surveillance_3",
                    "count": 1,
                },
                {"version": LATEST, "declared": "…", "expected": "surveillance", "count": 1},
            ],
        }

    def test_a_warning_leaves_a_row_right(self, tmp_path: Path) -> None:
        checked = check_rows(tmp_path, {**right(), "postal_code": "1350", "duration": "5"})
        assert (checked.summary.right, checked.summary.exit_code) == (1, 0)

    def test_missing_and_extra_columns_are_told_once_for_each_version(self, tmp_path: Path) -> None:
        row = {k: v for k, v in right().items() if k != "cough"} | {"note": ""}
        checked = check_rows(tmp_path, row, row, row)
        assert checked.told == [(1, "cough", "missing-column"), (1, "note", "extra-column")]
        assert (checked.summary.judged, checked.summary.right) == (3, 0)

    def test_the_shipped_sample(self) -> None:
        samples = Path(__file__).parents[4] / "src/vigie/systems/orientation/samples"
        checked = check_file(samples / "orientation-1000.csv")
        assert checked.summary.rows == 1_000
        assert checked.summary.exit_code == 1
        with (samples / "orientation-1000.csv").open(newline="") as file:
            assert len(next(csv.reader(file))) == 30


def test_the_helper_rows_are_right_in_every_version(tmp_path: Path) -> None:
    # Guards the tables: a base row with a fault would hide others.
    for version in VERSIONS:
        rows = [
            right(version, **{q: text})
            for q in answers(version)
            for text in ("1", "0", "true")
            if _may_be(version, q, text)
        ]
        assert check_bytes(tmp_path, csv_bytes(rows)).told == []


def _may_be(version: str, question: str, text: str) -> bool:
    from tests.systems.orientation.rows import protocol

    kind = protocol(version).question[question]
    return text in kind.choices or text in kind.reads or str(kind.kind).startswith("a condition")
