"""What the check of a file says as a whole: counts for the terminal, for JSON and for the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from vigie.systems.orientation import codes
from vigie.systems.orientation.check.findings import CATALOGUE, ERROR, FATAL, INFO, WARNING, Finding
from vigie.systems.orientation.check.judge import Verdict

OTHER = "…"  # stands for declared codes of no version, in the confusion table


@dataclass
class Summary:
    """Counts of one file. rows = judged + set_aside, always."""

    file: str
    format: str = ""
    encoding: str = ""
    judged: int = 0
    set_aside: int = 0
    right: int = 0
    kept_aside: int = 0  # rows that --corrected could not put right
    by_code: Counter[str] = field(default_factory=Counter)
    by_version: Counter[str] = field(default_factory=Counter)
    right_by_version: Counter[str] = field(default_factory=Counter)
    confusion: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    by_column: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """Records in the file."""
        return self.judged + self.set_aside

    @property
    def exit_code(self) -> int:
        """0 all right, 1 findings of severity error, 2 the file cannot be judged."""
        if any(code in FATAL for code in self.by_code):
            return 2
        return int(any(CATALOGUE[code].severity == ERROR for code in self.by_code))

    def add_right(self, version: str, orientation: str, count: int) -> None:
        """Count rows that are right."""
        self.judged += count
        self.right += count
        self.by_version[version] += count
        self.right_by_version[version] += count
        self.confusion[version, orientation, orientation] += count

    def add(self, verdict: Verdict) -> None:
        """Count one verdict; its findings are counted by add_finding."""
        if verdict.set_aside:
            self.set_aside += 1
            return
        self.judged += 1
        self.by_version[verdict.version] += 1
        if verdict.right:
            self.right += 1
            self.right_by_version[verdict.version] += 1
        declared = verdict.declared
        if declared != verdict.expected and declared and codes.fin(declared) is None:
            declared = OTHER
        self.confusion[verdict.version, declared, verdict.expected] += 1

    def add_finding(self, finding: Finding) -> None:
        """Count one finding."""
        self.by_code[finding.code] += 1
        if finding.column:
            self.by_column[finding.code, finding.column] += 1

    def as_json(self) -> dict[str, Any]:
        """The summary as written by --summary."""
        return {
            "file": self.file,
            "format": self.format,
            "encoding": self.encoding,
            "rows": self.rows,
            "judged": self.judged,
            "set_aside": self.set_aside,
            "right": self.right,
            "wrong": self.judged - self.right,
            "exit_code": self.exit_code,
            "findings": [
                {"code": code, "severity": CATALOGUE[code].severity, "count": count}
                for code, count in self.ordered_codes()
            ],
            "columns": [
                {"code": code, "column": column, "count": count}
                for (code, column), count in sorted(self.by_column.items())
            ],
            "versions": [
                {"version": v, "judged": n, "right": self.right_by_version[v]}
                for v, n in sorted(self.by_version.items())
            ],
            "confusion": [
                {"version": v, "declared": declared, "expected": expected, "count": count}
                for (v, declared, expected), count in sorted(self.confusion.items())
            ],
        }

    def ordered_codes(self) -> list[tuple[str, int]]:
        """Codes and counts: errors first, the most frequent first."""
        rank = {ERROR: 0, WARNING: 1, INFO: 2}
        return sorted(
            self.by_code.items(), key=lambda item: (rank[CATALOGUE[item[0]].severity], -item[1], item[0])
        )
