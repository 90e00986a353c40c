"""The first sections of a protocol file, those that declare what is asked: scales, measures, questions."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from vigie.rules import codec, expressions, types
from vigie.rules.errors import AnswerError, ExpressionError
from vigie.rules.expressions import Scope
from vigie.rules.nodes import Node
from vigie.rules.protocol import Measure, Question
from vigie.rules.source import Source

T = TypeVar("T")

# The SQL of the rules names columns of its own `previous__x` and `alert_0`.
IDENTIFIER = re.compile(r"(?!.*__|alert_[0-9]+$)[a-z][a-z0-9_]{0,60}")
# An expression could not speak of a name that is a word of Python's.
RESERVED = {"true", "false", "none", "outcome", *keyword.kwlist}


class SectionReader:
    """What every section needs: names declared once, conditions read at their place in the file."""

    def __init__(self, sections: dict[str, Source]) -> None:
        self.sections = sections
        self.names: dict[str, types.Type] = {}
        self.tallies: dict[str, tuple[Node, ...]] = {}
        self.scales: dict[str, tuple[str, ...]] = {}
        self.questions: list[Question] = []
        self.measures: list[Measure] = []

    def _list(self, section: str, read: Callable[[Source], T]) -> tuple[T, ...]:
        if section not in self.sections:
            return ()
        return tuple(read(item) for item in self.sections[section].items())

    def _pairs(self, entries: list[Source]) -> list[tuple[str, Source]]:
        """A list of one-key mappings: `- name: value`."""
        found: list[tuple[str, Source]] = []
        for item in entries:
            pairs = list(item.entries())
            if len(pairs) != 1:
                item.refuse("one `name: value` is expected for each dash")
            key, place, value = pairs[0]
            self._identifier(place)
            if key in dict(found):
                place.refuse(f"{key!r} is written twice")
            found.append((key, value))
        return found

    def _identifier(self, place: Source) -> str:
        name = place.text()
        if not IDENTIFIER.fullmatch(name) or name in RESERVED:
            place.refuse(f"{name!r} cannot be a name: lower-case letters, digits and _ are expected")
        return name

    def _declare(self, place: Source, kind: types.Type) -> str:
        name = self._identifier(place)
        if name in self.names or name in self.tallies:
            place.refuse(f"{name!r} is already the name of something else")
        self.names[name] = kind
        return name

    def _scope(self, **features: bool) -> Scope:
        return Scope(dict(self.names), dict(self.tallies), **features)

    def _condition(self, place: Source, scope: Scope | None = None) -> Node:
        try:
            return expressions.condition(place.expression_text(), scope or self._scope())
        except ExpressionError as error:
            raise place.expression_error(error) from None

    def _expression(self, place: Source, scope: Scope) -> tuple[Node, types.Type]:
        try:
            return expressions.expression(place.expression_text(), scope)
        except ExpressionError as error:
            raise place.expression_error(error) from None

    def _refuse_repeats(self, section: str, ids: list[str]) -> None:
        for name in ids:
            if ids.count(name) > 1:
                self.sections[section].refuse(f"{name!r} is written twice")

    def _whole(self, place: Source, low: int, high: int) -> int:
        text = place.text()
        if not text.isdecimal() or len(text) > 9 or not low <= int(text) <= high:
            place.refuse(f"a whole number from {low} to {high} is expected")
        return int(text)

    def _number(self, fields: dict[str, Source], key: str):  # type: ignore[no-untyped-def]
        if key not in fields:
            return None
        value = codec.number(fields[key].text())
        if value is None:
            fields[key].refuse("a number with a decimal point is expected")
        return value


# The keys that only some kinds of questions have.
KEYS_OF_KINDS = {
    "choices": ("choice",),
    "ranges": ("choice",),
    "reads": ("choice",),
    "scale": ("scale",),
    "minimum": ("number",),
    "maximum": ("number",),
    "decimals": ("number",),
    "computed": ("number",),
}


def _some(place: Source) -> tuple[str, ...]:
    return place.texts() or place.refuse("at least one is expected")


class QuestionSections(SectionReader):
    """Scales, measures and questions."""

    def _read_scales(self) -> None:
        if "scales" in self.sections:
            for name, place, grades in self.sections["scales"].entries():
                self._identifier(place)
                self.scales[name] = _some(grades)

    def _read_measures(self) -> None:
        for item in self.sections["measures"].items() if "measures" in self.sections else ():
            fields = item.fields("id minimum maximum decimals")
            low, high = self._number(fields, "minimum"), self._number(fields, "maximum")
            self._refuse_reversed(fields)
            name = self._declare(fields["id"], types.Number())
            self.measures.append(Measure(name, low, high, self._whole(fields["decimals"], 0, 6)))

    def _read_questions(self) -> None:
        measures = Scope({m.id: types.Number() for m in self.measures}, arithmetic=True)
        for measure in self.measures:  # only computed questions may read a measure
            del self.names[measure.id]
        for item in self.sections["questions"].items():
            self.questions.append(self._question(item, measures))

    def _question(self, item: Source, measures: Scope) -> Question:
        fields = item.fields(
            "id kind", "choices ranges scale reads minimum maximum decimals asked hidden computed"
        )
        if fields["id"].text() in measures.names:
            fields["id"].refuse("this is already the name of a measure")
        kind, choices = self._kind(fields)
        self._refuse_ignored(fields)
        asked = self._condition(fields["asked"]) if "asked" in fields else None
        question = Question(
            id=self._declare(fields["id"], kind),
            kind=kind,
            choices=choices,
            minimum=self._number(fields, "minimum"),
            maximum=self._number(fields, "maximum"),
            decimals=self._whole(fields["decimals"], 0, 6) if "decimals" in fields else None,
            asked=asked,
            computed=self._computed(fields, kind, measures),
            reads=self._reads(fields, choices),
            ranges=self._ranges(fields, choices),
        )
        if (question.minimum is None) != (question.maximum is None):
            item.refuse("minimum and maximum go together")
        self._refuse_reversed(fields)
        return self._with_hidden(question, fields)

    def _kind(self, fields: dict[str, Source]) -> tuple[types.Type, tuple[str, ...]]:
        match fields["kind"].text():
            case "boolean":
                return types.Boolean(), ("true", "false")
            case "number":
                return types.Number(), ()
            case "text":
                return types.Text(), ()
            case "choice" if "choices" in fields:
                codes = _some(fields["choices"])
                return types.Choice(codes), codes
            case "scale" if "scale" in fields and fields["scale"].text() in self.scales:
                highest = len(self.scales[fields["scale"].text()]) - 1
                return types.Grade(highest), tuple(str(g) for g in range(highest + 1))
        return fields["kind"].refuse(
            "boolean, number, text, choice (with choices) or scale (with a known scale) is expected"
        )

    def _refuse_ignored(self, fields: dict[str, Source]) -> None:
        """What a kind has no use for would be ignored in silence."""
        kind = fields["kind"].text()
        for key, kinds in KEYS_OF_KINDS.items():
            if key in fields and kind not in kinds:
                fields[key].refuse(f"a question of kind {kind} has no {key}")

    def _refuse_reversed(self, fields: dict[str, Source]) -> None:
        low, high = self._number(fields, "minimum"), self._number(fields, "maximum")
        if low is not None and high is not None and high < low:
            fields["maximum"].refuse("the maximum is below the minimum")

    def _reads(self, fields: dict[str, Source], choices: tuple[str, ...]) -> dict[str, str]:
        spellings: dict[str, str] = {}
        for spelling, place, code in fields["reads"].entries() if "reads" in fields else ():
            if code.text() not in choices or spelling in choices:
                place.refuse("another spelling of one of the choices is expected")
            spellings[spelling] = code.text()
        return spellings

    def _ranges(
        self, fields: dict[str, Source], choices: tuple[str, ...]
    ) -> dict[str, tuple[int, int | None]]:
        """The whole numbers each choice stands for: every one from 0 on belongs to exactly one choice."""
        found: dict[str, tuple[int, int | None]] = {}
        following: int | None = 0
        for code, place, written in fields["ranges"].entries() if "ranges" in fields else ():
            low, dash, high = written.text().partition("-")
            whole = low.isdecimal() and dash and (high.isdecimal() or not high) and len(low + high) < 12
            if code not in choices or not whole or int(low) != following:
                place.refuse(f"choices are expected in order, such as 0-14, this one starting at {following}")
            found[code] = (int(low), int(high) if high else None)
            following = int(high) + 1 if high else None
        if found and (set(found) != set(choices) or following is not None):
            fields["ranges"].refuse("every choice needs its range, and the last one no end, such as 65-")
        return found

    def _computed(self, fields: dict[str, Source], kind: types.Type, measures: Scope) -> Node | None:
        if "computed" not in fields:
            return None
        node, result = self._expression(fields["computed"], measures)
        if not isinstance(kind, types.Number) or not isinstance(result, types.Number):
            fields["computed"].refuse("only a number is computed, by a formula that gives a number")
        return node

    def _with_hidden(self, question: Question, fields: dict[str, Source]) -> Question:
        if "hidden" not in fields:
            return question
        if question.asked is None:
            fields["hidden"].refuse("only a question with a condition (asked) has a hidden value")

        try:
            return replace(question, hidden=codec.read(question, fields["hidden"].text()))
        except AnswerError as error:
            fields["hidden"].refuse(error.what)
