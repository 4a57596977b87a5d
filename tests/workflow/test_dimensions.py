"""One hypersurface for every dimension: a torus, K3 surfaces and a fourfold by the same functions and commands."""

import json
import math
from functools import partial

import jax
import numpy as np
import pytest

import g2links
from g2links.calculus.map_points import map_points
from g2links.checks import identities
from g2links.errors import InputError, PolynomialError
from g2links.links.structure import ContactCalabiYau
from g2links.measures.assessment import assess
from g2links.measures.chern_numbers import chern_numbers, concentrated_sample
from g2links.measures.curvature import chern_densities, chern_names, curvature, top_product
from g2links.varieties import parse_polynomial
from g2links.varieties.catalogue import fermat_family
from g2links.varieties.charts import SliceChart
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.periods import holomorphic_volume
from g2links.varieties.points.sampling import integral
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.residue import kahler_volume
from g2links.varieties.variety import require_calabi_yau
from tests.cli.commands import SMALL_CURVE, run

TORUS, K3, FOURFOLD = (WeightedHypersurface(fermat_family((1,) * n, 0, f"fermat_{n}")) for n in (3, 4, 6))
WEIGHTED_K3 = WeightedHypersurface(fermat_family((1, 1, 1, 3), 0.1, "p1113"))
EULER = {"fermat_3": 0, "fermat_4": 24, "fermat_6": 2610}
SOLVED = {"fermat_3": {}, "fermat_4": {}, "fermat_6": {"degree": 3}}
SIGMA = {"fermat_3": 1e-10, "fermat_4": 1e-3, "fermat_6": 0.1}


@pytest.fixture(scope="module", params=[TORUS, K3, FOURFOLD], ids=lambda f: f.name)
def solved(request):
    f = request.param
    return g2links.solve(f, **{**SMALL_CURVE, **SOLVED[f.name]})


def test_the_volume_and_the_normalisation_are_exact(solved):
    variety, errors = solved.variety, solved.record["standard_errors"]
    n = variety.dimension
    assert kahler_volume(variety) == pytest.approx((2 * math.pi) ** n * (n + 2) / math.factorial(n))
    value, error = solved.integrate(lambda z: 1.0)
    assert abs(value - solved.volume) < 4 * error
    exact = math.sqrt(kahler_volume(variety) / holomorphic_volume(variety))
    assert abs(solved.figures["normalisation"] - exact) < 4 * errors["normalisation"] + 1e-9
    assert solved.sigma < SIGMA[variety.name]


def test_chern_numbers_from_the_curvature(solved):
    variety, u = solved.variety, solved.model.kahler_potential
    found = assess(
        variety,
        u,
        variety.sample(60, 1),
        concentrated_sample(variety, 400, 2),
    ).integrals
    numbers = chern_numbers(variety)
    names = chern_names(variety.dimension)
    assert numbers[names[-1]] == pytest.approx(EULER[variety.name])
    for name, exact in numbers.items():
        value, error = found["euler_number" if name == names[-1] else name]
        assert abs(value - exact) < 4 * error + 1e-8


def test_the_contact_structure_is_exact_and_a_wrong_contact_form_is_seen(solved):
    variety, link = solved.variety, solved.link
    derive = identities.derivative("autodiff")

    class Spoiled(ContactCalabiYau):
        """With the η of another potential, and Υ times a function, where `wrong` is not 0."""

        def __init__(self, wrong):
            super().__init__(variety, link.potential, link.normalisation)
            self.wrong = wrong

        def eta(self, chart, x):
            other = ContactCalabiYau(variety, lambda z: 0.0 * z[0].real, 1.0)
            return super().eta(chart, x) + self.wrong * (other.eta(chart, x) - super().eta(chart, x))

        def upsilon(self, chart, x):
            return (1 + self.wrong * x[0] ** 2 * x[-2]) * super().upsilon(chart, x)

    def errors_at(wrong, at):
        return identities._contact(Spoiled(wrong), derive, SliceChart(at, np.zeros(())))

    errors_of = jax.jit(jax.vmap(errors_at, (None, 0)))
    points = variety.sample(20, 3)
    errors = errors_of(0.0, points.at)
    assert {name: float(np.max(value)) for name, value in errors.items() if np.max(value) > 1e-11} == {}
    spoiled = errors_of(1.0, points.at)
    if variety != TORUS:  # where every form of degree 2 is closed, and K_ref + u is flat
        assert np.mean(spoiled["d_upsilon"]) > 1e-3
    assert np.max(spoiled["d_eta_minus_omega"]) > 1e-3


