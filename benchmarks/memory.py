"""Peak memory of sampling and of training on data sets in shards, while the base points grow tenfold."""

from collections.abc import Iterator
from pathlib import Path

from bars import Bar, at_most
from commands import call, g2links
from learning import copy_metric

COUNTS = (100_000, 1_000_000)
SHARD = 20_000


def memory(home: Path) -> Iterator[Bar]:
    """`g2links sample --shard-size` and one epoch of `g2links train` on what it writes, in the subfolder `memory`."""
    peaks: dict[str, list[float]] = {"sample": [], "train": []}
    for count in COUNTS:
        folder = home / "memory" / f"n{count}"
        copy_metric(home, folder)
        common = ["--home", str(folder)]
        how = f"--source fresh --n-rotations 1 --n-points {count} --shard-size {SHARD}".split()
        for name, options in (("sample", how), ("train", ["--architecture", "direct", "--epochs", "1", "--fresh"])):
            done = call([g2links(), name, *common, *options])
            if done.code:
                raise SystemExit(f"g2links {name}: exit code {done.code}")
            peaks[name].append(done.peak_gib)
            yield Bar(f"{name}, {count:,} base points: peak memory", "-", f"{done.peak_gib:.2f} GiB", True)
    for name, (small, large) in peaks.items():
        yield at_most(f"{name}: growth of the peak over ten times the rows", large / small, 1.25)
