"""The ambient expressions of g and ∂K: tensors that a point gives, with coefficients that a network gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array, ComplexPoint, Frame, Hermitian
from g2links.calculus.batching import in_chunks
from g2links.forms.linear import inverse_cholesky
from g2links.networks.architecture import standardisation
from g2links.networks.equivariants import Equivariants
from g2links.networks.inputs import separating_features
from g2links.networks.shared import NODE_OUTPUTS, PAIR_OUTPUTS, SharedCoefficients
from g2links.potentials.reference import reference_potential
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.hypersurface import WeightedHypersurface

FLOOR = 1e-3
"""The share of the reference metric that no coefficients can take away."""
_CHUNK = 500
"""Rows side by side; the tensors of a point are some thousand numbers."""
_SAMPLE = 5000
"""Points from which the scales of inputs are taken: their means are then known to 2 %."""
_ROUGHNESS = 2.0
"""Inputs that vary faster than twice the slowest are scaled down to that, as their noise would be learned."""


class LocalTangents(NamedTuple):
    """One point of the sphere, in a holomorphic frame.

    Attributes:
        tangents: (3, 5) the vectors, scaled and horizontal, over √D.
        position: ζ.
        first: ∂K_ref, or ∂K_ref minus some ∂K.
    """

    tangents: Frame
    position: ComplexPoint
    first: Complex[Array, "3"]


@dataclass(frozen=True)
class AmbientTensors:
    """A Hermitian matrix B and a covector c on C^5, combinations of equivariant ones with invariant coefficients.

    With ζ = z_i r^{-w_i} on the unit sphere, D = Σ w_i |ζ_i|², t_a the vectors scaled alike, made horizontal for η_ref
    by a multiple of (w_i ζ_i) and divided by √D, and A = (1-δ)(1 + B/2)(1 + B/2)† + δ,

        g_{ab̄} = t_a A t_b†,    ∂_a K = ∂_a K_ref + t_a · c.

    Args:
        shared: whether B, c and the coefficients are equivariant under the symmetries of f as well as under the
            circle: B_ij = d_i δ_ij + conj(ζ_i) C_ij ζ_j and c_i = a_i conj(ζ_i), with coefficients of
            `shared.SharedCoefficients`. Otherwise `equivariants` makes them from separating invariants.
    """

    variety: WeightedHypersurface
    shared: bool
    standard_inputs: bool = True

    @property
    def inputs(self) -> tuple[int, ...]:
        """How many numbers each network sees."""
        return self._shared.inputs if self.shared else (separating_features(self.variety).count,)

    @property
    def outputs(self) -> tuple[int, ...]:
        """How many coefficients each network gives."""
        return (NODE_OUTPUTS, PAIR_OUTPUTS) if self.shared else (_equivariants(self.variety.weights).count,)

    def local(self, z: ComplexPoint, vectors: Frame) -> LocalTangents:
        """A point of X, in any gauge, along three holomorphic vectors."""
        weights = jnp.asarray(self.variety.weights, dtype=float)
        scale = jnp.exp(-0.5 * weights * reference_potential(self.variety, z))
        position, frame = scale * z, scale[None] * vectors
        size = jnp.sum(weights * (position.real**2 + position.imag**2))
        along = frame @ position.conj() / size
        tangents = (frame - jnp.outer(along, weights * position)) / jnp.sqrt(size)
        return LocalTangents(tangents, position, along)

    def features(self, zeta: ComplexPoint) -> tuple[Float[Array, "k inputs"], ...]:
        """What each network sees whenever it is asked, before that is standardised."""
        return self._shared.features(zeta) if self.shared else (separating_features(self.variety)(zeta)[None],)

    def statistics(self, at: ChartPoint) -> tuple[np.ndarray, ...]:
        """Mean and scale of the features of each network, from n points in their charts.

        Of shared networks the scale is the inverse deviation or, for features that vary on a shorter length than the
        others, less: what makes their slopes as large as those of the smoothest. Otherwise such features, on which
        the structure hardly depends, would roughen what the network learns.
        """
        if not self.standard_inputs:
            return tuple(value for m in self.inputs for value in (np.zeros(m), np.ones(m)))
        rows = jax.tree.map(lambda column: jnp.asarray(column[:_SAMPLE]), at)
        found = []
        for values, slopes in _table(self, rows):
            centre, spread = standardisation(np.asarray(values).reshape(-1, values.shape[-1]))
            scale = 1 / np.where(spread > 0, spread, 1.0)
            if self.shared:
                slope = np.sqrt(np.mean(np.asarray(slopes).reshape(-1, values.shape[-1]), axis=0))
                scale = _not_rough(scale, np.where(spread > 0, slope, 0.0))
            found += [centre, scale]
        return tuple(found)

    def structure(
        self, local: LocalTangents, outputs: Sequence[Float[Array, "_k _outputs"]]
    ) -> tuple[Complex[Array, "3"], Hermitian]:
        """∂K, or ∂K minus what was taken from `first`, and g, which is positive definite."""
        if self.shared:
            b, c = self._shared.matrices(outputs[0], outputs[1], local.position)
        else:
            b, c = _equivariants(self.variety.weights).matrices(outputs[0][0], local.position)
        t = local.tangents
        root = t + 0.5 * t @ b
        return local.first + t @ c, (1 - FLOOR) * root @ root.conj().T + FLOOR * t @ t.conj().T

    @property
    def _shared(self) -> SharedCoefficients:
        return SharedCoefficients(self.variety)


def _not_rough(scale: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """`scale`, less where that makes the slope of a feature much larger than the smallest one; features without slope,
    as those that tell coordinates of different weights apart, are left alone."""
    sloping = slope > 0
    if not np.any(sloping):
        return scale
    bound = _ROUGHNESS * np.min((slope * scale)[sloping]) / slope[sloping]
    found = scale.copy()
    found[sloping] = np.minimum(scale[sloping], bound)
    return found


@partial(jax.jit, static_argnums=0)
def _table(tensors: AmbientTensors, rows: ChartPoint) -> tuple[tuple[Array, Array], ...]:
    """The features of each network, and the mean squares of their slopes in the directions of V, for ω_ref."""

    def one_point(at: ChartPoint) -> tuple[tuple[Array, Array], ...]:
        local = tensors.local(at.z, tangent_frame(tensors.variety, at))
        unit = inverse_cholesky(local.tangents @ local.tangents.conj().T) @ local.tangents
        directions = jnp.concatenate([unit, 1j * unit])
        slopes = jax.vmap(lambda v: jax.jvp(tensors.features, (local.position,), (v,))[1])(directions)
        values = tensors.features(local.position)
        return tuple((x, jnp.mean(d**2, axis=0)) for x, d in zip(values, slopes, strict=True))

    return in_chunks(one_point, rows, _CHUNK)


_equivariants = cache(Equivariants)
