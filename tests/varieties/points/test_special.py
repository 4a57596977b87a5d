import numpy as np
import pytest

from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points.special import special_points
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.real_points import require_on_variety
from g2links.workflow.polynomials import resolve_variety
from tests.varieties.complete_intersection import TwoEquations

CASES = {
    "fermat_quintic": None,
    "dwork(2+0.5j)": None,
    "z0^4*z1 + z1^4*z2 + z2^4*z3 + z3^4*z4 + z4^4*z0": None,
    "z0^18 + z1^18 + z2^18 + z3^3 + z4^2": (1, 1, 1, 6, 9),
    "z0^7 + z1^7 + z2^7 + z3^7 + z4^2*z0": (1, 1, 1, 1, 3),
    "z0^4 + z1^4 + z2^4 + z3^4": None,
}


@pytest.mark.parametrize("text", CASES)
def test_they_lie_on_the_variety_in_their_charts(text):
    variety = resolve_variety(text, CASES[text])
    at = special_points(variety)
    require_on_variety(variety, at.z)
    np.testing.assert_allclose(np.take_along_axis(np.asarray(at.z), np.asarray(at.fixed), axis=1), 1.0)
    assert np.sum(np.abs(at.z) > 1e-12, axis=1).min() <= 2


def test_of_a_sum_of_powers_one_of_each_orbit_is_there():
    """With two coordinates: the 50 images of (1, -1, 0, 0, 0) are one orbit."""
    at = special_points(resolve_variety("fermat_quintic"))
    count = np.sum(np.abs(at.z) > 1e-12, axis=1)
    (pair,) = np.asarray(at.z)[count == 2]
    np.testing.assert_allclose(np.sort(np.abs(pair)), [0, 0, 0, 1, 1], atol=1e-12)
    assert set(count) == {2, 3, 4, 5}


def test_a_corner_of_a_loop_and_the_singular_points_of_the_weighted_space_are_there():
    loop = special_points(resolve_variety("z0^4*z1 + z1^4*z2 + z2^4*z3 + z3^4*z4 + z4^4*z0"))
    assert 1 in np.sum(np.abs(loop.z) > 1e-12, axis=1)
    elliptic = special_points(resolve_variety("z0^18 + z1^18 + z2^18 + z3^3 + z4^2", (1, 1, 1, 6, 9)))
    assert np.any(np.all(np.abs(elliptic.z[:, :3]) < 1e-12, axis=1)), "the point z0 = z1 = z2 = 0 is missing"


def test_a_permutation_of_the_coordinates_gives_as_many_with_two_coordinates():
    text = "z0^5 + 2*z1^5 + 3*z2^5 + z3^5 + z4^5 + z0*z1*z2*z3*z4"
    one = resolve_variety(text)
    order = [3, 0, 4, 2, 1]
    terms = [(c, tuple(e[i] for i in order)) for c, e in one.equations[0].terms]
    other = WeightedHypersurface(Polynomial(terms))
    pairs = [np.sum(np.sum(np.abs(special_points(v).z) > 1e-12, axis=1) == 2) for v in (one, other)]
    assert pairs[0] == pairs[1] == 4


def test_other_families_have_none():
    first, second = Polynomial("z0^3 + z1^3 + z2^3 + z3^3 + z4^3 + z5^3"), Polynomial("z0^3 + 2*z1^3 + 3*z2^3 + 5*z5^3")
    assert special_points(TwoEquations(first, second)).z.shape == (0, 6)
