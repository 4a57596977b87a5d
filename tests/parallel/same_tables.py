"""Run in one process on several devices, or in several processes: are tables that are spread over them the same as in
one place, in every number that a search takes from them? Prints what they are off by, relative to the largest; with
`spoiled` in the wrong order, which must show. The arguments are which families of potentials."""

import json
import sys

import g2links  # noqa: F401  (before JAX: it sets float64)

# isort: split
import jax
import numpy as np

from g2links.cli.places import follow_the_first, place_among_processes
from g2links.parallel import processes
from g2links.parallel.cyclic import Cyclic
from g2links.potentials.families import AlgebraicAnsatz, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.sections import Sections
from g2links.ricci_flat import sharded_features
from g2links.ricci_flat.feature_table import LocalFeatures
from g2links.ricci_flat.hermitian_search import HermitianProblem, prepare_sections, vector_of
from g2links.ricci_flat.levenberg_marquardt import first_state, minimise
from g2links.ricci_flat.monge_ampere import initial_state, levenberg_marquardt
from g2links.ricci_flat.sharded_features import ShardedFeatures
from g2links.ricci_flat.sharded_sections import ShardedSections
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.parsing import parse_polynomial

CUBIC = WeightedHypersurface(parse_polynomial("z0^3+z1^3+z2^3+0.5*z0*z1*z2"))
N, FEW = 301, 120


def _off(one, other) -> float:
    one, other = np.asarray(one), np.asarray(other)
    assert one.shape == other.shape
    return float(np.max(np.abs(one - other)) / np.max(np.abs(one)))


def _start(here, shared) -> tuple[dict[str, float], np.ndarray]:
    start = initial_state(here, 0).vector
    return {"start": _off(start, initial_state(shared, 0).vector)}, start


def _algebraic(points) -> dict[str, float]:
    ansatz = AlgebraicAnsatz(InvariantFeatures(CUBIC, 3, symmetric=False))
    here, shared = LocalFeatures.of(CUBIC, ansatz, points), ShardedFeatures.of(CUBIC, ansatz, points)
    found, start = _start(here, shared)
    vector = start * (1 + 1e-3 * np.cos(np.arange(len(start))))
    for name, one, other in (("all", here, shared), ("few", here.part(FEW), shared.part(FEW))):
        found[f"weights {name}"] = _off(one.weights, other.weights)
        found[f"volume {name}"] = _off(one.data.log_volume, other.log_volume)
        found[f"values {name}"] = _off(one.log_ratios(vector), other.log_ratios(vector))
        found[f"loss {name}"] = _off(one.loss(vector), other.loss(vector))
    rows, residual = here.triangle(vector)
    triangle, rest = shared.triangle(vector)
    found["triangle"] = _off(rows.T @ rows, triangle.T @ triangle)
    found["gradient"] = _off(rows.T @ residual, triangle.T @ rest)
    return found | _search(here, shared, start)


def _neural(points) -> dict[str, float]:
    ansatz = NeuralAnsatz(InvariantFeatures(CUBIC, 3, symmetric=False), (3,))
    here, shared = LocalFeatures.of(CUBIC, ansatz, points), ShardedFeatures.of(CUBIC, ansatz, points)
    found, start = _start(here, shared)
    names = ("normal equations", "gradient", "loss")
    both = here.normal_equations(start), shared.normal_equations(start)
    found |= dict(zip(names, map(_off, *both), strict=True))
    return found | _search(here, shared, start)


def _search(here, shared, start) -> dict[str, float]:
    states = [levenberg_marquardt(table, first_state(start), iterations=2).state for table in (here, shared)]
    return {"search": _off(*(state.losses for state in states))}


def _sections(points) -> dict[str, float]:
    sections = Sections(CUBIC, 2)
    here, shared = prepare_sections(CUBIC, sections, points), ShardedSections.of(CUBIC, sections, points)
    rng, count, found = np.random.default_rng(1), sections.count, {}
    a = rng.normal(size=(2, count, count))
    delta = 0.1 * (a[0] + a[0].T + 1j * (a[1] - a[1].T))
    h, y = np.eye(count) + 0.02 * delta, rng.normal(size=N).astype(np.float32)
    for name, n, one, other in (("all", N, here, shared), ("few", FEW, here.part(FEW), shared.part(FEW))):
        found[f"weights {name}"] = _off(one.weights, other.weights)
        found[f"moments {name}"] = _off(one.moments(), other.moments())
        found[f"ratios {name}"] = _off(one.log_ratios(h), other.log_ratios(h))
        one_product, other_product = one.linearised(h), other.linearised(h)
        found[f"forms {name}"] = _off(one_product.forms(delta), other_product.forms(delta))
        found[f"adjoint {name}"] = _off(one_product.adjoint(y[:n]), other_product.adjoint(y[:n]))
        for product in (one_product, other_product):
            product.towards(delta)
        found[f"along {name}"] = _off(one_product.values_along(0.01), other_product.values_along(0.01))
        start = first_state(vector_of(np.eye(count)))
        losses = [minimise(HermitianProblem(table), start, iterations=4)[0].losses for table in (one, other)]
        found[f"search {name}"] = _off(*losses)
    return found


def main() -> None:
    """Compare, and print."""
    if "spoiled" in sys.argv:
        sharded_features._cyclic = lambda n: _InBlocks(n, jax.device_count())
    with place_among_processes() as leads:
        if not leads:
            follow_the_first()
            return
        points = CUBIC.sample(N, 5)
        found = {}
        for name, compared in (("algebraic", _algebraic), ("neural", _neural), ("sections", _sections)):
            if name in sys.argv:
                found |= {f"{name}: {what}": off for what, off in compared(points).items()}
        print(json.dumps({"devices": jax.device_count(), "processes": processes.count(), "off": found}))


class _InBlocks(Cyclic):
    """Wrong: the rows of the first share, then those of the next."""

    def joined(self, parts):
        return np.asarray(parts.reshape(-1, *parts.shape[2:])[: self.rows])


if __name__ == "__main__":
    main()
