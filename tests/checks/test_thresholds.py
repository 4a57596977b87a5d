import math

import pytest

from g2links.checks.thresholds import describe, describe_limits, violation
from g2links.errors import InputError

FIGURES = {"mean": 7.02, "median": 7.0, "std": 0.1, "max": 8.0}


@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        ({"statistic": "max", "at_most": 1e-9}, "max <= 1e-09"),
        ({"statistic": "mean", "at_least": 1.0}, "mean >= 1"),
        ({"statistic": "mean", "target": 7.0, "within": 0.01}, "mean = 7 ± 0.01"),
        ({"statistic": "std", "at_least": 0, "at_most": 2}, "std <= 2 and >= 0"),
    ],
)
def test_words(threshold, words):
    assert describe(threshold) == words
    assert words.endswith(describe_limits(threshold))


@pytest.mark.parametrize(
    "threshold",
    [
        {"statistic": "max", "at_most": 8.0},
        {"statistic": "median", "at_least": 7.0},
        {"statistic": "mean", "target": 7.0, "within": 0.03},
    ],
)
def test_a_limit_that_is_met_exactly_or_with_room_holds(threshold):
    assert violation("f", FIGURES, threshold) is None


@pytest.mark.parametrize(
    ("threshold", "pieces"),
    [
        ({"statistic": "max", "at_most": 6.0}, ["f: max 8", "limit 6", "by 2"]),
        ({"statistic": "mean", "at_least": 7.03}, ["f: mean 7.02", "limit 7.03", "by 0.01"]),
        ({"statistic": "mean", "target": 7.0, "within": 0.01}, ["mean 7.02", "7 ± 0.01", "by 0.01"]),
    ],
)
def test_a_failure_names_figure_value_limit_and_excess(threshold, pieces):
    sentence = violation("f", FIGURES, threshold)
    assert all(piece in sentence for piece in pieces)


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_keeps_no_threshold(value):
    assert "not finite" in violation("f", {"max": value}, {"statistic": "max", "at_most": 1.0})


@pytest.mark.parametrize(
    "threshold",
    [
        {},
        {"at_most": 1.0},
        {"statistic": "max"},
        {"statistic": "minimum", "at_least": 0.0},
        {"statistic": "max", "at_most": math.nan},
        {"statistic": "max", "at_most": "1"},
        {"statistic": "mean", "target": 7.0},
        {"statistic": "mean", "within": 7.0},
        {"statistic": "mean", "at_most": 7.0, "atmost": 7.0},
    ],
)
def test_a_threshold_that_could_never_fail_or_is_misspelt_is_refused(threshold):
    with pytest.raises(InputError, match="threshold"):
        violation("f", FIGURES, threshold)
