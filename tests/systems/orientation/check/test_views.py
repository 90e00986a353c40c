"""What the report says of one file: what the correction would do, and the commands to go further."""

import pytest

from vigie.systems.orientation.check import views, words
from vigie.systems.orientation.check.findings import Finding
from vigie.systems.orientation.check.summary import Summary

LATEST = "2020-06-09"


@pytest.mark.parametrize(
    ("code", "columns", "fix"),
    [
        ("calculation-mismatch", ["fever_algo"], "fix-yes"),
        ("invalid-value", ["cough"], "fix-no"),
        ("invalid-value", ["orientation", "fever_algo"], "fix-yes"),
        ("invalid-value", ["orientation", "cough"], "fix-partly"),
        ("missing-column", ["cough"], "fix-file"),
        ("extra-column", ["more"], "fix-as-is"),
        ("postal-code", ["postal_code"], "fix-as-is"),
        ("uuid-case", ["id"], "fix-yes"),
        ("blank-line", [], "fix-no"),
        ("ragged-row", [], "fix-no"),
    ],
)
def test_whether_the_correction_helps(code: str, columns: list[str], fix: str) -> None:
    summary = Summary("f.csv")
    summary.by_version[LATEST] = 1
    for column in columns or [""]:
        summary.add_finding(Finding(2, column, code))
    view = views.view(1, summary, {}, words.Words("fr"))
    assert [finding.fix for finding in view.findings] == [fix]


def test_commands_are_quoted_for_a_shell() -> None:
    summary = Summary("my file; rm.csv", "delimited")
    summary.add_finding(Finding(2, "orientation", "orientation-mismatch"))
    shown = [line for _, line in views.view(1, summary, {}, words.Words("fr")).commands]
    assert shown == [
        "vigie orientation check 'my file; rm.csv' --findings constats.csv",
        "vigie orientation check 'my file; rm.csv' --corrected corrige.csv",
    ]
