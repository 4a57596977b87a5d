"""Degrees whose sections see every point with isotropy."""

import numpy as np
import pytest

from g2links.potentials.covering_degrees import covering_degrees, covering_up_to
from g2links.varieties.polynomial import exponents_of_degree
from g2links.workflow.polynomials import resolve_variety

HEAVY = resolve_variety("z0^84+z1^84+z2^7+z3^3+z4^2", (1, 1, 12, 28, 42))
CHAIN = resolve_variety("z0^23*z1+z1^22*z2+z2^8*z3+z3^3+z4^2", (1, 1, 2, 8, 12))


@pytest.mark.parametrize(("variety", "lowest"), [(HEAVY, 1), (HEAVY, 40), (CHAIN, 9)])
def test_sections_at_points_with_isotropy(variety, lowest):
    """Monomials in the coordinates that are not 0, and each of the others times one, found one by one."""
    degrees = covering_degrees(variety, lowest)
    monomials = np.concatenate([exponents_of_degree(variety.weights, j) for j in degrees])
    assert min(degrees) >= lowest
    for nonzero in variety.isotropic:
        others = np.setdiff1d(np.arange(variety.variables), nonzero)
        assert np.any(~monomials[:, others].any(axis=1))
        linear = monomials[monomials[:, others].sum(axis=1) == 1][:, others]
        assert linear.any(axis=0).all(), (nonzero, degrees)


def test_no_degree_is_there_for_nothing():
    degrees = covering_degrees(HEAVY, 40)
    assert degrees == (40, 41, 42, 43)
    assert covering_degrees(HEAVY, 41) == (41, 42, 43, 48, 52, 54)


def test_one_degree_where_there_is_no_isotropy():
    assert covering_degrees(resolve_variety("z0^5+z1^5+z2^5+z3^5+z4^5", None), 3) == (3,)


def test_the_highest_that_do_not_exceed_a_degree():
    assert covering_up_to(HEAVY, 50) == (40, 41, 42, 43)
    assert covering_up_to(HEAVY, 54)[-1] == 54
    assert covering_up_to(HEAVY, 2) == covering_degrees(HEAVY, 1)
