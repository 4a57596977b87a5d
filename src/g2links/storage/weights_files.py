"""Weights in HDF5, judged before Keras reads them: plain, numeric, finite, and no larger than their file."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from g2links.errors import ArtefactError

_MAX_DEPTH = 32
"""Of the groups of a weights file; Keras nests them six deep."""
_MAX_OBJECTS = 100_000
"""In a weights file; models here have some dozen."""


def check_weights(content: bytes, shown: Path) -> None:
    """Judge the bytes of a `model.weights.h5`.

    Raises:
        ArtefactError: not HDF5; a link, an external or virtual data set, filters, something that is not
            numbers, data sets that promise more bytes than there are, or a number that is not finite. `shown` is named
            as the file.
    """
    import h5py

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            _walk(file, len(content), shown)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise ArtefactError(f"{shown}: its weights cannot be read ({str(error)[:200]}); train again") from error


def _walk(file: Any, size: int, shown: Path) -> None:
    import h5py

    stack, seen, total = [(file, 0)], 0, 0
    while stack:
        group, depth = stack.pop()
        for name in group:
            seen += 1
            if depth > _MAX_DEPTH or seen > _MAX_OBJECTS:
                raise ArtefactError(f"{shown}: its weights have too many or too deeply nested groups")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ArtefactError(f"{shown}: its weights hold a link ({name!r}); only plain arrays are loaded")
            child = group[name]
            if isinstance(child, h5py.Group):
                stack.append((child, depth + 1))
            else:
                total += _plain_size(child, shown)
                if total > size:
                    raise ArtefactError(f"{shown}: its weights promise {total} bytes, more than the {size} there are")
                _require_finite(child, shown)


def _plain_size(data: Any, shown: Path) -> int:
    """The bytes of one data set."""
    import h5py

    if not isinstance(data, h5py.Dataset) or data.external or data.is_virtual or data.chunks is not None:
        raise ArtefactError(f"{shown}: its weights hold something that is not a plain array")
    if data.dtype.kind not in "fiubc":
        raise ArtefactError(f"{shown}: its weights {data.name!r} are of type {data.dtype}, not numbers")
    return int(data.size) * data.dtype.itemsize


def _require_finite(data: Any, shown: Path) -> None:
    bad = np.count_nonzero(~np.isfinite(data[()]))
    if bad:
        raise ArtefactError(
            f"{shown}: {bad} of its weights {data.name!r} are NaN or infinite; finite numbers are needed: train again"
        )
