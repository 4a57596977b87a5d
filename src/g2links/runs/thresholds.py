"""What each figure of a check may be at most. The identities that are exact must hold to rounding; the figures that
measure the metric's error are compared with that error, and those of a network with what its family can reach."""

from typing import Any

from g2links.runs.checks import LearnedModels

Thresholds = dict[str, dict[str, Any]]

_ROUNDING = 1e-9
_CENTRED = 1000.0
_NETWORK_ERROR = {"direct": 0.1, "ambient": 0.05, "potential": 0.01}
_QUICK_FACTOR = 10.0


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
