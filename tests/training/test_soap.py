import jax
import jax.numpy as jnp
import numpy as np

from g2links.training.adam import adam_start, adam_step
from g2links.training.soap import soap_start, soap_step


def descend(start, step, parameters, loss, rates):
    memory, gradient = start(parameters), jax.jit(jax.grad(loss))
    step = jax.jit(step)
    for rate in rates:
        parameters, memory = step(parameters, memory, gradient(parameters), rate)
    return parameters, memory


def test_bases_are_orthonormal_and_find_the_eigenvectors(rng):
    """With gradients u vᵀ + small ones the first column of each basis is u, or v, up to its sign."""
    u, v = (x / np.linalg.norm(x) for x in (rng.normal(size=6), rng.normal(size=4)))
    parameters = (jnp.zeros((6, 4)),)
    state, step = soap_start(parameters), jax.jit(soap_step)
    for _ in range(40):
        gradient = rng.normal() * np.outer(u, v) + 1e-4 * rng.normal(size=(6, 4))
        parameters, state = step(parameters, state, (jnp.asarray(gradient),), 1e-3)
    for side, direction in zip(state.sides[0], (u, v), strict=True):
        np.testing.assert_allclose(side.basis.T @ side.basis, np.eye(len(direction)), atol=1e-13)
        np.testing.assert_allclose(np.abs(side.basis[:, 0] @ direction), 1.0, atol=1e-6)


def test_the_minimum_is_found_in_any_coordinates(rng):
    left, right = (np.linalg.qr(rng.normal(size=(n, n)))[0] for n in (5, 3))
    target, scale = rng.normal(size=(5, 3)), np.logspace(0, -2, 15).reshape(5, 3)

    def loss(parameters):
        return jnp.sum(scale * (parameters[0] - target) ** 2)

    def turned_loss(parameters):
        return loss((left.T @ parameters[0] @ right,))

    # steps long enough in sum for the farthest target: with 300 one draw in many ends at 4e-5
    rates = np.geomspace(0.1, 1e-4, 600)
    straight, _ = descend(soap_start, soap_step, (jnp.zeros((5, 3)),), loss, rates)
    turned, _ = descend(soap_start, soap_step, (jnp.zeros((5, 3)),), turned_loss, rates)
    for found in (straight, (left.T @ turned[0] @ right,)):
        assert float(loss(found)) < 1e-6 * float(loss((jnp.zeros((5, 3)),)))


def test_it_beats_adam_where_coordinates_are_correlated(rng):
    """Least squares with inputs of very different size in turned directions."""
    x = rng.normal(size=(200, 10)) * np.logspace(0, -2, 10) @ np.linalg.qr(rng.normal(size=(10, 10)))[0]
    y = x @ rng.normal(size=(10, 4))

    def loss(parameters):
        return jnp.mean((x @ parameters[0] + parameters[1][None] - y) ** 2)

    start, rates = (jnp.zeros((10, 4)), jnp.zeros(4)), np.geomspace(0.1, 1e-3, 300)
    losses = [
        float(loss(descend(*rule, start, loss, rates)[0]))
        for rule in ((adam_start, adam_step), (soap_start, soap_step))
    ]
    assert losses[1] < 0.1 * losses[0]


def test_a_gradient_in_a_new_direction_makes_no_large_step(rng):
    """Nothing is known of its size there, and the average square is next to 0."""
    rate, step = 1e-2, jax.jit(soap_step)
    parameters = (jnp.zeros((6, 4)),)
    state = soap_start(parameters)
    directions = rng.normal(size=(3, 6, 4))
    for number in range(30):
        gradient = 1e-6 * np.outer(directions[0, :, 0], directions[1, 0]) if number < 15 else directions[2]
        moved, state = step(parameters, state, (jnp.asarray(gradient),), rate)
        assert np.linalg.norm(moved[0] - parameters[0]) <= rate * np.sqrt(24) * (1 + 1e-12)
        parameters = moved


def test_long_sides_and_vectors_are_not_rotated():
    state = soap_start((jnp.zeros((2000, 3)), jnp.zeros(5)))
    assert state.sides[0][0] is None
    assert state.sides[0][1].basis.shape == (3, 3)
    assert state.sides[1] == ()
    gradients = (jnp.ones((2000, 3)), jnp.ones(5))
    moved, _ = soap_step((jnp.zeros((2000, 3)), jnp.zeros(5)), state, gradients, jnp.asarray(0.1))
    np.testing.assert_allclose(moved[1], -0.1, rtol=1e-9)
    assert np.all(np.isfinite(moved[0]))
