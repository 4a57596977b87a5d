"""Complete intersections in products of projective spaces: exact numbers, points with their law, sections, searches."""

import math

import numpy as np
import pytest

from g2links.errors import InputError, PolynomialError
from g2links.measures.chern_numbers import chern_numbers
from g2links.potentials.section_basis import independent_monomials
from g2links.varieties.complete_intersection import CompleteIntersection
from g2links.varieties.configurations import (
    of_configuration,
    of_equations,
    read_ambient,
    read_configuration,
    read_equations,
)
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.intersection import chern_classes, integrate, intersect, linear, multiply
from g2links.varieties.intersection_catalogue import INTERSECTIONS, all_intersections, named_intersection
from g2links.varieties.points import linear_sections, path_tracking
from g2links.varieties.points.linear_sections import section_kinds
from g2links.varieties.points.path_tracking import LostSolutions, solve_systems
from g2links.varieties.points.sampling import Points, effective_sample_size, integral
from g2links.varieties.points.systems import Shape
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.real_points import are_on_variety
from g2links.varieties.registry import variety_from_config
from g2links.varieties.residue import kahler_volume
from g2links.varieties.smooth.singular_search import require_nonsingular, search_singular_points
from tests.varieties.complete_intersection import TwoEquations

DEGREES = {"p5_33": 9, "p5_24": 8, "p6_223": 12, "p7_2222": 16, "bicubic": 18, "tetra_quadric": 48}


CONICS = Shape((3,), ((2,), (2,)))
"""Two conics in a plane: that of all tests here, as it is compiled once."""


def _ones(points):
    return np.ones(points.n)


def _agree(first, second, sigmas=4):
    """Two integrals (value, error), of independent points."""
    return abs(first[0] - second[0]) < sigmas * math.hypot(first[1], second[1])


def test_exact_numbers_of_the_catalogue():
    for variety in all_intersections():
        entry = INTERSECTIONS[variety.name.partition("(")[0]]
        assert (variety.dimension, variety.is_calabi_yau) == (3, True)
        assert chern_numbers(variety)["c3"] == 2 * (entry.h11 - entry.h21)
        assert variety_from_config(variety.to_config()) == variety
    for name, degree in DEGREES.items():
        variety = named_intersection(name)
        assert intersect(variety, [variety.polarisation] * 3) == degree
        assert kahler_volume(variety) == pytest.approx((2 * np.pi) ** 3 / 6 * degree, rel=1e-14)


def test_sections_are_as_many_as_riemann_and_roch_say():
    """χ(kt) = κ k³/6 + c_2·t k/12, which is h⁰ by Kodaira's theorem."""
    for variety in (*all_intersections(), of_configuration("P2 3; P2 3", polarisation=(1, 2))):
        t = variety.polarisation
        cubic = intersect(variety, [t] * 3)
        linear_ = integrate(variety, multiply(chern_classes(variety)[2], linear(t)))
        for k in (1, 2, 3) if variety.variables < 8 else (1, 2):
            assert len(independent_monomials(variety, k)) == cubic * k**3 / 6 + linear_ * k / 12


def test_a_configuration_is_read():
    assert read_configuration("P4 4 1; P1 1 1") == ((4, 1), ((4, 1), (1, 1)), ())
    assert str(read_configuration("P1^4 2")) == "P1 2; P1 2; P1 2; P1 2"
    assert read_ambient("P3 x P3") == read_ambient("P3; P3") == read_ambient("P3^2") == (3, 3)
    (f,) = read_equations("2*x_0^3*y1^3 - x2^3*y_2^3/3", (2, 2))
    assert f.terms == ((2, (3, 0, 0, 0, 3, 0)), (-1 / 3, (0, 0, 3, 0, 0, 3)))
    assert read_equations("z0^2+z3^2; z1^3", (3,))[1].degree == 3


@pytest.mark.parametrize(
    "text",
    ["", "P2", "P2 3; P2", "P2 3 P2 3", "P2 3; Q2 3", "P2 -3", "P0 1", "P99 3", "P2 99", "P1^17 2", "P2 3 0; P2 3 0"],
)
def test_what_is_no_configuration_is_refused(text):
    with pytest.raises(InputError):
        read_configuration(text)


