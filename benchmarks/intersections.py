"""Complete intersections: exact integrals of every entry of the catalogue, and σ in five minutes."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
from bars import Bar, at_most
from commands import call_json, g2links

from g2links.measures.assessment import assess
from g2links.measures.chern_numbers import chern_numbers, concentrated_sample
from g2links.measures.monge_ampere import measure
from g2links.varieties.complete_intersection import CompleteIntersection
from g2links.varieties.intersection_catalogue import INTERSECTIONS, named_intersection

SIGMA = {
    "p5_33": 1e-3,
    "p5_33(0)": 1.5e-2,
    "bicubic(0)": 1.5e-2,
    "tetra_quadric(0)": 1.5e-2,
    "p7_2222(0)": 2e-2,
}
"""Bars for σ with `--time-limit 300`."""
_POINTS, _CURVED, _CHECKED = 100_000, 4000, 200
_SIGMAS, _VOLUME, _EULER = 3, 5e-3, 1e-2
"""Standard errors that a deviation may have, and how large these may be, relative to the exact values."""


def integrals_of_intersections(home: Path) -> Iterator[Bar]:
    """Volume and Euler number for the class t = 1 and another one, from 100,000 points. The volume is that of the
    reference metric with a potential added, as the reference metric alone has it by construction of the weights."""
    for name in INTERSECTIONS:
        for seeded in (name, f"{name}(0)"):
            variety = named_intersection(seeded)
            other = tuple(range(2, 2 + len(variety.spaces)))
            for member in (variety, replace(variety, polarisation=other)):
                yield from _integrals(member)


def _integrals(variety: CompleteIntersection) -> Iterator[Bar]:
    slots = jnp.asarray(variety.charges)

    def potential(z: jnp.ndarray) -> jnp.ndarray:
        squares = z.real**2 + z.imag**2
        return 0.2 * jnp.sum((squares / (slots.T @ (slots @ squares))) ** 2)

    label = f"{variety.name}, t = {' '.join(map(str, variety.polarisation))}"
    points = variety.sample(_POINTS, 11)
    value, error = measure(variety, potential, points).volume_ratio
    yield at_most(f"{label}: volume, standard error", error, _VOLUME)
    yield at_most(f"{label}: volume, deviation in standard errors", abs(value - 1) / error, _SIGMAS)
    concentrated = concentrated_sample(variety, _CURVED, 12)
    found = assess(variety, lambda z: 0.0 * z[0].real, points.rows(slice(_CHECKED)), concentrated).integrals
    euler, error = found["euler_number"]
    exact = chern_numbers(variety)["c3"]
    yield at_most(f"{label}: Euler number, standard error", error / abs(exact), _EULER)
    yield at_most(f"{label}: Euler number, deviation in standard errors", abs(euler - exact) / error, _SIGMAS)


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
