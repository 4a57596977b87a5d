"""Closed formulas of special geometry, each by a second route."""

import itertools
import math

import numpy as np
import pytest

from g2links.errors import InputError
from g2links.quantities.moduli.deformation_space import monomial_basis, product_of_coordinates, read_direction
from g2links.quantities.moduli.exact import coupled_triples, exact_moduli
from g2links.quantities.moduli.special_geometry import (
    along_product,
    dwork_geometry,
    family_of,
    monomial_coupling,
    monomial_metric,
)
from g2links.varieties.catalogue import dwork, fermat_quintic, from_catalogue
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.periods import holomorphic_volume, is_beyond_series, series_radius, volume_derivatives
from g2links.varieties.polynomial import Polynomial

TABLE = {
    0: (0.192256454608457, 1.55531898996),
    0.3: (0.190953749316531, 1.60246834946),
    0.5: (0.190027711556111, 1.71309298431),
    0.9: (0.229763559703134, 3.37089593897),
    0.3 + 0.1j: (0.190564609925610, 1.60640913818),
}
"""GEOMETRY, section 8: Weil-Petersson metric and normalised Yukawa coupling of the Dwork family."""
FERMAT = WeightedHypersurface(fermat_quintic())


def of(name):
    return WeightedHypersurface(from_catalogue(name))


@pytest.mark.parametrize("psi", TABLE)
def test_the_table_of_the_dwork_family(psi):
    found = dwork_geometry(psi)
    assert found.metric == pytest.approx(TABLE[psi][0], rel=1e-13)
    assert found.coupling == pytest.approx(TABLE[psi][1], rel=1e-11)
    assert found.volume == holomorphic_volume(WeightedHypersurface(dwork(psi)))


@pytest.mark.parametrize("psi", [0.3, 0.7, 0.9, 0.3 + 0.1j, -0.6j, 0.99])
def test_the_coupling_is_rational_before_it_is_normalised(psi):
    """The curvature's Y against κ = κ(0)/(1 - ψ^5), the solution of the Picard-Fuchs equation of the third order."""
    at_0, found = dwork_geometry(0), dwork_geometry(psi)
    size = at_0.coupling * at_0.volume * at_0.metric**1.5 / abs(1 - psi**5)
    assert found.coupling == pytest.approx(size / (found.volume * found.metric**1.5), rel=1e-10)


def _log_volume(t, stem):
    product = (1,) * 5
    f = from_catalogue(stem)
    return math.log(holomorphic_volume(WeightedHypersurface(Polynomial([*f.terms, (t, product)], f.weights))))


@pytest.mark.parametrize(("stem", "t"), [("fermat_quintic", -1.5), ("p11222", 2.8 - 1.4j), ("p11226", 2.4j)])
def test_the_metric_is_a_second_derivative(stem, t):
    """-∂∂̄ log N = -¼ Laplacian, by differences of the fourth order: the error falls by 16 where the step is halved."""

    def metric(h):
        around = sum(_log_volume(t + h * 1j**k, stem) for k in range(4))
        far = sum(_log_volume(t + 2 * h * 1j**k, stem) for k in range(4))
        return -(16 * around - far - 60 * _log_volume(t, stem)) / (48 * h**2)

    f = from_catalogue(stem)
    found = along_product(WeightedHypersurface(Polynomial([*f.terms, (t, (1,) * 5)], f.weights)))
    errors = [abs(metric(h) / found.metric - 1) for h in (0.4, 0.2)]
    assert errors[1] < 1e-4
    assert errors[0] / errors[1] > 10


def test_derivatives_of_the_volume():
    """Hermitian, and each the derivative of the one before."""
    product = (1,) * 5
    f = from_catalogue("p11114")

    def at(t):
        return volume_derivatives(WeightedHypersurface(Polynomial([*f.terms, (t, product)], f.weights)), 3)

    here, h = at(0.9), 1e-3
    assert here.shape == (4, 4)
    assert here == pytest.approx(here.conj().T, rel=1e-13)
    real, imaginary = (at(0.9 + h) - at(0.9 - h)) / (2 * h), (at(0.9 + 1j * h) - at(0.9 - 1j * h)) / (2 * h)
    assert here[1:, :3] == pytest.approx(((real - 1j * imaginary) / 2)[:3, :3], rel=1e-5, abs=1e-6)
    centre = volume_derivatives(WeightedHypersurface(f), 2)
    assert centre == pytest.approx(at(1e-9)[:3, :3], rel=1e-6, abs=1e-7)


