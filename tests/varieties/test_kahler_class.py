from fractions import Fraction

import numpy as np
import pytest

from g2links.errors import InputError, PolynomialError
from g2links.potentials.section_basis import section_class
from g2links.varieties.configurations import of_configuration
from g2links.varieties.intersection import intersect
from g2links.varieties.kahler_class import kahler_class, require_circle_bundle
from g2links.varieties.residue import kahler_volume


def bicubic(*t):
    return of_configuration("P2 3; P2 3", polarisation=t)


def test_whole_numbers_are_integers():
    found = kahler_class((2.0, np.int64(3), np.float64(0.37), 1))
    assert found == (2, 3, 0.37, 1)
    assert [type(t) for t in found] == [int, int, float, int]
    assert bicubic(1.0, 2.0) == bicubic(1, 2)
    assert bicubic(1, 2).is_integral
    assert not bicubic(1, 0.37).is_integral


@pytest.mark.parametrize("t", [0, -1, 0.0, -0.5, float("nan"), float("inf"), True, "1", None, 1e7, 1e-7, 1 + 1j])
def test_what_is_no_class(t, as_users_run):
    with pytest.raises(PolynomialError, match="positive numbers are needed"):
        bicubic(1, t)


def test_the_degree_is_exact_for_real_classes():
    """(Σ t_α J_α)^3 = 9 (t_1² t_2 + t_1 t_2²) on the bicubic, with the binary value of 0.37."""
    t = Fraction(0.37)
    variety = bicubic(1, 0.37)
    assert intersect(variety, [variety.polarisation] * 3) == 9 * (t + t**2)
    assert kahler_volume(variety) == pytest.approx((2 * np.pi) ** 3 / 6 * 9 * (0.37 + 0.37**2), rel=1e-14)
    assert kahler_volume(bicubic(2, 0.74)) == pytest.approx(8 * kahler_volume(variety), rel=1e-14)


@pytest.mark.parametrize(
    ("t", "advice"),
    [((1, 0.37), "--polarisation 100 37, "), ((0.5, 1.5), "--polarisation 1 3, "), ((1, 2**0.5), "near it")],
)
def test_the_circle_bundle_needs_whole_numbers(t, advice):
    with pytest.raises(InputError) as refused:
        require_circle_bundle(bicubic(*t), "sample")
    assert advice in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    require_circle_bundle(bicubic(1, 2), "sample")


@pytest.mark.parametrize("t", [(1, 0.37), (0.1, 0.3), (3.7, 2.2), (1, 1e-6), (1e-6, 1e6 / 3)])
@pytest.mark.parametrize("degree", [1, 3, 5])
def test_the_sections_of_a_real_class(t, degree):
    """Their class is at least t, above it by less than a unit of 1/κ, and does not depend on the scale of t."""
    own, twice = section_class(bicubic(*t), degree), section_class(bicubic(*(2 * a for a in t)), degree)
    over = np.array(own.kahler) - np.array(t)
    assert np.all(over >= -1e-9 * max(t))
    assert np.all(over <= 1 / own.root)
    assert max(own.multidegree) == degree
    assert own.multidegree == twice.multidegree
    assert own.root == pytest.approx(2 * twice.root, rel=1e-15)


def test_the_sections_of_integral_classes_are_those_of_their_powers():
    assert section_class(bicubic(1, 2), 3) == ((3, 6), 3.0)
    assert section_class(bicubic(1, 2), 3).kahler == (1, 2)
    near = section_class(bicubic(1, 2 - 1e-12), 6)
    assert near.multidegree == (3, 6)
