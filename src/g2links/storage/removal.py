"""Removing a finished run, whole, under a kill at any moment, and without giving its number to another.

The file `.{stem}_run{N}.removing` is the first step, and the only one that matters: from there on nobody finds the run,
and the same call goes on with what is left. The last step calls it `.{stem}_run{N}.removed`, which keeps the number.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from g2links.errors import ArtefactError
from g2links.storage.cy_points import points_path
from g2links.storage.files import reason, remove_stale, sync_folder
from g2links.storage.finished import RunFiles, is_finished, no_such_run, run_numbers
from g2links.storage.layout import Home
from g2links.storage.locks import acquire, folder_lock
from g2links.storage.models import CY_STEM

_WAIT = 1.0
"""Seconds for who changes a folder for a moment; who works there takes longer."""
_FORMS = "3form"
"""The networks that give checks and pages their number."""
_DRAWN = (".png", ".json", ".html")
"""Pictures, checks and pages."""


def files_of(home: Home, stem: str, number: int, networks: Iterable[str]) -> list[Path]:
    """The files of one run that are there, its model and its record first: points, pictures, checks and pages.

    Checks and pages of networks belong to all networks of their number, and go with the 3-form, or the last of them.

    Args:
        home: where the run lies.
        stem: what stands before `_run{N}` in the names of its model.
        number: of the run.
        networks: the stems of all networks of the link.
    """
    if stem == CY_STEM:
        fixed = [points_path(home, number)]
        pictures = [rf"cy_(?:history|monge_ampere)_run{number}", rf"(?:check_.+|report)_cy_run{number}(?:_.+)?"]
    else:
        fixed = []
        pictures = [rf"{stem}_run{number}_(?:history|predictions|component_errors|error_locations)"]
        others = [each for each in networks if each != stem and number in run_numbers(home.link_models, each)]
        if stem == _FORMS or not others:
            pictures.append(rf"(?:check_.+|report)_cy_run[0-9]+_g2_run{number}(?:_.+)?")
    named = re.compile("|".join(f"(?:{picture})" for picture in pictures))
    drawn = [path for path in sorted(home.plots.glob("*")) if path.suffix in _DRAWN and named.fullmatch(path.stem)]
    own = run_files(home, stem, number)
    return [path for path in (own.model_path, own.json_path, *fixed, *drawn) if path.is_file()]


def run_files(home: Home, stem: str, number: int) -> RunFiles:
    """The names of a run's model and record."""
    return RunFiles(home.cy_models if stem == CY_STEM else home.link_models, stem, number)


def require_removable(files: RunFiles) -> None:
    """Refuse what is no finished run, damaged or not, nor one whose removal was interrupted.

    Raises:
        InputError: no such number.
        ArtefactError: the run is unfinished.
    """
    if files.removing.exists():
        return
    if files.work.exists() and not is_finished(files):
        raise ArtefactError(
            f"{files.model_path}: run {files.number} of {files.stem!r} is not finished; start its command again, or "
            f"delete {files.work} to drop it"
        )
    if not files.model_path.exists() and not files.json_path.exists():
        raise no_such_run(files)


@contextlib.contextmanager
def nobody_else(home: Home, stem: str) -> Iterator[None]:
    """In the block, no pipeline works in the home, and no run is claimed, finished or removed; for a Calabi-Yau run
    nothing is sampled either.

    Raises:
        ArtefactError: somebody works there now.
    """
    folders = [home.path / "models", home.link_models]
    if stem == CY_STEM:
        folders += [home.cy_models, home.link_data]
    with contextlib.ExitStack() as held:
        for folder in folders:
            if folder.is_dir():
                held.enter_context(folder_lock(folder, seconds=_WAIT))
        yield


def remove_run(files: RunFiles, others: Iterable[Path]) -> None:
    """Remove a run, in a block of `nobody_else`; a call that was interrupted is completed by the next.

    Args:
        files: of the run.
        others: what else belongs to it.

    Raises:
        ArtefactError: another process works on the run, or the disk refuses.
    """
    lock = acquire(files.work / "lock") if files.work.is_dir() else -1
    if lock is None:
        raise ArtefactError(f"{files.work}: another process works on run {files.number}; wait for it")
    try:
        files.removing.touch()
        sync_folder(files.folder)
        for path in (files.model_path, files.json_path):
            path.unlink(missing_ok=True)
            remove_stale(path)
        for path in others:
            path.unlink(missing_ok=True)
        shutil.rmtree(files.work, ignore_errors=True)
        os.replace(files.removing, files.removed)
        sync_folder(files.folder)
    except OSError as error:
        raise ArtefactError(
            f"{error.filename or files.folder}: cannot be removed: {reason(error)}; the same command goes on"
        ) from error
    finally:
        if lock >= 0:
            os.close(lock)
