"""What figures and tasks are called in pictures."""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

_Value = TypeVar("_Value")


class Task(NamedTuple):
    """How a task of step 3 is written: in titles, and as the symbol that carries the indices."""

    title: str
    symbol: str
    degree: int | None


TASKS = {
    "3form": Task(r"the 3-form $\varphi$", r"\varphi", 3),
    "metric": Task(r"the metric $g_\varphi$", "g", None),
    "4form": Task(r"the 4-form $\psi$", r"\psi", 4),
}
"""The degree is None for the metric, a symmetric matrix."""

TASK_ERRORS = {"3form": "phi_error", "metric": "metric_error", "4form": "psi_error"}
"""The figure that is the relative error of each task."""

COORDINATES = r"indices 1 to 7: $x_1, x_2, x_3, y_1, y_2, y_3, \theta$"

_NAMES = {
    "d_omega": r"$|d\omega|$",
    "d_eta_minus_omega": r"$|d\eta - \omega|\,/\,|\omega|$",
    "d_phi_minus_omega2": r"$|d\varphi - \omega^2|\,/\,|\omega^2|$",
    "d_psi": r"$|d\psi|$",
    "d_upsilon": r"$|d\Upsilon|/|\Upsilon|$",
    "phi_wedge_psi_over_vol": r"$\varphi\wedge\psi\,/\,\mathrm{vol}_g$",
    "psi_minus_star_phi": r"$|\psi - {*}\varphi|\,/\,|{*}\varphi|$",
    "metric_minus_induced": r"$|g - g_\varphi|\,/\,|g_\varphi|$",
    "lambda": r"$\lambda$,  $3\,\mathrm{Re}\Upsilon\wedge\mathrm{Im}\Upsilon = 2\lambda^2\omega^3$",
    "lambda_formula": r"$|\varphi\wedge\psi/\mathrm{vol}_g - (4\lambda^2+3)\lambda^{-4/3}|$",
    "positive": r"$\varphi$ positive (1) or not (0)",
    "tau0": r"$\tau_0$",
    "tau1": r"$|\tau_1|$",
    "tau2": r"$|\tau_2|$",
    "tau3_norm2": r"$|\tau_3|^2$",
    "ricci_xi": r"$\mathrm{Ric}(\xi,\xi)/|\xi|^2$",
    "ricci_horizontal": r"$\mathrm{Ric}$, mean over $\xi^\perp$",
    "scalar": r"scalar curvature",
    "ricci_error": r"$|\mathrm{Ric} - \mathrm{Ric}_\mathrm{exact}|$",
    "kahler_ricci": r"$|\mathrm{Ric}(g_T)|$",
    "bryant_residual": r"$|\mathrm{Scal} - \mathrm{Scal}(\tau)|$",
    "torsion_formula": r"$\tau$ against its formula in $\lambda$",
    "ricci_formula": r"$\mathrm{Ric}(\xi,\xi)$ against its formula in $\lambda$",
    "ma_deviation": r"$|1-\eta/\langle\eta\rangle|$,  $\eta = \det g\,/\,|h|^2$",
    "smallest_eigenvalue": r"smallest eigenvalue of $g$ relative to $g_\mathrm{ref}$",
    "metric_positive": r"$g$ positive (1) or not (0)",
    "chart_change": r"$|g - g_\mathrm{other\ chart}|\,/\,|g|$",
    "metric_minus_differences": r"$|g - g_\mathrm{differences\ of\ K}|\,/\,|g|$",
    "ricci_scalar": r"scalar curvature of $g_T$",
    "ricci_norm": r"$|\mathrm{Ric}(g_T)|$",
    "riemann_norm": r"$|\mathrm{Rm}(g_T)|$",
    "phi_error": r"$|\varphi - \varphi_\mathrm{true}|\,/\,|\varphi_\mathrm{true}|$",
    "metric_error": r"$|g - g_\mathrm{true}|\,/\,|g_\mathrm{true}|$",
    "psi_error": r"$|\psi - \psi_\mathrm{true}|\,/\,|\psi_\mathrm{true}|$",
}


def figure_label(name: str) -> str:
    """The formula of a figure of the checks; its own name where there is none."""
    return _NAMES.get(name, name)


def in_order(figures: Mapping[str, _Value]) -> dict[str, _Value]:
    """The same figures in the order in which reports show them; unknown ones come last, as they were."""
    known = [name for name in _NAMES if name in figures]
    return {name: figures[name] for name in [*known, *(name for name in figures if name not in _NAMES)]}
