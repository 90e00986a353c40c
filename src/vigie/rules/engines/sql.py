"""SQL: a protocol printed as nested SELECTs through sqlglot, for DuckDB, PostgreSQL and Spark.

The input relation has one typed column per question (boolean, text, double or integer), and for alerts
`previous__x` and `lowest_24__x`. SQL's own NULL is the missing answer, and its three-valued AND, OR and
NOT are those of the language. Text becomes numbers only behind a pattern (TRY_CAST prints as CAST in
two of the three dialects).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce

from sqlglot import exp

from vigie.rules import nodes, types
from vigie.rules.nodes import Node, Value
from vigie.rules.protocol import NO_OUTCOME, Clause, Protocol, Question

Columns = list[tuple[str, exp.Expression]]

NUMBER_PATTERN = "^-?[0-9]{1,7}([.][0-9]{1,8})?$"  # at most 15 digits: compares as the decimal does

COMPARE: dict[str, type[exp.Binary]] = {
    "==": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


def query(
    protocol: Protocol,
    source: exp.Query | str,
    keep: Iterable[str] = (),
    *,
    complete: bool = False,
    codes: bool = False,
) -> exp.Select:
    """The outcome (`outcome`), derived values and alerts (`alert_0`…) of every row of typed answers.

    `keep` names columns of the source to carry along. With `complete`, every row is known to hold every
    answer, and the SQL is leaner; otherwise the outcome is NULL while an answer that matters is missing.
    With `codes`, outcomes are given by their published code rather than by their id.
    """
    inputs = [*keep, *(q.id for q in protocol.questions), *history_columns(protocol)]
    return select_stages(stages(protocol, complete=complete, codes=codes), source, inputs)


def history_columns(protocol: Protocol) -> list[str]:
    """The columns of earlier entries that the alerts read."""
    printer = Printer(protocol, complete=False)
    read = [node for alert in protocol.alerts for node in alert.when.walk()]
    wanted = [printer.print(n).name for n in read if isinstance(n, nodes.Previous | nodes.Lowest)]
    return list(dict.fromkeys(wanted))


def stages(protocol: Protocol, *, complete: bool = False, codes: bool = False) -> list[Columns]:
    """Columns to add one SELECT at a time: each stage may read those before it."""
    printer = Printer(protocol, complete=complete, codes=codes)
    found: list[Columns] = [
        [(question.id, printer.imputed(question))]
        for question in protocol.questions
        if question.asked is not None
    ]
    # One derived value may read another one: each has its own stage only when it does.
    found += [[(d.id, printer.print(d.value))] for d in protocol.derived if _reads_derived(protocol, d.value)]
    plain = [
        (d.id, printer.print(d.value)) for d in protocol.derived if not _reads_derived(protocol, d.value)
    ]
    at = sum(question.asked is not None for question in protocol.questions)
    found.insert(at, plain)
    found.append(list(printer.counts.items()))
    found.append([("outcome", printer.decision(protocol.decision))])
    alerts = _alert_printer(protocol, complete=complete)
    found.append([(f"alert_{i}", alerts.print(alert.when)) for i, alert in enumerate(protocol.alerts)])
    return [stage for stage in found if stage]


def _alert_printer(protocol: Protocol, *, complete: bool) -> Printer:
    """Alerts read earlier entries, which may be missing even where no answer is."""
    printer = Printer(protocol, complete=False)
    if complete:
        printer.counts = {}  # the stage of counts then tells nothing of missing conditions
    return printer


def _reads_derived(protocol: Protocol, node: Node) -> bool:
    return not nodes.names(node).isdisjoint(d.id for d in protocol.derived)


def select_stages(found: list[Columns], source: exp.Query | str, inputs: Iterable[str]) -> exp.Select:
    """Nest the stages over a source that has the columns `inputs`; a later column replaces its namesake."""
    columns = list(dict.fromkeys(inputs))
    relation: exp.Query | str = source
    select = exp.select("*").from_(source)
    for i, stage in enumerate(found):
        new = dict(stage)
        columns += [name for name in new if name not in columns]
        printed = [exp.alias_(new.get(name, column(name)), name, quoted=True, copy=False) for name in columns]
        below = relation if isinstance(relation, str) else relation.subquery(f"stage_{i}", copy=False)
        select = exp.select(*printed, copy=False).from_(below, copy=False)
        relation = select
    return select


def decode(question: Question, text: exp.Expression) -> exp.Expression:
    """A column of written answers as typed values, NULL when the text is not one of the spellings."""
    from vigie.rules import codec

    match question.kind:
        case types.Boolean():
            by_value: dict[Value, list[str]] = {}
            for spelling, value in codec.BOOLEANS.items():
                by_value.setdefault(value, []).append(spelling)
            return _case_of(text, by_value)
        case types.Number():
            number = guarded_number(text)
            if question.minimum is None or question.maximum is None:
                return number
            inside = exp.Between(
                this=number.copy(), low=literal(question.minimum), high=literal(question.maximum)
            )
            return exp.Case().when(inside, number)
        case types.Text():
            return text
    spelled: dict[Value, list[str]] = {}
    for spelling in codec.spellings(question):
        spelled.setdefault(codec.read(question, spelling), []).append(spelling)
    return _case_of(text, spelled)


def guarded_number(text: exp.Expression) -> exp.Expression:
    """Text as a double when it is written as a number, NULL otherwise."""
    is_number = exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(NUMBER_PATTERN))
    return exp.Case().when(is_number, exp.cast(text.copy(), exp.DataType.Type.DOUBLE))


def column(name: str) -> exp.Column:
    """A quoted column."""
    return exp.column(exp.to_identifier(name, quoted=True))


def literal(value: Value) -> exp.Expression:
    """A literal of the right type."""
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, Decimal):
        return exp.cast(exp.Literal.number(str(value)), exp.DataType.Type.DOUBLE)
    return exp.Literal.number(value) if isinstance(value, int) else exp.Literal.string(value)


def _paren(operand: exp.Expr) -> exp.Paren:
    # sqlglot would copy the whole operand at each level; trees here are new, or copied where used twice.
    return exp.paren(operand, copy=False)


def either(tests: Iterable[exp.Expression]) -> exp.Expression:
    """OR, with parentheses."""
    return _paren(reduce(lambda a, b: exp.Or(this=a, expression=b), tests))


def both(tests: Iterable[exp.Expression]) -> exp.Expression:
    """AND, with parentheses."""
    return _paren(reduce(lambda a, b: exp.And(this=a, expression=b), tests))


def one_of(operand: exp.Expression, values: Iterable[Value]) -> exp.Expression:
    """Membership as equalities: DuckDB answers them much faster than a short IN list."""
    return either(exp.EQ(this=operand.copy(), expression=literal(value)) for value in values)


def _case_of(text: exp.Expression, spellings: dict[Value, list[str]]) -> exp.Expression:
    case = exp.Case()
    for value, spelled in spellings.items():
        case = case.when(one_of(text, spelled), literal(value))
    return case


class Printer:
    """Prints expressions as SQL. `complete`: no value is NULL."""

    def __init__(self, protocol: Protocol, *, complete: bool, codes: bool = False) -> None:
        self.complete = complete
        self.written = {o.id: o.code if codes else o.id for o in protocol.outcomes}
        self.counts: dict[str, exp.Expression] = {}
        # Tallies are used by several clauses: their sums are computed once, in a stage of their own.
        counts: dict[str, exp.Expression] = {}
        for tally in protocol.tallies:
            when = [self.print(factor.when) for factor in tally.factors]
            counts[f"{tally.id}__true"] = _sum_of(when)
            if not complete:
                counts[f"{tally.id}__null"] = _sum_of([_is_null(c) for c in when])
        self.counts = counts

    def imputed(self, question: Question) -> exp.Expression:
        """A question's value: its hidden value when it is not asked."""
        assert question.asked is not None
        asked = self.print(question.asked)
        hidden = exp.null() if question.hidden is None else literal(question.hidden)
        case = exp.Case().when(asked, column(question.id), copy=False)
        return case.when(exp.Not(this=asked.copy()), hidden, copy=False)

    def decision(self, clauses: tuple[Clause, ...]) -> exp.Expression:
        """The clauses as a CASE: NULL at the first one that is not known."""
        if not clauses:
            return literal(NO_OUTCOME)
        case = exp.Case()
        for clause in clauses:
            condition = self.print(clause.when)
            result = self.decision(clause.then) if clause.then else self._outcome(clause)
            case = case.when(condition, result, copy=False)
            if not self.complete and not isinstance(clause.when, nodes.Literal):
                case = case.when(_is_null(condition), exp.null(), copy=False)
        return case.else_(literal(NO_OUTCOME))

    def _outcome(self, clause: Clause) -> exp.Expression:
        assert clause.outcome is not None
        return literal(self.written[clause.outcome])

    def print(self, node: Node) -> exp.Expression:
        """One expression."""
        match node:
            case nodes.Literal(value):
                return literal(value)
            case nodes.Name(name):
                return column(name)
            case nodes.Previous(name):
                return column(f"previous__{name}")
            case nodes.Lowest(name, hours):
                return column(f"lowest_{hours}__{name}")
            case nodes.Answered(operand):
                return _paren(exp.Not(this=_is_null(self.print(operand))))
            case nodes.Not(operand):
                return _paren(exp.Not(this=_paren(self.print(operand))))
            case nodes.And(operands):
                return both(self.print(o) for o in operands)
            case nodes.Or(operands):
                return either(self.print(o) for o in operands)
            case nodes.Compare(symbol, left, right):
                return _paren(COMPARE[symbol](this=self.print(left), expression=self.print(right)))
            case nodes.In(operand, values):
                return one_of(self.print(operand), [v.value for v in values])
            case nodes.CountIs():
                return self._count(node)
        raise TypeError(f"{type(node).__name__} has no SQL form")

    def _count(self, node: nodes.CountIs) -> exp.Expression:
        if node.tally is not None and f"{node.tally}__true" in self.counts:
            known: exp.Expression = column(f"{node.tally}__true")
            missing: exp.Expression = column(f"{node.tally}__null")
        else:
            when = [self.print(condition) for condition in node.conditions]
            known = _sum_of(when)
            missing = _sum_of([_is_null(c) for c in when])
        if self.complete:
            return _paren(COMPARE[node.operator](this=known, expression=literal(node.bound)))
        return _interval(
            node.operator, known, _paren(exp.Add(this=known.copy(), expression=missing)), node.bound
        )


def _interval(symbol: str, low: exp.Expression, high: exp.Expression, bound: int) -> exp.Expression:
    """A comparison of a count known to lie between low and high: NULL when it depends."""
    end = literal(bound)
    if symbol in ("==", "!="):
        outside = either([exp.LT(this=end, expression=low), exp.GT(this=end.copy(), expression=high)])
        exact = exp.EQ(this=low.copy(), expression=high.copy())
        return exp.Case().when(outside, literal(symbol == "!=")).when(exact, literal(symbol == "=="))
    at_low = COMPARE[symbol](this=low, expression=end)
    at_high = COMPARE[symbol](this=high, expression=end.copy())
    return exp.Case().when(exp.EQ(this=_paren(at_low), expression=_paren(at_high)), _paren(at_low.copy()))


def _is_null(operand: exp.Expression) -> exp.Expression:
    return exp.Is(this=_paren(operand.copy()), expression=exp.null())


def _sum_of(conditions: list[exp.Expression]) -> exp.Expression:
    ones: list[exp.Expression] = [
        exp.Case().when(c.copy(), literal(1), copy=False).else_(literal(0)) for c in conditions
    ]
    return _paren(reduce(lambda a, b: exp.Add(this=a, expression=b), ones[1:], ones[0]))
