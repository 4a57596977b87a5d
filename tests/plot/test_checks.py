import numpy as np
import pytest
from matplotlib.figure import Figure

from g2links import plot
from g2links.errors import InputError
from g2links.plot.checks import _draw_histogram


def _check_values(rng, n=50):
    return {
        "d_psi": 10 ** rng.normal(-15, 1, n),
        "phi_wedge_psi_over_vol": 7 + rng.normal(0, 1e-3, n),
        "psi_minus_star_phi": np.zeros(n),
        "positive": np.ones(n),
    }


def test_all_values_are_drawn(rng):
    values = _check_values(rng)
    figure = plot.check(values, name="analytic", cy_run=1)
    drawn = {axes.get_xlabel(): sum(bar.get_height() for bar in axes.patches) for axes in figure.axes}
    assert len(drawn) == 4
    assert set(drawn.values()) == {50}


def test_checks_with_values_that_are_not_finite(rng, is_picture):
    values = _check_values(rng)
    values["d_psi"][:3] = np.nan
    values["psi_minus_star_phi"][:] = np.inf
    values["positive"][4:9] = 0
    thresholds = {
        "d_psi": {"statistic": "max", "at_most": 1e-9},
        "positive": {"statistic": "mean", "at_least": 1.0},
    }
    figure = plot.check(values, thresholds, name="model", cy_run=1, g2_run=2)
    assert "3 of 50 not finite" in " ".join(axes.get_title() for axes in figure.axes)
    assert is_picture(figure)


def test_one_point_at_rounding(is_picture):
    thresholds = {"phi_wedge_psi_over_vol": {"statistic": "mean", "target": 7.0, "within": 1e-3}}
    values = {"phi_wedge_psi_over_vol": [np.nextafter(7.0, 8)]}
    assert is_picture(plot.check(values, thresholds, name="analytic"))


def test_a_limit_far_away_is_an_arrow_and_squeezes_nothing():
    far, near = ({"d_psi": {"statistic": "max", "at_most": limit}} for limit in (1e-6, 1e-12))
    values = {"d_psi": np.geomspace(1e-14, 1e-13, 50)}
    (axes,) = plot.check(values, far).axes
    assert axes.get_xlim()[1] < 1e-12
    assert ["limit 1e-06" in text.get_text() for text in axes.texts] == [True]
    (axes,) = plot.check(values, near).axes
    assert 1e-12 in [line.get_xdata()[0] for line in axes.lines]
    assert not axes.texts


def test_no_value_is_left_out_of_a_logarithmic_histogram(rng):
    """The largest and the smallest neither, though the edges of the bins are powers of logarithms."""
    for values in 10 ** rng.normal(-3, 1, (50, 30)):
        axes = Figure().add_subplot()
        _draw_histogram(axes, values, [], linear=False)
        assert axes.get_xscale() == "log"
        assert sum(bar.get_height() for bar in axes.patches) == len(values)


@pytest.mark.parametrize("values", [{}, {"d_psi": []}])
def test_a_check_without_values_is_refused(values):
    with pytest.raises(InputError, match="figures"):
        plot.check(values)
