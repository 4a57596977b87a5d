"""What a person writes, as terms: text such as "z0^5 + sqrt(2)*I*z_1^5/3", constants such as "2/3", and SymPy.

Nothing is evaluated as Python: the text is parsed, and only arithmetic nodes are accepted.
"""

import ast
import cmath
import math
import operator
import re
import sys
from collections.abc import Iterable
from typing import Any

from g2links.errors import PolynomialError

_LONGEST = 100_000
"""Characters of an expression: all monomials of a quintic in five variables take 5,000."""
_HIGHEST_POWER = 1000
"""Of a bracket or a variable in text; higher ones are written as YAML."""
_MOST_TERMS = 20_000
"""Of a product: a bracket to a high power would otherwise fill the memory."""
_LONGEST_NAME = 120
"""Of a polynomial that is named by its expression."""

Terms = dict[tuple[int, ...], complex]
"""Coefficients by exponents."""

_ROUNDING = 4 * sys.float_info.epsilon
"""Of a sum, over the sum of the moduli of what is added: 0.1 + 0.2 - 0.3 leaves 0.4 of an epsilon of it."""

_NAME = re.compile(r"z_?(0|[1-9][0-9]?)")
"""z0 to z99, or z_0 to z_99."""
_NUMBERS = {"I": 1j, "i": 1j, "j": 1j, "pi": math.pi + 0j}
_IMAGINARY = re.compile(r"(?<![\w.])((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)i\b")
"""0.1i, as mathematicians write what is 0.1j in Python."""


def read_terms(text: str, variables: int | None = None) -> Terms:
    """Read sums, products and powers of z0, z1, ... (or z_0, z_1, ...) and complex constants; `^` and `**` both mean
    power.

    Args:
        text: what a person writes.
        variables: how many there are; if None, up to the highest that occurs.

    Raises:
        PolynomialError: naming the part that is not understood.
    """
    return _read(text, "polynomial", variables)


def read_number(text: str, field: str = "coefficient") -> complex:
    """Read a constant in the same notation, such as "2/3", "sqrt(2)", "0.3+0.1i", "0.3+0.1j", "pi*I" or "1e-3".

    Raises:
        PolynomialError: naming `field` and the part that is not understood.
    """
    terms = _read(text, field, None)
    number = sum(c for e, c in terms.items() if not any(e))
    if _has_variables(terms) or not cmath.isfinite(number):
        raise PolynomialError(field, text, "a finite number is needed, such as 2/3, sqrt(2) or 0.3+0.1j")
    return number


def short_name(text: str, terms: int) -> str:
    """The text as a name, or its beginning where it is long."""
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME // 2]}... ({terms} terms)"


def sympy_terms(expression: Any, variables: int | None = None) -> list[tuple[Any, tuple[int, ...]]]:
    """(coefficient, exponents) of a SymPy expression; the coefficients are numbers of SymPy.

    Args:
        expression: in symbols named z0, z1, ... (or z_0, z_1, ...).
        variables: how many there are; if None, up to the highest that occurs.

    Raises:
        PolynomialError: when it is not a polynomial in such symbols, or SymPy is missing.
    """
    try:
        import sympy
    except ImportError as error:
        raise PolynomialError("expression", expression, "SymPy is not installed; give text instead") from error
    if not isinstance(expression, sympy.Expr | sympy.Poly):
        raise PolynomialError("expression", expression, "an expression of SymPy is needed")
    expression = expression.as_expr()
    symbols = sorted(expression.free_symbols, key=str)
    found = [_index(s.name) for s in symbols]
    variables = 1 + max((i for i in found if i is not None), default=-1) if variables is None else variables
    strange = [s.name for s, i in zip(symbols, found, strict=True) if i is None or i >= variables]
    if strange:
        raise PolynomialError(
            "expression", expression, f"the symbols are {_names(variables)}, not {', '.join(strange)}"
        )
    if not symbols:
        return [(expression, (0,) * variables)]
    try:
        pairs = sympy.Poly(expression, *symbols).terms()
    except sympy.PolynomialError as error:
        raise PolynomialError(
            "expression", expression, f"it is not a polynomial in {_names(variables)} ({error})"
        ) from error
    return [
        (c, tuple(sum(p for j, p in zip(found, powers, strict=True) if i == j) for i in range(variables)))
        for powers, c in pairs
    ]


