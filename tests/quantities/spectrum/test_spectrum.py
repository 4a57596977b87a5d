"""Spectra of Laplacians: representations, the operator itself, and manifolds whose spectrum is known."""

import dataclasses
import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import g2links
from g2links.errors import InputError
from g2links.forms.laplacian import hodge_laplacian
from g2links.links.structure import ContactCalabiYau
from g2links.quantities.spectrum.default_sizes import default_degree, require_size
from g2links.quantities.spectrum.function_space import FunctionSpace
from g2links.quantities.spectrum.galerkin import LaplaceOperator
from g2links.quantities.spectrum.levels import levels_of
from g2links.quantities.spectrum.representations import irreducible_representations
from g2links.quantities.spectrum.sectors import sectors_of
from g2links.quantities.spectrum.weyl import curvature_squared, heat_trace
from g2links.varieties.catalogue import fermat_family
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.workflow.polynomials import resolve_variety
from tests.cli.commands import SMALL_CURVE
from tests.documents import blocks

QUINTIC = resolve_variety("fermat_quintic")
K3 = WeightedHypersurface(fermat_family((1,) * 4, 0, "fermat_4"))
SHORTEST = 4 * math.pi / (3 * math.sqrt(3))
"""4π²/A · 2/√3 with A = 6π: the lowest eigenvalue of the hexagonal torus of the Fermat cubic, of area ∫ω = 2π·3."""


def _cyclic(order):
    return np.add.outer(np.arange(order), np.arange(order)) % order


def _of_elements(space):
    place = {g: i for i, g in enumerate(space.elements)}
    return np.array([[place[g.after(h)] for h in space.elements] for g in space.elements])


@pytest.mark.parametrize(
    ("table", "dimensions"),
    [
        (_cyclic(5), [1] * 5),
        (_of_elements(FunctionSpace(K3, 1, 1)), [1, 1, 2, 3, 3]),
        (_of_elements(FunctionSpace(QUINTIC, 0, 1)), [1] * 4 + [4] * 4 + [5] * 4 + [6] * 2),
    ],
    ids=["Z5", "S4", "S5xZ2"],
)
def test_irreducible_representations(table, dimensions, rng):
    found = irreducible_representations(table)
    assert [rho.dimension for rho in found] == dimensions
    characters = np.array([rho.character for rho in found])
    np.testing.assert_allclose(characters @ characters.conj().T / len(table), np.eye(len(found)), atol=1e-12)
    g, h = rng.integers(len(table), size=(2, 20))
    for rho in found:
        np.testing.assert_allclose(rho.matrices[g] @ rho.matrices[h], rho.matrices[table[g, h]], atol=1e-12)


@pytest.mark.parametrize(
    ("variety", "charge", "degree"),
    [
        ("fermat_quintic", 0, 2),
        ("fermat_quintic", 2, 1),
        ("dwork(0.3+0.1j)", 0, 2),
        ("dwork(0.5)", 1, 2),
        ("p11222", 0, 3),
        ("p11222", 1, 2),
        ("bicubic", 0, 1),
        ("z0^5+z1^5+z2^5+z3^5+z4^5+0.3*z0^4*z1+0.2*z2^2*z3^2*z4", 0, 2),
    ],
)
@pytest.mark.parametrize("symmetry", ["all", "phases", "none"])
def test_sectors_hold_every_function_once(variety, charge, degree, symmetry):
    space = FunctionSpace(resolve_variety(variety), charge, degree, symmetry)
    sectors = [sector for orbit in sectors_of(space) for sector in orbit]
    assert sum(sector.multiplicity * sector.functions for sector in sectors) == len(space.pairs)
    for sector in sectors:
        rows = sector.rows.toarray()
        np.testing.assert_allclose(rows @ rows.conj().T, np.eye(len(rows)), atol=1e-12)


def _bumpy(variety, z):
    """A potential without a symmetry."""
    return 0.1 * jnp.abs(z[0] + 0.3j * z[1]) ** 2 / jnp.sum(jnp.abs(z) ** 2)


