"""What `AbstractVariety` promises to a family from outside: two equations, and two C* factors."""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import g2links
from g2links.calculus.jets import real_function_jet
from g2links.checks.identities import contact_errors
from g2links.errors import InputError, PolynomialError
from g2links.links.structure import ContactCalabiYau
from g2links.measures.assessment import assess
from g2links.measures.chern_numbers import chern_numbers, concentrated_sample
from g2links.measures.monge_ampere import measure
from g2links.potentials.metric import hermitian_metric, monge_ampere_ratio
from g2links.potentials.own import register_potential, registered_potential
from g2links.potentials.reference import reference_jet, reference_potential
from g2links.varieties.charts import act, chart_point, embed, selector, slice_chart, tangent_frame
from g2links.varieties.intersection import intersect
from g2links.varieties.points.sampling import Points
from g2links.varieties.registry import register_variety, saved_variety, variety_from_config
from g2links.varieties.variety import AbstractVariety, require_calabi_yau
from tests.documents import blocks
from tests.varieties.complete_intersection import FAMILY, TwoEquations

CUBICS = TwoEquations(
    g2links.Polynomial("z0^3+z1^3+z2^3-0.9*z3*z4*z5"), g2links.Polynomial("z3^3+z4^3+z5^3-0.9*z0*z1*z2"), "P5[3,3]"
)
K3 = TwoEquations(
    g2links.Polynomial("z0^2+z1^2+z2^2+z3^2+z4^2"), g2links.Polynomial("z0^3+z1^3-z2^3+2*z3^3+0.5*z4^3"), "P4[2,3]"
)
TORUS = TwoEquations(
    g2links.Polynomial("z0^2+z1^2+z2^2-z3^2"), g2links.Polynomial("z0^2+2*z1^2-3*z2^2+0.5*z3^2+z0*z1"), "P3[2,2]"
)


@dataclass(frozen=True)
class Bicubic(AbstractVariety):
    """A hypersurface of bidegree (3, 3) in P² × P²: charts and classes, without random points."""

    name: str = "P2xP2[3,3]"

    @property
    def charges(self):
        return ((1, 1, 1, 0, 0, 0), (0, 0, 0, 1, 1, 1))

    @property
    def equations(self):
        text = "z0^3*z3^3+z1^3*z4^3+z2^3*z5^3+0.5*z0*z1*z2*z3*z4*z5+z0^3*z4^3-0.3*z1^2*z2*z5^2*z3+z2^3*z3^3"
        return (g2links.Polynomial(text),)

    def sample(self, n, seed):
        raise InputError("n_points", n, "none: this family has no sampler")

    def to_config(self):
        return {"family": "bicubic"}


def _bicubic_point(rng):
    z = rng.normal(size=6) + 1j * rng.normal(size=6)
    f = Bicubic().equations[0]
    values = [complex(f(jnp.asarray(np.where(np.arange(6) == 5, x, z)))) for x in np.exp(2j * np.pi * np.arange(4) / 4)]
    z[5] = np.roots((np.fft.fft(values) / 4)[::-1])[0]
    return jnp.asarray(z)


@pytest.fixture(params=["two equations", "two factors"])
def place(request, rng):
    """A variety and a point of it."""
    if request.param == "two factors":
        return Bicubic(), _bicubic_point(rng)
    return CUBICS, jnp.asarray(CUBICS.sample(1, 3).z[0])


def test_numbers_from_the_degrees():
    """κ, Euler numbers and c_2·J of P5[3,3] and of the bicubic, and of a K3 surface of degree 6."""
    assert (CUBICS.dimension, CUBICS.is_calabi_yau, intersect(CUBICS, [(1,)] * 3)) == (3, True, 9)
    assert chern_numbers(CUBICS) == {"c1_h2": 0, "c2_h": 54, "c3": -144}
    kappa = [intersect(Bicubic(), [(1, 0)] * k + [(0, 1)] * (3 - k)) for k in range(4)]
    assert (kappa, chern_numbers(Bicubic())["c3"]) == ([0, 3, 3, 0], -162)
    assert (intersect(K3, [(1,)] * 2), chern_numbers(K3)["c2"]) == (6, 24)


