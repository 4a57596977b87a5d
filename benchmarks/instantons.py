"""The connection of TV over the link of the Fermat quintic: how fast its G2-instanton defect falls with σ."""

import math
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bars import Bar, at_most
from commands import call_json, g2links, newest_record

DEGREES = (4, 6, 8, 10, 12, 14)


def instantons(home: Path, degrees: tuple[int, ...] = DEGREES) -> Iterator[Bar]:
    """One run and one `g2links instanton` for each degree, in the subfolder `instantons`."""
    sigma, defects = [], []
    for degree in degrees:
        folder = home / "instantons" / f"k{degree}"
        found = _measured(folder, degree)
        sigma.append(newest_record(folder)["figures"]["sigma"])
        defects.append(found["defect"]["mean"])
        words = f"sigma {sigma[-1]:.2e}, |F^psi|/|F| mean {defects[-1]:.2e}, largest {found['defect']['max']:.2e}"
        yield Bar(f"algebraic k={degree}", "-", f"{words}, rms {found['rms_defect']:.2e}", True)
        distance = abs(found["energy"] - found["excess"][0] - found["exact"]) / found["error"]
        yield at_most(f"algebraic k={degree}: energy, standard errors from 1600 pi^4", distance, 3)
    for before, after, degree in zip(defects, defects[1:], degrees[1:], strict=False):
        yield Bar(f"defect at k={degree}", f"< {before:.2e}", f"{after:.2e}", after < before)
    slope = statistics.linear_regression(list(map(math.log, sigma)), list(map(math.log, defects))).slope
    yield Bar("mean defect: slope of its logarithm in that of sigma", "> 0", f"{slope:.2f}", slope > 0)


def instantons_short(home: Path) -> Iterator[Bar]:
    """The same at k = 4, 6, 8: some minutes."""
    yield from instantons(home, DEGREES[:3])


def _measured(home: Path, degree: int) -> dict[str, Any]:
    home.mkdir(parents=True, exist_ok=True)
    common = ["--home", str(home)]
    if not list(home.glob("models/cy_models/*.json")):
        fit = ["--ansatz", "algebraic", "--degree", str(degree), "--n-points", "20000"]
        call_json([g2links(), "cy", *fit, *common], home / "cy.json")
    found: dict[str, Any] = call_json([g2links(), "instanton", *common], home / "instanton.json", may_fail=True)
    return found
