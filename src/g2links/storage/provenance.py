"""What a result was made with."""

import os
import platform
import sys
from datetime import datetime
from importlib import metadata

from g2links._version import __version__
from g2links.records import Versions

_PACKAGES = ("numpy", "scipy", "jax", "jaxlib", "keras", "h5py")
_VARIABLES = ("JAX_PLATFORMS", "XLA_FLAGS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Of the environment, that may change the last digits: devices, compilation, threads."""


def provenance() -> Versions:
    """Versions of Python and of the packages that matter, and what they run on; imports none of them.

    Returns:
        "python", "packages" (name to version, None if not installed), "platform", "machine", "cores", "device" and
        "precision" (those of JAX; None where it was not used), "environment" (variables that are set and may change the
        last digits).
    """
    device, precision = _of_jax()
    return {
        "python": platform.python_version(),
        "packages": {"g2links": __version__, **{name: _version(name) for name in _PACKAGES}},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cores": cores(),
        "device": device,
        "precision": precision,
        "environment": {name: os.environ[name] for name in _VARIABLES if name in os.environ},
    }


def now() -> str:
    """The local time to the second, with its offset, as records have it (ISO 8601)."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def cores() -> int | None:
    """Of the processor, those that this process may use; None where the system does not say."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _of_jax() -> tuple[str | None, str | None]:
    jax = sys.modules.get("jax")
    if jax is None:
        return None, None
    first = jax.devices()[0]
    return f"{first.platform}: {first.device_kind}", "float64" if jax.config.jax_enable_x64 else "float32"


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
