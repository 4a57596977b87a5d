"""Convex combinations of algebraic potentials of several degrees, for weights that differ much.

Where weights are large, sections of the degrees of the heavy coordinates are needed to see these, and V is so flat
along the light ones that polynomials of few degrees there are enough. A single logarithm of a sum has one degree for
both. On P(1,1,12,28,42)[84] it ends at σ 0.67 with 245 unknowns; the potentials here at 0.04 with as many sections.

With R the norm by powers of the coordinates, R^{2d} = Σ |z_i|^{2d/w_i}, and d the degree of f

    K = Σ_j λ_j (1/j) log(a_j R^{2j} + b_j r^{2j} + Σ c_s |s|²) + (1/κ) log(1 + Σ e_s |s|²/R^{2 deg s}),

the sum over degrees j, and inside over sections s of degree j. Every term of the first sum is plurisubharmonic, as
log R and log r are; its coefficients are written as exponentials, so that ω is positive whatever they are, as long as
e = 0. The second takes u from there to where the coefficients c would have to be negative.
"""

from dataclasses import dataclass
from functools import cached_property

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links._typing import Array, ComplexPoint, Frame, Scalar
from g2links.calculus.jets import Jet, JetOrValues, Values, real_function_jet
from g2links.errors import InputError
from g2links.potentials.feature_ansatz import FeatureAnsatz, Parameters, feature_config
from g2links.potentials.features import FewFunctions, InvariantFeatures
from g2links.potentials.reference import reference_potential
from g2links.records import AnsatzData

_LOG_OF_REFERENCE = -1.0
"""log b_j at the start, where a_j R^{2j} is 1 at most: ω is then strictly positive also where R is flat."""


