"""Balanced metrics: a first metric on V that is positive everywhere, by integrals alone (Donaldson, math/0512625).

With monomials s_j of several degrees j ≤ κ, and r the reference norm,

    u = (1/κ) log ρ,    ρ = Σ_j s_j† h_j s_j / r^{2j},

and ω_ref + i∂∂̄u is a metric for all positive h_j: e^{κ K} is a sum of |sections|² and of powers of e^{K_ref}. The
iteration h_j -> (N ∫ s_j s_j†/(r^{2j} ρ) dμ)⁻¹, N the number of all sections and dμ the measure |Ω|² of volume 1, makes
Σ_j log det h_j - N ∫ log ρ dμ larger. Where weights differ its fixed point is nearer to the Ricci-flat metric than
ω_ref by far, and a search that starts there is done in a few steps: from ω_ref it is held up where metrics cease to be
positive. On P(1,1,1,6,9)[18] with degrees up to 18 it has σ 0.34, ω_ref 0.72.

h is invariant under the symmetry group of f, so it is kept in the blocks of `GradedSections`.
"""

import jax
import numpy as np

from g2links.potentials.families import AlgebraicAnsatz
from g2links.potentials.graded_sections import GradedSections
from g2links.potentials.hermitian_forms import HermitianForms
from g2links.varieties.points.sampling import Points

_STEPS = 12
"""Of the T-operator, which converges geometrically: a start need not be better."""
_POINTS = 4000
"""For the integrals, which a start needs to a few per cent."""
_CHUNK = 1000
"""Points whose sections are evaluated at once."""
_LEAST = 1e-9
"""Of a block's trace: eigenvalues below it belong to combinations of monomials that vanish on V."""


def balanced_coefficients(ansatz: AlgebraicAnsatz, points: Points) -> np.ndarray:
    """The coefficients c with Σ c_i X_i = ρ of the balanced metric; 0 for features that are no forms alone.

    Args:
        ansatz: whose features name their `degrees`.
        points: of V, for the integrals; no more than 4,000 are used.
    """
    sections, few = ansatz.features.sections, points.rows(slice(_POINTS))
    weights = few.weights / np.sum(few.weights)
    s = np.asarray(jax.jit(lambda z: jax.lax.map(sections, z, batch_size=_CHUNK))(few.z))
    norms = np.sqrt(sections.symmetric_means(weights @ np.abs(s) ** 2))
    parts = [(s / norms)[:, places].transpose(1, 0, 2) for places in sections.blocks]
    matrices = [np.tile(np.eye(part.shape[2]), (len(part), 1, 1)) for part in parts]
    for _ in range(_STEPS):
        share = len(norms) * weights / sum(map(_density, parts, matrices))
        moments = [np.matmul((share[:, None] * part).transpose(0, 2, 1), part.conj()) for part in parts]
        matrices = [_inverse(part) for part in sections.symmetrised(moments)]
    coefficients = _coefficients(ansatz.features.forms, sections, norms, matrices)
    return np.pad(coefficients, (0, ansatz.features.count - len(coefficients)))


def _density(part: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """(n,) Σ s† h s over blocks, from their sections (blocks, n, m)."""
    return np.asarray(np.sum((np.matmul(part.conj(), matrices) * part).real, axis=(0, 2)))


def _inverse(moments: np.ndarray) -> np.ndarray:
    """0 on combinations of monomials that vanish on V."""
    values, vectors = np.linalg.eigh(moments)
    kept = values > _LEAST * np.sum(values, axis=1, keepdims=True)
    inverse = np.where(kept, 1 / np.where(kept, values, 1.0), 0.0)
    return np.asarray((vectors * inverse[:, None, :]) @ vectors.conj().swapaxes(1, 2))


def _coefficients(
    forms: HermitianForms, sections: GradedSections, norms: np.ndarray, matrices: list[np.ndarray]
) -> np.ndarray:
    """A term Re(v s_α conj(s_β)) of a form comes from h_βα and its conjugate, or from h_αα; any term of a form gives
    its coefficient, as h is invariant."""
    size, block, position = sections.at
    row, column = forms.row, forms.column
    entries = np.empty(len(row), dtype=complex)
    for i, matrix in enumerate(matrices):
        own = size[row] == i
        entries[own] = matrix[block[row[own]], position[column[own]], position[row[own]]]
    entries /= norms[row] * norms[column]
    coefficients = np.empty(forms.count)
    coefficients[forms.owner] = (np.where(row == column, 1, 2) * entries / forms.value).real
    return coefficients
