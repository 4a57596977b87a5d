"""The catalogue of weights: sampling and integrals at 100,000 points, and σ of each entry in five minutes."""

from collections.abc import Iterator
from pathlib import Path

import jax
import numpy as np
from bars import Bar, at_most
from commands import call_json, g2links

from g2links.potentials.metric import hermitian_metric, monge_ampere_ratio
from g2links.varieties.catalogue import SHOWN, from_catalogue
from g2links.varieties.charts import ChartPoint
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.periods import holomorphic_volume
from g2links.varieties.points.sampling import Points, effective_sample_size, integral
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.residue import kahler_volume

POINTS = 100_000
ALGEBRAIC = {
    "p11222": 12,
    "p11222(0.25)": 12,
    "p11114": 12,
    "p11114(0.2)": 12,
    "p11125": 15,
    "p11125(0.15)": 14,
    "p11226": 17,
    "p11226(0.12)": 17,
    "dwork(0.5)": 12,
    "fermat_quintic": 14,
}
"""Degrees of the algebraic ansatz."""
TRAINING_POINTS = {"p11226(0.12)": 27_000}
"""Where the default, which memory limits, is too few."""


def integrals(home: Path) -> Iterator[Bar]:
    """Effective sample size, ∫ω³/6 at u = 0, and ∫|h|² of the Fermat types."""
    for name in SHOWN:
        f = from_catalogue(name)
        points = WeightedHypersurface(f).sample(POINTS, 2)
        size = effective_sample_size(points.weights)
        yield Bar(f"{name}: effective sample size", ">= 0.2", f"{size:.3f}", size >= 0.2)
        yield from _against(
            f"{name}: int omega^3/6", integral(8 * _ratios(f, points), points), kahler_volume(WeightedHypersurface(f))
        )
        yield from _against(
            f"{name}: int |h|^2", integral(np.ones(POINTS), points), holomorphic_volume(WeightedHypersurface(f))
        )


def catalogue(home: Path) -> Iterator[Bar]:
    """σ within five minutes on this machine: the default network, and the algebraic ansatz of a suitable degree."""
    for name in SHOWN:
        yield at_most(f"{name}: sigma, neural", _sigma(home, name), 1e-2)
        degree = str(ALGEBRAIC[name])
        more = ("--training-points", str(TRAINING_POINTS[name])) if name in TRAINING_POINTS else ()
        algebraic = _sigma(home, name, "--ansatz", "algebraic", "--degree", degree, *more)
        yield at_most(f"{name}: sigma, algebraic of degree {degree}", algebraic, 1e-3)


def _against(what: str, found: tuple[float, float], exact: float | None) -> Iterator[Bar]:
    value, error = found
    yield at_most(f"{what}: relative standard error", error / value, 5e-3)
    if exact is not None:
        # on a quintic the points follow ω³ itself, and the value is exact to rounding
        yield at_most(f"{what}: distance from {exact:.7g} in standard errors", abs(value - exact) / (error + 1e-9), 3)


def _ratios(f: Polynomial, points: Points) -> np.ndarray:
    variety = WeightedHypersurface(f)

    def ratio(at: ChartPoint) -> jax.Array:
        return monge_ampere_ratio(variety, hermitian_metric(variety, lambda z: 0.0 * z[0].real, at), at)

    batched = jax.jit(lambda rows: jax.lax.map(ratio, rows, batch_size=1000))
    return np.asarray(batched(points.at))


def _sigma(home: Path, name: str, *options: str) -> float:
    place = home / "catalogue" / "".join(c for c in name + "".join(options) if c.isalnum())
    command = [g2links(), "cy", "--home", str(place), "--polynomial", name, "--time-limit", "270", *options]
    place.mkdir(parents=True, exist_ok=True)
    return float(call_json(command, place / "cy.json", may_fail=True)["figures"]["sigma"])
