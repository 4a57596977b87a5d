"""How large each step is by default, and with `--quick`; one place for all commands."""

from typing import Any

FULL: dict[str, Any] = {"n_points": 100_000, "n_rotations": 4, "check_points": 1000}
SMALL: dict[str, Any] = {"n_points": 6_000, "n_rotations": 2, "check_points": 100}

SMALL_FIT: dict[str, Any] = {"degree": 6, "widths": (8,), "iterations": 15}
"""Step 1, where the user does not say otherwise."""

SMALL_TRAINING: dict[str, Any] = {"epochs": 15, "batch_size": 64}
"""Step 3, likewise."""


def size(name: str, given: int | None, quick: bool) -> int:
    """What the user gave, or the default."""
    return int((SMALL if quick else FULL)[name] if given is None else given)
