"""Where everything lies under one home folder."""

import os
from pathlib import Path

from g2links.errors import ArtefactError
from g2links.storage.files import make_folder


class Home:
    """The folder that `--home` names; its parts are made when they are first written to, by `make`.

    It remembers that the folder was there: one that goes away meanwhile is not made again.

    Args:
        path: the folder; the current one by default.
    """

    def __init__(self, path: str | os.PathLike[str] = ".") -> None:
        self.path = Path(path)
        self._found = os.path.isdir(self.path)

    def __repr__(self) -> str:
        return f"Home({str(self.path)!r})"

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
        self._found = True
        return made
