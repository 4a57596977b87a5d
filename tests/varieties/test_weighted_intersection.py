import numpy as np
import pytest

from g2links.errors import InputError, PolynomialError
from g2links.measures.chern_numbers import chern_numbers
from g2links.potentials.section_basis import independent_monomials
from g2links.potentials.sections import Sections
from g2links.varieties.complete_intersection import CompleteIntersection
from g2links.varieties.configurations import as_text, of_configuration, of_equations, read_configuration
from g2links.varieties.intersection_catalogue import named_intersection
from g2links.varieties.points import coordinate_planes
from g2links.varieties.points.sampling import effective_sample_size, integral
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.registry import variety_from_config
from g2links.varieties.residue import kahler_volume
from tests.varieties.complete_intersection import TwoEquations

QUADRICS = "z0^2+z1^2+z2^2-z3^2", "z0^2+2*z1^2-3*z2^2+0.5*z3^2+z0*z1"


@pytest.mark.parametrize(
    ("name", "euler", "second", "sections"),
    [("p111113_26", -256, 52, (31, 60)), ("p111122_44", -144, 40, (28, 56))],
)
def test_exact_numbers(name, euler, second, sections):
    """Euler numbers and c_2·H of the tables; and h^0(k) = κk³/6 + c_2·H k/12, κ = 4."""
    for variety in (named_intersection(name), named_intersection(f"{name}(0)")):
        numbers = chern_numbers(variety)
        assert (numbers["c3"], numbers["c2_h"], numbers["c1_h2"]) == (euler, second, 0)
        assert kahler_volume(variety) == pytest.approx((2 * np.pi) ** 3 * 4 / 6, rel=1e-14)
        assert tuple(len(independent_monomials(variety, k)) for k in (3, 4)) == sections
        assert variety_from_config(variety.to_config()) == variety
        ambient, equations = as_text(variety)
        assert of_equations(ambient, equations).degrees == variety.degrees


def test_points_on_coordinate_planes_have_the_law_of_another_sampler():
    """Of an elliptic curve P3[2,2], where both samplers are at hand: ∫|h|² and a moment."""
    f, g = map(Polynomial, QUADRICS)
    law = coordinate_planes.fitted_law((f, g))
    rng = np.random.default_rng(3)
    z = coordinate_planes.draw((f, g), law, 3000, rng)
    assert np.max(np.abs([f(p) for p in z[:20]] + [g(p) for p in z[:20]])) < 1e-10
    weights = coordinate_planes.weights((f, g), law, z)
    other = TwoEquations(f, g).sample(4000, 2)
    exact, error = integral(np.ones(other.n), other)
    own, own_error = np.mean(weights), np.std(weights) / np.sqrt(len(weights))
    assert abs(own - exact) < 4 * np.hypot(error, own_error)
    assert max(error, own_error) < 0.03 * exact
    turned = coordinate_planes.weights((f, g), law, z * np.exp(0.3j) * 1.7)
    np.testing.assert_allclose(turned, weights, rtol=1e-10)
    shares = law.shares * np.where(np.arange(len(law.shares)) == 0, 3, 1)
    spoiled = coordinate_planes.weights((f, g), law._replace(shares=shares), z)
    assert abs(np.mean(spoiled) - exact) > 4 * np.hypot(error, own_error)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["p111113_26", "p111122_44(0)"])
def test_volume_of_a_weighted_intersection(name):
    """∫ω³/6 of a metric that is not the one of any law."""
    from g2links.measures.monge_ampere import measure

    variety = named_intersection(name)
    points = variety.sample(3000, 4)
    assert np.max(np.abs(np.asarray([variety.values(z) for z in points.z[:50]]))) < 1e-12
    assert effective_sample_size(points.weights) > 0.2
    value, error = measure(variety, lambda z: 0.0 * z[0].real, points).volume_ratio
    assert abs(value - 1) < 4 * error < 0.1


def test_what_is_refused():
    with pytest.raises(InputError, match="weighted space"):
        read_configuration("P(1,1,2) 4; P1 2")
    with pytest.raises(InputError, match="weights"):
        read_configuration("P(1,0,2) 4")
    with pytest.raises(PolynomialError, match="two, where"):
        of_configuration("P(1,1,1,1,1,1,2) 2 2 4")
    with pytest.raises(PolynomialError, match="isotropy of order 2"):
        of_configuration("P(1,1,1,2,2,2) 4 5").require_solvable()
    with pytest.raises(PolynomialError, match="do not add up"):
        of_configuration("P(1,1,1,1,1,3) 2 5").require_solvable()
    with pytest.raises(InputError, match="at least 3"):
        Sections(named_intersection("p111113_26"), 2)
    with pytest.raises(PolynomialError, match="weights"):
        CompleteIntersection((5,), named_intersection("p5_33").equations, (), "", (1, 1, 1, 1, 1, 3))
