"""What JAX compiles is kept for the next process, in a folder of the user's caches.

JAX names an entry by what is compiled and by the versions of everything that compiles it, ignores one that cannot be
read (each is compressed with a checksum), and says so. It does not ask which processor it was compiled for, so the
folder is named by that. No entry is unpickled.
"""

import hashlib
import os
import platform
import sys
import time
import zlib
from pathlib import Path

SETTING = "G2LINKS_COMPILED"
"""The folder, or `off`."""
_FOLDER, _SECONDS = "JAX_COMPILATION_CACHE_DIR", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"
_WORTH_KEEPING = "0.1"
"""Seconds of compilation: to read an entry takes a tenth of that."""
_MOST_BYTES = 2**30
"""The entries of one polynomial and its networks take 8 MB."""
_CHECKED = "checked"
"""A file whose time is that of the last check of entries: older ones are not checked again."""
_ZLIB = 0x78
"""The first byte of what zlib packs at any of its levels in a window of 32 KB."""


def configure_compilation_cache() -> None:
    """Tell JAX where to keep what it compiles, unless the shell did; costs some milliseconds and imports nothing."""
    wanted = os.environ.get(SETTING, "")
    if wanted == "off" or _FOLDER in os.environ:
        return
    caches = os.path.abspath(wanted) if wanted else _user_caches()
    if not caches:
        return
    folder = os.path.join(caches, _processor())
    _tidy(folder)
    os.environ[_FOLDER] = folder
    os.environ.setdefault(_SECONDS, _WORTH_KEEPING)
    if "jax" in sys.modules:
        config = sys.modules["jax"].config
        config.update("jax_compilation_cache_dir", folder)
        config.update("jax_persistent_cache_min_compile_time_secs", float(os.environ[_SECONDS]))


def _user_caches() -> str | None:
    """None where there is no home to write to."""
    caches = os.environ.get("XDG_CACHE_HOME", "")
    home = os.path.expanduser("~")
    if not os.path.isabs(caches):
        if not os.path.isabs(home) or not os.access(home, os.W_OK):
            return None
        caches = os.path.join(home, ".cache")
    return os.path.join(caches, "g2links", "compiled")


def _processor() -> str:
    """A name for what the processor can do: code for another may use instructions that this one lacks."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = [platform.processor()]
    kinds = {line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))}
    said = "\n".join([platform.machine(), *sorted(kinds or set(lines))])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _tidy(folder: str) -> None:
    """What a process that was killed left half written goes, and the oldest entries, until half of what may be is left,
    where there is more than that."""
    checked = os.path.join(folder, _CHECKED)
    now = time.time()
    try:
        with os.scandir(folder) as entries:
            found = sorted((e.stat().st_mtime, e.stat().st_size, e.path) for e in entries if e.name != _CHECKED)
        since = os.path.getmtime(checked) if os.path.exists(checked) else 0.0
        left = sum(size for _, size, _ in found)
        too_many = left > _MOST_BYTES
        for last, size, path in found:
            if (too_many and left > _MOST_BYTES // 2) or (last >= since and not _is_whole(Path(path))):
                os.unlink(path)
                left -= size
        Path(checked).touch()
        os.utime(checked, (now, now))
    except OSError:  # there is none yet, it cannot be written, or another process does the same
        return


def _is_whole(entry: Path) -> bool:
    """Whether an entry can be unpacked; one that zlib did not pack is taken for whole."""
    packed = entry.read_bytes()
    if packed and packed[0] != _ZLIB:
        return True
    try:
        zlib.decompress(packed)
    except zlib.error:
        return False
    return True
