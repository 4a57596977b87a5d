"""Is the Kähler form closed?"""

from g2links.checks.contract import Check, CheckSetting, Figure, Found
from g2links.checks.tolerances import closedness
from g2links.records import Thresholds

D_OMEGA = Figure(r"$|d\omega|$", meaning="|dω|: whether the Kähler form is closed")


def _evaluate(setting: CheckSetting) -> Found:
    from g2links.checks.identities import kahlerity_errors

    return Found(kahlerity_errors(setting.link, setting.points, setting.derivative, setting.stop, setting.points_done))


def _thresholds(setting: CheckSetting, _: Found) -> Thresholds:
    return {"d_omega": closedness(setting.method, setting.epsilon)}


CHECK = Check(
    name="kahlerity",
    title=r"Kählerity: $d\omega = 0$",
    summary="Is the learned Kähler form closed (d omega = 0)?",
    figures={"d_omega": D_OMEGA},
    evaluate=_evaluate,
    thresholds=_thresholds,
    needs="metric",
)
