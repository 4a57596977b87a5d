"""The identities of a learned G2-structure, and its errors at points that it has not seen."""

from g2links.checks.analytic import IDENTITIES, POSITIVE, SEVEN
from g2links.checks.contract import Check, CheckSetting, Figure, Found
from g2links.checks.tolerances import NEARLY_ALWAYS, SLOPES, closedness, kind_of, mean_at_most, near
from g2links.records import Thresholds

PHI_ERROR = Figure(
    r"$|\varphi - \varphi_\mathrm{computed}|\,/\,|\varphi_\mathrm{computed}|$",
    meaning="relative error of the learned 3-form φ, against the one computed from the metric",
)
_ERRORS = {
    "phi_error": PHI_ERROR,
    "metric_error": Figure(
        r"$|g - g_\mathrm{computed}|\,/\,|g_\mathrm{computed}|$",
        meaning="relative error of the learned metric, against η² + g_T",
    ),
    "psi_error": Figure(
        r"$|\psi - \psi_\mathrm{computed}|\,/\,|\psi_\mathrm{computed}|$",
        meaning="relative error of the learned 4-form ψ, against the one computed from the metric",
    ),
}

_VALUES = 5.0
"""What an identity between values is off by, over the sum of the errors of its networks, at most."""


def _evaluate(setting: CheckSetting) -> Found:
    from g2links.checks.learned import model_errors

    networks = setting.required_networks
    errors = model_errors(
        setting.link,
        setting.points,
        psi_method=setting.psi_method,  # type: ignore[arg-type]
        d=setting.derivative,
        stop=setting.stop,
        progress=setting.points_done,
        **networks.by_argument,
    )
    return Found(errors)


def _thresholds(setting: CheckSetting, _: Found) -> Thresholds:
    """Mean relative errors within what each family reaches, and three times what was measured when the network was
    trained. Identities: as `closedness` has it where the family `potential` has them exactly; otherwise between
    derivatives a hundred times the errors, and by flux its truncation error; between values what the errors and that of
    the metric explain. Except in a quick run, φ is positive nearly everywhere."""
    networks, quick = setting.required_networks, setting.quick
    tasks = {"phi_error": "3form", "metric_error": "metric", "psi_error": "4form"}
    models = {"3form": networks.phi, "metric": networks.metric, "4form": networks.psi}
    errors = {task: networks.allowed_error(task, quick=quick) for task in models}
    limits: Thresholds = {name: mean_at_most(errors[task]) for name, task in tasks.items() if models[task] is not None}
    if not quick:
        limits["positive"] = NEARLY_ALWAYS
    exact = closedness(setting.method, setting.epsilon)
    truncation = exact["at_most"] if setting.method == "flux" else 0.0
    of_phi = exact if kind_of(networks.phi) == "potential" else mean_at_most(SLOPES * errors["3form"] + truncation)
    limits |= {"d_phi_minus_omega2": of_phi, "d_eta_minus_omega": of_phi}
    own_psi = setting.psi_method == "model"
    involved = errors["3form"] + errors["4form" if own_psi else "metric"]
    if own_psi and kind_of(networks.psi) == "potential":
        limits["d_psi"] = exact
    else:
        limits["d_psi"] = mean_at_most(setting.ma_gradient + SLOPES * involved + truncation)
    values = 3 * setting.ma_rms + _VALUES * involved
    limits["phi_wedge_psi_over_vol"] = near(SEVEN, SEVEN * values)
    if own_psi or networks.metric is not None:
        limits["psi_minus_star_phi"] = mean_at_most(values)
    if networks.metric is not None:
        limits["metric_minus_induced"] = mean_at_most(
            3 * setting.ma_rms + _VALUES * (errors["3form"] + errors["metric"])
        )
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
    unjudged={
        "positive": "a network of a quick run need not be positive everywhere",
        "psi_minus_star_phi": "there is no metric network to take the star of",
        "metric_minus_induced": "there is no metric network to compare with",
    },
)
