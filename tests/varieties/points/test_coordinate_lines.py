import jax
import numpy as np
import pytest

from g2links.errors import PolynomialError
from g2links.potentials.metric import hermitian_metric, monge_ampere_ratio
from g2links.varieties import periods
from g2links.varieties.catalogue import SHOWN, fermat_family, from_catalogue
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.parsing import parse_polynomial
from g2links.varieties.points import coordinate_lines
from g2links.varieties.points.sampling import effective_sample_size, integral, weighted_mean
from g2links.varieties.residue import kahler_volume

from .affine_lines import holomorphic_volume

N = 6000
CHAIN = parse_polynomial("z0^8+z1^8+z2^4+z3^4+z4^3*z2+0.3*z0^2*z1^2*z3^2", (1, 1, 2, 2, 2), "chain")


@pytest.fixture(scope="module", params=[*SHOWN, "chain"])
def sample(request):
    f = CHAIN if request.param == "chain" else from_catalogue(request.param)
    return f, WeightedHypersurface(f).sample(N, 20261122)


def test_integrals_of_the_catalogue_within_four_standard_errors(sample):
    f, points = sample
    variety = WeightedHypersurface(f)
    exact = periods.holomorphic_volume(variety)
    value, error = integral(np.ones(N), points)
    assert error < 0.01 * value
    if exact is not None:
        assert abs(value - exact) < 4 * error
    flat = jax.jit(
        jax.vmap(lambda at: monge_ampere_ratio(variety, hermitian_metric(variety, lambda z: 0.0 * z[0].real, at), at))
    )
    volume, error = integral(8 * np.asarray(flat(points.at)), points)
    assert abs(volume - kahler_volume(variety)) < 4 * error + 1e-9
    assert error < 0.02 * volume


def test_effective_sample_size_of_the_catalogue(sample):
    f, points = sample
    assert effective_sample_size(points.weights) > (0.7 if set(f.weights) == {1} else 0.85)


def test_points_lie_on_the_variety_in_their_gauge(sample):
    f, points = sample
    rows = np.arange(N)
    residual = sum(c * np.prod(points.z ** np.array(e), axis=1) for c, e in f.terms)
    assert np.max(np.abs(residual)) < 1e-12
    assert np.all(points.z[rows, points.at.fixed[:, 0]] == 1)
    assert np.max(np.abs(points.z) ** (1 / np.array(f.weights))) <= 1 + 1e-9
    assert np.all(points.at.fixed != points.at.solved)
    assert np.all(np.diff(points.lines) >= 0)


@pytest.mark.parametrize("f", [from_catalogue("p11222(0.25)"), CHAIN], ids=lambda f: f.name)
def test_two_samplers_agree_where_no_exact_value_is_known(f, rng):
    """Lines along the axes against the Gaussian affine lines of C^5, which share no code with them."""
    value, error = integral(np.ones(N), WeightedHypersurface(f).sample(N, int(rng.integers(2**31))))
    other, other_error = holomorphic_volume(f, 1500, rng)
    assert other_error < 0.06 * other
    assert abs(value - other) < 5 * np.hypot(error, other_error)


def test_phase_symmetries_of_the_weighted_law(rng):
    """<ζ_2 conj(ζ_3)> vanishes by the phase symmetry of f in each of them, and <|ζ_2|²> = <|ζ_3|²> = <|ζ_4|²>."""
    f = from_catalogue("p11222")
    points = WeightedHypersurface(f).sample(N, int(rng.integers(2**31)))
    size = np.abs(points.z[:, :2] ** 4).sum(axis=1) + np.abs(points.z[:, 2:] ** 2).sum(axis=1)
    odd = points.z[:, 2] * points.z[:, 3].conj() / size
    for part in (odd.real, odd.imag):
        mean, error = weighted_mean(part, points)
        assert abs(mean) < 4.5 * error
    for i in (3, 4):
        mean, error = weighted_mean((np.abs(points.z[:, 2]) ** 2 - np.abs(points.z[:, i]) ** 2) / size, points)
        assert abs(mean) < 4.5 * error


def test_fitting_the_law_raises_the_effective_sample_size(rng):
    """With coefficients far from 1 the coordinates want other scales."""
    f = parse_polynomial("300*z0^8+z1^8+50*z2^4+z3^4+0.01*z4^4", (1, 1, 2, 2, 2))
    start, fitted = coordinate_lines.starting_law(f), coordinate_lines.fitted_law(f, rng)
    sizes = []
    for law in (start, fitted):
        z = coordinate_lines.draw(f, law, 4000, rng)
        sizes.append(effective_sample_size(coordinate_lines.weights(f, law, z)))
    assert sizes[1] > 0.95 > sizes[0] + 0.1


def test_weights_do_not_depend_on_the_gauge(rng):
    f = from_catalogue("p11226(0.12)")
    law = coordinate_lines.starting_law(f)
    z = coordinate_lines.draw(f, law, 20, rng)
    scale = np.exp(rng.normal(size=20) + 2j * np.pi * rng.random(20))
    moved = scale[:, None] ** np.array(f.weights) * z
    np.testing.assert_allclose(
        coordinate_lines.weights(f, law, moved),
        coordinate_lines.weights(f, law, z),
        rtol=1e-10,
    )


def test_same_seed_same_points():
    f = fermat_family((1, 1, 2, 2, 6), 0.1, "f")
    variety = WeightedHypersurface(f)
    a, b = variety.sample(40, 5), variety.sample(40, 5)
    jax.tree.map(np.testing.assert_array_equal, a, b)
    assert not np.array_equal(a.z, variety.sample(40, 6).z)


def test_a_polynomial_without_a_variable_is_refused(rng):
    f = parse_polynomial("z0^8+z1^8+z2^4+z3^4", (1, 1, 2, 2, 2))
    with pytest.raises(PolynomialError, match="z4 does not occur"):
        coordinate_lines.fitted_law(f, rng)
