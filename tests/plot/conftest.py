"""Pictures are tested for what is drawn in them, and files for being whole and small; how they look is for people to
judge."""

from collections.abc import Callable
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from PIL import Image

from g2links.reports.canvas import SCREEN, save

_LARGEST = 100_000


@pytest.fixture
def is_picture(tmp_path) -> Callable[[Figure], bool]:
    """Whether a figure becomes an undamaged PNG of a sensible size."""

    def check(figure: Figure) -> bool:
        path: Path = tmp_path / "picture.png"
        save(figure, path, dpi=SCREEN // 2)
        with Image.open(path) as image:
            image.verify()
            return image.format == "PNG" and path.stat().st_size < _LARGEST and min(image.size) > 150

    return check
