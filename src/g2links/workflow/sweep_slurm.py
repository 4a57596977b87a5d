"""A sweep as an array of SLURM jobs, for sites where no scheduler process may run."""

import math
import os
import shlex
import sys
from pathlib import Path

from g2links.storage.files import read_text, replace_atomically
from g2links.storage.layout import Home
from g2links.storage.yaml_files import MAX_BYTES

MOST_ELEMENTS = 1000
"""Of an array: MaxArraySize of SLURM is 1001 unless a site has raised it."""
_SECONDS_TO_END = 90
"""Before the time of a job is over: a task ends in order within an iteration of its search, of some seconds."""


def write_slurm_script(file: str | os.PathLike[str], home: Home, name: str, tasks: int) -> Path:
    """Write an `sbatch` script, each element of whose array does its share of the tasks, and beside it a copy of the
    file of the sweep, which it reads: what is edited later does not change what element 7 does.

    Args:
        file: of the sweep.
        home: where the runs go; on a file system that all nodes see.
        name: of the sweep.
        tasks: how many it has.

    Returns:
        The path of the script.

    Raises:
        ArtefactError: the disk refuses.
    """
    each = math.ceil(tasks / MOST_ELEMENTS)
    elements = math.ceil(tasks / each)
    folder = home.make(home.sweeps).absolute()
    script, copy = folder / f"{name}.slurm.sh", folder / f"{name}.slurm.yaml"
    content = read_text(file, MAX_BYTES)
    with replace_atomically(copy) as temporary:
        temporary.write_text(content, encoding="utf-8")
    program = shlex.join([sys.executable, "-m", "g2links"])
    place = f"{shlex.quote(str(copy))} --name {shlex.quote(name)} --home {shlex.quote(str(home.path.absolute()))}"
    text = f"""\
#!/bin/bash
# {tasks} tasks, {each} for each element of the array. Submit with `sbatch {script.name}`; add what your site needs,
# such as --partition, --time or --mem (2.5 GB for 100,000 points). Submitted again, it does only what is missing.
# When it has ended, this makes the table:
#   {program} sweep {place} --collect
#SBATCH --job-name={_word(name)}
#SBATCH --array=0-{elements - 1}
#SBATCH --cpus-per-task=1
#SBATCH --signal=B:TERM@{_SECONDS_TO_END}
set -eu
cd {shlex.quote(os.getcwd())}
threads=${{SLURM_CPUS_PER_TASK:-1}}
export NPROC=$threads OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads MKL_NUM_THREADS=$threads
first=$((SLURM_ARRAY_TASK_ID * {each} + 1))
last=$((first + {each - 1} < {tasks} ? first + {each - 1} : {tasks}))
exec {program} sweep {place} --tasks "$first-$last"
"""
    with replace_atomically(script) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return script


def _word(name: str) -> str:
    """A name that a line of options cannot misread."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in f"g2links-{name}")
