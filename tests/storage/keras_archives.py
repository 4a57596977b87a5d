"""Model files with other members, for tests of what is refused."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def members(path: Path) -> dict[str, bytes]:
    """What is in the archive, by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path: Path, **changes: bytes | None) -> Path:
    """The archive with some members replaced (None: left out)."""
    content = {**members(path), **{name.replace("__", "."): new for name, new in changes.items()}}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            if data is not None:
                archive.writestr(name, data)
    return path


def with_config(path: Path, change: Callable[[Any], object]) -> Path:
    """The archive after a change of its configuration, in place."""
    config = json.loads(members(path)["config.json"])
    change(config)
    return rewritten(path, config__json=json.dumps(config).encode())
