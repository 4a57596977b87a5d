"""Train, validation and test sets of a data set."""

import numpy as np

from g2links.errors import InputError


def split_base_points(n: int, fractions: tuple[float, float, float], rng: np.random.Generator) -> list[np.ndarray]:
    """Train, validation and test: sorted base point numbers, disjoint, together all of range(n).

    Splitting by base point keeps rotated copies of one point on one side.

    Raises:
        InputError: when a fraction is negative, they do not sum to 1, or a set would be empty.
    """
    if min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:
        raise InputError("splits", fractions, "three fractions >= 0 that sum to 1")
    cuts = np.rint(np.cumsum(fractions)[:2] * n).astype(int)
    parts = [np.sort(part) for part in np.split(rng.permutation(n), cuts)]
    if min(map(len, parts)) < 1:
        raise InputError("splits", fractions, f"each of the three sets needs a base point, but there are {n} in all")
    return parts
