"""Limits that several calls have in common."""

import os
from pathlib import Path

from g2links.errors import ArtefactError, InputError
from g2links.storage.files import require_target


def require_seconds(limit: float | None) -> None:
    """Refuse a time limit that is none.

    Raises:
        InputError: for NaN, infinity, 0 or less.
    """
    if limit is not None and not 0 < limit < float("inf"):
        raise InputError("time_limit", limit, "a finite number of seconds above 0")


def require_new_file(path: str | os.PathLike[str], field: str) -> None:
    """Refuse, before any work, a file that cannot be written, or whose folder is not there; nothing is left.

    Raises:
        InputError: names the field.
    """
    folder = Path(path).absolute().parent
    if not os.path.isdir(folder):
        raise InputError(field, str(path), f"the folder {folder} does not exist")
    if os.path.exists(path) and not os.path.isfile(path):
        raise InputError(field, str(path), "a file; this is something else")
    try:
        require_target(path)
    except ArtefactError as error:
        raise InputError(field, str(path), f"a place that can be written ({error})") from error


def require_picture(path: str | os.PathLike[str] | None, field: str) -> None:
    """Refuse, before any work, what cannot be the file of a picture.

    Raises:
        InputError: names the field.
    """
    if path is None:
        return
    if Path(path).suffix != ".png":
        raise InputError(field, str(path), "a file that ends in .png")
    require_new_file(path, field)
