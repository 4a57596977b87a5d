import json
import math
import shutil
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import g2links
from g2links.errors import InputError
from g2links.varieties.catalogue import dwork, fermat_quintic
from g2links.workflow.calibrated import calibrated
from tests.cli.commands import run
from tests.documents import blocks
from tests.varieties.real_lines import mean_over_real_lines

SAVED = Path(__file__).parents[1] / "storage/version_0_1"


def potential(z):
    """Of no symmetry, and with complex coefficients."""
    z = z / jnp.linalg.norm(z)
    return 0.05 * abs(z[0] * z[1] + 2j * z[2] * z[3]) ** 2 + 0.03 * abs(z[4]) ** 4


def real_potential(z):
    z = z / jnp.linalg.norm(z)
    return 0.05 * abs(z[0] * z[1] + 2 * z[2] * z[3]) ** 2 + 0.03 * abs(z[4]) ** 4


QUINTIC = g2links.ContactCalabiYau(fermat_quintic(), potential, 2.0)
REAL = g2links.ContactCalabiYau(fermat_quintic(), real_potential, 2.0905463791334986)


def a_line(t):
    """(s, -s, r, 0, -r), and its circle."""
    s, r = jnp.cos(t[0] / 2), jnp.sin(t[0] / 2) * jnp.exp(1j * t[1])
    return jnp.exp(1j * t[2]) * jnp.stack([s, -s, r, 0 * r, -r])


BUNDLE = [(0, math.pi), (0, 2 * math.pi), (0, 2 * math.pi)]


def test_a_line_and_its_circle_bundle_at_few_points():
    known = calibrated(QUINTIC, "line", n_points=500)
    assert known.volume[0] == pytest.approx(2 * math.pi, abs=known.volume[1])
    assert known.lift.volume[0] == pytest.approx(4 * math.pi**2, abs=known.lift.volume[1])
    assert known.lift.volume[1] < 0.01
    assert known.lift.defects["associative"] < 1e-9


@pytest.mark.slow
def test_the_circle_bundle_of_a_line_has_the_same_volume_for_every_potential_and_is_associative():
    """By the metric of K, which knows nothing of η∧ω: 4π², which is twice that of the unit sphere of C², the circle
    bundle for u = 0, as g_T is twice the transverse metric there."""
    found = calibrated(QUINTIC, a_line, BUNDLE, within="K", n_points=6000)
    assert found.volume[0] == pytest.approx(4 * math.pi**2, rel=1e-9)
    assert found.integrals["associative"][0] == pytest.approx(4 * math.pi**2, rel=1e-9)
    assert found.defects["associative"] < 1e-9
    assert found.defects["horizontal"] == pytest.approx(1)
    known = calibrated(QUINTIC, "line", n_points=4000)
    assert known.passed
    assert known.lift.volume[0] == pytest.approx(4 * math.pi**2, rel=1e-12)
    assert known.volume[0] == pytest.approx(2 * math.pi, rel=1e-12)


@pytest.mark.slow
def test_the_real_locus_is_lagrangian_for_every_real_potential_and_its_volume_is_that_of_real_lines(rng):
    """For u = 0 by Crofton's formula, from random real lines."""
    flat = g2links.ContactCalabiYau(fermat_quintic(), lambda z: 0.0 * abs(z[0]), 2.0905463791334986)
    found = calibrated(flat, "real-locus", n_points=15_000)
    mean, error = mean_over_real_lines(fermat_quintic(), 10_000, rng)
    scale = 2**1.5 * math.pi**2
    assert found.measured.volume[0] == pytest.approx(scale * mean, abs=4 * scale * error)
    assert found.controlled[0] == pytest.approx(found.measured.volume[0], rel=2e-3)
    assert found.lift.volume[0] == pytest.approx(2 * found.volume[0], rel=1e-12)
    assert found.exact == pytest.approx(27.02987691, rel=1e-9)
    assert found.lift.exact == pytest.approx(54.05975382, rel=1e-9)
    assert found.defects["lagrangian"] < 1e-13
    assert found.defects["special_lagrangian"] < 1e-13
    assert abs(found.volume[0] / found.exact - 1) > 0.01  # far from Ricci-flat
    assert found.integrals["special_lagrangian"][0] == pytest.approx(found.exact, rel=2e-3)


@pytest.mark.slow
def test_real_loci_of_other_structures_and_of_the_dwork_family():
    found = calibrated(REAL, "real-locus", n_points=600)
    assert found.defects["special_lagrangian"] < 1e-12
    assert found.lift.defects["associative"] < 1e-12
    turned = calibrated(REAL, "real-locus", n_points=600, turns=(1, 1, 0, 0, 0))
    assert turned.phase == pytest.approx(2 * math.pi / 5)
    assert turned.defects["lagrangian"] > 1e-3  # the potential has not this symmetry
    spoiled = calibrated(QUINTIC, "real-locus", n_points=600)
    assert spoiled.defects["lagrangian"] > 1e-3
    assert not spoiled.passed
    assert "special_lagrangian" in spoiled.failures[0]
    family = calibrated(g2links.ContactCalabiYau(dwork(0.3), real_potential, 2.0), "real-locus", n_points=600)
    assert family.exact is None
    assert family.defects["lagrangian"] < 1e-12


