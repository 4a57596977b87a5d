"""Where everything lies under one home folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from g2links.storage.files import make_folder


@dataclass(frozen=True)
class Home:
    """The folder that `--home` names; its parts are made when they are first written to, by `make`.

    Args:
        path: the folder; the current one by default.
    """

    path: Path = Path()

    def __init__(self, path: str | os.PathLike[str] = ".") -> None:
        object.__setattr__(self, "path", Path(path))

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
        """One of the folders above, made if needed; raises ArtefactError at once if it cannot be written."""
        return make_folder(folder)
