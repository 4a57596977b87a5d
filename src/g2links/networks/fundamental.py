"""A fundamental domain of the symmetry group of f, and how the structure is brought there.

The group (`varieties.symmetry`) consists of permutations of the coordinates, of diagonal phases and, where f is real,
of complex conjugation. A symmetry maps the slice chart of a point to a slice chart of the image, by a linear
map w' = P w or conj(P w) of the chart coordinates, and θ to θ or -θ. Where the potential has the symmetry of f, the
contact form, ω and the metric are invariant, and Υ up to a root of unity, which its coefficients in both charts show.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex

from g2links._typing import Array, ComplexPoint, ComplexScalar, Index, Indices, Matrix, Scalar
from g2links.forms.linear import small_determinant
from g2links.varieties.charts import ChartPoint, asymmetric, selector
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.residue import residue
from g2links.varieties.symmetry import coordinate_permutations, exponent_lattice, is_real

_FORBIDDEN = 1e6
"""A score below all others, for images that lie in a chart that is not used."""


class Representative(NamedTuple):
    """The image of a point in the fundamental domain.

    Attributes:
        at: the image in its chart.
        frame: (7, 7) the derivative of the chart's coordinates there by those of the chart of the point.
        turn: χ, of modulus 1: ReΥ at the point is Re(χ Υ'), Υ' the (3,0) part of the pullback of ReΥ there, doubled.
    """

    at: ChartPoint
    frame: Matrix
    turn: Scalar


@dataclass(frozen=True)
class FundamentalDomain:
    """The domain, for charts (fixed, solved) that are the first of their orbit: the other three coordinates fall in
    modulus as far as the permutations allow, phases lie near 1, a combination of imaginary parts is not negative."""

    variety: WeightedHypersurface

    def representative(self, at: ChartPoint) -> Representative:
        """The image of a point in its gauge, for its chart. Constant but for its `z` near every point off the walls."""
        order = self._order(at)
        fixed, solved = _place(order, at.fixed), _place(order, at.solved)
        moved = at.z[order]
        phases = self._phases(moved, fixed[0])
        image = phases * moved
        mirrored = self._mirrored(image)
        there = ChartPoint(jnp.where(mirrored, image.conj(), image), fixed, solved)
        moving = phases[:, None] * (order[:, None] == jnp.arange(len(order))[None])
        holomorphic = selector(there) @ moving @ selector(at).T
        frame = _real_frame(holomorphic, mirrored)
        return Representative(there, frame, self._turn(at, there, holomorphic, mirrored))

    def _order(self, at: ChartPoint) -> Array:
        """Of the permutations that bring the chart to the first of its orbit the best: z'_i = z_order[i]."""
        orders, allowed = self._permutations
        squares = at.z.real**2 + at.z.imag**2
        score = squares[orders] @ jnp.asarray(asymmetric(len(at.z))) / jnp.sum(squares)
        best = jnp.argmax(jnp.where(jnp.asarray(allowed)[at.fixed[0], at.solved[0]], score, -_FORBIDDEN))
        return jnp.asarray(orders)[best]

    def _phases(self, z: ComplexPoint, one: Index) -> Complex[Array, " variables"]:
        """The diagonal symmetry with 1 at `one` after which each phase in turn is as near to 1 as it can be."""
        rows, columns, pivots = (jnp.asarray(table)[one] for table in self._lattices)
        turns = jnp.zeros(len(z))
        wanted = -jnp.angle(jax.lax.stop_gradient(z)) / (2 * jnp.pi)
        for row, column, pivot in reversed(list(zip(rows, columns, pivots, strict=True))):
            offset = -(row @ turns) / pivot
            nearest = offset + jnp.round(pivot * (wanted[column] - offset)) / pivot
            turns = turns.at[column].set(jnp.where(pivot > 0, nearest, turns[column]))
        return jnp.exp(2j * jnp.pi * turns)

    def _mirrored(self, z: ComplexPoint) -> Array:
        if not is_real(self.variety.polynomial):
            return jnp.asarray(False)
        return jnp.sum(asymmetric(len(z)) * z.imag) < 0

    def _turn(
        self,
        at: ChartPoint,
        there: ChartPoint,
        holomorphic: Complex[Array, "d d"],
        mirrored: Array,
    ) -> ComplexScalar:
        determinant = small_determinant(holomorphic)
        h = residue(self.variety, there)
        turn = residue(self.variety, at) / (jnp.where(mirrored, h.conj(), h) * determinant)
        return jax.lax.stop_gradient(turn / jnp.abs(turn))

    @cached_property
    def _permutations(self) -> tuple[np.ndarray, np.ndarray]:
        """(N, 5) the permutations, and (5, 5, N) which of them bring each pair (fixed, solved) to the first of its
        orbit."""
        orders = np.array(coordinate_permutations(self.variety.polynomial))
        places = np.argsort(orders, axis=1)
        codes = places.shape[1] * places[:, :, None] + places[:, None, :]
        return orders, np.moveaxis(codes == np.min(codes, axis=0), 0, -1)

    @cached_property
    def _lattices(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each `one` the rows of the lattice with `one` last, the column of the pivot of each, and the pivot; a
        pivot of 0 where there are fewer than four rows."""
        n = self.variety.variables
        rows, columns, pivots = np.zeros((n, n - 1, n)), np.zeros((n, n - 1), dtype=np.int64), np.zeros((n, n - 1))
        for one in range(n):
            order = [i for i in range(n) if i != one]
            for k, row in enumerate(exponent_lattice(self.variety.polynomial, one)):
                column = next(i for i in order if row[i])
                rows[one, k], columns[one, k], pivots[one, k] = row, column, row[column]
        return rows, columns, pivots


def _place(order: Array, index: Indices) -> Indices:
    return jnp.argmax(order == index)[None]


def _real_frame(holomorphic: Complex[Array, "d d"], mirrored: Array) -> Matrix:
    """(7, 7) the map of (x, y, θ) that is w' = P w, or the conjugate of that."""
    re, im = holomorphic.real, holomorphic.imag
    sign = jnp.where(mirrored, -1.0, 1.0)
    above = jnp.concatenate([re, -im, jnp.zeros((3, 1))], axis=1)
    below = jnp.concatenate([sign * im, sign * re, jnp.zeros((3, 1))], axis=1)
    return jnp.concatenate([above, below, (sign * jnp.eye(7)[6])[None]])
