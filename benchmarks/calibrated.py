"""Volumes of calibrated submanifolds of the Fermat quintic and of its link, on an algebraic metric of degree 14."""

from collections.abc import Iterator
from pathlib import Path

from bars import Bar, at_most
from commands import call_json, g2links, newest_record


def calibrated(home: Path) -> Iterator[Bar]:
    """The real locus, a line and a conic, with what lies over them; the metric is in the subfolder `calibrated`."""
    folder = home / "calibrated"
    folder.mkdir(parents=True, exist_ok=True)
    common = ["--home", str(folder)]
    if not list(folder.glob("models/cy_models/*.json")):
        fit = ["--ansatz", "algebraic", "--degree", "14", "--n-points", "100000"]
        call_json([g2links(), "cy", *fit, *common], folder / "cy.json")
    yield at_most("sigma", newest_record(folder)["figures"]["sigma"], 4e-6)
    real = ["calibrated", "real-locus", "--n-points", "60000", *common]
    found = call_json([g2links(), *real], folder / "real-locus.json", may_fail=True)
    for name in ("lagrangian", "phase"):
        yield at_most(f"real locus: {name}", found[name], 1e-12)
    for name in ("", "lift_"):
        exact = found[f"{name}exact"]
        yield at_most(f"real locus: {name}volume, relative error", found[f"{name}relative_error"], 1e-5)
        plain = abs(found[f"{name}plain_volume"] / exact - 1)
        yield at_most(f"real locus: {name}volume without the known period, relative error", plain, 1e-5)
    for name in ("line", "conic"):
        found = call_json([g2links(), "calibrated", name, *common], folder / f"{name}.json", may_fail=True)
        yield at_most(f"{name}: area, relative error", found["relative_error"], 1e-9)
        yield at_most(f"{name}: volume of its circle bundle, relative error", found["lift_relative_error"], 1e-9)
