import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import g2
from g2links.quantities.calibrated.calibrations import (
    calibrations_on_link,
    calibrations_on_v,
    orthonormal,
    standard_forms,
)

ONE = jnp.asarray(1.0 + 0.0j)
X1, X2, X3, Y1, Y2, Y3, XI = np.eye(7)


link_values = jax.jit(jax.vmap(lambda rows: calibrations_on_link(orthonormal(rows)[0], ONE)))
v_values = jax.jit(jax.vmap(lambda rows, upsilon: calibrations_on_v(orthonormal(rows)[0], upsilon)))


def on_link(*vectors):
    return {name: value[0] for name, value in link_values(jnp.stack([jnp.stack(vectors)] * 100)).items()}


def on_v(*vectors, upsilon=ONE):
    rows = jnp.stack([jnp.stack(vectors)[:, :6]] * 100)
    return {name: value[0] for name, value in v_values(rows, jnp.full(100, upsilon)).items()}


@pytest.mark.slow
def test_the_forms_of_the_adapted_frame_are_a_g2_structure_with_the_unit_metric():
    phi, psi = standard_forms(ONE)
    assert np.allclose(g2.induced_metric(phi), np.eye(7), atol=1e-15)
    assert np.allclose(g2.star_phi(phi), psi, atol=1e-15)


def test_planes_that_are_known_to_be_calibrated():
    assert on_link(XI, X1, Y1)["associative"] == pytest.approx(1)
    assert on_link(X1, X2, X3)["associative"] == pytest.approx(1)
    assert on_link(X2, X1, X3)["associative"] == pytest.approx(-1)
    assert on_link(XI, X1, Y2)["associative_sine"] == pytest.approx(1)
    assert on_link(X1, Y1, X2, Y2)["coassociative"] == pytest.approx(1)
    assert on_link(XI, Y1, Y2, Y3)["coassociative"] == pytest.approx(1)  # Im (i^3) = -1, and psi has a minus sign
    assert on_v(X1, Y1)["holomorphic"] == pytest.approx(1)
    assert on_v(X1, Y1, X2, Y2)["holomorphic"] == pytest.approx(1)
    assert on_v(X1, X2)["holomorphic_sine"] == pytest.approx(1)
    assert on_v(X1, X2, X3, upsilon=1j * ONE)["upsilon_im"] == pytest.approx(1)
    assert on_v(X1, Y1, X2)["omega_norm"] == pytest.approx(1)


def test_value_and_complement_of_every_plane_are_cosine_and_sine(rng):
    """Harvey and Lawson's equalities, at random planes."""
    planes = jnp.asarray(rng.normal(size=(100, 4, 7)))
    ones = jnp.full(100, ONE)
    for found, kind in (
        (link_values(planes[:, :3]), "associative"),
        (link_values(planes), "coassociative"),
        (v_values(planes[:, :2, :6], ones), "holomorphic"),
        (v_values(planes[:, :, :6], ones), "holomorphic"),
    ):
        assert np.allclose(found[kind] ** 2 + found[f"{kind}_sine"] ** 2, 1, atol=1e-13)
        assert np.ptp(found[kind]) > 0.5
    flat = v_values(planes[:, :3, :6], ones)
    assert np.allclose(flat["upsilon_re"] ** 2 + flat["upsilon_im"] ** 2 + flat["omega_norm"] ** 2, 1, atol=1e-13)


def test_an_orthonormal_basis_keeps_orientation_and_volume(rng):
    rows = jnp.asarray(rng.normal(size=(3, 3)))
    basis, volume = orthonormal(rows)
    assert np.allclose(basis @ basis.T, np.eye(3), atol=1e-14)
    assert np.linalg.det(basis) * np.linalg.det(rows) > 0
    assert volume == pytest.approx(abs(np.linalg.det(rows)))
