"""Ambient networks whose weights are shared among coordinates."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.networks.shared import shares_weights
from g2links.networks.tensors import AmbientTensors
from g2links.varieties.catalogue import from_catalogue
from g2links.varieties.charts import tangent_frame
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.symmetry import coordinate_permutations


@pytest.mark.parametrize("name", ["fermat_quintic", "p11222"])
def test_the_structure_has_every_symmetry(name, rng):
    f = from_catalogue(name)
    variety = WeightedHypersurface(f)
    tensors = AmbientTensors(variety, shared=True)
    points = variety.sample(20, 4)
    matrices = [jnp.asarray(rng.normal(size=(m, k))) for m, k in zip(tensors.inputs, tensors.outputs, strict=True)]
    powers = f.exponents.max(axis=0)

    @jax.jit
    @jax.vmap
    def structure(z, vectors):
        local = tensors.local(z, vectors)
        outputs = [jnp.sin(x @ m) for x, m in zip(tensors.features(local.position), matrices, strict=True)]
        return tensors.structure(local, outputs)

    vectors = jax.jit(jax.vmap(partial(tangent_frame, variety)))(points.at)
    first, g = structure(points.z, vectors)
    order = list(coordinate_permutations(f)[-2])
    phases = np.exp(2j * np.pi * rng.integers(100, size=5) / powers[order])
    moved_first, moved_g = structure(phases * points.z[:, order], phases * np.asarray(vectors)[:, :, order])
    np.testing.assert_allclose(moved_first, first, atol=1e-10)
    np.testing.assert_allclose(moved_g, g, atol=1e-10 * float(np.max(np.abs(g))))
    mirrored_first, mirrored_g = structure(points.z.conj(), vectors.conj())
    np.testing.assert_allclose(mirrored_first, first.conj(), atol=1e-10)
    np.testing.assert_allclose(mirrored_g, g.conj(), atol=1e-10 * float(np.max(np.abs(g))))
    assert np.max(np.abs(np.asarray(first).imag)) > 1e-3
    assert np.max(np.abs(np.asarray(g).imag)) > 1e-3


@pytest.mark.parametrize("name", ["fermat_quintic", "p11222"])
def test_inputs_are_scaled_alike_but_for_the_rough_ones(name):
    """Inputs that only tell weights apart vary among coordinates, not along V: their scale is the inverse deviation."""
    f = from_catalogue(name)
    variety = WeightedHypersurface(f)
    tensors = AmbientTensors(variety, shared=True)
    points = variety.sample(200, 4)
    statistics = tensors.statistics(points.at)
    local = jax.vmap(lambda at: tensors.local(at.z, tangent_frame(variety, at)))(points.at)
    values = jax.vmap(tensors.features)(local.position)
    for centre, scale, x in zip(statistics[::2], statistics[1::2], values, strict=True):
        table = np.asarray(x).reshape(-1, x.shape[-1])
        np.testing.assert_allclose(centre, table.mean(axis=0), atol=1e-12)
        deviation = table.std(axis=0)
        varying = deviation > 1e-9
        assert np.all(scale * deviation < 1 + 1e-9)
        assert np.all(scale > 0)
        marks = varying & np.all(np.isin(table, (0.0, 1.0, 2.0)), axis=0)
        assert np.sum(marks) == (0 if name == "fermat_quintic" else 2)
        np.testing.assert_allclose(scale[marks] * deviation[marks], 1.0)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("fermat_quintic", True), ("p11222", True), ("p11114", False), ("dwork(0.3)", False), ("p11226(0.12)", False)],
)
def test_which_polynomials_share(name, expected):
    assert shares_weights(WeightedHypersurface(from_catalogue(name))) is expected
