"""Products of many rows with one Hermitian matrix: against the plain formulas in double precision."""

import numpy as np
import pytest

from g2links.ricci_flat import hermitian_products
from g2links.ricci_flat.hermitian_products import hermitian_forms, weighted_gram

ROWS, SECTIONS = 37, 6


@pytest.fixture
def rows(rng):
    return (rng.normal(size=(ROWS, SECTIONS)) + 1j * rng.normal(size=(ROWS, SECTIONS))).astype(np.complex64)


@pytest.mark.parametrize("block", [5, ROWS, 1000])
def test_forms(rows, rng, block, monkeypatch):
    monkeypatch.setattr(hermitian_products, "_BLOCK", block)
    a = rng.normal(size=(SECTIONS, SECTIONS)) + 1j * rng.normal(size=(SECTIONS, SECTIONS))
    delta = a + a.conj().T
    exact = np.einsum("mi,ij,mj->m", rows, delta, rows.conj()).real
    np.testing.assert_allclose(hermitian_forms(rows, delta), exact, rtol=0, atol=1e-6 * np.max(np.abs(exact)))


@pytest.mark.parametrize("block", [5, ROWS, 1000])
@pytest.mark.parametrize("sign", [0, 1, -1])
def test_gram(rows, rng, block, sign, monkeypatch):
    """With factors of both signs, and of one."""
    monkeypatch.setattr(hermitian_products, "_BLOCK", block)
    factors = rng.normal(size=ROWS).astype(np.float32)
    factors = sign * np.abs(factors) if sign else factors
    exact = np.einsum("m,mi,mj->ij", factors, rows.conj(), rows)
    found = weighted_gram(rows, factors)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-6 * np.max(np.abs(exact)))
    assert np.array_equal(found, found.conj().T)


def test_one_is_the_adjoint_of_the_other(rows, rng):
    a = rng.normal(size=(SECTIONS, SECTIONS)) + 1j * rng.normal(size=(SECTIONS, SECTIONS))
    delta, w = a + a.conj().T, rng.normal(size=ROWS).astype(np.float32)
    pairing = float(np.vdot(weighted_gram(rows, w), delta).real)
    assert pairing == pytest.approx(float(w @ hermitian_forms(rows, delta)), rel=1e-4, abs=1e-3)
    turned = float(np.vdot(weighted_gram(rows, w), delta.conj()).real)
    assert abs(turned - pairing) > 0.1, "the conjugate is not"
