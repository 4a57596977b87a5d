"""Weighted-homogeneous polynomials on C^N: algebra, without a condition on the degree."""

import cmath
import math
import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from numbers import Number
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex

from g2links._typing import Array, ComplexPoint
from g2links.errors import InputError, PolynomialError
from g2links.records import PolynomialData, VarietyData
from g2links.varieties.expressions import Sum, read_number, read_terms, short_name, sympy_terms

_LARGEST_INTEGER = 1_000_000
"""Of exponents and weights; the largest weight of the 7,555 systems is 1,743."""
_SHOWN_TERMS, _LATEX_TERMS = 12, 50
"""In one line of text, and in a typeset formula; the rest is counted."""
_FEWEST_VARIABLES = 3
"""Fewer have a variety of dimension 0: points, without a metric."""


_DENSE = 4
"""Powers are tabulated up to so many times as many as occur; of a sparse polynomial of high degree that takes a hundred
times as long as what is needed."""


def monomials(exponents: np.ndarray, z: ComplexPoint) -> Complex[Array, " m"]:
    """Values at `z` of the monomials z^e, one for each row of the integer table `exponents` (m, N).

    Powers come from products, never from `**`, so that every derivative exists at z_i = 0.

    Raises:
        InputError: for anything but one point (N,): of several, rows would be taken for coordinates.
    """
    if jnp.shape(z) != exponents.shape[1:]:
        raise InputError("point", f"shape {jnp.shape(z)}", f"one point {exponents.shape[1:]}; use jax.vmap over many")
    powers, place = _powers(exponents, z)
    value = powers[place[:, 0], 0]
    for i in range(1, z.shape[0]):
        value = value * powers[place[:, i], i]
    return value


def _powers(exponents: np.ndarray, z: ComplexPoint) -> tuple[Complex[Array, "p N"], np.ndarray]:
    """The powers of all coordinates that occur, and at which row of them each exponent is: all up to the highest, of
    which each round doubles the number, or where few of these occur, as in z0^237 + z0 z4², products of repeated
    squares."""
    present = np.unique(exponents)
    highest = int(present.max(initial=0))
    if highest <= _DENSE * len(present):
        table = jnp.ones_like(z)[None]
        while len(table) <= highest:
            table = jnp.concatenate([table, table * (table[-1] * z)[None]])
        return table[: highest + 1], exponents
    squares = [z]
    for _ in range(highest.bit_length() - 1):
        squares.append(squares[-1] * squares[-1])
    bits = [[square for j, square in enumerate(squares) if int(e) >> j & 1] for e in present]
    return jnp.stack([math.prod(some, start=jnp.ones_like(z)) for some in bits]), np.searchsorted(present, exponents)


