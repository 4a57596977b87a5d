"""The records of g2links as files: JSON with the name of its schema and a checksum of what it says, so that one that
was damaged or altered is noticed, and never used.

A file that has neither is of an earlier version, and is held against the types of its entries alone.
"""

import hashlib
import json
import os
from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any, Final, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from g2links import records
from g2links.errors import ArtefactError
from g2links.storage.json_files import NonFinite, plain, read_json, write_json

_SCHEMA, _CHECKSUM = "schema", "checksum"

_VERSION: Final = 2
"""Of all schemas; 1 are files without a schema."""

_NAMES: Mapping[type, str] = {
    records.RunRecord: "run",
    records.MetricRecord: "run",
    records.NetworkRecord: "run",
    records.ManifestRecord: "set of files",
    records.CheckRecord: "check",
    records.SpectrumRecord: "spectrum",
    records.FormSpectrumRecord: "spectrum of forms",
    records.ClaimRecord: "unfinished run",
    records.CheckpointsRecord: "checkpoints",
    records.JournalRecord: "pipeline",
    records.SweepTaskRecord: "task of a sweep",
    records.SweepRecord: "sweep",
}

Record = TypeVar("Record")
"""One of the classes of `g2links.records`."""


def write_record(
    path: str | os.PathLike[str], kind: type[Record], record: Record, *, non_finite: NonFinite = "refuse"
) -> None:
    """Write a record with its schema and its checksum, whole or not at all.

    Raises:
        InputError: the record holds something that JSON cannot; nothing is written then.
        ArtefactError: the disk refuses.
    """
    content = plain(record, non_finite=non_finite)
    write_json(path, {_SCHEMA: _schema(kind), **content, _CHECKSUM: _checksum(content)})


def read_record(path: str | os.PathLike[str], kind: type[Record]) -> Record:
    """The record in a file, without schema and checksum.

    Raises:
        ArtefactError: missing, not JSON, of another kind or version, damaged or altered, or without an entry that every
            record of the kind has.
    """
    data: Any = read_json(path)
    schema, checksum = data.pop(_SCHEMA, None), data.pop(_CHECKSUM, None)
    if (schema, checksum) != (None, None):
        if schema != _schema(kind):
            raise ArtefactError(f"{path}: its schema is {schema!r}, where {_schema(kind)!r} is needed")
        if checksum != _checksum(data):
            raise ArtefactError(f"{path}: damaged or altered: its checksum is not that of what it says")
    return require_entries(data, kind, path)


def require_entries(data: Any, kind: type[Record], path: str | os.PathLike[str]) -> Record:
    """What was read from a file, once it is known to have the entries of its kind, with values of their types.

    Raises:
        ArtefactError: names the entry.
    """
    try:
        _validator(cast("Hashable", kind))(data, strict=True)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = ".".join(map(str, detail["loc"]))
        raise ArtefactError(f"{path}: not a {kind.__name__} as g2links writes it: {where}: {detail['msg']}") from error
    record: Record = data
    return record


def _schema(kind: type) -> str:
    return f"g2links {_NAMES[kind]}, version {_VERSION}"


def _checksum(content: Mapping[str, object]) -> str:
    """Of the content, however it is laid out in the file."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _validator(kind: Any) -> Callable[..., object]:
    return TypeAdapter(kind).validate_python
