"""Declared against expected orientations: what is less urgent, what is more, what cannot be compared."""

from collections import Counter

import pytest

from vigie.systems.orientation.check import urgency
from vigie.systems.orientation.check.summary import OTHER, Summary

LATEST = "2020-06-09"


def confused() -> Summary:
    summary = Summary("f.csv", "delimited", "utf-8", judged=2_021, right=2_000)
    summary.by_version[LATEST] = 2_021
    summary.by_code["orientation-mismatch"] = 21
    summary.confusion.update(
        {
            (LATEST, "SAMU", "SAMU"): 2_000,
            (LATEST, "surveillance", "SAMU"): 7,
            (LATEST, "consultation_surveillance_1", "consultation_surveillance_2"): 4,
            (LATEST, "SAMU", "surveillance"): 1,
            (LATEST, "orientation_SAMU", "SAMU"): 2,
            (LATEST, "SAMU", ""): 3,
            (LATEST, "", "SAMU"): 2,
            (LATEST, "less_15", "SAMU"): 2,
        }
    )
    return summary


def test_rows_are_counted_by_kind_in_one_version_or_in_all() -> None:
    summary = confused()
    counts = Counter(same=2_000, less=11, more=1, naming=2, undecided=3, unknown=2, outside=2)
    assert urgency.totals(summary) == counts
    summary.confusion["2020-05-10", "surveillance", "SAMU"] = 5
    assert urgency.totals(summary, LATEST) == counts
    assert urgency.totals(summary)["less"] == 16


@pytest.mark.parametrize(
    ("version", "declared", "expected", "kind"),
    [
        (LATEST, "SAMU", "SAMU", "same"),
        (LATEST, "orientation_SAMU", "SAMU", "naming"),
        (LATEST, "surveillance", "SAMU", "less"),
        (LATEST, "orientation_surveillance", "SAMU", "less"),
        (LATEST, "SAMU", "surveillance", "more"),
        (LATEST, "consultation_surveillance_4", "consultation_surveillance_3", "more"),
        (LATEST, "consultation_surveillance_3", "consultation_surveillance_4", "less"),
        (LATEST, "less_15", "SAMU", "outside"),
        (LATEST, "SAMU", "less_15", "outside"),
        (LATEST, "SAMU", "", "undecided"),
        (LATEST, "", "", "undecided"),
        (LATEST, "", "SAMU", "unknown"),
        (LATEST, OTHER, "SAMU", "unknown"),
        (LATEST, "home_surveillance", "surveillance", "unknown"),  # FIN2 is no outcome of this version
        ("2020-04-29", "home_surveillance", "consultation_surveillance_3", "more"),
        ("2020-04-06", "SAMU", "orientation_SAMU", "naming"),
    ],
)
def test_how_orientations_compare(version: str, declared: str, expected: str, kind: str) -> None:
    assert urgency.compare(version, declared, expected) == kind


def test_the_confusion_table_goes_from_most_to_least_urgent() -> None:
    table = urgency.table(confused(), LATEST)
    columns = [heading.code for heading in table.columns]
    own = ["SAMU", "consultation_surveillance_2", "consultation_surveillance_1", "surveillance", "less_15"]
    assert columns == [*own, ""]
    rows = [heading.code for heading, _ in table.rows]
    assert rows == ["SAMU", "orientation_SAMU", *own[1:], ""]
    cells = {
        (row.code, column): cell
        for row, line in table.rows
        for column, cell in zip(columns, line, strict=True)
    }
    assert sum(cell.count for cell in cells.values()) == 2_021
    assert cells["SAMU", "SAMU"] == urgency.Cell(2_000, "same", urgency.LEVELS)
    assert cells["surveillance", "SAMU"] == urgency.Cell(7, "less", urgency.LEVELS)
    assert cells["SAMU", "surveillance"] == urgency.Cell(1, "more", 1)
    assert cells["surveillance", "surveillance"] == urgency.Cell(0, "same", 0)
