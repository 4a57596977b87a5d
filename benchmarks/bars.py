"""What the default run must show: each function measures some of it on the runs under `home`."""

import json
import math
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from commands import ROOT, call, call_json, g2links, newest_record

EXACT = ("d_eta_minus_omega", "d_phi_minus_omega2", "d_psi")
EPSILONS = (1e-2, 3e-3, 1e-3, 3e-4)


class Bar(NamedTuple):
    """One row of the table: what was measured, what is needed, what came out, and whether that is enough."""

    what: str
    needed: str
    measured: str
    holds: bool


def at_most(what: str, value: float, limit: float, unit: str = "") -> Bar:
    """A bar that the value must not exceed; NaN does not hold."""
    return Bar(what, f"<= {limit:g}{unit}", f"{value:.4g}{unit}", value <= limit)


def workflow(home: Path) -> Iterator[Bar]:
    """All steps in the default size: time, exit code, memory."""
    done = call(["bash", ROOT / "run_all.sh", "--home", home])
    yield Bar("run_all.sh: exit code", "0", str(done.code), done.code == 0)
    yield at_most("run_all.sh: wall time", done.seconds / 60, 20, " min")
    yield at_most("run_all.sh: peak memory", done.peak_gib, 6, " GiB")


def quick(home: Path) -> Iterator[Bar]:
    """All steps in the small form."""
    done = call(["bash", ROOT / "run_all.sh", "--quick", "--home", home / "quick"])
    yield Bar("run_all.sh --quick: exit code", "0", str(done.code), done.code == 0)
    yield at_most("run_all.sh --quick: wall time", done.seconds, 120, " s")


def metric(home: Path) -> Iterator[Bar]:
    """The error of the Calabi-Yau metric on its test points."""
    yield at_most("sigma", newest_record(home)["figures"]["sigma"], 3e-3)


def identities(home: Path) -> Iterator[Bar]:
    """Kählerity and the analytic identities at 1,000 points, by automatic differentiation."""
    common = ["--home", str(home), "--n-points", "1000"]
    closed = call_json([g2links(), "check", "kahlerity", *common], home / "kahlerity.json", may_fail=True)
    record = call_json([g2links(), "check", "analytic", *common], home / "analytic.json", may_fail=True)
    figures = closed["figures"] | record["figures"]
    for name in ("d_omega", *EXACT, "lambda_formula"):
        yield at_most(f"{name}: max", _number(figures[name]["max"]), 1e-9)
    ma_rms = newest_record(home)["figures"]["ma_rms"]
    distance = abs(_number(figures["phi_wedge_psi_over_vol"]["mean"]) - 7)
    yield at_most("phi_wedge_psi_over_vol: |mean - 7| / ma_rms", distance / ma_rms, 3)
    positive = _number(figures["positive"]["mean"])
    yield Bar("positive: mean", "1", f"{positive:g}", positive == 1)


def flux(home: Path) -> Iterator[Bar]:
    """The identities with derivatives by flux: the slope of log error against log epsilon."""
    largest: dict[str, list[float]] = {name: [] for name in EXACT}
    for epsilon in EPSILONS:
        how = f"--n-points 100 --derivative flux --epsilon {epsilon}".split()
        command = [g2links(), "check", "analytic", "--home", str(home), *how]
        record = call_json(command, home / "flux.json", may_fail=True)
        for name, values in largest.items():
            values.append(_number(record["figures"][name]["max"]))
    for name, values in largest.items():
        slope = statistics.linear_regression([*map(math.log, EPSILONS)], [*map(math.log, values)]).slope
        yield Bar(f"{name} by flux: slope in epsilon", "2 ± 0.1", f"{slope:.3f}", abs(slope - 2) <= 0.1)


def torsion(home: Path) -> Iterator[Bar]:
    """Torsion and Ricci curvature at 1,000 points, compilation included: time, memory, and the exact values."""
    target = home / "torsion.json"
    target.unlink(missing_ok=True)
    done = call([g2links(), "check", "torsion", "--home", home, "--n-points", "1000", "--json", target])
    if not target.is_file():
        raise SystemExit(f"g2links check torsion: exit code {done.code}")
    yield at_most("torsion, 1,000 points: wall time", done.seconds, 60, " s")
    yield at_most("torsion: peak memory", done.peak_gib, 6, " GiB")
    figures = json.loads(target.read_text(encoding="utf-8"))["figures"]
    means = {name: _number(figure["mean"]) for name, figure in figures.items()}
    sigma = newest_record(home)["figures"]["sigma"]
    for name, exact, multiple in (("tau0", 6 / 7, 5), ("tau2", 0, 40), ("tau3_norm2", 48 / 7, 50)):
        yield at_most(f"{name}: |mean - {exact:.4g}| / sigma", abs(means[name] - exact) / sigma, multiple)
    for name in ("tau1", "torsion_formula", "ricci_formula", "bryant_residual"):
        yield at_most(f"{name}: max", _number(figures[name]["max"]), 1e-9)
    for name, exact in (("ricci_xi", 1.5), ("ricci_horizontal", -0.5)):
        yield at_most(f"{name}: |mean - {exact}| / kahler_ricci", abs(means[name] - exact) / means["kahler_ricci"], 1)


def sampling(home: Path) -> Iterator[Bar]:
    """The speed of step 2, at all points of the run, without and with reading and writing files."""
    record = call_json([g2links(), "sample", "--home", home], home / "sample.json")
    speed = record["samples_per_second"]
    yield Bar("sampling: samples evaluated per second", ">= 20000", f"{speed:.0f}", speed >= 20_000)
    whole = record["rows"] / record["seconds"]
    yield Bar("sampling: samples per second of the whole step", "-", f"{whole:.0f}", True)


def start(home: Path) -> Iterator[Bar]:
    """How long `g2links --help` takes: the median of five."""
    seconds = statistics.median(call([g2links(), "--help"]).seconds for _ in range(5))
    yield at_most("g2links --help", seconds, 1.0, " s")


MEASURES: dict[str, Callable[[Path], Iterator[Bar]]] = {
    measure.__name__: measure for measure in (workflow, quick, metric, identities, flux, torsion, sampling, start)
}


def _number(value: float | None) -> float:
    """A figure of a JSON file, where null stands for a value that is not finite."""
    return math.nan if value is None else value
