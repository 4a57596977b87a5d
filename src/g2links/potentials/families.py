"""Kähler potentials K = K_ref + u: families of functions u on V with parameters.

An ansatz turns features of V into u; its parameters are a tuple of arrays. The neural ansatz is a dense network on the
features. The algebraic one is u = (1/k) log(s† h s) - K_ref with h the Hermitian combination of the features of degree
k (Donaldson, math/0512625; Headrick and Nassar, arXiv:0908.2635).
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from g2links._pytrees import register_tree
from g2links._typing import ComplexPoint, Frame, Scalar
from g2links.calculus.jets import Jet, JetOrValues, Values
from g2links.errors import InputError
from g2links.potentials.activations import ACTIVATIONS, require_activation
from g2links.potentials.feature_ansatz import FeatureAnsatz as FeatureAnsatz
from g2links.potentials.feature_ansatz import Parameters as Parameters
from g2links.potentials.feature_ansatz import feature_config
from g2links.potentials.features import BASIS, InvariantFeatures
from g2links.potentials.intersection_features import IntersectionFeatures
from g2links.potentials.mixed import MixedAnsatz, NormedFeatures
from g2links.potentials.own import OwnAnsatz, registered_potential
from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.potentials.sizes import require_features, require_layers, require_sections
from g2links.potentials.steep_features import POWERS_NEAR_NODES, SteepFeatures
from g2links.records import AnsatzData
from g2links.varieties.hypersurface import WeightedHypersurface, require_hypersurface
from g2links.varieties.variety import AbstractVariety

_CONSTANT = 1e-12
"""A feature with a smaller deviation is constant up to rounding, and is not scaled."""


@dataclass(frozen=True)
class NeuralAnsatz(FeatureAnsatz):
    """u = (1/k) log(Σ c_i X_i) + N(X): a dense network N of the given hidden widths on the features X of degree k,
    beside a logarithmic skip connection, whose Hermitian form c takes care of the smooth part of u.

    Raises:
        InputError: for an activation that is unknown or not smooth, or layers that cannot be (`sizes`).
    """

    widths: tuple[int, ...] = (16, 16)
    activation: str = "tanh"

    def __post_init__(self) -> None:
        require_activation(self.activation, math.inf)
        require_layers(self.widths)

    def shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the parameters: the coefficients c, then the matrix and the offset of each layer."""
        sizes = (self.features.count, *self.widths, 1)
        layers = [shape for m, k in itertools.pairwise(sizes) for shape in ((k, m), (k,))]
        return [*_logarithm(self.features).shapes(), *layers]

    def initial(self, rng: np.random.Generator, sample: np.ndarray) -> Parameters:
        """u = 0, so that the start is a metric for sure, and random hidden layers; the first also centres and scales
        the features as they vary over `sample` (n, features)."""
        layers = [
            rng.normal(size=shape) / np.sqrt(shape[1]) if len(shape) == 2 else 0.5 * rng.normal(size=shape)
            for shape in self.shapes()[1:]
        ]
        centre, spread = np.mean(sample, axis=0), np.std(sample, axis=0)
        scale = np.where(spread > _CONSTANT, 1 / np.maximum(spread, _CONSTANT), 0.0)
        layers[0] = layers[0] * scale
        layers[1] = layers[1] - layers[0] @ centre
        layers[-2] = np.zeros_like(layers[-2])
        layers[-1] = np.zeros(1)
        return (*_logarithm(self.features).initial(rng, sample), *map(jnp.asarray, layers))

    def apply(self, parameters: Parameters, x: JetOrValues) -> JetOrValues:
        """u from the features, or its jet from theirs."""
        activation = ACTIVATIONS[self.activation].function
        logarithm = _logarithm(self.features).apply(parameters[:1], x)
        for matrix, offset in zip(parameters[1:-2:2], parameters[2:-2:2], strict=True):
            x = x.affine(matrix, offset).map(activation)
        return jax.tree.map(jnp.add, logarithm, x.affine(parameters[-2], parameters[-1]))

    def to_config(self) -> AnsatzData:
        """Plain data; see `ansatz_from_config`."""
        return {
            **feature_config("neural", self.features),
            "widths": list(self.widths),
            "activation": self.activation,
        }


@dataclass(frozen=True)
class AlgebraicAnsatz(FeatureAnsatz):
    """u = (1/κ) log(Σ c_i X_i) with X_i the features of degree k; where Σ c_i X_i = 1, u = 0.

    Args:
        root: κ. By default k for weights 1: then ω is the pullback of a Fubini-Study form. For other weights 3k/2 where
            the largest is 2 or the features say their `degrees`, else 2k, so that ω is a mean of such a form
            and ω_ref: at the same k, σ is up to four times smaller.

    Raises:
        InputError: when κ is not positive.
    """

    root: float | None = None

    def __post_init__(self) -> None:
        share = min(2.0, 0.5 * (1 + self.features.variety.heaviest)) if self.features.degrees is None else 1.5
        root = share * self.features.root if self.root is None else self.root
        if not root > 0:
            raise InputError("root", self.root, "a positive number")
        object.__setattr__(self, "root", root)

    @property
    def kappa(self) -> float:
        """κ as it is used."""
        assert self.root is not None
        return self.root

    @property
    def starts_balanced(self) -> bool:
        """Whether a search starts at the balanced metric (`ricci_flat.balanced`): where the features are the graded
        sections of a variety with weights above 1."""
        return self.features.degrees is not None

    def shapes(self) -> list[tuple[int, ...]]:
        """One vector of coefficients."""
        return [(self.features.count,)]

    def initial(self, rng: np.random.Generator, sample: np.ndarray) -> Parameters:
        """u = 0: for weights 1 by Σ c_i X_i = (Σ |z_i|²)^k / r^{2k}, for others by the smallest c with Σ c_i X_i =
        1."""
        exact = self.features.reference_coefficients()
        if exact is not None:
            return (jnp.asarray(exact),)
        solution, *_ = np.linalg.lstsq(np.asarray(sample), np.ones(len(sample)), rcond=1e-12)
        return (jnp.asarray(solution),)

    def apply(self, parameters: Parameters, x: JetOrValues) -> JetOrValues:
        """u from the features, or its jet from theirs."""
        total = x.affine(parameters[0][None, :], jnp.zeros(1))
        return total.map(lambda value: jnp.log(value) / self.kappa)

    def value(self, parameters: Parameters, z: ComplexPoint) -> Scalar:
        """u at one point."""
        forms = self.features.combined(parameters[0])
        if forms is None:
            return super().value(parameters, z)
        return self.apply((jnp.ones(forms.count),), Values(forms(z))).value[0]

    def jet(self, parameters: Parameters, z: ComplexPoint, frame: Frame) -> Jet:
        """u with its derivatives at one point."""
        forms = self.features.combined(parameters[0])
        if forms is None:
            return super().jet(parameters, z, frame)
        return self.apply((jnp.ones(forms.count),), forms.jet(z, frame))

    def to_config(self) -> AnsatzData:
        """Plain data; see `ansatz_from_config`."""
        return {**feature_config("algebraic", self.features), "root": self.root}


