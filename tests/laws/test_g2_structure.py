import jax.numpy as jnp
import pytest

from tests.laws import g2_structure as laws
from tests.laws.spaces import SPACES

pytestmark = pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)


@pytest.fixture
def x(rng):
    return jnp.array(rng.normal(size=7))


@pytest.mark.parametrize(
    "law",
    [
        laws.assert_positive,
        laws.assert_metric_is_induced,
        laws.assert_norms_are_seven,
        laws.assert_psi_is_dual,
    ],
)
def test_pointwise_law(law, space, x):
    law(space, x)


@pytest.mark.parametrize("factor", [8.0, 0.37, -2.5])
def test_scaling(space, x, factor):
    laws.assert_scaling(space, x, factor)


@pytest.mark.parametrize("reflected", [False, True])
def test_naturality(space, x, rng, reflected):
    jacobian = jnp.eye(7) + 0.2 * rng.uniform(-1.0, 1.0, size=(7, 7))
    laws.assert_natural(space, x, jacobian.at[:, 0].multiply(-1.0 if reflected else 1.0))


def test_cross_product(space, x, rng):
    laws.assert_cross_product(space, x, *jnp.array(rng.normal(size=(2, 7))))


def test_volume_varies_by_psi(space, x, rng):
    laws.assert_volume_varies_by_psi(space, x, jnp.array(rng.normal(size=35)))
