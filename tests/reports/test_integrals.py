"""Figures of a check that are one number with a standard error."""

import math
from types import SimpleNamespace

import pytest

from g2links.checks.contract import Found
from g2links.checks.measures import CHECK
from g2links.reports.statistics import check_record
from g2links.reports.tables import check_words, text

# of the setting, thresholds of `measures` see what was recorded of sigma alone
pytestmark = pytest.mark.usefixtures("as_users_run")

EULER = {"mean": -199.5, "standard_error": 0.2, "exact": -200.0}
VOLUME = {"mean": 1.1, "standard_error": 0.02, "exact": 1.0}
VALUES = {"d_omega": [1e-15, 2e-15], "chart_change": [0.0, 1e-15]}
SIGMA = {"mean": 0.1, "standard_error": 0.01}
SETTING = SimpleNamespace(recorded={"sigma": 0.1}, recorded_errors={"sigma": 0.01})
VALUES |= {"metric_minus_differences": [1e-8, 2e-8], "metric_positive": [1.0, 1.0]}


def _record(**integrals):
    integrals = {"sigma": SIGMA, **integrals}
    return check_record("measures", 1, None, VALUES, CHECK.thresholds(SETTING, Found(VALUES, integrals)), integrals)


def test_an_integral_is_compared_with_its_exact_value():
    record = _record(euler_number=EULER)
    assert record["passed"]
    assert record["figures"]["euler_number"] == EULER
    assert record["thresholds"]["euler_number"] == {"statistic": "mean", "target": -200.0, "within": 2.0}
    table = text(check_words(record))
    assert "std. error" in table
    assert "= -200 ± 2" in table
    wide = _record(euler_number={**EULER, "standard_error": 5.0})
    assert wide["thresholds"]["euler_number"]["within"] == 20


def test_one_that_is_too_far_off_fails_with_its_name():
    record = _record(euler_number=EULER, volume_ratio=VOLUME)
    assert not record["passed"]
    assert [failure.split(":")[0] for failure in record["failures"]] == ["volume_ratio"]
    assert "FAIL" in text(check_words(record))


@pytest.mark.parametrize("part", ["mean", "standard_error"])
def test_one_that_is_not_finite_fails(part):
    record = _record(sigma={**SIGMA, part: math.nan})
    assert not record["passed"]
    assert "sigma" in record["failures"][0]
    assert record["figures"]["sigma"][part] is None
    text(check_words(record))


def test_one_that_was_not_measured_fails():
    limits = {"euler_number": {"statistic": "mean", "target": -200.0, "within": 2.0}}
    assert check_record("measures", 1, None, VALUES, limits)["failures"] != []
