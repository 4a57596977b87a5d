"""Jets of functions on C^N against automatic differentiation."""

import jax
import jax.numpy as jnp
import numpy as np

from g2links.calculus.jets import Jet, real_function_jet


def large(z):
    return 1e8 * jnp.sum(jnp.abs(z) ** 2)


def small(z):
    return 1e-8 * jnp.real(z[0] * z[1].conj()) + 1e-8


def test_products_keep_the_digits_of_a_small_factor(rng):
    """As a difference of squares the mixed derivatives would have an error of 1e8² rounding."""
    z = jnp.asarray(rng.normal(size=3) + 1j * rng.normal(size=3))
    frame = jnp.asarray(rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3)))
    product = real_function_jet(large, z, frame).times(real_function_jet(small, z, frame))
    expected = real_function_jet(lambda p: large(p) * small(p), z, frame)
    assert isinstance(product, Jet)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-13), product, expected)
