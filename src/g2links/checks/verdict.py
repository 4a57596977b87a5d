"""Whether a Calabi-Yau metric is good enough, what it is good for, and what to do where it is not: from the record of
its run alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from g2links.checks.thresholds import violation
from g2links.checks.tolerances import ROUNDING, STANDARD_ERRORS, near, to_rounding
from g2links.records import MetricRecord, Thresholds

MOST_SIGMA, SHARE_OF_REFERENCE = 0.1, 0.25
"""By default σ is at most a tenth, and a quarter of what the reference metric, without a potential, has there: what is
above has learned next to nothing of the Ricci-flat metric."""

ALWAYS_ENOUGH, SHARE_OF_SUPREMUM = 1.0, 0.5
"""By default the volume form is nowhere off by more than a factor 2, or, where that is more, by half of what the
reference metric is off by. Near a point where V is nearly singular that may be a factor of hundreds."""

_GRADES = (
    (1e-4, 1e-2, "good at every point that was looked at: for curvature, torsion and training data"),
    (1e-3, 1e-1, "good for integrals, and at every point that was looked at to a few per cent; curvature is rougher"),
    (1e-2, 5e-1, "good for integrals and averages, and rough near its worst points; not for curvature there"),
)
"""The largest σ and supremum of each grade, and what the metric is good for."""

_ROUGH = "rough: good for averages to some per cent, not for values at single points"
_USELESS = "not good enough: do not use it for results"


@dataclass(frozen=True)
class Verdict:
    """What is said of a metric.

    Attributes:
        thresholds: what its figures have to be.
        failures: one sentence for each figure that is not.
        words: what the metric is good for.
        advice: what to do where it failed, or is rough; empty where it is good.
    """

    thresholds: Thresholds
    failures: tuple[str, ...]
    words: str
    advice: str

    @property
    def passed(self) -> bool:
        """Whether every figure is what it has to be."""
        return not self.failures


def verdict(record: MetricRecord) -> Verdict:
    """Judge the record of a Calabi-Yau run, as it is saved beside the model.

    Its options may say what is required (`require_sigma`, `require_supremum`). A run of version 0.1 knows neither its
    supremum nor the errors of the reference metric, and is judged without them.
    """
    figures = record["figures"]
    limits = _thresholds(record)
    found = (violation(name, {"mean": figures[name], "max": figures[name]}, limit) for name, limit in limits.items())
    failures = tuple(sentence for sentence in found if sentence is not None)
    words = _words(figures, bool(failures))
    return Verdict(limits, failures, words, _advice(record) if words in (_USELESS, _ROUGH) else "")


def _thresholds(record: MetricRecord) -> Thresholds:
    figures, errors, options = record["figures"], record["standard_errors"], record["options"]
    sigma, worst = options.get("require_sigma"), options.get("require_supremum")
    expected = min(MOST_SIGMA, SHARE_OF_REFERENCE * figures.get("reference_sigma", 1.0))
    limits: Thresholds = {
        "sigma": {"statistic": "mean", "at_most": expected if sigma is None else sigma},
        "d_omega": to_rounding(),
        "volume_ratio": near(1.0, STANDARD_ERRORS * errors["volume_ratio"]),
        "smallest_eigenvalue": {"statistic": "mean", "at_least": 0.0},
    }
    if "ma_supremum" in figures:
        usual = max(ALWAYS_ENOUGH, SHARE_OF_SUPREMUM * figures["reference_supremum"])
        limits["ma_supremum"] = {"statistic": "max", "at_most": usual if worst is None else worst}
    return limits


def _words(figures: Mapping[str, float], failed: bool) -> str:
    if failed:
        return _USELESS
    sigma, worst = figures["sigma"], figures.get("ma_supremum", figures["ma_max"])
    grades = (words for most_sigma, most_worst, words in _GRADES if sigma <= most_sigma and worst <= most_worst)
    return next(grades, _ROUGH)


def _advice(record: MetricRecord) -> str:
    """What is most likely to help, for the potential and the end of the search at hand."""
    from g2links.ricci_flat.levenberg_marquardt import Result

    kind, options, steps = record["ansatz"]["kind"], record["options"], []
    if kind == "algebraic" and record["figures"]["d_omega"] > ROUNDING:
        return f"lower the degree (--degree below {record['ansatz']['degree']}), as its coefficients cancel"
    if record["stopped_because"] == Result.LIMIT.value:
        steps.append(f"let it go on (--iterations above {record['iterations']})")
    if record["stopped_because"] == Result.STOPPED.value:
        steps.append("give it more time (--time-limit)")
    if kind == "algebraic" and "degrees" in record["ansatz"]:  # weights above 1
        steps.append("take another family (--ansatz mixed)")
    if kind == "neural":
        steps.append("take another family (--ansatz algebraic) or wider layers (--widths)")
    if kind in ("algebraic", "hermitian", "neural"):
        steps.append(f"raise the degree (--degree above {record['ansatz']['degree']}, or --time-limit for what fits)")
    steps.append(f"take more points (--n-points above {options['n_points']})")
    return "; ".join(steps)
