"""Judging one record by the algorithm of its own version: the exact, slow path that explains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vigie.rules import codec, library, types
from vigie.rules.engines import python, reference
from vigie.rules.errors import AnswerError
from vigie.rules.nodes import Value
from vigie.rules.protocol import Column, Protocol, Question
from vigie.systems.orientation import codes
from vigie.systems.orientation.check.findings import CATALOGUE, ERROR, SET_ASIDE, Finding
from vigie.systems.orientation.check.values import READERS

MEMO_LIMIT = 10_000  # distinct values remembered per column: enough for closed lists, bounded for the rest
SHOWN = 80  # characters of a faulty value repeated in a finding

Reading = tuple[
    Value | None, str, str
]  # the value if it is known, the finding's code ("" if right), expected


@dataclass(slots=True)
class Verdict:
    """What a record is worth. `corrected` holds its cells put right, None when they cannot be."""

    version: str = ""
    declared: str = ""
    expected: str = ""
    findings: list[Finding] = field(default_factory=list)
    corrected: list[str] | None = None
    complete: bool = True  # the file has every column this version requires

    @property
    def set_aside(self) -> bool:
        """Whether the record was kept aside, unjudged."""
        return any(f.code in SET_ASIDE for f in self.findings)

    @property
    def right(self) -> bool:
        """Whether no finding is an error."""
        return self.complete and all(f.severity != ERROR for f in self.findings)


class Judge:
    """Judges the records of a file with these columns (the first of a repeated name counts)."""

    def __init__(self, header: list[str]) -> None:
        self.header = header
        self.position = {name: i for i, name in reversed(list(enumerate(header)))}
        self._by_version: dict[str, VersionJudge] = {}

    def version_judge(self, version: str) -> VersionJudge:
        """The judge of one known version, made at first use."""
        if version not in self._by_version:
            self._by_version[version] = VersionJudge(version, self.position)
        return self._by_version[version]

    def judge(self, line: int, cells: list[str]) -> Verdict:
        """The verdict on a record that starts on `line`."""
        if len(cells) != len(self.header):
            found, expected = str(len(cells)), str(len(self.header))
            return Verdict(findings=[Finding(line, "", "ragged-row", found, expected)])
        version = cells[self.position["algo_version"]]
        if version not in codes.versions():
            known = ", ".join(codes.versions())
            return Verdict(
                findings=[Finding(line, "algo_version", "unknown-version", version[:SHOWN], known)]
            )
        return self.version_judge(version).judge(line, cells)


class VersionJudge:
    """One version's rules, bound to the positions of its columns in a file."""

    def __init__(self, version: str, position: Mapping[str, int]) -> None:
        self.version = version
        self.protocol: Protocol = library.get(f"{codes.NAME}/{version}")
        self.present = [(c, position[c.id]) for c in self.protocol.columns if c.id in position]
        self.missing = [c for c in self.protocol.columns if c.id not in position and c.required]
        self.position = position
        self.gated = [q for q in self.protocol.questions if q.asked is not None]
        self.memo: dict[str, dict[str, Reading]] = {c.id: {} for c, _ in self.present}
        self.readers = [
            (column.id, i, column.kind, self._reader(column), self.memo[column.id])
            for column, i in self.present
            if column.kind not in ("version", "outcome")
        ]
        self.evaluate = python.compiled(self.protocol)
        self.factors = python.compiled_factors(self.protocol)

    def judge(self, line: int, cells: list[str]) -> Verdict:
        """The verdict on a record of this version."""
        answers, declared, problems = self._read(cells)
        outcome, path, *derived = self.evaluate(answers)
        calculated = {d.id: value for d, value in zip(self.protocol.derived, derived, strict=True)}
        if self.protocol.exempt is not None and outcome is not None:
            self._forgive_exempt(cells, answers, problems)
        if self.gated:
            self._check_gates(cells, answers, problems)
        self._check_calculations(declared, calculated, problems)
        expected = self.protocol.outcome[outcome].code if outcome in self.protocol.outcome else ""
        self._check_outcome(cells, expected, path, answers, problems)
        verdict = Verdict(self.version, self._declared(cells), expected, complete=not self.missing)
        if problems:
            verdict.findings = [self._finding(line, *item) for item in problems.items()]
        verdict.corrected = self._corrected(cells, verdict, derived)
        return verdict

    # Reading

    def _read(
        self, cells: list[str]
    ) -> tuple[dict[str, Value | None], dict[str, Value | None], dict[str, _Problem]]:
        answers: dict[str, Value | None] = {}
        declared: dict[str, Value | None] = {}
        problems: dict[str, _Problem] = {}
        for name, i, kind, read, memo in self.readers:
            text = cells[i]
            reading = memo.get(text)
            if reading is None:
                reading = read(text)
                if len(memo) < MEMO_LIMIT:
                    memo[text] = reading
            value, code, expected = reading
            if code:
                problems[name] = _Problem(code, text, expected)
            if kind == "answer":
                answers[name] = value
            elif kind == "derived":
                declared[name] = value
        return answers, declared, problems

    def _reader(self, column: Column) -> Callable[[str], Reading]:
        if column.kind == "answer":
            question = self.protocol.question[column.id]
            return lambda text: read_answer(question, text)
        if column.kind == "derived":
            return lambda text: read_answer(Question(column.id, types.Boolean()), text)
        reader, required = READERS[column.kind], column.required

        def read(text: str) -> Reading:
            if not text:
                return (None, "missing-value", _EXPECTED[column.kind]) if required else (None, "", "")
            code, expected = reader(text) or ("", "")
            return None, code, expected

        return read

    # Checking

    def _forgive_exempt(
        self, cells: list[str], answers: dict[str, Value | None], problems: dict[str, _Problem]
    ) -> None:
        """Under 15 nothing else need be answered: blank, or the code that says so (X27)."""
        assert self.protocol.exempt is not None
        if reference.value_of(self.protocol.exempt, answers) is not True:
            return
        for column, i in self.present:
            if column.kind in ("answer", "derived") and cells[i] in ("", self.protocol.exempt_code):
                problems.pop(column.id, None)

    def _check_gates(
        self, cells: list[str], answers: dict[str, Value | None], problems: dict[str, _Problem]
    ) -> None:
        for question in self.gated:
            if question.id not in self.memo or question.asked is None:
                continue
            asked = reference.value_of(question.asked, answers)
            problem = problems.get(question.id)
            if asked is not True and problem and problem.code == "missing-value":
                del problems[question.id]
            if asked is False and answers.get(question.id) not in (None, question.hidden):
                assert question.hidden is not None
                hidden = codec.write(question.hidden)
                problems[question.id] = _Problem("hidden-answer", cells[self.position[question.id]], hidden)

    def _check_calculations(
        self,
        declared: Mapping[str, Value | None],
        calculated: Mapping[str, Value | None],
        problems: dict[str, _Problem],
    ) -> None:
        for name, value in declared.items():
            expected = calculated[name]
            if expected is None:
                continue
            written = codec.write(expected)
            problem = problems.get(name)
            if problem and problem.code == "missing-value":
                problems[name] = _Problem("missing-calculation", "", written)
            elif problem and value is not None and value != expected:
                problems[name] = _Problem("calculation-mismatch", problem.found, written)  # and misspelt
            elif problem:
                problem.expected = written
            elif value is not None and value != expected:
                problems[name] = _Problem("calculation-mismatch", codec.write(value), written)

    def _check_outcome(
        self,
        cells: list[str],
        expected: str,
        path: str,
        answers: dict[str, Value | None],
        problems: dict[str, _Problem],
    ) -> None:
        if "orientation" not in self.position:
            return
        declared = cells[self.position["orientation"]]
        if declared == expected and expected:
            return
        known = declared in self.protocol.outcome_by_code
        if not declared:
            code = "missing-calculation" if expected else "missing-value"
        elif known and not expected:
            return  # some answer is missing or wrong, and has its own finding
        elif known:
            code = "orientation-mismatch"
        elif expected and codes.fin(declared) == codes.fin(expected):
            code = "orientation-naming"
        else:
            code = "other-version-value" if codes.fin(declared) else "invalid-value"
        problem = _Problem(code, declared, expected or ", ".join(self.protocol.outcome_by_code))
        if code == "orientation-mismatch":
            problem.details = {"why": self._why(path, answers)}
        if code == "other-version-value":
            problem.details = {"detail": _other_version(self.version, "orientation", declared)}
        problems["orientation"] = problem

    def _why(self, path: str, answers: dict[str, Value | None]) -> str:
        counted = ", ".join(self.factors(answers))
        return f"{path} ; {counted}" if counted else path

    # The verdict

    def _declared(self, cells: list[str]) -> str:
        return cells[self.position["orientation"]] if "orientation" in self.position else ""

    def _finding(self, line: int, name: str, problem: _Problem) -> Finding:
        details = {"version": self.version, "detail": "", **problem.details}
        if problem.code == "other-version-value" and not details["detail"]:
            details["detail"] = _other_version(self.version, name, problem.found)
        return Finding(line, name, problem.code, problem.found[:SHOWN], problem.expected, details)

    def _corrected(self, cells: list[str], verdict: Verdict, derived: list[Value | None]) -> list[str] | None:
        """The cells with every fixable finding applied; None when an error would remain."""
        if self.missing or not verdict.expected:
            return None
        known = zip(self.protocol.derived, derived, strict=True)
        recomputed = {"orientation", *(d.id for d, value in known if value is not None)}
        corrected: list[str] | None = None
        for finding in verdict.findings:
            fixable = CATALOGUE[finding.code].fixable
            if not fixable and finding.severity == ERROR:
                # A wrong calculated value or orientation is replaced, whatever was written there.
                fixable = finding.column in recomputed
                if not fixable:
                    return None
            if fixable:
                corrected = corrected or list(cells)
                corrected[self.position[finding.column]] = finding.expected
        return corrected or cells


