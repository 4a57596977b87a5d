"""Polynomials typed as text, such as "z0^5+z1^5+(0.3+0.1j)*z0*z1*z2*z3*z4"."""

import ast

from g2links.errors import PolynomialError
from g2links.varieties.polynomial import VARIABLES, Polynomial

_LONGEST = 100_000
_HIGHEST_POWER = 1000
_MOST_TERMS = 20_000
_LONGEST_NAME = 120

Terms = dict[tuple[int, ...], complex]
_CONSTANT = (0,) * VARIABLES


def parse_polynomial(text: str, weights: tuple[int, ...] = (1,) * VARIABLES, name: str | None = None) -> Polynomial:
    """Read sums, products and powers of z0..z4 and (complex) numbers; `^` and `**` both mean power.

    Nothing is evaluated as Python: the text is parsed and only arithmetic nodes are accepted. Without a `name` the text
    is the name, or its beginning where it is long.

    Raises:
        PolynomialError: naming the part that is not understood, or the degree that is wrong.
    """
    if len(text) > _LONGEST:
        raise PolynomialError("polynomial", text, f"at most {_LONGEST} characters; put a longer one in a YAML file")
    try:
        tree = ast.parse(text.replace("^", "**").strip(), mode="eval")
        terms = _terms(tree.body)
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        raise PolynomialError("polynomial", text, f"it cannot be read as a polynomial in z0..z4 ({error})") from error
    return Polynomial(tuple((c, e) for e, c in terms.items()), weights, name or _short_name(text, terms))


def _short_name(text: str, terms: Terms) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME // 2]}... ({len(terms)} terms)"


def _terms(node: ast.expr) -> Terms:
    match node:
        case ast.Constant(value=int() | float() | complex() as value) if not isinstance(value, bool):
            return {_CONSTANT: complex(value)}
        case ast.Name(id=name) if name in _VARIABLE:
            return {_VARIABLE[name]: 1 + 0j}
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _scaled(_terms(operand), -1)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _terms(operand)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _sum(_terms(left), _terms(right))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _sum(_terms(left), _scaled(_terms(right), -1))
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _product(_terms(left), _terms(right))
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _scaled(_terms(left), 1 / _number(right))
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int() as power)):
            return _power(_terms(left), power)
    raise PolynomialError(
        "polynomial",
        ast.unparse(node),
        "only z0..z4, numbers (such as 0.3 or 0.1j), + - * / ^ and brackets are read",
    )


_VARIABLE = {f"z{i}": tuple(int(i == j) for j in range(VARIABLES)) for i in range(VARIABLES)}


def _number(node: ast.expr) -> complex:
    terms = _terms(node)
    if set(terms) - {_CONSTANT} or not terms.get(_CONSTANT):
        raise PolynomialError("polynomial", ast.unparse(node), "a polynomial is divided by non-zero numbers only")
    return terms[_CONSTANT]


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


def _power(terms: Terms, power: int) -> Terms:
    if not 0 <= power <= _HIGHEST_POWER:
        raise PolynomialError("polynomial", power, f"powers are integers from 0 to {_HIGHEST_POWER}")
    if len(terms) == 1:
        ((exponents, coefficient),) = terms.items()
        return {tuple(power * e for e in exponents): coefficient**power}
    result: Terms = {_CONSTANT: 1 + 0j}
    for _ in range(power):
        result = _product(result, terms)
    return result
