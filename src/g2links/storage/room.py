"""What room there is, in memory and on a disk, and the refusal of sizes that do not fit."""

import math
import shutil
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from g2links.errors import InputError

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")
_CGROUPS = (
    (Path("/sys/fs/cgroup"), "memory.max", "memory.current", "inactive_file"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
"""Of the second version and the first: the root, the files with a group's limit and use, and what of the use the kernel
gives back."""


class Size(NamedTuple):
    """An option that what is needed is proportional to.

    Attributes:
        option: its name.
        value: what was asked for.
        enough: a value that is worth having: where less fits, another option is at fault.
    """

    option: str
    value: int
    enough: int


def require_room(sizes: Sequence[Size], *, memory: int = 0, disk: int = 0, folder: Path = Path()) -> None:
    """Refuse what does not fit into the memory that the process may have, or onto the disk of a folder.

    Args:
        sizes: what is needed is proportional to each of them; the first choice to name first.
        memory, disk: the bytes that are needed.
        folder: where they are written; it need not be there yet.

    Raises:
        InputError: names an option, and what is allowed.
    """
    memory_left = free_memory()
    needs = [(disk, free_disk(folder), f"the disk of {folder}")]
    if memory_left is not None:
        needs.append((memory, memory_left, "memory"))
    short = [(Fraction(there, needed), needed, there, where) for needed, there, where in needs if needed > there]
    if not short:
        return
    share, needed, there, where = min(short)
    allowed = [math.floor(size.value * share) for size in sizes]
    chosen = next((i for i, size in enumerate(sizes) if allowed[i] >= size.enough), len(sizes) - 1)
    option, value, _ = sizes[chosen]
    others = " and ".join(f"{size.option} {size.value}" for i, size in enumerate(sizes) if i != chosen)
    raise InputError(
        option,
        value,
        f"at most {allowed[chosen]}{f' with {others}' if others else ''}: {_words(needed)} of {where} are needed, "
        f"and {_words(there)} are free",
    )


def free_disk(folder: Path) -> int:
    """The bytes that may be written where a folder is, or will be."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(there).free


def free_memory() -> int | None:
    """The bytes of memory that this process may have beside what it has; None where the system does not say."""
    known = [room for room in (_available(), *_in_groups()) if room is not None]
    return max(0, min(known)) if known else None


def _words(size: int) -> str:
    if size >= 1000 * 1024 ** (len(_UNITS) - 1):
        return f"more than 1,000 {_UNITS[-1]}"
    unit = max(i for i in range(len(_UNITS)) if i == 0 or size >= 1024**i)
    tenths = 10 * size // 1024**unit
    return f"{size} {_UNITS[0]}" if unit == 0 else f"{tenths // 10:,}.{tenths % 10} {_UNITS[unit]}"


def _available() -> int | None:
    for line in _lines(Path("/proc/meminfo")):
        if line.startswith("MemAvailable:"):
            return 1024 * int(line.split()[1])
    return None


def _in_groups() -> Iterator[int | None]:
    """What the control groups of the process leave it, each of those that it is in."""
    for line in _lines(Path("/proc/self/cgroup")):
        _, controllers, name = line.split(":", 2)
        if controllers not in ("", "memory"):
            continue
        root, limit, used, given_back = _CGROUPS[0 if controllers == "" else 1]
        own = root / name.strip().lstrip("/")
        for group in (own, *own.parents):
            if group.is_relative_to(root):
                yield _left(group, limit, used, given_back)


def _left(group: Path, limit: str, used: str, given_back: str) -> int | None:
    most, taken = (_number(group / file) for file in (limit, used))
    if most is None or taken is None:
        return None
    stat = dict(line.split() for line in _lines(group / "memory.stat"))
    return most - taken + int(stat.get(given_back, 0))


def _number(path: Path) -> int | None:
    lines = _lines(path)
    return int(lines[0]) if lines and lines[0].isdecimal() else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
