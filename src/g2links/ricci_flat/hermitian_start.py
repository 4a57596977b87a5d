"""Where the search for a Hermitian matrix of a high degree starts: at the solution of a lower degree, found on few
points, which starts at that of a still lower one.

A search of degree k - 1 on three points for each unknown takes a tenth of the time of one of degree k. On a random
quintic that of degree 5 then needs one step of Gauss and Newton with 44 of conjugate gradients, where from the metric
of Fubini and Study it needed two with 53, and those on fewer points before.
"""

import numpy as np

from g2links.potentials.sections import Sections
from g2links.ricci_flat.hermitian_products import hermitian_forms
from g2links.ricci_flat.hermitian_search import HermitianProblem, matrix_of, prepare_sections, vector_of
from g2links.ricci_flat.levenberg_marquardt import first_state, minimise
from g2links.ricci_flat.projection import POINTS_OF_FORM, nearest_form
from g2links.varieties.points.sampling import Points
from g2links.varieties.variety import AbstractVariety

NEAR_DAMPING = 1e-4
"""Of the first step from a potential that is near: 1e-2 keeps the directions in which J is small where they are."""
_LOWEST, _PER_UNKNOWN, _FEWEST_PER_UNKNOWN = 2, 3, 2
"""The degree to begin with, the points for each unknown of a lower degree, and how many there must be."""
_STEPS = 3
"""Of Gauss and Newton in each degree: the third hardly matters."""


def nested_start(variety: AbstractVariety, sections: Sections, points: Points) -> np.ndarray:
    """(N, N) complex128 h near the solution, up to a factor; the identity where no lower degree has points enough.

    Args:
        variety: V.
        sections: of the degree that is to be searched.
        points: random ones of V, of which the first are used.
    """
    found: tuple[Sections, np.ndarray] | None = None
    for degree in range(max(_LOWEST, variety.heaviest), sections.degree):
        own = Sections(variety, degree)
        if _FEWEST_PER_UNKNOWN * own.count**2 > points.n:
            break
        found = own, _searched(variety, own, points, _carried(variety, found, own, points))
    return _carried(variety, found, sections, points)


def _searched(variety: AbstractVariety, sections: Sections, points: Points, h: np.ndarray) -> np.ndarray:
    """The solution in some sections from h, or the identity where h is no metric at their points."""
    data = prepare_sections(variety, sections, points.rows(slice(_PER_UNKNOWN * sections.count**2)))
    if not np.all(np.isfinite(data.log_ratios(h))):
        h = np.eye(sections.count, dtype=complex)
    start = first_state(vector_of(h))._replace(damping=NEAR_DAMPING)
    state, _ = minimise(HermitianProblem(data), start, iterations=_STEPS, window=1)
    return matrix_of(state.vector)


def _carried(
    variety: AbstractVariety, found: tuple[Sections, np.ndarray] | None, sections: Sections, points: Points
) -> np.ndarray:
    """The h in `sections` for which log(s h s†)/κ is nearest to that of lower sections; the identity if there are
    none."""
    if found is None:
        return np.eye(sections.count, dtype=complex)
    few = points.rows(slice(POINTS_OF_FORM * sections.count**2))
    old, new = (prepare_sections(variety, each, few) for each in (found[0], sections))
    forms = hermitian_forms(np.ascontiguousarray(old.rows[:, 0]), found[1])
    ratio = sections.of_class.root / found[0].of_class.root
    scale = (forms / np.mean(forms)) ** np.float32(-0.5 * ratio)
    return nearest_form(new.rows[:, 0] * scale[:, None], new.weights)
