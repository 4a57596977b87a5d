"""Torsion classes and Ricci curvature of the G2-structure, analytic or learned."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from g2links.checks.analytic import POSITIVE
from g2links.checks.contract import Check, CheckSetting, Figure, Found, Networks
from g2links.checks.model import PHI_ERROR
from g2links.checks.tolerances import (
    ALWAYS,
    CENTRED,
    GRADIENT,
    NEARLY_ALWAYS,
    SLOPES,
    closedness,
    kind_of,
    mean_at_most,
    near,
    network_error,
    to_rounding,
)
from g2links.records import Thresholds

if TYPE_CHECKING:
    import numpy as np

_TAU0, _TAU3_NORM2, _SCALAR = 6 / 7, 48 / 7, -3 / 2
"""On the Ricci-flat metric (GEOMETRY, section 3)."""

COUNTS_AS_ZERO = 0.05
"""Under this a torsion class counts as 0 when the structure is named; the exact |τ0| is 0.857 and |τ3| is 2.62."""

_SECOND_DIFFERENCES = 1e-12
"""The rounding error of a second difference, over 1/ε²."""


def _evaluate(setting: CheckSetting) -> Found:
    from g2links.checks.learned import learned_torsion
    from g2links.links.expansion import difference_step
    from g2links.links.torsion import link_torsion

    step = difference_step(setting.method, setting.epsilon)
    if setting.networks is None:
        pointwise = link_torsion(setting.link, setting.points, step, setting.stop, setting.points_done)
    else:
        phi = setting.networks.phi
        pointwise = learned_torsion(
            setting.link, setting.points, phi_model=phi, step=step, stop=setting.stop, progress=setting.points_done
        )
    structure = _structure(pointwise)
    if structure is None:
        return Found(pointwise, remarks={"structure": None})
    said = f"structure: {structure['name']} (a torsion class counts as 0 up to {structure['tolerance']:g})"
    return Found(pointwise, remarks={"structure": structure}, notes=(said,))


def _structure(pointwise: "Mapping[str, np.ndarray]") -> dict[str, Any] | None:
    """The name of the structure by the largest torsion at any point."""
    import numpy as np

    from g2links.g2.torsion import name_structure

    sizes = [np.max(np.abs(pointwise[name])) for name in ("tau0", "tau1", "tau2", "tau3_norm2")]
    sizes[3] = np.sqrt(sizes[3])
    if not np.all(np.isfinite(sizes)):
        return None
    return name_structure(np.array(sizes), tolerance=COUNTS_AS_ZERO)._asdict()


def _thresholds(setting: CheckSetting, found: Found) -> Thresholds:
    return _of_metric(setting, found) if setting.networks is None else _of_network(setting, setting.networks)


def _of_metric(setting: CheckSetting, found: Found) -> Thresholds:
    """The exact values of the Ricci-flat metric, within what its errors explain.

    With ρ = det g/|h|² over its mean, τ0, |τ3|² and the scalar curvature vary as ρ^{2/3}, ρ^{4/3} and ρ^{4/3} (see
    `links.torsion`), so to first order by 2/3, 4/3 and 4/3 of ρ - 1; of that three times `ma_rms` is allowed, as in the
    analytic check. The Ricci curvature depends on second derivatives of ρ, which σ does not bound: its errors are
    compared with `kahler_ricci`, |Ric(g_T)| at the same points. τ1 = 0, the formulas and Bryant's identity hold for
    every potential.
    """
    from g2links.links.torsion import RICCI_HORIZONTAL, RICCI_XI

    exact, ma_rms = closedness(setting.method, setting.epsilon), setting.ma_rms
    noise = 0.0
    if setting.method != "autodiff":
        noise = CENTRED * setting.epsilon**2 + _SECOND_DIFFERENCES / setting.epsilon**2
    curved = float(found.pointwise["kahler_ricci"].mean()) + noise
    return {
        "tau0": near(_TAU0, 2 * _TAU0 * ma_rms + noise),
        "tau1": exact,
        "tau2": mean_at_most(setting.ma_gradient + noise),
        "tau3_norm2": near(_TAU3_NORM2, 4 * _TAU3_NORM2 * ma_rms + noise),
        "ricci_xi": near(RICCI_XI, curved + 6 * ma_rms),
        "ricci_horizontal": near(RICCI_HORIZONTAL, curved + 6 * ma_rms),
        "scalar": near(_SCALAR, _SCALAR * -4 * ma_rms + setting.ma_gradient**2 + noise),
        "ricci_error": mean_at_most(1.5 * curved + 6 * ma_rms),
        "bryant_residual": to_rounding(),
        "torsion_formula": exact,
        "ricci_formula": {"statistic": "max", "at_most": exact["at_most"] + noise},
        "positive": ALWAYS,
    }


def _of_network(setting: CheckSetting, networks: Networks) -> Thresholds:
    """In terms of the error e that its family may have: τ0 within 2e and |τ3|² within 10e of the exact values,
    relatively; the means of |τ1| and |τ2| at most 3e and 20e. Where it is known what the network had when it was
    trained, also within a hundred times that and what is allowed for the error of the metric. Networks are not trained
    on second derivatives: Ricci and scalar curvature have no threshold. For the family `potential`, τ1 = 0 exactly."""
    family = network_error(networks.phi, quick=setting.quick)
    error, ma_rms = networks.allowed_error("3form", quick=setting.quick), setting.ma_rms
    slopes = SLOPES * error
    exact = kind_of(networks.phi) == "potential"
    limits: Thresholds = {
        "phi_error": mean_at_most(error),
        "tau0": near(_TAU0, _TAU0 * min(2 * family, 2 * ma_rms + slopes)),
        "tau1": closedness(setting.method, setting.epsilon) if exact else mean_at_most(min(3 * family, slopes)),
        "tau2": mean_at_most(min(GRADIENT * family, setting.ma_gradient + slopes)),
        "tau3_norm2": near(_TAU3_NORM2, _TAU3_NORM2 * min(10 * family, 4 * ma_rms + slopes)),
        "bryant_residual": to_rounding(),
    }
    if not setting.quick:
        limits["positive"] = NEARLY_ALWAYS
    return limits


CHECK = Check(
    name="torsion",
    title="Torsion and Ricci curvature",
    summary="Torsion classes and Ricci curvature of the G2-structure, analytic or learned.",
    figures={
        "tau0": Figure(r"$\tau_0$", axis="linear", meaning="τ0: 6/7 on the Ricci-flat metric"),
        "tau1": Figure(r"$|\tau_1|$", meaning="|τ1|: 0 for every Kähler potential"),
        "tau2": Figure(r"$|\tau_2|$", meaning="|τ2|: the gradient of the error of the metric"),
        "tau3_norm2": Figure(r"$|\tau_3|^2$", axis="linear", meaning="|τ3|²: 48/7 on the Ricci-flat metric"),
        "ricci_xi": Figure(
            r"$\mathrm{Ric}(\xi,\xi)/|\xi|^2$",
            axis="linear",
            meaning="Ric(ξ, ξ) over |ξ|²: 3/2 on the Ricci-flat metric",
        ),
        "ricci_horizontal": Figure(
            r"$\mathrm{Ric}$, mean over $\xi^\perp$",
            axis="linear",
            meaning="mean of Ric over ξ^⊥: −1/2 on the Ricci-flat metric",
        ),
        "scalar": Figure(
            r"scalar curvature", axis="linear", meaning="scalar curvature of g_φ: −3/2 on the Ricci-flat metric"
        ),
        "ricci_error": Figure(
            r"$|\mathrm{Ric} - \mathrm{Ric}_\mathrm{exact}|$",
            meaning="|Ric − Ric of the Ricci-flat case|: second derivatives of the error of the metric",
        ),
        "kahler_ricci": Figure(r"$|\mathrm{Ric}(g_T)|$", meaning="|Ric(g_T)|: the Ricci error of the metric itself"),
        "bryant_residual": Figure(
            r"$|\mathrm{Scal} - \mathrm{Scal}(\tau)|$",
            meaning="scalar curvature against its expression in the torsion: whether the code is right",
        ),
        "torsion_formula": Figure(
            r"$\tau$ against its formula in $\lambda$",
            meaning="torsion against its formula in λ: whether the code is right",
        ),
        "ricci_formula": Figure(
            r"$\mathrm{Ric}(\xi,\xi)$ against its formula in $\lambda$",
            meaning="Ric(ξ, ξ) against its formula in λ: whether the code is right",
        ),
        "positive": POSITIVE,
        "phi_error": PHI_ERROR,
    },
    evaluate=_evaluate,
    thresholds=_thresholds,
    options=("g2_run", "derivative"),
    of_metric=True,
    unjudged={
        **dict.fromkeys(
            ("ricci_xi", "ricci_horizontal", "scalar", "ricci_error"),
            "nothing in the training of a network controls second derivatives",
        ),
        "kahler_ricci": "it is the error of the metric itself, from which the limits of ricci_xi, ricci_horizontal and "
        "ricci_error are made",
        "positive": "a network of a quick run need not be positive everywhere",
    },
)
