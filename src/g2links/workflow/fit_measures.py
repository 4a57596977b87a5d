"""What step 1 measures of the metric that it found, at points that neither the search nor its choice has seen."""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from g2links.checks.identities import kahlerity_errors
from g2links.errors import NotPositiveError
from g2links.links.structure import ContactCalabiYau
from g2links.measures.monge_ampere import (
    MongeAmpereMeasures,
    measure,
    metric_function,
    monge_ampere_ratios,
    reference_function,
)
from g2links.measures.supremum import Supremum, supremum
from g2links.potentials.families import KahlerPotential
from g2links.records import WorstPlace
from g2links.varieties.points.sampling import Points, weighted_mean
from g2links.varieties.variety import AbstractVariety

_CLOSEDNESS_POINTS = 100
"""At which dω is taken: its size is the same at all of them, up to a few."""
_REFERENCE_POINTS = 1000
"""From which the search for the worst point of the reference metric begins: it only sets a scale."""


class FitMeasures(NamedTuple):
    """As they are recorded.

    Attributes:
        figures: by name.
        standard_errors: of those that are averages.
        supremum: where the metric is worst, as plain data.
        ratio: (m,) η/<η> at the test points.
    """

    figures: dict[str, float]
    standard_errors: dict[str, float]
    supremum: WorstPlace
    ratio: np.ndarray


def measure_fit(
    variety: AbstractVariety, potential: KahlerPotential, test: Points, progress: Callable[[str, int, int], None]
) -> FitMeasures:
    """Averages at the test points, and the worst point of V that a search from there finds.

    Raises:
        NotPositiveError: the metric is not positive at one of these points.
    """
    progress("measuring the metric on test points", 0, 1)
    found = measure(variety, potential, test)
    _require_positive(found.smallest_eigenvalue, f"at {test.n} test points")
    worst = _worst(variety, potential, test, found, progress)
    _require_positive(worst.smallest_eigenvalue, f"near z = {np.round(worst.z, 4).tolist()}")
    figures = {
        "sigma": found.sigma[0],
        "reference_sigma": found.reference_sigma,
        "reference_supremum": _reference_supremum(variety, test.rows(slice(_REFERENCE_POINTS))),
        "ma_rms": found.rms,
        "ma_max": found.worst,
        "ma_supremum": worst.value,
        "d_omega": closedness(variety, potential, test),
        "volume_ratio": found.volume_ratio[0],
        "normalisation": found.normalisation[0],
        "smallest_eigenvalue": min(found.smallest_eigenvalue, worst.smallest_eigenvalue),
    }
    errors = {
        "sigma": found.sigma[1],
        "volume_ratio": found.volume_ratio[1],
        "normalisation": found.normalisation[1],
    }
    return FitMeasures(figures, errors, worst.described(), found.ratio)


def closedness(variety: AbstractVariety, potential: KahlerPotential, points: Points) -> float:
    """The largest |dω| at the first of these points: 0 for every potential but for rounding, which is much where
    coefficients cancel."""
    link = ContactCalabiYau(variety, potential, 1.0)
    return float(np.max(kahlerity_errors(link, points.rows(slice(_CLOSEDNESS_POINTS)))["d_omega"]))


def find_worst(
    variety: AbstractVariety, potential: KahlerPotential, points: Points, progress: Callable[[str, int, int], None]
) -> Supremum:
    """Where the metric of a potential is worst, by a search that begins at these points."""
    return _worst(variety, potential, points, measure(variety, potential, points), progress)


def _worst(
    variety: AbstractVariety,
    potential: KahlerPotential,
    points: Points,
    found: MongeAmpereMeasures,
    progress: Callable[[str, int, int], None],
) -> Supremum:
    return supremum(
        variety,
        metric_function(variety, potential),
        points,
        _heights(found.ratio),
        found.mean,
        progress=lambda done, rounds: progress("looking for the worst point", done, rounds),
    )


def _heights(ratio: np.ndarray) -> np.ndarray:
    """|log(η/<η>)|, or what is larger than all of these where it is not defined."""
    return np.asarray(np.abs(np.log(np.maximum(ratio, np.finfo(float).tiny))))


def _reference_supremum(variety: AbstractVariety, points: Points) -> float:
    """What `ma_supremum` would be without a potential."""
    metric = reference_function(variety)
    ratio = np.asarray(monge_ampere_ratios(variety, jnp.asarray(metric(points)[0]), points.at))
    mean, _ = weighted_mean(ratio, points)
    return supremum(variety, metric, points, _heights(ratio / mean), mean).value


def _require_positive(smallest_eigenvalue: float, where: str) -> None:
    if not smallest_eigenvalue > 0:
        raise NotPositiveError(
            f"the trained metric is not positive: its smallest eigenvalue, relative to the reference metric, is "
            f"{smallest_eigenvalue:.3g} {where}; use more points (--n-points, --training-points), more iterations or "
            "fewer parameters (--widths, --degree)"
        )
