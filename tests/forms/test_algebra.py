from functools import partial
from math import comb

import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings

from g2links import forms
from g2links.errors import InputError

from . import reference

close = partial(np.testing.assert_allclose, rtol=1e-11, atol=1e-11)


@st.composite
def degrees(draw, count, n_max=5):
    """A dimension, `count` degrees whose sum does not exceed it, and a generator of components."""
    n = draw(st.integers(1, n_max))
    ps, room = [], n
    for _ in range(count):
        ps.append(draw(st.integers(0, room)))
        room -= ps[-1]
    return n, ps, np.random.default_rng(draw(st.integers(0, 2**31)))


def components(rng, n, p):
    return jnp.array(rng.normal(size=comb(n, p)))


@given(degrees(2))
def test_wedge_is_graded_commutative(case):
    n, (p, q), rng = case
    a, b = components(rng, n, p), components(rng, n, q)
    close(forms.wedge(a, b, p=p, q=q, n=n), (-1) ** (p * q) * forms.wedge(b, a, p=q, q=p, n=n))


@given(degrees(3))
def test_wedge_is_associative(case):
    n, (p, q, r), rng = case
    a, b, c = (components(rng, n, degree) for degree in (p, q, r))
    left = forms.wedge(forms.wedge(a, b, p=p, q=q, n=n), c, p=p + q, q=r, n=n)
    close(left, forms.wedge(a, forms.wedge(b, c, p=q, q=r, n=n), p=p, q=q + r, n=n))


@pytest.mark.parametrize(("n", "p", "q"), [(4, 0, 3), (5, 1, 2), (5, 2, 2), (6, 3, 3), (7, 1, 3), (7, 2, 2)])
def test_wedge_agrees_with_full_tensors(rng, n, p, q):
    a, b = components(rng, n, p), components(rng, n, q)
    expected = reference.wedge(reference.full(a, n, p), reference.full(b, n, q))
    close(forms.wedge(a, b, p=p, q=q, n=n), reference.packed(expected))


def test_wedge_beyond_the_top_degree_is_the_empty_form():
    assert forms.wedge(jnp.ones(35), jnp.ones(21), p=4, q=5, n=7).shape == (0,)


def test_complex_forms_multiply_bilinearly():
    dz, dzbar = jnp.array([1, 1j]), jnp.array([1, -1j])
    close(forms.wedge(dz, dzbar, p=1, q=1, n=2), [-2j])


@given(degrees(2))
def test_interior_is_an_antiderivation(case):
    n, (p, q), rng = case
    p, q = (p, q) if p >= 1 else (1, min(q, n - 1))
    v, a, b = jnp.array(rng.normal(size=n)), components(rng, n, p), components(rng, n, q)
    whole = forms.interior(v, forms.wedge(a, b, p=p, q=q, n=n), p=p + q)
    first = forms.wedge(forms.interior(v, a, p=p), b, p=p - 1, q=q, n=n)
    second = forms.wedge(a, forms.interior(v, b, p=q), p=p, q=q - 1, n=n) if q >= 1 else 0.0
    close(whole, first + (-1) ** p * second)


@pytest.mark.parametrize(("n", "p"), [(3, 1), (5, 5), (7, 3), (7, 4)])
def test_interior_is_contraction_of_the_first_slot(rng, n, p):
    v, a = rng.normal(size=n), components(rng, n, p)
    expected = np.tensordot(v, reference.full(a, n, p), axes=(0, 0))
    close(forms.interior(v, a, p=p), reference.packed(expected) if p > 1 else [expected])


@settings(max_examples=10)
@given(degrees(2), st.integers(1, 5))
def test_pullback_is_natural_for_the_wedge_product(case, m):
    n, (p, q), rng = case
    a, b, jacobian = components(rng, n, p), components(rng, n, q), jnp.array(rng.normal(size=(n, m)))
    whole = forms.pullback(forms.wedge(a, b, p=p, q=q, n=n), jacobian, p=p + q)
    pulled = forms.pullback(a, jacobian, p=p), forms.pullback(b, jacobian, p=q)
    close(whole, forms.wedge(*pulled, p=p, q=q, n=m))


