"""A Hermitian matrix of a high degree starts at the solution of a lower one; on a plane cubic, where that is cheap."""

import numpy as np
import pytest

from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.ricci_flat import hermitian_start
from g2links.ricci_flat.fitting import fit_of
from g2links.ricci_flat.hermitian_products import hermitian_forms
from g2links.ricci_flat.hermitian_search import prepare_sections
from g2links.ricci_flat.hermitian_start import nested_start
from g2links.ricci_flat.section_products import sigma_and_positivity
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial

CUBIC = WeightedHypersurface(Polynomial("z0^3 + z1^3 + z2^3 + (0.7+0.4j)*z0*z1*z2 + 0.3j*z0^2*z1"))
HIGH = Sections(CUBIC, 4)
POINTS = CUBIC.sample(900, 3)
DATA = prepare_sections(CUBIC, HIGH, POINTS)


def _sigma(h):
    return sigma_and_positivity(DATA, h)[0]


def test_the_start_is_near_the_solution():
    h = nested_start(CUBIC, HIGH, POINTS)
    np.testing.assert_allclose(h, h.conj().T)
    assert np.linalg.eigvalsh(h)[0] > 0
    low = prepare_sections(CUBIC, Sections(CUBIC, 3), POINTS)
    assert low.rows.shape[2] < HIGH.count
    fit = fit_of(CUBIC, HermitianAnsatz(HIGH), POINTS.rows(slice(600)), POINTS.rows(slice(600, None)))
    state, _ = fit.search(fit.start(None, np.random.SeedSequence(0)), 20, lambda _: False, None)
    assert fit.quality(state.vector).train < _sigma(h) < 0.2 * _sigma(np.eye(HIGH.count))
    assert fit.quality(fit.safe()).validation == pytest.approx(_sigma(np.eye(HIGH.count)), rel=0.2)


def test_it_is_the_same_again():
    np.testing.assert_array_equal(nested_start(CUBIC, HIGH, POINTS), nested_start(CUBIC, HIGH, POINTS))


def test_the_square_of_a_form_is_carried(rng):
    """(s h s†)² is a form of twice the degree; the conjugate of h would leave as much as it is."""
    low = Sections(CUBIC, 2)
    a = rng.normal(size=(low.count,) * 2) + 1j * rng.normal(size=(low.count,) * 2)
    h = np.eye(low.count) + 0.2 * (a @ a.conj().T) / low.count
    twice = hermitian_start._carried(CUBIC, (low, h), HIGH, POINTS)
    rows = prepare_sections(CUBIC, low, POINTS).rows[:, 0]
    forms, squares = (
        hermitian_forms(np.ascontiguousarray(part), each) for part, each in ((rows, h), (DATA.rows[:, 0], twice))
    )
    error = np.log(squares) - 2 * np.log(forms)
    assert np.ptp(error) < 5e-2 * np.ptp(np.log(forms)) < np.ptp(np.log(forms) + error)


def test_without_a_lower_degree_it_is_fubini_and_study(monkeypatch):
    low = Sections(CUBIC, 2)
    np.testing.assert_array_equal(nested_start(CUBIC, low, POINTS), np.eye(low.count))
    few = POINTS.rows(slice(2 * low.count**2 - 1))
    np.testing.assert_array_equal(nested_start(CUBIC, HIGH, few), np.eye(HIGH.count))
    searched = []
    monkeypatch.setattr(
        hermitian_start, "_searched", lambda _, sections, points, h: searched.append(sections.degree) or h
    )
    nested_start(CUBIC, HIGH, POINTS)
    assert searched == [2, 3]
