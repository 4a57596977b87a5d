"""What each figure of a check may be at most. The identities that are exact must hold to rounding; the figures that
measure the metric's error are compared with that error, and those of a network with what its family can reach."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from g2links.checks.setting import LearnedModels
from g2links.links.torsion import RICCI_HORIZONTAL, RICCI_XI

Thresholds = dict[str, dict[str, Any]]

_ROUNDING = 1e-9
_CENTRED = 1000.0
_NETWORK_ERROR = {"direct": 0.1, "ambient": 0.05, "potential": 0.01}
_QUICK_FACTOR = 10.0
_TAU0, _TAU3_NORM2, _SCALAR = 6 / 7, 48 / 7, -3 / 2
_GRADIENT = 20.0
TORSION_TOLERANCE = 0.05
"""Under this a torsion class counts as 0 when the structure is named; the exact |τ0| is 0.857 and |τ3| is 2.62."""
_SECOND_DIFFERENCES = 1e-12
_DIFFERENCES = 1e-6
_TOPOLOGICAL = 0.01
_STANDARD_ERRORS = 4.0


def closedness(method: str, epsilon: float) -> dict[str, Any]:
    """For an identity that is exact: 1e-9 by automatic differentiation; by flux, the truncation error of the
    centred difference, which on the Fermat quintic reaches 250 ε², times 4, and the rounding error 1e-13/ε."""
    limit = _ROUNDING if method == "autodiff" else _CENTRED * epsilon**2 + 1e-13 / epsilon + _ROUNDING
    return {"statistic": "max", "at_most": limit}


def analytic_thresholds(ma_rms: float, method: str, epsilon: float) -> Thresholds:
    """Exact identities to rounding; φ∧ψ = 7 vol, ψ = *φ and g = g_φ to three times the Monge-Ampère error."""
    exact = closedness(method, epsilon)
    return {
        "d_eta_minus_omega": exact,
        "d_phi_minus_omega2": exact,
        "d_psi": exact,
        "phi_wedge_psi_over_vol": {"statistic": "mean", "target": 7.0, "within": 3 * ma_rms},
        "psi_minus_star_phi": {"statistic": "mean", "at_most": 3 * ma_rms},
        "metric_minus_induced": {"statistic": "mean", "at_most": 3 * ma_rms},
        "lambda_formula": {"statistic": "max", "at_most": _ROUNDING},
        "positive": {"statistic": "mean", "at_least": 1.0},
    }


def torsion_thresholds(ma_rms: float, kahler_ricci: np.ndarray, method: str, epsilon: float) -> Thresholds:
    """The exact values of the Ricci-flat metric, within what its errors explain.

    With ρ = det g/|h|² over its mean, τ0, |τ3|² and the scalar curvature vary as ρ^{2/3}, ρ^{4/3} and ρ^{4/3} (see
    `links.torsion`), so to first order by 2/3, 4/3 and 4/3 of ρ - 1; of that three times `ma_rms` is allowed, as in the
    analytic check. |τ2| is a gradient of ρ; on the Fermat quintic its mean is 11 to 13 `ma_rms`, and 20 are allowed.
    The Ricci curvature depends on second derivatives of ρ, which σ does not bound: its errors are compared with
    `kahler_ricci`, |Ric(g_T)| at the same points. τ1 = 0, the formulas and Bryant's identity hold for every potential.
    """
    exact = closedness(method, epsilon)
    noise = 0.0 if method == "autodiff" else _CENTRED * epsilon**2 + _SECOND_DIFFERENCES / epsilon**2
    curved = float(np.mean(kahler_ricci)) + noise
    scalar = _SCALAR * -4 * ma_rms + (_GRADIENT * ma_rms) ** 2 + noise
    return {
        "tau0": _target(_TAU0, 2 * _TAU0 * ma_rms + noise),
        "tau1": exact,
        "tau2": {"statistic": "mean", "at_most": _GRADIENT * ma_rms + noise},
        "tau3_norm2": _target(_TAU3_NORM2, 4 * _TAU3_NORM2 * ma_rms + noise),
        "ricci_xi": _target(RICCI_XI, curved + 6 * ma_rms),
        "ricci_horizontal": _target(RICCI_HORIZONTAL, curved + 6 * ma_rms),
        "scalar": _target(_SCALAR, scalar),
        "ricci_error": {"statistic": "mean", "at_most": 1.5 * curved + 6 * ma_rms},
        "bryant_residual": {"statistic": "max", "at_most": _ROUNDING},
        "torsion_formula": exact,
        "ricci_formula": {"statistic": "max", "at_most": exact["at_most"] + noise},
        "positive": {"statistic": "mean", "at_least": 1.0},
    }


def learned_torsion_thresholds(models: LearnedModels, method: str, epsilon: float, *, quick: bool) -> Thresholds:
    """For a learned φ, in terms of the error e that its family may have (`model_thresholds`): τ0 within 2e and |τ3|²
    within 10e of the exact values, relatively; the means of |τ1| and |τ2| at most 3e and 20e. Networks are not trained
    on second derivatives: Ricci and scalar curvature have no threshold. For the family `potential`, τ1 = 0 exactly."""
    kind = _kind(models.phi)
    error = _NETWORK_ERROR[kind] * (_QUICK_FACTOR if quick else 1.0)
    limits: Thresholds = {
        "phi_error": {"statistic": "mean", "at_most": error},
        "tau0": _target(_TAU0, 2 * error * _TAU0),
        "tau1": {"statistic": "mean", "at_most": 3 * error},
        "tau2": {"statistic": "mean", "at_most": _GRADIENT * error},
        "tau3_norm2": _target(_TAU3_NORM2, 10 * error * _TAU3_NORM2),
        "bryant_residual": {"statistic": "max", "at_most": _ROUNDING},
    }
    if kind == "potential":
        limits["tau1"] = closedness(method, epsilon)
    if not quick:
        limits["positive"] = {"statistic": "mean", "at_least": 0.99}
    return limits


def _target(value: float, within: float) -> dict[str, Any]:
    return {"statistic": "mean", "target": value, "within": within}


def measures_thresholds(integrals: Mapping[str, Mapping[str, float]]) -> Thresholds:
    """What holds for every Kähler metric in the class of ω, however far from Ricci-flat: the identities to rounding, g
    from differences of K to 1e-6, positivity, and the integrals that are known within four standard errors; for the
    Euler number and c_2∧H at least 1 % is allowed."""
    limits: Thresholds = {
        "d_omega": {"statistic": "max", "at_most": _ROUNDING},
        "chart_change": {"statistic": "max", "at_most": _ROUNDING},
        "metric_minus_differences": {"statistic": "max", "at_most": _DIFFERENCES},
        "metric_positive": {"statistic": "mean", "at_least": 1.0},
    }
    for name, figures in integrals.items():
        if "exact" in figures and math.isfinite(figures["standard_error"]):
            least = _TOPOLOGICAL * abs(figures["exact"]) if name in ("euler_number", "c2_h") else _ROUNDING
            limits[name] = _target(figures["exact"], max(least, _STANDARD_ERRORS * figures["standard_error"]))
    return limits


def model_thresholds(models: LearnedModels, psi_method: str, *, quick: bool) -> Thresholds:
    """Mean relative errors of a network's components at most 0.1 (direct), 0.05 (ambient) or 0.01 (potential), 10
    times that in a quick run; a network of the family `potential` must keep the identities to rounding."""
    slack = _QUICK_FACTOR if quick else 1.0

    def error(model: Any) -> dict[str, Any]:
        return {"statistic": "mean", "at_most": slack * _NETWORK_ERROR[_kind(model)]}

    limits: Thresholds = {"phi_error": error(models.phi)}
    if models.metric is not None:
        limits["metric_error"] = error(models.metric)
    if models.psi is not None:
        limits["psi_error"] = error(models.psi)
    if not quick:
        limits["positive"] = {"statistic": "mean", "at_least": 0.99}
    if _kind(models.phi) == "potential":
        limits["d_phi_minus_omega2"] = {"statistic": "max", "at_most": _ROUNDING}
    if psi_method == "model" and models.psi is not None and _kind(models.psi) == "potential":
        limits["d_psi"] = {"statistic": "max", "at_most": _ROUNDING}
    return limits


def _kind(model: Any) -> str:
    """The family of a network: direct, ambient or potential."""
    return str(model.architecture.to_config()["kind"])
