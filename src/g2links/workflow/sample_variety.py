"""Which variety a file of a data set is of: that of its Calabi-Yau run in a home, that which it says, or that which a
user says; where more than one of these is known, they have to agree."""

import os
from pathlib import Path

import numpy as np

from g2links.errors import ArtefactError, InputError
from g2links.storage.json_arrays import unpacked
from g2links.storage.layout import Home
from g2links.storage.models import find_cy
from g2links.varieties.registry import saved_variety, variety_from_config
from g2links.varieties.variety import AbstractVariety

VARIETY = "variety"
"""The array of a file that says it."""


def variety_of(
    path: Path, cy_run: int, said: np.ndarray | None, wanted: AbstractVariety | None
) -> AbstractVariety | None:
    """The variety of a file; None where nobody says it.

    Args:
        path: of the file.
        cy_run: the Calabi-Yau run that it says it is made from.
        said: its array `variety`, if it has one.
        wanted: the variety that it has to be of; any if None.

    Raises:
        ArtefactError: a run that does not exist, an array that is no variety, or varieties that differ.
    """
    found = {
        f"Calabi-Yau run {cy_run}": _of_run(path, cy_run),
        f"its array {VARIETY!r}": None if said is None else _as_said(path, said),
        "the one that was asked for": wanted,
    }
    known = [(source, variety) for source, variety in found.items() if variety is not None]
    for source, variety in known[1:]:
        if not _is_same(variety, known[0][1]):
            raise ArtefactError(
                f"{path}: of another variety: {known[0][1].name} by {known[0][0]}, {variety.name} by {source}"
            )
    return known[0][1] if known else None


def _is_same(one: AbstractVariety, other: AbstractVariety) -> bool:
    """Whatever they are called."""
    terms = ([f.terms for f in each.equations] for each in (one, other))
    return one.charges == other.charges and one.polarisation == other.polarisation and next(terms) == next(terms)


def _as_said(path: Path, said: np.ndarray) -> AbstractVariety:
    try:
        return variety_from_config(unpacked(path, VARIETY, said))
    except InputError as error:
        raise ArtefactError(f"{path}: array {VARIETY!r} is no variety of a data set: {error}") from error


def _of_run(path: Path, cy_run: int) -> AbstractVariety | None:
    """That of the Calabi-Yau run, if the file lies in a home."""
    place = f"{path}: array 'cy_run_number' is {cy_run}"
    if cy_run < 1:
        raise ArtefactError(f"{place}; runs are counted from 1")
    home = _home_of(path)
    if home is None:
        return None
    try:
        run = find_cy(home, cy_run)
        return variety_from_config(saved_variety(run.record))
    except InputError as error:
        raise ArtefactError(f"{place}: {error.allowed}") from error


def _home_of(path: Path) -> Home | None:
    for folder in Path(os.path.abspath(path)).parents:
        home = Home(folder.parent.parent)
        if home.link_data == folder:
            return home
    return None
