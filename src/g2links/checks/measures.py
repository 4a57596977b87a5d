"""How good the Calabi-Yau metric is: Monge-Ampère, curvature, volume and Chern numbers, with their errors."""

import math
from functools import partial
from typing import TYPE_CHECKING, Any

from g2links.checks.contract import Check, CheckSetting, Figure, Found
from g2links.checks.kahlerity import D_OMEGA
from g2links.checks.tolerances import ALWAYS, ROUNDING, STANDARD_ERRORS, mean_at_most, near, to_rounding
from g2links.records import Thresholds

if TYPE_CHECKING:
    from g2links.varieties.variety import AbstractVariety

_STREAM = 0x4D454153
"""Of random numbers, for the points of the Chern numbers; no other step uses it."""

_DIFFERENCES = 1e-6
"""The error of g by differences of fourth order."""

_TOPOLOGICAL = 0.01
"""The Euler number and c_2∧H may always be off by 1 %: their standard errors are estimates too."""

_SIGMA_SHARE = 0.1
"""Of σ, beside the standard errors: few points in its tail make these too small."""

_SUPREMUM_FACTOR = 2.0
"""Two searches for the worst point begin at different random points."""


def _evaluate(setting: CheckSetting) -> Found:
    import numpy as np

    from g2links.checks.identities import kahlerity_errors
    from g2links.measures.assessment import assess
    from g2links.measures.chern_numbers import concentrated_sample
    from g2links.measures.monge_ampere import metric_function
    from g2links.measures.supremum import supremum
    from g2links.varieties.residue import volume_factor

    variety, potential = setting.link.variety, setting.link.potential
    seeds = np.random.SeedSequence([setting.seed, _STREAM])
    sample = concentrated_sample(variety, setting.points.n, seeds)
    found = assess(variety, potential, setting.points, sample, setting.progress, setting.stop)
    closed = partial(setting.progress, "closedness")
    closed(0, 1)
    errors = kahlerity_errors(setting.link, setting.points, stop=setting.stop, progress=closed)
    pointwise = {**errors, **found.pointwise}
    exact = exact_values(variety)
    integrals = {
        name: {"mean": value, "standard_error": error} | ({"exact": exact[name]} if name in exact else {})
        for name, (value, error) in found.integrals.items()
    }
    remarks: dict[str, Any] = {"n_concentrated": sample.points.n}
    if not setting.stop():
        mean = found.integrals["normalisation"].value ** 2 / volume_factor(variety.dimension)
        error = found.pointwise["ma_deviation"]
        show = partial(setting.progress, "looking for the worst point")
        metric, points = metric_function(variety, potential), setting.points.rows(slice(len(error)))
        worst = supremum(variety, metric, points, error, mean, progress=show)
        integrals["ma_supremum"] = {"mean": worst.value, "standard_error": 0.0}
        remarks["supremum"] = worst.described()
    return Found(pointwise, integrals, remarks)


def exact_values(variety: "AbstractVariety") -> dict[str, Any]:
    """The integrals that are known: of every metric, and c where ∫|h|² is (`varieties.periods`)."""
    from g2links.measures.chern_numbers import chern_numbers
    from g2links.measures.curvature import chern_names
    from g2links.varieties.periods import holomorphic_volume
    from g2links.varieties.residue import kahler_volume

    numbers = chern_numbers(variety)
    euler = numbers.pop(chern_names(variety.dimension)[-1])
    exact = {"volume_ratio": 1.0, "euler_number": euler, **numbers}
    holomorphic = holomorphic_volume(variety)
    if holomorphic is not None:
        exact["normalisation"] = math.sqrt(kahler_volume(variety) / holomorphic)
    return exact


