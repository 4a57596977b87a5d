"""Hypersurfaces {f = 0} in weighted projective spaces: the first family of varieties."""

import itertools
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from g2links.errors import InputError, PolynomialError
from g2links.records import PolynomialData, VarietyData
from g2links.varieties.points import coordinate_lines, random_lines
from g2links.varieties.points.sampling import Points, in_charts, require_points
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.smooth.singularities import require_isolated_singularity
from g2links.varieties.variety import AbstractVariety

_NEWTON_STEPS = 4
"""From roots along a line, which have all digits but a few."""


@dataclass(frozen=True)
class WeightedHypersurface(AbstractVariety):
    """V = {f = 0} in P(w_1, ..., w_N), of dimension N - 2.

    Args:
        polynomial: f, which has the weights with it.

    Raises:
        PolynomialError: for what is no `Polynomial`.

    Example:
        >>> WeightedHypersurface(Polynomial("z0^4 + z1^4 + z2^4 + z3^4")).dimension
        2
    """

    polynomial: Polynomial

    def __post_init__(self) -> None:
        if not isinstance(self.polynomial, Polynomial):
            raise PolynomialError("polynomial", self.polynomial, "a Polynomial is needed")

    @property
    def name(self) -> str:
        """That of the polynomial."""
        return self.polynomial.name

    @property
    def weights(self) -> tuple[int, ...]:
        """w, the one row of the charges."""
        return self.polynomial.weights

    @property
    def degree(self) -> int:
        """d, the weighted degree of f."""
        return self.polynomial.degree

    @property
    def charges(self) -> tuple[tuple[int, ...], ...]:
        """(w,)."""
        return (self.polynomial.weights,)

    @property
    def equations(self) -> tuple[Polynomial, ...]:
        """(f,)."""
        return (self.polynomial,)

    @cached_property
    def isotropic(self) -> tuple[tuple[int, ...], ...]:
        """The sets of coordinates that can be all that is not 0 at a point of X, as f has not exactly one term in them
        alone, and whose weights have a common divisor above 1."""
        sizes, places = range(1, self.variables), range(self.variables)
        every = itertools.chain.from_iterable(itertools.combinations(places, size) for size in sizes)
        return tuple(nonzero for nonzero in every if self._common_divisor(nonzero) > 1 and self._meets(nonzero))

    @cached_property
    def largest_isotropy(self) -> int:
        """The largest order of the group of phases that fix a point of X: the greatest common divisor of the weights of
        its coordinates that are not 0."""
        return max(map(self._common_divisor, self.isotropic), default=1)

    def _common_divisor(self, nonzero: tuple[int, ...]) -> int:
        return math.gcd(*(self.weights[i] for i in nonzero))

    def _meets(self, nonzero: tuple[int, ...]) -> bool:
        others = np.setdiff1d(np.arange(self.variables), nonzero)
        return bool(np.count_nonzero(~self.polynomial.exponents[:, others].any(axis=1)) != 1)

    def sample(self, n: int, seed: int | np.random.SeedSequence) -> Points:
        """On random lines of P^{N-1} where all weights are 1, for others on lines parallel to the axes of C^N.

        Raises:
            InputError: when n < 1.
            PolynomialError: when a coordinate does not occur in f.
        """
        require_points(n)
        f, rng = self.polynomial, np.random.default_rng(seed)
        if set(f.weights) == {1}:
            at = in_charts(self, random_lines.draw(f, n, rng), _NEWTON_STEPS)
            return Points(at, random_lines.weights(self, np.asarray(at.z)), np.arange(n) // f.degree)
        law = coordinate_lines.fitted_law(f, rng)
        at = in_charts(self, coordinate_lines.draw(f, law, n, rng))
        return Points(at, coordinate_lines.weights(f, law, np.asarray(at.z)), np.arange(n))

    def require_solvable(self) -> None:
        """See `smooth.singularities.require_isolated_singularity`.

        Raises:
            PolynomialError: with the degree, the condition that fails, or a singular point.
        """
        require_isolated_singularity(self.polynomial)

    def to_config(self) -> PolynomialData:
        """That of the polynomial."""
        return self.polynomial.to_config()

    @classmethod
    def from_config(cls, config: VarietyData) -> "WeightedHypersurface":
        """Rebuild a hypersurface from `to_config`.

        Raises:
            PolynomialError: for anything else.
        """
        return cls(Polynomial.from_config(config))


def require_hypersurface(variety: AbstractVariety, what: str) -> WeightedHypersurface:
    """The variety, where it is a hypersurface.

    Args:
        variety: V.
        what: needs that, for the message.

    Raises:
        InputError: for another family.
    """
    if not isinstance(variety, WeightedHypersurface):
        raise InputError(what, variety.name, f"so far for hypersurfaces only; this is a {type(variety).__name__}")
    return variety
