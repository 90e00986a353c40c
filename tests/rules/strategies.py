"""Random protocols, and random entries for them, for Hypothesis."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from tests.rules.engines import Entry
from vigie.rules import nodes, types
from vigie.rules.errors import ProtocolError
from vigie.rules.loader import loads
from vigie.rules.nodes import Value
from vigie.rules.protocol import Protocol
from vigie.rules.types import Type

Draw = Callable[[st.SearchStrategy[Any]], Any]

# Codes that something between here and a database could misread.
CODES = ("a", "b", "no", "1", "1.5", "2020-04-06", "é", "it's", 'say "x"', "back\\slash", "a b", "%s", "null")
HALVES = tuple(Decimal(n) / 2 for n in range(7))  # few numbers, so that they often meet a bound
ORDER = ("==", "!=", "<", "<=", ">", ">=")
HOURS = (12, 24)


@dataclass
class Names:
    """What an expression may speak of, as the protocol grows."""

    kinds: dict[str, Type] = field(default_factory=dict)
    tallies: dict[str, int] = field(default_factory=dict)
    history: bool = False

    def with_history(self) -> Names:
        return Names(self.kinds, self.tallies, history=True)


# Expressions


def condition(draw: Draw, names: Names, depth: int = 2) -> str:
    """A condition as text."""
    shapes = [_leaf] if depth == 0 else [_leaf, _joined, _negated, _implied, _counted, _equated]
    return draw(st.sampled_from(shapes))(draw, names, depth)


def _leaf(draw: Draw, names: Names, depth: int) -> str:
    if names.tallies and draw(st.booleans()):
        tally = draw(st.sampled_from(sorted(names.tallies)))
        return _either_way(draw, tally, draw(st.sampled_from(ORDER)), str(draw(st.integers(0, 5))))
    if not names.kinds:
        return draw(st.sampled_from(["true", "false"]))
    name = draw(st.sampled_from(sorted(names.kinds)))
    operand, kind = _operand(draw, names, name), names.kinds[name]
    tests = [_answered] if isinstance(kind, types.Text) else [_answered, _compared, _compared, _listed]
    if isinstance(kind, types.Boolean):
        tests.append(lambda *_: operand)
    return draw(st.sampled_from(tests))(draw, names, operand, kind)


def _operand(draw: Draw, names: Names, name: str) -> str:
    if names.history and draw(st.booleans()):
        if isinstance(names.kinds[name], types.Grade) and draw(st.booleans()):
            return f"lowest({name}, {draw(st.sampled_from(HOURS))})"
        return f"previous({name})"
    return name


def _answered(draw: Draw, names: Names, operand: str, kind: Type) -> str:
    return f"answered({operand})"


def _compared(draw: Draw, names: Names, operand: str, kind: Type) -> str:
    operators = ORDER if isinstance(kind, types.Number | types.Grade) else ORDER[:2]
    alike = sorted(name for name, other in names.kinds.items() if other == kind)
    other = (
        _operand(draw, names, draw(st.sampled_from(alike))) if draw(st.booleans()) else _literal(draw, kind)
    )
    return _either_way(draw, operand, draw(st.sampled_from(operators)), other)


def _either_way(draw: Draw, left: str, operator: str, right: str) -> str:
    return f"{left} {operator} {right}" if draw(st.booleans()) else f"{right} {operator} {left}"


def _listed(draw: Draw, names: Names, operand: str, kind: Type) -> str:
    literals = [_literal(draw, kind) for _ in range(draw(st.integers(1, 3)))]
    return f"{operand} {draw(st.sampled_from(['in', 'not in']))} ({', '.join(literals)},)"


def _literal(draw: Draw, kind: Type) -> str:
    return written(draw(values(kind)))


def _joined(draw: Draw, names: Names, depth: int) -> str:
    parts = [f"({condition(draw, names, depth - 1)})" for _ in range(draw(st.integers(2, 3)))]
    return draw(st.sampled_from([" and ", " or "])).join(parts)


def _negated(draw: Draw, names: Names, depth: int) -> str:
    return f"not ({condition(draw, names, depth - 1)})"


def _implied(draw: Draw, names: Names, depth: int) -> str:
    return f"implies({condition(draw, names, depth - 1)}, {condition(draw, names, depth - 1)})"


def _counted(draw: Draw, names: Names, depth: int) -> str:
    parts = ", ".join(condition(draw, names, depth - 1) for _ in range(draw(st.integers(1, 4))))
    return f"count({parts}) {draw(st.sampled_from(ORDER))} {draw(st.integers(0, 5))}"


def _equated(draw: Draw, names: Names, depth: int) -> str:
    left, right = condition(draw, names, depth - 1), condition(draw, names, depth - 1)
    # A literal on both sides of another literal of the same type is fine, true == true included.
    return f"({left}) {draw(st.sampled_from(ORDER[:2]))} ({right})"


@st.composite
def formulas(draw: Draw, depth: int = 3) -> str:
    """A formula of the measures `w` and `h` as text."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(["w", "h", "2", "0.5"]))
    left, right = draw(formulas(depth - 1)), draw(formulas(depth - 1))
    joined = st.sampled_from("+-*/").map(lambda sign: f"({left}) {sign} ({right})")
    return draw(joined | st.sampled_from([f"({left}) ** 2", f"({left}) ** 3", f"round_half_up({left}, 1)"]))


