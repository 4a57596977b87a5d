"""What fault tests need: real processes that can be killed or starved of disk, and damaged files."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

FULL_DISK = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"


def script(code: str) -> list[str]:
    """The command line that runs this code in a new Python."""
    return [sys.executable, "-W", "error", "-c", textwrap.dedent(code)]


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the code to its end; `arguments` are its sys.argv[1:]."""
    command = [*script(code), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Start the code and wait for the line in which it says that it is ready."""
    process = subprocess.Popen(
        [*script(code), *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.first_line = process.stdout.readline().strip()  # type: ignore[attr-defined]
    return process


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9, and wait until the process is gone."""
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)


def flipped(path: Path, target: Path, byte: int, bit: int) -> Path:
    """A copy of the file with one bit turned."""
    content = bytearray(path.read_bytes())
    content[byte % len(content)] ^= 1 << bit
    target.write_bytes(content)
    return target


def hidden_files(folder: Path) -> list[str]:
    """What a write left behind."""
    return sorted(entry.name for entry in folder.iterdir() if ".tmp" in entry.name)
