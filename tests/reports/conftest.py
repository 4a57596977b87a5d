"""Pictures are tested for being written, whole and small; how they look is for people to judge."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

_LARGEST = 300_000


@pytest.fixture
def is_picture() -> Callable[[Path], bool]:
    """Whether a file is an undamaged PNG of a sensible size."""

    def check(path: Path) -> bool:
        with Image.open(path) as image:
            image.verify()
            return image.format == "PNG" and path.stat().st_size < _LARGEST and min(image.size) > 300

    return check