def _index(name: str) -> int | None:
    """Which variable a name is, None if it is none."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


def _names(variables: int) -> str:
    return f"z0..z{variables - 1}" if variables else "z0, z1, ..."


def _highest(tree: ast.AST) -> int:
    """The highest index of a variable, -1 if there is none."""
    found = (_index(node.id) for node in ast.walk(tree) if isinstance(node, ast.Name))
    return max((i for i in found if i is not None), default=-1)


def _read(text: str, field: str, variables: int | None) -> Terms:
    if not isinstance(text, str):
        raise PolynomialError(field, text, "text is needed")
    if len(text) > _LONGEST:
        raise PolynomialError(field, text, f"at most {_LONGEST} characters; put a longer one in a YAML file")
    try:
        tree = ast.parse(_IMAGINARY.sub(r"\1j", text.replace("^", "**")).strip(), mode="eval")
        return _Reader(field, 1 + _highest(tree) if variables is None else variables).terms(tree.body)
    except (ArithmeticError, SyntaxError, RecursionError, MemoryError, ValueError) as error:
        kind = "a polynomial in z0, z1, ..." if field == "polynomial" else "a number"
        raise PolynomialError(field, text, f"it cannot be read as {kind} ({error})") from error


class Sum:
    """Terms that are added up; those of which nothing but rounding is left are 0, so that no polynomial is proved to be
    quasi-smooth by a coefficient of 1e-17."""

    def __init__(self) -> None:
        self._total: Terms = {}
        self._size: dict[tuple[int, ...], float] = {}

    def add(self, terms: Iterable[tuple[tuple[int, ...], complex]]) -> None:
        """Add more terms."""
        for e, c in terms:
            self._total[e] = self._total.get(e, 0j) + c
            self._size[e] = self._size.get(e, 0.0) + abs(c)

    @property
    def terms(self) -> Terms:
        """What they add up to."""
        return {e: 0j if abs(c) <= _ROUNDING * self._size[e] < math.inf else c for e, c in self._total.items()}


class _Reader:
    """Syntax trees to terms in a fixed number of variables; `field` is named in errors."""

    def __init__(self, field: str, variables: int) -> None:
        self.field, self.variables, self.constant = field, variables, (0,) * variables

    def terms(self, node: ast.expr) -> Terms:
        match node:
            case ast.Constant(value=int() | float() | complex() as value) if not isinstance(value, bool):
                return {self.constant: self._literal(value)}
            case ast.Name(id=name) if (index := _index(name)) is not None and index < self.variables:
                return {tuple(int(i == index) for i in range(self.variables)): 1 + 0j}
            case ast.Name(id=name) if name in _NUMBERS:
                return {self.constant: _NUMBERS[name]}
            case ast.Call(func=ast.Name(id="sqrt"), args=[argument], keywords=[]):
                return {
                    self.constant: cmath.sqrt(_principal(self._number(argument, "roots are taken of numbers only")))
                }
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return {e: -c for e, c in self.terms(operand).items()}
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.terms(operand)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self._sum(node)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self._product(self.terms(left), self.terms(right), node)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self._quotient(self.terms(left), right)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self._power(self.terms(left), self._number(right, "a power is a number"), node)
        numbers = "numbers (such as 2/3, 0.1i, I, pi or sqrt(2))"
        allowed = f"only {_names(self.variables)}, {numbers}, + - * / ^ and brackets are read"
        raise PolynomialError(self.field, ast.unparse(node), allowed)

    def _literal(self, value: complex) -> complex:
        try:
            number = complex(value)
        except OverflowError:
            number = complex("inf")
        if not cmath.isfinite(number):
            shown = f"an integer of {value.bit_length()} bits" if isinstance(value, int) else value
            raise PolynomialError(self.field, shown, "numbers must be finite in double precision, below 1.8e308")
        return number

    def _number(self, node: ast.expr, allowed: str) -> complex:
        terms = self.terms(node)
        if _has_variables(terms):
            raise PolynomialError(self.field, ast.unparse(node), allowed)
        return terms.get(self.constant, 0j)

    def _sum(self, node: ast.expr) -> Terms:
        """The summands from left to right, without recursion, so that there can be thousands of them."""
        summands = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            summands.append((1 if isinstance(node.op, ast.Add) else -1, node.right))
            node = node.left
        total = Sum()
        total.add(self.terms(node).items())
        for sign, summand in reversed(summands):
            total.add((e, sign * c) for e, c in self.terms(summand).items())
        return total.terms

    def _product(self, a: Terms, b: Terms, node: ast.expr) -> Terms:
        """Of the two factors of a node, or of two among the factors of a power."""
        if len(a) * len(b) > _MOST_TERMS:
            allowed = f"at most {_MOST_TERMS} terms are multiplied, and here {len(a)} x {len(b)}"
            raise PolynomialError(self.field, ast.unparse(node), allowed)
        result = Sum()
        result.add((tuple(map(operator.add, e, f)), c * d) for e, c in a.items() for f, d in b.items())
        return result.terms

    def _quotient(self, terms: Terms, node: ast.expr) -> Terms:
        allowed = "a polynomial is divided by non-zero numbers only"
        divisor = self._number(node, allowed)
        if divisor == 0:
            raise PolynomialError(self.field, ast.unparse(node), allowed)
        return {e: c / divisor for e, c in terms.items()}

    def _power(self, terms: Terms, power: complex, node: ast.expr) -> Terms:
        if set(terms) <= {self.constant}:
            return {self.constant: _principal(terms.get(self.constant, 0j)) ** power}
        if power not in range(_HIGHEST_POWER + 1):
            real = int(power.real) if power.real.is_integer() else power.real
            shown = real if power.imag == 0 else power
            raise PolynomialError(self.field, shown, f"powers are integers from 0 to {_HIGHEST_POWER}")
        times = int(power.real)
        if len(terms) == 1:
            ((exponents, coefficient),) = terms.items()
            return {tuple(times * e for e in exponents): coefficient**times}
        result: Terms = {self.constant: 1 + 0j}
        for _ in range(times):
            result = self._product(result, terms, node)
        return result


def _has_variables(terms: Terms) -> bool:
    return any(c != 0 and any(e) for e, c in terms.items())


def _principal(number: complex) -> complex:
    """The same number without a negative zero, which would give the other root of a negative number."""
    return number + 0j
