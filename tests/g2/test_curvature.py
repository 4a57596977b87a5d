import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms, g2


@pytest.mark.parametrize(("n", "sign"), [(3, 1.0), (4, -1.0), (7, 1.0)])
def test_constant_curvature(rng, n, sign):
    """Spheres and hyperbolic spaces in conformally flat coordinates: R_abcd = k (g_ac g_bd - g_ad g_bc)."""

    def metric(x):
        return 4.0 / (1.0 + sign * x @ x) ** 2 * jnp.eye(n)

    x = jnp.array(rng.uniform(-0.3, 0.3, size=n))
    g, found = metric(x), jax.jit(g2.curvature_of(metric))(x)
    pair = jnp.einsum("ac,bd->abcd", g, g)
    np.testing.assert_allclose(found.riemann, sign * (pair - jnp.swapaxes(pair, 2, 3)), atol=1e-10)
    np.testing.assert_allclose(found.ricci, sign * (n - 1) * g, atol=1e-10)
    np.testing.assert_allclose(found.scalar, sign * n * (n - 1), rtol=1e-11)


def test_the_connection_is_metric_and_free_of_torsion(rng):
    bends = jnp.array(0.2 * rng.normal(size=(4, 4, 4)))

    def metric(x):
        a = jnp.eye(4) + bends @ jnp.sin(x)
        return a.T @ a

    x = jnp.array(rng.uniform(-0.5, 0.5, size=4))
    gamma = jax.jit(g2.christoffel_symbols(metric))(x)
    np.testing.assert_allclose(gamma, jnp.swapaxes(gamma, 1, 2), atol=1e-12)
    lowered = jnp.einsum("ea,ebc->abc", metric(x), gamma)
    partials = jnp.moveaxis(jax.jit(jax.jacfwd(metric))(x), 2, 0)  # [k, a, b] = d_k g_ab
    np.testing.assert_allclose(partials, jnp.einsum("akb->kab", lowered) + jnp.einsum("bka->kab", lowered), atol=1e-12)
    np.testing.assert_allclose(jax.jit(g2.curvature_of(metric))(x).christoffel, gamma, atol=1e-13)


def test_weitzenbock_formula_ties_laplacian_and_curvature(rng):
    """(d delta + delta d) a = nabla* nabla a + Ric(a) for 1-forms, in a metric without symmetry."""
    bends, waves = jnp.array(0.2 * rng.normal(size=(4, 4, 4))), jnp.array(rng.normal(size=(4, 4)))

    def metric(x):
        a = jnp.eye(4) + bends @ jnp.sin(x)
        return a.T @ a

    def field(x):
        return jnp.sin(waves @ x)

    def nabla(x):
        """[b, c] = nabla_c a_b."""
        return jax.jacfwd(field)(x) - jnp.einsum("ebc,e->bc", g2.christoffel_symbols(metric)(x), field(x))

    @jax.jit
    def sides(x):
        gamma, first, raised = g2.christoffel_symbols(metric)(x), nabla(x), forms.inverse(metric(x))
        second = jax.jacfwd(nabla)(x)  # [b, c, d]
        second = second - jnp.einsum("ebd,ec->bcd", gamma, first) - jnp.einsum("ecd,be->bcd", gamma, first)
        rough = -jnp.einsum("cd,bcd->b", raised, second)
        ricci = g2.curvature_of(metric)(x).ricci @ raised @ field(x)
        return forms.hodge_laplacian(field, metric, p=1)(x), rough + ricci

    laplacian, expected = sides(jnp.array(rng.uniform(-0.5, 0.5, size=4)))
    np.testing.assert_allclose(laplacian, expected, atol=1e-10)
