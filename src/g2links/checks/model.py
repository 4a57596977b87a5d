"""The identities of a learned G2-structure, and its errors at points that it has not seen."""

from g2links.checks.analytic import IDENTITIES, POSITIVE
from g2links.checks.contract import Check, CheckSetting, Figure, Found, Thresholds
from g2links.checks.tolerances import (
    NEARLY_ALWAYS,
    kind_of,
    mean_at_most,
    network_error,
    to_rounding,
)

PHI_ERROR = Figure(r"$|\varphi - \varphi_\mathrm{true}|\,/\,|\varphi_\mathrm{true}|$")
_ERRORS = {
    "phi_error": PHI_ERROR,
    "metric_error": Figure(r"$|g - g_\mathrm{true}|\,/\,|g_\mathrm{true}|$"),
    "psi_error": Figure(r"$|\psi - \psi_\mathrm{true}|\,/\,|\psi_\mathrm{true}|$"),
}


def _evaluate(setting: CheckSetting) -> Found:
    from g2links.checks.learned import model_errors

    networks = setting.required_networks
    errors = model_errors(
        setting.link,
        setting.points,
        psi_method=setting.psi_method,  # type: ignore[arg-type]
        d=setting.derivative,
        stop=setting.stop,
        **networks.by_argument,
    )
    return Found(errors)


def _thresholds(setting: CheckSetting, _: Found) -> Thresholds:
    """Mean relative errors within what each family reaches; a network of the family `potential` must keep the
    identities to rounding. Except in a quick run, φ is positive nearly everywhere."""
    networks = setting.required_networks
    learned = {"phi_error": networks.phi, "metric_error": networks.metric, "psi_error": networks.psi}
    limits: Thresholds = {
        name: mean_at_most(network_error(model, quick=setting.quick))
        for name, model in learned.items()
        if model is not None
    }
    if not setting.quick:
        limits["positive"] = NEARLY_ALWAYS
    if kind_of(networks.phi) == "potential":
        limits["d_phi_minus_omega2"] = to_rounding()
    if setting.psi_method == "model" and networks.psi is not None and kind_of(networks.psi) == "potential":
        limits["d_psi"] = to_rounding()
    return limits


CHECK = Check(
    name="model",
    title="G2 identities, learned forms",
    summary="The identities of the learned G2-structure, and its errors at points it has not seen.",
    figures={**IDENTITIES, "positive": POSITIVE, **_ERRORS},
    evaluate=_evaluate,
    thresholds=_thresholds,
    options=("g2_run", "psi_method", "derivative"),
    needs_networks=True,
    located=tuple(_ERRORS),
)
