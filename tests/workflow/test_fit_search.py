"""A search that stands still too early goes on with more features or more points, on a plane cubic."""

import time

import numpy as np
import pytest

from g2links.errors import ArtefactError, NotPositiveError
from g2links.potentials.families import AlgebraicAnsatz, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.ricci_flat.family import Family, choose_family, degree_of, larger, of_degree, smaller
from g2links.storage.checkpoints import Checkpoints
from g2links.storage.fit_log import FitLog
from g2links.varieties.catalogue import dwork, fermat
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.real_points import require_on_variety
from g2links.workflow import fit, fit_measures, fit_search, fit_stages
from g2links.workflow.fit import draw_points
from g2links.workflow.fit_options import FitOptions
from g2links.workflow.fit_points import SPECIAL_SHARE
from g2links.workflow.fit_search import search_potential

CUBIC = WeightedHypersurface(Polynomial("z0^3 + z1^3 + z2^3 + 2*z0*z1*z2"))
POINTS = draw_points(CUBIC, FitOptions(n_points=3000))


def _family(degree):
    return Family(AlgebraicAnsatz(InvariantFeatures(CUBIC, degree, symmetric=True)), "for the test")


def _search(log=None, first=1, deadline=None, **options):
    log = log or FitLog(None, lambda *_: None, 80)
    seed = np.random.SeedSequence(1)
    chosen = FitOptions(**options)
    found = search_potential(CUBIC, _family(first), chosen, POINTS, log, start=None, seed=seed, deadline=deadline)
    return next(found.candidates), log


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A search to its end, and what its log says."""
    return _search(FitLog(Checkpoints(tmp_path_factory.mktemp("whole")), lambda *_: None, 80))


def test_it_goes_on_until_sigma_is_small_enough(whole):
    found, log = whole
    sigma = [stage["sigma_validation"] for stage in log.stages]
    assert len(sigma) > 1
    assert all(value > fit_search.ENOUGH for value in sigma[:-1])
    assert sigma[-1] <= fit_search.ENOUGH
    assert sigma == sorted(sigma, reverse=True)
    assert [stage["degree"] for stage in log.stages] == sorted({stage["degree"] for stage in log.stages})
    assert found.family.ansatz.features.degree == log.stages[-1]["degree"]
    assert found.family.reason == f"for the test; of degree 1 it stood still at sigma {sigma[0]:.1e}"
    assert found.fit.quality(found.vector).validation == sigma[-1]
    assert [entry["iteration"] for entry in log.history] == list(range(1, len(log.history) + 1))


@pytest.mark.parametrize("options", [{"degree": 1}, {"iterations": 80}])
def test_what_the_user_chose_stands(options):
    _, log = _search(**options)
    assert len(log.stages) == 1


class _Killed(Exception):
    pass


@pytest.mark.parametrize("iterations", ["all of the first stage", "one more"])
def test_a_search_that_is_killed_ends_with_the_same_bits(whole, tmp_path, iterations):
    found, log = whole
    first = sum(entry["sigma_validation"] >= log.stages[0]["sigma_validation"] for entry in log.history)
    most = first + (iterations == "one more")

    def kill(what, *_):
        if what.startswith("training") and len(cut.history) == most:
            raise _Killed

    cut = FitLog(Checkpoints(tmp_path), kill, 80)
    with pytest.raises(_Killed):
        _search(cut)
    assert len(cut.stages) == (1 if most == first else 2)
    again, resumed = _search(FitLog(Checkpoints(tmp_path), lambda *_: None, 80))
    np.testing.assert_array_equal(again.vector, found.vector)
    assert resumed.stages == log.stages
    assert again.family.reason == found.family.reason


def test_checkpoints_of_an_earlier_version_are_refused(tmp_path):
    Checkpoints(tmp_path).save(1, {"vector": np.zeros(1)}, {"history": []})
    with pytest.raises(ArtefactError, match="earlier version; start it anew with --fresh"):
        _search(FitLog(Checkpoints(tmp_path), lambda *_: None, 80))


def test_a_stage_that_is_worse_is_not_what_is_kept(monkeypatch):
    monkeypatch.setattr(fit_search, "ENOUGH", 0.0)
    monkeypatch.setattr(fit_search, "larger", lambda _: _family(1))
    monkeypatch.setattr(fit_stages, "of_degree", lambda _, degree: _family(degree))
    found, log = _search(first=3)
    assert [stage["degree"] for stage in log.stages] == [3, 1]
    assert found.family == _family(3)
    assert found.fit.quality(found.vector).validation == log.stages[0]["sigma_validation"]


def test_a_time_limit_is_used_though_sigma_is_small_and_kept(monkeypatch):
    monkeypatch.setattr(fit_search, "ENOUGH", 1.0)
    _, log = _search()
    assert len(log.stages) == 1
    monkeypatch.setattr(fit_search, "larger", lambda family: _family(2) if family == _family(1) else None)
    _, log = _search(deadline=time.monotonic() + 1000)
    assert [stage["degree"] for stage in log.stages] == [1, 2]
    monkeypatch.setattr(fit_search.Stage, "work", property(lambda stage: 1e9**stage.family.ansatz.unknowns))
    _, log = _search(deadline=time.monotonic() + 1000)
    assert [stage["degree"] for stage in log.stages] == [1]


def test_too_few_points_for_the_parameters_become_more(monkeypatch):
    """The errors at the training points are taken for small."""
    monkeypatch.setattr(fit_search, "ENOUGH", 0.0)
    monkeypatch.setattr(fit_search, "_OVERFITTED", 0.1)
    monkeypatch.setattr(fit_search, "training_points", lambda asked, *_: asked or 40)
    _, log = _search(first=6)
    assert [(stage["degree"], stage["training_points"]) for stage in log.stages[:2]] == [(6, 40), (6, 80)]
    assert len(log.stages) < 8
    _, log = _search(first=6, training_points=40)
    assert len(log.stages) == 1


def test_a_network_with_too_few_points_goes_on_from_its_best_state(monkeypatch):
    monkeypatch.setattr(fit_search, "ENOUGH", 0.0)
    monkeypatch.setattr(fit_search, "_OVERFITTED", 0.1)
    monkeypatch.setattr(fit_search, "training_points", lambda *_: 400)
    log = FitLog(None, lambda *_: None, 80)
    network = Family(NeuralAnsatz(InvariantFeatures(CUBIC, 2, symmetric=True), (3,), "tanh"), "for the test")
    options = FitOptions(ansatz="neural")
    search_potential(CUBIC, network, options, POINTS, log, start=None, seed=np.random.SeedSequence(1), deadline=None)
    first, second = (stage["training_points"] for stage in log.stages[:2])
    assert (first, second) == (400, 800)
    assert log.stages[1]["sigma_validation"] < 1.5 * log.stages[0]["sigma_validation"]


def test_a_potential_whose_coefficients_cancel_gives_way_to_the_stage_before(monkeypatch):
    """The best one has no digits left in dω, as is taken for granted here."""
    measured = fit.measured_fit

    def cancelled(variety, ansatz, *rest):
        potential, found, share = measured(variety, ansatz, *rest)
        return potential, found._replace(figures={**found.figures, "d_omega": d_omega[ansatz.features.degree]}), share

    monkeypatch.setattr(fit, "measured_fit", cancelled)
    monkeypatch.setattr(fit_search, "larger", lambda family: _family(2) if family == _family(1) else None)
    monkeypatch.setattr(fit_search, "smaller", lambda family: None)
    for d_omega, degree in (({1: 1e-12, 2: 1e-8}, 1), ({1: 1e-8, 2: 1e-8}, 2), ({1: 1e-8, 2: 1e-12}, 2)):
        solved = fit.solve_monge_ampere(CUBIC, _family(1), FitOptions(n_points=3000), POINTS)
        assert solved.potential.ansatz.features.degree == degree
        assert solved.record["figures"]["d_omega"] == d_omega[degree]
        assert [stage["degree"] for stage in solved.record["stages"]] == [1, 2]
        assert ("of degree 2 its coefficients cancelled" in solved.record["ansatz_reason"]) == (degree == 1)


def test_a_potential_that_is_a_metric_as_it_was_found_is_better_than_one_that_was_made_so(monkeypatch):
    """The best one, of degree 2, is a metric only with a share of the start, or not at all, as is taken for granted."""
    measured, shares = fit.measured_fit, {}

    def spoiled(variety, ansatz, *rest):
        potential, found, _ = measured(variety, ansatz, *rest)
        share = shares[ansatz.features.degree]
        if share is None:
            raise NotPositiveError("for the test")
        return potential, found, share

    monkeypatch.setattr(fit, "measured_fit", spoiled)
    monkeypatch.setattr(fit_search, "larger", lambda family: _family(2) if family == _family(1) else None)
    for first, second, degree in ((0.0, 0.3, 1), (0.6, 0.3, 2), (0.3, None, 1), (None, 0.1, 2)):
        shares.update({1: first, 2: second})
        solved = fit.solve_monge_ampere(CUBIC, _family(1), FitOptions(n_points=3000), POINTS)
        assert solved.potential.ansatz.features.degree == degree
    shares.update({1: None, 2: None})
    with pytest.raises(NotPositiveError, match="for the test"):
        fit.solve_monge_ampere(CUBIC, _family(1), FitOptions(n_points=3000), POINTS)


def test_where_coefficients_cancel_the_search_goes_back_to_lower_degrees(monkeypatch, tmp_path):
    """Those of degree 3 and of degree 2 have no digits left in dω, as is taken for granted here."""
    monkeypatch.setattr(
        fit_stages, "closedness", lambda _, potential, points: 1e-12 if _degree(potential) < 2 else 1e-8
    )
    monkeypatch.setattr(fit_search, "smaller", lambda family: _family(degree_of(family) - 1))
    monkeypatch.setattr(fit_search, "ENOUGH", 0.0)
    solved = fit.solve_monge_ampere(CUBIC, _family(3), FitOptions(n_points=3000), POINTS)
    assert solved.potential.ansatz.features.degree == 1
    stages = solved.record["stages"]
    assert [(stage["degree"], stage["closed"]) for stage in stages] == [(3, False), (2, False), (1, True)]
    assert "of degree 3 and 2 its coefficients cancelled" in solved.record["ansatz_reason"]
    asked = fit.solve_monge_ampere(CUBIC, _family(3), FitOptions(n_points=3000, degree=3), POINTS)
    assert [stage["degree"] for stage in asked.record["stages"]] == [3], "a degree that was asked for is not left"


def test_the_next_lower_degree_has_fewer_unknowns_and_every_variable():
    quintic = Family(AlgebraicAnsatz(InvariantFeatures(WeightedHypersurface(dwork(0.5)), 8, True)), "auto")
    lower = smaller(quintic)
    assert 1.5 * lower.ansatz.unknowns <= quintic.ansatz.unknowns
    assert larger(lower).ansatz.unknowns >= quintic.ansatz.unknowns
    assert degree_of(of_degree(quintic, 11)) == 11
    while quintic is not None:
        last, quintic = quintic, smaller(quintic)
    assert degree_of(last) == 1
    assert smaller(Family(HermitianAnsatz(Sections(CUBIC, 3)), "auto")) is None


def _degree(potential):
    return potential.ansatz.features.degree


def _search_with_worst_points(monkeypatch, log=None):
    monkeypatch.setattr(fit_search, "BAD", 0.0)
    monkeypatch.setattr(fit_search, "ROUNDS", 2)
    monkeypatch.setattr(fit_search, "GOOD", 0.0)
    return _search(log, first=2, degree=2)


def test_points_are_added_where_the_best_metric_is_worst(monkeypatch):
    """Two rounds, the second with the points of the first; what is kept is best at its worst point."""
    found, log = _search_with_worst_points(monkeypatch)
    assert [stage["worst_of"] for stage in log.stages] in ([None, 0, 1], [None, 0, 0])
    assert {stage["degree"] for stage in log.stages} == {2}
    suprema = [stage["supremum"] for stage in log.stages]
    kept = log.ranking[0]
    assert suprema[kept] == min(suprema)
    assert log.stages[kept]["sigma_validation"] <= 1.1 * log.stages[0]["sigma_validation"]
    assert np.array_equal(found.vector, log.best_vectors[kept])
    assert ("with more points where it was worst" in found.family.reason) == (kept > 0)

    stages = fit_stages.Stages(CUBIC, fit_stages.Stage(_family(2), log.stages[0]["training_points"]), POINTS, log)
    before, after = (stages.problem(stages[i])[0].train for i in (0, 1))
    added = after.rows(slice(before.n, None))
    require_on_variety(CUBIC, added.z)
    places = np.asarray(stages.worst(0).places.z)
    np.testing.assert_array_equal(added.z[: len(places)], places)
    assert added.n > 4 * len(places)
    assert len(set(after.lines) - set(before.lines)) == added.n
    np.testing.assert_allclose(np.sum(added.weights), SPECIAL_SHARE * np.sum(before.weights))


def test_a_search_that_is_killed_among_added_points_ends_with_the_same_bits(monkeypatch, tmp_path):
    found, log = _search_with_worst_points(monkeypatch)

    def kill(what, *_):
        if what.startswith("training") and len(cut.stages) == 2:
            raise _Killed

    cut = FitLog(Checkpoints(tmp_path), kill, 80)
    with pytest.raises(_Killed):
        _search_with_worst_points(monkeypatch, cut)
    again, resumed = _search_with_worst_points(monkeypatch, FitLog(Checkpoints(tmp_path), lambda *_: None, 80))
    np.testing.assert_array_equal(again.vector, found.vector)
    assert resumed.stages == log.stages


def test_a_metric_that_is_good_everywhere_needs_no_more_points(whole, monkeypatch):
    _, log = whole
    assert log.stages[-1]["sigma_validation"] > fit_search.GOOD
    assert 0 < log.stages[-1]["supremum"] < fit_search.BAD
    assert all(stage["worst_of"] is None for stage in log.stages)
    monkeypatch.setattr(fit_search, "GOOD", 1.0)
    monkeypatch.setattr(fit_search, "BAD", 0.0)
    _, log = _search(first=2, degree=2)
    assert [stage["supremum"] for stage in log.stages] == [None]


def _take_for_no_metric(monkeypatch, times):
    """What the search for a worst point finds the next so many times is taken for a place where there is no metric."""
    values, really = iter([np.inf] * times), fit_measures.find_worst

    def found(*args):
        worst = really(*args)
        return worst._replace(value=next(values, worst.value))

    monkeypatch.setattr(fit_stages, "find_worst", found)


def test_rounds_go_on_where_the_metric_is_not_positive(monkeypatch):
    """The search for the worst point finds no metric twice, as is taken for granted here; each round has the points of
    the one before."""
    _take_for_no_metric(monkeypatch, 2)
    monkeypatch.setattr(fit_search, "GOOD", 0.0)
    monkeypatch.setattr(fit_search, "ROUNDS", 0)
    _, log = _search(first=2, degree=2)
    assert [stage["worst_of"] for stage in log.stages] == [None, 0, 1]
    assert [stage["supremum"] is None for stage in log.stages] == [True, True, False]
    monkeypatch.setattr(fit_search, "MENDING_ROUNDS", 1)
    _take_for_no_metric(monkeypatch, 2)
    _, log = _search(first=2, degree=2)
    assert [stage["worst_of"] for stage in log.stages] == [None, 0]


def test_where_the_metric_is_not_positive_auto_goes_on_with_a_mixed_potential(monkeypatch, tmp_path):
    """As is taken for granted here of the first stage; the log says so, from which the search can go on."""
    torus = WeightedHypersurface(fermat((4, 4, 2), (1, 1, 2), "P112[4]"))
    points = draw_points(torus, FitOptions(n_points=3000))
    _take_for_no_metric(monkeypatch, 1)
    monkeypatch.setattr(fit_search, "GOOD", 0.0)
    monkeypatch.setattr(fit_search, "ENOUGH", 1.0)
    monkeypatch.setattr(fit_search, "ROUNDS", 0)
    monkeypatch.setattr(fit_search, "MENDING_ROUNDS", 0)
    family, log = choose_family(torus, "algebraic"), FitLog(Checkpoints(tmp_path), lambda *_: None, 80)
    options, seed = FitOptions(n_points=3000), np.random.SeedSequence(1)
    ended = search_potential(torus, family, options, points, log, start=None, seed=seed, deadline=None)
    assert [stage["kind"] for stage in log.stages] == ["algebraic", "mixed"]
    stages = fit_stages.Stages(torus, fit_search.Stage(family, log.stages[0]["training_points"]), points, log)
    assert [stages[i].family.kind for i in range(2)] == ["algebraic", "mixed"]
    assert "mixed, as that of degree" in stages[1].family.reason
    assert {candidate.family.kind for candidate in ended.candidates} == {"algebraic", "mixed"}
    del log.stages[1]
    assert fit_search._mixed(stages, FitOptions(ansatz="algebraic")) is None
    assert fit_search._mixed(stages, FitOptions(degree=4)) is None


def test_a_round_of_points_is_begun_late(monkeypatch):
    """It begins near its end, unlike a stage of another degree."""
    stage = fit_search.Stage(_family(2), 100)
    begun = time.monotonic() - 100
    assert fit_search._affordable(stage, stage._replace(worst_of=0), begun, time.monotonic() + 40)
    assert not fit_search._affordable(stage, stage, begun, time.monotonic() + 40)
