"""Polynomials typed as text, such as "z0^5+z1^5+(0.3+0.1j)*z0*z1*z2*z3*z4"."""

import ast
import re

from g2links.errors import PolynomialError
from g2links.varieties.polynomial import Polynomial

_LONGEST = 100_000
_HIGHEST_POWER = 1000
_MOST_TERMS = 20_000
_LONGEST_NAME = 120

Terms = dict[tuple[int, ...], complex]
_NAME = re.compile(r"z(0|[1-9][0-9]?)")
"""z0 to z99."""


def parse_polynomial(text: str, weights: tuple[int, ...] | None = None, name: str | None = None) -> Polynomial:
    """Read sums, products and powers of z0, z1, ... and (complex) numbers; `^` and `**` both mean power.

    There are as many variables as weights; without weights, which are 1 then, up to the highest that occurs.

    Nothing is evaluated as Python: the text is parsed and only arithmetic nodes are accepted. Without a `name` the text
    is the name, or its beginning where it is long.

    Raises:
        PolynomialError: naming the part that is not understood, or the degree that is wrong.
    """
    if len(text) > _LONGEST:
        raise PolynomialError("polynomial", text, f"at most {_LONGEST} characters; put a longer one in a YAML file")
    try:
        tree = ast.parse(text.replace("^", "**").strip(), mode="eval")
        terms = _Reader(len(weights) if weights else 1 + _highest(tree)).terms(tree.body)
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        raise PolynomialError(
            "polynomial", text, f"it cannot be read as a polynomial in z0, z1, ... ({error})"
        ) from error
    return Polynomial(tuple((c, e) for e, c in terms.items()), weights or (), name or _short_name(text, terms))


def _short_name(text: str, terms: Terms) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME // 2]}... ({len(terms)} terms)"


def _highest(tree: ast.AST) -> int:
    """The highest index of a variable, -1 if there is none."""
    names = (_NAME.fullmatch(node.id) for node in ast.walk(tree) if isinstance(node, ast.Name))
    return max((int(name[1]) for name in names if name), default=-1)


class _Reader:
    """Arithmetic on the terms of polynomials in a fixed number of variables."""

    def __init__(self, variables: int) -> None:
        self.variables, self.constant = variables, (0,) * variables

    def terms(self, node: ast.expr) -> Terms:
        """The polynomial that a node of the parsed text means."""
        match node:
            case ast.Constant(value=int() | float() | complex() as value) if not isinstance(value, bool):
                return {self.constant: complex(value)}
            case ast.Name(id=name) if (index := self._index(name)) is not None:
                return {tuple(int(index == j) for j in range(self.variables)): 1 + 0j}
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _scaled(self.terms(operand), -1)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.terms(operand)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return _sum(self.terms(left), self.terms(right))
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return _sum(self.terms(left), _scaled(self.terms(right), -1))
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return _product(self.terms(left), self.terms(right))
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return _scaled(self.terms(left), 1 / self._number(right))
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int() as power)):
                return self._power(self.terms(left), power)
        raise PolynomialError(
            "polynomial",
            ast.unparse(node),
            f"only z0..z{self.variables - 1}, numbers (such as 0.3 or 0.1j), + - * / ^ and brackets are read",
        )

    def _index(self, name: str) -> int | None:
        """Which variable the name is, None if it is none."""
        found = _NAME.fullmatch(name)
        return int(found[1]) if found and int(found[1]) < self.variables else None

    def _number(self, node: ast.expr) -> complex:
        terms = self.terms(node)
        if set(terms) - {self.constant} or not terms.get(self.constant):
            raise PolynomialError("polynomial", ast.unparse(node), "a polynomial is divided by non-zero numbers only")
        return terms[self.constant]

    def _power(self, terms: Terms, power: int) -> Terms:
        if not 0 <= power <= _HIGHEST_POWER:
            raise PolynomialError("polynomial", power, f"powers are integers from 0 to {_HIGHEST_POWER}")
        if len(terms) == 1:
            ((exponents, coefficient),) = terms.items()
            return {tuple(power * e for e in exponents): coefficient**power}
        result: Terms = {self.constant: 1 + 0j}
        for _ in range(power):
            result = _product(result, terms)
        return result


def _scaled(terms: Terms, factor: complex) -> Terms:
    return {e: factor * c for e, c in terms.items()}


def _sum(a: Terms, b: Terms) -> Terms:
    return {e: a.get(e, 0j) + b.get(e, 0j) for e in {**a, **b}}


def _product(a: Terms, b: Terms) -> Terms:
    if len(a) * len(b) > _MOST_TERMS:
        raise PolynomialError("polynomial", f"{len(a)} x {len(b)} terms", f"at most {_MOST_TERMS} terms are multiplied")
    result: Terms = {}
    for e, c in a.items():
        for f, d in b.items():
            key = tuple(i + j for i, j in zip(e, f, strict=True))
            result[key] = result.get(key, 0j) + c * d
    return result
