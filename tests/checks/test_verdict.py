import pytest

from g2links.checks.verdict import verdict
from g2links.ricci_flat.levenberg_marquardt import Result


def record(options=None, stopped=Result.CONVERGED, kind="algebraic", **figures):
    good = {
        "sigma": 1e-5,
        "reference_sigma": 0.37,
        "reference_supremum": 1.8,
        "ma_rms": 2e-5,
        "ma_max": 1e-4,
        "ma_supremum": 3e-4,
        "d_omega": 1e-15,
        "volume_ratio": 1.001,
        "smallest_eigenvalue": 0.1,
    }
    return {
        "figures": {**good, **figures},
        "standard_errors": {"sigma": 1e-7, "volume_ratio": 1e-3, "normalisation": 1e-3},
        "options": {"n_points": 1000, "iterations": None, **(options or {})},
        "ansatz": {"kind": kind, "degree": 6},
        "stopped_because": stopped.value,
        "iterations": 80,
    }


def test_a_good_metric_passes_and_is_said_to_be_good_everywhere():
    found = verdict(record())
    assert found.passed
    assert found.words.startswith("good at every point")
    assert found.advice == ""


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"sigma": 5e-4, "ma_supremum": 0.05}, "good for integrals, and at every point"),
        ({"ma_supremum": 0.2}, "good for integrals and averages"),
        ({"sigma": 5e-2}, "rough"),
        ({"ma_supremum": 0.9}, "rough"),
    ],
)
def test_the_worst_point_counts_as_the_mean_does(figures, words):
    found = verdict(record(**figures))
    assert found.passed
    assert found.words.startswith(words)
    assert ("--time-limit" in found.advice) == (words == "rough")


@pytest.mark.parametrize(
    ("figures", "options", "failing"),
    [
        ({"sigma": 0.2}, {}, "sigma: mean 0.2 is above the limit 0.0925"),
        ({"sigma": 0.11, "reference_sigma": 0.9}, {}, "sigma: mean 0.11 is above the limit 0.1"),
        ({"sigma": 0.03, "reference_sigma": 0.1}, {}, "sigma: mean 0.03 is above the limit 0.025"),
        ({"ma_supremum": 1.2}, {}, "ma_supremum: max 1.2 is above the limit 1"),
        ({"ma_supremum": 60.0, "reference_supremum": 100.0}, {}, "ma_supremum: max 60 is above the limit 50"),
        ({}, {"require_sigma": 1e-6}, "sigma: mean 1e-05 is above the limit 1e-06"),
        ({}, {"require_supremum": 1e-4}, "ma_supremum: max 0.0003 is above the limit 0.0001"),
        ({"volume_ratio": 1.005}, {}, "volume_ratio"),
        ({"d_omega": 1e-3}, {}, "d_omega"),
        ({"smallest_eigenvalue": -0.1}, {}, "smallest_eigenvalue"),
        ({"sigma": float("nan")}, {}, "sigma: mean is not finite"),
    ],
)
def test_what_is_not_good_enough_fails_with_the_figure_that_is_not(figures, options, failing):
    found = verdict(record(options, **figures))
    assert not found.passed
    assert len(found.failures) == 1
    assert found.failures[0].startswith(failing)
    assert found.words.startswith("not good enough")


def test_limits_of_the_user_take_the_place_of_the_usual_ones():
    assert verdict(record({"require_sigma": 0.5, "require_supremum": 9.0}, sigma=0.3, ma_supremum=5.0)).passed


@pytest.mark.parametrize(
    ("stopped", "kind", "advice"),
    [
        (Result.LIMIT, "algebraic", "--iterations above 80"),
        (Result.STOPPED, "algebraic", "--time-limit"),
        (Result.CONVERGED, "neural", "--ansatz algebraic"),
        (Result.CONVERGED, "hermitian", "--degree above 6"),
    ],
)
def test_the_advice_fits_the_end_of_the_search(stopped, kind, advice):
    assert advice in verdict(record(stopped=stopped, kind=kind, sigma=0.3)).advice


def test_where_weights_are_above_1_a_mixed_potential_may_help():
    found = record(sigma=0.3)
    assert "--ansatz mixed" not in verdict(found).advice
    found["ansatz"]["degrees"] = [10, 11, 12]
    assert "--ansatz mixed" in verdict(found).advice


def test_where_coefficients_cancel_the_advice_is_a_lower_degree():
    assert verdict(record(d_omega=1e-6)).advice == "lower the degree (--degree below 6), as its coefficients cancel"


def test_a_run_of_the_first_version_has_no_supremum_and_is_judged_without():
    old = record()
    del old["figures"]["ma_supremum"], old["figures"]["reference_sigma"], old["figures"]["reference_supremum"]
    assert verdict(old).passed
    old["figures"]["sigma"] = 0.3
    assert not verdict(old).passed
