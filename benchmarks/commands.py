"""Run a command of the project; its wall time, peak memory and JSON."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Done:
    """A command that has ended: exit code, wall time, and memory of the largest process in its tree."""

    code: int
    seconds: float
    peak_gib: float


def g2links() -> str:
    """The `g2links` of the Python that runs this."""
    return shutil.which("g2links", path=Path(sys.executable).parent) or "g2links"


def call(arguments: Sequence[str | Path]) -> Done:
    """Run to the end; its words go to stderr, so that stdout holds nothing but tables."""
    words = [str(argument) for argument in arguments]
    print("$ " + " ".join(words), file=sys.stderr, flush=True)
    start = time.monotonic()
    process = subprocess.Popen(words, cwd=ROOT, stdout=sys.stderr)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return Done(process.returncode, time.monotonic() - start, usage.ru_maxrss * unit / 2**30)


def call_json(arguments: Sequence[str | Path], target: Path, *, may_fail: bool = False) -> dict[str, Any]:
    """Run with `--json target` and read it; stops the benchmark if the command ends with another code than 0.

    With `may_fail`, code 1 (a threshold fails) is accepted as well.
    """
    target.unlink(missing_ok=True)
    done = call([*arguments, "--json", target])
    if done.code not in ((0, 1) if may_fail else (0,)) or not target.is_file():
        raise SystemExit(f"{' '.join(map(str, arguments))}: exit code {done.code}")
    record: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return record


def newest_record(home: Path) -> dict[str, Any]:
    """The JSON beside the newest Calabi-Yau model; stops the benchmark if there is none."""
    records = list((home / "models" / "cy_models").glob("cy_metric_model_run*.json"))
    if not records:
        raise SystemExit(f"{home}: no Calabi-Yau run there; measure `workflow` first, or name another --home")
    path = max(records, key=lambda file: int(file.stem.rpartition("run")[2]))
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record
