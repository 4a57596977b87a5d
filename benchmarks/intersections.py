"""Complete intersections: exact integrals of every entry of the catalogue, and σ in five minutes."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from bars import Bar, at_most
from commands import call_json, g2links
from jax.tree_util import Partial

from g2links.calculus.map_points import map_points
from g2links.measures.chern_numbers import (
    Estimate,
    chern_numbers,
    control_densities,
    controlled_integral,
    thinned_sample,
)
from g2links.measures.curvature import chern_densities, curvature
from g2links.measures.monge_ampere import measure
from g2links.measures.reference_curvature import reference_curvature
from g2links.potentials.reference import log_radii_squared
from g2links.varieties.charts import ChartPoint
from g2links.varieties.complete_intersection import CompleteIntersection
from g2links.varieties.intersection_catalogue import INTERSECTIONS, named_intersection
from g2links.varieties.points.sampling import Points
from g2links.varieties.residue import residue

SIGMA = {
    "p5_33": 1e-3,
    "p5_33(0)": 1.5e-2,
    "bicubic(0)": 1.5e-2,
    "tetra_quadric(0)": 1.5e-2,
    "p7_2222(0)": 2e-2,
}
"""Bars for σ with `--time-limit 300`."""
_POINTS, _CURVED, _BATCHES, _ROUNDING = 100_000, 10_000, 10, 1e-9
"""Points; those of them that are kept for the Euler number, and how often at most, until its error is small enough; and
an error for one that comes out without any, as its integrand is a combination of forms with known integrals."""
_SIGMAS, _VOLUME, _EULER = 3, 5e-3, 1e-2
"""Standard errors that a deviation may have, and how large these may be, relative to the exact values."""


def integrals_of_intersections(home: Path) -> Iterator[Bar]:
    """Volume and Euler number for the class t = 1 and another one, from 100,000 points. The volume is that of the
    reference metric with a potential added, as the reference metric alone has it by construction of the weights; the
    Euler number that of the curvature of the reference metric, for which the points are thinned out."""
    for name in INTERSECTIONS:
        for seeded in (name, f"{name}(0)"):
            yield from integrals_of(named_intersection(seeded))


def integrals_of(variety: CompleteIntersection) -> Iterator[Bar]:
    """Those of one of them."""
    for member in (variety, replace(variety, polarisation=tuple(range(2, 2 + len(variety.spaces))))):
        yield from _integrals(member)


def _integrals(variety: CompleteIntersection) -> Iterator[Bar]:
    charges = jnp.asarray(variety.charges)

    def potential(z: jnp.ndarray) -> jnp.ndarray:
        shares = (z.real**2 + z.imag**2) * jnp.exp(-jnp.stack(log_radii_squared(variety, z)) @ charges)
        return 0.2 * jnp.sum(shares**2)

    label = f"{variety.name}, t = {' '.join(map(str, variety.polarisation))}"
    points = variety.sample(_POINTS, 11)
    value, error = measure(variety, potential, points).volume_ratio
    yield at_most(f"{label}: volume, standard error", error, _VOLUME)
    yield at_most(f"{label}: volume, deviation in standard errors", abs(value - 1) / error, _SIGMAS)
    exact = chern_numbers(variety)["c3"]
    found = _euler_number(variety, points)
    batches = [found]
    while found.error > _EULER * abs(exact) and len(batches) < _BATCHES:
        batches.append(_euler_number(variety, variety.sample(_POINTS, 11 + len(batches))))
        found = Estimate(*(np.array([1, len(batches) ** -0.5]) * np.mean(batches, axis=0)))
    yield at_most(f"{label}: Euler number, standard error, {len(batches)} times", found.error / abs(exact), _EULER)
    error = max(found.error, _ROUNDING * abs(exact))
    yield at_most(f"{label}: Euler number, deviation in standard errors", abs(found.value - exact) / error, _SIGMAS)


def _euler_number(variety: CompleteIntersection, points: Points) -> Estimate:
    sample = thinned_sample(variety, points, _CURVED, np.random.default_rng(12))
    density, controls = map_points(Partial(_euler_density, variety), sample.points, together=50)
    return controlled_integral(variety, density, controls, sample)


def _euler_density(variety: CompleteIntersection, at: ChartPoint) -> tuple[jnp.ndarray, jnp.ndarray]:
    unit = variety.heaviest == 1
    curved = reference_curvature(variety, at) if unit else curvature(variety, _no_potential, at)
    density = chern_densities(curved, residue(variety, at))["c3"]
    return density, control_densities(variety, _no_potential, at)


def _no_potential(z: jnp.ndarray) -> jnp.ndarray:
    return 0.0 * z[0].real


def sigma_of_intersections(home: Path) -> Iterator[Bar]:
    """The shortest command with `--time-limit 300`."""
    for name, bar in SIGMA.items():
        place = home / "intersections" / name.replace("(", "_").replace(")", "")
        place.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        command = [g2links(), "cy", "--home", str(place), "--polynomial", name, "--time-limit", "300"]
        found = call_json(command, place / "cy.json", may_fail=True)
        seconds = time.monotonic() - started
        figures = found["figures"]
        yield at_most(f"{name}: sigma", float(figures["sigma"]), bar)
        yield Bar(f"{name}: supremum; seconds", "-", f"{figures['ma_supremum']:.2e}; {seconds:.0f}", True)
