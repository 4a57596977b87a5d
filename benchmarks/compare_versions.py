"""An older version and the present one on one machine, in turns: is anything slower than it was?

    python benchmarks/compare_versions.py REVISION [--rounds 3] [--only cy sampling ...]

Both run with the packages of the Python that runs this, each with a folder of its own for what is compiled, from which
the turns that count are read. Processor time is compared, which other work on the machine changes less than wall time.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from commands import ROOT

from g2links.reports.tables import Table

METRIC = ("cy", "--ansatz", "algebraic", "--degree", "8", "--n-points", "20000")
"""What checks and samples are made of: the same in both versions."""
TASKS = {
    "cy": METRIC,
    "cy_neural": ("cy", "--ansatz", "neural", "--iterations", "20", "--n-points", "20000"),
    "sampling": ("sample", "--n-rotations", "4"),
    "analytic": ("check", "analytic", "--n-points", "500"),
    "torsion": ("check", "torsion", "--n-points", "500"),
    "measures": ("check", "measures", "--n-points", "2000"),
}
_PROGRAM = "from g2links.cli import main; main()"
_SLOWER = 1.05
"""A ratio of times above this is called slower, where it is above its noise as well."""


@dataclass(frozen=True)
class Version:
    """A checkout with its own home and its own compiled functions."""

    name: str
    source: Path
    place: Path

    def run(self, words: tuple[str, ...], home: Path) -> tuple[float, float]:
        """Processor and wall seconds of a command.

        Raises:
            SystemExit: where it ends with another code than 0 or 1.
        """
        caches = self.place / "caches"
        setting = {"PYTHONPATH": str(self.source / "src"), "XDG_CACHE_HOME": str(caches)}
        arguments = [sys.executable, "-c", _PROGRAM, *words, "--home", str(home)]
        start = time.monotonic()
        with (self.place / "log").open("ab") as log:
            process = subprocess.Popen(arguments, cwd=self.place, env={**os.environ, **setting}, stdout=log, stderr=log)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            said = (self.place / "log").read_text(encoding="utf-8").splitlines()[-1:]
            raise SystemExit(f"{self.name}: {' '.join(words)} ended with code {process.returncode}: {' '.join(said)}")
        return usage.ru_utime + usage.ru_stime, time.monotonic() - start

    def prepare(self) -> None:
        """The metric that checks and samples are made of."""
        self.run(METRIC, self.place / "home")

    def turn(self, task: str, number: int) -> tuple[float, float]:
        """One turn of a task: metrics in a home of their own, all else in that of `prepare`."""
        new = TASKS[task][0] == "cy"
        return self.run(TASKS[task], self.place / f"{task}_{number}" if new else self.place / "home")


def main() -> int:
    """Print a table; exit code 1 where something is slower beyond its noise."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="g2links-versions-") as scratch:
        place = Path(scratch)
        _git("worktree", "add", "--detach", str(place / "older"), options.revision)
        try:
            older, newer = (
                Version(name, source, _made(place / f"run_{name}"))
                for name, source in (("older", place / "older"), ("newer", ROOT))
            )
            if any(TASKS[task][0] != "cy" for task in options.only):
                older.prepare()
                newer.prepare()
            rows = [_compared(task, older, newer, options.rounds) for task in options.only]
        finally:
            _git("worktree", "remove", "--force", str(place / "older"))
    head = ["task", "older, s", "newer, s", "processor time", "noise", "wall time", "slower"]
    print(f"older: {options.revision}; medians of {options.rounds} turns each")
    print(Table(head, rows))
    return 1 if any(row[-1] == "YES" for row in rows) else 0


def _compared(task: str, older: Version, newer: Version, rounds: int) -> list[str]:
    """One row. The first turn of each, which compiles, does not count; then who begins changes from turn to turn."""
    times: dict[str, list[tuple[float, float]]] = {"older": [], "newer": []}
    for number in range(rounds + 1):
        for version in (older, newer) if number % 2 else (newer, older):
            print(f"{task}, turn {number} of {rounds}, {version.name}", file=sys.stderr, flush=True)
            times[version.name].append(version.turn(task, number))
    before, now = (list(zip(*times[name][1:], strict=True)) for name in ("older", "newer"))
    ratio, wall = (statistics.median(now[i]) / statistics.median(before[i]) for i in range(2))
    noise = max(_spread(before[0]), _spread(now[0]))
    slower = "YES" if ratio > _SLOWER and ratio - 1 > noise else "no"
    medians = [f"{statistics.median(column[0]):.1f}" for column in (before, now)]
    return [task, *medians, f"{ratio:.2f}", f"{noise:.2f}", f"{wall:.2f}", slower]


def _spread(values: tuple[float, ...]) -> float:
    """Half of the distance from the smallest to the largest, over the median."""
    return (max(values) - min(values)) / 2 / statistics.median(values)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _git(*words: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision", help="a commit, tag or branch of this repository")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each that count [3]")
    parser.add_argument("--only", nargs="+", choices=TASKS, default=list(TASKS), help="some of the tasks [all]")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds: got {options.rounds}; at least 1")
    found = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--verify", "--quiet", f"{options.revision}^{{commit}}"],
        capture_output=True,
        check=False,
    )
    if found.returncode:
        parser.error(f"revision: got {options.revision}; a commit, tag or branch of this repository")
    return options


if __name__ == "__main__":
    raise SystemExit(main())
