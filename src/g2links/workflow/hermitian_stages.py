"""How a search for a full Hermitian matrix goes on: in the next degree, on as many points as there is time for."""

from collections.abc import Iterator

from g2links.potentials.sections import HermitianAnsatz
from g2links.ricci_flat.family import larger
from g2links.workflow.fit_stages import Stage

POINTS_PER_UNKNOWN = (4.0, 3.0, 2.5, 2.0, 1.6)
"""The numbers of points that are tried, from many to few. With n of them for p unknowns the error is that of the degree
over sqrt(1 - p/n), 1.15 to 1.6 times that; and each degree has half of the error of the one before."""
_MOST_BYTES = 4 * 2**30
"""Of the sections at all points in single precision, of which a search has two tables: 426,000 points for degree 7 on a
quintic, 290,000 for degree 8."""
_SINGLE = 8
"""Bytes of a complex number."""


def following_stages(stage: Stage) -> Iterator[Stage]:
    """What the search can go on with from a Hermitian matrix that stands still, the best first: the next degree, then
    more points for this one."""
    family, own = larger(stage.family), stage.family.ansatz
    assert family is not None
    assert isinstance(own, HermitianAnsatz)
    assert isinstance(family.ansatz, HermitianAnsatz)
    unknowns, most = family.ansatz.unknowns, most_points(family.ansatz)
    numbers = [min(int(each * unknowns), most) for each in POINTS_PER_UNKNOWN]
    enough = int(POINTS_PER_UNKNOWN[-1] * unknowns)
    yield from (Stage(family, n) for n in dict.fromkeys(numbers) if n >= enough)
    more = min(2 * stage.training_points, most_points(own))
    if more > stage.training_points:
        yield Stage(stage.family, more)


def most_points(ansatz: HermitianAnsatz) -> int:
    """As many as there is memory for."""
    sections = ansatz.sections
    return _MOST_BYTES // (_SINGLE * sections.count * (sections.variety.dimension + 1))
