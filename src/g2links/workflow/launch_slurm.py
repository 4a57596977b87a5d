"""One command on the tasks of a step of SLURM (`srun g2links launch -- cy ...`), which SLURM starts and watches."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

from g2links.errors import InputError
from g2links.parallel.processes import COORDINATOR, COUNT, RANK, Place

_PORTS, _PORT_COUNT = 61440, 4096
"""The last 4096: which of them is said by the number of the job, so that all tasks know it."""
_HOST = re.compile(r"([^,\[]+)(?:\[(\d+)[^\]]*\])?")
"""The first of a list of nodes, such as gpu[003-007,12],login1."""


def slurm_place(variables: Mapping[str, str] = os.environ) -> Place | None:
    """The place of this task in its step; None outside of one, or where it is alone in it.

    Raises:
        InputError: for variables of SLURM that say no place.

    Example:
        >>> from g2links.workflow.launch_slurm import slurm_place
        >>> step = {"SLURM_STEP_NODELIST": "node[07-08]", "SLURM_PROCID": "1", "SLURM_NTASKS": "2", "SLURM_JOB_ID": "9"}
        >>> slurm_place(step)
        Place(coordinator='node07:61449', size=2, rank=1)
    """
    nodes = variables.get("SLURM_STEP_NODELIST")
    if not nodes or COORDINATOR in variables:
        return None
    counted = "SLURM_STEP_NUM_TASKS" if "SLURM_STEP_NUM_TASKS" in variables else "SLURM_NTASKS"
    size, rank, job = (_integer(variables, name) for name in (counted, "SLURM_PROCID", "SLURM_JOB_ID"))
    if rank >= size:
        raise InputError("SLURM_PROCID", rank, f"below the {size} tasks of the step")
    host = _HOST.match(nodes)
    if host is None:
        raise InputError("SLURM_STEP_NODELIST", nodes, "a list of nodes")
    port = _PORTS + job % _PORT_COUNT
    return Place(f"{host[1]}{host[2] or ''}:{port}", size, rank) if size > 1 else None


def run_as_task(place: Place, arguments: Sequence[str]) -> NoReturn:
    """Go on as `g2links` with these arguments, in this place."""
    own = {COORDINATOR: place.coordinator, COUNT: str(place.size), RANK: str(place.rank)}
    os.execve(sys.executable, [sys.executable, "-m", "g2links", *arguments], {**os.environ, **own})


def _integer(variables: Mapping[str, str], name: str) -> int:
    said = variables.get(name, "")
    if not said.isdecimal():
        raise InputError(name, said, "an integer, as SLURM sets it")
    return int(said)
