import resource
import subprocess
import sys

import pytest

from g2links.errors import ArtefactError
from g2links.reports.canvas import picture, run_title


def test_titles():
    assert run_title("Check", cy_run=3, g2_run=2, n=1000) == "Check, CY run 3, G2 run 2, 1,000 points"
    assert run_title("Check") == "Check"


def test_a_picture_that_fails_leaves_the_old_one(tmp_path):
    path = tmp_path / "p.png"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), picture(path, "t", width=2, height=2):
        raise ZeroDivisionError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_one_clear_error(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with (
            pytest.raises(ArtefactError, match="cannot be written"),
            picture(tmp_path / "p.png", "t", width=2, height=2),
        ):
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())


def test_pyplot_and_the_users_settings_stay_out_of_it():
    program = (
        "import sys, g2links.reports.tables, g2links.reports.statistics; early = 'matplotlib' in sys.modules;"
        "import g2links.reports.checks, g2links.reports.histories;"
        "sys.exit(early or 'matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
