"""A metric with its points in the layout of the cymetric code (arXiv:2111.01436, arXiv:2205.13408).

Its conventions, for a quintic: K = log|z|²/π; metrics g_{a b̄} in the chart where the coordinate of largest modulus is 1
and the one with the largest |∂f/∂z| is eliminated, as here; |Ω|² = 1/|∂f/∂z_s|², our |h|²; the weight of a point on a
random line is |Ω|²/(3! det g_FS), which is ours over the degree.
"""

import numpy as np
from jax.tree_util import Partial

from g2links.calculus.map_points import map_points
from g2links.errors import InputError
from g2links.measures.monge_ampere import metrics
from g2links.potentials.metric import Potential
from g2links.varieties.charts import tangent_frame
from g2links.varieties.points.sampling import Points
from g2links.varieties.residue import residue
from g2links.varieties.variety import AbstractVariety

_TOGETHER = 100
"""Points side by side; a frame is a few numbers."""
_VARIABLES = 5
"""Of the quintics that the file is for."""


def cymetric_arrays(
    variety: AbstractVariety, potential: Potential, points: Points, validation: float = 0.1
) -> dict[str, np.ndarray]:
    """The arrays of `dataset.npz`, and two more with the metric.

    The last points, about the share `validation` of all, are for validation; no random line is on both sides.

    Args:
        variety: V, with weights (1, 1, 1, 1, 1).
        potential: u.
        points: on random lines.
        validation: between 0 and 1.

    Returns:
        X_train, X_val (·, 10): real parts, then imaginary parts; y_train, y_val (·, 2): weight and |Ω|²; val_pullbacks
        (·, 3, 5) complex: ∂z_i/∂x_a; metric_train, metric_val (·, 3, 3) complex: g_{a b̄} of K = (log|z|² + u)/π.

    Raises:
        InputError: for other weights, or a side without points.
    """
    if variety.charges != ((1,) * _VARIABLES,) or len(variety.equations) > 1:
        raise InputError("weights", variety.charges, "cymetric has points of quintics in P^4: (1, 1, 1, 1, 1) only")
    require_share(validation)
    n = points.n
    cut = int(np.searchsorted(points.lines, points.lines[min(round((1 - validation) * n), n - 1)]))
    if not 0 < cut < n:
        raise InputError("validation", validation, f"a share that leaves both sides some of {n} points")
    h = map_points(Partial(residue, variety), points, together=_TOGETHER)
    frames = map_points(Partial(tangent_frame, variety), points.rows(slice(cut, None)), together=_TOGETHER)
    columns = {
        "X": np.concatenate([points.z.real, points.z.imag], axis=1),
        "y": np.stack([points.weights / variety.equations[0].degree, np.abs(h) ** 2], axis=1),
        "metric": metrics(variety, potential, points) / np.pi,
    }
    arrays = {f"{name}_train": column[:cut] for name, column in columns.items()}
    arrays |= {f"{name}_val": column[cut:] for name, column in columns.items()}
    return {**arrays, "val_pullbacks": frames.reshape(-1, variety.dimension, variety.variables)}


def require_share(validation: float) -> None:
    """Refuse a share that is none.

    Raises:
        InputError: not between 0 and 1.
    """
    if not 0 < validation < 1:
        raise InputError("validation", validation, "a share between 0 and 1")


def cymetric_sigma(metric: np.ndarray, y: np.ndarray) -> float:
    """σ by the formula of that code, from metrics (n, 3, 3) and y (n, 2)."""
    weight, volume = y[:, -2], y[:, -1]
    ratio = np.linalg.det(metric).real / volume
    share = weight / np.sum(weight)
    return float(np.sum(share * np.abs(1 - ratio / np.sum(share * ratio))))