@dataclass(frozen=True, init=False, repr=False)
class Polynomial:
    """f = Σ c_m z^{e_m} on C^N, weighted-homogeneous of one degree d.

    `hypersurface.WeightedHypersurface` is the variety {f = 0}, `variety.require_calabi_yau` asks for d = Σ w_i.

    Args:
        terms: text such as "z0^5 + 2/3*z_1**5 + sqrt(2)*I*z2^5", in the notation of `expressions.read_terms`, or pairs
            (coefficient, exponents); like terms are added, zero terms dropped.
        weights: the positive integer weights w_i, one for each variable; if None all 1, for as many variables as the
            pairs have exponents, or up to the highest that the text names.
        name: shown to users and stored with results; without one, the text, or its beginning where it is long.

    Raises:
        PolynomialError: when the data cannot be read or are not finite, or f is not homogeneous for these
            weights. Singular polynomials are refused by
            `g2links.varieties.smooth.singularities.require_isolated_singularity`, which takes longer.

    Example:
        >>> f = Polynomial("z0^8 + z1^8 + z2^4 + z3^4 + z4^4 - 1/2*z0^4*z1^4", weights=(1, 1, 2, 2, 2))
        >>> f.degree, f.variables
        (8, 5)
    """

    terms: tuple[tuple[complex, tuple[int, ...]], ...]
    weights: tuple[int, ...]
    name: str

    def __init__(
        self,
        terms: str | Iterable[tuple[complex | str | Number, Sequence[int] | np.ndarray]],
        weights: Sequence[int] | None = None,
        name: str | None = None,
    ) -> None:
        text = terms if isinstance(terms, str) else None
        chosen = None if weights is None else read_weights(weights)
        if isinstance(terms, str):
            pairs = [(c, e) for e, c in read_terms(terms, None if chosen is None else len(chosen)).items()]
        else:
            pairs = _pairs(terms)
        if name is None:
            name = "polynomial" if text is None else short_name(text, len(pairs))
        if not isinstance(name, str):
            raise PolynomialError("name", name, "text is needed")
        if chosen is None and text is not None and len(pairs[0][1] if pairs else ()) < _FEWEST_VARIABLES:
            raise PolynomialError("polynomial", name, f"at least {_FEWEST_VARIABLES} variables are needed")
        chosen = read_weights((1,) * len(pairs[0][1]) if pairs else ()) if chosen is None else chosen
        object.__setattr__(self, "weights", chosen)
        object.__setattr__(self, "terms", _collect(pairs, len(chosen)))
        object.__setattr__(self, "name", name)
        self._require_homogeneous()

    def _require_homogeneous(self) -> None:
        """Where not all terms have one degree, name one that does not have the Calabi-Yau degree."""
        if not self.terms:
            raise PolynomialError("polynomial", self.name, "it is zero; a hypersurface needs f != 0")
        degrees = [sum(w * e for w, e in zip(self.weights, exponents, strict=True)) for _, exponents in self.terms]
        if len(set(degrees)) > 1:
            wrong = next(i for i, degree in enumerate(degrees) if degree != sum(self.weights))
            raise wrong_degree(format_term(*self.terms[wrong]), degrees[wrong], self.weights)

    @property
    def variables(self) -> int:
        """N, how many there are."""
        return len(self.weights)

    @classmethod
    def from_sympy(cls, expression: Any, weights: Sequence[int] | None = None, name: str | None = None) -> "Polynomial":
        """The polynomial of a SymPy expression in symbols named z0, z1, ... (or z_0, z_1, ...).

        Raises:
            PolynomialError: as the class does, and when the expression is not such a polynomial.
        """
        terms = sympy_terms(expression, None if weights is None else len(read_weights(weights)))
        return cls(terms, weights, short_name(str(expression), len(terms)) if name is None else name)

    @classmethod
    def from_arrays(
        cls, exponents: Any, coefficients: Any, weights: Sequence[int] | None = None, name: str | None = None
    ) -> "Polynomial":
        """The polynomial with the rows of `exponents` (m, N) and the `coefficients` (m,), as in its attributes.

        Raises:
            PolynomialError: as the class does, and for other shapes.
        """
        table, numbers = _objects(exponents, "exponents"), _objects(coefficients, "coefficients")
        variables = "N" if weights is None else len(read_weights(weights))
        if table.ndim != 2 or variables not in ("N", table.shape[1]):
            raise PolynomialError("exponents", f"shape {table.shape}", f"the shape is (m, {variables})")
        if numbers.shape != table.shape[:1]:
            allowed = f"the shape is {table.shape[:1]}, one coefficient for each row of the exponents"
            raise PolynomialError("coefficients", f"shape {numbers.shape}", allowed)
        return cls(list(zip(numbers, table, strict=True)), weights, name)

    @property
    def degree(self) -> int:
        """d, the weighted degree of every term."""
        return sum(w * e for w, e in zip(self.weights, self.terms[0][1], strict=True))

    @cached_property
    def exponents(self) -> np.ndarray:
        """(m, N) integers."""
        return np.array([e for _, e in self.terms], dtype=np.int64)

    @cached_property
    def coefficients(self) -> np.ndarray:
        """(m,) complex128."""
        return np.array([c for c, _ in self.terms], dtype=np.complex128)

    def __call__(self, z: ComplexPoint) -> Complex[Array, ""]:
        """f(z) at one point."""
        return jnp.sum(self.coefficients * monomials(self.exponents, z))

    def gradient(self, z: ComplexPoint) -> ComplexPoint:
        """The N holomorphic derivatives ∂f/∂z_i at one point."""
        exponents, matrix = self._gradient_table
        return jnp.asarray(matrix) @ monomials(exponents, z)

    @cached_property
    def _gradient_table(self) -> tuple[np.ndarray, np.ndarray]:
        """The distinct monomials of all derivatives (u, N), and the coefficients (N, u) of each derivative in them."""
        terms = [
            (i, c * e[i], tuple(p - (j == i) for j, p in enumerate(e)))
            for c, e in self.terms
            for i in range(self.variables)
            if e[i]
        ]
        distinct = sorted({e for _, _, e in terms})
        place = {e: u for u, e in enumerate(distinct)}
        matrix = np.zeros((self.variables, len(distinct)), dtype=np.complex128)
        for i, c, e in terms:
            matrix[i, place[e]] += c
        return np.array(distinct, dtype=np.int64), matrix

    def to_config(self) -> PolynomialData:
        """Plain data, for JSON and for model files; the inverse of `from_config`."""
        return {
            "name": self.name,
            "weights": list(self.weights),
            "terms": [[[c.real, c.imag], list(e)] for c, e in self.terms],
        }

    @classmethod
    def from_config(cls, config: VarietyData) -> "Polynomial":
        """Rebuild a polynomial from `to_config`."""
        try:
            data: Any = config
            terms = tuple((complex(re, im), tuple(e)) for (re, im), e in data["terms"])
            return cls(terms, tuple(data["weights"]), str(data["name"]))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise PolynomialError("polynomial", config, "a mapping with name, weights and terms is needed") from error

    def __str__(self) -> str:
        return format_terms(self.terms)

    def __repr__(self) -> str:
        text = format_terms(self.terms[:_SHOWN_TERMS])
        if len(self.terms) > _SHOWN_TERMS:
            text = f"{text} + ... ({len(self.terms)} terms)"
        parts = [repr(text)]
        if set(self.weights) != {1} or not any(e[-1] for _, e in self.terms[:_SHOWN_TERMS]):
            parts.append(f"weights={self.weights}")
        if self.name.replace(" ", "") != text.replace(" ", ""):
            parts.append(f"name={self.name!r}")
        return f"Polynomial({', '.join(parts)})"

    def _repr_latex_(self) -> str:
        """What a notebook shows."""
        parts = [_latex_term(c, e) for c, e in self.terms[:_LATEX_TERMS]]
        if len(self.terms) > _LATEX_TERMS:
            parts.append(r"\cdots")
        return f"${' + '.join(parts).replace('+ -', '- ')}$"


