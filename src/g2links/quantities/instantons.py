"""The Chern connection of TV on the link, as a G2-instanton, and line bundles on V.

Pulled back to K, its curvature F is horizontal and of type (1, 1), so that F∧ψ = ΛF ω³/6, and ΛF is the Ricci
curvature: F∧ψ = 0 exactly where the metric is Ricci-flat. With c_1(V) = 0, for every Kähler metric,

    ∫_K -tr F∧*F = 2π (8π² ∫_V c_2∧ω) + ∫_K |F∧ψ|²

(Calvo-Andrade, Rodríguez Díaz and Sá Earp, arXiv:1606.09271; Lübke and Teleman, The Kobayashi-Hitchin correspondence,
for the second Chern class of a Hermitian bundle). Norms of forms with values in End TV are those of g_φ and -tr.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links import forms
from g2links._typing import Array, Scalar
from g2links.forms.linear import inverse_cholesky
from g2links.measures.chern_numbers import chern_numbers, control_densities
from g2links.measures.curvature import Curvature, chern_densities, curvature
from g2links.potentials.metric import Potential, hermitian_determinant
from g2links.quantities.calibrated.calibrations import standard_forms
from g2links.varieties.charts import ChartPoint
from g2links.varieties.intersection import intersect
from g2links.varieties.residue import kahler_volume, residue, volume_factor
from g2links.varieties.variety import AbstractVariety

_REAL = 7
"""The dimension of K."""


class InstantonFigures(NamedTuple):
    """At one point.

    Attributes:
        curvature_norm: |F|.
        wedge_norm: |F∧ψ|.
        density: ω³/6 over |h|² d⁶x.
        c2_h: the density of c_2∧H with respect to |h|² d⁶x.
        controls: (m,) the `chern_numbers.control_densities` that go with them.
    """

    curvature_norm: Scalar
    wedge_norm: Scalar
    density: Scalar
    c2_h: Scalar
    controls: Float[Array, " m"]


def instanton_figures(
    variety: AbstractVariety, potential: Potential, normalisation: Scalar | float, at: ChartPoint
) -> InstantonFigures:
    """F and F∧ψ of the Chern connection of a threefold at a point in a slice chart."""
    found = curvature(variety, potential, at)
    h = residue(variety, at)
    root = inverse_cholesky(found.metric)
    scale = hermitian_determinant(found.metric)
    upsilon = normalisation * h / jnp.sqrt(volume_factor(len(root)) * scale)
    f = curvature_forms(found, root)
    _, psi = standard_forms(upsilon)
    wedged = jax.vmap(lambda entry: forms.wedge(entry, psi, p=2, q=4, n=_REAL))(f)
    size = h.real**2 + h.imag**2
    return InstantonFigures(
        _norm(f),
        _norm(wedged),
        volume_factor(len(root)) * scale / size,
        chern_densities(found, h)["c2_h"],
        control_densities(variety, potential, at),
    )


def curvature_forms(found: Curvature, root: Complex[Array, "d d"]) -> Complex[Array, "entries components"]:
    """The entries of F, (9, 21): 2-forms on K in an orthonormal frame (x1, x2, x3, y1, y2, y3, ξ), of an endomorphism
    in a unitary frame of TV.

    Args:
        found: the curvature of V.
        root: R with R g R* = 1, whose rows are that frame.
    """
    d = len(root)
    unitary = jnp.einsum("abcd,ea,fb,gc,hd->efgh", found.riemann, root, root.conj(), root, root.conj())
    dz = jnp.concatenate([jnp.eye(d), 1j * jnp.eye(d), jnp.zeros((1, d))]).T / jnp.sqrt(2.0)
    matrices = jnp.einsum("efgh,gi,hj->efij", unitary, dz, dz.conj()).reshape(d * d, _REAL, _REAL)
    return jax.vmap(lambda entry: forms.pack(entry - entry.T, 2))(matrices)


def _norm(components: Complex[Array, "entries components"]) -> Scalar:
    return jnp.sqrt(jnp.sum(components.real**2 + components.imag**2))


def exact_energy(variety: AbstractVariety) -> float:
    """2π (8π² ∫c_2∧ω), the energy of a G2-instanton on TV over K: 1600 π⁴ on a quintic, where c_2·H = 50.

    Example:
        >>> from g2links.varieties.catalogue import fermat_quintic
        >>> from g2links.varieties.hypersurface import WeightedHypersurface
        >>> round(exact_energy(WeightedHypersurface(fermat_quintic())) / math.pi**4, 9)
        1600.0
    """
    return 2 * math.pi * 8 * math.pi**2 * exact_c2_omega(variety)


def exact_c2_omega(variety: AbstractVariety) -> float:
    """∫c_2∧ω = 2π c_2·H, from the charges and degrees: 100π on a quintic."""
    return 2 * math.pi * chern_numbers(variety)["c2_h"]


class LineBundle(NamedTuple):
    """The line bundle O(q) on V with the metric e^{-qK}, of which iF = qω: Hermitian Yang-Mills for every potential.

    Attributes:
        charge: q.
        slope: ∫c_1∧ω^{n-1}.
        einstein_constant: λ in iΛF = λ: 2π slope/((n-1)! Vol), which is n q.
        defect: |F∧ψ|/|F| on K, √3 for q ≠ 0 on a threefold: its pullback is no G2-instanton. With iqη in addition it is
            flat, as F = -iq dη.
    """

    charge: int
    slope: float
    einstein_constant: float
    defect: float


def line_bundle(variety: AbstractVariety, charge: int) -> LineBundle:
    """O(q), for the polarisation H to the power q.

    Example:
        >>> from g2links.varieties.catalogue import fermat_quintic
        >>> from g2links.varieties.hypersurface import WeightedHypersurface
        >>> round(line_bundle(WeightedHypersurface(fermat_quintic()), 2).einstein_constant, 9)
        6.0
    """
    n = variety.dimension
    degree = charge * float(intersect(variety, [variety.polarisation] * n))
    slope = (2 * math.pi) ** (n - 1) * degree
    constant = 2 * math.pi * slope / (math.factorial(n - 1) * kahler_volume(variety))
    return LineBundle(charge, slope, constant, float(np.sqrt(n)) if charge else 0.0)
