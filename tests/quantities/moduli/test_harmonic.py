"""Harmonic representatives of deformations."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import g2links
from g2links.errors import InputError
from g2links.potentials.reference import reference_potential
from g2links.potentials.steep_features import log_steepness
from g2links.quantities.moduli.deformation_space import monomial_basis, product_of_coordinates
from g2links.quantities.moduli.exact import coupled_triples, exact_moduli
from g2links.quantities.moduli.harmonic import harmonic_moduli
from g2links.quantities.moduli.representatives import Representatives
from g2links.quantities.moduli.vector_fields import VectorFields, default_degree, fields_for
from g2links.varieties.charts import tangent_frame
from g2links.varieties.parsing import parse_polynomial
from g2links.varieties.periods import volume_derivatives
from g2links.varieties.polynomial import Polynomial, exponents_of_degree, monomials
from g2links.workflow.polynomials import resolve_variety

NEAR_NODES = resolve_variety("dwork(0.9)")
QUINTIC = resolve_variety("fermat_quintic")
PSI = product_of_coordinates(QUINTIC.polynomial)


def _reference(z):
    return 0.0 * z[0].real


def test_on_a_torus_the_metric_is_that_of_the_closed_form():
    """In dimension 1 the norm of μ does not depend on g: any will do."""
    torus = resolve_variety("z0^3+z1^3+z2^3", (1, 1, 1))
    m = product_of_coordinates(torus.polynomial)
    found = harmonic_moduli(VectorFields(torus, 2), _reference, [m], 4000, 1)
    value, error = found.metric[0, 0]
    assert abs(value / _exact(torus) - 1) < 4e-3
    assert error < 2e-3 * value


def _exact(variety):
    """-∂∂̄ log ∫|h|² in the coefficient of z0 z1 z2."""
    n = volume_derivatives(variety, 1)
    return float((abs(n[1, 0] / n[0, 0]) ** 2 - n[1, 1] / n[0, 0]).real)


def test_what_only_changes_coordinates_has_no_harmonic_form():
    """m = z1 ∂f/∂z0, in any metric: the representative is 0 to rounding. Another is not."""
    directions = [parse_polynomial(text, QUINTIC.weights) for text in ("z0^4*z1", "z0^3*z1^2")]
    found = harmonic_moduli(VectorFields(QUINTIC, 1), _reference, directions, 400, 3, pairs=[(0, 1)])
    assert abs(found.gram[0, 0]) < 1e-20
    assert found.gram[1, 1].real > 1e-3
    assert found.gram[0, 1] == 0
    assert found.metric[0, 1] == (0.0, 0.0)


def test_products_have_the_character_of_their_direction(rng):
    """Under a phase that preserves f, q_j of the products turns as m z_j does."""
    fields = VectorFields(QUINTIC, 2)
    (m,) = [parse_polynomial("z0^2*z1^2*z2", QUINTIC.weights)]
    phases = np.exp(2j * np.pi * rng.integers(5, size=5) / 5)
    turned = np.prod(phases ** np.array(m.terms[0][1]))
    products = fields.of_characters([m])
    assert len(products)
    for j, alpha, beta in products:
        factor = np.prod(phases ** (fields.alphas[alpha] - fields.betas[beta]))
        assert abs(factor - turned * phases[j]) < 1e-12


def test_directions_of_one_character_stand_together():
    directions = [parse_polynomial(text, QUINTIC.weights) for text in ("z0^3*z1^2", "z0*z1*z2*z3*z4", "z0^3*z1^2")]
    assert VectorFields(QUINTIC, 1).characters(directions) == [[0, 2], [1]]


def test_the_degree_falls_without_symmetry():
    generic = resolve_variety("z0^5+z1^5+z2^5+z3^5+z4^5+0.3*z0^4*z1+0.2*z2^2*z3^2*z4+0.1*z0*z1^2*z3^2+0.2*z1^4*z2")
    chosen = [default_degree(v, [product_of_coordinates(v.polynomial)]) for v in (QUINTIC, generic)]
    assert chosen[0] >= 4
    assert chosen[1] == 1


def test_too_few_points_are_refused():
    with pytest.raises(InputError, match="n_points"):
        harmonic_moduli(VectorFields(QUINTIC, 1), _reference, [PSI], 50, 1)


@pytest.mark.slow
def test_all_deformations_of_the_fermat_quintic():
    """101 of the 126 monomials have a harmonic form; their lengths and couplings are those of the closed form."""
    cy = g2links.solve("fermat_quintic", n_points=10_000, degree=8, progress=False)
    directions = monomial_basis(QUINTIC.polynomial)
    triples = coupled_triples(QUINTIC, directions)
    found = harmonic_moduli(VectorFields(QUINTIC, 4), cy.model.kahler_potential, directions, 10_000, 3, triples=triples)
    places = [(a, a) for a in range(len(directions))]
    exact = exact_moduli(QUINTIC, directions, places, triples)
    known = np.array([exact.metric[place] for place in places])
    lengths, errors = np.array([found.metric[place] for place in places]).T / known
    assert (np.abs(lengths - 1) < 0.01 + 4 * errors).all()
    assert errors.max() < 0.03
    assert len(triples) == 566
    off = [found.couplings[t].value / exact.couplings[t] - 1 for t in triples]
    allowed = [0.015 + 4 * found.couplings[t].error / exact.couplings[t] for t in triples]
    assert (np.abs(off) < allowed).all()
    assert max(allowed) < 0.1


def test_101_of_126_monomials_have_a_harmonic_form():
    """The others only change coordinates; the gap is one of rounding, in any metric."""
    every = [Polynomial([(1, tuple(e))], QUINTIC.weights) for e in exponents_of_degree(QUINTIC.weights, 5).tolist()]
    found = harmonic_moduli(VectorFields(QUINTIC, 1), _reference, every, 500, 3)
    sizes = np.linalg.eigvalsh(found.gram)
    assert len(sizes) == 126
    assert (sizes[:25] < 1e-14).all()
    assert (sizes[25:] > 1e-3).all()


def test_conjugate_derivatives_of_what_components_are_made_of():
    """∂̄_b of ρ^p conj(s_β) r^{-2|β|} along a frame, against differences of the function on C^N."""
    fields = VectorFields(NEAR_NODES, 2, powers=(-1.0, 0.5), steep_degree=1)
    at = jax.tree.map(lambda column: column[0], NEAR_NODES.sample(1, 3).at)
    found = jax.jit(Representatives(fields, _reference, (PSI,))._at_point)(at)
    degrees = fields.betas.sum(axis=1)

    @jax.jit
    def functions(z):
        steep = jnp.exp(fields.powers_of_betas * log_steepness(NEAR_NODES, "gradient", z))
        return steep * jnp.exp(-degrees * reference_potential(NEAR_NODES, z)) * jnp.conj(monomials(fields.betas, z))

    def derivative(v):
        return sum(c * (functions(at.z + 1e-5 * c * v) - functions(at.z - 1e-5 * c * v)) / 2e-5 for c in (1, 1j)) / 2

    np.testing.assert_allclose(found.beta, functions(at.z), rtol=1e-12)
    expected = np.array([derivative(v) for v in tangent_frame(NEAR_NODES, at)])
    np.testing.assert_allclose(found.along_beta, expected, atol=1e-8 * np.abs(expected).max())


def test_powers_of_the_gradient_where_v_is_nearly_singular():
    """They take off what polynomials leave near the nodes; far from nodes there are none."""
    near, far = (fields_for(variety, [PSI], 2) for variety in (NEAR_NODES, QUINTIC))
    assert far == VectorFields(QUINTIC, 2)
    plain, steep = (
        harmonic_moduli(fields, _reference, [PSI], 1000, 1).gram[0, 0].real
        for fields in (VectorFields(NEAR_NODES, 2), near)
    )
    assert 0.5 * plain < steep < 0.95 * plain
