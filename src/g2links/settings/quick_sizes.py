"""How large each step is by default, and with `--quick`; one place for all commands."""

from typing import Any

FULL: dict[str, Any] = {"n_points": 100_000, "n_rotations": 4, "check_points": 1000}
SMALL: dict[str, Any] = {"n_points": 6_000, "n_rotations": 2, "check_points": 100}

SMALL_FAMILY: dict[str, dict[str, Any]] = {
    "neural": {"degree": 6, "widths": (8,), "iterations": 15},
    "algebraic": {"degree": 6},
    "mixed": {"n_points": 20_000, "iterations": 60},
    "hermitian": {"degree": 4, "n_points": 30_000},
}
"""Step 1, for each kind of potential, where the user does not say otherwise. A Hermitian matrix of degree 4 has 4,900
unknowns in five variables, for which fewer points are too few: on a quintic with random coefficients σ is 0.12 with
6,000 points (degree 3), and 0.04 with these."""

SMALL_FEATURES, POINTS_FOR_WEIGHTS = 250, 20_000
"""Of an algebraic potential on a weighted variety, where a degree says little about their number: 16 of degree 6 on
P(1,1,1,2,5)[10], with σ 0.11. On P(1,1,2,8,12)[24] it is 0.26 with 100 and 6,000
points, and 0.18 with these, which is refused too."""

SMALL_SECTIONS = 100
"""Of a Hermitian matrix on a complete intersection: degree 3 on P5[3,3] and on the bicubic, 2 on the tetra-quadric."""

_SECTIONS_OF_DEGREE_4 = 5
"""Up to so many variables; in more there are so many that the matrix is of degree 3."""

SMALL_TRAINING: dict[str, Any] = {"epochs": 12, "batch_size": 64, "lm_points": 500}
"""Step 3, likewise. Least squares on 500 points has 7,500 equations for the 951 weights of a potential of 16 units, and
takes half of the time of 1,000. After twelve steps the error is that of the metric of a quick run, 1e-3, or less."""


def size(name: str, given: int | None, quick: bool) -> int:
    """What the user gave, or the default."""
    return int((SMALL if quick else FULL)[name] if given is None else given)


def small_fit(kind: str, variables: int, lowest: int, chosen: dict[str, Any]) -> dict[str, Any]:
    """The choices for step 1 of a quick run.

    Args:
        kind: of potential (`SMALL_FAMILY`).
        variables: N.
        lowest: the degree that features have at least: the largest weight, which those of lower degree would miss, or
            for weights above 1 the degree of about `SMALL_FEATURES`.
        chosen: what the user gave, which stands.
    """
    family = dict(SMALL_FAMILY[kind])
    if kind == "hermitian" and variables > _SECTIONS_OF_DEGREE_4:
        family["degree"] -= 1
    if "degree" in family:
        family["degree"] = max(family["degree"], lowest)
    return {"n_points": SMALL["n_points"], **family, **chosen}
