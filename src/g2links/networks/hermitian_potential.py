"""A potential without hidden layers, for varieties without symmetry: K = (1/k) log s† h s in all monomials s of a
degree, from which φ, ψ and the metric follow as they do from a network.

Where f has little symmetry, a network of invariants would need all of them as its inputs, and many units. A full
Hermitian matrix contains every potential of its degree, and what it predicts depends on it through the Gram matrix
V h V† of V = (s, ∂_1 s, ..., ∂_3 s) alone (`potentials.sections`).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array, ComplexPoint, ComplexScalar, Frame
from g2links.networks.adapted import AdaptedFrame
from g2links.networks.architecture import Row, Shapes, Weights
from g2links.networks.structured import AbstractStructured, pack_numbers
from g2links.networks.tasks import Task
from g2links.potentials.families import KahlerPotential
from g2links.potentials.sections import HermitianAnsatz, Sections, hermitian
from g2links.potentials.sizes import require_sections
from g2links.records import ArchitectureData
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.residue import residue
from g2links.varieties.variety import AbstractVariety


class GramGeometry(NamedTuple):
    """One point, in a holomorphic frame.

    Attributes:
        rows: s and ∂_a s, divided by r^k.
        exact: what ∂K is counted from: 0, or the exact ∂K.
        upsilon: the coefficient of Υ.
    """

    rows: Complex[Array, "4 N"]
    exact: Complex[Array, "3"]
    upsilon: ComplexScalar


@dataclass(frozen=True)
class HermitianPotential(AbstractStructured):
    """K = (1/k) log s† h s.

    Args:
        degree: k, of the monomials s.

    Raises:
        InputError: for too many monomials (`potentials.sizes`).
    """

    task: Task
    variety: AbstractVariety
    normalisation: float
    degree: int

    def __post_init__(self) -> None:
        require_sections(self.variety, self.degree)

    @cached_property
    def ansatz(self) -> HermitianAnsatz:
        """The family of potentials."""
        return HermitianAnsatz(Sections(self.variety, self.degree))

    def potential(self, weights: Weights) -> KahlerPotential:
        """u, a function on V; with it `links.structure.ContactCalabiYau` gives every form."""
        return KahlerPotential(self.ansatz, weights.trainable)

    @property
    def chunk(self) -> int:
        return 500

    def shapes(self) -> tuple[Shapes, Shapes]:
        return tuple(self.ansatz.shapes()), ()

    def initial(self, rng: np.random.Generator, rows: Row) -> Weights:
        return Weights(self.ansatz.start(), ())

    def geometry(self, at: ChartPoint) -> GramGeometry:
        return self._along(at.z, tangent_frame(self.variety, at), residue(self.variety, at), jnp.zeros(3, complex))

    def adapted(self, row: Row, frame: AdaptedFrame) -> GramGeometry:
        vectors = frame.unitary @ tangent_frame(self.variety, row.at)
        h = frame.determinant * residue(self.variety, row.at)
        return self._along(row.at.z, vectors, h, frame.unitary @ frame.first)

    def numbers(self, weights: Weights, geometry: GramGeometry, key: Array | None) -> Float[Array, "15"]:
        gram = geometry.rows @ hermitian(weights.trainable) @ geometry.rows.conj().T
        return self.numbers_of(gram, geometry)

    def numbers_of(self, gram: Complex[Array, "4 4"], geometry: GramGeometry) -> Float[Array, "15"]:
        """∂_aK and g from V h V†; not a number where s† h s is not positive."""
        total = jnp.where(gram[0, 0].real > 0, gram[0, 0].real, jnp.nan)
        first = gram[1:, 0] / total
        mixed = gram[1:, 1:] / total - jnp.outer(first, first.conj())
        return pack_numbers(first / self.degree - geometry.exact, mixed / self.degree)

    def to_config(self) -> ArchitectureData:
        return {"kind": "potential", "family": "hermitian", "degree": self.degree}

    def _along(self, z: ComplexPoint, vectors: Frame, h: ComplexScalar, exact: Array) -> GramGeometry:
        s = self.ansatz.sections.jet(z, vectors)
        return GramGeometry(jnp.concatenate([s.value[None], s.first]), exact, self.normalisation * h)


def network_degree(variety: AbstractVariety, points: int) -> int:
    """The highest degree up to 5 whose N² unknowns `points` determine well: 15 numbers at each, six times as many."""
    degrees = range(2, HIGHEST + 1)
    return max((k for k in degrees if Sections(variety, k).count ** 2 <= _NUMBERS * points / _SPARE), default=1)


HIGHEST = 5
"""That of the metrics of quintics without symmetry in step 1: 15,625 unknowns."""
_NUMBERS, _SPARE = 15, 6
"""What the forms at a point say of K, ∂K and g, and equations for each unknown: with three, noise of the data would
count."""
