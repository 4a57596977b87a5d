import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g2links.errors import InputError
from g2links.reports.statistics import check_record, judge, summarise

SMALL = {"statistic": "max", "at_most": 1e-9}


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_summary_agrees_with_its_definition(values):
    figures = summarise(values)
    n, mean = len(values), math.fsum(values) / len(values)
    assert figures["mean"] == pytest.approx(mean, rel=1e-9, abs=1e-6)
    assert figures["std"] == pytest.approx(math.sqrt(math.fsum((v - mean) ** 2 for v in values) / n), abs=1e-4)
    assert figures["max"] == max(values)
    assert sorted(values)[(n - 1) // 2] <= figures["median"] <= sorted(values)[n // 2]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nothing_is_dropped_from_a_summary(bad):
    figures = summarise([1.0, bad, 2.0])
    assert not math.isfinite(figures["mean"])
    assert not math.isfinite(figures["max"])


@pytest.mark.parametrize("values", [[], np.zeros((2, 2)), "text", [1j]])
def test_what_is_not_a_list_of_numbers_is_refused(values):
    with pytest.raises(InputError):
        summarise(values)


def test_a_value_that_is_not_finite_fails_with_and_without_a_threshold():
    values = np.array([0.0, np.nan, 0.0, np.inf])
    for thresholds in ({}, {"d_psi": SMALL}):
        (failure,) = judge({"d_psi": values}, thresholds)
        assert "d_psi: 2 of 4 values are not finite" in failure
        assert "point 1" in failure


def test_the_worst_point_is_named():
    (failure,) = judge({"d_psi": [0.0, 0.0, 3e-9]}, {"d_psi": SMALL})
    assert failure == "d_psi: max 3e-09 is above the limit 1e-09 by 2e-09 (at point 2)"


def test_one_number_is_a_figure_too():
    threshold = {"sigma": {"statistic": "max", "at_most": 3e-3}}
    assert judge({"sigma": 2e-3}, threshold) == []
    assert judge({"sigma": 4e-3}, threshold) == ["sigma: max 0.004 is above the limit 0.003 by 0.001"]


def test_a_threshold_without_its_figure_fails():
    assert judge({"d_psi": [0.0]}, {"d_phi": SMALL}) == ["d_phi: there is a threshold for it, but it was not measured"]


def test_the_record_has_the_agreed_form():
    record = check_record("model", 1, 2, {"d_psi": np.zeros(3), "positive": np.array([True] * 3)}, {"d_psi": SMALL})
    assert list(record) == ["check", "cy_run", "g2_run", "n", "figures", "thresholds", "passed", "failures"]
    assert (record["check"], record["cy_run"], record["g2_run"], record["n"]) == ("model", 1, 2, 3)
    assert record["figures"]["positive"] == {"mean": 1.0, "median": 1.0, "std": 0.0, "max": 1.0}
    assert record["thresholds"] == {"d_psi": SMALL}
    assert record["passed"] is True
    assert record["failures"] == []


def test_figures_come_in_the_order_of_the_reports():
    record = check_record("analytic", 1, None, {"other": [0.0], "positive": [1.0], "d_psi": [0.0]}, {})
    assert list(record["figures"]) == ["d_psi", "positive", "other"]


def test_the_record_of_a_failure_is_json_with_null():
    record = check_record("analytic", 1, None, {"d_psi": [0.0, math.nan]}, {"d_psi": SMALL})
    again = json.loads(json.dumps(record, allow_nan=False))
    assert again["figures"]["d_psi"] == dict.fromkeys(("mean", "median", "std", "max"))
    assert again["g2_run"] is None
    assert again["passed"] is False
    assert again["failures"]


@pytest.mark.parametrize("pointwise", [{}, {"a": [1.0], "b": [1.0, 2.0]}])
def test_a_record_of_no_figures_or_of_dropped_points_is_refused(pointwise):
    with pytest.raises(InputError, match="same number of points"):
        check_record("analytic", 1, None, pointwise, {})
