"""Arrays in `.npz` files: written whole, read against a schema."""

import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from g2links.errors import ArtefactError, InputError
from g2links.storage.files import replace_atomically
from g2links.storage.npz import Archive, Header, open_npz

_KINDS = {
    "f": "real numbers",
    "i": "integers",
    "u": "unsigned integers",
    "c": "complex numbers",
    "b": "booleans",
}
_DOUBLE = {"f": np.dtype(np.float64), "c": np.dtype(np.complex128)}


@dataclass(frozen=True)
class ArraySpec:
    """What one array must be.

    Args:
        shape: an int is an exact size; a name such as "n" is a size that must be the same wherever the name
            stands in the schema (the number of rows); None is any size.
        kind: the numpy kinds allowed: "f" real, "i" integer, "u" unsigned, "c" complex, "b" boolean, or
            several ("iu"). Real and complex numbers are in double precision: what was cut to less is refused.
        finite: refuse NaN and infinity.
        or_shape: another shape that is allowed.
        optional: whether a file may be without it.
    """

    shape: tuple[int | str | None, ...]
    kind: str = "f"
    finite: bool = True
    or_shape: tuple[int | str | None, ...] | None = None
    optional: bool = False


Schema = Mapping[str, ArraySpec]


def write_arrays(path: str | os.PathLike[str], arrays: Mapping[str, np.ndarray]) -> None:
    """Write numeric arrays as an uncompressed `.npz`, whole or not at all.

    Raises:
        InputError: an array that is not numeric; nothing is written then.
        ArtefactError: the disk refuses.
    """
    ready = {name: _numeric(name, value) for name, value in arrays.items()}
    with (
        replace_atomically(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive,
    ):
        for name, array in ready.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def read_arrays(
    path: str | os.PathLike[str], schema: Schema | None = None, *, sha256: str | None = None
) -> dict[str, np.ndarray]:
    """Read and check the arrays that `schema` names (all without a schema); others are left unread.

    Shapes, types and sizes are judged from the headers before any data is read; no more memory is asked for
    than the file has bytes; nothing is ever unpickled. With the `sha256` of the file all its bytes are compared with it
    first, and the arrays are read from these.

    Raises:
        ArtefactError: the file is missing, truncated, damaged or not the one of this checksum, or an array is
            missing, pickled, of another shape or type, of another number of rows than the rest, or not finite.
            Names the file, the array, what was found and what was expected.
    """
    with open_npz(Path(path), sha256) as archive:
        if schema is None:
            return {name: archive.read(name) for name in archive.headers}
        there = {name: spec for name, spec in schema.items() if name in archive.headers or not spec.optional}
        _check_headers(archive, there)
        return {name: _read_checked(archive, name, spec) for name, spec in there.items()}


def row_count(path: str | os.PathLike[str], array: str | None = None) -> int:
    """Rows of one array (the file's first if not named), from its header alone; 0 for a file of none."""
    with open_npz(Path(path)) as archive:
        name = next(iter(archive.headers), None) if array is None else array
        if name is None:
            return 0
        shape = _header(archive, name).shape
        return shape[0] if shape else 1


def _numeric(name: str, value: np.ndarray | np.generic) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in _KINDS or array.dtype.hasobject:
        raise InputError(f"array {name!r}", str(array.dtype), "only arrays of numbers are saved")
    return array


def _header(archive: Archive, name: str) -> Header:
    if name not in archive.headers:
        found = ", ".join(archive.headers) or "none"
        raise ArtefactError(f"{archive.path}: array {name!r} is missing; found: {found}")
    return archive.headers[name]


def _check_headers(archive: Archive, schema: Schema) -> None:
    sizes: dict[str, tuple[int, str]] = {}
    for name, spec in schema.items():
        header = _header(archive, name)
        place = f"{archive.path}: array {name!r}"
        if header.dtype.kind not in spec.kind:
            wanted = " or ".join(_KINDS[kind] for kind in spec.kind)
            raise ArtefactError(f"{place} is of type {header.dtype}, expected {wanted}")
        double = _DOUBLE.get(header.dtype.kind, header.dtype)
        if header.dtype.itemsize != double.itemsize:
            raise ArtefactError(f"{place} is of type {header.dtype}, expected {double}")
        allowed = [shape for shape in (spec.shape, spec.or_shape) if shape is not None]
        fitting = [shape for shape in allowed if _fits(header.shape, shape)]
        if not fitting:
            expected = " or ".join(map(_shape_text, allowed))
            raise ArtefactError(f"{place} has shape {header.shape}, expected {expected}")
        for found, wanted_size in zip(header.shape, fitting[0], strict=True):
            if isinstance(wanted_size, str):
                first, owner = sizes.setdefault(wanted_size, (found, name))
                if found != first:
                    raise ArtefactError(f"{place} has {found} rows, expected {first} as in {owner!r}")


def _fits(shape: tuple[int, ...], wanted: tuple[int | str | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        not isinstance(want, int) or size == want for size, want in zip(shape, wanted, strict=True)
    )


def _shape_text(shape: tuple[int | str | None, ...]) -> str:
    inside = ", ".join("any" if size is None else str(size) for size in shape)
    return f"({inside},)" if len(shape) == 1 else f"({inside})"


def _read_checked(archive: Archive, name: str, spec: ArraySpec) -> np.ndarray:
    array = archive.read(name)
    if spec.finite and array.dtype.kind in "fc" and not np.isfinite(array).all():
        bad = np.argwhere(~np.isfinite(array))
        place = tuple(int(index) for index in bad[0])
        raise ArtefactError(
            f"{archive.path}: array {name!r} has {len(bad)} values that are NaN or infinite "
            f"(the first at {place}), expected finite numbers; make the file again"
        )
    return array
