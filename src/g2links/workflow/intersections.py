"""What is known of a complete intersection before any work: exact numbers, and whether a singular point was found."""

import itertools

import numpy as np

from g2links.measures.chern_numbers import chern_numbers
from g2links.measures.curvature import chern_names
from g2links.records import IntersectionRecord, SmoothnessRecord
from g2links.varieties.complete_intersection import CompleteIntersection
from g2links.varieties.configurations import Configuration
from g2links.varieties.intersection import chern_classes, integrate, intersect, linear, multiply
from g2links.varieties.intersection_catalogue import INTERSECTIONS
from g2links.varieties.residue import kahler_volume
from g2links.varieties.smooth.singular_search import require_nonsingular
from g2links.varieties.topology import THREEFOLD
from g2links.varieties.variety import require_calabi_yau


def describe_intersection(variety: CompleteIntersection) -> IntersectionRecord:
    """What is known of a Calabi-Yau complete intersection, as plain data: `configuration`, `degree` ∫(Σ t_α J_α)^n,
    `euler`, `kahler_volume`, for threefolds also the `intersection_numbers` κ_αβγ that are not 0 and `c2`, ∫c_2 J_α; of
    the catalogue `h11` and `h21`.

    Raises:
        PolynomialError: where it is not Calabi-Yau.
    """
    require_calabi_yau(variety)
    n, spaces = variety.dimension, len(variety.spaces)
    unit = np.eye(spaces, dtype=int).tolist()
    found: IntersectionRecord = {
        "name": variety.name,
        "configuration": str(Configuration(variety.spaces, variety.degrees, variety.weights)),
        "equations": [f.name for f in variety.equations],
        "polarisation": list(variety.polarisation),
        "dimension": n,
        "degree": float(intersect(variety, [variety.polarisation] * n)),
        "euler": chern_numbers(variety)[chern_names(n)[-1]],
        "kahler_volume": kahler_volume(variety),
    }
    if n == THREEFOLD:
        second = chern_classes(variety)[2]
        triples = itertools.combinations_with_replacement(range(spaces), n)
        numbers = {"".join(str(a + 1) for a in t): float(intersect(variety, [unit[a] for a in t])) for t in triples}
        found["intersection_numbers"] = {name: value for name, value in numbers.items() if value}
        found["c2"] = [float(integrate(variety, multiply(second, linear(row)))) for row in unit]
    entry = INTERSECTIONS.get(variety.name.partition("(")[0])
    return found if entry is None else {**found, "h11": entry.h11, "h21": entry.h21}


def search_of(variety: CompleteIntersection) -> SmoothnessRecord:
    """Whether V is smooth, as far as a search tells.

    Raises:
        PolynomialError: showing a singular point.
    """
    found = require_nonsingular(variety)
    reason = f"no singular point was found from {found.starts} random points"
    return {"proved": False, "reason": reason, "smallest_singular_value": found.smallest}
