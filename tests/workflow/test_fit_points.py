import numpy as np
import pytest

from g2links.networks.locations import coordinate_shares
from g2links.potentials.families import AlgebraicAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.varieties.catalogue import fermat_quintic, from_catalogue
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.workflow import fit_points
from g2links.workflow.fit_points import split_points, training_points

F = WeightedHypersurface(fermat_quintic())


@pytest.fixture(scope="module")
def points():
    return F.sample(2000, 3)


@pytest.mark.parametrize("extremes", [False, True])
def test_no_line_is_in_two_parts(points, extremes):
    split = split_points(F, points, 600, extremes=extremes)
    lines = [set(part.lines.tolist()) for part in split]
    for i in range(3):
        assert not lines[i] & lines[(i + 1) % 3]
    assert [len(part.z) for part in split[1:]] == pytest.approx([250, 500], abs=5)
    assert len(split.train.z) == pytest.approx(600, abs=5) if not extremes else len(split.train.z) > 630


def test_the_training_points_reach_the_corners(points):
    """Of all that are not kept for validation and test, the extreme ones are among the training points, each once."""
    plain, reaching = (split_points(F, points, 600, extremes=extremes) for extremes in (False, True))
    judged = np.concatenate([plain.validation.lines, plain.test.lines])
    pool = points.z[~np.isin(points.lines, judged)]
    shares, reached = (
        coordinate_shares(F, pool),
        coordinate_shares(F, reaching.train.z),
    )
    np.testing.assert_allclose(reached.max(axis=0), shares.max(axis=0), rtol=1e-14)
    np.testing.assert_allclose(reached.min(axis=0), shares.min(axis=0), rtol=1e-13)
    assert np.any(coordinate_shares(F, plain.train.z).max(axis=0) < shares.max(axis=0))
    np.testing.assert_array_equal(reaching.train.z[: len(plain.train.z)], plain.train.z)
    assert len(np.unique(reaching.train.z, axis=0)) == len(reaching.train.z)


def test_most_points_that_there_are(points):
    split = split_points(F, points, 10**9, extremes=True)
    assert sum(len(part.z) for part in split) <= len(points.z)


def test_how_many_training_points():
    few = AlgebraicAnsatz(InvariantFeatures(F, 4, symmetric=True))
    assert training_points(None, few, F) == 4000
    assert training_points(17, few, F) == 17
    for variety, degree, each in ((F, 2, 20), (WeightedHypersurface(from_catalogue("p11222")), 3, 30)):
        some = AlgebraicAnsatz(InvariantFeatures(variety, degree, symmetric=False))
        assert training_points(None, some, variety) == each * some.features.count


@pytest.mark.parametrize(("most", "each"), [(25, 20), (15, 15), (3, 10)])
def test_memory_limits_the_training_points(most, each, monkeypatch):
    large = AlgebraicAnsatz(InvariantFeatures(F, 3, symmetric=False))
    monkeypatch.setattr(fit_points, "_MOST_DERIVATIVES", most * large.features.count**2)
    assert training_points(None, large, F) == each * large.features.count
