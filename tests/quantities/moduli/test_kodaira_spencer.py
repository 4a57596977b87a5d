"""Deformations at one point and their averages."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.quantities.moduli import null_functions
from g2links.quantities.moduli.candidates import kept_points
from g2links.quantities.moduli.cross_fit import CrossFit
from g2links.quantities.moduli.estimates import measure_moduli
from g2links.quantities.moduli.exact import coupled_triples, exact_moduli
from g2links.quantities.moduli.kodaira_spencer import (
    Directions,
    divergences,
    lift_at,
    lifted_field,
    norm_powers,
    unit_point,
)
from g2links.quantities.moduli.special_geometry import along_product
from g2links.varieties.charts import embed, slice_chart
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.residue import residue
from g2links.workflow.polynomials import resolve_variety

PSI = Directions((Polynomial("-5*z0*z1*z2*z3*z4"),))
WEIGHTED = WeightedHypersurface(
    Polynomial("z0^8 + z1^8 + z2^4 + z3^4 + z4^4 - 3*z0*z1*z2*z3*z4 + z0^2*z1^2*z2*z3", (1, 1, 2, 2, 2))
)
MIXED = Directions((Polynomial("z0^4*z1^4 + 2j*z2^2*z3*z4", (1, 1, 2, 2, 2)),))


@pytest.fixture(scope="module")
def point():
    """(5,) on X: z4 is a root of f."""
    z = np.array([1, 0.05 - 0.32j, 0.38 - 0.8j, -0.53 - 0.8j])
    rest = z[0] ** 8 + z[1] ** 8 + z[2] ** 4 + z[3] ** 4 + z[0] ** 2 * z[1] ** 2 * z[2] * z[3]
    return np.append(z, np.roots([1, 0, 0, -3 * np.prod(z), rest])[0])


@pytest.mark.slow
def test_the_lift_in_a_chart(point):
    """tr M M̄ and det M · h/h̄ from derivatives along the coordinates of a slice chart."""
    chart = slice_chart(WEIGHTED, jnp.asarray(point))
    weights, o, s = np.array(WEIGHTED.weights), int(chart.centre.fixed[0]), int(chart.centre.solved[0])
    free = np.array([a for a in range(5) if a not in (o, s)])
    centre = np.asarray(chart.centre.z)

    @jax.jit
    def field(x):
        """U in the gauge of the chart, as a vector field in its coordinates, and h."""
        z = embed(WEIGHTED, chart, x, 6)
        u = lifted_field(WEIGHTED, z, jnp.conj(z))
        return (u - weights * z * u[o] / (weights[o] * z[o]))[free], residue(WEIGHTED, chart.at(z))

    h, x = 1e-5, centre[free]
    top = complex(field(x)[1])
    slopes = np.zeros((3, 3), dtype=complex)
    for j, unit in enumerate(np.eye(3)):
        moved = [np.asarray(field(x + step * unit)[0]) for step in (h, -h, 1j * h, -1j * h)]
        slopes[:, j] = (moved[0] - moved[1] + 1j * (moved[2] - moved[3])) / (4 * h)
    z = np.asarray(unit_point(WEIGHTED, jnp.asarray(centre)))
    found = jax.jit(lambda y: lift_at(WEIGHTED, y))(z)
    scale = (z[o] / centre[o]) ** (WEIGHTED.degree / weights[o])  # U is of degree -d in f
    assert found.trace * abs(scale) ** 2 == pytest.approx(np.trace(slopes @ slopes.conj()).real, rel=1e-7)
    assert complex(found.determinant * scale**3) == pytest.approx(
        complex(np.linalg.det(slopes) * top / top.conjugate()), rel=1e-7
    )


def test_nothing_depends_on_the_representative(point):
    """tr μ μ̄, |k| and m³ det are the same along the orbit of C*."""

    @jax.jit
    def at(z):
        z = unit_point(WEIGHTED, z)
        lift, m = lift_at(WEIGHTED, z), MIXED(z)[0]
        return jnp.abs(m) ** 2 * lift.trace, divergences(MIXED, lift, z)[0], m**3 * lift.determinant

    turned = np.asarray(point) * (0.7 * np.exp(0.4j)) ** np.array(WEIGHTED.weights)
    for first, second in zip(at(point), at(jnp.asarray(turned)), strict=True):
        assert complex(first) == pytest.approx(complex(second), rel=1e-12)


@pytest.mark.slow
def test_functions_of_mean_0(point):
    """D of a monomial by its chain rule against the divergence of its own field."""
    functions = null_functions.invariants(WEIGHTED, MIXED)
    table = null_functions.exponent_table(4)
    assert table.shape == (34, 4)
    z = unit_point(WEIGHTED, point)
    zb = jnp.conj(z)
    powers = jnp.array([[2, 0, 1, 0], [0, 1, 1, 1], [1, 0, 0, 2]])

    def field(y):
        slopes = jax.jacfwd(lambda x: jnp.prod(functions(y, x)[None] ** powers, axis=1), holomorphic=True)(zb)
        scale, gradient = norm_powers(WEIGHTED, y, zb), WEIGHTED.polynomial.gradient(y)
        normal = scale * jnp.conj(WEIGHTED.polynomial.gradient(z))
        along = (slopes * scale[None]) @ gradient / jnp.sum(gradient * normal)
        return slopes * scale[None] - along[:, None] * normal[None]

    expected = jax.jit(lambda y: jnp.trace(jax.jacfwd(field, holomorphic=True)(y), axis1=1, axis2=2).real)(z)
    found = jax.jit(lambda y: null_functions.null_values(WEIGHTED, functions, table, y))(z)
    rows = [int(np.flatnonzero((table == row).all(axis=1))[0]) for row in np.asarray(powers)]
    assert found[np.array(rows)] == pytest.approx(np.asarray(expected), rel=1e-10)


def test_control_variates_fitted_on_other_points(rng):
    """A target that is a constant, a combination of controls and noise: its mean and its error; a useless control
    changes nothing; without controls it is the plain mean."""
    n = 8000
    controls = rng.normal(size=(n, 3))
    noise = 0.01 * rng.normal(size=n)
    target = 2 + controls @ np.array([1.0, -3.0, 0.0]) + noise
    plain, fitted = CrossFit(1, 0), CrossFit(1, 3)
    for rows in np.array_split(np.arange(n), 16):
        plain.add(target[rows, None], of=len(rows))
        fitted.add(target[rows, None], controls[rows], of=len(rows))
    found, other = fitted.estimates(), plain.estimates()
    assert found.mean[0] - 2 == pytest.approx(noise.mean(), abs=1e-4)
    assert found.covariance[0, 0] == pytest.approx(1e-4 / n, rel=0.1)
    assert other.mean[0] == pytest.approx(target.mean(), rel=1e-14)
    assert other.covariance[0, 0] == pytest.approx(10 / n, rel=0.1)
    with pytest.raises(ValueError, match="at least 8 blocks"):
        CrossFit(1, 0).estimates()


@pytest.mark.slow
def test_points_that_were_kept_have_the_volume():
    variety = resolve_variety("dwork(0.8)")
    blocks = list(kept_points(variety, PSI, 1000, 5))
    again = next(iter(kept_points(variety, PSI, 1000, 5)))
    assert np.array_equal(again.z, blocks[0].z)
    candidates = sum(len(b.before) + len(b.dropped) for b in blocks)
    assert len(blocks) == 8
    assert candidates == 4000
    sums = [sum(b.weights.sum() for b in blocks), sum(b.before.sum() + b.dropped.sum() for b in blocks)]
    squares = sum((b.weights**2).sum() for b in blocks)
    assert abs(sums[0] - sums[1]) < 4 * np.sqrt(squares)
    z = np.concatenate([b.z for b in blocks])
    assert np.abs(np.linalg.norm(z, axis=1) - 1).max() < 1e-12
    assert np.abs(jax.vmap(variety.polynomial)(z)).max() < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("psi", [0.9, 0.3 + 0.1j])
def test_the_dwork_family(psi):
    variety = resolve_variety(f"dwork({psi})")
    found = measure_moduli(variety, PSI, 20_000, 1, triples=[(0, 0, 0)])
    known = exact_moduli(variety, PSI.polynomials, [(0, 0)], [(0, 0, 0)])
    for (value, error), exact, largest in (
        (found.volume, known.volume, 1e-3),
        (found.metric[0, 0], known.metric[0, 0], 7e-3),
        (found.couplings[0, 0, 0], known.couplings[0, 0, 0], 1.2e-2),
    ):
        assert abs(value - exact) < 4.2 * error
        assert error < largest * exact


@pytest.mark.slow
def test_monomials_of_a_weighted_sum_of_powers():
    """In P(1,1,2,2,2)[8]: metric, zeros off the diagonal and the couplings that do not vanish."""
    variety = resolve_variety("p11222")
    weights = variety.weights
    texts = ("z0^4*z1^4", "z0^2*z1^2*z2*z3", "z2*z3*z4^2", "z0^2*z1^2*z4^2", "z2^2*z3^2", "z0^2*z1^2*z2*z4")
    chosen = Directions(tuple(Polynomial(text, weights) for text in texts[:2] + texts[5:] + ("z0^2*z1^2*z3*z4",)))
    triples = coupled_triples(variety, chosen.polynomials)
    assert triples == [(1, 2, 3)]
    found = measure_moduli(variety, chosen, 20_000, 2, pairs=[(0, 1), (1, 2)], triples=[*triples, (0, 0, 1)])
    known = exact_moduli(variety, chosen.polynomials, [*found.metric], [*found.couplings])
    assert abs(found.volume.value - known.volume) < 4.2 * found.volume.error
    for pair, (value, error) in found.metric.items():
        assert abs(value - known.metric[pair]) < 5 * error
        assert error < 0.03
    assert known.couplings[0, 0, 1] == 0
    for triple, (value, error) in found.couplings.items():
        assert abs(value - known.couplings[triple]) < 5 * error
        assert error < 0.1


@pytest.mark.slow
def test_an_elliptic_curve():
    """The formulas hold in every dimension: N and G of a member of the Hesse pencil, by its series; no coupling."""
    variety = WeightedHypersurface(Polynomial("z0^3 + z1^3 + z2^3 + 0.5*z0*z1*z2"))
    chosen = Directions((Polynomial("z0*z1*z2"),))
    found = measure_moduli(variety, chosen, 20_000, 0)
    exact = along_product(variety)
    assert abs(found.volume.value - exact.volume) < 4.2 * found.volume.error
    assert abs(found.metric[0, 0].value - exact.metric) < 4.2 * found.metric[0, 0].error
    assert not found.couplings
