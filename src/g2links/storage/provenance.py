"""What a result was made with."""

import os
import platform
from importlib import metadata

from g2links.records import Versions

_PACKAGES = ("g2links", "numpy", "scipy", "jax", "jaxlib", "keras", "h5py")


def provenance() -> Versions:
    """Versions of Python and of the packages that matter, platform and usable cores; imports none of them.

    Returns:
        "python", "packages" (name to version, None if not installed), "platform", "machine", "cores".
    """
    return {
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
