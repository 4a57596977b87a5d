import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.forms.linear import cholesky, inverse_cholesky

from . import reference


@pytest.mark.parametrize("n", range(1, 8))
def test_inverse_and_determinant_agree_with_numpy(rng, n):
    matrix = rng.normal(size=(n, n)) + 2.0 * rng.permutation(np.eye(n))
    inverse, determinant = forms.inverse_and_determinant(jnp.array(matrix))
    np.testing.assert_allclose(inverse, np.linalg.inv(matrix), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(determinant, np.linalg.det(matrix), rtol=1e-9)


def test_zero_pivots_and_complex_entries_are_no_obstacle(rng):
    swap = jnp.array([[0.0, 1.0], [1.0, 0.0]])
    np.testing.assert_array_equal(forms.inverse(swap), swap)
    assert forms.determinant(swap) == -1.0
    matrix = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    np.testing.assert_allclose(forms.determinant(jnp.array(matrix)), np.linalg.det(matrix), rtol=1e-10)


def test_a_singular_matrix_is_not_hidden():
    inverse, determinant = forms.inverse_and_determinant(jnp.ones((3, 3)))
    assert determinant == 0.0
    assert not jnp.all(jnp.isfinite(inverse))
    assert jnp.isnan(forms.determinant(jnp.array([[0.0, jnp.nan], [0.0, 1.0]])))


def test_derivatives_forward_reverse_and_second(rng):
    matrix, change = jnp.array(reference.random_metric(rng, 4)), rng.normal(size=(4, 4))
    inverse = np.linalg.inv(matrix)
    forward = jax.jvp(forms.inverse, (matrix,), (jnp.array(change),))[1]
    np.testing.assert_allclose(forward, -inverse @ change @ inverse, rtol=1e-9, atol=1e-9)
    gradient = jax.grad(forms.determinant)(matrix)
    np.testing.assert_allclose(gradient, np.linalg.det(matrix) * inverse.T, rtol=1e-9, atol=1e-9)
    hessian = jax.jit(jax.hessian(lambda m: jnp.log(jnp.abs(forms.determinant(m)))))(matrix)
    np.testing.assert_allclose(hessian, -np.einsum("ja,bi->ijab", inverse, inverse), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(("negative", "expected"), [(0, True), (1, False), (2, False), (7, False)])
def test_positive_definiteness(rng, negative, expected):
    metric = jnp.array(reference.random_metric(rng, 7, negative))
    assert bool(forms.is_positive_definite(metric)) is expected


@pytest.mark.parametrize("bad", [jnp.nan, jnp.inf])
def test_a_matrix_that_is_not_finite_is_not_positive(bad):
    assert not forms.is_positive_definite(jnp.eye(7).at[6, 6].set(bad))
    assert not forms.is_positive_definite(jnp.eye(7).at[0, 6].set(bad))


def test_large_batches_of_jacobians_do_not_hang(rng):
    metrics = jnp.array([reference.random_metric(rng, 7) for _ in range(1000)])
    jacobian = jax.jit(jax.vmap(jax.jacfwd(lambda s, m: forms.inverse(m + s * m @ m), argnums=0), (None, 0)))
    np.testing.assert_allclose(jacobian(0.0, metrics), np.broadcast_to(-np.eye(7), (1000, 7, 7)), atol=1e-12)


@pytest.mark.parametrize("n", [1, 3, 7])
def test_triangular_factors(rng, n):
    metric = reference.random_metric(rng, n)
    lower = jax.jit(cholesky)(jnp.array(metric))
    np.testing.assert_allclose(lower, np.linalg.cholesky(metric), rtol=1e-9, atol=1e-12)
    matrix = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
    hermitian = matrix @ matrix.conj().T + np.eye(n)
    inverse = np.linalg.inv(np.linalg.cholesky(hermitian))
    np.testing.assert_allclose(jax.jit(inverse_cholesky)(jnp.array(hermitian)), inverse, rtol=1e-9, atol=1e-12)


def test_there_are_no_factors_of_what_is_not_positive():
    indefinite = jnp.diag(jnp.array([1.0, -1.0]))
    assert jnp.isnan(cholesky(indefinite)[1, 1])
    assert jnp.any(jnp.isnan(inverse_cholesky(indefinite.astype(complex))))