def format_terms(terms: Iterable[tuple[complex, Sequence[int]]]) -> str:
    """Terms as a person would type them, such as -z0^5 - 2*z1^5; `Polynomial` reads the same floats from it."""
    return " + ".join(format_term(c, e) for c, e in terms).replace("+ -", "- ")


def format_term(coefficient: complex, exponents: Sequence[int]) -> str:
    """One term as it would be typed on the command line."""
    factors = [f"z{i}" if e == 1 else f"z{i}^{e}" for i, e in enumerate(exponents) if e]
    if factors and coefficient in (1, -1):
        return ("-" if coefficient == -1 else "") + "*".join(factors)
    return "*".join([format_number(coefficient), *factors])


def format_number(number: complex) -> str:
    """The shortest text that is read as the same number, such as 2, -0.5, 0.1j or (0.3+0.1j)."""
    number = complex(number)
    if number.imag == 0:
        return _format_real(number.real)
    imaginary = f"{_format_real(number.imag)}j"
    if number.real == 0:
        return imaginary
    return f"({_format_real(number.real)}{'' if imaginary.startswith('-') else '+'}{imaginary})"


def _format_real(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 1e16 else repr(number)


def _latex_term(coefficient: complex, exponents: Sequence[int]) -> str:
    factors = [f"z_{{{i}}}" if e == 1 else f"z_{{{i}}}^{{{e}}}" for i, e in enumerate(exponents) if e]
    if coefficient in (1, -1):
        return ("-" if coefficient == -1 else "") + " ".join(factors)
    number = re.sub(r"e([-+]?)\+?0*(\d+)", r" \\cdot 10^{\1\2}", format_number(coefficient)).replace("^{+", "^{")
    return " ".join([re.sub("(?<![0-9.])1j", "i", number).replace("j", "i"), *factors])


def exponents_of_degree(weights: tuple[int, ...], degree: int) -> np.ndarray:
    """(M, n) the monomials of one weighted degree, in lexicographic order; M = 0 where there is none."""
    rows = np.zeros((1, 0), dtype=np.int64)
    rests = np.array([degree])
    for w in weights[:-1]:
        counts = rests // w + 1
        starts = np.cumsum(counts) - counts
        powers = np.arange(counts.sum()) - np.repeat(starts, counts)
        rows = np.concatenate([np.repeat(rows, counts, axis=0), powers[:, None]], axis=1)
        rests = np.repeat(rests, counts) - w * powers
    whole = rests % weights[-1] == 0
    return np.concatenate([rows[whole], (rests[whole] // weights[-1])[:, None]], axis=1)


class PurePower(NamedTuple):
    """z_i^m."""

    variable: int
    power: int


def pure_power(polynomial: "Polynomial") -> PurePower | None:
    """The z_i^m of a term c z_i^m of f with the heaviest z_i, and of those the largest |c|; None where there is none.
    On {f = 0} it is a combination of other monomials."""
    pure = [
        (polynomial.weights[e.index(max(e))], abs(c), e.index(max(e)), max(e))
        for c, e in polynomial.terms
        if np.count_nonzero(e) == 1
    ]
    return PurePower(*max(pure)[2:]) if pure else None


def monomial_count(weights: tuple[int, ...], degree: int) -> int:
    """How many monomials of a weighted degree there are, without listing them."""
    return monomial_counts(weights, degree)[degree]


@lru_cache(64)
def monomial_counts(weights: tuple[int, ...], highest: int) -> tuple[int, ...]:
    """How many there are of degree 0, 1, ..., highest."""
    counts = [1] + [0] * highest
    for w in weights:
        for k in range(w, highest + 1):
            counts[k] += counts[k - w]
    return tuple(counts)


def wrong_degree(term: str, degree: int, weights: tuple[int, ...]) -> PolynomialError:
    """What to raise for a term without the Calabi-Yau degree."""
    return PolynomialError(
        "polynomial",
        term,
        f"this term has degree {degree} with weights {weights}; the Calabi-Yau condition asks for "
        f"degree {sum(weights)}, the sum of the weights, in every term",
    )


def coefficient(value: Any, field: str = "coefficient") -> complex:
    """A number, or text that `expressions.read_number` reads, as a finite complex number.

    Raises:
        PolynomialError: when it is none.
    """
    if isinstance(value, str):
        return read_number(value, field)
    try:
        number = None if isinstance(value, bool | np.bool_) or np.ndim(value) else complex(value)
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or not cmath.isfinite(number):
        raise PolynomialError(field, _shown(value), "finite numbers are needed, or text such as 2/3 or 0.3+0.1j")
    return number


def _pairs(terms: Any) -> list[tuple[Any, tuple[Any, ...]]]:
    allowed = "text, or pairs (coefficient, exponents), are needed"
    try:
        entries = list(terms)
    except TypeError as error:
        raise PolynomialError("terms", _shown(terms), allowed) from error
    pairs = []
    for entry in entries:
        try:
            number, exponents = entry
            pairs.append((number, tuple(exponents)))
        except (TypeError, ValueError) as error:
            raise PolynomialError("terms", _shown(entry), allowed) from error
    return pairs


def _collect(
    pairs: Iterable[tuple[Any, tuple[Any, ...]]], variables: int
) -> tuple[tuple[complex, tuple[int, ...]], ...]:
    total = Sum()
    for number, exponents in pairs:
        powers = tuple(_integer(e, "exponents") for e in exponents)
        if len(powers) != variables or min(powers) < 0:
            raise PolynomialError("exponents", list(exponents), f"{variables} non-negative integers are needed")
        total.add([(powers, coefficient(number))])
    return tuple((coefficient(c), e) for e, c in sorted(total.terms.items(), reverse=True) if c != 0)


def read_weights(weights: Any) -> tuple[int, ...]:
    """Positive weights w_i as Python's integers, from any sequence of numbers.

    Raises:
        PolynomialError: they are not that, too few, or too large.
    """
    allowed = f"at least {_FEWEST_VARIABLES} positive integers are needed"
    try:
        listed = tuple(weights)
    except TypeError as error:
        raise PolynomialError("weights", _shown(weights), allowed) from error
    integers = tuple(_integer(w, "weights") for w in listed)
    if len(integers) < _FEWEST_VARIABLES or min(integers) < 1:
        raise PolynomialError("weights", weights, allowed)
    return integers


def _integer(value: Any, field: str) -> int:
    whole = int(value) if isinstance(value, float | np.floating) and value.is_integer() else value
    try:
        number = None if isinstance(whole, bool | np.bool_) else operator.index(whole)
    except TypeError:
        number = None
    if number is None or abs(number) > _LARGEST_INTEGER:
        raise PolynomialError(field, _shown(value), f"an integer is needed, at most {_LARGEST_INTEGER}")
    return number


def _objects(values: Any, field: str) -> np.ndarray:
    """An array of the values as they are, so that text and fractions stay what they are."""
    try:
        return np.asarray(values, dtype=object)
    except (TypeError, ValueError) as error:
        raise PolynomialError(field, _shown(values), f"it cannot be read as an array ({error})") from error


def _shown(value: Any) -> Any:
    """The value, or words for an integer that is too long to print."""
    long = isinstance(value, int) and value.bit_length() > 10_000
    return f"an integer of {value.bit_length()} bits" if long else value
