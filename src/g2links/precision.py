"""float64 for JAX and Keras, set in this one place.

JAX reads `JAX_ENABLE_X64` and Keras reads `KERAS_BACKEND` when they are first imported, so `configure_environment` is
called by `import g2links` (it costs nothing), and `configure_keras` once Keras is there. Keras takes the dtype of its
inputs from `floatx`, not from the dtype policy; without it a float64 input is cut to float32 without a word.
"""

import os
import sys

from g2links.errors import InputError

_BACKEND = "KERAS_BACKEND"
_PLATFORMS = "JAX_PLATFORMS"


def configure_environment() -> None:
    """Choose float64 for JAX, whatever the shell says, and JAX for Keras where no backend is chosen."""
    os.environ["JAX_ENABLE_X64"] = "1"
    os.environ.setdefault(_BACKEND, "jax")
    if "jax" in sys.modules:
        sys.modules["jax"].config.update("jax_enable_x64", True)


def configure_keras() -> None:
    """Make float64 the dtype of Keras variables, layers and inputs.

    Raises:
        InputError: for a Keras that does not run on JAX.
    """
    import keras

    _require_jax(keras.config.backend())
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")


def require_environment() -> None:
    """Refuse, before anything else is imported, an environment in which no command can work.

    Raises:
        InputError: for a Keras that does not run on JAX, or a JAX that is told to use a device that is not there.
    """
    _require_jax(os.environ.get(_BACKEND, "jax"))
    wanted = os.environ.get(_PLATFORMS, "")
    if wanted not in ("", "cpu"):
        import jax

        try:
            jax.devices()
        except (RuntimeError, AssertionError) as error:  # the second is what JAX has for CUDA without its plugin
            raise InputError(_PLATFORMS, wanted, "a device that JAX finds here; unset it for any") from error


def _require_jax(backend: str) -> None:
    if backend != "jax":
        raise InputError(_BACKEND, backend, "jax, the only one that g2links runs on: unset it, or set it to jax")
