import json
import math
import shutil
from pathlib import Path

import jax.numpy as jnp
import pytest

import g2links
from g2links.errors import InputError
from g2links.varieties.catalogue import fermat_quintic
from g2links.workflow.instanton import instanton
from tests.cli.commands import run
from tests.documents import blocks

SAVED = Path(__file__).parents[1] / "storage/version_0_1"


def potential(z):
    z = z / jnp.sqrt(jnp.sum(z.real**2 + z.imag**2))
    moved = z[0] * z[1] + 2j * z[2] * z[3]
    return 0.05 * (moved.real**2 + moved.imag**2)


QUINTIC = g2links.ContactCalabiYau(fermat_quintic(), potential, 2.0905463791334986)


@pytest.mark.slow
def test_the_energy_without_the_excess_is_exact_for_a_metric_that_is_not_ricci_flat(tmp_path):
    found = instanton(QUINTIC, n_points=900)
    assert found.passed
    assert found.exact == pytest.approx(1600 * math.pi**4)
    assert found.energy.error < 0.03 * found.exact
    assert found.excess.value > 3 * found.energy.error  # so that the energy itself is not that of an instanton
    assert found.mean_defect.value > 0.05
    assert abs(found.c2_omega.value - 100 * math.pi) < 3 * found.c2_omega.error
    assert found.record["defect"]["max"] == found.defect.max()
    found.plot(tmp_path / "defect.png")
    spoiled = type(found)(**{**vars(found), "energy": found.energy._replace(value=1.2 * found.energy.value)})
    assert not spoiled.passed
    assert "energy" in spoiled.failures[0]


@pytest.mark.usefixtures("as_users_run")
def test_what_cannot_be_is_one_sentence():
    for options in ({"n_points": 5}, {"n_points": 10.5}, {"charge": 0.5}):
        with pytest.raises(InputError, match=f"{next(iter(options))}: got"):
            instanton(QUINTIC, **options)
    curve = g2links.ContactCalabiYau(g2links.Polynomial("z0^3+z1^3+z2^3"), lambda z: 0.0 * abs(z[0]), 1.0)
    with pytest.raises(InputError, match="instanton: got"):
        instanton(curve)


@pytest.mark.slow
def test_the_command_and_the_page(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(shutil.copytree(SAVED, tmp_path / "home"))
    assert run(["instanton", "--n-points", "200", "--charge", "2", "--json", "found.json", "--plot", "found.png"]) == 0
    assert "O(2): slope" in capsys.readouterr().out
    record = json.loads(Path("found.json").read_text())
    assert record["exact"] == pytest.approx(155854.546)
    assert record["line_bundle"]["einstein_constant"] == pytest.approx(6)
    assert Path("found.png").read_bytes().startswith(b"\x89PNG")
    assert run(["instanton", "--n-points", "20"]) == 2
    assert "n_points: got 20" in capsys.readouterr().err
    (code,) = blocks("docs/instantons.md", "python")
    names: dict = {}
    exec(compile(code, "docs/instantons.md", "exec"), names)
    assert names["found"].defect.max() < 1