@pytest.mark.slow
def test_a_surface_that_is_nothing_is_said_to_be_nothing():
    """A graph over the line that is not complex; by points and weights, too."""

    def surface(t):
        s, r = jnp.cos(t[0]), jnp.sin(t[0]) * jnp.exp(1j * t[1])
        return jnp.stack([s + 0j, s * jnp.exp(1j * jnp.pi * 0.2), r, r * jnp.exp(1j * jnp.pi * 0.6), 0 * r])

    found = calibrated(QUINTIC, surface, [(0.1, 1.2), (0, 1)], n_points=900)
    assert found.defects["holomorphic"] < 1e-9  # it is another line

    def bent(t):
        z = surface(t)
        return z.at[1].set(jnp.conj(z[0]) * jnp.exp(1j * jnp.pi * 0.2) * jnp.exp(2j * jnp.angle(z[0])))

    rng = np.random.default_rng(0)
    points = rng.uniform(size=(4000, 2)) * [1.1, 1.0] + [0.1, 0.0]
    sampled = calibrated(QUINTIC, bent, points=points, weights=np.full(4000, 1.1 / 4000))
    value, error = sampled.volume
    assert value == pytest.approx(found.volume[0], abs=4 * error)
    assert error < 0.05 * value


@pytest.mark.usefixtures("as_users_run")
def test_what_cannot_be_is_one_sentence():
    def wrong(words, *arguments, **options):
        with pytest.raises(InputError, match=words):
            calibrated(*arguments, **options)

    wrong("metric: got 3", 3, "line")
    wrong("submanifold: got 'circle'; one of real-locus", QUINTIC, "circle")
    wrong("box: got 'given'; not with line", QUINTIC, "line", BUNDLE)
    wrong("submanifold: got 'dimension 5'; in V those of dimension 2, 3, 4", REAL, a_line, [(0, 1)] * 5)
    wrong("within: got 'X'; V or K", QUINTIC, a_line, BUNDLE, within="X")
    wrong("rule: got 'monte'", QUINTIC, a_line, BUNDLE, rule="monte")
    wrong("n_points: got 0", QUINTIC, a_line, BUNDLE, n_points=0)
    wrong("box: got .*the least first", QUINTIC, a_line, [(0, 1), (1, 0), (0, 1)])
    wrong("shape", QUINTIC, lambda t: t, BUNDLE)
    wrong("not on f = 0", QUINTIC, lambda t: a_line(t).at[3].set(0.1), BUNDLE, n_points=50)
    wrong("linearly independent", QUINTIC, lambda t: a_line(t * jnp.array([1, 1, 0])), BUNDLE, within="K", n_points=50)
    wrong("either a box", QUINTIC, a_line)
    wrong("belong together", QUINTIC, a_line, points=np.zeros((3, 2)))
    wrong("turns: got", QUINTIC, "line", turns=(1, 0, 0, 0, 0))
    complex_ = g2links.Polynomial("z0^5+z1^5+I*z2^5+z3^5+(1+I)*z4^5+z0^2*z1^3")
    for f, name, words in (
        (complex_, "real-locus", "its coefficients are not real"),
        (g2links.from_catalogue("p11222"), "real-locus", "it has no real point"),
        (g2links.from_catalogue("p11222"), "line", "known for weights 1 only"),
        (g2links.Polynomial("z0^4+z1^4+z2^4+z3^4"), "conic", "a threefold is needed"),
    ):
        wrong(words, g2links.ContactCalabiYau(f, real_potential, 1.0), name)


@pytest.mark.slow
def test_the_command_and_the_page(tmp_path, capsys, monkeypatch):
    """The exit code is that of the promises: a rough metric keeps those that hold for every potential."""
    small_home = shutil.copytree(SAVED, tmp_path / "home")
    monkeypatch.chdir(small_home)
    assert run(["calibrated", "line", "--n-points", "800", "--json", "line.json", "--plot", "line.png"]) == 0
    assert "associative" in capsys.readouterr().out
    record = json.loads((small_home / "line.json").read_text())
    assert record["passed"]
    assert record["lift_volume"] == pytest.approx(4 * math.pi**2, abs=record["lift_error"])
    assert (small_home / "line.png").read_bytes().startswith(b"\x89PNG")
    assert run(["calibrated", "--n-points", "600", "--json", "real.json"]) in (0, 1)
    record = json.loads((small_home / "real.json").read_text())
    assert record["lagrangian"] < 1e-13
    assert record["phase"] < 1e-13
    assert record["exact"] == pytest.approx(27.02987691)
    assert run(["calibrated", "circle"]) == 2
    assert "one of real-locus, line, conic" in capsys.readouterr().err
    (code,) = blocks("docs/calibrated.md", "python")
    names: dict = {}
    exec(compile(code, "docs/calibrated.md", "exec"), names)
    assert names["torus"].defects["associative"] > 0.1
