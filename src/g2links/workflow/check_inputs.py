"""What a check needs from the disk: a Calabi-Yau run, and the networks of a run."""

from dataclasses import dataclass

from g2links.checks.contract import Networks
from g2links.errors import InputError
from g2links.links.structure import ContactCalabiYau
from g2links.networks.model import LinkModel
from g2links.records import MetricRecord, NetworkRecord
from g2links.storage.finished import FinishedRun, run_numbers
from g2links.storage.layout import Home
from g2links.storage.models import find_cy, find_link_run, load_cy, load_link_model
from g2links.workflow.calabi_yau import CalabiYau


@dataclass(frozen=True)
class Subject:
    """The metric that is checked.

    Attributes:
        link: its link.
        record: of its run, or of the search that found it.
        cy_run: its number, if it was saved.
        sha256: of the model's file, if it was saved.
    """

    link: ContactCalabiYau
    record: MetricRecord
    cy_run: int | None = None
    sha256: str | None = None


def subject_of(cy: CalabiYau) -> Subject:
    """A metric in memory."""
    return Subject(cy.model.link(), cy.record, cy.cy_run)


def open_subject(home: Home, cy_run: int | None) -> Subject:
    """A saved run, the most recent if no number is given.

    Raises:
        InputError, ArtefactError: there is no such run, or it is damaged.
    """
    run = find_cy(home, cy_run)
    model = load_cy(run.model_path, sha256=run.sha256)
    return Subject(model.link(), run.record, run.number, run.sha256)


def open_networks(home: Home, subject: Subject, number: int | None, psi_method: str) -> Networks:
    """The 3-form network of a run, and the metric and 4-form networks of the same number where they exist; with no
    number, the most recent network of each task.

    A network trained on data of another Calabi-Yau run is used, and said in a note.

    Raises:
        InputError: for a run number that does not exist, or `model` without a 4-form network.
    """
    phi_run = find_link_run(home, "3form", number)
    notes = list(_origin_notes("3form", phi_run, subject))
    others: dict[str, LinkModel | None] = {}
    recorded = _recorded("3form", phi_run, subject)
    for task in ("metric", "4form"):
        run = _companion(home, task, number)
        if run is None:
            wanted = f"{task} network" if number is None else f"{task}_run{number}"
            notes.append(f"there is no {wanted}; its figures are left out")
        else:
            notes += _origin_notes(task, run, subject)
            recorded |= _recorded(task, run, subject)
            if run.number != phi_run.number:
                notes.append(f"the most recent networks are 3form_run{phi_run.number} and {task}_run{run.number}")
        others[task] = None if run is None else load_link_model(task, run.model_path, sha256=run.sha256)
    if psi_method == "model" and others["4form"] is None:
        raise InputError(
            "--psi-method",
            "model",
            "there is no 4form network to use; run `python run_g2.py --task 4form`, or use star",
        )
    phi = load_link_model("3form", phi_run.model_path, sha256=phi_run.sha256)
    return Networks(phi, others["metric"], others["4form"], phi_run.number, tuple(notes), recorded)


def open_phi(home: Home, subject: Subject, number: int) -> Networks:
    """The 3-form network of a run alone; one of another origin is used, and said in a note.

    Raises:
        InputError: for a run number that does not exist.
    """
    run = find_link_run(home, "3form", number)
    model = load_link_model("3form", run.model_path, sha256=run.sha256)
    notes = tuple(_origin_notes("3form", run, subject))
    return Networks(model, number=run.number, notes=notes, recorded=_recorded("3form", run, subject))


def _companion(home: Home, task: str, number: int | None) -> FinishedRun[NetworkRecord] | None:
    """The run of that number (the most recent if None), None if there is no such run; a damaged one is an error."""
    numbers = run_numbers(home.link_models, task)
    if not numbers or (number is not None and number not in numbers):
        return None
    return find_link_run(home, task, number)


def _recorded(task: str, run: FinishedRun[NetworkRecord], subject: Subject) -> dict[str, float]:
    """The error of a network that learned the metric at hand: of another, its error here is another too."""
    return {} if _origin_notes(task, run, subject) else {task: run.record["figures"]["relative_error"]}


def _origin_notes(task: str, run: FinishedRun[NetworkRecord], subject: Subject) -> list[str]:
    origin = run.record.get("cy_run")
    if origin != subject.cy_run:
        return [
            f"{task}_run{run.number} was trained on data of Calabi-Yau run {origin}, "
            f"and is checked against run {subject.cy_run}"
        ]
    if run.record.get("cy_sha256") != subject.sha256:
        return [f"{task}_run{run.number} was trained on data of another model that was called Calabi-Yau run {origin}"]
    return []