@dataclass(frozen=True)
class NormedFeatures(InvariantFeatures):
    """|s|²/R^{2j} for the sections s of the `degrees`, and combinations that are no squares; r^{2j}/R^{2j} for each of
    the degrees j; and log(R^{2d}/r^{2d}).

    Raises:
        InputError: where no degrees are given.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.degrees or self.degrees[0] < 1:
            raise InputError("degrees", self.degrees, "those of the sections, from 1 on")

    @property
    def count(self) -> int:
        """How many features there are."""
        return len(self.of_sections) + len(self.levels) + 1

    @cached_property
    def of_sections(self) -> np.ndarray:
        """(p,) the forms that are no constants."""
        return np.flatnonzero(self.forms.degrees > 0)

    @cached_property
    def section_degrees(self) -> np.ndarray:
        """(p,) the degree of each of these."""
        return self.forms.degrees[self.of_sections]

    @cached_property
    def squares(self) -> np.ndarray:
        """(q,) which of these are sums of |s|²."""
        forms = self.forms
        mixed = np.bincount(forms.owner, forms.row != forms.column, forms.count) > 0
        return np.flatnonzero(~mixed[self.of_sections])

    @cached_property
    def levels(self) -> np.ndarray:
        """The degrees j of which there are squares."""
        return np.unique(self.section_degrees[self.squares])

    def __call__(self, z: ComplexPoint) -> Float[Array, " features"]:
        """Values at one point of X, in any gauge."""
        return self._normed(Values(super().__call__(z)), Values(self.log_norm(z)[None])).value

    def jet(self, z: ComplexPoint, frame: Frame) -> Jet:
        """Values and the derivatives ∂_a, ∂_a∂_b̄ along a holomorphic frame at one point."""
        return self._normed(super().jet(z, frame), real_function_jet(self.log_norm, z, frame))

    def reference_coefficients(self) -> np.ndarray | None:
        """None: u = 0 is no combination of these."""
        return None

    def combined(self, coefficients: Float[Array, " features"]) -> FewFunctions | None:
        """None: a potential is more than one sum of them."""
        return None

    def log_norm(self, z: ComplexPoint) -> Scalar:
        """log(R^{2d}/r^{2d}) at one point."""
        weights = np.array(self.variety.weights)
        scaled = jnp.exp(-0.5 * weights * reference_potential(self.variety, z)) * z
        return jnp.log(jnp.sum((scaled.real**2 + scaled.imag**2) ** (self.variety.polynomial.degree / weights)))

    def _normed(self, forms: JetOrValues, log_norm: JetOrValues) -> JetOrValues:
        d = self.variety.polynomial.degree
        exponents = -np.concatenate([self.section_degrees, self.levels])[:, None] / d
        powers = log_norm.affine(jnp.asarray(exponents), jnp.zeros(len(exponents))).map(jnp.exp)
        first = np.arange(len(self.of_sections))
        normed = forms.take(self.of_sections).times(powers.take(first))
        return normed.join(powers.take(len(first) + np.arange(len(self.levels)))).join(log_norm)


@dataclass(frozen=True)
class MixedAnsatz(FeatureAnsatz):
    """K as the module says.

    Args:
        features: of the sections.
        root: κ.
        corrected: whether e is not kept at 0, so that ω may fail to be positive.

    Raises:
        InputError: when κ is not positive.
    """

    features: NormedFeatures
    root: float
    corrected: bool = True

    def __post_init__(self) -> None:
        if not self.root > 0:
            raise InputError("root", self.root, "a positive number")

    def shapes(self) -> list[tuple[int, ...]]:
        """log λ_j up to a common factor, log a_j, log b_j, log c_s, e_s."""
        levels = (len(self.features.levels),)
        return [levels, levels, levels, (len(self.features.squares),), (len(self.features.of_sections),)]

    def initial(self, rng: np.random.Generator, sample: np.ndarray) -> Parameters:
        """λ all alike, and all parts of a sum of one size at most: |s|² in units of its largest value in `sample`."""
        features = self.features
        d, levels = features.variety.polynomial.degree, features.levels
        log_norm = sample[:, -1]
        degrees = features.section_degrees[features.squares]
        squares = sample[:, features.squares] * np.exp(log_norm[:, None] * degrees / d)
        largest = np.maximum(np.max(squares, axis=0), np.finfo(float).tiny)
        _, owner, counts = np.unique(degrees, return_inverse=True, return_counts=True)
        start = (
            np.zeros(len(levels)),
            -np.max(log_norm) * levels / d,
            np.full(len(levels), _LOG_OF_REFERENCE),
            -np.log(largest) - np.log(counts[owner]),
            np.zeros(len(features.of_sections)),
        )
        return tuple(map(jnp.asarray, start))

    def apply(self, parameters: Parameters, x: JetOrValues) -> JetOrValues:
        """u from the features, or its jet from theirs."""
        features, (shares, of_norm, of_reference, of_squares, corrections) = self.features, parameters
        levels, sections = features.levels, len(features.of_sections)
        owner = np.searchsorted(levels, features.section_degrees[features.squares])
        rows = np.arange(len(levels))
        matrix = jnp.zeros((len(levels), sections + len(levels)))
        matrix = matrix.at[owner, features.squares].set(jnp.exp(of_squares))
        matrix = matrix.at[rows, sections + rows].set(jnp.exp(of_reference))
        sums = x.take(np.arange(sections + len(levels))).affine(matrix, jnp.exp(of_norm)).map(jnp.log)
        shares = jax.nn.softmax(shares) / levels
        log_norm = x.take(np.array([features.count - 1]))
        one = jnp.ones((1, 1)) / features.variety.polynomial.degree
        u = sums.join(log_norm).affine(jnp.concatenate([shares[None], one], axis=1), jnp.zeros(1))
        if not self.corrected:
            return u
        more = x.take(np.arange(sections)).affine(corrections[None], jnp.ones(1))
        return jax.tree.map(jnp.add, u, more.map(lambda value: jnp.log(value) / self.root))

    def to_config(self) -> AnsatzData:
        """Plain data; see `families.ansatz_from_config`."""
        return {**feature_config("mixed", self.features), "root": self.root}
