"""Spectra of Laplacians: the lowest levels of the Fermat quintic, and their flow along the Dwork family."""

import time
from collections.abc import Iterator
from pathlib import Path

from bars import Bar, at_most
from commands import call, call_json, g2links

from g2links import plot, solve
from g2links import spectrum as spectrum_of

MULTIPLICITIES = [1, 20, 20, 4, 60, 30]
"""Of the lowest levels on V: dimensions of irreducible representations."""
FAMILY = (0.0, 0.2, 0.4, 0.6, 0.8)
_ERROR, _SECONDS = 1e-3, 600
_PICTURE = Path(__file__).parent / "spectrum_flow.png"


def spectrum(home: Path) -> Iterator[Bar]:
    """Levels on V, of functions of degree 8, for an algebraic metric."""
    place = ["--home", str(home)]
    call([g2links(), "cy", "--ansatz", "algebraic", "--time-limit", "300", *place])
    start = time.monotonic()
    levels = str(len(MULTIPLICITIES))
    found = call_json([g2links(), "spectrum", "--levels", levels, *place], home / "spectrum.json", may_fail=True)
    yield at_most("spectrum of the Fermat quintic: seconds", time.monotonic() - start, _SECONDS)
    multiplicities = [level["multiplicity"] for level in found["levels"]]
    yield Bar("its multiplicities", str(MULTIPLICITIES), str(multiplicities), multiplicities == MULTIPLICITIES)
    for level in found["levels"][1:]:
        error = (level["standard_error"] + level["basis_error"]) / level["eigenvalue"]
        yield at_most(f"relative error of the level at {level['eigenvalue']:.5g}", error, _ERROR)
    yield at_most("heat trace against Weyl's law", abs(found["weyl"]["deviation"]), 1e-2)


def spectrum_flow(home: Path) -> Iterator[Bar]:
    """The same along the Dwork family, with a picture: multiplicities of Fermat's split where its symmetry does."""
    levels = {}
    for psi in FAMILY:
        cy = solve(f"dwork({psi})", ansatz="algebraic", time_limit=60, home=home, progress=False)
        found = spectrum_of(cy, levels=9, degree=6, n_points=30_000, progress=False)
        levels[psi] = found.record()["levels"]
        yield at_most(f"dwork({psi}): heat trace against Weyl's law", abs(found.weyl.deviation), 5e-2)
    plot.save(plot.spectrum_flow(levels), _PICTURE)