@dataclass(slots=True)
class _Problem:
    code: str
    found: str
    expected: str
    details: dict[str, str] = field(default_factory=dict)


_EXPECTED = {
    "timestamp": "2020-06-09T14:30:00Z",
    "date": "2020-06-09",
    "duration": "≥ 0 (s)",
    "postal_code": "75019",
    "uuid": "UUID",
}


def read_answer(question: Question, text: str) -> Reading:
    """A cell of an answer: its value if it is known, and what is wrong with how it is written."""
    is_number = isinstance(question.kind, types.Number)
    expected = f"{question.minimum}–{question.maximum}" if is_number else ", ".join(codec.spellings(question))
    if not text:
        return None, "missing-value", expected
    try:
        return codec.read(question, text), "", ""
    except AnswerError:
        pass
    if is_number:
        return _misread_number(question, text, expected)
    for spelled in codec.spellings(question):
        if text.strip().lower() == spelled.lower():
            return codec.read(question, spelled), "spelling", spelled
    return None, "other-version-value" if _known_elsewhere(question.id, text) else "invalid-value", expected


def _misread_number(question: Question, text: str, expected: str) -> Reading:
    if codec.number(text) is not None:
        return None, "out-of-range", expected
    mended = text.strip().replace(",", ".")
    try:
        return codec.read(question, mended), "spelling", mended
    except AnswerError:
        return None, "invalid-number", expected


def _known_elsewhere(name: str, text: str) -> bool:
    return any(_is_choice(version, name, text) for version in codes.versions())


def _other_version(version: str, name: str, text: str) -> str:
    others = [v for v in codes.versions() if v != version and _is_choice(v, name, text)]
    return ", ".join(others)


def _is_choice(version: str, name: str, text: str) -> bool:
    protocol = library.get(f"{codes.NAME}/{version}")
    if name == "orientation":
        return text in protocol.outcome_by_code
    question = protocol.question.get(name)
    return question is not None and text in question.choices
