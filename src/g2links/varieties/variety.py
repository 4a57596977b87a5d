"""What a family of varieties supplies, and what follows from it at once.

V = {f_1 = ... = f_m = 0} / (C*)^r in C^N. A family gives the charges of the coordinates, the equations, a polarisation
and random points with their weights; everything else (`charts`, `residue`, the reference potential, volumes, the link)
is written once, for every family and every dimension.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex

from g2links._typing import Array, ComplexPoint
from g2links.errors import PolynomialError
from g2links.records import VarietyData
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.smooth.criteria import require_degree

if TYPE_CHECKING:
    from g2links.varieties.points.sampling import Points


class Factor(NamedTuple):
    """One C* factor of a variety.

    Attributes:
        coordinates: those with a charge under it, ascending.
        charges: of these.
        polarisation: its t.
    """

    coordinates: np.ndarray
    charges: tuple[int, ...]
    polarisation: int | float

    def of(self, z: Any) -> Any:
        """Its part of an array (..., N); all of it, without a gather, where this is the only factor."""
        return z if len(self.coordinates) == z.shape[-1] else z[..., self.coordinates]


class AbstractVariety(ABC):
    """A projective variety; to be subclassed by a frozen dataclass, as it is compared by value and hashed.

    `hypersurface.WeightedHypersurface` shows what a family has to write.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """For JAX a variety is part of what is compiled, not an argument."""
        super().__init_subclass__(**options)
        jax.tree_util.register_static(cls)

    @property
    @abstractmethod
    def name(self) -> str:
        """Shown to users and stored with results."""

    @property
    @abstractmethod
    def charges(self) -> tuple[tuple[int, ...], ...]:
        """(r, N) integers: the weights of the coordinates under each C* factor. A coordinate has one row in which it
        is not 0, and is positive there."""

    @property
    @abstractmethod
    def equations(self) -> tuple[Polynomial, ...]:
        """f_1, ..., f_m in the N coordinates, with the sums of the columns of the charges as their weights."""

    @property
    def polarisation(self) -> tuple[int | float, ...]:
        """(r,) positive numbers t, the class of ω in units of 2π, and where they are integers that of the circle
        bundle; 1 each."""
        return (1,) * len(self.charges)

    @abstractmethod
    def sample(self, n: int, seed: "int | np.random.SeedSequence") -> "Points":
        """`n` random points of V with a known law: `points.sampling.in_charts` makes them out of points of C^N.

        Raises:
            InputError: when n < 1.
        """

    def require_solvable(self) -> None:
        """Refuse V, before any work, where it has no Ricci-flat metric. A family that can tell also refuses singular V.

        Raises:
            PolynomialError: with the reason.
        """
        require_calabi_yau(self)

    @abstractmethod
    def to_config(self) -> VarietyData:
        """Plain data, for JSON and for model files, that `registry.variety_from_config` reads: with `name`, and
        `family` where it is not that of hypersurfaces."""

    @property
    def variables(self) -> int:
        """N, the number of coordinates."""
        return len(self.charges[0])

    @property
    def dimension(self) -> int:
        """N - m - r, the complex dimension of V."""
        return self.variables - len(self.equations) - len(self.charges)

    @property
    def heaviest(self) -> int:
        """The largest charge: 1 in a product of projective spaces."""
        return max(map(max, self.charges))

    @property
    def degrees(self) -> tuple[tuple[int, ...], ...]:
        """(m, r) the multidegree of each equation.

        Raises:
            PolynomialError: when an equation is not homogeneous under one of the factors.
        """
        return tuple(tuple(_degree(f, row) for row in self.charges) for f in self.equations)

    @property
    def is_calabi_yau(self) -> bool:
        """Whether the degrees of the equations add up to the sums of the charges."""
        return all(sum(q) == sum(row) for q, row in zip(zip(*self.degrees, strict=True), self.charges, strict=True))

    @property
    def is_integral(self) -> bool:
        """Whether the class of ω is one of a line bundle, and so has a circle bundle."""
        return all(isinstance(t, int) for t in self.polarisation)

    def values(self, z: ComplexPoint) -> Complex[Array, " m"]:
        """f_1, ..., f_m at one point."""
        return jnp.stack([f(z) for f in self.equations])

    def jacobian(self, z: ComplexPoint) -> Complex[Array, "m variables"]:
        """∂f_j/∂z_i at one point."""
        return jnp.stack([f.gradient(z) for f in self.equations])

    @property
    def factors(self) -> list[Factor]:
        """The C* factors one by one."""
        found = []
        for row, t in zip(self.charges, self.polarisation, strict=True):
            coordinates = np.flatnonzero(row)
            found.append(Factor(coordinates, tuple(row[i] for i in coordinates), t))
        return found


def require_calabi_yau(variety: AbstractVariety) -> None:
    """Refuse V where the degrees do not add up to the charges: then it has no Ricci-flat metric in the class of ω, and
    no Ω.

    Raises:
        PolynomialError: naming a term and its degree.
    """
    if variety.is_calabi_yau:
        return
    if len(variety.equations) == len(variety.charges) == 1:
        require_degree(variety.equations[0])
    raise PolynomialError(
        "equations",
        variety.name,
        f"their degrees {variety.degrees} do not add up to {tuple(map(sum, variety.charges))}, the sums of the "
        "charges, as the Calabi-Yau condition asks",
    )


def _degree(f: Polynomial, row: tuple[int, ...]) -> int:
    degrees = f.exponents @ np.array(row)
    if np.ptp(degrees):
        raise PolynomialError("equation", str(f), f"all its terms need one degree under the charges {row}")
    return int(degrees[0])
