"""The search from few points to all of them, for potentials on features; `test_sections` has it for all monomials."""

import numpy as np
import pytest

from g2links.potentials.families import AlgebraicAnsatz, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.ricci_flat import fitting
from g2links.ricci_flat.levenberg_marquardt import Result
from g2links.varieties.catalogue import fermat_quintic
from g2links.varieties.hypersurface import WeightedHypersurface

F = WeightedHypersurface(fermat_quintic())
FEATURES = InvariantFeatures(F, 6, symmetric=True)
TRAIN, ITERATIONS = 400, 12


@pytest.fixture(scope="module")
def points():
    drawn = F.sample(2 * TRAIN, 11)
    return [drawn.rows(part) for part in (slice(0, TRAIN), slice(TRAIN, 2 * TRAIN))]


@pytest.fixture
def staged(points, monkeypatch):
    monkeypatch.setattr(fitting, "_FEWEST", 50)
    return fitting.fit_of(F, AlgebraicAnsatz(FEATURES), *points)


@pytest.fixture
def plain(points):
    return fitting.fit_of(F, AlgebraicAnsatz(FEATURES), *points)


def _search(fit, state=None, stop=None):
    state = state or fit.start(None, np.random.SeedSequence(0))
    return fit.search(state, ITERATIONS, lambda state: state.iteration == stop, None)


def test_few_points_first_lead_to_the_same_potential(staged, plain):
    (found, result), (expected, _) = _search(staged), _search(plain)
    assert result is Result.CONVERGED
    assert 0 < len(found.losses) < found.iteration  # the losses of the coarse search are forgotten
    assert found.losses[-1] == pytest.approx(expected.losses[-1], rel=1e-4)
    quality = staged.quality(found.vector)
    assert quality.positive == pytest.approx(1, abs=1e-12)
    assert quality.validation == pytest.approx(plain.quality(expected.vector).validation, rel=1e-2)


def test_a_search_stopped_anywhere_ends_with_the_same_bits(staged):
    whole, _ = _search(staged)
    for stop in range(1, whole.iteration):
        half, result = _search(staged, stop=stop)
        assert result is Result.STOPPED
        assert _search(staged, half)[0].vector.tobytes() == whole.vector.tobytes()


def test_small_searches_and_networks_use_all_points_at_once(plain, points, monkeypatch):
    assert len(_search(plain)[0].losses) == _search(plain)[0].iteration
    monkeypatch.setattr(fitting, "_FEWEST", 50)
    network = fitting.fit_of(F, NeuralAnsatz(FEATURES, (4,)), *points)
    state, _ = network.search(network.start(None, np.random.SeedSequence(0)), 2, lambda _: False, None)
    assert len(state.losses) == state.iteration == 2


def test_a_potential_that_is_no_metric_is_brought_back(staged):
    """As near as the shares tried allow, and by the reference itself where none of them helps."""
    start = staged.start(None, np.random.SeedSequence(0)).vector
    tried = []

    def is_metric(vector):
        tried.append(vector)
        return len(tried) == 3

    bad = -start
    mean = fitting._made_positive(bad, lambda: start, is_metric)
    np.testing.assert_allclose(mean, 0.97 * bad + 0.03 * start)
    np.testing.assert_allclose(fitting._made_positive(bad, lambda: start, staged._is_metric), 0.2 * start)
    np.testing.assert_array_equal(fitting._made_positive(bad, lambda: start, lambda _: False), start)
    np.testing.assert_array_equal(fitting._made_positive(start, lambda: bad, staged._is_metric), start)
