import numpy as np
import pytest

from g2links.errors import InputError
from g2links.varieties.catalogue import dwork, fermat_quintic, from_catalogue
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.rational_curves import RationalCurve, conic, lies_on, line

SCALED = Polynomial("2*z0^5+I*z1^5-3*z2^5+z3^5+z4^5+0.1*z0*z1*z2*z3*z4")


@pytest.mark.parametrize("f", [fermat_quintic(), dwork(0.3), SCALED], ids=str)
@pytest.mark.parametrize(("find", "degree"), [(line, 1), (conic, 2)])
def test_lines_and_conics_lie_on_v(f, find, degree, rng):
    curve = find(WeightedHypersurface(f))
    assert curve.degree == degree
    assert np.linalg.matrix_rank(np.array(curve.coefficients)) == degree + 1  # no multiple cover
    s, t = rng.normal(size=(2, 50)) + 1j * rng.normal(size=(2, 50))
    z = curve.at(s, t)
    terms = f.coefficients * np.prod(z[:, None] ** f.exponents[None], axis=2)
    assert np.max(np.abs(terms.sum(axis=1)) / np.abs(terms).sum(axis=1)) < 1e-12
    spoiled = np.array(curve.coefficients)
    spoiled[0, 0] += 1e-6
    assert not lies_on(f, RationalCurve(tuple(map(tuple, spoiled.tolist()))))


def test_where_there_is_none_that_is_said():
    with pytest.raises(InputError, match="line: got"):
        line(WeightedHypersurface(Polynomial("z0^5+z1^5+z2^5+z3^5+z4^5+(z0+2*z1+3*z2+5*z3+7*z4)^5")))
    with pytest.raises(InputError, match="no conic"):
        conic(WeightedHypersurface(Polynomial("z0^5+z1^5+z2^5+z3^5+z4^5+(z0+2*z1+3*z2+5*z3+7*z4)^5")))
    with pytest.raises(InputError, match="weights 1"):
        line(WeightedHypersurface(from_catalogue("p11222")))
