"""How a search for a full Hermitian matrix goes on: degrees, points, memory; on a plane cubic."""

import numpy as np
import pytest

from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.ricci_flat.family import Family
from g2links.storage.checkpoints import Checkpoints
from g2links.storage.fit_log import FitLog
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.real_points import require_on_variety
from g2links.workflow import fit_search, hermitian_stages
from g2links.workflow.fit import draw_points
from g2links.workflow.fit_options import FitOptions
from g2links.workflow.fit_points import most_training_points, training_points
from g2links.workflow.fit_search import search_potential
from g2links.workflow.fit_stages import Stage, Stages
from g2links.workflow.hermitian_stages import following_stages, most_points

CUBIC = WeightedHypersurface(Polynomial("z0^3 + z1^3 + z2^3 + (0.7+0.4j)*z0*z1*z2 + 0.3j*z0^2*z1"))
OPTIONS = FitOptions(n_points=400)
POINTS = draw_points(CUBIC, OPTIONS)


def _family(degree):
    return Family(HermitianAnsatz(Sections(CUBIC, degree)), "for the test")


def test_the_next_degree_on_many_points_first_then_more_points_for_this_one():
    """On a plane cubic there are 3 k sections of degree k."""
    *higher, last = following_stages(Stage(_family(3), 500))
    assert [stage.training_points for stage in higher] == [576, 432, 360, 288, 230]
    assert {stage.family.ansatz.unknowns for stage in higher} == {144}
    assert (last.family.ansatz.unknowns, last.training_points) == (81, 1000)


def test_no_more_points_than_there_is_memory_for(monkeypatch):
    monkeypatch.setattr(hermitian_stages, "_MOST_BYTES", 8 * 12 * 2 * 300)  # of degree 3: 400
    assert most_points(_family(4).ansatz) == 300
    stages = list(following_stages(Stage(_family(3), 350)))
    assert [stage.training_points for stage in stages] == [300, 288, 230, 400]
    monkeypatch.setattr(hermitian_stages, "_MOST_BYTES", 8 * 12 * 2 * 200)
    assert list(following_stages(Stage(_family(3), 267))) == [], "no degree without enough, and as many as there are"


def test_four_points_for_an_unknown():
    large = HermitianAnsatz(Sections(CUBIC, 12))
    assert training_points(None, large, CUBIC) == 4 * 36**2
    assert training_points(17, large, CUBIC) == 17


def test_the_time_of_a_stage_grows_with_its_points_times_its_unknowns():
    small, large = Stage(_family(2), 100), Stage(_family(4), 300)
    assert large.work == pytest.approx(12 * small.work)


def _search(monkeypatch, log, stages=2):
    """So many stages, each with twice the points for an unknown, which the run does not have."""
    monkeypatch.setattr(hermitian_stages, "POINTS_PER_UNKNOWN", (4.0,))
    monkeypatch.setattr(fit_search, "_affordable", lambda *_: len(log.stages) < stages)
    monkeypatch.setattr(fit_search, "GOOD", np.inf)
    seed = np.random.SeedSequence(1)
    found = search_potential(CUBIC, _family(3), OPTIONS, POINTS, log, start=None, seed=seed, deadline=np.inf)
    return next(found.candidates)


def test_points_are_drawn_where_the_run_has_too_few(monkeypatch):
    log = FitLog(None, lambda *_: None, 80)
    _search(monkeypatch, log)
    assert [stage["degree"] for stage in log.stages] == [3, 4]
    assert log.stages[1]["training_points"] == 576 > most_training_points(POINTS) == log.stages[0]["training_points"]
    assert log.stages[1]["sigma_validation"] < 0.7 * log.stages[0]["sigma_validation"]
    first = Stage(_family(3), log.stages[0]["training_points"])
    before, after = (
        Stages(CUBIC, first, POINTS, log, seed=0).problem(each)[0] for each in (first, Stage(_family(4), 576))
    )
    np.testing.assert_array_equal(before.validation.z, after.validation.z)
    np.testing.assert_array_equal(before.test.z, after.test.z)
    added = after.train.rows(slice(before.train.n, None))
    assert added.n == 576 - most_training_points(POINTS)
    require_on_variety(CUBIC, added.z)
    assert not set(added.lines) & set(POINTS.lines)
    assert np.mean(added.weights) == pytest.approx(np.mean(POINTS.weights), rel=0.2)
    distances = np.abs(added.z[:, None] - POINTS.z[None]).max(axis=2)
    assert distances.min() > 1e-6, "none of those for validation and for the test"
    other = Stages(CUBIC, first, POINTS, log, seed=1).problem(Stage(_family(4), 576))[0].train
    assert not np.array_equal(other.z, after.train.z)


class _Killed(Exception):
    pass


def test_a_search_that_is_killed_among_drawn_points_ends_with_the_same_bits(monkeypatch, tmp_path):
    whole = FitLog(Checkpoints(tmp_path / "whole"), lambda *_: None, 80)
    found = _search(monkeypatch, whole)

    def kill(what, *_):
        if what.startswith("training") and len(cut.stages) == 2:
            raise _Killed

    cut = FitLog(Checkpoints(tmp_path / "cut"), kill, 80)
    with pytest.raises(_Killed):
        _search(monkeypatch, cut)
    resumed = FitLog(Checkpoints(tmp_path / "cut"), lambda *_: None, 80)
    again = _search(monkeypatch, resumed)
    np.testing.assert_array_equal(again.vector, found.vector)
    assert resumed.stages == whole.stages