@settings(max_examples=10)
@given(degrees(1), st.integers(1, 5))
def test_pullback_is_natural_for_the_interior_product(case, m):
    n, (p,), rng = case
    p = max(p, 1)
    a, jacobian, v = components(rng, n, p), rng.normal(size=(n, m)), rng.normal(size=m)
    below = forms.pullback(forms.interior(jacobian @ v, a, p=p), jacobian, p=p - 1)
    pulled = forms.pullback(a, jacobian, p=p)
    close(forms.interior(v, pulled, p=p) if p <= m else 0 * below, below)


@settings(max_examples=10)
@given(degrees(1), st.integers(1, 5), st.integers(1, 5))
def test_pullback_is_a_functor(case, m, k):
    n, (p,), rng = case
    a, first, second = components(rng, n, p), rng.normal(size=(n, m)), rng.normal(size=(m, k))
    if p <= m:
        close(forms.pullback(a, first @ second, p=p), forms.pullback(forms.pullback(a, first, p=p), second, p=p))


def test_pullback_of_a_top_form_is_the_determinant(rng):
    jacobian = rng.normal(size=(7, 7))
    close(forms.pullback(jnp.ones(1), jacobian, p=7), [np.linalg.det(jacobian)])


def test_pullback_agrees_with_full_tensors(rng):
    a, jacobian = components(rng, 5, 3), rng.normal(size=(5, 4))
    expected = np.einsum("ijk,ia,jb,kc->abc", reference.full(a, 5, 3), jacobian, jacobian, jacobian)
    close(forms.pullback(a, jacobian, p=3), reference.packed(expected))


@pytest.mark.parametrize(
    ("n", "p", "negative"), [(3, 1, 0), (4, 2, 1), (5, 3, 0), (6, 4, 2), (7, 3, 0), (7, 4, 0), (4, 4, 1)]
)
def test_inner_is_the_contraction_over_p_factorial(rng, n, p, negative):
    a, b = components(rng, n, p), components(rng, n, p)
    metric = reference.random_metric(rng, n, negative)
    lowered, raised = reference.full(a, n, p), reference.full(b, n, p)
    for _ in range(p):
        raised = np.tensordot(raised, np.linalg.inv(metric), axes=(0, 0))
    close(forms.inner(a, b, metric, p=p), reference.packed(lowered) @ reference.packed(raised))


@pytest.mark.parametrize("p", [2, 4])
def test_an_orthonormal_coframe_gives_orthonormal_forms(p):
    close(jax.vmap(lambda a: forms.norm(a, jnp.eye(7), p=p))(jnp.eye(comb(7, p))), np.ones(comb(7, p)))


def test_norm_scales_and_has_no_nan_gradient_at_zero(rng):
    a, metric = components(rng, 7, 3), reference.random_metric(rng, 7)
    close(forms.norm(a, 4.0 * metric, p=3), forms.norm(a, metric, p=3) / 8.0)
    np.testing.assert_array_equal(jax.grad(lambda v: forms.norm(v, metric, p=3))(jnp.zeros(35)), np.zeros(35))


def test_norm_does_not_hide_a_nan():
    assert jnp.isnan(forms.norm(jnp.full(7, jnp.nan), jnp.eye(7), p=1))


@pytest.mark.parametrize(
    "call",
    [
        lambda: forms.wedge(jnp.ones(35), jnp.ones(21), p=3, q=3, n=7),
        lambda: forms.wedge(jnp.ones(34), jnp.ones(21), p=3, q=2, n=7),
        lambda: forms.interior(jnp.ones(7), jnp.ones(1), p=0),
        lambda: forms.interior(jnp.ones(7), jnp.ones(21), p=3),
        lambda: forms.interior(jnp.ones((2, 7)), jnp.ones(21), p=2),
        lambda: forms.pullback(jnp.ones(35), jnp.ones((6, 7)), p=3),
        lambda: forms.pullback(jnp.ones(35), jnp.ones(7), p=3),
        lambda: forms.inner(jnp.ones(35), jnp.ones(21), jnp.eye(7), p=3),
        lambda: forms.inner(jnp.ones(35), jnp.ones(35), jnp.ones(28), p=3),
        lambda: forms.norm(jnp.ones(21), jnp.eye(7), p=3),
        lambda: forms.raise_indices(jnp.ones(20), jnp.eye(7), p=2),
        lambda: forms.complement(jnp.ones(0), 3, 4),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_wrong_degrees_are_refused(call):
    with pytest.raises(InputError):
        call()
