"""σ of quintics, from the start of the command to the saved model: with symmetry, and without."""

import json
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from bars import Bar, at_most
from commands import call_json, g2links

from g2links.varieties.polynomial import exponents_of_degree

SYMMETRIC = {
    "Fermat, algebraic": ((), 1e-5, 60),
    "Fermat, algebraic, degree 18": (("--degree", "18"), 1e-6, 600),
    "Fermat, neural": ((), 1e-4, 300),
    "Dwork, algebraic": ((), 1e-4, 300),
    "Dwork, neural": ((), 3e-4, 300),
}
"""Options, the bar for σ, and the seconds that it may take."""
SEEDS = (0, 1, 2)
QUICK, LONG = (("--time-limit", seconds) for seconds in ("300", "1800"))
ARCHITECTURES = {
    "25 invariants, 16 x 16, lm": ("neural", "--degree", "1"),
    "25 invariants, 48 x 48, lm": ("neural", "--degree", "1", "--widths", "48,48"),
    "325 products of two, 8 x 8, lm": ("neural", "--degree", "2", "--widths", "8,8"),
    "25 invariants, 128 x 128, adam": ("neural", "--degree", "1", "--widths", "128,128", "--optimiser", "adam"),
    "one holomorphic layer, degree 3": ("algebraic", "--degree", "3"),
    "one holomorphic layer, degree 4": ("algebraic", "--degree", "4"),
    "one holomorphic layer, degree 5": ("algebraic", "--degree", "5"),
}
"""Potentials on the same quintic without symmetry. log s† h s with h = W† W is a network whose one layer W acts on
monomials s and whose activation is the squared modulus."""


def symmetric(home: Path) -> Iterator[Bar]:
    """The Fermat quintic and Dwork's family at ψ = 0.5, with the options of `SYMMETRIC`."""
    for name, (options, bar, seconds) in SYMMETRIC.items():
        polynomial, ansatz = name.split(", ")[:2]
        place = home / "symmetric" / name.replace(", ", "_").replace(" ", "")
        place.mkdir(parents=True, exist_ok=True)
        which = {"Fermat": "fermat_quintic", "Dwork": "dwork"}[polynomial]
        started = time.monotonic()
        command = [g2links(), "cy", "--home", str(place), "--polynomial", which, "--ansatz", ansatz, *options]
        found = call_json([*command, "--n-points", "100000"], place / "cy.json", may_fail=True)
        yield at_most(f"{name}: sigma", float(found["figures"]["sigma"]), bar)
        yield at_most(f"{name}: wall time", time.monotonic() - started, seconds, " s")


def generic(home: Path) -> Iterator[Bar]:
    """Three of each kind, in five minutes."""
    for kind, bar in (("A", 7e-3), ("B", 5e-2)):
        for seed in SEEDS:
            yield at_most(f"{kind}, seed {seed}: sigma, 300 s", _sigma(home, kind, seed, QUICK), bar)


def generic_long(home: Path) -> Iterator[Bar]:
    """The same in half an hour."""
    for kind, bar in (("A", 3e-3), ("B", math.inf)):
        for seed in SEEDS:
            yield at_most(f"{kind}, seed {seed}: sigma, 1800 s", _sigma(home, kind, seed, LONG), bar)


def architectures(home: Path) -> Iterator[Bar]:
    """σ on quintic A, seed 0, of every potential in `ARCHITECTURES`, trained on at most 60,000 points for about two
    minutes; with σ on the training points, and the time to the saved model."""
    for name, (ansatz, *options) in ARCHITECTURES.items():
        place = home / "architectures" / "".join(c if c.isalnum() else "_" for c in name)
        place.mkdir(parents=True, exist_ok=True)
        command = [g2links(), "cy", "--home", str(place), "--polynomial", random_quintic("A", 0), "--ansatz", ansatz]
        points = ("--n-points", "100000", "--training-points", "60000", "--time-limit", "100")
        found = call_json([*command, *options, *points], place / "cy.json", may_fail=True)
        record = json.loads(Path(found["model"]).with_suffix(".json").read_text(encoding="utf-8"))
        train = record["history"][record["best_iteration"] - 1]["sigma_train"]
        figures = record["figures"]
        words = f"{figures['sigma']:.2e} (training {train:.2e}), {record['parameters']:,} in {figures['seconds']:.0f} s"
        yield Bar(f"A, seed 0, {name}: sigma, unknowns", "-", words, True)


def random_quintic(kind: str, seed: int) -> str:
    """A: Fermat and 0.2 × complex normal coefficients of the other 121 monomials. B: complex normal coefficients of all
    126, with the multinomial variance that is invariant under U(5)."""
    rng = np.random.default_rng(seed)
    terms = []
    for exponents in exponents_of_degree((1,) * 5, 5).tolist():
        size = 0.2 if kind == "A" else math.sqrt(math.factorial(5) / math.prod(map(math.factorial, exponents)))
        pure = kind == "A" and max(exponents) == 5
        c = 1 if pure else size * complex(rng.normal(), rng.normal()) / math.sqrt(2)
        terms.append(f"({c:.17g})*" + "*".join(f"z{i}^{e}" for i, e in enumerate(exponents) if e))
    return "+".join(terms)


def _sigma(home: Path, kind: str, seed: int, options: tuple[str, ...]) -> float:
    place = home / "generic" / f"{kind}{seed}_{options[1]}"
    place.mkdir(parents=True, exist_ok=True)
    command = [g2links(), "cy", "--home", str(place), "--polynomial", random_quintic(kind, seed)]
    found = call_json([*command, "--ansatz", "algebraic", *options], place / "cy.json", may_fail=True)
    return float(found["figures"]["sigma"])