def written(value: Value) -> str:
    """A literal of the language."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def values(kind: Type) -> st.SearchStrategy[Value]:
    """Answers of a type."""
    match kind:
        case types.Boolean():
            return st.booleans()
        case types.Grade(highest):
            return st.integers(0, highest)
        case types.Choice(codes):
            return st.sampled_from(codes)
        case types.Number():
            return st.sampled_from(HALVES)
    return st.sampled_from(["", "words", "it's\n2"])


# Protocols


@st.composite
def protocols(draw: Draw) -> str:
    """The text of a valid protocol."""
    names = Names()
    sections = ["protocol: random", "version: 1", "scales: {three: [none, some, much], two: ['no', 'yes']}"]
    sections += ["questions:", *(_question(draw, names, i) for i in range(draw(st.integers(1, 6))))]
    sections += ["derived:", *(_derived(draw, names, i) for i in range(draw(st.integers(0, 3))))]
    sections += ["tallies:", *(_tally(draw, names, i) for i in range(draw(st.integers(0, 3))))]
    sections += ["outcomes:", *(f"  - {{id: X{i}, code: x{i}}}" for i in range(3))]
    if draw(st.booleans()):
        sections += ["decision:", *_clauses(draw, names, depth=1)]
    sections += ["alerts:", *(_alert(draw, names, i) for i in range(draw(st.integers(0, 3))))]
    # A key with nothing under it is not an empty list: leave it out.
    kept = [s for s, after in zip(sections, [*sections[1:], "end:"], strict=True) if not _empty(s, after)]
    text = "\n".join(kept) + "\n"
    assume(not _too_large(text))
    return text


def _too_large(text: str) -> bool:
    """Counts inside counts soon pass the limit of the language; every other refusal is a fault of ours."""
    try:
        loads(text.encode())
    except ProtocolError as error:
        if error.what.startswith("counts inside counts"):
            return True
        raise
    return False


def _empty(section: str, following: str) -> bool:
    return section.endswith(":") and not following.startswith(" ")


def _question(draw: Draw, names: Names, index: int) -> str:
    kind = draw(
        st.sampled_from([types.Boolean(), types.Grade(2), types.Grade(1), types.Number(), types.Text()])
        | st.builds(
            types.Choice, st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True).map(tuple)
        )
    )
    fields = {"id": f"q{index}", **_kind(kind)}
    if names.kinds and draw(st.booleans()):
        fields["asked"] = json.dumps(condition(draw, names, 1), ensure_ascii=False)
        if draw(st.booleans()):
            fields["hidden"] = _quoted(draw(values(kind)))
    names.kinds[f"q{index}"] = kind
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"


def _kind(kind: Type) -> dict[str, str]:
    match kind:
        case types.Boolean():
            return {"kind": "boolean"}
        case types.Grade(highest):
            return {"kind": "scale", "scale": "three" if highest == 2 else "two"}
        case types.Choice(codes):
            return {"kind": "choice", "choices": json.dumps(codes, ensure_ascii=False)}
        case types.Number():
            return {"kind": "number", "minimum": "0", "maximum": "3", "decimals": "1"}
    return {"kind": "text"}


def _quoted(value: Value) -> str:
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return json.dumps(text, ensure_ascii=False)


def _derived(draw: Draw, names: Names, index: int) -> str:
    comparable = sorted(n for n, kind in names.kinds.items() if not isinstance(kind, types.Text))
    if comparable and draw(st.integers(0, 3)) == 0:
        same = draw(st.sampled_from(comparable))
        names.kinds[f"d{index}"] = names.kinds[same]
        return f"  - d{index}: {same}"
    # Made before its own name is known: a derived value cannot read itself.
    text = json.dumps(condition(draw, names), ensure_ascii=False)
    names.kinds[f"d{index}"] = types.Boolean()
    return f"  - d{index}: {text}"


def _tally(draw: Draw, names: Names, index: int) -> str:
    size = draw(st.integers(1, 5))
    seen = names if len(names.tallies) < 2 else Names(names.kinds)
    items = [f"      - f{i}: {json.dumps(condition(draw, seen, 1), ensure_ascii=False)}" for i in range(size)]
    names.tallies[f"t{index}"] = size
    return "\n".join([f"  t{index}:", *items])


def _clauses(draw: Draw, names: Names, depth: int) -> list[str]:
    indent = "  " * (2 * depth - 1)
    lines: list[str] = []
    for i in range(draw(st.integers(1, 3))):
        when = "true" if draw(st.integers(0, 5)) == 0 else condition(draw, names)
        lines.append(f"{indent}- clause: c{i}")
        lines.append(f"{indent}  when: {json.dumps(when, ensure_ascii=False)}")
        if depth < 3 and draw(st.integers(0, 2)) == 0:
            lines += [f"{indent}  then:", *_clauses(draw, names, depth + 1)]
        else:
            lines.append(f"{indent}  outcome: X{draw(st.integers(0, 2))}")
    return lines


def _alert(draw: Draw, names: Names, index: int) -> str:
    when = json.dumps(condition(draw, names.with_history()), ensure_ascii=False)
    return f"  - {{item: i{index}, rule: R, severity: simple, when: {when}}}"


# Entries


@st.composite
def entries(draw: Draw, protocol: Protocol) -> list[Entry]:
    """Some entries, with answers missing, answers to hidden questions, and earlier entries."""
    read = [node for alert in protocol.alerts for node in alert.when.walk()]
    kinds = {**{q.id: q.kind for q in protocol.questions}, **{d.id: d.kind for d in protocol.derived}}
    return [_entry(draw, protocol, read, kinds) for _ in range(draw(st.integers(1, 6)))]


def _entry(draw: Draw, protocol: Protocol, read: list[nodes.Node], kinds: Mapping[str, Type]) -> Entry:
    # Half of the entries are whole, or lean engines would hardly ever be tried.
    whole = draw(st.booleans())
    answers = {
        q.id: draw(values(q.kind)) for q in protocol.questions if whole or draw(st.integers(0, 3)) != 0
    }
    previous = {n.id: draw(values(kinds[n.id])) for n in read if isinstance(n, nodes.Previous)}
    lowest = {(n.id, n.hours): draw(values(kinds[n.id])) for n in read if isinstance(n, nodes.Lowest)}
    return Entry(answers, _some(draw, previous), _some(draw, lowest))


def _some(draw: Draw, found: dict[Any, Any]) -> dict[Any, Any]:
    return {key: value for key, value in found.items() if draw(st.booleans())}
