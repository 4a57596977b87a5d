"""Where everything lies under one home folder."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from g2links.errors import ArtefactError
from g2links.storage.files import make_folder


@dataclass(frozen=True)
class Home:
    """The folder that `--home` names; its parts are made when they are first written to, by `make`.

    Args:
        path: the folder; the current one by default.
    """

    path: Path = Path()
    _found: bool = field(default=False, init=False, repr=False, compare=False)

    def __init__(self, path: str | os.PathLike[str] = ".") -> None:
        object.__setattr__(self, "path", Path(path))
        object.__setattr__(self, "_found", os.path.isdir(self.path))

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
        if self._found and not self.path.is_dir():
            raise ArtefactError(f"{self.path}: no such folder: it has gone away while a command worked in it")
        made = make_folder(folder)
        object.__setattr__(self, "_found", True)
        return made