PointAnsatz = FeatureAnsatz | OwnAnsatz
"""What is evaluated point by point from `features` there."""

Ansatz = PointAnsatz | HermitianAnsatz


@dataclass(frozen=True)
class KahlerPotential:
    """u(z) for given parameters; a function of one point of X in any gauge, and a tree of arrays, the parameters."""

    ansatz: Ansatz
    parameters: Parameters

    def __call__(self, z: ComplexPoint) -> Scalar:
        """u, real and invariant under C*."""
        return self.ansatz.value(self.parameters, z)

    def jet(self, z: ComplexPoint, frame: Frame) -> Jet:
        """u, ∂_a u and ∂_a∂_b̄ u along a holomorphic frame: what `jets.real_function_jet` gives, three times faster."""
        return self.ansatz.jet(self.parameters, z, frame)


register_tree(KahlerPotential, arrays=("parameters",), fixed=("ansatz",))


def unravel(ansatz: Ansatz, vector: np.ndarray) -> Parameters:
    """Parameters from the flat vector of a `State`."""
    sizes = np.cumsum([int(np.prod(shape)) for shape in ansatz.shapes()])[:-1]
    parts = np.split(np.asarray(vector), sizes)
    return tuple(jnp.asarray(part.reshape(shape)) for part, shape in zip(parts, ansatz.shapes(), strict=True))


def ansatz_from_config(config: AnsatzData, variety: AbstractVariety) -> Ansatz:
    """Rebuild an ansatz from `to_config`.

    Raises:
        InputError: for an unknown kind, a potential that is not registered, a model whose features were chosen by
            another rule, or too many features (`sizes`).
    """
    if config["kind"] == "own":
        return registered_potential(config["name"])
    if config["kind"] not in ("neural", "algebraic", "mixed", "hermitian"):
        raise InputError("ansatz", config["kind"], "choose neural, algebraic, mixed or hermitian")
    if config["kind"] == "hermitian":
        require_sections(variety, int(config["degree"]))
        return HermitianAnsatz(Sections(variety, int(config["degree"])))
    if config.get("basis") != BASIS:
        raise InputError("basis", config.get("basis"), f"{BASIS}: the run is of an older version; make it again")
    if config["kind"] == "algebraic" and not isinstance(variety, WeightedHypersurface):
        require_sections(variety, int(config["degree"]))
        return AlgebraicAnsatz(IntersectionFeatures(variety, int(config["degree"])), config.get("root"))
    hypersurface = require_hypersurface(variety, "ansatz")
    degree, symmetric = int(config["degree"]), bool(config["symmetric"])
    degrees = _degrees(config.get("degrees"), config.get("lowest"), degree)
    features = InvariantFeatures(hypersurface, degree, symmetric, degrees)
    require_features(hypersurface, degree, degrees, symmetric=symmetric)
    if config["kind"] == "mixed":
        root = config.get("root")
        if degrees is None or root is None:
            raise InputError("ansatz", config, "a mixed one says its degrees and its root")
        return MixedAnsatz(NormedFeatures(hypersurface, degree, symmetric, degrees), root)
    if config["kind"] == "neural":
        return NeuralAnsatz(features, tuple(config["widths"]), config["activation"])
    if "factors" in config:
        factors = int(config["factors"])
        factor_degrees = _degrees(config.get("factor_degrees"), config.get("lowest_factors"), factors)
        require_features(hypersurface, factors, factor_degrees, symmetric=symmetric)
        features = SteepFeatures(
            hypersurface,
            degree,
            symmetric,
            degrees,
            powers=tuple(config.get("powers", POWERS_NEAR_NODES)),
            steepness=config.get("steepness", "gradient"),
            factors=factors,
            factor_degrees=factor_degrees,
        )
    return AlgebraicAnsatz(features, config.get("root"))


def _degrees(chosen: Sequence[int] | None, lowest: int | None, highest: int) -> tuple[int, ...] | None:
    """Those that a file names; earlier versions had all from a `lowest` one on."""
    if chosen is not None:
        return tuple(map(int, chosen))
    return None if lowest is None else tuple(range(int(lowest), highest + 1))


def _logarithm(features: InvariantFeatures) -> AlgebraicAnsatz:
    return AlgebraicAnsatz(features, features.root)
