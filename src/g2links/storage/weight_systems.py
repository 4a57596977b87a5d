"""The list of all 7,555 systems of weights, as it comes with the package.

`write_weight_systems` made it, from the enumeration of `varieties.weight_systems`, in three seconds on one core.
"""

import hashlib
import os
from functools import cache
from importlib import resources
from pathlib import Path

from g2links.storage.files import open_verified, replace_atomically
from g2links.varieties.weight_systems import weight_systems

SHA256 = "bbf07a3394f4d90055b082f0c9039bef95f2b6ec4e78b88a840e9bd7a8060b5b"
"""Of the file."""


def packaged_list() -> Path:
    """Where the list lies: one system in a line, with ascending weights, in the order of their degrees."""
    return Path(str(resources.files("g2links"))) / "storage" / "weight_systems.txt"


@cache
def read_weight_systems() -> tuple[tuple[int, ...], ...]:
    """All systems of five weights with a quasi-smooth f of degree Σ w, as `varieties.weight_systems` finds them.

    Raises:
        ArtefactError: the file of the package is missing or altered.
    """
    with open_verified(packaged_list(), SHA256) as file:
        return tuple(tuple(map(int, line.split())) for line in file.read().decode("ascii").splitlines())


def write_weight_systems(path: str | os.PathLike[str] | None = None) -> str:
    """Enumerate the systems anew and write them, whole or not at all.

    Args:
        path: of the file; that of the package if None.

    Returns:
        Its SHA-256, which is `SHA256` above unless the list has changed.

    Raises:
        ArtefactError: the disk refuses.
    """
    content = "".join(f"{' '.join(map(str, weights))}\n" for weights in weight_systems()).encode("ascii")
    with replace_atomically(packaged_list() if path is None else path) as temporary:
        temporary.write_bytes(content)
    return hashlib.sha256(content).hexdigest()
