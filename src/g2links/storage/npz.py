"""The members of an uncompressed `.npz`: their headers are read and judged before any data is."""

import ast
import math
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Any

import numpy as np

from g2links.errors import ArtefactError
from g2links.storage.files import BROKEN_ARCHIVE, open_verified

_Stream = IO[bytes] | BufferedIOBase
"""An open file, or a member of a zip file, which typing does not count as one."""
_MAGIC = b"\x93NUMPY"
_MAX_HEADER = 2**16
"""Of an array in a file: NumPy's own are some hundred bytes."""
_DTYPE = re.compile(r"[<>|=][fciub][0-9]{1,2}")


@dataclass(frozen=True)
class Header:
    """Shape, dtype and memory order of one array, and the bytes its header takes."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    offset: int

    @property
    def size(self) -> int:
        """Bytes of the data."""
        return math.prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class Archive:
    """An open `.npz` whose members have been judged."""

    path: Path
    zip: zipfile.ZipFile
    headers: Mapping[str, Header]

    def read(self, name: str) -> np.ndarray:
        """The array, in native byte order; its checksum is verified."""
        header = self.headers[name]
        with _as_artefact(self.path, name), self.zip.open(f"{name}.npy") as member:
            member.read(header.offset)
            data = np.empty(math.prod(header.shape), dtype=header.dtype)
            _fill(member, data.view(np.uint8).data)
        array = data.reshape(header.shape, order="F" if header.fortran else "C")
        return array.astype(header.dtype.newbyteorder("="), copy=False)


@contextmanager
def open_npz(path: Path, sha256: str | None = None) -> Iterator[Archive]:
    """Open an uncompressed `.npz`, of this checksum if one is given.

    Raises:
        ArtefactError: missing, truncated, damaged, compressed, of another checksum, holding anything but plain numeric
            arrays, or headers that promise another size than the file has. Names the file and, where known, the array.
    """
    with open_verified(path, sha256) as file:
        with _as_artefact(path):
            archive = zipfile.ZipFile(file)
        with archive:
            members = archive.infolist()
            if _promised_members(file) != len(members):
                raise ArtefactError(f"{path}: its table of arrays is damaged; make the file again")
            if len({member.filename for member in members}) != len(members):
                raise ArtefactError(f"{path}: two arrays have the same name; the file is damaged")
            if sum(member.file_size for member in members) > file.seek(0, os.SEEK_END):
                raise ArtefactError(f"{path}: compressed or damaged: its arrays promise more bytes than it has")
            yield Archive(path, archive, dict(_judge(path, archive, member) for member in members))


def _promised_members(file: _Stream) -> int:
    """The number of members that the end record of a zip file without a comment states."""
    file.seek(-22, os.SEEK_END)
    record = file.read(22)
    return int.from_bytes(record[10:12], "little") if record[:4] == b"PK\x05\x06" else -1


def _judge(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[str, Header]:
    name = member.filename.removesuffix(".npy")
    if name == member.filename:
        raise ArtefactError(f"{path}: holds {member.filename!r}, which is not an array; not a data file of g2links")
    if member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size:
        raise ArtefactError(f"{path}: array {name!r} is compressed; write it with numpy.savez, uncompressed")
    with _as_artefact(path, name), archive.open(member) as content:
        header = _read_header(content, path, name)
    if header.offset + header.size != member.file_size:
        raise ArtefactError(
            f"{path}: array {name!r} has {member.file_size - header.offset} bytes, expected {header.size} "
            f"for shape {header.shape} of {header.dtype}; the file is damaged"
        )
    return name, header


def _read_header(content: _Stream, path: Path, name: str) -> Header:
    """The header of the npy format (numpy.lib.format), versions 1 to 3."""
    start = content.read(8)
    if len(start) != 8 or start[:6] != _MAGIC or start[6] not in (1, 2, 3):
        raise ValueError("does not start like a numpy array")
    width = 2 if start[6] == 1 else 4
    length = int.from_bytes(content.read(width), "little")
    if length > _MAX_HEADER:
        raise ValueError(f"header of {length} bytes")
    fields = _literal(content.read(length).decode("utf-8"))
    if "O" in str(fields["descr"]):
        raise ArtefactError(f"{path}: array {name!r} holds pickled Python objects; they are never loaded")
    shape = _shape(fields["shape"])
    if not isinstance(fields["descr"], str) or not _DTYPE.fullmatch(fields["descr"]):
        raise ValueError(f"dtype {fields['descr']!r} is not a plain number type")
    return Header(shape, _dtype(fields["descr"]), fields["fortran_order"] is True, 8 + width + length)


def _literal(text: str) -> dict[str, Any]:
    try:
        fields = ast.literal_eval(text.strip())
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError("unreadable header") from error
    if not isinstance(fields, dict) or set(fields) != {"descr", "fortran_order", "shape"}:
        raise ValueError("header without descr, fortran_order and shape")
    return fields


def _shape(value: Any) -> tuple[int, ...]:
    if not isinstance(value, tuple) or not all(type(size) is int and 0 <= size < 2**48 for size in value):
        raise ValueError(f"shape {value!r}")
    return value


def _dtype(text: str) -> np.dtype[Any]:
    try:
        return np.dtype(text)
    except TypeError as error:
        raise ValueError(f"dtype {text!r}") from error


def _fill(member: _Stream, target: memoryview) -> None:
    """Read exactly the bytes of `target`; reaching the end of the member verifies its checksum."""
    position = 0
    while position < len(target):
        block = member.read(min(len(target) - position, 2**22))
        if not block:
            raise EOFError("the data ends early")
        target[position : position + len(block)] = block
        position += len(block)
    if member.read(1):
        raise ValueError("more data than its header says")


@contextmanager
def _as_artefact(path: Path, name: str | None = None) -> Iterator[None]:
    place = f"{path}: array {name!r}" if name else f"{path}"
    try:
        yield
    except BROKEN_ARCHIVE as error:
        raise ArtefactError(f"{place}: truncated or damaged ({error}); make the file again") from error
