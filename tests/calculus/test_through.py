import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.calculus.power_series import IndexSet, Series, coordinates
from g2links.calculus.through import through
from g2links.errors import InputError
from tests.calculus.disc import derivatives, nodes


def _products(w):
    square = jnp.outer(w, w.conj()) @ jnp.outer(w, w)
    holomorphic_part = jnp.exp(w[0] * w[1]) + jnp.sin(w[2]) / (2 + w[0])
    return jnp.sum(jnp.abs(square) ** 2) + jnp.abs(holomorphic_part) ** 2 + (w[:2] @ w[1:].conj()).imag


def _analytic(w):
    matrix = jnp.array([[0.3, -0.7, 0.2], [0.5, 0.1, 0.9]])
    network = jnp.sum(jnp.tanh(matrix @ (w * w.conj()[::-1]).real) + jax.nn.gelu(w.real[:2]))
    roots = jnp.sqrt(2 + w[0].real) * (2 + w[1].real) ** 1.3 + jax.lax.rsqrt(2 + jnp.abs(w[2]) ** 2)
    error = jax.nn.gelu(w.real[:2], approximate=False) @ w.imag[1:]
    return network + roots + error + jnp.log1p(jnp.sum(w.imag**2)) + _powers(w)


def _powers(w):
    """Quotients and powers with exponents that vary."""
    return w[0].real / (3 + w[1].imag) + 2.0 ** (w.real @ w.imag) + (3 + w[1].real) ** w[2].real


def _pieces(w):
    scattered = jnp.zeros(4).at[jnp.array([1, 2, 2])].add(w.real**2)
    chosen = jnp.where(w[0].real > -9, w[0].real ** 3, 0) + jnp.max(jnp.abs(w) ** 2) + jnp.abs(w[1].real)
    return (
        jnp.sum(scattered**2)
        + jnp.prod(w.imag + 2)
        + chosen
        + jnp.minimum(w[2].real, w[2].real ** 2 + 9)
        + jax.nn.softplus(w[2].imag)
    )


def _loops(w):
    scan = jax.lax.fori_loop(0, 3, lambda i, x: x**2 / (1 + x) + i, jnp.abs(w[0]) ** 2)
    return scan + jax.lax.while_loop(lambda x: x < 50, lambda x: x * (10 + jnp.abs(w[1]) ** 2) + 0.3, 0.1)


FUNCTIONS = [_products, _analytic, _pieces, _loops, lambda w: jnp.sum(jnp.arange(3.0))]


CURVATURE = IndexSet(3, 2, 4, "holomorphic")
CENTRE = np.array([0.9 + 0.4j, -0.5 + 0.6j, 0.4 - 0.7j])
"""Away from the places where a choice changes."""


def _mixed_derivatives(series):
    """K_{a b̄}, K_{ac b̄} and K_{ac b̄d̄}, indexed [a, b], [a, c, b] and [a, c, b, d]."""
    second, third, fourth = map(series.derivatives, (2, 3, 4))
    return second[:3, 3:], third[:3, :3, 3:], fourth[:3, :3, 3:, 3:]


def _assert_derivatives(tables, function, rng):
    """Along random directions v: K_{v v̄}, K_{vv v̄} and K_{vv v̄v̄}, against values of the function on a disc. 40
    directions determine all the 36 numbers of the last, which is Hermitian on Sym²."""
    v = rng.normal(size=(40, 3)) + 1j * rng.normal(size=(40, 3))
    v /= np.linalg.norm(v, axis=1)[:, None]
    values = jax.jit(jax.vmap(jax.vmap(function)))(jnp.asarray(CENTRE + nodes()[:, None, None] * v))
    expected = derivatives(values)
    first, second, third = map(np.asarray, tables)
    found = {
        (1, 1): np.einsum("ab,na,nb->n", first, v, v.conj()),
        (2, 1): np.einsum("acb,na,nc,nb->n", second, v, v, v.conj()),
        (2, 2): np.einsum("acbd,na,nc,nb,nd->n", third, v, v, v.conj(), v.conj(), optimize=True),
    }
    for order, value in found.items():
        np.testing.assert_allclose(value, expected[order], rtol=1e-5, atol=1e-5 * (1 + np.abs(value).max()))


@pytest.mark.parametrize("each", [2, 3])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_derivatives_agree_with_values(function, each, rng):
    @jax.jit
    def tables(w):
        return _mixed_derivatives(through(function, coordinates(w, jnp.eye(3), IndexSet(3, each, 4, "holomorphic"))))

    _assert_derivatives(tables(jnp.asarray(CENTRE)), function, rng)


def test_the_jet_of_a_holomorphic_map_enters_with_its_second_derivatives(rng):
    """K(z(w)) with z quadratic in w: from the jet of z, against values."""
    a, b = (0.4 * (rng.normal(size=(3, *shape)) + 1j * rng.normal(size=(3, *shape))) for shape in ((4,), (3, 4)))
    b = b + np.swapaxes(b, 0, 1)

    def kahler(z):
        return jnp.log(1 + jnp.sum(jnp.abs(z) ** 2)) + z[0].real * jnp.abs(z[3]) ** 2

    def image(w):
        t = w - CENTRE
        return jnp.ones(4) + t @ jnp.asarray(a) + 0.5 * jnp.einsum("a,b,abi->i", t, t, jnp.asarray(b))

    table = coordinates(jnp.ones(4), jnp.asarray(a), CURVATURE).coefficients
    for c in range(3):
        for d in range(c, 3):
            place = CURVATURE.place[*(int(k == c) + int(k == d) for k in range(3)), 0, 0, 0]
            table = table.at[place].set(b[c, d] / (2 if c == d else 1))
    tables = jax.jit(lambda z: _mixed_derivatives(through(kahler, z)))(Series(table, CURVATURE))
    _assert_derivatives(tables, lambda w: kahler(image(w)), rng)


def test_an_operation_that_is_not_known_is_named():
    start = coordinates(jnp.ones(3), jnp.eye(3), CURVATURE)
    with pytest.raises(InputError, match="bessel"):
        through(lambda w: jnp.sum(jax.scipy.special.i0e(w.real)), start)
    with pytest.raises(InputError, match="scan"):
        through(lambda w: jnp.sum(jax.lax.scan(lambda c, x: (c + x, None), 0.0, w.real)[0]), start)
