"""Few degrees whose sections are enough at every point of V, where weights are large.

Where the coordinates I are not 0 and all others are, sections of degree j are 0 unless there is a monomial of degree j
in I, and their derivatives along z_i are 0, for i not in I, unless there is z_i times such a monomial. If m divides the
weights of I, that is so unless m divides j, or j - w_i: each of the residues 0 and w_i modulo m needs a degree. Among
as many degrees in a row as the largest m there is one of each. On P(1,1,12,28,42)[84] these are 14, with 1,093
invariants from degree 40 on; 40, 41, 42 and 43 do, with 239.
"""

from collections.abc import Iterator
from functools import cache

from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.smooth.criteria import reachable


@cache
def covering_degrees(variety: WeightedHypersurface, lowest: int) -> tuple[int, ...]:
    """Of the degrees from `lowest` on, upwards, each with a section that is needed at a point with isotropy and that no
    degree before has."""
    end = max(lowest, variety.heaviest) + variety.heaviest  # each has one there
    missing, chosen = [degrees >> lowest for degrees in _needed(variety, end)], []
    while missing:
        first = min((degrees & -degrees).bit_length() - 1 for degrees in missing)
        chosen.append(lowest + first)
        missing = [degrees for degrees in missing if not degrees >> first & 1]
    return tuple(chosen or [lowest])


def covering_up_to(variety: WeightedHypersurface, degree: int) -> tuple[int, ...]:
    """The `covering_degrees` from the highest degree on from which they do not exceed `degree`; from the lowest on
    where all do."""
    starts = range(degree, min(variety.weights), -1)
    found = (degrees for lowest in starts if max(degrees := covering_degrees(variety, lowest)) <= degree)
    return next(found, covering_degrees(variety, min(variety.weights)))


def _needed(variety: WeightedHypersurface, end: int) -> Iterator[int]:
    """For each section that is needed the degrees up to `end` that have one, as the bits of a number."""
    weights = variety.weights
    for nonzero in variety.isotropic:
        inside = reachable(tuple(weights[i] for i in nonzero), end)
        yield inside & ~1  # the constant is there anyway
        yield from (inside << weights[i] for i in range(len(weights)) if i not in nonzero)
