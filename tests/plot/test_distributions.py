import math

import numpy as np
import pytest

from g2links import plot
from g2links.errors import InputError


def test_shares_beyond_each_error(rng):
    ratio, weights = 3 + rng.normal(0, 0.01, 200), rng.gamma(2, size=200)
    axes = plot.monge_ampere(ratio, weights, limit=0.1, supremum=0.2, cy_run=1).axes[0]
    curve, sigma, limit, worst = axes.lines
    shares = weights / weights.sum()
    error = np.abs(ratio / np.sum(shares * ratio) - 1)
    x, y = curve.get_data()
    np.testing.assert_allclose(x, np.sort(error))
    for k in (0, 77, 199):
        assert y[k] == pytest.approx(shares[error >= np.sort(error)[k]].sum())
    assert sigma.get_xdata()[0] == pytest.approx(np.sum(shares * error))
    assert (limit.get_xdata()[0], worst.get_xdata()[0]) == (0.1, 0.2)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_a_limit_far_away_does_not_squeeze_the_curve():
    axes = plot.monge_ampere([1.0, 1.001], limit=0.1).axes[0]
    assert len(axes.lines) == 2
    assert axes.get_xlim()[1] < 2e-3
    assert "limit of $\\sigma$: 0.1" in axes.texts[0].get_text()


def test_a_metric_that_is_exact_can_be_drawn(is_picture):
    assert is_picture(plot.monge_ampere(np.full(5, 0.2)))


@pytest.mark.parametrize(
    ("ratio", "weights", "field"),
    [([1.0, math.nan], None, "ratio"), ([], None, "ratio"), ([1.0], [1.0, 1.0], "ratio"), ([1.0], [-1.0], "weights")],
)
def test_a_ratio_that_cannot_be_drawn_is_refused(ratio, weights, field):
    with pytest.raises(InputError, match=field):
        plot.monge_ampere(ratio, weights)


@pytest.mark.parametrize("epsilon", [1.0, 0.5])
def test_torsion_is_compared_with_that_of_the_ricci_flat_metric(rng, epsilon):
    off = np.abs(rng.normal(0, 1e-3, (4, 30)))
    exact = np.array([6 / 7 * epsilon, 0, 0, 48 / 7 * epsilon**2])
    names = ("tau0", "tau1", "tau2", "tau3_norm2")
    found = {name: value + error for name, value, error in zip(names, exact, off, strict=True)}
    axes = plot.torsion({**found, "scalar": off[0]}, epsilon=epsilon).axes[0]
    assert len(axes.lines) == 4
    for line, error in zip(axes.lines, off, strict=True):
        np.testing.assert_allclose(line.get_xdata(), np.sort(error), atol=1e-14)
        assert line.get_ydata()[0] == pytest.approx(1)


@pytest.mark.parametrize("found", [{}, {"scalar": [1.0]}, {"tau0": [math.nan]}, {"tau0": []}])
def test_torsion_that_cannot_be_drawn_is_refused(found):
    with pytest.raises(InputError):
        plot.torsion(found)
