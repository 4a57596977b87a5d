import numpy as np
import pytest

from g2links.networks.locations import coordinate_shares
from g2links.potentials.families import AlgebraicAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.varieties.catalogue import fermat_quintic, from_catalogue
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points.special import near_special_points, special_points
from g2links.workflow import fit_points
from g2links.workflow.fit_points import split_points, training_points

F = WeightedHypersurface(fermat_quintic())
ADDED = len(special_points(F).z) + len(near_special_points(F).z)


@pytest.fixture(scope="module")
def points():
    return F.sample(2000, 3)


@pytest.fixture(scope="module")
def split(points):
    return split_points(F, points, 600)


def test_no_line_is_in_two_parts(split):
    lines = [set(part.lines.tolist()) for part in split]
    for i in range(3):
        assert not lines[i] & lines[(i + 1) % 3]
    assert [part.n for part in split[1:]] == pytest.approx([250, 500], abs=5)
    assert 620 < split.train.n - ADDED < 690


def test_the_training_points_reach_the_corners(points, split):
    """Of all that are not kept for validation and test, the extreme ones are among the training points, each once."""
    judged = np.concatenate([split.validation.lines, split.test.lines])
    pool, trained = points.z[~np.isin(points.lines, judged)], split.train.z[:-ADDED]
    shares, reached = coordinate_shares(F, pool), coordinate_shares(F, trained)
    np.testing.assert_allclose(reached.max(axis=0), shares.max(axis=0), rtol=1e-14)
    np.testing.assert_allclose(reached.min(axis=0), shares.min(axis=0), rtol=1e-13)
    assert np.any(coordinate_shares(F, pool[:600]).max(axis=0) < shares.max(axis=0))
    assert len(np.unique(split.train.z, axis=0)) == split.train.n


def test_the_special_points_are_trained_on_with_their_share_of_the_weight(split):
    for first, points in ((-ADDED, special_points(F).z), (-len(near_special_points(F).z), near_special_points(F).z)):
        rows = np.arange(split.train.n)[first:][: len(points)]
        np.testing.assert_array_equal(split.train.z[rows], points)
        weights = split.train.weights
        assert np.sum(weights[rows]) == pytest.approx(fit_points.SPECIAL_SHARE * np.sum(weights[: rows[0]]))


def test_most_points_that_there_are(points):
    split = split_points(F, points, 10**9)
    assert sum(part.n for part in split) <= points.n + ADDED


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