def _thresholds(setting: CheckSetting, found: Found) -> Thresholds:
    """What holds for every Kähler metric in the class of ω, however far from Ricci-flat: the identities to rounding, g
    from differences of K, positivity, and the integrals that are known within their standard errors. And what the
    metric had when it was found: its σ, and at most twice its supremum."""
    limits: Thresholds = {
        "d_omega": to_rounding(),
        "chart_change": to_rounding(),
        "metric_minus_differences": {"statistic": "max", "at_most": _DIFFERENCES},
        "metric_positive": ALWAYS,
    }
    for name, figures in found.integrals.items():
        if "exact" in figures and math.isfinite(figures["standard_error"]):
            least = _TOPOLOGICAL * abs(figures["exact"]) if name in ("euler_number", "c2_h") else ROUNDING
            limits[name] = near(figures["exact"], max(least, STANDARD_ERRORS * figures["standard_error"]))
    recorded = setting.recorded
    here = found.integrals["sigma"]["standard_error"]  # one that is not finite fails by itself
    errors = math.hypot(here if math.isfinite(here) else 0.0, setting.recorded_errors["sigma"])
    within = STANDARD_ERRORS * errors + _SIGMA_SHARE * recorded["sigma"] + ROUNDING
    limits["sigma"] = near(recorded["sigma"], within)
    if "ma_supremum" in recorded and "ma_supremum" in found.integrals:
        limits["ma_supremum"] = mean_at_most(_SUPREMUM_FACTOR * recorded["ma_supremum"] + ROUNDING)
    return limits


CHECK = Check(
    name="measures",
    title="Calabi-Yau metric",
    summary="How good the Calabi-Yau metric is: Monge-Ampere, curvature, volume and Chern numbers, with their errors.",
    figures={
        "d_omega": D_OMEGA,
        "ma_deviation": Figure(
            r"$|1-\eta/\langle\eta\rangle|$,  $\eta = \det g\,/\,|h|^2$",
            meaning="|1 − η/⟨η⟩|, η = det g/|h|²: error of the metric",
        ),
        "smallest_eigenvalue": Figure(
            r"smallest eigenvalue of $g$ relative to $g_\mathrm{ref}$",
            meaning="smallest eigenvalue of g relative to the reference metric: above 0 where g is a metric",
        ),
        "metric_positive": Figure(
            r"$g$ positive (1) or not (0)", axis="flag", meaning="1 where g is positive: whether it is a metric"
        ),
        "chart_change": Figure(
            r"$|g - g_\mathrm{other\ chart}|\,/\,|g|$",
            meaning="g against g from another chart: whether it is one tensor on V",
        ),
        "metric_minus_differences": Figure(
            r"$|g - g_\mathrm{differences\ of\ K}|\,/\,|g|$",
            meaning="g against differences of K: whether g is the Hessian of K",
        ),
        "ricci_scalar": Figure(
            r"scalar curvature of $g_T$", meaning="scalar curvature of g_T: 0 on the Ricci-flat metric"
        ),
        "ricci_norm": Figure(r"$|\mathrm{Ric}(g_T)|$", meaning="|Ric(g_T)|: 0 on the Ricci-flat metric"),
        "riemann_norm": Figure(r"$|\mathrm{Rm}(g_T)|$", meaning="|Rm(g_T)|: size of the curvature"),
    },
    evaluate=_evaluate,
    thresholds=_thresholds,
    needs="metric",
    options=(),
    least_points=20,
    of_metric=True,
    unjudged={
        "ma_deviation": "it is judged through sigma and ma_supremum",
        "smallest_eigenvalue": "it is judged through metric_positive",
        **dict.fromkeys(
            ("ricci_scalar", "ricci_norm", "ricci_scalar_mean", "ricci_scalar_rms", "ricci_norm_rms"),
            "sigma does not bound second derivatives of the error of the metric",
        ),
        "riemann_norm": "the curvature of the Ricci-flat metric is not known",
        "ma_rms": "it is judged through sigma",
        "ma_supremum": "the run does not say what it was when the metric was found",
        "normalisation": "no exact value is known for this variety",
    },
    integrals={
        "sigma": "mean of |1 − η/⟨η⟩|: 0 on the Ricci-flat metric",
        "ma_rms": "root mean square of |1 − η/⟨η⟩|: 0 on the Ricci-flat metric",
        "ma_supremum": "largest error of the volume form at any point that was found",
        "volume_ratio": "∫ω³/6 over its exact value: 1 for every metric of the class",
        "normalisation": "c in Υ = cΩ",
        "ricci_scalar_mean": "average scalar curvature of g_T: 0 on the Ricci-flat metric",
        "ricci_scalar_rms": "root mean square of the scalar curvature: 0 on the Ricci-flat metric",
        "ricci_norm_rms": "root mean square of |Ric(g_T)|: 0 on the Ricci-flat metric",
        "euler_number": "integral of the top Chern form of the curvature: the Euler number of V",
        "c2_h": "integral of c₂∧H, H = ω/2π",
        "c1_h2": "integral of c₁∧H²: 0 on a Calabi-Yau threefold",
    },
)
