import math

import numpy as np
import pytest

from g2links.calculus.quadrature import gauss_rule
from g2links.errors import InputError
from g2links.varieties.catalogue import dwork, fermat_quintic, from_catalogue
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.real_locus import cell_points, real_locus, real_period
from tests.varieties.real_lines import mean_over_real_lines

QUINTIC = WeightedHypersurface(fermat_quintic())


def test_the_period_of_the_fermat_quintic():
    """The formula of the literature, ρ(1/5)^5/625 with ρ(s) = 2 (2π)^{-s} cos(πs/2) Γ(s)."""
    rho = 2 * (2 * math.pi) ** -0.2 * math.cos(math.pi / 10) * math.gamma(0.2)
    assert real_period(real_locus(QUINTIC)) == pytest.approx(rho**5 / 625, rel=1e-14)
    assert rho**5 / 625 == pytest.approx(12.92957534, rel=1e-9)


@pytest.mark.parametrize(
    ("f", "turns"),
    [
        (fermat_quintic(), None),
        (fermat_quintic(), (1, 0, 0, 3, 0)),
        (dwork(0.5), None),
        (dwork(-2.0), None),
        (from_catalogue("p11222"), (0, 0, 0, 1, 1)),
        (Polynomial("2*I*z0^5 - I*z1^5 + I*z2^5 + 3*I*z3^5 + I*z4^5 + 0.2*I*z0^2*z1^3"), None),
    ],
    ids=str,
)
def test_points_of_the_cells_lie_on_v_and_move_as_their_derivatives_say(f, turns, rng):
    locus, h = real_locus(WeightedHypersurface(f), turns), 1e-5
    t = rng.uniform(0.05, 0.95, size=(3, 3))
    for cell in locus.cells:
        z, moved = cell_points(locus, cell, t)
        terms = f.coefficients * np.prod(z[:, None] ** f.exponents[None], axis=2)
        assert np.max(np.abs(terms.sum(axis=1))) < 1e-13
        for a in range(3):
            step = h * np.eye(3)[[a]]
            there, back = cell_points(locus, cell, t + step)[0], cell_points(locus, cell, t - step)[0]
            assert np.allclose((there - back) / (2 * h), moved[:, a], atol=1e-7)


@pytest.mark.slow
def test_the_mean_number_of_real_points_on_a_real_line_is_the_volume_of_the_cells(rng):
    """Crofton's formula: the cells cover the real locus once, of the round metric on RP^4."""
    locus = real_locus(WeightedHypersurface(dwork(0.5)))
    nodes, weights = gauss_rule([(0, 1)] * 3, (12, 12, 12))
    volume = 0.0
    for cell in locus.cells:
        z, moved = cell_points(locus, cell, nodes)
        x, v = z.real, moved.real
        radial = np.einsum("nai,ni->na", v, x) / np.sum(x**2, axis=1)[:, None]
        flat = (v - radial[:, :, None] * x[:, None]) / np.linalg.norm(x, axis=1)[:, None, None]
        volume += weights @ np.sqrt(np.linalg.det(flat @ np.swapaxes(flat, 1, 2)))
    mean, error = mean_over_real_lines(dwork(0.5), 10_000, rng)
    assert math.pi**2 * mean == pytest.approx(volume, abs=4 * math.pi**2 * error)
    assert math.pi**2 * error < 0.015 * volume


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (Polynomial("z0^5+z1^5+I*z2^5+z3^5+z4^5"), "not real"),
        (from_catalogue("p11222"), "no real point"),
        (dwork(1.5), "one sign"),
        (Polynomial("z0^4*z1+z1^4*z2+z2^4*z3+z3^4*z4+z4^5"), "no power of z0"),
        (Polynomial("z0^5+z1^5+z2^5+z3^5+z4^5-20*z0^4*z1"), "no graph"),
    ],
    ids=str,
)
def test_what_has_no_such_real_locus_is_refused(f, words):
    with pytest.raises(InputError, match=words):
        real_locus(WeightedHypersurface(f))


def test_turns_are_one_for_each_coordinate():
    with pytest.raises(InputError, match="5 whole numbers"):
        real_locus(QUINTIC, (1, 2))
