"""How large each step is by default, and with `--quick`; one place for all commands."""

from typing import Any

FULL: dict[str, Any] = {"n_points": 100_000, "n_rotations": 4, "check_points": 1000}
SMALL: dict[str, Any] = {"n_points": 6_000, "n_rotations": 2, "check_points": 100}

SMALL_FIT: dict[str, Any] = {"iterations": 15}
"""Step 1, where the user does not say otherwise."""
SMALL_FAMILY: dict[str, dict[str, Any]] = {
    "neural": {"degree": 6, "widths": (8,)},
    "algebraic": {"degree": 6},
    "hermitian": {"degree": 3},
}
"""Likewise, for each kind of potential; of a Hermitian matrix degree 3 has 1,225 unknowns, degree 6 has 42,025."""

SMALL_TRAINING: dict[str, Any] = {"epochs": 15, "batch_size": 64}
"""Step 3, likewise."""


def size(name: str, given: int | None, quick: bool) -> int:
    """What the user gave, or the default."""
    return int((SMALL if quick else FULL)[name] if given is None else given)


def small_fit(kind: str, heaviest: int, chosen: dict[str, Any]) -> dict[str, Any]:
    """The choices for step 1 of a quick run.

    Args:
        kind: of potential (`SMALL_FAMILY`).
        heaviest: the largest weight, which features of lower degree would miss.
        chosen: what the user gave, which stands.
    """
    family = dict(SMALL_FAMILY[kind])
    family["degree"] = max(family["degree"], heaviest)
    return {**SMALL_FIT, **family, **chosen}
