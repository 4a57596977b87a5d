"""The layout of cymetric's dataset.npz, against its definitions (docs/export.md) written out here in NumPy."""

import numpy as np
import pytest

from g2links.errors import InputError
from g2links.measures.monge_ampere import measure
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential
from g2links.potentials.features import InvariantFeatures
from g2links.varieties.catalogue import fermat, fermat_quintic
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.periods import holomorphic_volume
from g2links.workflow.cymetric import cymetric_arrays, cymetric_sigma

QUINTIC = WeightedHypersurface(fermat_quintic())
N = 1000


@pytest.fixture(scope="module")
def points():
    return QUINTIC.sample(N, 8)


@pytest.fixture(scope="module")
def potential():
    features = InvariantFeatures(QUINTIC, 2, True)
    sample = np.stack([np.asarray(features(z)) for z in QUINTIC.sample(20, 1).z])
    (start,) = AlgebraicAnsatz(features).initial(np.random.default_rng(0), sample)
    return KahlerPotential(AlgebraicAnsatz(features), (start + np.array([0.0, 0.4])[: len(start)],))


@pytest.fixture(scope="module")
def arrays(points, potential):
    return cymetric_arrays(QUINTIC, potential, points, 0.2)


def _fubini_study(z):
    """∂_i∂_j̄ log|z|²/π on C^5."""
    square = np.sum(np.abs(z) ** 2, axis=1)[:, None, None]
    return (np.eye(5) / square - z.conj()[:, :, None] * z[:, None, :] / square**2) / np.pi


def _pulled_back(forms, frames):
    return np.einsum("nai,nij,nbj->nab", frames, forms, frames.conj())


def test_names_shapes_and_types(arrays):
    shapes = {name: (array.shape, array.dtype) for name, array in arrays.items()}
    real, complex_ = np.dtype(np.float64), np.dtype(np.complex128)
    assert shapes == {
        "X_train": ((800, 10), real),
        "y_train": ((800, 2), real),
        "X_val": ((200, 10), real),
        "y_val": ((200, 2), real),
        "val_pullbacks": ((200, 3, 5), complex_),
        "metric_train": ((800, 3, 3), complex_),
        "metric_val": ((200, 3, 3), complex_),
    }


def test_points_have_their_largest_coordinate_scaled_to_one(arrays):
    x = arrays["X_val"]
    z = x[:, :5] + 1j * x[:, 5:]
    np.testing.assert_allclose(np.sum(z**5, axis=1), 0, atol=1e-12)
    assert np.all(z[np.arange(len(z)), np.argmax(np.abs(z), axis=1)] == 1)


def test_pullbacks_are_tangent_and_eliminate_the_steepest_coordinate(arrays):
    x, frames = arrays["X_val"], arrays["val_pullbacks"]
    z = x[:, :5] + 1j * x[:, 5:]
    gradient = 5 * z**4
    np.testing.assert_allclose(np.einsum("nai,ni->na", frames, gradient), 0, atol=1e-12)
    one = np.argmax(np.abs(z), axis=1)
    steep = np.argmax(np.where(np.arange(5) == one[:, None], -1, np.abs(gradient)), axis=1)
    for point, (first, second) in enumerate(zip(one, steep, strict=True)):
        rest = [i for i in range(5) if i not in (first, second)]
        np.testing.assert_array_equal(frames[point][:, rest], np.eye(3))
        np.testing.assert_array_equal(frames[point][:, first], 0)
    np.testing.assert_allclose(arrays["y_val"][:, 1], 1 / np.abs(gradient[np.arange(len(z)), steep]) ** 2, rtol=1e-12)


def test_weights_and_the_fubini_study_metric(arrays, points):
    """w = |Ω|²/(3! det g_FS), K = log|z|²/π; their mean is ∫|Ω|² d⁶x over the degree, 47.29756/5."""
    x, y = arrays["X_val"], arrays["y_val"]
    g = _pulled_back(_fubini_study(x[:, :5] + 1j * x[:, 5:]), arrays["val_pullbacks"])
    np.testing.assert_allclose(y[:, 0], y[:, 1] / (6 * np.linalg.det(g).real), rtol=1e-11)
    flat = cymetric_arrays(QUINTIC, lambda z: 0.0 * z[0].real, points, 0.2)
    np.testing.assert_allclose(flat["metric_val"], g, rtol=1e-11, atol=1e-14)
    weights = np.concatenate([arrays["y_train"], y])[:, 0]
    error = np.std(weights.reshape(-1, 5).mean(axis=1)) / np.sqrt(N / 5)
    assert abs(weights.mean() - holomorphic_volume(QUINTIC) / 5) < 4.5 * error


def test_sigma_by_the_formula_of_that_code_is_ours(arrays, points, potential):
    both = [np.concatenate([arrays[f"{name}_train"], arrays[f"{name}_val"]]) for name in ("metric", "y")]
    assert cymetric_sigma(*both) == pytest.approx(measure(QUINTIC, potential, points).sigma[0], rel=1e-10)


def test_no_line_is_on_both_sides(potential, points):
    """A share that would cut a line is moved to its end."""
    part = points.rows(slice(104))
    arrays = cymetric_arrays(QUINTIC, potential, part, 0.3)
    assert len(arrays["X_train"]) % 5 == 0
    assert len(arrays["X_train"]) + len(arrays["X_val"]) == 104


def test_what_does_not_fit_the_layout_is_refused(potential, points):
    with pytest.raises(InputError, match="weights"):
        cymetric_arrays(WeightedHypersurface(fermat((8, 8, 4, 4, 4), (1, 1, 2, 2, 2), "P11222[8]")), potential, points)
    for share in (0.0, 1.0, 1e-9):
        with pytest.raises(InputError, match="validation"):
            cymetric_arrays(QUINTIC, potential, points.rows(slice(5)), share)
