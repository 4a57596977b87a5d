"""The shortest command on polynomials of all kinds: what a stranger gets who types his own.

Each is one run of `g2links cy`, whose JSON stays in the subfolder `everywhere`: a table that was interrupted goes on.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from bars import Bar
from commands import call, g2links
from metrics import random_quintic

from g2links.varieties.weight_systems import sparse_member, weight_systems

LIMITS = {"fermat_quintic": 4e-6, "dwork(-10)": 1e-4, "dwork(-100)": 1e-3, "dwork(0.99)": 1e-3, "dwork(2+1j)": 1e-4}
"""σ that is asked for, where it is not the usual 0.1."""
DRAWN = 20
"""Systems of weights drawn at random: enough to see what share of all is reached, in two hours at five minutes each."""


class Example(NamedTuple):
    """A polynomial as `--polynomial` takes it, its weights where it is an expression, and the σ that it must reach."""

    name: str
    expression: str
    weights: tuple[int, ...] | None = None
    sigma: float = 0.1


def _catalogued(*names: str) -> tuple[Example, ...]:
    return tuple(Example(name, name, None, LIMITS.get(name, 1e-2)) for name in names)


QUINTICS = (
    *_catalogued("fermat_quintic", "dwork(0.1)", "dwork(0.5)", "dwork(0.5+0.5j)", "dwork(0.9)", "dwork(0.99)"),
    *_catalogued("dwork(1.01)", "dwork(2+1j)", "dwork(-10)", "dwork(-100)"),
    Example("loop", "z0^4*z1+z1^4*z2+z2^4*z3+z3^4*z4+z4^4*z0", None, 3e-4),
    Example("chain", "z0^4*z1+z1^4*z2+z2^4*z3+z3^4*z4+z4^5", None, 1e-2),
    Example("two loops", "z0^4*z1+z1^4*z0+z2^4*z3+z3^4*z2+z4^5", None, 1e-2),
    Example("chain and one term", "z0^4*z1+z1^4*z2+z2^4*z3+z3^4*z4+z4^5+z0^2*z3^3", None, 2e-2),
    Example("Fermat and one term", "z0^5+z1^5+z2^5+z3^5+z4^5+z0^3*z1*z2", None, 1e-2),
    Example("pointers and one term", "z0^5+z1^4*z2+z2^5+z3^5+z4^4*z3+0.7*z0^2*z1*z2*z3", None, 2e-2),
    *(Example(f"random, kind A, seed {seed}", random_quintic("A", seed), None, 1e-2) for seed in range(3)),
    *(Example(f"random, kind B, seed {seed}", random_quintic("B", seed), None, 2.5e-2) for seed in range(3)),
)
WEIGHTED = (
    *_catalogued("p11222", "p11222(0.25)", "p11114", "p11114(0.2)", "p11125", "p11125(0.15)", "p11226", "p11226(0.12)"),
    Example("[6], powers", "z0^6+z1^6+z2^6+z3^6+z4^3", (1, 1, 1, 1, 2), 1e-2),
    Example("[6], mixed", "z0^5*z1+z1^6+z2^6+z3^3+z4^6+z0^2*z1^2*z4^2+z0^6", (1, 1, 1, 2, 1), 2e-2),
    Example("[6], loop", "z0^5*z1+z1^5*z2+z2^5*z3+z3^5*z0+z4^3", (1, 1, 1, 1, 2), 1e-2),
    Example("[7], chain", "z0^7+z1^7+z2^7+z3^7+z4^2*z0", (1, 1, 1, 1, 3), 5e-3),
    Example("[9], two deformations", "z0^9+z1^8*z0+z2^9+z3^3+z4^3+z0^3*z3*z4+z1^3*z2^3*z4", (1, 1, 1, 3, 3)),
    Example("[12], powers", "z0^12+z1^12+z2^6+z3^3+z4^3", (1, 1, 2, 4, 4)),
    Example("[12], two deformations", "z0^12+z1^6+z2^6+z3^4+z4^3+z0^4*z1^4+z1^2*z2*z3^2", (1, 2, 2, 3, 4), 5e-2),
    Example("[18], powers", "z0^18+z1^18+z2^18+z3^3+z4^2", (1, 1, 1, 6, 9), 2e-2),
    Example("[24], powers", "z0^24+z1^24+z2^12+z3^3+z4^2", (1, 1, 2, 8, 12), 5e-2),
    Example("[24], chain", "z0^23*z1+z1^22*z2+z2^8*z3+z3^3+z4^2", (1, 1, 2, 8, 12)),
    Example("[84], powers", "z0^84+z1^84+z2^7+z3^3+z4^2", (1, 1, 12, 28, 42)),
)


def everywhere(home: Path) -> Iterator[Bar]:
    """σ of every example of `QUINTICS` and `WEIGHTED`, by the shortest command."""
    for example in (*QUINTICS, *WEIGHTED):
        yield shortest(home / "everywhere", example)


def drawn(home: Path) -> Iterator[Bar]:
    """The same for twenty of the 7,555 systems of weights, drawn by seed 1, each with a polynomial of few monomials."""
    systems = weight_systems()
    for i in np.random.default_rng(1).choice(len(systems), DRAWN, replace=False).tolist():
        weights = systems[i]
        name = f"[{sum(weights)}] {' '.join(map(str, weights))}"
        yield shortest(home / "drawn", Example(name, str(sparse_member(weights)), weights), "--time-limit", "300")


def shortest(folder: Path, example: Example, *options: str) -> Bar:
    """One row: σ, the largest error found by search, dω, what was searched, the time, and what the command answers."""
    place = folder / "".join(c if c.isalnum() else "_" for c in example.name)
    target = place / "row.json"
    if not target.is_file():
        place.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(_run(place, example, *options)), encoding="utf-8")
    row = json.loads(target.read_text(encoding="utf-8"))
    if row["figures"] is None:
        return Bar(example.name, f"<= {example.sigma:g}", f"code {row['code']}", False)
    figures, stages = row["figures"], row["stages"] or [row]
    searched = ", ".join(f"{stage['degree']}: {stage['parameters']}" for stage in stages)
    words = (
        f"{figures['sigma']:.2e} (reference {figures['reference_sigma']:.2g}), supremum {figures['ma_supremum']:.2g}, "
        f"d omega {figures['d_omega']:.0e}, {searched}, {row['seconds']:.0f} s, code {row['code']}, {row['verdict']}"
    )
    return Bar(example.name, f"<= {example.sigma:g}", words, figures["sigma"] <= example.sigma)


def _run(place: Path, example: Example, *options: str) -> dict[str, Any]:
    command = [g2links(), "cy", "--home", str(place), "--polynomial", example.expression, *options]
    if example.weights:
        command += ["--weights", *map(str, example.weights)]
    started = time.monotonic()
    done = call([*command, "--json", str(place / "cy.json")])
    row: dict[str, Any] = {"code": done.code, "seconds": time.monotonic() - started, "peak_gib": done.peak_gib}
    records = sorted((place / "models" / "cy_models").glob("cy_metric_model_run*.json"))
    if not records:
        return row | {"figures": None}
    record = json.loads(records[-1].read_text(encoding="utf-8"))
    found = json.loads((place / "cy.json").read_text(encoding="utf-8"))
    kept = {name: record.get(name) for name in ("figures", "stages", "parameters")}
    return row | kept | {"degree": record["ansatz"].get("degree"), "verdict": found.get("verdict")}
