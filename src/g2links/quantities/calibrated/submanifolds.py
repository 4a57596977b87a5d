"""Parametrised submanifolds of V and of its link: their points, and the figures of all calibrations at these."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from jaxtyping import Complex, Float, Int

from g2links._typing import Array, ComplexPoint, Scalar
from g2links.calculus.map_points import Progress, compiled, padded_rows
from g2links.calculus.quadrature import Box, gauss_rule, sobol_rule
from g2links.errors import InputError
from g2links.potentials.metric import Potential
from g2links.quantities.calibrated.calibrations import figures_at
from g2links.varieties.real_points import require_on_variety
from g2links.varieties.variety import AbstractVariety

RULES = ("gauss", "sobol")
_SIDE_BY_SIDE, _BLOCK = 20, 1000
_COARSER = 0.75
"""The order of the second rule of Gauss, whose distance from the first is the error, relative to it."""
_FEWEST = 3
"""Nodes of it in a direction."""

Moved = tuple[Complex[np.ndarray, "n variables"], Complex[np.ndarray, "n p variables"]]
"""Points of X and their derivatives by the parameters."""


class Patch(NamedTuple):
    """A piece of a submanifold.

    Attributes:
        points: of parameters (n, p) the points (n, N) of X, and their derivatives (n, p, N).
        box: of the parameters.
        orders: of Gauss's rule relative to the others, one for each parameter; 0 for one on which nothing depends.
    """

    points: Callable[[Float[np.ndarray, "n p"]], Moved]
    box: Box
    orders: Sequence[int] | None = None


class Samples(NamedTuple):
    """Points of a submanifold.

    Attributes:
        z: (n, N) complex128, of X.
        velocities: (n, p, N) their derivatives by the parameters.
        parameters: (n, p).
        weights: (n,) for integrals against dt1···dtp.
        second: (n,) those of a second rule, whose distance is the error: None for statistical ones.
        parts: (n,) independent estimates that each point belongs to.
        patch: (n,) the number of its patch.
    """

    z: Complex[np.ndarray, "n variables"]
    velocities: Complex[np.ndarray, "n p variables"]
    parameters: Float[np.ndarray, "n p"]
    weights: Float[np.ndarray, " n"]
    second: Float[np.ndarray, " n"] | None
    parts: Int[np.ndarray, " n"]
    patch: Int[np.ndarray, " n"]

    def integral(self, values: np.ndarray) -> tuple[float, float]:
        """∫ values dt1···dtp and its error: the distance of two rules, or the standard error over the parts."""
        total = float(self.weights @ values)
        if self.second is not None:
            return total, abs(total - float(self.second @ values))
        parts = np.bincount(self.parts, self.weights * values)
        return total, float(np.std(parts, ddof=1) * np.sqrt(len(parts)))


def patch_of(function: Callable[[Any], Any], box: Box, variables: int) -> Patch:
    """A JAX function of the parameters (p,) of one point, to (N,) coordinates, as a patch.

    Raises:
        InputError: where it does not give such a point, or the box is none.
    """
    checked = [require_interval(interval) for interval in box]

    def point(t: Array) -> ComplexPoint:
        return jnp.asarray(function(t), dtype=complex)

    shape = jax.eval_shape(point, jnp.zeros(len(checked))).shape
    if shape != (variables,):
        raise InputError(
            "submanifold", f"shape {shape}", f"a function of ({len(checked)},) parameters to ({variables},)"
        )

    @jax.jit
    def moved(t: Array) -> tuple[Array, Array]:
        return jax.vmap(point)(t), jnp.swapaxes(jax.vmap(jax.jacfwd(point))(t), 1, 2)

    def points(t: np.ndarray) -> Moved:
        parts = [[np.asarray(x) for x in moved(t[rows])] for _, rows in padded_rows(len(t), min(len(t), _BLOCK))]
        z, velocities = (np.concatenate(blocks)[: len(t)] for blocks in zip(*parts, strict=True))
        return z, velocities

    return Patch(points, checked)


def require_interval(interval: Any) -> tuple[float, float]:
    """(low, high) with low < high.

    Raises:
        InputError: for anything else.
    """
    try:
        low, high = map(float, interval)
    except (TypeError, ValueError) as error:
        raise InputError("box", interval, "a pair (least, greatest) for each parameter") from error
    if not -np.inf < low < high < np.inf:
        raise InputError("box", (low, high), "finite, and the least first")
    return low, high


def sampled(patches: Sequence[Patch], n: int, rule: str, seed: int | np.random.SeedSequence) -> Samples:
    """About n points in all on the patches, by Gauss's rule or Sobol's sequence."""
    each = max(1, n // len(patches))
    found = []
    root = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    for number, (patch, own) in enumerate(zip(patches, root.spawn(len(patches)), strict=True)):
        if rule == "sobol":
            t, weights, parts = sobol_rule(patch.box, each, own)
            found.append(_on_patch(patch, number, t, weights, None, parts))
            continue
        fine = _orders(patch, each)
        coarse = [max(_FEWEST - 1, round(_COARSER * m)) for m in fine]
        (t, weights), (other, second) = gauss_rule(patch.box, fine), gauss_rule(patch.box, coarse)
        both = np.concatenate([t, other])
        first, last = np.pad(weights, (0, len(second))), np.pad(second, (len(weights), 0))
        found.append(_on_patch(patch, number, both, first, last, np.zeros(len(both), dtype=int)))
    joined: Samples = jax.tree.map(lambda *columns: np.concatenate(columns), *found)
    return joined


def _orders(patch: Patch, n: int) -> list[int]:
    wanted = np.array(patch.orders or [1] * len(patch.box))
    nodes = n / _FEWEST ** np.count_nonzero(wanted == 0)
    scale = (nodes / np.prod(wanted[wanted > 0])) ** (1 / np.count_nonzero(wanted))
    return [max(_FEWEST, round(scale * order)) for order in wanted]


def _on_patch(
    patch: Patch, number: int, t: np.ndarray, weights: np.ndarray, second: np.ndarray | None, parts: np.ndarray
) -> Samples:
    z, velocities = patch.points(t)
    return Samples(z, velocities, t, weights, second, parts, np.full(len(t), number))


def at_given(patch: Patch, t: np.ndarray, weights: np.ndarray) -> Samples:
    """At parameters with weights of the user's: each point is taken for an independent estimate."""
    return _on_patch(patch, 0, t, weights, None, np.arange(len(t)))