def test_what_is_no_calabi_yau_is_refused():
    plane = TwoEquations(g2links.Polynomial("z0^2+z1^2+z2^2+z3^2"), g2links.Polynomial("z0+z1+z2+z3"), "conic")
    with pytest.raises(PolynomialError, match=r"conic.*degrees \(\(2,\), \(1,\)\) do not add up to \(4,\)"):
        require_calabi_yau(plane)

    @dataclass(frozen=True)
    class Mixed(Bicubic):
        @property
        def equations(self):
            return (g2links.Polynomial("z0^3*z3^3+z1^4*z5^2"),)

    with pytest.raises(PolynomialError, match="one degree under the charges"):
        require_calabi_yau(Mixed())


def test_charts_frames_and_the_residue(place, rng):
    """The frame is the derivative of the embedding; det g/|h|², h up to a sign included, is that of other charts."""
    variety, z = place
    chart = jax.jit(partial(slice_chart, variety))(z)

    @jax.jit
    def near_and_along(chart):
        w = selector(chart.centre) @ chart.centre.z
        jacobian = jax.jacfwd(lambda t: embed(variety, chart, t), holomorphic=True)(w)
        near = embed(variety, chart, w + 0.02 * jnp.arange(1, variety.dimension + 1))
        return variety.values(near), jacobian.T, tangent_frame(variety, chart.centre)

    values, derivative, frame = near_and_along(chart)
    assert np.max(np.abs(values)) < 1e-13
    np.testing.assert_allclose(derivative, frame, atol=1e-12)
    turns = rng.normal(size=len(variety.charges)) + 1j * rng.normal(size=len(variety.charges))
    moved = jax.jit(lambda turns, z: slice_chart(variety, act(variety, turns, z)))(turns, z)
    np.testing.assert_allclose(moved.centre.z, chart.centre.z, atol=1e-12)

    @jax.jit
    def ratio(at):
        return monge_ampere_ratio(variety, hermitian_metric(variety, lambda p: 0.0 * p[0].real, at), at)

    last = [int(factor.coordinates[-1]) for factor in variety.factors]
    free = [i for i in range(variety.variables) if i not in last]
    other = chart_point(variety, z, jnp.array(last), jnp.array(sorted(free[1 : 1 + len(variety.equations)])))
    np.testing.assert_allclose(ratio(other), ratio(chart.centre), rtol=1e-9)


def test_the_reference_potential(place):
    variety, z = place
    at = slice_chart(variety, z).centre
    frame = tangent_frame(variety, at)
    scale = jnp.array([0.3 - 0.4j] * len(variety.charges))
    grown = reference_potential(variety, act(variety, scale, z)) - reference_potential(variety, z)
    np.testing.assert_allclose(grown, 2 * 0.3 * sum(variety.polarisation), rtol=1e-12)
    expected = real_function_jet(partial(reference_potential, variety), at.z, frame)
    np.testing.assert_allclose(reference_jet(variety, at.z, frame).mixed, expected.mixed, atol=1e-12)


def test_the_contact_structure(place):
    variety, z = place
    link = ContactCalabiYau(variety, lambda p: 0.1 * jnp.cos(jnp.abs(p[0]) ** 2 / jnp.sum(jnp.abs(p[:3]) ** 2)), 1.3)
    chart = link.chart(z)
    at = jax.tree.map(lambda x: np.asarray(x)[None], chart.centre)
    errors = contact_errors(link, Points(at, np.ones(1), np.zeros(1)))
    assert {name: float(np.max(value)) for name, value in errors.items() if np.max(value) > 1e-11} == {}
    assert link.phi(np.asarray(z)[None]).shape == (1, 35)
    with pytest.raises(InputError, match="not on f = 0"):
        link.chart(z + 0.1)
    on_link = link.point(chart, link.origin(chart).at[-1].set(0.7))
    for factor in variety.factors:
        np.testing.assert_allclose(jnp.sum(jnp.abs(on_link[factor.coordinates]) ** 2), 1, rtol=1e-13)


@pytest.mark.slow
def test_the_euler_number_of_a_k3_surface_by_its_curvature():
    """Of degree 6 in P^4, with the reference metric: points, their law, charts, residue and curvature at once."""
    found = assess(K3, lambda z: 0.0 * z[0].real, K3.sample(60, 1), concentrated_sample(K3, 500, 2)).integrals
    value, error = found["euler_number"]
    assert error < 1
    assert abs(value - 24) < 4 * error


def _quadratic(parameters, z):
    """u = ½ log(Σ e^{a_ij} |z_i z_j|²) - log|z|², as a user would write it."""
    i, j = np.triu_indices(4)
    squares = z.real**2 + z.imag**2
    total = jnp.sum(jnp.exp(parameters["a"]) * squares[i] * squares[j])
    return 0.5 * jnp.log(total) - jnp.log(jnp.sum(squares))