@pytest.mark.parametrize(
    ("ambient", "equations", "said"),
    [
        ("P2 x P2", "x0^3*y5^3", "y5.*x0 to x2, y0 to y2"),
        ("P2 x P2", "x0^3*u0^3", "u0"),
        ("P2 x P2", "x0^3*y0^3 + x1^2*y1^3", "one degree in the coordinates of each space"),
        ("P2 x P2", " ; ", "at least one polynomial"),
        ("P2 x P2", "x0^3*y0^3 - x0^3*y0^3", "zero"),
        ("P2 x P2", "open('f')", "equations|polynomial"),
        ("2 2", "x0", "P5, P3 x P3"),
        ("P2", "z0^3; z1^3", "at most 1"),
    ],
)
def test_what_are_no_equations_is_refused(ambient, equations, said):
    with pytest.raises(InputError, match=said):
        of_equations(ambient, equations)


def test_what_is_no_intersection_is_refused():
    f = Polynomial("z0^3*z3^3+z1^3*z4^3+z2^3*z5^3")
    for arguments in (
        ((2, 2), ()),
        ((2, 3), (f,)),
        ((2, 2), (f,), (1,)),
        ((2, 2), (f,), (1, 0)),
        ((), (f,)),
    ):
        with pytest.raises(PolynomialError):
            CompleteIntersection(*arguments)
    for name in ("bicubic(x)", "bicubic(1", "bicubic(-1)", "tricubic"):
        with pytest.raises(InputError):
            named_intersection(name)
    with pytest.raises(PolynomialError):
        variety_from_config({"family": "complete intersection", "spaces": [2]})


def _systems(a, b):
    """n systems z_0² = a z_2², z_1² = b z_2²."""
    systems = np.zeros((2, len(a), len(CONICS.exponents[0])), dtype=complex)
    place = {tuple(row): i for i, row in enumerate(CONICS.exponents[0].tolist())}
    systems[0][:, place[2, 0, 0]] = systems[1][:, place[0, 2, 0]] = 1
    systems[0][:, place[0, 0, 2]], systems[1][:, place[0, 0, 2]] = -a, -b
    return tuple(systems)


def test_all_solutions_of_systems_with_known_ones(rng):
    """The four of each are written down. With a = 0 they are double."""
    a, b = rng.normal(size=(2, 40)) + 1j * rng.normal(size=(2, 40))
    found = solve_systems(CONICS, _systems(a, b), rng)
    assert found.shape == (40, CONICS.solutions, 3) == (40, 4, 3)
    ratio = (found / found[..., 2:])[..., :2] / np.sqrt(np.stack([a, b], axis=1))[:, None]
    signs = np.sort(np.rint(ratio.real) @ [2, 1], axis=1)
    np.testing.assert_array_equal(signs, np.tile([-3, -1, 1, 3], (40, 1)))
    np.testing.assert_allclose(ratio, np.rint(ratio.real), atol=1e-10)
    a[0] = 0
    with pytest.raises(LostSolutions, match="1 of 40"):
        solve_systems(CONICS, _systems(a, b), rng)


def test_a_path_that_jumps_is_followed_anew(rng, monkeypatch):
    """With one step along each path many solutions are lost at first, and none in the end."""
    systems = tuple(rng.normal(size=(30, 6)) + 1j * rng.normal(size=(30, 6)) for _ in range(2))
    sizes = []
    complete = path_tracking._complete
    monkeypatch.setattr(path_tracking, "_by_elimination", _nothing)
    monkeypatch.setattr(path_tracking, "_FIRST", path_tracking.Steps(1, 1))
    monkeypatch.setattr(path_tracking, "_complete", lambda s, c, f: sizes.append(len(f)) or complete(s, c, f))
    assert solve_systems(CONICS, systems, rng).shape == (30, 4, 3)
    assert sizes[:2] == [1, 30]
    assert 0 < sizes[2] < 30


def _nothing(shape, systems):
    n = len(systems[0])
    return np.empty((n, shape.solutions, sum(shape.sizes)), dtype=complex), np.arange(n)


