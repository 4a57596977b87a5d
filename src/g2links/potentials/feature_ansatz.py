"""What families of potentials on features have in common."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from g2links._typing import Array, ComplexPoint, Frame, Scalar
from g2links.calculus.jets import Jet, JetOrValues, Values
from g2links.potentials.features import BASIS, InvariantFeatures
from g2links.potentials.steep_features import SteepFeatures
from g2links.records import AnsatzData

Parameters = tuple[Array, ...]


@dataclass(frozen=True)
class FeatureAnsatz(ABC):
    """A family of functions u of features X, which are computed once for all parameters."""

    features: InvariantFeatures

    @abstractmethod
    def shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the parameters."""

    @property
    def unknowns(self) -> int:
        """How many real parameters there are."""
        return sum(math.prod(shape) for shape in self.shapes())

    @abstractmethod
    def initial(self, rng: np.random.Generator, sample: np.ndarray) -> Parameters:
        """A start that is a metric for sure, from how the features vary over `sample` (n, features)."""

    @abstractmethod
    def apply(self, parameters: Parameters, x: JetOrValues) -> JetOrValues:
        """u from the features, or its jet from theirs."""

    @abstractmethod
    def to_config(self) -> AnsatzData:
        """Plain data; see `ansatz_from_config`."""

    def value(self, parameters: Parameters, z: ComplexPoint) -> Scalar:
        """u at one point."""
        return self.apply(parameters, Values(self.features(z))).value[0]

    def jet(self, parameters: Parameters, z: ComplexPoint, frame: Frame) -> Jet:
        """u with its derivatives at one point."""
        return self.apply(parameters, self.features.jet(z, frame))


def feature_config(kind: str, features: InvariantFeatures) -> AnsatzData:
    """The part of `to_config` that the features are made anew from."""
    config: AnsatzData = {
        "kind": kind,
        "degree": features.degree,
        "symmetric": features.symmetric,
        "basis": BASIS,
    }
    if features.degrees is not None:
        config["degrees"] = list(features.degrees)
    if isinstance(features, SteepFeatures):
        config["powers"], config["steepness"] = list(features.powers), features.steepness
        config["factors"] = features.factors
        if features.factor_degrees is not None:
            config["factor_degrees"] = list(features.factor_degrees)
    return config