def test_what_needs_a_threefold_says_so(solved):
    chart = solved.link.chart(solved.points.z[0])
    for form in (solved.link.phi, solved.link.psi):
        with pytest.raises(InputError, match="dimension 7"):
            form(chart, solved.link.origin(chart))
    with pytest.raises(InputError, match="dimension 7"):
        solved.sample(10)


def test_the_solved_metric_of_a_torus_is_flat():
    cy = g2links.solve(TORUS, **SMALL_CURVE)
    at = partial(curvature, TORUS, cy.model.kahler_potential)
    few = cy.points.rows(slice(50))
    assert np.max(map_points(lambda *point: at(*point).riemann_norm, few)) < 1e-7


def test_integrals_on_a_weighted_k3():
    plain = fermat_family((1, 1, 1, 3), 0, "p1113")
    variety = WeightedHypersurface(plain)
    points = variety.sample(20_000, 4)
    value, error = integral(np.ones(len(points.z)), points)
    assert abs(value - holomorphic_volume(variety)) < 4 * error
    assert error < 0.01 * value
    points = WEIGHTED_K3.sample(2000, 4)
    assert np.max(np.abs(jax.vmap(WEIGHTED_K3.polynomial)(points.z))) < 1e-12


def test_top_products_are_determinants(rng):
    for n in (1, 2, 3, 4):
        a = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
        whole = top_product(np.stack([a] * n))
        np.testing.assert_allclose(whole, math.factorial(n) * np.linalg.det(a), rtol=1e-12)


def test_chern_forms_of_a_fubini_study_metric():
    """K = log(1 + |z|²) on C^n at z = 0: c(P^n) = (1 + H)^{n+1}."""
    from g2links.measures.curvature import Curvature

    for n in (1, 2, 3, 4):
        one = np.eye(n)
        riemann = np.einsum("ab,cd->abcd", one, one) + np.einsum("ad,cb->abcd", one, one)
        found = chern_densities(Curvature(one + 0j, one + 0j, riemann + 0j), np.asarray(1.0 + 0j))
        volume = math.factorial(n) / math.pi**n
        for k, name in enumerate(chern_names(n), start=1):
            np.testing.assert_allclose(found[name], math.comb(n + 1, k) * volume, rtol=1e-12)


def test_polynomials_of_other_degrees_are_algebra_and_no_calabi_yau():
    cubic = Polynomial(tuple((1, tuple(3 * int(i == j) for j in range(4))) for i in range(4)))
    assert (cubic.degree, cubic.variables) == (3, 4)
    surface = WeightedHypersurface(cubic)
    assert (surface.dimension, surface.is_calabi_yau) == (2, False)
    with pytest.raises(PolynomialError, match=r"degree 3 .* asks for degree 4"):
        require_calabi_yau(surface)
    with pytest.raises(PolynomialError, match="degree 4"):
        g2links.solve(cubic)
    with pytest.raises(PolynomialError, match="degree 4"):
        ContactCalabiYau(cubic, lambda z: 0.0, 1.0)


def test_text_has_as_many_variables_as_it_names():
    assert parse_polynomial("z0^4+z1^4+z2^4+z3^4").terms == K3.polynomial.terms
    assert parse_polynomial("z0^4+z1^4+z2^4", (1, 1, 1, 1)).variables == 4
    with pytest.raises(PolynomialError, match=r"z0\.\.z3"):
        parse_polynomial("z0^4+z4^4", (1, 1, 1, 1))


def test_the_commands_on_a_k3_surface(tmp_path, capsys):
    place = ["--home", str(tmp_path)]
    small = ["--n-points", "4000", "--degree", "6", "--iterations", "12"]
    assert run(["cy", "--polynomial", "z0^4+z1^4+z2^4+z3^4", *small, *place]) == 0
    checks = ["--n-points", "100", *place, "--json", str(tmp_path / "check.json")]
    for name in ("kahlerity", "contact", "measures"):
        assert run(["check", name, *checks]) == 0
        assert json.loads((tmp_path / "check.json").read_text())["passed"]
    before = sorted(tmp_path.rglob("*"))
    for command in (["check", "analytic"], ["check", "torsion"], ["check", "model"], ["sample"]):
        capsys.readouterr()
        assert run([*command, *place]) == 2
        assert "dimension 7" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before
