"""`g2links launch`: one command on several processes."""

from typing import Annotated

import typer

from g2links.errors import InputError
from g2links.settings.values import did_you_mean

SHARED = ("cy",)
"""Commands whose work several processes share."""


def launch(
    command: Annotated[
        list[str], typer.Argument(metavar="-- COMMAND...", help="What they run, with its options: cy alone.")
    ],
    processes: Annotated[
        int | None,
        typer.Option(
            "--processes", "-n", min=1, help="How many on this machine; under srun the tasks of the step, if not given."
        ),
    ] = None,
) -> None:
    """One command on several processes, each with its share of the points and of the processors.

    The first process reads, decides and writes: there is one run, as with one process, and the same command resumes it
    on any number of them.
    """
    from g2links.workflow.launch import launch as verb
    from g2links.workflow.launch_slurm import run_as_task, slurm_place

    if command[0] not in SHARED:
        near = did_you_mean(command[0], SHARED)
        raise InputError("COMMAND", command[0], f"cy is the one that several processes share; run it by itself{near}")
    place = slurm_place()
    if place is not None:
        if processes not in (None, place.size):
            raise InputError(
                "--processes", processes, f"{place.size}, the tasks of this step of SLURM, or leave it out"
            )
        run_as_task(place, command)
    if processes is None:
        raise InputError("--processes", None, "the number of processes, at least 1")
    raise SystemExit(verb(command, processes))
