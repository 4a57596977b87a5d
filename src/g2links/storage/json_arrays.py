"""Plain data inside `.npz` files: their JSON as an array of bytes, since nothing is ever pickled."""

import json
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from g2links.errors import ArtefactError, InputError


def packed(what: str, data: Mapping[str, Any]) -> np.ndarray:
    """The bytes (n,) of the JSON of a mapping; infinities and NaN are kept.

    Raises:
        InputError: for what JSON does not hold; names `what`.
    """
    try:
        text = json.dumps(dict(data))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(what, data, f"only what JSON holds: {error}") from error
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def unpacked(path: str | os.PathLike[str], what: str, data: np.ndarray) -> dict[str, Any]:
    """The inverse of `packed`.

    Raises:
        ArtefactError: for anything else; names the file and `what`.
    """
    try:
        found = json.loads(data.tobytes().decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ArtefactError(f"{path}: its {what} is damaged ({error})") from error
    if not isinstance(found, dict):
        raise ArtefactError(f"{path}: its {what} is damaged: no mapping")
    return found
