import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import fsolve

from g2links.errors import InputError
from g2links.potentials.reference import reference_potential
from g2links.varieties.catalogue import dwork, fermat_family, fermat_quintic
from g2links.varieties.charts import (
    act,
    canonical_point,
    complex_coordinates,
    embed,
    origin,
    slice_chart,
    tangent_frame,
    to_gauge,
)
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.residue import chart_sign, residue


@pytest.fixture
def chart(rng):
    f = dwork(0.4 + 0.2j)
    variety = WeightedHypersurface(f)
    points = variety.sample(5, int(rng.integers(2**31)))
    return f, slice_chart(variety, jnp.asarray(points.z[0]))


def test_centre_lies_on_the_variety_in_its_gauge(chart):
    f, c = chart
    z = embed(WeightedHypersurface(f), c, complex_coordinates(origin(c)))
    np.testing.assert_allclose(z, c.centre.z, atol=1e-14)
    assert abs(f(z)) < 1e-13
    assert z[c.centre.fixed[0]] == 1


def test_embedding_solves_f_and_keeps_its_sheet(chart, rng):
    f, c = chart
    variety = WeightedHypersurface(f)
    w = complex_coordinates(origin(c)) + 1e-2 * (rng.normal(size=3) + 1j * rng.normal(size=3))
    z = np.array(embed(variety, c, w))
    assert abs(f(z)) < 1e-13
    el = int(c.centre.solved[0])

    def equation(t):
        z[el] = t[0] + 1j * t[1]
        value = complex(f(z))
        return [value.real, value.imag]

    start = complex(c.centre.z[el])
    found = fsolve(equation, [start.real, start.imag], xtol=1e-13)
    assert abs(found[0] + 1j * found[1] - embed(variety, c, w)[el]) < 1e-9


def test_derivative_of_the_embedding_is_the_tangent_frame(chart):
    f, c = chart
    variety = WeightedHypersurface(f)
    w = complex_coordinates(origin(c))
    jacobian = jax.jacfwd(lambda t: embed(variety, c, t), holomorphic=True)(w)
    np.testing.assert_allclose(jacobian.T, tangent_frame(variety, c.centre), atol=1e-13)


def test_second_derivative_agrees_with_finite_differences(chart):
    f, c = chart
    w = complex_coordinates(origin(c))
    first = jax.jacfwd(lambda t: embed(WeightedHypersurface(f), c, t), holomorphic=True)
    second = jax.jacfwd(first, holomorphic=True)(w)
    h = 1e-5
    for a in range(3):
        step = np.eye(3)[a] * h
        np.testing.assert_allclose(second[..., a], (first(w + step) - first(w - step)) / (2 * h), atol=1e-7)


def test_frame_is_tangent(chart):
    f, c = chart
    np.testing.assert_allclose(tangent_frame(WeightedHypersurface(f), c.centre) @ f.gradient(c.centre.z), 0, atol=1e-13)


@pytest.mark.parametrize("weights", [(1, 1, 2, 2, 2), (1, 1, 2, 2, 6)])
def test_gauge_of_weighted_points_is_one_point_of_the_orbit(weights, rng):
    """z_one = 1, some root of unity times the principal choice, and the same for every representative."""
    f = fermat_family(weights, 0.1, "f")
    z = jnp.asarray(rng.normal(size=5) + 1j * rng.normal(size=5))
    gauge = jax.jit(lambda p, one: to_gauge(WeightedHypersurface(f), p, one))
    for one in range(5):
        gauged = gauge(z, jnp.array([one]))
        scale = complex(z[one]) ** (-1 / weights[one])
        turns = np.exp(2j * np.pi * np.arange(weights[one]) / weights[one])
        orbit = (scale * turns)[:, None] ** np.array(weights) * np.asarray(z)
        assert gauged[one] == 1
        assert np.min(np.max(np.abs(orbit / np.asarray(gauged) - 1), axis=1)) < 1e-11
        moved = act(WeightedHypersurface(f), jnp.array([complex(*rng.normal(size=2))]), z)
        np.testing.assert_allclose(gauge(moved, jnp.array([one])), gauged, rtol=1e-9)


def test_chart_sign_is_the_sign_of_the_permutation():
    """Of one fixed and one solved coordinate of five, and of two and two of six."""
    for variables, count in ((5, 1), (6, 2)):
        for chosen in itertools.permutations(range(variables), 2 * count):
            fixed, solved = chosen[:count], chosen[count:]
            rest = [i for i in range(variables) if i not in chosen]
            matrix = np.eye(variables)[[*fixed, *solved, *rest]]
            assert chart_sign(jnp.array(fixed), jnp.array(solved)) == round(np.linalg.det(matrix))


def test_residue_form_is_the_same_in_every_chart(rng):
    """Ω = h dz∧dz∧dz transforms with the Jacobian of the change of chart, sign and gauge included."""
    f = fermat_quintic()
    variety = WeightedHypersurface(f)
    z = jnp.asarray(variety.sample(5, int(rng.integers(2**31))).z[0])
    home = slice_chart(variety, z)
    for one, el in [(0, 1), (1, 0), (2, 4), (4, 3), (3, 0)]:
        other = slice_chart(variety, z, indices=(jnp.asarray(one), jnp.asarray(el)))

        def change(w, one=one, el=el):
            point = embed(variety, home, w)
            rest = [i for i in range(5) if i not in (one, el)]
            return (point / point[one])[jnp.array(rest)]

        jacobian = jax.jacfwd(change, holomorphic=True)(complex_coordinates(origin(home)))
        pulled_back = residue(variety, other.centre) * jnp.linalg.det(jacobian)
        np.testing.assert_allclose(pulled_back, residue(variety, home.centre), rtol=1e-10)


@pytest.mark.usefixtures("as_users_run")
def test_real_points_are_made_complex():
    variety = WeightedHypersurface(fermat_quintic())
    for z in ([-1.0, 1, 0, 0, 0], np.array([-1, 1, 0, 0, 0]), jnp.array([-1.0, 1, 0, 0, 0])):
        for at in (slice_chart(variety, z).centre, canonical_point(variety, z)):
            np.testing.assert_allclose(at.z, [1, -1, 0, 0, 0], atol=1e-15)


@pytest.mark.usefixtures("as_users_run")
def test_several_points_are_not_taken_for_one(chart):
    """Rows would be taken for coordinates."""
    f, c = chart
    variety = WeightedHypersurface(f)
    calls = {
        "slice_chart": lambda n: slice_chart(variety, jnp.ones((n, 5))),
        "canonical_point": lambda n: canonical_point(variety, jnp.ones((n, 5))),
        "the polynomial": lambda n: f(jnp.ones((n, 5), dtype=complex)),
        "its gradient": lambda n: f.gradient(jnp.ones((n, 5), dtype=complex)),
        "the reference potential": lambda n: reference_potential(variety, jnp.ones((n, 5), dtype=complex)),
        "coordinates": lambda n: complex_coordinates(jnp.ones((n, 7))),
        "points of a chart": lambda n: embed(variety, c, jnp.ones((n, 3), dtype=complex)),
    }
    for call in calls.values():
        for n in (2, 3, 5, 7, 10):
            with pytest.raises(InputError, match="one point"):
                call(n)
            with pytest.raises(InputError, match="one point"):
                jax.jit(lambda call=call, n=n: call(n))()
