"""The contact Calabi-Yau structure, in every dimension: dη = ω, dω = 0, dΥ = 0."""

from g2links.checks.contract import Check, CheckSetting, Figure, Found
from g2links.checks.kahlerity import D_OMEGA
from g2links.checks.tolerances import closedness
from g2links.records import Thresholds

D_ETA = Figure(r"$|d\eta - \omega|\,/\,|\omega|$", meaning="|dη − ω| over |ω|: whether η belongs to this ω")
_FIGURES = {
    "d_omega": D_OMEGA,
    "d_eta_minus_omega": D_ETA,
    "d_upsilon": Figure(r"$|d\Upsilon|/|\Upsilon|$", meaning="|dΥ| over |Υ|: whether Ω is one closed form"),
}


def _evaluate(setting: CheckSetting) -> Found:
    from g2links.checks.identities import contact_errors

    return Found(contact_errors(setting.link, setting.points, setting.derivative, setting.stop, setting.points_done))


def _thresholds(setting: CheckSetting, _: Found) -> Thresholds:
    return dict.fromkeys(_FIGURES, closedness(setting.method, setting.epsilon))


CHECK = Check(
    name="contact",
    title=r"Contact Calabi-Yau structure: $d\eta = \omega$, $d\Upsilon = 0$",
    summary="The contact Calabi-Yau structure, in every dimension: d eta = omega, d omega = 0, d Upsilon = 0.",
    figures=_FIGURES,
    evaluate=_evaluate,
    thresholds=_thresholds,
    needs="contact",
)
