"""The measures of a Calabi-Yau run, at points that no training has seen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from g2links.checks.identities import kahlerity_errors
from g2links.checks.setting import check_setting
from g2links.errors import InputError
from g2links.measures.assessment import assess
from g2links.measures.chern_numbers import chern_numbers, concentrated_sample
from g2links.measures.curvature import chern_names
from g2links.storage.layout import Home
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.residue import fermat_holomorphic_volume, kahler_volume

Progress = Callable[[str, int, int], None]

_STREAM = 0x4D454153
_LEAST = 20


@dataclass(frozen=True)
class Measures:
    """What `g2links check measures` reports.

    Attributes:
        cy_number: the run.
        pointwise: for each figure its values at the points.
        integrals: for each its value ("mean"), "standard_error", and "exact" value where it is known.
        n_concentrated: points of the Chern numbers.
    """

    cy_number: int
    pointwise: dict[str, np.ndarray]
    integrals: dict[str, dict[str, float]]
    n_concentrated: int


def evaluate_measures(
    home: Home, cy_run: int | None, n: int, seed: int, *, progress: Progress = lambda *_: None
) -> Measures:
    """Measure a run at `n` points drawn by the usual law, and about `n` more where curvature is concentrated.

    Raises:
        InputError, ArtefactError: for a run or an option that cannot be used.
    """
    if n < _LEAST:
        raise InputError("n_points", n, f"a whole number, at least {_LEAST}, for integrals with standard errors")
    progress("drawing points", 0, 1)
    setting = check_setting(home, cy_run, n, "autodiff", 1e-3, seed)
    polynomial, potential = setting.link.polynomial, setting.link.potential
    sample = concentrated_sample(polynomial, n, np.random.SeedSequence([seed, _STREAM]))
    found = assess(polynomial, potential, setting.points, sample, progress)
    progress("closedness", 0, 1)
    pointwise = {**kahlerity_errors(setting.link, setting.points), **found.pointwise}
    exact = exact_values(polynomial)
    integrals = {
        name: {"mean": value, "standard_error": error} | ({"exact": exact[name]} if name in exact else {})
        for name, (value, error) in found.integrals.items()
    }
    return Measures(setting.cy_number, pointwise, integrals, len(sample.points.z))


def exact_values(polynomial: Polynomial) -> dict[str, Any]:
    """The integrals that are known: of every metric, and c where f is a sum of powers."""
    numbers = chern_numbers(polynomial)
    euler = numbers.pop(chern_names(polynomial.dimension)[-1])
    exact = {"volume_ratio": 1.0, "euler_number": euler, **numbers}
    holomorphic = fermat_holomorphic_volume(polynomial)
    if holomorphic is not None:
        exact["normalisation"] = float(np.sqrt(kahler_volume(polynomial) / holomorphic))
    return exact
