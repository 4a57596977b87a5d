import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms, g2
from g2links.errors import InputError
from tests.laws.spaces import expansion, generic_phi
from tests.laws.torsion import facts


@pytest.fixture
def x(rng):
    return jnp.array(rng.uniform(-0.8, 0.8, size=7))


def test_flux_finds_the_torsion_of_a_black_box(x):
    """Every class of a 3-form of general type, from values alone, to 20 epsilon^2."""
    exact = facts(expansion("generic", x)).found.torsion
    found = jax.jit(g2.torsion_of(generic_phi, lambda f, p: forms.flux_derivative(f, p=p, epsilon=1e-3)))(x)
    for part, expected in zip(found, exact, strict=True):
        np.testing.assert_allclose(part, expected, atol=2e-5)
        assert np.max(np.abs(expected)) > 1e-3


def test_expansion_by_differences_gives_torsion_and_curvature(x):
    exact = facts(expansion("generic", x)).found
    found = facts(jax.jit(lambda y: forms.expand_by_differences(generic_phi, y, 1e-3))(x)).found
    np.testing.assert_allclose(found.curvature.ricci, exact.curvature.ricci, atol=2e-5)
    np.testing.assert_allclose(found.d_psi, exact.d_psi, atol=2e-5)
    assert abs(float(found.bryant_residual)) < 1e-10


@pytest.mark.slow
def test_geometry_of_a_field_is_that_of_its_expansion(x):
    found, expected = jax.jit(g2.geometry_of(generic_phi))(x), facts(expansion("generic", x)).found
    for part, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(part, other, atol=1e-11)


def test_the_structure_is_named_by_its_classes():
    assert g2.name_structure(np.array([0.0, 0.0, 0.0, 0.0]), tolerance=0.0).name == "torsion-free"
    found = g2.name_structure(np.array([4.0, 1e-12, -1e-11, 1e-10]), tolerance=1e-9)
    assert found == ("nearly parallel", (0,), 1e-9)
    assert g2.name_structure(np.array([0.9, 1e-9, 0.01, 2.6]), tolerance=0.05).name == "coclosed"
    assert g2.name_structure(np.array([0.9, 1e-9, 0.06, 2.6]), tolerance=0.05).components == (0, 2, 3)


@pytest.mark.parametrize(
    ("sizes", "tolerance", "field"),
    [([1.0, 2.0], 0.1, "sizes"), ([1.0, np.nan, 0.0, 0.0], 0.1, "sizes"), ([0.0] * 4, -1.0, "tolerance")],
)
def test_what_cannot_be_named_is_refused(sizes, tolerance, field):
    with pytest.raises(InputError, match=field):
        g2.name_structure(np.array(sizes), tolerance=tolerance)
