"""JSON that every reader understands: no NaN, no duplicate keys, bounded, written whole."""

import json
import math
import os
from collections.abc import Mapping
from typing import Any, Literal

from g2links.errors import ArtefactError, InputError
from g2links.storage.files import read_text, replace_atomically

NonFinite = Literal["refuse", "null"]
MAX_BYTES = 64 * 2**20
"""Of a file that is read whole: the largest record, of 100,000 worst points, has a tenth."""


def json_text(data: Any, *, non_finite: NonFinite = "refuse") -> str:
    """Indented JSON, keys in the order given; arrays become lists, array scalars numbers, paths strings.

    Args:
        data: mappings, sequences, numbers, strings, paths, arrays.
        non_finite: JSON has no NaN: refuse it, or write null (for figures of a check that failed).

    Raises:
        InputError: a number that is not finite (if refused) or a value that JSON cannot hold; names its
            place.
    """
    return json.dumps(plain(data, non_finite=non_finite), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def plain(data: Any, where: str = "data", *, non_finite: NonFinite = "refuse") -> Any:
    """The same data as dict, list, str, int, float, bool and None, as it would come back from the file."""
    if data is None or isinstance(data, bool | str):
        return data
    if hasattr(data, "tolist"):
        return plain(data.tolist(), where, non_finite=non_finite)
    if isinstance(data, int):
        return int(data)
    if isinstance(data, float):
        return _finite(float(data), where, non_finite)
    if isinstance(data, os.PathLike):
        return os.fspath(data)
    if isinstance(data, Mapping):
        return {str(key): plain(value, f"{where}.{key}", non_finite=non_finite) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(value, f"{where}[{i}]", non_finite=non_finite) for i, value in enumerate(data)]
    raise InputError(where, data, "JSON holds numbers, strings, lists and mappings only")


def write_json(path: str | os.PathLike[str], data: Any, *, non_finite: NonFinite = "refuse") -> None:
    """Write `json_text(data)` to `path`, whole or not at all.

    Raises:
        InputError: see `json_text`; nothing is written then.
        ArtefactError: the disk refuses.
    """
    text = json_text(data, non_finite=non_finite)
    with replace_atomically(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_json(path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        ArtefactError: missing, too large, not JSON (with line and column), a key twice, NaN, or not an
            object.
    """
    text = read_text(path, max_bytes)
    try:
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ArtefactError(f"{path}:{error.lineno}:{error.colno}: not valid JSON ({error.msg}): damaged") from error
    except (ValueError, RecursionError) as error:
        raise ArtefactError(f"{path}: not valid JSON here: {error}") from error
    if not isinstance(data, dict):
        raise ArtefactError(f"{path}: expected a JSON object, found {type(data).__name__}")
    return data


def _finite(value: float, where: str, non_finite: NonFinite) -> float | None:
    if math.isfinite(value):
        return value
    if non_finite == "null":
        return None
    raise InputError(where, value, "a finite number is needed: JSON has no NaN and no infinity")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice in the same object")
    return result


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
