import resource
import subprocess
import sys

import pytest
from matplotlib.figure import Figure

from g2links.errors import ArtefactError, InputError
from g2links.reports.canvas import drawing, run_title, save


def _drawn():
    with drawing("t", width=2, height=2) as figure:
        figure.subplots().plot([0, 1], [1, 2])
    return figure


@pytest.fixture
def figure():
    return _drawn()


def test_titles():
    assert run_title("Check", cy_run=3, g2_run=2, n=1000) == "Check, CY run 3, G2 run 2, 1,000 points"
    assert run_title("Check") == "Check"


@pytest.mark.parametrize("name", ["a.png", "a.pdf"])
def test_the_same_calls_give_the_same_bytes(tmp_path, name):
    save(_drawn(), tmp_path / name)
    first = (tmp_path / name).read_bytes()
    assert first.startswith(b"\x89PNG" if name.endswith("png") else b"%PDF")
    save(_drawn(), tmp_path / name)
    assert (tmp_path / name).read_bytes() == first


def test_a_figure_that_cannot_be_drawn_leaves_the_old_picture(tmp_path):
    path = tmp_path / "p.png"
    figure = _drawn()
    save(figure, path)
    before = path.read_bytes()
    figure.axes[0].set_title("$\\frac{$")
    with pytest.raises(ValueError, match="frac"):
        save(figure, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_dots_of_a_file_are_those_that_were_asked_for_and_the_figure_stays(tmp_path, figure):
    from PIL import Image

    before = figure.dpi
    save(figure, tmp_path / "a.png", dpi=100)
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (200, 200)
    assert figure.dpi == before


@pytest.mark.parametrize(("name", "dpi", "field"), [("a.gif", 300, "path"), ("a", 300, "path"), ("a.png", 1, "dpi")])
def test_a_file_that_cannot_be_is_refused_in_one_sentence(tmp_path, figure, name, dpi, field):
    with pytest.raises(InputError, match=field) as error:
        save(figure, tmp_path / name, dpi=dpi)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


def test_a_figure_that_cannot_be_drawn_leaves_the_old_file(tmp_path, figure):
    path = tmp_path / "p.png"
    path.write_bytes(b"old")
    figure.axes[0].set_title("$\\nosuchmacro{$")
    with pytest.raises(ValueError, match="nosuchmacro"):
        save(figure, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_one_clear_error(tmp_path, figure):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(ArtefactError, match="cannot be written"):
            save(figure, tmp_path / "p.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())


def test_the_users_settings_have_no_effect(tmp_path):
    import matplotlib

    def files(name):
        save(_drawn(), tmp_path / name)
        _drawn().savefig(tmp_path / f"own_{name}", dpi=300)
        return [(tmp_path / n).read_bytes() for n in (name, f"own_{name}")] + [_drawn()._repr_png_()]

    before = files("a.png")
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "xtick.labelsize": 40}):
        assert files("b.png") == before


def test_any_figure_of_matplotlib_can_be_saved(tmp_path):
    figure = Figure()
    figure.subplots().plot([1, 2])
    save(figure, tmp_path / "a.png")
    assert (tmp_path / "a.png").exists()


def test_pyplot_stays_out_of_it():
    program = (
        "import sys, g2links.reports.tables, g2links.reports.statistics; early = 'matplotlib' in sys.modules;"
        "import g2links; g2links.plot.monge_ampere([1.0, 1.1])._repr_png_();"
        "sys.exit(early or 'matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
