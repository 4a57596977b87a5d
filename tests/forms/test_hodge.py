from functools import partial
from math import comb

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.errors import InputError

from . import reference

close = partial(np.testing.assert_allclose, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("n", range(1, 8))
@pytest.mark.parametrize("negative", [0, 1])
def test_star_twice_is_a_sign(rng, n, negative):
    metric = reference.random_metric(rng, n, negative)
    for p in range(n + 1):
        a = rng.normal(size=comb(n, p))
        twice = forms.hodge_star(forms.hodge_star(a, metric, p=p), metric, p=n - p)
        close(twice, (-1) ** (p * (n - p) + negative) * a)


@pytest.mark.parametrize("n", range(1, 8))
@pytest.mark.parametrize("orientation", [1, -1])
def test_star_pairs_forms_to_their_inner_product(rng, n, orientation):
    metric = reference.random_metric(rng, n)
    volume = forms.volume_form(metric, orientation)
    for p in range(n + 1):
        a, b = rng.normal(size=(2, comb(n, p)))
        star = forms.hodge_star(b, metric, p=p, orientation=orientation)
        close(forms.wedge(a, star, p=p, q=n - p, n=n), forms.inner(a, b, metric, p=p) * volume)


@pytest.mark.parametrize(("n", "p"), [(3, 1), (4, 2), (5, 3), (6, 2), (6, 5), (7, 3), (7, 4)])
@pytest.mark.parametrize("negative", [0, 1])
def test_star_agrees_with_the_levi_civita_contraction(rng, n, p, negative):
    a, metric = rng.normal(size=comb(n, p)), reference.random_metric(rng, n, negative)
    expected = reference.packed(reference.star(reference.full(a, n, p), metric))
    close(forms.hodge_star(a, metric, p=p), expected)


def test_star_is_natural_under_changes_of_coordinates(rng):
    a, metric, jacobian = rng.normal(size=35), reference.random_metric(rng, 7), rng.normal(size=(7, 7))
    orientation = np.sign(np.linalg.det(jacobian))
    below = forms.pullback(forms.hodge_star(a, metric, p=3), jacobian, p=4)
    pulled, pulled_metric = forms.pullback(a, jacobian, p=3), jacobian.T @ metric @ jacobian
    star = forms.hodge_star(pulled, pulled_metric, p=3, orientation=orientation)
    np.testing.assert_allclose(star, below, rtol=1e-8, atol=1e-8 * np.abs(below).max())


def test_star_of_one_for_four_times_the_unit_metric():
    close(forms.hodge_star(jnp.ones(1), 4.0 * jnp.eye(7), p=0), [128.0])
    close(forms.volume_form(4.0 * jnp.eye(7), -1), [-128.0])


def test_star_in_two_dimensions_turns_dx_into_dy():
    close(forms.hodge_star(jnp.array([1.0, 0.0]), jnp.eye(2), p=1), [0.0, 1.0])
    close(forms.hodge_star(jnp.array([1.0, 0.0]), jnp.eye(2), p=1, orientation=-1), [0.0, -1.0])


def test_star_is_differentiable_in_the_metric(rng):
    a, metric, change = rng.normal(size=35), reference.random_metric(rng, 7), rng.normal(size=(7, 7))
    star = jax.jit(lambda t: forms.hodge_star(a, metric + t * (change + change.T), p=3))
    step = 1e-5
    numerical = (star(step) - star(-step)) / (2 * step)
    np.testing.assert_allclose(jax.jacfwd(star)(0.0), numerical, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: forms.hodge_star(jnp.ones(21), jnp.eye(7), p=3),
        lambda: forms.hodge_star(jnp.ones(0), jnp.eye(3), p=4),
        lambda: forms.hodge_star(jnp.ones(3), jnp.ones((3, 2)), p=1),
        lambda: forms.volume_form(jnp.ones(28)),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_wrong_degrees_are_refused(call):
    with pytest.raises(InputError):
        call()


@pytest.mark.usefixtures("as_users_run")
def test_integers_and_lists_are_numbers_of_double_precision(rng):
    metric = np.diag([2, 3, 5]) + 1
    a = rng.integers(1, 9, size=3)
    expected = forms.hodge_star(a.astype(float), metric.astype(float), p=1)
    for form, g in ((a, metric), (a.tolist(), metric.tolist()), (a.astype(float), metric), (a, metric.astype(float))):
        found = forms.hodge_star(form, g, p=1)
        assert found.dtype == np.float64
        close(found, expected)
    close(forms.inner(a, a.tolist(), metric, p=1), a @ np.linalg.inv(metric) @ a)
    close(forms.volume_form(metric.tolist()), [np.sqrt(np.linalg.det(metric))])
    close(forms.inverse(metric), np.linalg.inv(metric))
    assert bool(forms.is_positive_definite(metric))
    close(forms.wedge([1, 2], [3, 4], p=1, q=1, n=2), [-2])


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ([[1, 0], [0]], "array of numbers"),
        ([["x", "y"], ["z", "w"]], "array of numbers"),
        ([1, 2], "square"),
        (3, "square"),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_what_is_no_metric_is_named(metric, words):
    with pytest.raises(InputError, match=f"metric: .*{words}"):
        forms.hodge_star(np.ones(2), metric, p=1)
