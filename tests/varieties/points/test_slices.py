"""Slices of V and the rational curve lie on V, and the triangles are small."""

import numpy as np
import pytest

from g2links.varieties.catalogue import from_catalogue
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points.slices import rational_curve, slice_of
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.real_points import are_on_variety

FERMAT = "z0^5+z1^5+z2^5+z3^5+z4^5"


def _variety(text, weights=None):
    f = Polynomial(text, weights) if "z" in text else from_catalogue(text)
    return WeightedHypersurface(f)


@pytest.mark.parametrize("text", ["fermat_quintic", "dwork(0.3)", "p11222", "z0^3+z1^3+z2^3", f"{FERMAT}+z0^4*z1"])
def test_a_slice_lies_on_v(text):
    variety = _variety(text)
    part = slice_of(variety, 3000)
    assert 1000 < len(part.z) <= 3000
    assert are_on_variety(variety, part.z).all()
    others = np.delete(np.arange(variety.variables), [part.moving, part.solved])
    assert np.ptp(part.z[:, others], axis=0).max() == 0
    assert set(np.unique(part.triangles)) <= set(range(len(part.z)))
    edges = part.z[part.triangles] - part.z[np.roll(part.triangles, 1, axis=1)]
    assert np.median(np.abs(edges).max(axis=(1, 2))) < 0.3


def test_a_slice_of_a_cone_over_other_monomials_is_none():
    """No coordinate but the first has a pure power."""
    assert slice_of(_variety("z0^5 + z1^4*z2 + z2^4*z3 + z3^4*z4 + z4^4*z1"), 1000) is None


def test_the_rational_curve_is_on_the_quintics_where_its_terms_cancel():
    t = np.array([0, 1, 0.3 - 2j])
    for text in (FERMAT, f"{FERMAT}+(0.3+0.1j)*z0*z1*z2*z3*z4"):
        z = rational_curve(_variety(text), t)
        np.testing.assert_array_equal(z[2], [1, -1, t[2], 0, -t[2]])
        assert are_on_variety(_variety(text), z).all()
    for text in ("2*z0^5+z1^5+z2^5+z3^5+z4^5", f"{FERMAT}+z0^4*z1", "p11222", "z0^3+z1^3+z2^3"):
        assert rational_curve(_variety(text), t) is None