@pytest.mark.parametrize("charge", [0, 2])
def test_the_operator_is_the_laplacian_of_the_link(charge, rng):
    """A combination of all products as a function of real coordinates, and d†d of η² + g_T by differentiating it."""
    potential = partial(_bumpy, K3)
    operator = LaplaceOperator(FunctionSpace(K3, charge, 1), potential)
    pairs = operator.space.pairs
    factors = rng.normal(size=len(pairs)) + 1j * rng.normal(size=len(pairs))
    point = K3.sample(1, 5)
    link = ContactCalabiYau(K3, potential, 1.0)
    chart = link.chart(point.z[0])

    def function(x):
        sections = operator.values(link.gauge_point(chart, x))
        products = sections.alpha[pairs[:, 0]] * sections.beta[pairs[:, 1]].conj()
        value = jnp.exp(1j * charge * x[-1]) * (factors @ products)
        return value.real[None]

    laplacian = jax.jit(hodge_laplacian(function, partial(link.metric, chart), p=0))(link.origin(chart))[0]
    _, found = operator.products(operator.sections_at(1)(point), pairs)
    np.testing.assert_allclose((factors @ found[:, 0]).real, laplacian, rtol=1e-10)


@pytest.fixture(scope="module")
def torus():
    return g2links.solve("z0^3+z1^3+z2^3", weights=(1, 1, 1), **SMALL_CURVE)


def test_the_torus_has_the_lengths_of_its_dual_lattice(torus):
    found = g2links.spectrum(torus, levels=8, degree=8)
    expected = [SHORTEST * square for square in (0, 1, 3, 3, 4, 7, 7, 9)]
    assert [level.multiplicity for level in found.levels[0]][:7] == [1, 6, 2, 4, 6, 6, 6]
    for level, value in zip(found.levels[0], expected, strict=True):
        assert abs(level.eigenvalue - value) < 4 * level.error + 1e-10
        assert level.error < 1e-5
    assert found.passed
    assert abs(found.weyl.deviation) < 1e-3


def test_charges_on_the_torus_are_landau_levels(torus):
    """q(2l + 1) + q², each 3q times: the levels of a charge in the constant field of flux 3q."""
    found = g2links.spectrum(torus, charge=[1, 2], levels=8, degree=8)
    for q, levels in found.levels.items():
        expected = sorted(q * (2 * l + 1) + q**2 for l in range(8) for _ in range(q))[: len(levels)]
        assert {level.multiplicity for level in levels} == {3}
        np.testing.assert_allclose([level.eigenvalue for level in levels], expected, rtol=1e-5)


def test_eigenfunctions_are_as_many_as_their_multiplicity(torus):
    """|F_1|² + ... + |F_m|² is invariant under all symmetries, and the F_i are orthogonal."""
    level = g2links.spectrum(torus, levels=6, degree=4).levels[0][5]
    values = level.eigenfunctions(torus.points.z)
    assert values.shape == (torus.points.n, level.multiplicity)
    weights = torus.points.weights / torus.points.weights.sum()
    gram = (weights[:, None] * values).T.conj() @ values
    np.testing.assert_allclose(gram, np.eye(level.multiplicity), atol=0.1)
    z = torus.points.z[:20]
    total = np.sum(np.abs(level.eigenfunctions(z)) ** 2, axis=1)
    third = np.exp(2j * np.pi / 3)
    for image in (z[:, [1, 2, 0]], z.conj(), z * np.array([1, third, 1]), 2j * z):
        np.testing.assert_allclose(np.sum(np.abs(level.eigenfunctions(image)) ** 2, axis=1), total, rtol=1e-9)
    with pytest.raises(InputError, match="points"):
        level.eigenfunctions(z[0])


def _levels(variety, charge, degree, potential, n=3000):
    space = FunctionSpace(variety, charge, degree)
    sectors, points = list(sectors_of(space)), variety.sample(n, 3)
    moments = LaplaceOperator(space, potential).moments(sectors, points, points.weights, lambda *_: None)
    return levels_of(space, potential, sectors, moments)


