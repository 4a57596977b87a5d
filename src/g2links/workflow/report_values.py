"""What the page of a run shows on V: the Monge-Ampère ratio at random points, on a slice and on a rational curve."""

import numpy as np

from g2links.errors import TrainingError
from g2links.networks.cy_model import CalabiYauMetric
from g2links.networks.locations import coordinate_shares
from g2links.records import WorstPlace
from g2links.reports.pages.contents import ValuesOnV
from g2links.varieties.points.slices import rational_curve, slice_of

_STREAM = 0x52455054
"""Of random numbers, for the points of the map; no other step uses it."""
_MAP, _SLICE = 3000, 12_000
"""Points of each at most, and of a metric with many parameters fewer, so that a page takes seconds."""
_WORK, _FEWEST = 200_000_000, 600
"""Points times parameters of the potential, at most; and what is drawn all the same."""
_RADII, _ANGLES = 31, 40
"""Of the grid of parameters t of the rational curve, from |t| = 1/30 to 30."""
_FARTHEST = 30.0


def values_on_v(model: CalabiYauMetric, worst: WorstPlace | None = None) -> ValuesOnV:
    """All of them, by one function that is compiled once; and where the worst point of the run's record lies."""
    variety, parameters = model.variety, max(1, model.count_params())
    share = min(1.0, _WORK / parameters / (_MAP + _SLICE))
    sizes = [max(_FEWEST, int(share * n)) for n in (_MAP, _SLICE)]
    random = variety.sample(sizes[0], np.random.SeedSequence(_STREAM)).z
    part = slice_of(variety, sizes[1])
    radii = np.geomspace(1 / _FARTHEST, _FARTHEST, _RADII)
    t = radii[:, None] * np.exp(2j * np.pi * np.arange(_ANGLES) / _ANGLES)[None]
    curve = rational_curve(variety, t.ravel())
    parts = [random, np.zeros((0, variety.variables)) if part is None else part.z]
    parts.append(np.zeros((0, variety.variables)) if curve is None else curve)
    ratio = np.split(_ratios(model, np.concatenate(parts)), np.cumsum([len(z) for z in parts[:-1]]))
    return ValuesOnV(
        random,
        coordinate_shares(variety, random),
        ratio[0],
        part,
        None if part is None else ratio[1],
        None if curve is None else t,
        None if curve is None else ratio[2].reshape(t.shape),
        None if worst is None else coordinate_shares(variety, np.array([[complex(*c) for c in worst["z"]]]))[0],
    )


def _ratios(model: CalabiYauMetric, z: np.ndarray) -> np.ndarray:
    ratio = model.ratio(z)
    if not np.isfinite(ratio).any():
        raise TrainingError(f"the metric is finite at none of {len(z)} points of V")
    return ratio
