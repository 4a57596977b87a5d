"""Complete intersections in products of projective spaces, V = {f_1 = ... = f_m = 0} in P^{N_1} x ... x P^{N_r}, and of
two equations in one weighted projective space."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from g2links.errors import PolynomialError
from g2links.records import VarietyData
from g2links.varieties.kahler_class import kahler_class
from g2links.varieties.points import coordinate_planes, linear_sections
from g2links.varieties.points.sampling import Points, in_charts, require_points
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.smooth.singular_search import require_nonsingular
from g2links.varieties.variety import AbstractVariety, require_calabi_yau

FAMILY = "complete intersection"
_NEWTON_STEPS = 2
"""From solutions that are known to rounding, in other coordinates."""


@dataclass(frozen=True)
class CompleteIntersection(AbstractVariety):
    """V = {f_1 = ... = f_m = 0} in P^{N_1} x ... x P^{N_r}, with the class Σ t_α J_α.

    Args:
        spaces: the dimensions N_1, ..., N_r; the coordinates of the factors follow each other.
        equations: f_1, ..., f_m in all coordinates, each homogeneous in those of each factor.
        polarisation: t, positive numbers, of which whole ones have a circle bundle; 1 each, if none is given.
        name: shown to users and stored with results.
        weights: of the coordinates of the space, where there is one and they are not all 1.

    Raises:
        PolynomialError: when an equation is not homogeneous in the coordinates of one of the factors, or has others.

    Example:
        >>> cubics = Polynomial("z0^3+z1^3+z2^3-z3*z4*z5"), Polynomial("z3^3+z4^3+z5^3-z0*z1*z2")
        >>> CompleteIntersection((5,), cubics).dimension
        3
    """

    spaces: tuple[int, ...]
    equations: tuple[Polynomial, ...] = ()
    polarisation: tuple[int | float, ...] = ()
    name: str = "complete_intersection"
    weights: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "spaces", _positive("spaces", self.spaces))
        chosen = self.polarisation or (1,) * len(self.spaces)
        object.__setattr__(self, "polarisation", kahler_class(chosen))
        object.__setattr__(self, "equations", tuple(self.equations))
        if len(self.polarisation) != len(self.spaces):
            allowed = f"{len(self.spaces)} positive numbers, one for each factor"
            raise PolynomialError("polarisation", self.polarisation, allowed)
        if not self.equations or not all(isinstance(f, Polynomial) for f in self.equations):
            raise PolynomialError("equations", self.equations, "at least one Polynomial")
        variables = sum(self.spaces) + len(self.spaces)
        if self.weights:
            _require_weights(self.weights, self.spaces, len(self.equations))
            if set(self.weights) == {1}:
                object.__setattr__(self, "weights", ())
        wanted = self.weights or (1,) * variables
        for f in self.equations:
            if f.weights != wanted:
                raise PolynomialError("equations", f.name, f"polynomials in {variables} variables of weights {wanted}")
        if self.dimension < 1:
            allowed = f"at most {sum(self.spaces) - 1} of them in so small a space"
            raise PolynomialError("equations", f"{len(self.equations)} equations", allowed)
        _ = self.degrees  # refuses what is not homogeneous

    @property
    def charges(self) -> tuple[tuple[int, ...], ...]:
        """A row for each factor: 1 at its coordinates, or their weights."""
        if self.weights:
            return (self.weights,)
        rows = np.repeat(np.eye(len(self.spaces), dtype=int), np.array(self.spaces) + 1, axis=1)
        return tuple(map(tuple, rows.tolist()))

    def sample(self, n: int, seed: int | np.random.SeedSequence) -> Points:
        """On random linear sections, or, where there are weights, on planes parallel to two axes of C^N.

        Raises:
            InputError: when n < 1.
            PolynomialError: when sections have fewer points than the intersection numbers say.
        """
        require_points(n)
        if self.weights:
            rng = np.random.default_rng(seed)
            law = coordinate_planes.fitted_law(self.equations)
            at = in_charts(self, coordinate_planes.draw(self.equations, law, n, rng))
            return Points(at, coordinate_planes.weights(self.equations, law, np.asarray(at.z)), np.arange(n))
        z, sections = linear_sections.draw(self, n, np.random.default_rng(seed))
        at = in_charts(self, z, _NEWTON_STEPS)
        return Points(at, linear_sections.weights(self, at), sections)

    def require_solvable(self) -> None:
        """See `smooth.singular_search.require_nonsingular`.

        Raises:
            PolynomialError: with the degrees, or a singular point.
        """
        require_calabi_yau(self)
        _require_no_orbifold(self)
        require_nonsingular(self)

    def to_config(self) -> VarietyData:
        """With the name of the family, by which it is found again."""
        return {
            "family": FAMILY,
            "spaces": list(self.spaces),
            "equations": [f.to_config() for f in self.equations],
            "polarisation": list(self.polarisation),
            "name": self.name,
            **({"weights": list(self.weights)} if self.weights else {}),
        }

    @classmethod
    def from_config(cls, config: VarietyData) -> "CompleteIntersection":
        """Rebuild one from `to_config`.

        Raises:
            PolynomialError: for anything else.
        """
        try:
            data: Any = config
            equations = tuple(map(Polynomial.from_config, data["equations"]))
            weights = tuple(data.get("weights", ()))
            return cls(tuple(data["spaces"]), equations, tuple(data["polarisation"]), str(data["name"]), weights)
        except (KeyError, TypeError, ValueError) as error:
            raise PolynomialError(
                "variety", config, "a mapping with spaces, equations, polarisation and name is needed"
            ) from error


def _require_weights(weights: tuple[int, ...], spaces: tuple[int, ...], equations: int) -> None:
    variables = spaces[0] + 1
    if len(spaces) != 1 or len(_positive("weights", weights)) != variables:
        raise PolynomialError("weights", weights, f"{variables} of them, for one projective space")
    if equations != 2 and max(weights) > 1:
        raise PolynomialError("equations", f"{equations} equations", "two, where there are weights above 1")


def _require_no_orbifold(variety: CompleteIntersection) -> None:
    """Refuse V where, by dimension, it meets points of the weighted space with isotropy."""
    for order in range(2, max(variety.weights, default=1) + 1):
        others = np.array(variety.weights) % order != 0
        cut = sum(bool((f.exponents[:, others] == 0).all(axis=1).any()) for f in variety.equations)
        if np.count_nonzero(~others) > cut:
            allowed = f"V that misses the points of P{variety.weights} with isotropy of order {order}"
            raise PolynomialError("equations", variety.name, allowed)


def _positive(field: str, values: Iterable[Any]) -> tuple[int, ...]:
    numbers = tuple(values)
    if not numbers or not all(isinstance(v, int | np.integer) and not isinstance(v, bool) and v > 0 for v in numbers):
        raise PolynomialError(field, numbers, "positive integers are needed")
    return tuple(map(int, numbers))
