"""float64 for JAX and Keras, set in this one place.

JAX reads `JAX_ENABLE_X64` and Keras reads `KERAS_BACKEND` when they are first imported, so `configure_environment` is
called by `import g2links` (it costs nothing), and `configure_keras` once Keras is there. Keras takes the dtype of its
inputs from `floatx`, not from the dtype policy; without it a float64 input is cut to float32 without a word.
"""

import os
import sys


def configure_environment() -> None:
    """Choose float64 for JAX and JAX for Keras, before either is imported; a backend the user chose is kept."""
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    os.environ.setdefault("KERAS_BACKEND", "jax")
    if "jax" in sys.modules:
        sys.modules["jax"].config.update("jax_enable_x64", True)


def configure_keras() -> None:
    """Make float64 the dtype of Keras variables, layers and inputs."""
    import keras

    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
