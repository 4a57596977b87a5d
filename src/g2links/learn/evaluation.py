"""How good a model is on base points that it has not seen."""

from typing import NamedTuple

import numpy as np

from g2links.learn.architecture import Row, standardisation
from g2links.learn.model import LinkModel
from g2links.learn.tasks import find_task, relative_errors


class Evaluation(NamedTuple):
    """Errors at n base points.

    Attributes:
        relative: (n,) |prediction - truth|/|truth| in the pointwise norm of the exact metric.
        component_rmse: (k,) root mean square error of each packed component over its standard deviation in
            these points; not divided where it is constant.
        prediction: (n, k), in the charts of the data.
    """

    relative: np.ndarray
    component_rmse: np.ndarray
    prediction: np.ndarray

    @property
    def relative_error(self) -> float:
        """The mean over the points."""
        return float(np.mean(self.relative))

    @property
    def rmse(self) -> float:
        """Root mean square of `component_rmse`."""
        return float(np.sqrt(np.mean(self.component_rmse**2)))


def evaluate(model: LinkModel, rows: Row) -> Evaluation:
    """Compare a model with exact values."""
    prediction, truth = np.asarray(model.at(rows.z, rows.one, rows.el)), np.asarray(rows.components)
    _, deviation = standardisation(truth)
    rmse = np.sqrt(np.mean((prediction - truth) ** 2, axis=0)) / np.where(deviation > 0, deviation, 1.0)
    relative = relative_errors(find_task(model.task), prediction, truth, np.asarray(rows.metric))
    return Evaluation(relative, rmse, prediction)
