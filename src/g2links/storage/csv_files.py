"""Tables as CSV: written whole."""

import csv
import os
from collections.abc import Mapping, Sequence

import numpy as np

from g2links.errors import InputError
from g2links.storage.files import replace_atomically


def write_csv(path: str | os.PathLike[str], columns: Mapping[str, np.ndarray]) -> None:
    """Write columns of whole numbers under a line of their names, whole or not at all.

    Args:
        path: of the file.
        columns: integers (n,), all of the same length, by name.

    Raises:
        InputError: for columns that are not that; nothing is written then.
        ArtefactError: the disk refuses.
    """
    for name, column in columns.items():
        if column.ndim != 1 or column.dtype.kind not in "iu":
            raise InputError(f"column {name!r}", f"{column.dtype} {column.shape}", "a row of whole numbers is needed")
    lines = [columns, *zip(*(column.tolist() for column in columns.values()), strict=True)]
    with replace_atomically(path) as temporary:
        temporary.write_text("".join(f"{','.join(map(str, line))}\n" for line in lines), encoding="ascii")


def write_rows(path: str | os.PathLike[str], columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows of numbers and text under a line of their names, whole or not at all; floats to their last digit, and
    None as nothing.

    Raises:
        ArtefactError: the disk refuses.
    """
    with replace_atomically(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
