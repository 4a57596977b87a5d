"""g2links: G2-structures on Calabi-Yau links, computed, learned and checked.

Importing this package is cheap: JAX and Keras are loaded when a name below is first used. Once Keras is imported, the
layers of g2links are registered with it, so that `import g2links; keras.models.load_model(path)` works.
"""

import importlib
from typing import TYPE_CHECKING, Any

from g2links._registration import register_with_keras
from g2links._version import __version__
from g2links.compilation_cache import configure_compilation_cache
from g2links.precision import configure_environment

if TYPE_CHECKING:
    from g2links import forms, g2, plot
    from g2links.checks.contract import Check, CheckSetting, Figure, Found
    from g2links.checks.registry import register as register_check
    from g2links.links.structure import ContactCalabiYau
    from g2links.networks.own import register_network
    from g2links.potentials.own import register_potential
    from g2links.storage.models import load_cy, load_link_model
    from g2links.varieties.catalogue import dwork, fermat_quintic, from_catalogue
    from g2links.varieties.complete_intersection import CompleteIntersection
    from g2links.varieties.configurations import of_configuration, of_equations
    from g2links.varieties.hypersurface import WeightedHypersurface
    from g2links.varieties.polynomial import Polynomial
    from g2links.varieties.registry import register_variety
    from g2links.varieties.variety import AbstractVariety
    from g2links.workflow.calabi_yau import CalabiYau
    from g2links.workflow.calibrated import calibrated
    from g2links.workflow.calibrated_report import CalibratedReport
    from g2links.workflow.check import CheckReport, check
    from g2links.workflow.form_spectrum import FormSpectrum, form_spectrum
    from g2links.workflow.instanton import InstantonReport, instanton
    from g2links.workflow.invariants import InvariantsTable, invariants
    from g2links.workflow.link_samples import LinkSamples, open_dataset
    from g2links.workflow.moduli import moduli
    from g2links.workflow.moduli_report import ModuliReport
    from g2links.workflow.pipeline import Pipeline, pipeline
    from g2links.workflow.report import report
    from g2links.workflow.sample import sample
    from g2links.workflow.solve import open_run, solve
    from g2links.workflow.spectrum import Spectrum, spectrum
    from g2links.workflow.sweep import Sweep, open_sweep, sweep
    from g2links.workflow.train import TrainedNetwork, train

configure_environment()
configure_compilation_cache()
register_with_keras()

__all__ = [
    "AbstractVariety",
    "CalabiYau",
    "CalibratedReport",
    "Check",
    "CheckReport",
    "CheckSetting",
    "CompleteIntersection",
    "ContactCalabiYau",
    "Figure",
    "FormSpectrum",
    "Found",
    "InstantonReport",
    "InvariantsTable",
    "LinkSamples",
    "ModuliReport",
    "Pipeline",
    "Polynomial",
    "Spectrum",
    "Sweep",
    "TrainedNetwork",
    "WeightedHypersurface",
    "__version__",
    "calibrated",
    "check",
    "dwork",
    "fermat_quintic",
    "form_spectrum",
    "forms",
    "from_catalogue",
    "g2",
    "instanton",
    "invariants",
    "load_cy",
    "load_link_model",
    "moduli",
    "of_configuration",
    "of_equations",
    "open_dataset",
    "open_run",
    "open_sweep",
    "pipeline",
    "plot",
    "register_check",
    "register_network",
    "register_potential",
    "register_variety",
    "report",
    "sample",
    "solve",
    "spectrum",
    "sweep",
    "train",
]

_LIES_IN = {
    "AbstractVariety": "g2links.varieties.variety",
    "CalabiYau": "g2links.workflow.calabi_yau",
    "CalibratedReport": "g2links.workflow.calibrated_report",
    "Check": "g2links.checks.contract",
    "CheckReport": "g2links.workflow.check",
    "CheckSetting": "g2links.checks.contract",
    "CompleteIntersection": "g2links.varieties.complete_intersection",
    "ContactCalabiYau": "g2links.links.structure",
    "Figure": "g2links.checks.contract",
    "FormSpectrum": "g2links.workflow.form_spectrum",
    "Found": "g2links.checks.contract",
    "InstantonReport": "g2links.workflow.instanton",
    "InvariantsTable": "g2links.workflow.invariants",
    "LinkSamples": "g2links.workflow.link_samples",
    "ModuliReport": "g2links.workflow.moduli_report",
    "Pipeline": "g2links.workflow.pipeline",
    "Polynomial": "g2links.varieties.polynomial",
    "Spectrum": "g2links.workflow.spectrum",
    "Sweep": "g2links.workflow.sweep",
    "TrainedNetwork": "g2links.workflow.train",
    "WeightedHypersurface": "g2links.varieties.hypersurface",
    "calibrated": "g2links.workflow.calibrated",
    "check": "g2links.workflow.check",
    "dwork": "g2links.varieties.catalogue",
    "fermat_quintic": "g2links.varieties.catalogue",
    "form_spectrum": "g2links.workflow.form_spectrum",
    "from_catalogue": "g2links.varieties.catalogue",
    "instanton": "g2links.workflow.instanton",
    "invariants": "g2links.workflow.invariants",
    "load_cy": "g2links.storage.models",
    "load_link_model": "g2links.storage.models",
    "moduli": "g2links.workflow.moduli",
    "of_configuration": "g2links.varieties.configurations",
    "of_equations": "g2links.varieties.configurations",
    "open_dataset": "g2links.workflow.link_samples",
    "open_run": "g2links.workflow.solve",
    "open_sweep": "g2links.workflow.sweep",
    "pipeline": "g2links.workflow.pipeline",
    "register_check": "g2links.checks.registry",
    "register_network": "g2links.networks.own",
    "register_potential": "g2links.potentials.own",
    "register_variety": "g2links.varieties.registry",
    "report": "g2links.workflow.report",
    "sample": "g2links.workflow.sample",
    "solve": "g2links.workflow.solve",
    "spectrum": "g2links.workflow.spectrum",
    "sweep": "g2links.workflow.sweep",
    "train": "g2links.workflow.train",
}
"""Where each public name lies that is not a subpackage; it is imported when it is first used."""

_CALLED = {"register_check": "register"}
"""What a name is called in its own module, where that is not the same."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'g2links' has no attribute {name!r}")
    module = importlib.import_module(_LIES_IN.get(name, f"g2links.{name}"))
    value = getattr(module, _CALLED.get(name, name)) if name in _LIES_IN else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
