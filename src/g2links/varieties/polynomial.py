"""Weighted-homogeneous polynomials on C^N: algebra, without a condition on the degree."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex

from g2links._typing import ComplexPoint
from g2links.errors import PolynomialError


def monomials(exponents: np.ndarray, z: ComplexPoint) -> Complex[Array, " m"]:
    """Values at `z` of the monomials z^e, one for each row of the integer table `exponents` (m, N).

    Powers come from repeated products, never from `**`, so that every derivative exists at z_i = 0.
    """
    table = [jnp.ones_like(z)]
    for _ in range(int(exponents.max(initial=0))):
        table.append(table[-1] * z)
    powers = jnp.stack(table)
    value = powers[exponents[:, 0], 0]
    for i in range(1, z.shape[0]):
        value = value * powers[exponents[:, i], i]
    return value


_FEWEST_VARIABLES = 3
"""Fewer have a variety of dimension 0: points, without a metric."""


@dataclass(frozen=True)
class Polynomial:
    """f = Σ c_m z^{e_m} on C^N, weighted-homogeneous of one degree d.

    {f = 0} has the dimension N - 2; it is a Calabi-Yau variety if d = Σ w_i (`require_calabi_yau`).

    Args:
        terms: pairs (coefficient, exponents); like terms are added, zero terms dropped.
        weights: the positive integer weights w_i, one for each variable; all 1 if not given.
        name: shown to users and stored with results.

    Raises:
        PolynomialError: when the data are not finite, or f is not homogeneous for these weights.
            Singular polynomials are refused by `g2links.varieties.smooth.singularities.require_isolated_singularity`,
            which takes longer.
    """

    terms: tuple[tuple[complex, tuple[int, ...]], ...]
    weights: tuple[int, ...] = ()
    name: str = "polynomial"

    def __post_init__(self) -> None:
        terms = tuple(self.terms)
        if not terms:
            raise PolynomialError("polynomial", self.name, "it is zero; a hypersurface needs f != 0")
        weights = tuple(_integer(w, "weights") for w in self.weights) or (1,) * len(terms[0][1])
        if len(weights) < _FEWEST_VARIABLES or min(weights) < 1:
            raise PolynomialError("weights", self.weights, f"at least {_FEWEST_VARIABLES} positive integers are needed")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "terms", _collect(terms, len(weights)))
        if not self.terms:
            raise PolynomialError("polynomial", self.name, "it is zero; a hypersurface needs f != 0")
        degrees = {sum(w * e for w, e in zip(weights, exponents, strict=True)) for _, exponents in self.terms}
        if len(degrees) > 1:
            self._refuse_degrees()

    def _refuse_degrees(self) -> None:
        """Name a term that does not have the Calabi-Yau degree, where not all have the same."""
        for coefficient, exponents in self.terms:
            degree = sum(w * e for w, e in zip(self.weights, exponents, strict=True))
            if degree != sum(self.weights):
                raise _wrong_degree(format_term(coefficient, exponents), degree, self.weights)

    @property
    def variables(self) -> int:
        """N, how many there are."""
        return len(self.weights)

    @property
    def dimension(self) -> int:
        """N - 2, the complex dimension of V."""
        return len(self.weights) - 2

    @property
    def degree(self) -> int:
        """d, the weighted degree of every term."""
        return sum(w * e for w, e in zip(self.weights, self.terms[0][1], strict=True))

    @property
    def is_calabi_yau(self) -> bool:
        """Whether d = Σ w_i."""
        return self.degree == sum(self.weights)

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

    def to_config(self) -> dict[str, Any]:
        """Plain data, for JSON and for model files; the inverse of `from_config`."""
        return {
            "name": self.name,
            "weights": list(self.weights),
            "terms": [[[c.real, c.imag], list(e)] for c, e in self.terms],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Polynomial":
        """Rebuild a polynomial from `to_config`."""
        try:
            terms = tuple((complex(re, im), tuple(e)) for (re, im), e in config["terms"])
            return cls(terms, tuple(config["weights"]), str(config["name"]))
        except (KeyError, TypeError, ValueError) as error:
            raise PolynomialError("polynomial", config, "a mapping with name, weights and terms is needed") from error

    def __str__(self) -> str:
        return " + ".join(format_term(c, e) for c, e in self.terms)


def format_term(coefficient: complex, exponents: Sequence[int]) -> str:
    """One term as it would be typed on the command line."""
    factors = [f"z{i}" if e == 1 else f"z{i}^{e}" for i, e in enumerate(exponents) if e]
    if coefficient != 1 or not factors:
        number = coefficient.real if coefficient.imag == 0 else coefficient
        factors.insert(0, f"{number:g}" if isinstance(number, float) else str(number))
    return "*".join(factors)


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


def monomial_count(weights: tuple[int, ...], degree: int) -> int:
    """How many monomials of a weighted degree there are, without listing them."""
    counts = [1] + [0] * degree
    for w in weights:
        for k in range(w, degree + 1):
            counts[k] += counts[k - w]
    return counts[degree]


def is_fermat(polynomial: Polynomial) -> bool:
    """Whether f = Σ z_i^{a_i}, with unit coefficients."""
    pure = all(np.count_nonzero(e) == 1 for e in polynomial.exponents)
    return pure and len(polynomial.terms) == polynomial.variables and bool(np.all(polynomial.coefficients == 1))


def require_calabi_yau(polynomial: Polynomial) -> None:
    """Refuse f where d is not Σ w_i: then V has no Ricci-flat metric in the class of ω, and no Ω.

    Raises:
        PolynomialError: naming a term and its degree.
    """
    if not polynomial.is_calabi_yau:
        coefficient, exponents = polynomial.terms[0]
        raise _wrong_degree(format_term(coefficient, exponents), polynomial.degree, polynomial.weights)


def _wrong_degree(term: str, degree: int, weights: tuple[int, ...]) -> PolynomialError:
    return PolynomialError(
        "polynomial",
        term,
        f"this term has degree {degree} with weights {weights}; the Calabi-Yau condition asks for "
        f"degree {sum(weights)}, the sum of the weights, in every term",
    )


def _collect(
    terms: Iterable[tuple[complex, Sequence[int]]], variables: int
) -> tuple[tuple[complex, tuple[int, ...]], ...]:
    total: dict[tuple[int, ...], complex] = {}
    for coefficient, exponents in terms:
        powers = tuple(_integer(e, "exponents") for e in exponents)
        if len(powers) != variables or min(powers) < 0:
            raise PolynomialError("exponents", list(exponents), f"{variables} non-negative integers are needed")
        value = complex(coefficient)
        if not (math.isfinite(value.real) and math.isfinite(value.imag)):
            raise PolynomialError("coefficient", coefficient, "coefficients must be finite numbers")
        total[powers] = total.get(powers, 0j) + value
    return tuple((c, e) for e, c in sorted(total.items(), reverse=True) if c != 0)


def _integer(value: Any, field: str) -> int:
    if isinstance(value, bool) or int(value) != value:
        raise PolynomialError(field, value, "an integer is needed")
    return int(value)
