"""Pictures of what was computed, learned and checked, as figures of matplotlib.

Each function takes numbers and returns a figure, drawn without pyplot: nothing global is changed, and nothing has to be
closed. In a notebook a figure shows itself; `save` writes it to a PNG or a PDF. What the commands write to `plots/` are
these pictures.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from g2links.plot.anisotropy import eigenvalues
    from g2links.plot.calibrations import calibrated
    from g2links.plot.checks import check
    from g2links.plot.comparison import runs
    from g2links.plot.components import component_errors, predictions
    from g2links.plot.curves import along, rational_curve
    from g2links.plot.distributions import monge_ampere, torsion
    from g2links.plot.families import special_geometry
    from g2links.plot.histories import metric_history, training_history
    from g2links.plot.instantons import instanton
    from g2links.plot.locations import error_locations
    from g2links.plot.scatter import columns
    from g2links.plot.spectra import form_spectrum, spectrum, spectrum_flow
    from g2links.plot.surfaces import slice_of_threefold
    from g2links.reports.canvas import save

__all__ = [
    "along",
    "calibrated",
    "check",
    "columns",
    "component_errors",
    "eigenvalues",
    "error_locations",
    "form_spectrum",
    "instanton",
    "metric_history",
    "monge_ampere",
    "predictions",
    "rational_curve",
    "runs",
    "save",
    "slice_of_threefold",
    "special_geometry",
    "spectrum",
    "spectrum_flow",
    "torsion",
    "training_history",
]

_LIES_IN = {
    "along": "g2links.plot.curves",
    "calibrated": "g2links.plot.calibrations",
    "check": "g2links.plot.checks",
    "columns": "g2links.plot.scatter",
    "component_errors": "g2links.plot.components",
    "eigenvalues": "g2links.plot.anisotropy",
    "error_locations": "g2links.plot.locations",
    "form_spectrum": "g2links.plot.spectra",
    "instanton": "g2links.plot.instantons",
    "metric_history": "g2links.plot.histories",
    "monge_ampere": "g2links.plot.distributions",
    "predictions": "g2links.plot.components",
    "rational_curve": "g2links.plot.curves",
    "runs": "g2links.plot.comparison",
    "save": "g2links.reports.canvas",
    "slice_of_threefold": "g2links.plot.surfaces",
    "special_geometry": "g2links.plot.families",
    "spectrum": "g2links.plot.spectra",
    "spectrum_flow": "g2links.plot.spectra",
    "torsion": "g2links.plot.distributions",
    "training_history": "g2links.plot.histories",
}
"""Modules that are imported when something of theirs is asked for: a command draws with one or two of them."""


def __getattr__(name: str) -> Any:
    if name not in _LIES_IN:
        raise AttributeError(f"module 'g2links.plot' has no attribute {name!r}")
    value = getattr(importlib.import_module(_LIES_IN[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
