"""Of what degrees the features of an algebraic potential are."""

import pytest

from g2links.potentials.covering_degrees import covering_degrees
from g2links.ricci_flat.family import Family, choose_family, larger, of_degree, smaller
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial

HEAVY = WeightedHypersurface(Polynomial("z0^84+z1^84+z2^7+z3^3+z4^2", (1, 1, 12, 28, 42)))


@pytest.mark.parametrize(
    ("weights", "text", "degrees"),
    [
        ((1, 1, 1, 6, 9), "z0^18+z1^18+z2^18+z3^3+z4^2", (12, 14)),  # isotropy of order 3 at a point
        ((1, 1, 1, 2, 5), "z0^10+z1^10+z2^10+z3^5+z4^2", (16, 16)),  # none
        ((1, 1, 2, 8, 12), "z0^23*z1+z1^22*z2+z2^8*z3+z3^3+z4^2", (10, 13)),  # of order 4, and little symmetry
    ],
)
def test_features_have_the_degrees_that_the_isotropy_tells_apart(weights, text, degrees):
    features = choose_family(WeightedHypersurface(Polynomial(text, weights))).ansatz.features
    assert features.degrees == tuple(range(degrees[0], degrees[1] + 1))


def test_features_where_no_coordinate_has_weight_1():
    """There are no monomials of degree 1, which powers of a steepness could be multiplied by."""
    polynomial = Polynomial("z0^6*z2+z1^6*z3+z2^5+z3^5+z4^3", (2, 2, 3, 3, 5))
    features = choose_family(WeightedHypersurface(polynomial)).ansatz.features
    assert features.factors >= 2
    assert features.count <= 250


def test_degrees_are_chosen_where_those_that_isotropy_tells_apart_are_too_many():
    features = choose_family(HEAVY, "algebraic").ansatz.features
    assert features.degrees == (40, 41, 42, 43) == covering_degrees(HEAVY, 40)
    assert features.count <= 250


def test_chosen_degrees_are_those_of_a_stage_again():
    """A search is resumed by the degree of its stage."""
    family: Family | None = choose_family(HEAVY, "algebraic")
    wider = larger(family)
    assert wider.ansatz.features.degrees == (42, 43, 48, 49, 52, 54)
    for each in (family, wider):
        assert of_degree(each, each.ansatz.features.degree).ansatz == each.ansatz
    assert smaller(wider).ansatz.features.degree < 54
