"""Curvature of algebraic metrics on the Fermat quintic: the Ricci curvature against σ, and the Euler number."""

import math
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bars import Bar, at_most
from commands import call_json, g2links

DEGREES = (4, 6, 8, 10, 12)


def curvature(home: Path) -> Iterator[Bar]:
    """One run and one `check measures` for each degree, in the subfolder `curvature`."""
    figures = {degree: _measured(home / "curvature" / f"k{degree}", degree) for degree in DEGREES}
    for degree, found in figures.items():
        values = [f"sigma {_mean(found, 'sigma'):.2e}"]
        values += [f"{name} {_mean(found, name):.2e}" for name in ("ricci_scalar_rms", "ricci_norm_rms")]
        yield Bar(f"algebraic k={degree}", "-", ", ".join(values), True)
        euler = found["euler_number"]
        words = f"{_mean(found, 'euler_number'):.2f} ± {_number(euler['standard_error']):.2f}"
        holds = abs(_mean(found, "euler_number") + 200) <= 2
        yield Bar(f"algebraic k={degree}: Euler number", "-200 ± 1 %", words, holds)
        differences = _number(found["metric_minus_differences"]["max"])
        yield at_most(f"algebraic k={degree}: g against differences of K", differences, 1e-6)
    sigma = [math.log(_mean(found, "sigma")) for found in figures.values()]
    for name in ("ricci_scalar_rms", "ricci_norm_rms"):
        slope = statistics.linear_regression(sigma, [math.log(_mean(found, name)) for found in figures.values()]).slope
        yield Bar(f"{name}: slope of its logarithm in that of sigma", "-", f"{slope:.2f}", True)


def _measured(home: Path, degree: int) -> dict[str, Any]:
    home.mkdir(parents=True, exist_ok=True)
    common = ["--home", str(home)]
    if not list(home.glob("models/cy_models/*.json")):
        fit = ["--ansatz", "algebraic", "--degree", str(degree), "--n-points", "30000"]
        call_json([g2links(), "cy", *fit, *common], home / "cy.json")
    command = [g2links(), "check", "measures", *common]
    figures: dict[str, Any] = call_json(command, home / "measures.json", may_fail=True)["figures"]
    return figures


def _mean(figures: dict[str, Any], name: str) -> float:
    return _number(figures[name]["mean"])


def _number(value: float | None) -> float:
    return math.nan if value is None else value
