"""The Hodge Laplacian on products of forms against dd† + d†d by differentiating forms in real coordinates."""

import itertools
from functools import partial, reduce

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.errors import InputError
from g2links.forms.laplacian import codifferential, hodge_laplacian
from g2links.forms.linear import inverse_cholesky
from g2links.potentials.metric import hermitian_metric, real_transverse_metric
from g2links.quantities.spectrum.form_space import FormSpace
from g2links.quantities.spectrum.hodge_operator import HodgeOperator
from g2links.quantities.spectrum.sectors import sectors_of
from g2links.varieties.catalogue import fermat_family
from g2links.varieties.charts import complex_coordinates, embed, origin, slice_chart, tangent_frame
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import monomials
from g2links.workflow.polynomials import resolve_variety

K3 = WeightedHypersurface(fermat_family((1,) * 4, 0, "fermat_4"))
N = 2
DEGREE = 3


def _bumpy(variety, z):
    """A potential without a symmetry, whose metric is not Ricci-flat."""
    return 0.1 * jnp.abs(z[0] + 0.3j * z[1]) ** 2 / jnp.sum(jnp.abs(z) ** 2)


def _holomorphic(table, p, z, frame):
    """(A, components) of a table of forms on the chart's vectors: dz_I contracted with z, and monomials."""
    sizes = jax.scipy.special.gammaln(table.exponents.sum(axis=1) + 1.0)
    norms = jnp.exp(0.5 * (sizes - jax.scipy.special.gammaln(table.exponents + 1.0).sum(axis=1)))
    values = (norms * monomials(table.exponents, z))[:, None]
    if p == 0:
        return values
    rows = jnp.concatenate([z[None], frame])
    chosen = [np.array([0, *(1 + i for i in some)]) for some in itertools.combinations(range(N), p)]
    minors = [[jnp.linalg.det(rows[some][:, subset]) for some in chosen] for subset in table.subsets]
    return values * jnp.array(minors)[table.places]


def _form(components, coframe, p, q):
    """A form of type (p, q) on (x, y) from its components at increasing indices of a coframe and its conjugate."""
    total = 0.0
    increasing = itertools.product(*(itertools.combinations(range(N), k) for k in (p, q)))
    for component, (rows, columns) in zip(components, increasing, strict=True):
        factors = [coframe[a] for a in rows] + [coframe[b].conj() for b in columns]
        product, _ = reduce(
            lambda left, right: (forms.wedge(left[0], right, p=left[1], q=1, n=2 * N), left[1] + 1),
            factors[1:],
            (factors[0], 1),
        )
        total = total + component * product
    return total


@pytest.mark.slow
@pytest.mark.parametrize("hodge_type", [(1, 0), (2, 0), (1, 1)])
def test_the_operator_is_the_laplacian_on_forms(hodge_type, rng):
    p, q = hodge_type
    potential = partial(_bumpy, K3)
    operator = HodgeOperator(FormSpace(K3, hodge_type, DEGREE), potential)
    table, (left, right) = operator.space, operator.space.pairs.T
    factors = rng.normal(size=len(left)) + 1j * rng.normal(size=len(left))
    point = K3.sample(1, 5)
    chart = slice_chart(K3, point.z[0])
    x0 = origin(chart)[: 2 * N]

    def at(x):
        return chart.at(embed(K3, chart, complex_coordinates(x)))

    def metric(x):
        return real_transverse_metric(hermitian_metric(K3, potential, at(x)))

    def field(x):
        here = at(x)
        frame = tangent_frame(K3, here)
        a = _holomorphic(table.left, p, here.z, frame)[left]
        b = _holomorphic(table.right, q, here.z, frame)[right].conj()
        weight = jnp.sum(jnp.abs(here.z) ** 2) ** -float(DEGREE)
        components = weight * jnp.einsum("n,na,nb->ab", factors, a, b).reshape(-1)
        return _form(components, jnp.concatenate([jnp.eye(N), 1j * jnp.eye(N)], axis=1), p, q)

    def real(x):
        return field(x).real

    def expected(x):
        return hodge_laplacian(real, metric, p=p + q)(x), codifferential(real, metric, p=p + q)(x)

    products = operator.products(operator.sections_at(1)(point), table.pairs)
    value, laplacian, adjoint, _ = (np.einsum("n,nc->c", factors, found[..., 0]) for found in products)
    dual = np.linalg.inv(inverse_cholesky(hermitian_metric(K3, potential, at(x0)))).T
    coframe = np.concatenate([dual, 1j * dual], axis=1)
    quickly = {"xla_backend_optimization_level": 0}  # it is called once
    exact, exact_adjoint = jax.jit(expected, compiler_options=quickly)(x0)
    np.testing.assert_allclose(_form(value, coframe, p, q), jax.jit(field)(x0), rtol=0, atol=1e-9 * np.abs(value).max())
    np.testing.assert_allclose(_form(laplacian, coframe, p, q).real, exact, rtol=0, atol=1e-9 * np.abs(exact).max())
    found = _codifferential(adjoint, coframe, p, q).real
    np.testing.assert_allclose(found, exact_adjoint, rtol=0, atol=1e-9 * np.abs(exact_adjoint).max())


def _codifferential(adjoint, coframe, p, q):
    """As a form: the operator leaves the signs of contractions to whoever needs more than its length."""
    if q == 0:
        return -adjoint if p == 1 else -_form(adjoint, coframe, p - 1, 0)
    return _form(adjoint[:N], coframe, 1, 0) - _form(adjoint[N:], coframe, 0, 1)


@pytest.mark.parametrize(
    ("name", "hodge_type", "degree"),
    [
        ("fermat_quintic", (1, 0), 3),
        ("fermat_quintic", (1, 1), 2),
        ("dwork(0.3+0.1j)", (2, 0), 4),
        ("p11222", (1, 0), 4),
    ],
)
@pytest.mark.parametrize("symmetry", ["all", "phases", "none"])
def test_sectors_hold_every_form_once(name, hodge_type, degree, symmetry):
    space = FormSpace(resolve_variety(name), hodge_type, degree, symmetry)
    sectors = [sector for orbit in sectors_of(space) for sector in orbit]
    assert sum(sector.multiplicity * sector.functions for sector in sectors) == len(space.pairs) <= space.products()


def test_types_and_degrees_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="type"):
        FormSpace(K3, (2, 1), 3)
    with pytest.raises(InputError, match="degree"):
        FormSpace(K3, (1, 1), 1)
