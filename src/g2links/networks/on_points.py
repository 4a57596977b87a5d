"""Keras models of points of a variety, which judge the points that they are given."""

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from g2links.errors import InputError
from g2links.varieties.real_points import points_on_variety
from g2links.varieties.variety import AbstractVariety


class ModelOnPoints(keras.Model):
    """A Keras model whose `call` takes points (n, 2N) real, for any n, and has nothing that depends on n.

    What is not on V is refused, by `varieties.real_points.require_on_variety`, in `model(points)`, `model.predict` and
    `model.predict_on_batch`, but not inside `jax.jit` and the like, where values are not known yet. No points have no
    values: an array (0, ...), for which Keras, whose batches are not empty, is not asked.

    Attributes:
        variety: V.
    """

    variety: AbstractVariety

    def __call__(self, points: Any, *arguments: Any, **options: Any) -> Any:
        """The values at points (n, N) complex or (n, 2N) real of the cone, in any gauge and scale.

        Raises:
            InputError: for another shape, numbers that are not finite, the origin, or points off V.
        """
        if isinstance(points, keras.KerasTensor):
            return super().__call__(points, *arguments, **options)
        known = points_on_variety(self.variety, points)
        return super().__call__(known, *arguments, **options) if len(known) else self._of_no_points()

    def predict(self, x: Any, *arguments: Any, **options: Any) -> Any:
        """As `keras.Model.predict`, in batches; arrays of points are judged as in a call, other sources are not.

        Raises:
            InputError: as a call.
        """
        known = self._judged(x)
        return np.asarray(self._of_no_points()) if known is None else super().predict(known, *arguments, **options)

    def predict_on_batch(self, x: Any) -> Any:
        """See `predict`."""
        known = self._judged(x)
        return np.asarray(self._of_no_points()) if known is None else super().predict_on_batch(known)

    def load_own_variables(self, store: Any) -> None:
        """As Keras, which calls this however a file is loaded, and passes the sentence on in a ValueError.

        Raises:
            InputError: for weights that are not finite, before any is taken.
        """
        bad = sum(int(np.count_nonzero(~np.isfinite(np.asarray(store[name])))) for name in list(store.keys()))
        if bad:
            raise InputError("weights", f"{bad} that are NaN or infinite", "finite numbers are needed: train again")
        super().load_own_variables(store)

    def _judged(self, x: Any) -> Any:
        """The points, once they are known to lie on V, None where there are none; what is no array as it is."""
        if not isinstance(x, list | tuple | np.ndarray | jax.Array):
            return x
        known = points_on_variety(self.variety, x)
        return known if len(known) else None

    def _of_no_points(self) -> jax.Array:
        one = jax.ShapeDtypeStruct((1, 2 * self.variety.variables), np.float64)
        value = jax.eval_shape(self.call, one)
        return jnp.zeros((0, *value.shape[1:]), value.dtype)
