"""What the checks of step 4 need from the disk: a Calabi-Yau run, fresh points, and the networks of a run."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from g2links.checks.identities import Derivative, derivative
from g2links.errors import InputError
from g2links.links.structure import ContactCalabiYau
from g2links.storage.finished import FinishedRun, run_numbers
from g2links.storage.layout import Home
from g2links.storage.models import find_cy, find_link_run, load_cy, load_link_model
from g2links.varieties.points.sampling import Points, sample_points

_STREAM = 0x43484543


@dataclass(frozen=True)
class CheckSetting:
    """A Calabi-Yau run, its link, and points that no training has seen."""

    home: Home
    cy: FinishedRun
    link: ContactCalabiYau
    points: Points
    derivative: Derivative

    @property
    def cy_number(self) -> int:
        """The Calabi-Yau run."""
        return self.cy.number

    @property
    def cy_record(self) -> Any:
        """The JSON beside its model."""
        return self.cy.record


@dataclass(frozen=True)
class LearnedModels:
    """The networks of one run number; those of `metric` and `4form` may be missing."""

    number: int
    phi: Any
    metric: Any | None
    psi: Any | None
    notes: tuple[str, ...] = field(default=())

    @property
    def networks(self) -> dict[str, Any]:
        """As `checks.learned.model_errors` takes them."""
        return {"phi_model": self.phi, "metric_model": self.metric, "psi_model": self.psi}


def check_setting(home: Home, cy_run: int | None, n: int, method: str, epsilon: float, seed: int) -> CheckSetting:
    """Load a run and draw `n` fresh points, from a stream of random numbers that no other step uses.

    Raises:
        InputError, ArtefactError: for a run or an option that cannot be used.
    """
    if n < 1:
        raise InputError("n_points", n, "a whole number, at least 1")
    d = derivative(method, epsilon)  # type: ignore[arg-type]
    run = find_cy(home, cy_run)
    model = load_cy(run.model_path)
    points = sample_points(model.polynomial, n, np.random.SeedSequence([seed, _STREAM]))
    return CheckSetting(home, run, model.link(), points, d)


def learned_models(setting: CheckSetting, number: int | None, psi_method: str) -> LearnedModels:
    """The 3-form network of a run, and the metric and 4-form networks of the same number where they exist; with no
    number, the most recent network of each task.

    A network trained on data of another Calabi-Yau run is used, and said in a note.

    Raises:
        InputError: for a run number that does not exist, or `model` without a 4-form network.
    """
    if psi_method not in ("star", "model"):
        raise InputError("--psi-method", psi_method, "choose star or model")
    home = setting.home
    phi_run = find_link_run(home, "3form", number)
    notes = list(_origin_notes("3form", phi_run, setting))
    others: dict[str, Any] = {}
    for task in ("metric", "4form"):
        run = _companion(home, task, number)
        if run is None:
            wanted = f"{task} network" if number is None else f"{task}_run{number}"
            notes.append(f"there is no {wanted}; its figures are left out")
        else:
            notes += _origin_notes(task, run, setting)
            if run.number != phi_run.number:
                notes.append(f"the most recent networks are 3form_run{phi_run.number} and {task}_run{run.number}")
        others[task] = None if run is None else load_link_model(task, run.model_path)
    if psi_method == "model" and others["4form"] is None:
        raise InputError(
            "--psi-method",
            "model",
            "there is no 4form network to use; run `python run_g2.py --task 4form`, or use star",
        )
    phi = load_link_model("3form", phi_run.model_path)
    return LearnedModels(phi_run.number, phi, others["metric"], others["4form"], tuple(notes))


def learned_phi(setting: CheckSetting, number: int) -> LearnedModels:
    """The 3-form network of a run alone; one of another origin is used, and said in a note.

    Raises:
        InputError: for a run number that does not exist.
    """
    run = find_link_run(setting.home, "3form", number)
    model = load_link_model("3form", run.model_path)
    return LearnedModels(run.number, model, None, None, tuple(_origin_notes("3form", run, setting)))


def _companion(home: Home, task: str, number: int | None) -> FinishedRun | None:
    """The run of that number (the most recent if None), None if there is no such run; a damaged one is an error."""
    numbers = run_numbers(home.link_models, task)
    if not numbers or (number is not None and number not in numbers):
        return None
    return find_link_run(home, task, number)


def _origin_notes(task: str, run: FinishedRun, setting: CheckSetting) -> list[str]:
    origin = run.record.get("cy_run")
    if origin != setting.cy_number:
        return [
            f"{task}_run{run.number} was trained on data of Calabi-Yau run {origin}, "
            f"and is checked against run {setting.cy_number}"
        ]
    if run.record.get("cy_sha256") != setting.cy.sha256:
        return [f"{task}_run{run.number} was trained on data of another model that was called Calabi-Yau run {origin}"]
    return []
