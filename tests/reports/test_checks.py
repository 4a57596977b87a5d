import math

import numpy as np
import pytest
from matplotlib.figure import Figure

from g2links.errors import InputError
from g2links.reports.checks import _draw_histogram, plot_check, plot_monge_ampere


def _check_values(rng, n=50):
    return {
        "d_psi": 10 ** rng.normal(-15, 1, n),
        "phi_wedge_psi_over_vol": 7 + rng.normal(0, 1e-3, n),
        "psi_minus_star_phi": np.zeros(n),
        "positive": np.ones(n),
    }


def test_the_same_values_give_the_same_bytes(tmp_path, rng, is_picture):
    values = _check_values(rng)
    for name in ("a.png", "b.png"):
        plot_check(tmp_path / name, values, {}, check="analytic", cy_run=1)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert is_picture(tmp_path / "a.png")


def test_checks_with_values_that_are_not_finite(tmp_path, rng, is_picture):
    values = _check_values(rng)
    values["d_psi"][:3] = np.nan
    values["psi_minus_star_phi"][:] = np.inf
    values["positive"][4:9] = 0
    thresholds = {
        "d_psi": {"statistic": "max", "at_most": 1e-9},
        "positive": {"statistic": "mean", "at_least": 1.0},
    }
    plot_check(tmp_path / "c.png", values, thresholds, check="model", cy_run=1, g2_run=2)
    assert is_picture(tmp_path / "c.png")


def test_one_point_at_rounding(tmp_path, is_picture):
    thresholds = {"phi_wedge_psi_over_vol": {"statistic": "mean", "target": 7.0, "within": 1e-3}}
    values = {"phi_wedge_psi_over_vol": [np.nextafter(7.0, 8)]}
    plot_check(tmp_path / "c.png", values, thresholds, check="analytic")
    assert is_picture(tmp_path / "c.png")


def test_no_value_is_left_out_of_a_logarithmic_histogram(rng):
    """The largest and the smallest neither, though the edges of the bins are powers of logarithms."""
    for values in 10 ** rng.normal(-3, 1, (50, 30)):
        axes = Figure().add_subplot()
        _draw_histogram(axes, values, [], linear=False)
        assert axes.get_xscale() == "log"
        assert sum(bar.get_height() for bar in axes.patches) == len(values)


def test_monge_ampere_ratio(tmp_path, rng, is_picture):
    plot_monge_ampere(tmp_path / "m.png", 3 + rng.normal(0, 0.01, 200), rng.gamma(2, size=200), cy_run=1)
    plot_monge_ampere(tmp_path / "exact.png", np.full(5, 0.2))
    assert is_picture(tmp_path / "m.png")
    assert is_picture(tmp_path / "exact.png")


@pytest.mark.parametrize(("ratio", "weights"), [([1.0, math.nan], None), ([], None), ([1.0], [1.0, 1.0])])
def test_a_ratio_that_cannot_be_drawn_is_refused(tmp_path, ratio, weights):
    with pytest.raises(InputError, match="ratio"):
        plot_monge_ampere(tmp_path / "m.png", ratio, weights)
    assert not list(tmp_path.iterdir())
