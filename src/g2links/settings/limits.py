"""Limits that several calls have in common."""

from g2links.errors import InputError


def require_seconds(limit: float | None) -> None:
    """Refuse a time limit that is none.

    Raises:
        InputError: for NaN, infinity, 0 or less.
    """
    if limit is not None and not 0 < limit < float("inf"):
        raise InputError("time_limit", limit, "a finite number of seconds above 0")
