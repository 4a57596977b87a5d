"""Features with the symmetry of the equations: all of them, once each, on P5[3,3] and on products."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.calculus.jets import real_function_jet
from g2links.errors import InputError
from g2links.potentials.families import AlgebraicAnsatz, ansatz_from_config
from g2links.potentials.intersection_features import IntersectionFeatures, degree_of_invariants
from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.ricci_flat.family import choose_family
from g2links.varieties.charts import tangent_frame
from g2links.varieties.configurations import of_configuration, of_equations
from g2links.varieties.intersection_catalogue import named_intersection
from g2links.varieties.symmetry import equations_lattice, equations_permutations, has_symmetries, in_lattice

CUBICS = named_intersection("p5_33")
"""Cube roots of 1 on each coordinate, and cyclic permutations, which multiply the second equation by a root of 1."""


@pytest.fixture(scope="module")
def points():
    return CUBICS.sample(300, 4).at


def _values(function, z):
    return np.asarray(jax.jit(jax.vmap(function))(z))


def test_what_preserves_the_equations():
    assert len(equations_permutations(CUBICS)) == 6
    unit = np.eye(6, dtype=int)
    assert in_lattice(equations_lattice(CUBICS), np.array([3 * unit[0] - 3 * unit[1], unit[0] - unit[1]])).tolist() == [
        True,
        False,
    ]
    assert has_symmetries(CUBICS)
    assert not has_symmetries(named_intersection("p5_33(0)"))
    exchanged = of_equations("P1 x P1", "x0^2*y0^2 + 2*x0*x1*y0*y1 + x1^2*y1^2 + x0^2*y0*y1 + x0*x1*y0^2")
    assert (1, 0, 3, 2) not in equations_permutations(exchanged)
    assert (2, 3, 0, 1) in equations_permutations(exchanged)


@pytest.mark.parametrize("degree", [2, 3])
def test_they_span_all_invariant_functions_and_are_independent(degree, points, rng):
    """The mean over the group of |s|² for a random section s, at more points than features; a random one has not."""
    features = IntersectionFeatures(CUBICS, degree)
    table = _values(features, points.z)
    assert features.count == {2: 4, 3: 13}[degree]
    singular = np.linalg.svd(table / np.linalg.norm(table, axis=0), compute_uv=False)
    assert singular[-1] > 1e-4 * singular[0]
    sections = Sections(CUBICS, degree)
    h = rng.normal(size=(sections.count, 2)) @ [1, 1j]

    def square(z):
        return jnp.abs(jnp.vdot(h, sections(z))) ** 2

    roots = np.exp(2j * np.pi * np.stack(np.meshgrid(*[np.arange(3)] * 5)).reshape(5, -1).T / 3)
    group = [(np.append(row, 1), sigma) for row in roots for sigma in equations_permutations(CUBICS)]
    phases, sigmas = np.array([row for row, _ in group]), np.array([sigma for _, sigma in group])
    mean = _values(lambda z: jnp.mean(jax.vmap(lambda row, s: square((row * z)[s]))(phases, sigmas)), points.z)
    rest = mean - table @ np.linalg.lstsq(table, mean)[0]
    assert np.linalg.norm(rest) < 1e-11 * np.linalg.norm(mean)
    one = _values(square, points.z)
    assert np.linalg.norm(one - table @ np.linalg.lstsq(table, one)[0]) > 0.1 * np.linalg.norm(one)


def test_the_start_is_the_reference_metric_and_jets_are_derivatives(points):
    """Also on a product, with a polarisation other than 1."""
    torus = of_equations("P1 x P1", "x0^2*y0^2 + 2*x1^2*y1^2 + 3*x0^2*y1^2 - x1^2*y0^2", (1, 2))
    for variety, at in ((CUBICS, points), (torus, torus.sample(60, 1).at)):
        ansatz = AlgebraicAnsatz(IntersectionFeatures(variety, 2))
        table = _values(ansatz.features, at.z)
        start = ansatz.initial(np.random.default_rng(0), table)
        np.testing.assert_allclose(table @ np.asarray(start[0]), 1, atol=1e-12)
        parameters = (start[0] + 0.05 * jnp.asarray(np.random.default_rng(1).random(len(start[0]))),)
        one = jax.tree.map(lambda column: column[0], at)
        frame = tangent_frame(variety, one)
        jet = jax.jit(lambda z, f, a=ansatz, p=parameters: a.jet(p, z, f))(one.z, frame)
        exact = jax.jit(lambda z, f, a=ansatz, p=parameters: real_function_jet(lambda y: a.value(p, y), z, f))(
            one.z, frame
        )
        for name in ("value", "first", "mixed"):
            np.testing.assert_allclose(getattr(jet, name), getattr(exact, name), atol=1e-11)
        assert ansatz_from_config(ansatz.to_config(), variety) == ansatz


def test_which_family_is_taken():
    """The highest degree with at most 250 invariants; without symmetry a full matrix, and only that."""
    assert degree_of_invariants(CUBICS, 40) == 4
    found = choose_family(CUBICS)
    assert (found.kind, found.ansatz.features.degree, found.ansatz.features.count) == ("algebraic", 6, 178)
    assert "with its symmetries" in found.reason
    assert isinstance(choose_family(CUBICS, degree=3).ansatz, AlgebraicAnsatz)
    assert isinstance(choose_family(of_configuration("P5 3 3"), degree=2).ansatz, HermitianAnsatz)
    for wrong in ({"degree": 0}, {"degree": 99}, {"ansatz": "neural"}, {"ansatz": "mixed"}, {"optimiser": "adam"}):
        with pytest.raises(InputError):
            choose_family(of_configuration("P5 3 3"), **wrong)
    with pytest.raises(InputError):
        IntersectionFeatures(CUBICS, 2, symmetric=False)
