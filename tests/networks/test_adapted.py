from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.networks.adapted import adapted_frame, real_frame
from g2links.networks.tasks import TASKS, assemble, change_frame, pointwise_norm, relative_errors


def test_the_frame_is_orthonormal_and_horizontal(arrays):
    frame = real_frame(adapted_frame(arrays["g2_metrics"][0]))
    metric = forms.unpack_symmetric(arrays["g2_metrics"][0], 7)
    np.testing.assert_allclose(frame.T @ metric @ frame, np.eye(7), atol=1e-12)
    np.testing.assert_allclose(arrays["etas"][0] @ frame, np.eye(7)[6], atol=1e-12)


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_the_exact_structure_becomes_standard(rows, task):
    row = jax.tree.map(lambda x: x[0], rows[task.name])
    moved = jax.jit(lambda r: change_frame(task, r.components, real_frame(adapted_frame(r.metric))))(row)
    standard = assemble(
        task, jnp.zeros(3, dtype=complex), 0.5 * jnp.eye(3, dtype=complex), jnp.zeros((), dtype=complex)
    )
    independent = np.abs(np.asarray(standard)) > 0
    np.testing.assert_allclose(moved[independent], standard[independent], atol=1e-11)


def test_the_norm_is_that_of_the_exterior_algebra(rows):
    for name in ("3form", "4form"):
        row, task = jax.tree.map(lambda x: x[5], rows[name]), TASKS[name]
        norm = jax.jit(partial(pointwise_norm, task))
        expected = forms.norm(row.components, forms.unpack_symmetric(row.metric, 7), p=task.degree)
        np.testing.assert_allclose(norm(row.components, row.metric), expected, rtol=1e-11)
    row = jax.tree.map(lambda x: x[5], rows["metric"])
    np.testing.assert_allclose(
        jax.jit(partial(pointwise_norm, TASKS["metric"]))(row.components, row.metric), np.sqrt(7), rtol=1e-11
    )


def test_relative_errors_are_relative(rows):
    row = rows["3form"]
    errors = relative_errors(TASKS["3form"], 1.25 * row.components, row.components, row.metric)
    np.testing.assert_allclose(errors, 0.25, rtol=1e-11)
