"""A protocol as one Python module without dependencies, for implementers: the compiled engine, on paper."""

from __future__ import annotations

import inspect
import pprint
from typing import Any

from vigie.rules import nodes
from vigie.rules.engines import javascript, python
from vigie.rules.nodes import Node
from vigie.rules.protocol import Protocol

HEAD = '''"""{name}, made from the protocol file with SHA-256 {digest}.

Answers: a dict from question ids to True or False, choice codes (str), grades (int) and numbers (Decimal,
int or float); None, or left out, is missing.

decide(answers)   the id of the outcome; None while an answer that matters is missing
code(answers)     its published code
evaluate(answers) (outcome id, clause, derived values…)
factors(answers)  the factors that hold, as "tally:factor"
compute(id, measures)  the answer to a computed question, from exact decimal texts or numbers
"""

import operator
from decimal import Decimal
from fractions import Fraction

PROTOCOL = {protocol}

COMPARE = {{
    "==": operator.eq, "!=": operator.ne, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}}
'''

TAIL = """
def decide(answers):
    return evaluate(answers)[0]


def code(answers):
    outcome = PROTOCOL["outcomes"].get(decide(answers))
    return outcome and outcome["code"]


def _rounded(exact, decimals):
    scaled = abs(exact) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(-whole if exact < 0 else whole, 10**decimals)


def compute(question, measures):
    exact = {{name: Fraction(str(value)) for name, value in measures.items()}}
    known = next(q for q in PROTOCOL["questions"] if q["id"] == question)
    value = _rounded(FORMULAS[question](exact), known["decimals"])
    if not known["minimum"] <= value <= known["maximum"]:
        raise ValueError(f"{{question}}: {{float(value)}} computed, out of bounds")
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-known["decimals"]))


FORMULAS = {{
{formulas}
}}
"""


def module(protocol: Protocol) -> str:
    """The source of the module."""
    described = pprint.pformat(javascript.description(protocol), width=110, sort_dicts=False)
    helpers = [_plain(function) for function in (python._and, python._or, python._compare, python._count)]
    formulas = "\n".join(
        f"    {q.id!r}: lambda m: {_formula(q.computed)},"
        for q in protocol.questions
        if q.computed is not None
    )
    head = HEAD.format(name=protocol.full_name, digest=protocol.digest, protocol=described)
    return "\n\n".join([head, *helpers, python.source(protocol)]) + TAIL.format(formulas=formulas)


def _plain(function: Any) -> str:
    """A helper of the engine without its annotations, which name types that the module does not have."""
    lines = inspect.getsource(function).splitlines()
    name = function.__name__
    parameters = inspect.signature(function).parameters.values()
    shown = ", ".join(f"*{p.name}" if p.kind is p.VAR_POSITIONAL else p.name for p in parameters)
    body = next(i for i, line in enumerate(lines) if line.rstrip().endswith(":"))
    return "\n".join([f"def {name}({shown}):", *lines[body + 1 :]])


def _formula(node: Node) -> str:
    match node:
        case nodes.Literal(value):
            return f"Fraction({str(value)!r})"
        case nodes.Name(name):
            return f"m[{name!r}]"
        case nodes.Round(operand, decimals):
            return f"_rounded({_formula(operand)}, {decimals})"
        case nodes.Arithmetic("**", left, nodes.Literal(power)):
            return f"({_formula(left)} ** {int(str(power))})"
        case nodes.Arithmetic(symbol, left, right):
            return f"({_formula(left)} {symbol} {_formula(right)})"
    raise TypeError(f"{type(node).__name__} cannot be computed")