def require_on(variety: AbstractVariety, samples: Samples) -> None:
    """Refuse points that are not on V.

    Raises:
        InputError: with the point.
    """
    try:
        require_on_variety(variety, samples.z)
    except InputError as error:
        raise InputError("submanifold", error.value, error.allowed) from error


def evaluate(
    variety: AbstractVariety,
    potential: Potential,
    normalisation: complex,
    samples: Samples,
    *,
    on_link: bool,
    progress: Progress = lambda *_: None,
) -> dict[str, np.ndarray]:
    """`calibrations.figures_at` at every point, (n,) each.

    Raises:
        InputError: where the derivatives by the parameters are linearly dependent, or not finite.
    """
    function = Partial(_on_link if on_link else _on_v, variety, potential, jnp.asarray(normalisation))
    at_rows, n = compiled(function, _SIDE_BY_SIDE), len(samples.z)
    blocks = []
    for start in range(0, n, _BLOCK):
        rows = slice(start, start + _BLOCK)
        blocks.append(at_rows((samples.z[rows], samples.velocities[rows]), n))
        progress(min(n, start + _BLOCK), n)
    figures = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    wrong = ~(figures["density"] > 0)
    if wrong.any():
        where = samples.parameters[int(np.argmax(wrong))].tolist()
        raise InputError("submanifold", where, "its derivatives there are finite and linearly independent")
    return figures


def _on_v(variety: AbstractVariety, potential: Potential, c: Array, row: Any) -> dict[str, Scalar]:
    return figures_at(variety, potential, c, False, row)


def _on_link(variety: AbstractVariety, potential: Potential, c: Array, row: Any) -> dict[str, Scalar]:
    return figures_at(variety, potential, c, True, row)
