"""The Calabi-Yau metric of a run as a Keras model."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array
from g2links.links.structure import ContactCalabiYau, require_normalisation
from g2links.measures.monge_ampere import metric_function, volume_density
from g2links.networks.on_points import ModelOnPoints
from g2links.potentials.families import Ansatz, KahlerPotential, Parameters, ansatz_from_config
from g2links.potentials.metric import hermitian_metric
from g2links.records import AnsatzData, VarietyData
from g2links.varieties.charts import slice_chart
from g2links.varieties.points.sampling import Points, in_charts
from g2links.varieties.real_points import points_on_variety
from g2links.varieties.registry import saved_variety, variety_from_config
from g2links.varieties.variety import AbstractVariety

_CHUNK = 500
"""Points side by side; the features of a point are some thousand numbers."""


@keras.saving.register_keras_serializable(package="g2links")
class CalabiYauMetric(ModelOnPoints):
    """Points (n, 10) real, or (n, 5) complex, to the Hermitian metric (n, 3, 3) complex128 in the canonical slice chart
    of each point; points that are not on V are refused.

    Its weights are the parameters of the Kähler potential; `potential` gives u, `link` the structure on the link.

    Args:
        variety: `to_config()` of the variety.
        ansatz: `to_config()` of the ansatz.
        normalisation: c in Υ = cΩ.

    Raises:
        InputError: for data that make no variety or ansatz, a normalisation that is not positive, or sizes that are too
            large (`potentials.sizes`).
    """

    def __init__(self, variety: VarietyData, ansatz: AnsatzData, normalisation: float, **options: Any) -> None:
        super().__init__(**{"dtype": "float64", **options})
        self.variety = variety_from_config(variety)
        self.ansatz = ansatz_from_config(ansatz, self.variety)
        self.normalisation = require_normalisation(normalisation)
        self._parameters = [
            self.add_weight(shape=shape, name=f"parameter_{i}", dtype="float64", initializer="zeros")
            for i, shape in enumerate(self.ansatz.shapes())
        ]
        self.built = True

    @classmethod
    def from_potential(
        cls, variety: AbstractVariety, potential: KahlerPotential, normalisation: float
    ) -> "CalabiYauMetric":
        """The model of a solved potential."""
        model = cls(variety.to_config(), potential.ansatz.to_config(), normalisation)
        model.set_weights([np.asarray(p) for p in potential.parameters])
        return model

    @property
    def kahler_potential(self) -> KahlerPotential:
        """u, as a function of one point (5,) complex."""
        parameters: Parameters = tuple(jnp.asarray(weight.value) for weight in self._parameters)
        return KahlerPotential(self.ansatz, parameters)

    def link(self) -> ContactCalabiYau:
        """The contact Calabi-Yau structure and the G2-structure on the link."""
        return ContactCalabiYau(self.variety, self.kahler_potential, self.normalisation)

    def potential(self, points: Any) -> Float[Array, " n"]:
        """u at each point; arguments and errors as for a call."""
        z = _complex(points_on_variety(self.variety, points))
        return _potentials(self.ansatz, self.kahler_potential.parameters, z) if len(z) else jnp.zeros(0)

    def ratio(self, points: Any) -> Float[np.ndarray, " n"]:
        """η/⟨η⟩, η = det g/|h|², at each point, with the average that the run found; arguments and errors as for a
        call."""
        at = self._points(points)
        density = volume_density(self.variety, self.kahler_potential, at)
        # c² = 2^n ⟨η⟩, and `volume_density` is 2^n η
        return np.asarray(density / self.normalisation**2)

    def eigenvalues(self, points: Any) -> Float[np.ndarray, "n d"]:
        """The eigenvalues of g relative to the reference metric at each point, in ascending order; they do not depend
        on the chart. Arguments and errors as for a call."""
        g, reference = metric_function(self.variety, self.kahler_potential)(self._points(points))
        frame = np.linalg.inv(np.linalg.cholesky(reference))
        return np.asarray(np.linalg.eigvalsh(frame @ g @ frame.conj().swapaxes(-1, -2)))

    def _points(self, points: Any) -> Points:
        """Given points in their canonical charts, with equal weights."""
        z = np.asarray(_complex(points_on_variety(self.variety, points)))
        return Points(in_charts(self.variety, z), np.ones(len(z)), np.arange(len(z)))

    def call(self, points: Float[Array, "n reals"]) -> Complex[Array, "n d d"]:
        """g_{ab̄} = ∂_a∂_b̄ (K_ref + u); any representative of a point of V may be given."""
        return _metrics(self.variety, self.ansatz, self.kahler_potential.parameters, _complex(points))

    def get_config(self) -> dict[str, Any]:
        """Plain data from which Keras rebuilds the model."""
        return {
            "variety": self.variety.to_config(),
            "ansatz": self.ansatz.to_config(),
            "normalisation": self.normalisation,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "CalabiYauMetric":
        """The inverse of `get_config`."""
        return cls(saved_variety(config), config["ansatz"], config["normalisation"])


@partial(jax.jit, static_argnums=0)
def _potentials(ansatz: Ansatz, parameters: Parameters, z: Complex[Array, "n variables"]) -> Float[Array, " n"]:
    return jax.lax.map(KahlerPotential(ansatz, parameters), z, batch_size=_CHUNK)


@partial(jax.jit, static_argnums=(0, 1))
def _metrics(
    variety: AbstractVariety, ansatz: Ansatz, parameters: Parameters, z: Complex[Array, "n variables"]
) -> Complex[Array, "n d d"]:
    def metric(point: Array) -> Array:
        chart = slice_chart(variety, point)
        return hermitian_metric(variety, KahlerPotential(ansatz, parameters), chart.centre)

    return jax.lax.map(metric, z, batch_size=_CHUNK)


def _complex(points: Float[Array, "n real"]) -> Complex[Array, "n variables"]:
    """(n, 2N) real to (n, N) complex."""
    x = jnp.asarray(points, dtype=jnp.float64)
    half = x.shape[1] // 2
    return x[:, :half] + 1j * x[:, half:]