def test_a_metric_by_a_potential_of_ones_own(tmp_path):
    """On a family from outside: a smaller σ than the reference metric, saved, and loaded where both are known."""
    i, j = np.triu_indices(4)
    start = {"a": np.where(i == j, 0.0, np.log(2.0))}
    with pytest.raises(InputError, match="so far for hypersurfaces only"):
        g2links.solve(TORUS, n_points=500, ansatz="neural")
    register_variety(FAMILY, TwoEquations)
    options = {"potential": _quadratic, "parameters": start, "n_points": 2000}
    cy = g2links.solve(TORUS, **options, iterations=4, home=tmp_path)
    assert cy.sigma < 0.8 * measure(TORUS, lambda z: 0.0 * z[0].real, cy.points.rows(slice(500))).sigma[0]
    assert cy.variety == TORUS == variety_from_config(TORUS.to_config())
    assert abs(cy.figures["volume_ratio"] - 1) < 4 * cy.record["standard_errors"]["volume_ratio"] + 1e-9
    again = g2links.open_run(tmp_path)
    np.testing.assert_array_equal(again.model.get_weights()[0], cy.model.get_weights()[0])
    assert "potential tests.varieties.test_variety._quadratic" in repr(again)


@pytest.mark.slow
def test_the_family_of_the_documents():
    (code,) = blocks("docs/own_varieties.md", "python")
    small = code.replace("parameters=start", "parameters=start, n_points=2000, iterations=2")
    names = {"g2links": g2links, "variety": TORUS, "u": _quadratic, "start": {"a": np.zeros(10)}}
    exec(compile(small, "own_varieties.md", "exec"), {**names, "TwoEquations": TwoEquations})
    assert variety_from_config(TORUS.to_config()) == TORUS


@pytest.mark.parametrize(
    ("function", "options", "words"),
    [
        (lambda p, z: p[0] * z[0].real, {"parameters": np.ones(1)}, "changes by .* with the representative"),
        (lambda p, z: p, {"parameters": np.ones(1)}, "one real number"),
        (lambda p, z: 1j * p[0], {"parameters": np.ones(1)}, "one real number"),
        (lambda p, z: p[0] * jnp.nan, {"parameters": np.ones(1)}, "finite values"),
        (lambda p, z: 0.0, {"parameters": np.ones(1, dtype=int)}, "floating-point"),
        (lambda p, z: 0.0, {"parameters": {"a": np.array([np.inf])}}, "finite numbers"),
        (lambda p, z: 0.0, {}, "at least one array"),
        (lambda p, z: 0.0 * p[0], {"parameters": np.ones(1), "degree": 3}, "not with a potential of your own"),
        (lambda p, z: 0.0 * p[0], {"parameters": np.ones(1), "ansatz": "neural"}, "not with a potential of your own"),
        (3, {"parameters": np.ones(1)}, "a function u"),
        (None, {"parameters": np.ones(1)}, "those of `potential`"),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_what_is_no_potential_is_refused_before_any_work(function, options, words):
    with pytest.raises(InputError, match=words):
        g2links.solve("fermat_quintic", potential=function, n_points=100, **options)


def test_a_potential_is_known_by_its_content():
    """An interrupted search is not taken up by another function, or another start, of the same name."""
    start = {"a": np.ones(2)}

    def ansatz(function, parameters):
        return register_potential(function, parameters, "u").fingerprint()

    def linear(p, z):
        return p["a"][0]

    def doubled(p, z):
        return 2.0 * p["a"][0]

    own = ansatz(linear, start)
    assert own == ansatz(linear, {"a": np.ones(2)})
    others = (ansatz(doubled, start), ansatz(linear, {"a": np.zeros(2)}), ansatz(linear, {"b": np.ones(2)}))
    assert own not in others


@pytest.mark.usefixtures("as_users_run")
def test_names_that_nobody_registered_are_refused():
    with pytest.raises(InputError, match="register_variety"):
        variety_from_config({"family": "moduli stack"})
    for given in (5, None, ("z0^3",)):
        with pytest.raises(InputError, match="a variety or a Polynomial"):
            g2links.solve(given)
    with pytest.raises(InputError, match="variety or polynomial"):
        saved_variety({"task": "3form"})
    with pytest.raises(InputError, match="another name"):
        register_variety("weighted hypersurface", TwoEquations)
    with pytest.raises(InputError, match="register_potential"):
        registered_potential("nobody.knows")
