import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms, g2
from g2links.g2.projections import star


@pytest.fixture
def phi(rng):
    return g2.flat_space().phi(jnp.zeros(7)) + jnp.array(0.1 * rng.uniform(-1.0, 1.0, size=35))


def close(value, expected):
    np.testing.assert_allclose(value, expected, atol=1e-11)


def test_parts_of_2_forms(phi, rng):
    """They add up, are eigenspaces of *(phi ^ .) for 2 and -1, orthogonal, and of dimensions 7 and 14."""

    @jax.jit
    def facts(b, phi):
        seven, fourteen = g2.project_2_form(b, phi)
        dual = [star(forms.wedge(phi, a, p=3, q=2, n=7), phi, p=5) for a in (seven, fourteen)]
        matrix = jax.vmap(lambda a: g2.project_2_form(a, phi).seven)(jnp.eye(21))
        return seven, fourteen, dual, forms.inner(seven, fourteen, g2.induced_metric(phi), p=2), jnp.trace(matrix)

    b = jnp.array(rng.normal(size=21))
    seven, fourteen, dual, product, rank = facts(b, phi)
    close(seven + fourteen, b)
    close(dual[0], 2.0 * seven)
    close(dual[1], -fourteen)
    close(product, 0.0)
    close(rank, 7.0)


def test_parts_of_3_forms(phi, rng):
    """They add up, are what Bryant says, and projections of ranks 1, 7 and 27."""

    @jax.jit
    def facts(c, phi):
        one, seven, rest = g2.project_3_form(c, phi)
        psi = g2.star_phi(phi)
        wedges = [
            forms.wedge(rest, phi, p=3, q=3, n=7),
            forms.wedge(rest, psi, p=3, q=4, n=7),
            forms.wedge(seven, psi, p=3, q=4, n=7),
        ]
        parts = jax.vmap(lambda a: jnp.stack(g2.project_3_form(a, phi)))
        return jnp.stack([one, seven, rest]), wedges, parts(jnp.stack([one, seven, rest])), parts(jnp.eye(35))

    c = jnp.array(rng.normal(size=35))
    found, wedges, again, matrices = facts(c, phi)
    close(jnp.sum(found, axis=0), c)
    for value in wedges:
        close(value, 0.0)
    close(again, jnp.eye(3)[:, :, None] * found[:, None, :])
    close(jnp.trace(matrices, axis1=0, axis2=2), jnp.array([1.0, 7.0, 27.0]))


def test_symmetric_tensors_are_3_forms_without_a_vector_part(phi, rng):
    """i_phi(g) = 3 phi, j_phi(phi) = 6 g, j_phi(i_phi(h)) = 4 h for h without trace, and i_phi moves g by 2 h."""

    @jax.jit
    def facts(h, c, phi):
        metric = g2.induced_metric(phi)
        traceless = h - metric * jnp.trace(forms.inverse(metric) @ h) / 7.0
        form, vector_part = g2.i_phi(traceless, phi), g2.project_3_form(c, phi).seven
        tensors = jax.vmap(lambda a: g2.j_phi(a, phi))(jnp.stack([phi, form, vector_part]))
        _, change = jax.jvp(g2.induced_metric, (phi,), (g2.i_phi(h, phi),))
        twentyseven = g2.project_3_form(form, phi).twentyseven
        return metric, traceless, form, twentyseven, g2.i_phi(metric, phi), tensors, change

    h = jnp.array(rng.normal(size=(7, 7)))
    h = h + h.T
    metric, traceless, form, twentyseven, triple, tensors, change = facts(h, jnp.array(rng.normal(size=35)), phi)
    close(triple, 3.0 * phi)
    close(twentyseven, form)
    close(tensors[0], 6.0 * metric)
    close(tensors[1], 4.0 * traceless)
    close(tensors[2], 0.0)
    close(change, 2.0 * h)
