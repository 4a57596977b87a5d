import math

import numpy as np
import pytest

from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.periods import holomorphic_volume
from g2links.varieties.points.sampling import integral
from g2links.varieties.polynomial import Polynomial
from g2links.workflow.polynomials import resolve_variety
from tests.varieties.complete_intersection import TwoEquations

LOOP = "z0^4*z1 + z1^4*z2 + z2^4*z3 + z3^4*z4 + z4^4*z0"


def exact(text, weights=None):
    return holomorphic_volume(resolve_variety(text, weights))


@pytest.mark.parametrize(
    ("text", "weights", "value"),
    [
        ("fermat_quintic", None, 47.29756),
        (LOOP, None, 144.20),
        ("z0^7 + z1^7 + z2^7 + z3^7 + z4^2*z0", (1, 1, 1, 1, 3), 121.0),
        ("z0^23*z1 + z1^22*z2 + z2^8*z3 + z3^3 + z4^2", (1, 1, 2, 8, 12), 253.51),
    ],
)
def test_sums_of_powers_loops_and_chains(text, weights, value):
    """All found by another route."""
    assert exact(text, weights) == pytest.approx(value, rel=5e-4)


@pytest.mark.parametrize("psi", [0.5, 0.9, 0.3 + 0.1j, -0.4j])
def test_the_quintic_family_by_its_hypergeometric_series(psi):
    """(π³/625) Σ_r (-1)^{r+1} γ(r/5)^5 |Π_r|², Π_r = (5ψ)^{r-1}/Γ(r) Σ_k (r/5)_k^4/Π_j ((r+j)/5)_k ψ^{5k}."""
    total = 0.0
    for r in range(1, 5):
        term, series = 1.0 + 0j, 0j
        for k in range(2000):
            series += term
            term *= (r / 5 + k) ** 4 / math.prod((r + j) / 5 + k for j in range(1, 5)) * psi**5
        gamma = math.gamma(r / 5) / math.gamma(1 - r / 5)
        total += (-1) ** (r + 1) * gamma**5 * abs((5 * psi) ** (r - 1) / math.gamma(r) * series) ** 2
    assert exact(f"dwork({psi})") == pytest.approx(math.pi**3 / 625 * total, rel=1e-11)


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        (f"{LOOP} + 2j*z0*z1*z2*z3*z4", None),
        ("z0^8 + z1^8 + z2^4 + z3^4 + z4^4 - 3*z0*z1*z2*z3*z4", (1, 1, 2, 2, 2)),
        ("z0^23*z1 + z1^22*z2 + z2^8*z3 + z3^3 + z4^2", (1, 1, 2, 8, 12)),
        ("2*z0^4 + z1^4 + 1j*z2^4 + z3^4 + (1+1j)*z0*z1*z2*z3", None),
        ("z0^3 + z1^3 + z2^3 + z0*z1*z2", None),
        ("z0^6 + z1^6 + z2^6 + z3^6 + z4^6 + z5^6 + 3*z0*z1*z2*z3*z4*z5", None),
    ],
)
def test_against_random_points_in_every_dimension(text, weights):
    variety = resolve_variety(text, weights)
    points = variety.sample(20_000, 4)
    value, error = integral(np.ones(points.n), points)
    assert abs(value - holomorphic_volume(variety)) < 4 * error
    assert error < 0.02 * value


def test_coefficients_scale_it():
    """z_j -> z_j/c_j^{1/5} takes Σ c_j z_j^5 to Σ z_j^5: ∫|h|² is divided by Π |c_j|^{2/5}."""
    c = np.array([2.0, 0.5j, 1 + 1j, 3.0, -1.0])
    scaled = Polynomial(list(zip(c, 5 * np.eye(5, dtype=int), strict=True)))
    expected = exact("fermat_quintic") / np.prod(np.abs(c) ** 0.4)
    assert holomorphic_volume(WeightedHypersurface(scaled)) == pytest.approx(expected, rel=1e-13)


def test_where_it_is_not_known():
    assert exact("dwork(1.5)") is None, "beyond the conifold the series diverges"
    assert exact("z0^5 + z1^5 + z2^5 + z3^5 + z4^5 + z0^3*z1^2") is None
    first, second = (Polynomial(f"z0^3 + z1^3 + z2^3 + z3^3 + {k}*z4^3 + z5^3") for k in (1, 2))
    assert holomorphic_volume(TwoEquations(first, second)) is None
