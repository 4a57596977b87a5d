"""The identities of the G2-structure that a Calabi-Yau metric gives."""

from g2links.checks.contact import D_ETA
from g2links.checks.contract import Check, CheckSetting, Figure, Found
from g2links.checks.tolerances import ALWAYS, ROUNDING, STANDARD_ERRORS, closedness, mean_at_most, near, to_rounding
from g2links.records import Thresholds

IDENTITIES = {
    "d_eta_minus_omega": D_ETA,
    "d_phi_minus_omega2": Figure(
        r"$|d\varphi - \omega^2|\,/\,|\omega^2|$", meaning="|dφ − ω∧ω| over |ω∧ω|: an identity of the structure"
    ),
    "d_psi": Figure(r"$|d\psi|$", meaning="|dψ|: whether φ is coclosed"),
    "phi_wedge_psi_over_vol": Figure(
        r"$\varphi\wedge\psi\,/\,\mathrm{vol}_g$",
        axis="linear",
        meaning="φ∧ψ over the volume form: 7 on the Ricci-flat metric",
    ),
    "psi_minus_star_phi": Figure(
        r"$|\psi - {*}\varphi|\,/\,|{*}\varphi|$", meaning="|ψ − *φ| over |*φ|: error of the metric, or of the networks"
    ),
    "metric_minus_induced": Figure(
        r"$|g - g_\varphi|\,/\,|g_\varphi|$", meaning="|g − g_φ| over |g_φ|: error of the metric, or of the networks"
    ),
}
POSITIVE = Figure(
    r"$\varphi$ positive (1) or not (0)",
    axis="flag",
    meaning="1 where φ is positive: whether it is a G2-structure at all",
)
_RATIO = r"$\lambda$,  $3\,\mathrm{Re}\Upsilon\wedge\mathrm{Im}\Upsilon = 2\lambda^2\omega^3$"
NORMALISED = "inverse_lambda_squared"
"""⟨λ^{-2}⟩ against |Ω|², 1 where Υ∧conj(Υ) and ω³ have the same integral."""

SEVEN = 7.0
"""φ∧ψ = |φ|² vol, and a G2-form has |φ|² = 7."""


def _evaluate(setting: CheckSetting) -> Found:
    from g2links.checks.identities import analytic_errors
    from g2links.varieties.points.sampling import weighted_mean

    pointwise = analytic_errors(setting.link, setting.points, setting.derivative, setting.stop, setting.points_done)
    ratio = pointwise["lambda"]
    mean, error = weighted_mean(ratio**-2, setting.points.rows(slice(len(ratio))))
    return Found(pointwise, {NORMALISED: {"mean": mean, "standard_error": error, "exact": 1.0}})


def _thresholds(setting: CheckSetting, found: Found) -> Thresholds:
    """Exact identities to rounding; φ∧ψ = 7 vol, ψ = *φ and g = g_φ to three times the Monge-Ampère error; and c, the
    scale of Υ, within the standard errors of its two measurements, here and when it was found. Of few lines of points
    the error is what the Monge-Ampère error makes of as many: their own scatter is no measure of it."""
    lines = len(set(setting.points.lines.tolist()))
    error = max(found.integrals[NORMALISED]["standard_error"], setting.ma_rms / lines**0.5)
    of_c = 2 * setting.recorded_errors["normalisation"] / setting.recorded["normalisation"]
    exact, metric_error = closedness(setting.method, setting.epsilon), 3 * setting.ma_rms
    return {
        "d_eta_minus_omega": exact,
        "d_phi_minus_omega2": exact,
        "d_psi": exact,
        "phi_wedge_psi_over_vol": near(SEVEN, metric_error),
        "psi_minus_star_phi": mean_at_most(metric_error),
        "metric_minus_induced": mean_at_most(metric_error),
        "lambda_formula": to_rounding(),
        NORMALISED: near(1.0, STANDARD_ERRORS * (error + of_c) + ROUNDING),
        "positive": ALWAYS,
    }


CHECK = Check(
    name="analytic",
    title="G2 identities, analytic forms",
    summary="The identities of the G2-structure built from the Calabi-Yau metric.",
    figures={
        **IDENTITIES,
        "lambda": Figure(
            _RATIO,
            axis="linear",
            meaning="λ, the root of Re Υ∧Im Υ over 4 ω³/6: 1 on the Ricci-flat metric",
        ),
        "lambda_formula": Figure(
            r"$|\varphi\wedge\psi/\mathrm{vol}_g - (4\lambda^2+3)\lambda^{-4/3}|$",
            meaning="φ∧ψ/vol against its formula in λ: whether the code is right, for any metric",
        ),
        "positive": POSITIVE,
    },
    evaluate=_evaluate,
    thresholds=_thresholds,
    of_metric=True,
    unjudged={"lambda": "it is judged through phi_wedge_psi_over_vol, which follows from it"},
    integrals={NORMALISED: "average of 1/λ²: 1 where the scale c of Υ is right"},
)
