import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.forms import expand_by_differences
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.metric import kahler_jet
from g2links.potentials.series import point_series, potential_series
from g2links.varieties.catalogue import dwork, fermat
from g2links.varieties.charts import complex_coordinates, embed, origin, selector, slice_chart, tangent_frame
from g2links.varieties.hypersurface import WeightedHypersurface

QUINTIC = dwork(0.3 + 0.2j)
OCTIC = fermat((8, 8, 4, 4, 4), (1, 1, 2, 2, 2), "P11222[8]")


def weighted_point(rng):
    z = rng.normal(size=5) + 1j * rng.normal(size=5)
    z[4] = (-np.sum(z[:4] ** np.array([8, 8, 4, 4]))) ** 0.25
    return z


@pytest.mark.parametrize("f", [pytest.param(QUINTIC, marks=pytest.mark.slow), OCTIC], ids=["quintic", "octic"])
def test_the_point_solves_the_equation(f, rng):
    """Up to terms of fourth order, and on the same sheet as the implicit chart."""
    variety = WeightedHypersurface(f)
    chart = slice_chart(
        variety,
        jnp.array(weighted_point(rng) if f is OCTIC else variety.sample(1, 3).z[0]),
    )
    series = jax.jit(lambda: point_series(variety, chart.centre, 3, 4))()
    z, table, value = np.asarray(series.coefficients), np.array(series.indices.powers)[:, :3], jax.jit(f)
    errors = []
    for size in (2e-3, 1e-3):
        w = size * np.array([0.5 + 0.2j, -0.3j, 0.4])
        near = np.prod(w**table, axis=1) @ z
        errors.append(abs(value(jnp.array(near))))
        exact = embed(variety, chart, selector(chart.centre) @ chart.centre.z + w)
        np.testing.assert_allclose(near, exact, atol=1e-8)
    assert errors[0] < 1e-8
    assert 12 < errors[0] / errors[1] < 20


def _potential(f, rng):
    """A potential that is far from Ricci-flat: neural on the quintic, algebraic on the octic."""
    variety = WeightedHypersurface(f)
    features = InvariantFeatures(variety, 1 if f is QUINTIC else 2, False)
    z = jnp.array(np.stack([weighted_point(rng) for _ in range(40)])) if f is OCTIC else variety.sample(40, 1).z
    sample = np.asarray(jax.jit(jax.vmap(features))(z))
    if f is OCTIC:
        algebraic = AlgebraicAnsatz(features)
        coefficients = algebraic.initial(np.random.default_rng(8), sample)[0]
        wave = 0.02 * jnp.cos(jnp.arange(len(coefficients)))
        return np.asarray(z[0]), KahlerPotential(algebraic, (coefficients + wave,))
    neural = NeuralAnsatz(features, (5,), "gelu")
    parameters = list(neural.initial(np.random.default_rng(8), sample))
    parameters[-2] = parameters[-2] + 0.05
    return np.asarray(z[0]), KahlerPotential(neural, tuple(parameters))


@pytest.mark.parametrize("f", [QUINTIC, pytest.param(OCTIC, marks=pytest.mark.slow)], ids=["quintic", "octic"])
def test_the_series_has_the_derivatives_of_the_potential(f, rng):
    """Up to the fourth: against differences of the jets ∂K, ∂∂̄K over the chart, extrapolated to fourth order."""
    variety = WeightedHypersurface(f)
    z, potential = _potential(f, rng)
    chart = slice_chart(variety, jnp.array(z))
    series = jax.jit(lambda at: potential_series(variety, potential, point_series(variety, at, 3, 4)))(chart.centre)

    @jax.jit
    def differences():
        def numbers(x):
            point = embed(variety, chart, complex_coordinates(x))
            found = kahler_jet(variety, potential, point, tangent_frame(variety, chart.at(point)))
            parts = jnp.concatenate([found.complex_first()[0], found.hermitian()[0].ravel()])
            return jnp.concatenate([parts.real, parts.imag])

        x = origin(chart)[:6]
        coarse, fine = (expand_by_differences(numbers, x, step) for step in (4e-3, 2e-3))
        return jax.tree.map(lambda a, b: (4 * b - a) / 3, coarse, fine)

    turn = np.kron([[1, 1], [1j, -1j]], np.eye(3))
    for order, (part, tolerance) in enumerate(zip(differences(), (1e-13, 1e-8, 1e-5), strict=True)):
        value = part[..., :12] + 1j * part[..., 12:]
        size = 1 + np.max(np.abs(value))
        first, mixed = series.derivatives(order + 1)[..., :3], series.derivatives(order + 2)[..., :3, 3:]
        for axis in range(order):
            first, mixed = (np.moveaxis(np.tensordot(turn, d, (1, axis)), 0, axis) for d in (first, mixed))
        np.testing.assert_allclose(first, value[..., :3], atol=tolerance * size)
        np.testing.assert_allclose(mixed.reshape(*mixed.shape[:-2], 9), value[..., 3:], atol=tolerance * size)
