"""How good a model is on base points that it has not seen."""

from functools import partial
from typing import NamedTuple

import numpy as np

from g2links.networks.architecture import Row, varying
from g2links.networks.model import LinkModel
from g2links.networks.tasks import find_task, relative_errors
from g2links.training.data import RowBlocks, as_blocks


class Evaluation(NamedTuple):
    """Errors at n base points.

    Attributes:
        relative: (n,) |prediction - truth|/|truth| in the pointwise norm of the exact metric.
        component_rmse: (k,) root mean square error of each packed component over its standard deviation in
            these points; not divided where it is constant.
        prediction: (n, k), in the charts of the data; of the first block where there are more.
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


class _Block(NamedTuple):
    """What one block adds: means and variances of its components, mean squares of their errors."""

    relative: np.ndarray
    centre: np.ndarray
    variance: np.ndarray
    squares: np.ndarray


def evaluate(model: LinkModel, rows: Row | RowBlocks) -> Evaluation:
    """Compare a model with exact values, one block in memory at a time."""
    blocks = as_blocks(rows)
    first, prediction = _compare(model, blocks.read(0))
    parts = [first, *(_compare(model, blocks.read(i))[0] for i in range(1, len(blocks.sizes)))]
    mean = partial(np.average, axis=0, weights=blocks.sizes)
    centre = mean([part.centre for part in parts])
    deviation = varying(centre, np.sqrt(mean([part.variance + (part.centre - centre) ** 2 for part in parts])))
    rmse = np.sqrt(mean([part.squares for part in parts])) / np.where(deviation > 0, deviation, 1.0)
    return Evaluation(np.concatenate([part.relative for part in parts]), rmse, prediction)


def _compare(model: LinkModel, rows: Row) -> tuple[_Block, np.ndarray]:
    prediction, truth = np.asarray(model.in_charts(rows.at)), np.asarray(rows.components)
    relative = relative_errors(find_task(model.task), prediction, truth, np.asarray(rows.metric))
    squares = np.mean((prediction - truth) ** 2, axis=0)
    return _Block(relative, np.mean(truth, axis=0), np.var(truth, axis=0), squares), prediction
