"""Where everything lies under one home folder."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from g2links.errors import ArtefactError
from g2links.storage.files import make_folder


class _Watch:
    """Over a folder that may be made once: one that has been there and goes away is not made again.

    Args:
        folder: what is watched, from now on.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._was_there = folder, os.path.isdir(folder)

    def make(self, part: Path) -> Path:
        """Make a part of the folder, see `Home.make`."""
        if self._was_there and not self._folder.is_dir():
            raise ArtefactError(f"{self._folder}: no such folder: it has gone away while a command worked in it")
        made = make_folder(part)
        self._was_there = True
        return made


@dataclass(frozen=True)
class Home:
    """The folder that `--home` names; its parts are made when they are first written to, by `make`.

    Args:
        path: the folder; the current one by default.
    """

    path: Path
    _watch: _Watch = field(repr=False, compare=False)

    def __init__(self, path: str | os.PathLike[str] = ".") -> None:
        object.__setattr__(self, "path", Path(path))
        object.__setattr__(self, "_watch", _Watch(self.path))

    @property
    def cy_models(self) -> Path:
        """Calabi-Yau metrics: `cy_metric_model_run{N}.keras`."""
        return self.path / "models" / "cy_models"

    @property
    def link_models(self) -> Path:
        """Networks on the link: `{3form,metric,4form}_run{N}.keras`."""
        return self.path / "models" / "link_models"

    @property
    def cy_data(self) -> Path:
        """Points on the threefold."""
        return self.path / "samples" / "cy_data"

    @property
    def link_data(self) -> Path:
        """The data sets `g2_{dataset,train,val,test}.npz`."""
        return self.path / "samples" / "link_data"

    @property
    def plots(self) -> Path:
        """Pictures."""
        return self.path / "plots"

    @property
    def sweeps(self) -> Path:
        """Tables of sweeps, and what became of their tasks."""
        return self.path / "sweeps"

    @property
    def hyperparameters(self) -> Path:
        """The user's hyperparameters; the packaged ones are used if this file is not there."""
        return self.path / "hyperparameters" / "hps.yaml"

    def make(self, folder: Path) -> Path:
        """One of the folders above, made if needed, and the home with it if there has been none.

        Raises:
            ArtefactError: at once, if it cannot be written, or the home has gone away since it was found or made.
        """
        return self._watch.make(folder)
