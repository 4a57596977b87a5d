"""Measure what the default run reaches and print it as a table: `python benchmarks/run.py [NAME ...]`."""

import argparse
import tempfile
from pathlib import Path

from bars import MEASURES as BARS
from calibrated import calibrated
from curvature import curvature
from everywhere import drawn, everywhere
from instantons import instantons, instantons_short
from intersections import integrals_of_intersections, sigma_of_intersections
from learning import learned, learning
from memory import memory
from metrics import architectures, generic, generic_long, symmetric
from other_codes import mlgeometry
from spectra import spectrum, spectrum_flow
from weighted import catalogue, integrals

from g2links.reports.tables import Table
from g2links.storage.provenance import provenance

SHORT = (symmetric, curvature, integrals, memory, calibrated, instantons_short)
HOURS = (
    generic, architectures, learned, learning, catalogue, everywhere, drawn, generic_long, integrals_of_intersections,
    sigma_of_intersections, spectrum, spectrum_flow, instantons, mlgeometry,
)  # fmt: skip
MEASURES = {**BARS, **{measure.__name__: measure for measure in SHORT + HOURS}}
LONG = tuple(measure.__name__ for measure in HOURS)
USUAL = [name for name in MEASURES if name not in LONG]


def main() -> int:
    """Print the table; exit code 1 if a bar is missed."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="g2links-benchmark-") as scratch:
        home = (options.home or Path(scratch)).resolve()
        home.mkdir(parents=True, exist_ok=True)
        bars = [bar for name in options.names or USUAL for bar in MEASURES[name](home)]
    rows = [[bar.what, bar.needed, bar.measured, "yes" if bar.holds else "NO"] for bar in bars]
    print(_machine())
    print(Table(["what", "needed", "measured", "holds"], rows))
    return 0 if all(bar.holds for bar in bars) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"some of {', '.join(MEASURES)} [all but the last {len(LONG)}, in order]",
    )
    parser.add_argument("--home", type=Path, help="where the runs are, or are put [a temporary folder]")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in MEASURES]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    return options


def _machine() -> str:
    found = provenance()
    packages = ", ".join(f"{name} {version}" for name, version in found["packages"].items())
    return f"{found['platform']}, {found['cores']} cores, Python {found['python']}, {packages}"


if __name__ == "__main__":
    raise SystemExit(main())
