"""What a metric is for, measured on runs of a home: a verb, its files, and what is said."""

from pathlib import Path
from typing import Any

from g2links.errors import InputError
from g2links.quantities.calibrated.known_submanifolds import require_known
from g2links.storage.files import require_writable
from g2links.storage.layout import Home
from g2links.workflow.calibrated import calibrated
from g2links.workflow.calibrated_report import CalibratedReport
from g2links.workflow.check_inputs import open_subject
from g2links.workflow.form_spectrum import FormSpectrum, form_spectrum
from g2links.workflow.instanton import InstantonReport, instanton, require_instanton_options
from g2links.workflow.spectrum import spectrum
from g2links.workflow.step_report import StepReport, failed


def spectrum_step(home: Home, **options: Any) -> StepReport:
    """`g2links.spectrum` of a run, with its files; the options are those of it."""
    require_writable(home.plots)
    form_degree = options.pop("form_degree", 0)
    found = form_spectrum_of(home, form_degree, options) if form_degree else spectrum(home=home.path, **options)
    files = found.save(home.path)
    warnings = failed([f"spectrum: {failure}" for failure in found.failures])
    return StepReport(found.record(), [*found.lines(), ", ".join(files)], found, warnings, files)


def form_spectrum_of(home: Home, form_degree: int, options: dict[str, Any]) -> FormSpectrum:
    """On forms: of V, so of charge 0."""
    charge = options.pop("charge", 0)
    if (charge if isinstance(charge, int) else list(charge)) not in (0, [0]):
        raise InputError("charge", charge, "0 for forms: they are those of V")
    return form_spectrum(home=home.path, form_degree=form_degree, **options)


def calibrated_step(
    home: Home, name: str, *, cy_run: int | None = None, plot: Path | None = None, **options: Any
) -> StepReport:
    """A known submanifold on a run of a home: `g2links.calibrated`; the options are those of it."""
    require_known(name)
    found = calibrated(open_subject(home, cy_run), name, **options)
    return _measured(f"calibrated {name}", found, plot)


def instanton_step(
    home: Home, *, cy_run: int | None = None, plot: Path | None = None, n_points: int, charge: int, **options: Any
) -> StepReport:
    """The connection of TV on a run of a home: `g2links.instanton`; the options are those of it."""
    require_instanton_options(n_points, charge)
    found = instanton(open_subject(home, cy_run), n_points=n_points, charge=charge, **options)
    return _measured("instanton", found, plot)


def _measured(name: str, found: CalibratedReport | InstantonReport, plot: Path | None) -> StepReport:
    """What a report says, with its picture."""
    if plot is not None:
        found.plot(plot)
    files = [] if plot is None else [str(plot)]
    warnings = failed([f"{name}: {failure}" for failure in found.failures])
    return StepReport(found.record, [*found.words, *warnings, *files], found, warnings, files)
