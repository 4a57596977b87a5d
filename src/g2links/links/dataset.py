"""Samples of the structure on the link, for networks to learn from."""

from collections.abc import Iterable, Iterator

import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from g2links import forms
from g2links._typing import Array
from g2links.calculus.map_points import compiled
from g2links.errors import InputError
from g2links.g2.contact import contact_phi, contact_psi
from g2links.links.structure import LINK_DIMENSION, ContactCalabiYau, all_to_link, structure_at, total_metric
from g2links.varieties.charts import ChartPoint, in_columns
from g2links.varieties.points.sampling import Points
from g2links.varieties.real_points import real_points
from g2links.varieties.topology import THREEFOLD

_CHUNK = 100
"""Points side by side: the forms of a point have a thousand intermediate numbers, which then stay in the cache."""
_VARIABLES = THREEFOLD + 2
"""Of hypersurfaces, which most data sets belong to."""
BLOCK = 20_000
"""Base points that are evaluated at once."""

COLUMNS: dict[str, tuple[tuple[int, ...], str]] = {
    "base_points": ((2 * _VARIABLES,), "f"),
    "link_points": ((2 * _VARIABLES,), "f"),
    "rotations": ((), "f"),
    "phis": ((forms.dimension(LINK_DIMENSION, 3),), "f"),
    "psis": ((forms.dimension(LINK_DIMENSION, 4),), "f"),
    "riemannian_metrics": ((forms.symmetric_dimension(LINK_DIMENSION - 1),), "f"),
    "g2_metrics": ((forms.symmetric_dimension(LINK_DIMENSION),), "f"),
    "drop_maxs": ((), "i"),
    "drop_ones": ((), "i"),
    "etas": ((forms.dimension(LINK_DIMENSION, 1),), "f"),
    "weights": ((), "f"),
}
"""The arrays of a data set: shape of one row, and kind of number (float64 or int64). On other varieties than
hypersurfaces points have 2N numbers, and charts a column for each coordinate that is fixed or solved for."""


def sample_link(
    link: ContactCalabiYau, points: Points, rotations: int, rng: np.random.Generator
) -> Iterator[dict[str, np.ndarray]]:
    """`sample_blocks` of points that are in memory, at most 20,000 base points in each block."""
    return sample_blocks(link, blocks_of(points, BLOCK), rotations, rng)


def blocks_of(points: Points, size: int) -> Iterator[Points]:
    """The points in blocks of `size`; the last may be smaller."""
    for start in range(0, points.n, size):
        yield points.rows(slice(start, start + size))


def sample_blocks(
    link: ContactCalabiYau, blocks: Iterable[Points], rotations: int, rng: np.random.Generator
) -> Iterator[dict[str, np.ndarray]]:
    """Blocks of samples: for each base point, `rotations` rows with independent angles θ, uniform on the circle.

    The components do not depend on θ, so each base point is evaluated once. Rows of one base point are adjacent. The
    samples do not depend on how the points are divided into blocks, but for rounding.

    Yields:
        The arrays of `COLUMNS`, for each block of points.

    Raises:
        InputError: when rotations < 1.
    """
    if rotations < 1:
        raise InputError("n_rotations", rotations, "at least 1 rotation for each base point")
    evaluate = compiled(Partial(_components, link), _CHUNK)
    for block in blocks:
        components = evaluate(block.at)
        theta = rng.uniform(0, 2 * np.pi, size=block.n * rotations)
        z = np.repeat(block.z, rotations, axis=0)
        yield {
            "base_points": real_points(z),
            "link_points": real_points(all_to_link(link.variety, z, theta)),
            "rotations": theta,
            **{name: np.repeat(np.asarray(value), rotations, axis=0) for name, value in components.items()},
            **{name: np.repeat(column, rotations, axis=0) for name, column in in_columns(block.at).items()},
            "weights": np.repeat(block.weights, rotations),
        }


def _components(link: ContactCalabiYau, at: ChartPoint) -> dict[str, Array]:
    eta, omega, upsilon, transverse = structure_at(link, at)
    return {
        "phis": contact_phi(eta, omega, upsilon.real),
        "psis": contact_psi(eta, omega, upsilon.imag),
        "riemannian_metrics": forms.pack_symmetric(transverse),
        "g2_metrics": forms.pack_symmetric(total_metric(eta, transverse)),
        "etas": jnp.asarray(eta),
    }
