"""The start of searches on weighted varieties."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import g2links
from g2links.calculus.map_points import padded_blocks
from g2links.errors import InputError, NotPositiveError
from g2links.measures.monge_ampere import measure, metric_function
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential, ansatz_from_config
from g2links.potentials.features import InvariantFeatures
from g2links.ricci_flat.balanced import _coefficients, balanced_coefficients
from g2links.ricci_flat.fitting import fit_of
from g2links.varieties.points.sampling import Points
from g2links.varieties.points.special import near_special_points, special_points
from g2links.workflow.fit import measured_fit
from g2links.workflow.fit_measures import measure_fit
from g2links.workflow.polynomials import resolve_variety

SURFACE = resolve_variety("z0^12 + z1^12 + z2^3 + z3^2 + 0.3*z0*z1*z2*z3", (1, 1, 4, 6))
COMPLEX = resolve_variety("z0^6 + z1^6 + z2^6 + z3^2 + (0.2+0.7j)*z0^2*z1^2*z2^2 + 0.4j*z0^3*z1^3", (1, 1, 1, 3))


def _ansatz(variety, degree, lowest):
    return AlgebraicAnsatz(InvariantFeatures(variety, degree, True, tuple(range(lowest, degree + 1))))


@pytest.mark.parametrize(("variety", "degree"), [(SURFACE, 12), (COMPLEX, 6)], ids=["real", "complex"])
def test_coefficients_give_the_sum_of_the_blocks(variety, degree, rng):
    features = InvariantFeatures(variety, degree, True, (degree - 1, degree))
    sections = features.sections
    drawn = [rng.normal(size=(2, *p.shape, p.shape[1])) for p in sections.blocks]
    matrices = sections.symmetrised([(a + 1j * b) + (a + 1j * b).conj().swapaxes(1, 2) for a, b in drawn])
    norms = np.ones(len(sections.exponents))
    c = _coefficients(features.forms, sections, norms, matrices)
    z = variety.sample(20, 3).z
    s = np.asarray(jax.vmap(sections)(z))
    direct = sum(
        np.einsum("nbi,bij,nbj->n", s[:, p].conj(), h, s[:, p]).real
        for p, h in zip(sections.blocks, matrices, strict=True)
    )
    np.testing.assert_allclose(np.asarray(jax.vmap(features)(z)) @ c, direct, rtol=1e-11)
    few = np.asarray(jax.vmap(features.combined(jnp.asarray(c)))(z))
    np.testing.assert_allclose(few.sum(axis=1), direct, rtol=1e-11)


def test_blocks_hold_all_monomials_of_one_character_and_no_others():
    sections = InvariantFeatures(SURFACE, 12, True, (12,)).sections
    assert sorted(np.concatenate([p.ravel() for p in sections.blocks])) == list(range(len(sections.exponents)))
    assert not np.any(sections.exponents[:, 3] >= 2)
    where = {tuple(e): i for i, e in enumerate(sections.exponents.tolist())}
    size, block, _ = sections.at
    powers = [where[e] for e in ((12, 0, 0, 0), (0, 12, 0, 0), (0, 0, 3, 0), (1, 1, 1, 1))]
    assert len({(size[i], block[i]) for i in powers}) == 1
    other = where[(11, 1, 0, 0)]
    assert (size[other], block[other]) != (size[powers[0]], block[powers[0]])


def test_it_is_a_metric_everywhere_and_better_than_the_reference():
    ansatz, points = _ansatz(SURFACE, 12, 11), SURFACE.sample(4000, 1)
    c = balanced_coefficients(ansatz, points)
    potential = KahlerPotential(ansatz, (jnp.asarray(c),))
    found = measure(SURFACE, potential, SURFACE.sample(2000, 2))
    assert found.smallest_eigenvalue > 0
    at = near_special_points(SURFACE)
    g, _ = metric_function(SURFACE, potential)(Points(at, np.ones(len(at.z)), np.arange(len(at.z))))
    assert np.linalg.eigvalsh(g).min() > 0
    assert found.sigma[0] < 0.75 * found.reference_sigma


def test_the_potential_is_the_same_from_all_features_and_from_their_combination():
    ansatz, points = _ansatz(COMPLEX, 4, 3), COMPLEX.sample(500, 1)
    potential = KahlerPotential(ansatz, (jnp.asarray(balanced_coefficients(ansatz, points)),))
    (_, at), *_ = padded_blocks(points, 50)
    one_by_one = super(AlgebraicAnsatz, ansatz).value
    np.testing.assert_allclose(
        jax.vmap(potential)(at.z), jax.vmap(lambda z: one_by_one(potential.parameters, z))(at.z), atol=1e-12
    )


def test_degrees_are_saved_with_a_model():
    ansatz = AlgebraicAnsatz(InvariantFeatures(SURFACE, 12, True, (4, 7, 12)))
    again = ansatz_from_config(ansatz.to_config(), SURFACE)
    assert again == ansatz
    assert again.features.degrees == (4, 7, 12)
    assert "degrees" not in AlgebraicAnsatz(InvariantFeatures(SURFACE, 6, True)).to_config()


def test_models_of_earlier_versions_have_a_range_of_degrees():
    config = {"kind": "algebraic", "degree": 12, "symmetric": True, "basis": 4, "lowest": 9}
    assert ansatz_from_config(config, SURFACE).features.degrees == (9, 10, 11, 12)
    steep = {"factors": 4, "lowest_factors": 2, "powers": [0.1], "steepness": "terms"}
    features = ansatz_from_config(config | steep, SURFACE).features
    assert (features.degrees, features.factor_degrees) == ((9, 10, 11, 12), (2, 3, 4))


@pytest.mark.parametrize("degrees", [[], [4, 7], [7, 4, 12], [-1, 12]])
def test_degrees_that_cannot_be_are_refused(degrees):
    config = {"kind": "algebraic", "degree": 12, "symmetric": True, "basis": 4, "degrees": degrees}
    with pytest.raises(InputError, match="degrees"):
        ansatz_from_config(config, SURFACE)


def test_chosen_degrees_have_the_sections_of_these_degrees_alone():
    chosen = InvariantFeatures(SURFACE, 12, True, (4, 7, 12))
    alone = [InvariantFeatures(SURFACE, degree, True, (degree,)).count - 1 for degree in (4, 7, 12)]
    assert chosen.count == 1 + sum(alone)


def test_points_around_the_special_ones_lie_on_v_and_reach_from_near_to_far():
    centres, around = special_points(SURFACE), near_special_points(SURFACE)
    values = np.abs(np.asarray(jax.vmap(SURFACE.values)(around.z))).max()
    assert values < 1e-9
    assert len(around.z) > 30 * len(centres.z)
    distances = np.abs(around.z[:, None, :] - np.asarray(centres.z)[None]).max(axis=2).min(axis=1)
    assert distances.min() < 0.01
    assert distances.max() > 0.2


def test_a_metric_that_is_not_positive_everywhere_is_moved_towards_the_start():
    """Spoiled: twenty-one times as far from the start as the solution."""
    curve = resolve_variety("z0^6+z1^3+z2^2+0.3*z0*z1*z2", (1, 2, 3))
    cy = g2links.solve(curve, n_points=1500, degree=12, iterations=4)
    ansatz, points = cy.model.kahler_potential.ansatz, curve.sample(300, 5)
    fit = fit_of(curve, ansatz, points, points.rows(slice(150)))
    found, safe = np.asarray(cy.model.kahler_potential.parameters[0]), fit.safe()
    _, good, share = measured_fit(curve, ansatz, fit, found, points, lambda *_: None)
    assert share == 0
    spoiled = found - 20 * (safe - found)
    with pytest.raises(NotPositiveError, match="smallest eigenvalue"):
        measure_fit(curve, KahlerPotential(ansatz, (jnp.asarray(spoiled),)), points, lambda *_: None)
    _, mended, share = measured_fit(curve, ansatz, fit, spoiled, points, lambda *_: None)
    assert 0 < share <= 1
    assert mended.figures["smallest_eigenvalue"] > 0
    assert mended.figures["sigma"] > good.figures["sigma"]


def test_monomials_that_depend_on_others_on_v_have_no_large_coefficients_that_cancel():
    """z0 z3² is a sum of others there, and no power of z3 occurs in f by which such multiples could be left out."""
    chain = resolve_variety("z0^5 + z1^5 + z2^5 + z3^2*z0", (1, 1, 1, 2))
    ansatz, points = _ansatz(chain, 7, 6), chain.sample(2000, 1)
    c = balanced_coefficients(ansatz, points)
    parts = c * np.asarray(jax.vmap(ansatz.features)(points.z[:200]))
    assert np.max(np.abs(parts).sum(axis=1) / parts.sum(axis=1)) < 100
