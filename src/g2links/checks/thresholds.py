"""Limits on figures: their words, and whether a figure keeps them.

A threshold is a mapping with "statistic" (mean, median, std or max) and any of "at_most", "at_least", or
"target" together with "within". It is kept when all of them hold; a value that is not finite keeps none.
"""

import math
from collections.abc import Iterator, Mapping

from g2links.errors import InputError
from g2links.records import Threshold

Figures = Mapping[str, float | None]

STATISTICS = ("mean", "median", "std", "max")
_LIMITS = {"at_most", "at_least", "target", "within"}


def describe(threshold: Threshold) -> str:
    """The threshold in words, such as "max <= 1e-09" or "mean = 7 ± 0.01".

    Raises:
        InputError: a threshold of another form than the module describes.
    """
    return f"{_statistic(threshold)} {describe_limits(threshold)}"


def describe_limits(threshold: Threshold) -> str:
    """The limits alone, such as "<= 1e-09", for figures that are one number."""
    words = []
    if "at_most" in threshold:
        words.append(f"<= {threshold['at_most']:.3g}")
    if "at_least" in threshold:
        words.append(f">= {threshold['at_least']:.3g}")
    if "target" in threshold:
        words.append(f"= {threshold['target']:.6g} ± {threshold['within']:.2g}")
    return " and ".join(words)


def limits_of(threshold: Threshold | None) -> list[float]:
    """The numbers at which a figure breaks it, where lines are drawn."""
    if threshold is None:
        return []
    limits = [limit for limit in (threshold.get("at_most"), threshold.get("at_least")) if limit is not None]
    if "target" in threshold:
        limits += [threshold["target"] - threshold["within"], threshold["target"] + threshold["within"]]
    return limits


def violation(name: str, figures: Figures, threshold: Threshold) -> str | None:
    """Why the figure breaks the threshold, and by how much; None when it keeps it.

    Args:
        name: of the figure, for the sentence.
        figures: at least the statistic of the threshold; None stands for a value that is not finite.
        threshold: as the module describes.

    Raises:
        InputError: a threshold of another form than the module describes.
    """
    statistic = _statistic(threshold)
    value = figures[statistic]
    if value is None or not math.isfinite(value):
        return f"{name}: {statistic} is not finite; needed: {describe(threshold)}"
    broken = "; ".join(_broken(value, threshold))
    return f"{name}: {statistic} {broken}" if broken else None


def _broken(value: float, threshold: Threshold) -> Iterator[str]:
    most, least = threshold.get("at_most", math.inf), threshold.get("at_least", -math.inf)
    target, within = threshold.get("target", value), threshold.get("within", 0.0)
    if value > most:
        yield f"{value:.4g} is above the limit {most:.4g} by {value - most:.3g}"
    if value < least:
        yield f"{value:.6g} is below the limit {least:.6g} by {least - value:.3g}"
    if abs(value - target) > within:
        yield f"{value:.8g} is outside {target:.6g} ± {within:.3g} by {abs(value - target) - within:.3g}"


def _statistic(threshold: Threshold) -> str:
    """The statistic of a threshold that is well formed."""
    entries: dict[str, object] = {**threshold}
    statistic = entries.pop("statistic", None)
    known = statistic in STATISTICS and bool(entries) and set(entries) <= _LIMITS
    paired = ("target" in entries) == ("within" in entries)
    if not (known and paired and all(map(_is_finite, entries.values()))):
        allowed = f"a statistic ({', '.join(STATISTICS)}) with finite at_most, at_least, or target and within"
        raise InputError("threshold", dict(threshold), allowed)
    return str(statistic)


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
