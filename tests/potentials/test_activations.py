"""Every name means one function, and is as smooth as it says."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import erf

from g2links.errors import InputError
from g2links.potentials.activations import ACTIVATIONS, activation_names, require_activation

X = np.linspace(-3, 3, 41)


def test_gelu_is_exact_and_gelu_tanh_its_approximation():
    exact, approximate = (ACTIVATIONS[name].function(X) for name in ("gelu", "gelu_tanh"))
    np.testing.assert_allclose(exact, X * 0.5 * (1 + erf(X / math.sqrt(2))), atol=1e-14)
    cubic = math.sqrt(2 / math.pi) * (X + 0.044715 * X**3)
    np.testing.assert_allclose(approximate, X * 0.5 * (1 + np.tanh(cubic)), atol=1e-14)
    assert 1e-5 < np.max(np.abs(exact - approximate)) < 1e-3


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_continuous_derivatives_are_as_many_as_it_says(name):
    """The only place where one can jump is 0."""
    function, continuous = ACTIVATIONS[name]
    derivative, jumps = function, []
    for _ in range(4):
        below, above = (float(jax.jit(derivative)(jnp.asarray(x))) for x in (-1e-9, 1e-9))
        jumps.append(abs(above - below) > 1e-6)
        derivative = jax.grad(derivative)
    assert jumps.index(True) - 1 == continuous if True in jumps else continuous == math.inf


def test_names_are_chosen_by_what_is_needed():
    assert set(activation_names()) - set(activation_names(1)) == {"relu"}
    assert set(activation_names(1)) - set(activation_names(math.inf)) == {"elu"}
    with pytest.raises(InputError, match="choose one of tanh, gelu"):
        require_activation("elu", 2)
