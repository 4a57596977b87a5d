"""σ of quintics by other public codes, each in a virtual environment of its own, on one core with g2links.

mlgeometry-jax (Douglas, Lakshminarasimhan and Qi, arXiv:2012.04797) gets as many points as g2links, and at least as
much CPU time. From its run the weights of the network are taken; σ is measured by g2links, for both metrics on the same
points that neither was fitted on.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from bars import Bar
from commands import call_json, g2links

from g2links._typing import ComplexPoint, Scalar
from g2links.measures.monge_ampere import measure
from g2links.potentials.reference import reference_potential
from g2links.storage.models import load_cy
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.parsing import parse_polynomial
from g2links.varieties.polynomial import exponents_of_degree

PACKAGE = "mlgeometry-jax==2.0.0"
POINTS, TEST_POINTS, SECONDS = 50_000, 20_000, 150
"""Those of its guide for training; those that σ is measured on, of another seed; and CPU time for its optimiser, beside
what the preparation of points takes."""
GUIDE = "z0^5+z1^5+z2^5+z3^5+z4^5+0.5*z0*z1*z2*z3*z4"


def mlgeometry(home: Path) -> Iterator[Bar]:
    """The polynomial of its guide, 100 times smaller, and a random quintic of ten monomials, 10 times."""
    yield from _compared(home / "mlgeometry" / "guide", "Fermat + 0.5 z0 z1 z2 z3 z4", GUIDE, (), 100)
    limit = ("--time-limit", str(SECONDS))
    yield from _compared(home / "mlgeometry" / "ten", "ten monomials, seed 0", ten_monomials(0), limit, 10)


def ten_monomials(seed: int) -> str:
    """The z_i^5 and five other random monomials, with complex standard normal coefficients."""
    rng = np.random.default_rng(seed)
    every = [row for row in exponents_of_degree((1,) * 5, 5).tolist() if max(row) < 5]
    chosen = np.concatenate([5 * np.eye(5, dtype=int), np.array(every)[rng.choice(len(every), 5, replace=False)]])
    re, im = rng.normal(size=(2, len(chosen))) / np.sqrt(2)
    return "+".join(
        f"({a:.6f}{b:+.6f}j)*" + "*".join(f"z{i}^{e}" for i, e in enumerate(row) if e)
        for a, b, row in zip(re, im, chosen.tolist(), strict=True)
    )


def _compared(place: Path, label: str, polynomial: str, options: tuple[str, ...], times: float) -> Iterator[Bar]:
    place.mkdir(parents=True, exist_ok=True)
    variety = WeightedHypersurface(parse_polynomial(polynomial))
    before = _children_seconds()
    command = [g2links(), "cy", "--home", str(place), "--polynomial", polynomial, "--n-points", str(POINTS), *options]
    found = call_json(command, place / "cy.json", may_fail=True)
    seconds = _children_seconds() - before
    theirs = _fitted_by_mlgeometry(place, polynomial)
    points = variety.sample(TEST_POINTS, 20_401)
    ours = load_cy(found["model"]).kahler_potential
    first, second = (measure(variety, u, points).sigma[0] for u in (ours, network(place / "theirs.npz", variety)))
    words = f"{first:.2e} in {seconds:.0f} s of CPU, {second:.2e} in {theirs['seconds']:.0f} s"
    yield Bar(f"{label}: sigma, by {PACKAGE}", "no less CPU time", words, theirs["seconds"] >= seconds)
    ratio = second / first
    yield Bar(f"{label}: sigma of the other code over ours", f">= {times:g}", f"{ratio:.0f}", ratio >= times)


def network(file: Path, variety: WeightedHypersurface) -> Callable[[ComplexPoint], Scalar]:
    """u of its network, whose logarithm has the degree 4: squares of combinations of squares of combinations of the
    Re z_i conj(z_j) and Im z_i conj(z_j) with i at most j."""
    with np.load(file) as arrays:
        first, second, third = (jnp.asarray(arrays[f"layer{i}"], dtype=float) for i in range(3))
    rows, columns = np.triu_indices(variety.variables)

    def u(z: ComplexPoint) -> Scalar:
        products = z[rows] * z[columns].conj()
        x = jnp.concatenate([products.real, products.imag])
        return 0.25 * jnp.log(((x @ first) ** 2 @ second) ** 2 @ third)[0] - reference_potential(variety, z)

    return u


def _fitted_by_mlgeometry(place: Path, polynomial: str) -> dict[str, float]:
    script, out = Path(__file__).with_name("mlgeometry_fit.py"), place / "theirs.npz"
    text = polynomial.replace("^", "**").replace("j", "*I")
    command = [environment(PACKAGE), script, "--polynomial", text, "--points", POINTS, "--seconds", SECONDS]
    words = [*map(str, command), "--out", str(out)]
    print("$ " + " ".join(words), file=sys.stderr, flush=True)
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, env=own)
    record: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return record


def environment(package: str) -> Path:
    """The Python of a virtual environment that has a package and nothing of g2links, made in the user's caches where
    there is none yet."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "g2links" / "other_codes" / package.replace("==", "-")
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True, stdout=sys.stderr)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", package], check=True, stdout=sys.stderr)
        (folder / "installed").touch()
    return python


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
