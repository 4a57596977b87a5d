"""Where on V a network errs: its errors against the coordinates of the point."""

import numpy as np

from g2links.links.structure import all_to_link
from g2links.networks.inputs import feature_table, separating_features
from g2links.records import WorstPoint
from g2links.varieties.charts import ChartPoint, in_columns
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.real_points import real_points
from g2links.varieties.variety import AbstractVariety


def coordinate_shares(variety: AbstractVariety, z: np.ndarray) -> np.ndarray:
    """|ζ_i|² of the point ζ of the link over each of n points (n, N): for weights 1, |z_i|²/|z|².

    They sum to 1 over each C* factor. The least of them is 0 on the coordinate hyperplanes and at most 1/N for one
    factor.
    """

    on_link = all_to_link(variety, z, np.zeros(len(z)))
    return np.asarray(on_link.real**2 + on_link.imag**2)


def largest(errors: np.ndarray, count: int = 10) -> np.ndarray:
    """The indices of the largest errors, the largest first; one that is not finite counts as larger than all others."""
    return np.argsort(-np.where(np.isfinite(errors), errors, np.inf), kind="stable")[:count]


def worst_points(variety: AbstractVariety, at: ChartPoint, errors: np.ndarray, count: int = 10) -> list[WorstPoint]:
    """The points with the largest errors, the worst first.

    Args:
        at: n points in their charts.
        errors: (n,).

    Returns:
        For each its `error`, `base_point` (10 numbers), chart (`drop_one`, `drop_max`), `shares` (`coordinate_shares`),
        the least of them, and on a hypersurface the `invariants` that separate the points of V: for weights 1 the
        real and imaginary parts of z_i conj(z_j)/|z|².
    """
    worst, z = largest(errors, count), np.asarray(at.z)
    shares = coordinate_shares(variety, z[worst])
    charts = in_columns(at)
    rows: list[WorstPoint] = [
        {
            "error": float(errors[i]),
            "base_point": real_points(z[i]).tolist(),
            "drop_one": charts["drop_ones"][i].tolist(),
            "drop_max": charts["drop_maxs"][i].tolist(),
            "shares": shares[k].tolist(),
            "smallest_share": float(np.min(shares[k])),
        }
        for k, i in enumerate(worst)
    ]
    if isinstance(variety, WeightedHypersurface):
        for row, invariants in zip(rows, feature_table(separating_features(variety), z[worst]), strict=True):
            row["invariants"] = invariants.tolist()
    return rows