@pytest.mark.parametrize(
    ("sizes", "degrees"),
    [
        ((3,), ((2,), (2,))),
        pytest.param((3,), ((2,), (3,)), marks=pytest.mark.slow),
        pytest.param((2, 1, 2), ((0, 1, 2), (2, 0, 1)), marks=pytest.mark.slow),
    ],
)
def test_elimination_finds_what_paths_lead_to(sizes, degrees, rng, monkeypatch):
    shape = path_tracking.Shape(sizes, degrees)
    systems = tuple(rng.normal(size=(20, len(e))) + 1j * rng.normal(size=(20, len(e))) for e in shape.exponents)
    found, missing = path_tracking._by_elimination(shape, systems)
    assert len(missing) == 0
    monkeypatch.setattr(path_tracking, "_by_elimination", _nothing)
    followed = solve_systems(shape, systems, rng)
    overlaps = np.ones((20, shape.solutions, shape.solutions))
    for ours, theirs in zip(shape.split(found), shape.split(followed), strict=True):
        overlaps *= np.abs(ours @ theirs.conj().transpose(0, 2, 1)) ** 2
    np.testing.assert_allclose(overlaps.max(axis=1), 1, atol=1e-9)
    assert (np.sum(overlaps > 1 - 1e-6, axis=2) == 1).all()


def test_points_on_planes_have_the_law_of_another_sampler():
    """∫|h|² of P5[2,2] by the sampler of the tests, which eliminates one variable."""
    f, g = Polynomial("z0^2+z1^2+z2^2-z3^2"), Polynomial("z0^2+2*z1^2-3*z2^2+0.5*z3^2+z0*z1")
    ours, other = CompleteIntersection((3,), (f, g)).sample(4000, 1), TwoEquations(f, g).sample(4000, 2)
    assert are_on_variety(CompleteIntersection((3,), (f, g)), ours.z).all()
    assert (np.bincount(ours.lines) == 4).all()
    assert _agree(integral(_ones(ours), ours), integral(_ones(other), other))


def test_points_of_one_equation_in_one_space_are_those_of_a_hypersurface():
    quartic = Polynomial("z0^4+z1^4+z2^4+z3^4-0.3*z0*z1*z2*z3")
    samples = [v.sample(20_000, 1) for v in (CompleteIntersection((3,), (quartic,)), WeightedHypersurface(quartic))]
    assert _agree(*(integral(_ones(points), points) for points in samples))


def test_the_law_follows_the_polarisation():
    """∫|h|² of a K3 surface from points with the laws of two classes, of which sections are mixed in other shares."""
    surfaces = [of_configuration("P1 2; P2 3", 3, t) for t in ((1, 1), (1, 4))]
    assert section_kinds(surfaces[0]) == {(0, 2): 1 / 3, (1, 1): 2 / 3}
    assert section_kinds(surfaces[1])[0, 2] == pytest.approx(8 / 12)
    samples = [v.sample(20_000, 5) for v in surfaces]
    values = [integral(_ones(points), points) for points in samples]
    assert values[0][1] / values[0][0] < 0.01
    assert _agree(*values)
    swapped = Points(samples[0].at, linear_sections.weights(surfaces[1], samples[0].at), samples[0].lines)
    assert not _agree(integral(_ones(swapped), swapped), values[0])


@pytest.mark.slow
def test_sections_of_several_kinds_have_the_points_that_intersection_numbers_say():
    """5 points of the threefold (4,1), (1,1) in P^4 x P^1 on a curve of one kind, 4 on one of the other."""
    variety = named_intersection("p4p1_41_11(1)")
    points = variety.sample(1203, 7)
    sizes = np.bincount(points.lines)
    assert points.n == 1203
    assert set(sizes[:-1]) == {4, 5}
    assert np.mean(sizes[:-1] == 4) == pytest.approx(section_kinds(variety)[2, 1], abs=2 / len(sizes))
    assert are_on_variety(variety, points.z).all()
    assert effective_sample_size(points.weights) > 0.3


def test_a_singular_threefold_is_refused_with_a_point_of_it():
    assert search_singular_points(named_intersection("bicubic")).point is None
    nodal = of_equations("P4", "z0^5+z1^5+z2^5+z3^5+z4^5-5*z0*z1*z2*z3*z4")
    with pytest.raises(PolynomialError, match="V is singular, at"):
        require_nonsingular(nodal)
    point = search_singular_points(nodal).point
    assert np.abs(point**5 / point[0] ** 5 - 1).max() < 1e-6
    with pytest.raises(PolynomialError, match="do not add up"):
        of_configuration("P2 3; P2 2").require_solvable()