@pytest.mark.parametrize(
    ("name", "charge", "degree", "sections"), [("fermat_4", 3, 1, 20), ("p11222", 2, 2, 6), ("bicubic", 1, 1, 9)]
)
def test_polynomials_have_the_eigenvalue_of_their_charge_in_any_metric(name, charge, degree, sections):
    """q(q + n): the lowest of Galerkin too, with the multiplicity of the sections of O(q)."""
    variety = K3 if name == "fermat_4" else resolve_variety(name)
    levels = _levels(variety, charge, degree, partial(_bumpy, K3) if variety == K3 else lambda z: 0.0 * z[0].real)
    lowest = charge * (charge + variety.dimension)
    exact = [level for level in levels if abs(level.eigenvalue - lowest) < 1e-9]
    assert sum(level.multiplicity for level in exact) == sections
    assert all(level.error < 1e-6 for level in exact)
    assert levels[: len(exact)] == exact


def test_weyls_law_misses_a_level_that_is_not_there(torus):
    found = g2links.spectrum(torus, levels=30, degree=8)
    levels = list(found.levels[0])
    assert abs(heat_trace(torus.variety, levels).deviation) < 0.01
    spoiled = heat_trace(torus.variety, levels[:1] + levels[2:])
    assert spoiled.deviation < -spoiled.allowed
    assert not dataclasses.replace(found, weyl=spoiled).passed
    assert any("Weyl" in failure for failure in dataclasses.replace(found, weyl=spoiled).failures)


def test_levels_that_are_not_known_fail(torus):
    found = g2links.spectrum(torus, levels=12, degree=3, require_error=1e-4)
    assert not found.passed
    assert "raise the degree" in found.failures[0]


def test_the_page_on_spectra(capsys):
    (code,) = blocks("docs/spectrum.md", "python")
    made: dict = {}
    exec(compile(code, "spectrum.md", "exec"), made)
    rows = [line.partition(" +- ") for line in capsys.readouterr().out.splitlines()]
    assert [float(row[0]) for row in rows] == pytest.approx([0, 1, 3, 3, 4], abs=1e-4)
    assert [int(row[2].split(", ")[1].split()[0]) for row in rows] == [1, 6, 2, 4, 6]
    assert made["values"].shape == (4000, 6)


@pytest.mark.parametrize(("variety", "value"), [(QUINTIC, 3200 * math.pi**3), (K3, 32 * math.pi**2 * 24)])
def test_the_curvature_of_a_ricci_flat_metric_is_topological(variety, value):
    assert curvature_squared(variety) == pytest.approx(value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"charge": -1}, "charge"),
        ({"charge": []}, "charge"),
        ({"levels": 0}, "levels"),
        ({"n_points": 10**9}, "n_points"),
        ({"symmetry": "icosahedral"}, "symmetry"),
        ({"degree": 0}, "degree"),
        ({"degree": 400}, "degree"),
        ({"degree": 10**9}, "degree"),
        ({"require_error": 0.0}, "require_error"),
    ],
)
def test_bad_input_is_one_sentence(torus, options, said):
    with pytest.raises(InputError, match=said):
        g2links.spectrum(torus, **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"form_degree": 3}, "form_degree"),
        ({"form_degree": 0}, "form_degree"),
        ({"form_degree": True}, "form_degree"),
        ({"degree": 1}, "degree"),
        ({"degree": 10**9}, "degree"),
        ({"levels": 0}, "levels"),
        ({"n_points": 1}, "n_points"),
        ({"symmetry": "icosahedral"}, "symmetry"),
        ({"require_error": 2.0}, "require_error"),
    ],
)
def test_bad_input_for_forms_is_one_sentence(torus, options, said):
    with pytest.raises(InputError, match=said):
        g2links.form_spectrum(torus, **options)


def test_the_default_degree_falls_where_there_is_no_symmetry():
    generic = resolve_variety("z0^5+z1^5+z2^5+z3^5+z4^5+0.3*z0^4*z1+0.2*z2^2*z3^2*z4+0.1*z0*z1^2*z3^2+0.2*z1^4*z2")
    degrees = [default_degree(variety, 0, 100_000, "all") for variety in (QUINTIC, generic)]
    assert degrees[0] == 8
    assert 2 <= degrees[1] <= 4
    with pytest.raises(InputError, match="degree"):
        require_size(FunctionSpace(generic, 0, 7), 100_000)