def test_where_the_series_ends():
    assert series_radius(of("dwork(0.3)")) == pytest.approx(5)
    assert not is_beyond_series(of("dwork(0.998)"))
    for psi in (0.9995, -1.5, 2j, math.nan, math.inf):
        with pytest.raises(InputError, match="< 0"):
            dwork_geometry(psi)
    other = WeightedHypersurface(Polynomial("z0^5 + z1^5 + z2^5 + z3^5 + z4^5 + z0^3*z1^2"))
    assert series_radius(other) is along_product(other) is None
    assert not is_beyond_series(other)
    with pytest.raises(InputError, match="a member of a family"):
        family_of(other)
    share, shares, members = family_of(of("dwork(0.4)"))
    assert share == pytest.approx(0.4)
    assert 25 * members[20].metric == pytest.approx(dwork_geometry(0.4).metric, rel=1e-13)
    assert len(shares) == len(members)


def _gamma(x):
    return math.gamma(x) / math.gamma(1 - x)


def test_the_fermat_point():
    """G_a = Π γ((a_i + 1)/5)/γ(1/5)^5, and 566 couplings q^{n/2}, n = #{i: a_i = b_i = c_i = 1}."""
    f, basis = fermat_quintic(), monomial_basis(fermat_quintic())
    rows = [m.terms[0][1] for m in basis]
    assert rows == sorted(a for a in itertools.product(range(4), repeat=5) if sum(a) == 5)
    for a in rows:
        expected = math.prod(_gamma((x + 1) / 5) for x in a) / _gamma(0.2) ** 5
        assert monomial_metric(f, a) == pytest.approx(expected, rel=1e-12)
    assert 25 * monomial_metric(f, (1,) * 5) == pytest.approx(dwork_geometry(0).metric, rel=1e-13)
    triples = coupled_triples(FERMAT, basis)
    ones = [sum(rows[a][i] == rows[b][i] == rows[c][i] == 1 for i in range(5)) for a, b, c in triples]
    assert np.bincount(ones).tolist() == [300, 195, 60, 10, 0, 1]
    known = exact_moduli(FERMAT, basis, [(0, 0), (0, 1)], triples)
    q = 1.193239962697
    assert [known.couplings[t] for t in triples] == pytest.approx([q ** (n / 2) for n in ones], rel=1e-11)
    assert known.metric[0, 1] == 0.0
    assert monomial_coupling(f, (rows[0], rows[0], rows[0])) == 0.0


def test_monomials_of_sums_of_powers():
    """In the direction of the product the two formulas are one; powers of coefficients by a change of coordinates."""
    for name in ("p11222", "fermat_quintic"):
        found = along_product(of(name))
        assert monomial_metric(from_catalogue(name), (1,) * 5) == pytest.approx(found.metric, rel=1e-12)
        assert monomial_coupling(from_catalogue(name), ((1,) * 5,) * 3) == (
            pytest.approx(found.coupling, rel=1e-9) if name == "fermat_quintic" else 0.0
        )
    assert monomial_metric(from_catalogue("p11226"), (1,) * 5) == 0.0, "z4 is a derivative of f"
    c, a = (2.0, 0.5j, 1 + 1j, 3.0, -1.0), (3, 1, 1, 0, 0)
    scaled = Polynomial(list(zip(c, 5 * np.eye(5, dtype=int), strict=True)))
    factor = math.prod(abs(x) ** (-0.4 * p) for x, p in zip(c, a, strict=True))
    assert monomial_metric(scaled, a) == pytest.approx(factor * monomial_metric(fermat_quintic(), a), rel=1e-12)
    triple = ((3, 1, 1, 0, 0), (0, 1, 1, 3, 0), (0, 1, 1, 0, 3))
    assert monomial_coupling(scaled, triple) == pytest.approx(monomial_coupling(fermat_quintic(), triple), rel=1e-12)
    assert monomial_metric(fermat_quintic(), (4, 1, 0, 0, 0)) == 0.0
    assert monomial_metric(fermat_quintic(), (5, 0, 0, 0, 0)) is monomial_metric(dwork(0.3), (1,) * 5) is None
    assert monomial_coupling(dwork(0.3), ((1,) * 5,) * 3) is None


def test_directions():
    f = from_catalogue("p11222")
    assert len(monomial_basis(f)) == 83
    assert len(monomial_basis(dwork(0.3))) == 101
    assert product_of_coordinates(f).degree == 8
    m = read_direction("z0^4*z1^4 + 2*z2^2*z3^2", f)
    assert len(m.terms) == 2
    for text, said in (("z0^8 + z1^8", "ideal"), ("z0^2", "degree 8"), ("z0^7*z1", "ideal")):
        with pytest.raises(InputError, match=said):
            read_direction(text, f)
    with pytest.raises(InputError, match="ideal"):
        read_direction("z0^5 - 0.3*z0*z1*z2*z3*z4", dwork(0.3))
