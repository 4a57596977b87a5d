"""What a network can learn on the link: φ, ψ or the metric, and how each is made of the transverse
structure."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex

from g2links import forms
from g2links._pytrees import Fixed
from g2links._typing import Array, ComplexScalar, Form, Hermitian, InexactScalar, Matrix, PackedMatrix, Scalar
from g2links.calculus.map_points import compiled
from g2links.errors import InputError
from g2links.g2.contact import contact_phi, contact_psi
from g2links.links.structure import LINK_DIMENSION, holomorphic_volume_components, total_metric
from g2links.networks.adapted import adapted_frame, real_frame
from g2links.potentials.metric import kahler_form_matrix, real_transverse_metric

_CHUNK = 100
"""Rows whose errors are taken side by side: 7 × 7 numbers each."""


class Task(NamedTuple):
    """One quantity to learn.

    Attributes:
        name: "3form", "metric" or "4form".
        column: the array of a data set that holds it.
        degree: the degree of the form; 0 for the metric.
        components: how many packed components it has.
    """

    name: str
    column: str
    degree: int
    components: int


TASKS = {
    "3form": Task("3form", "phis", 3, forms.dimension(LINK_DIMENSION, 3)),
    "metric": Task("metric", "g2_metrics", 0, forms.symmetric_dimension(LINK_DIMENSION)),
    "4form": Task("4form", "psis", 4, forms.dimension(LINK_DIMENSION, 4)),
}


def find_task(name: str) -> Task:
    """The task of that name.

    Raises:
        InputError: when there is none.
    """
    if name not in TASKS:
        raise InputError("task", name, f"choose one of {', '.join(TASKS)}")
    return TASKS[name]


def assemble(task: Task, first: Complex[Array, "3"], g: Hermitian, upsilon: ComplexScalar) -> Array:
    """The packed components of φ = η∧ω + ReΥ, ψ = ½ω² - η∧ImΥ or η² + g_T, from ∂_aK, ∂_a∂_b̄K and the
    coefficient of Υ at dz1∧dz2∧dz3, in any complex frame."""
    eta = jnp.concatenate([first.imag, first.real, jnp.ones(1)])
    if task.name == "metric":
        return forms.pack_symmetric(total_metric(eta, real_transverse_metric(g)))
    omega = forms.pack(jnp.pad(kahler_form_matrix(g), (0, 1)), 2)
    volume = upsilon * holomorphic_volume_components()
    if task.name == "3form":
        return contact_phi(eta, omega, volume.real)
    return contact_psi(eta, omega, volume.imag)


def change_frame(task: Task, components: Array, jacobian: Matrix) -> Array:
    """The packed components in the frame whose vectors are the columns of `jacobian`."""
    if task.degree:
        return forms.pullback(components, jacobian, p=task.degree)
    return forms.pack_symmetric(jacobian.T @ forms.unpack_symmetric(components, 7) @ jacobian)


def matrix_of(task: Task, linear: Callable[[Array], Array]) -> Matrix:
    """The (k, k) matrix of a linear map of the packed components."""
    return jax.vmap(linear)(jnp.eye(task.components)).T


def turn_upsilon(task: Task, components: Array, turn: InexactScalar) -> Array:
    """φ or ψ with Υ times a number of modulus 1; a metric as it is. The parts with Υ are those of type (3,0) in φ, and
    (3,1) and dθ∧(3,0) in ψ, with their conjugates."""
    if not task.degree:
        return components
    basis = _upsilon_parts(task.degree)
    coefficients = 2 * basis.conj() @ components / jnp.asarray(np.sum(np.abs(basis) ** 2, axis=1))
    return components + (((turn - 1) * coefficients) @ basis).real


@cache
def _upsilon_parts(degree: int) -> np.ndarray:
    """(k, components) the forms dz1∧dz2∧dz3, or those times dz̄_a and dθ."""
    volume = holomorphic_volume_components()
    if degree == 3:
        return volume[None]
    covectors = np.concatenate(
        [np.pad(np.concatenate([np.eye(3), -1j * np.eye(3)], axis=1), ((0, 0), (0, 1))), np.eye(7)[6:]]
    )
    with jax.ensure_compile_time_eval():
        return np.stack([np.asarray(forms.wedge(c, volume, p=1, q=3, n=7)) for c in covectors])


def euclidean(task: Task, components: Array) -> Array:
    """Components in an orthonormal frame, scaled so that their Euclidean norm is the pointwise norm: that of
    a form, or the Frobenius norm of a metric."""
    if task.degree:
        return components
    rows, columns = np.triu_indices(7)
    return components * np.where(rows == columns, 1.0, np.sqrt(2.0))


class UnitTarget(NamedTuple):
    """What a network should give at one point, in a frame where the exact structure takes its standard form.

    Attributes:
        vector: the exact components, scaled to a vector of length 1.
        norm: what they were divided by.
    """

    vector: Array
    norm: Scalar

    @classmethod
    def of(cls, task: Task, components: Array) -> "UnitTarget":
        """From the exact components in that frame."""
        vector = euclidean(task, components)
        norm = jnp.linalg.norm(vector)
        return cls(vector / norm, norm)

    def error(self, task: Task, components: Array) -> Array:
        """Of a prediction in that frame, relative to the length of the exact components."""
        return euclidean(task, components) / self.norm - self.vector


def pointwise_norm(task: Task, components: Form, metric: PackedMatrix) -> Scalar:
    """The norm of φ, ψ or a metric at one point, in the packed metric η² + g_T given."""
    frame = real_frame(adapted_frame(metric))
    return jnp.linalg.norm(euclidean(task, change_frame(task, components, frame)))


def relative_errors(task: Task, prediction: np.ndarray, truth: np.ndarray, metrics: np.ndarray) -> np.ndarray:
    """|prediction - truth|/|truth| at each of n points, in the pointwise norm of the exact metric."""
    at_rows = compiled(jax.tree_util.Partial(_relative_error, Fixed(task)), _CHUNK)
    error: np.ndarray = at_rows({"prediction": prediction, "truth": truth, "metric": metrics})
    return error


def _relative_error(fixed: Fixed[Task], row: Mapping[str, Array]) -> Scalar:
    task = fixed.value
    error = pointwise_norm(task, row["prediction"] - row["truth"], row["metric"])
    return error / pointwise_norm(task, row["truth"], row["metric"])
