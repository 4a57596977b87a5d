"""The calls of Python: in process, without a file, and with the same results as the commands."""

import dataclasses
import json
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

import g2links
from g2links.checks import identities, registry
from g2links.errors import ArtefactError, InputError
from g2links.measures import assessment
from g2links.networks import cy_model, own
from g2links.records import CheckRecord
from g2links.storage.layout import Home
from g2links.storage.records import read_record
from g2links.varieties.real_points import real_points
from g2links.varieties.registry import saved_variety, variety_from_config
from g2links.workflow import check
from g2links.workflow.interrupt import stop_on_interrupt
from g2links.workflow.listing import finished_runs
from tests.cli.commands import SMALL, SMALL_CURVE, SMALL_CY, run, words_of
from tests.documents import blocks


@pytest.fixture(scope="module")
def cy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nothing")
    before = os.getcwd()
    os.chdir(folder)
    try:
        solved = g2links.solve("fermat_quintic", **SMALL)
    finally:
        os.chdir(before)
    assert list(folder.iterdir()) == []
    return solved


def test_a_metric_without_a_file_is_that_of_the_command(cy, tmp_path):
    assert run(["cy", *SMALL_CY, "--home", str(tmp_path), "--json", str(tmp_path / "cy.json")]) == 0
    found = json.loads((tmp_path / "cy.json").read_text())
    for name in ("sigma", "ma_rms", "ma_max", "volume_ratio", "normalisation"):
        np.testing.assert_allclose(cy.figures[name], found["figures"][name], rtol=1e-12)
    saved = g2links.open_run(tmp_path)
    assert saved.cy_run == 1
    assert saved.sigma == found["figures"]["sigma"]
    np.testing.assert_allclose(saved.metric(cy.points.z[:3]), cy.metric(cy.points.z[:3]), rtol=1e-12)
    assert found["ansatz"] == "algebraic"


def test_it_says_what_it_is(cy):
    assert "fermat_quintic" in repr(cy)
    assert f"{cy.sigma:.2e}" in repr(cy)
    assert "<table>" in cy._repr_html_()


def test_integrals_over_v_have_the_exact_volume_within_their_errors(cy):
    value, error = cy.integrate(lambda z: 1.0)
    assert abs(value - cy.volume) < 5 * error
    np.testing.assert_allclose(value / cy.figures["volume_ratio"], cy.volume, rtol=0.1)
    half, _ = cy.integrate(lambda z: 0.5)
    np.testing.assert_allclose(half, 0.5 * value)


def test_the_metric_takes_real_and_complex_points_in_any_gauge(cy):
    z = cy.points.z[:4]
    np.testing.assert_allclose(cy.metric(real_points(z)), cy.metric(z), rtol=1e-13)
    np.testing.assert_allclose(cy.metric(z * (0.3 - 2j)), cy.metric(z), rtol=1e-9)
    np.testing.assert_allclose(cy.potential(z * (0.3 - 2j)), cy.potential(z), atol=1e-12)


def test_the_model_is_compiled_once(cy, monkeypatch):
    """A second call, also of another model of the family, traces nothing; other parameters give another metric."""
    traced = []
    metric = cy_model.hermitian_metric

    def counting(*given):
        traced.append(1)
        return metric(*given)

    monkeypatch.setattr(cy_model, "hermitian_metric", counting)
    z = real_points(cy.points.z[:13])
    first = np.asarray(cy.model(z))
    count = len(traced)
    other = type(cy.model).from_config(cy.model.get_config())
    other.set_weights([1.01 * np.asarray(w) + 1e-3 for w in cy.model.get_weights()])
    np.testing.assert_array_equal(np.asarray(cy.model(z)), first)
    assert np.max(np.abs(np.asarray(other(z)) - first)) > 1e-6
    assert 0 < count == len(traced)
    u = cy.potential(cy.points.z[:13])
    np.testing.assert_allclose(u, [cy.model.kahler_potential(p) for p in cy.points.z[:13]], rtol=1e-12)


def test_the_record_says_which_variety(cy):
    assert saved_variety(dict(cy.record)) == cy.variety.to_config()
    assert "polynomial" not in cy.record
    saved = Path(__file__).parents[1] / "storage/version_0_1/models/cy_models/cy_metric_model_run1.json"
    old = json.loads(saved.read_text())
    assert "variety" not in old
    assert variety_from_config(saved_variety(old)).variables == 5


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (np.ones((2, 5)), "f = 0"),
        (np.zeros((1, 5)), "the origin"),
        (np.ones((3, 4)), "shape"),
        (np.full((1, 5), np.nan), "finite"),
        (np.array([["a"] * 5]), "numbers"),
    ],
)
def test_points_that_are_not_on_v_are_refused(cy, points, words):
    with pytest.raises(InputError, match=words):
        cy.metric(points)


def test_unknown_options_are_refused_by_name():
    with pytest.raises(InputError, match=r"n_point.*n_points"):
        g2links.solve(n_point=3000)


def test_data_have_named_components_and_parts_that_share_no_base_point(cy):
    data = cy.sample(200, n_rotations=2)
    assert len(data) == 400
    np.testing.assert_array_equal(data["phi_123"], data["phis"][:, 0])
    np.testing.assert_array_equal(data["psi_4567"], data["psis"][:, -1])
    np.testing.assert_array_equal(data["g_77"], data["g2_metrics"][:, -1])
    np.testing.assert_array_equal(data["g_T_12"], data["riemannian_metrics"][:, 1])
    np.testing.assert_array_equal(data["eta_7"], 1.0)
    with pytest.raises(InputError, match="phi_321"):
        data["phi_321"]
    owners = [{tuple(point) for point in data["base_points"][rows]} for rows in data.parts.values()]
    assert sum(map(len, owners)) == len(set().union(*owners)) == 200
    assert sum(map(len, data.parts.values())) == 400


def _files(home):
    """The arrays of each file of a home's data sets."""
    return {path.name: dict(np.load(path)) for path in sorted((home / "samples/link_data").glob("*.npz"))}


def _same_files(first, second):
    assert first.keys() == second.keys()
    for name, arrays in first.items():
        for column, values in arrays.items():
            np.testing.assert_allclose(values, second[name][column], rtol=1e-12, atol=1e-13, err_msg=column)


def test_data_in_memory_are_those_of_the_command_and_saved_they_are_its_files(solved_home, tmp_path):
    place = ["--home", str(tmp_path)]
    shutil.copytree(solved_home, tmp_path, dirs_exist_ok=True)
    saved = g2links.open_run(tmp_path)
    assert run(["sample", "--n-points", "120", "--n-rotations", "2", "--seed", "3", *place]) == 0
    command = _files(tmp_path)
    data = g2links.sample(saved, 120, n_rotations=2, seed=3)
    for name, values in data.arrays.items():
        np.testing.assert_allclose(values, command["g2_dataset.npz"][name], rtol=1e-12, atol=1e-13)
    for part, rows in data.parts.items():
        np.testing.assert_array_equal(data["rotations"][rows], command[f"g2_{part}.npz"]["rotations"])
    manifest = json.loads((tmp_path / "samples/link_data/manifest.json").read_text())["extra"]
    data.save(tmp_path)
    _same_files(_files(tmp_path), command)
    again = json.loads((tmp_path / "samples/link_data/manifest.json").read_text())["extra"]
    assert again.keys() == manifest.keys()
    varying = ("seconds", "samples_per_second", "evaluations_per_second")
    assert all(again[name] == manifest[name] for name in manifest if name not in varying)
    data.save(tmp_path, shard_size=50)
    assert "g2_train_00001.npz" in _files(tmp_path)
    other = g2links.solve("fermat_quintic", **SMALL, seed=1)
    with pytest.raises(InputError, match="no saved run"):
        g2links.sample(other, 10).save(tmp_path)
    with pytest.raises(InputError, match="is another metric"):
        g2links.sample(dataclasses.replace(other, cy_run=1), 10).save(tmp_path)


def test_data_with_a_home_are_written_and_read_when_they_are_asked_for(solved_home, tmp_path):
    shutil.copytree(solved_home, tmp_path, dirs_exist_ok=True)
    saved = g2links.open_run(tmp_path)
    data = g2links.sample(home=tmp_path, n_points=120, n_rotations=2, shard_size=50, source="fresh")
    assert data.cy_run == 1
    assert data.record["files"] == len(_files(tmp_path)) == 3 + 2 + 1 + 1
    assert "240 rows of fermat_quintic: 192 train, 24 val, 24 test" in repr(data)
    memory = g2links.sample(saved, 120, n_rotations=2, source="fresh")
    own = {tuple(z) for z in np.round(saved.points.z, 9).tolist()}
    drawn = memory.arrays["base_points"]
    fresh = {tuple(z) for z in np.round(drawn[:, :5] + 1j * drawn[:, 5:], 9).tolist()}
    assert not own & fresh, "fresh points are those of the run"
    for name in ("phis", "drop_ones", "weights"):
        np.testing.assert_allclose(data[name], memory[name], rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(data.rows("val", "metric").at.z, memory.rows("val", "metric").at.z)
    assert g2links.sample(saved, 30, home=tmp_path).record["base_points"]["all"] == 30
    assert len(g2links.train(data, epochs=1, units=2).test.relative) == 12


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "g2links.open_run"),
        ({"n_points": 2}, "at least 3"),
        ({"n_points": 10**6}, "3000 points; take fewer"),
        ({"n_rotations": 0}, "at least 1"),
        ({"source": "old"}, "run .* or fresh"),
        ({"splits": (0.5, 0.5, 0.5)}, "sum to 1"),
        ({"shard_size": 5}, "home= only"),
        ({"cy_run": 5}, "home= only"),
        ({"home": "."}, "a run of this home"),
    ],
)
def test_data_that_cannot_be_are_refused(cy, options, words):
    with pytest.raises(InputError, match=words):
        g2links.sample(cy if options else None, **options)


def test_a_network_is_trained_and_judged_in_memory(cy):
    data = cy.sample(300, n_rotations=1)
    network = g2links.train(data, task="metric", architecture="potential", units=4, epochs=3)
    held_out = data.rows("test", "metric")
    assert len(network.test.relative) == len(held_out.components) == 30
    predicted = network(data["base_points"][data.parts["test"]])
    np.testing.assert_allclose(predicted, network.test.prediction, rtol=1e-10, atol=1e-12)
    assert network.relative_error < 0.2
    assert "metric" in repr(network)
    assert network.history["loss"][-1] < network.history["loss"][0]
    assert len(network.history["rate"]) == 3
    assert "epochs asked for" in network.stopped_because
    np.testing.assert_allclose(network.relative_error, np.mean(network.test.relative))
    for options, words in (
        ({"data": g2links.LinkSamples(data.arrays, {})}, "variety"),
        ({"data": data, "home": "."}, "one of the two"),
        ({"data": data, "fresh": True}, "home= only"),
        ({}, "one of the two"),
    ):
        with pytest.raises(InputError, match=words):
            g2links.train(**options)


def test_a_data_set_is_opened_from_its_file(solved_home, tmp_path):
    with pytest.raises(ArtefactError, match="nowhere"):
        g2links.open_dataset(tmp_path / "nowhere.npz")
    with pytest.raises(ArtefactError, match="folder"):
        g2links.open_dataset(tmp_path)
    place = ["--home", str(tmp_path)]
    shutil.copytree(solved_home, tmp_path, dirs_exist_ok=True)
    assert run(["sample", "--n-points", "100", "--n-rotations", "2", *place]) == 0
    data = g2links.open_dataset(tmp_path / "samples/link_data/g2_train.npz")
    assert data.cy_run == 1
    assert len(data["phi_123"]) == 160
    with pytest.raises(InputError, match="read from one file"):
        data.rows("train", "3form")


def test_ctrl_c_is_a_wish_once_and_an_interruption_twice():
    before = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt() as stop:
        assert not stop()
        os.kill(os.getpid(), signal.SIGINT)
        assert stop()
        assert signal.getsignal(signal.SIGINT) is before
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_ends_a_search_at_its_best_state(monkeypatch):
    """The first iteration presses it."""
    from g2links.storage import fit_log

    call = fit_log.FitLog.__call__

    def pressed(self, state):
        os.kill(os.getpid(), signal.SIGINT)
        return call(self, state)

    monkeypatch.setattr(fit_log.FitLog, "__call__", pressed)
    found = g2links.solve("fermat_quintic", **SMALL)
    assert found.record["iterations"] == 1
    assert "stop was asked for" in found.record["stopped_because"]
    assert 0 < found.sigma < 1


def test_every_public_name_is_there():
    for name in g2links.__all__:
        assert getattr(g2links, name) is not None
    assert set(g2links.__all__) == set(dir(g2links))
    with pytest.raises(AttributeError, match="nothing"):
        _ = g2links.nothing


@pytest.mark.parametrize("name", ["kahlerity", "contact", "analytic"])
def test_a_check_in_memory_says_what_holds(cy, name, tmp_path):
    report = g2links.check(name, cy=cy, n_points=20)
    assert report.passed, report
    assert report.failures == []
    assert {len(values) for values in report.pointwise.values()} == {20}
    assert all(report.figures[figure]["max"] < 1e-9 for figure in report.figures if figure.startswith("d_"))
    assert "PASSED" in repr(report)
    assert "<pre>" in report._repr_html_()
    paths = report.save(tmp_path)
    assert [path.removeprefix(str(tmp_path)) for path in paths] == [
        f"/plots/check_{name}.png",
        f"/plots/check_{name}.json",
    ]
    assert read_record(tmp_path / f"plots/check_{name}.json", CheckRecord) == report.record


def test_a_check_fails_on_a_metric_that_is_not_as_good_as_it_says(cy):
    figures = {**cy.record["figures"], "ma_rms": cy.record["figures"]["ma_rms"] / 100}
    report = g2links.check(
        "analytic", cy=dataclasses.replace(cy, record={**cy.record, "figures": figures}), n_points=20
    )
    assert not report.passed
    assert any(failure.startswith("psi_minus_star_phi: mean") for failure in report.failures)
    result = g2links.Pipeline(cy, None, {}, {"analytic": report})
    assert not result.passed
    assert "analytic FAILED" in repr(result)
    assert f"analytic: {report.failures[0]}" in repr(result)


def test_a_threshold_without_its_figure_fails(cy):
    check = g2links.Check(
        name="part",
        title="Part",
        summary="A part.",
        figures={"first": g2links.Figure("$a$")},
        evaluate=lambda _: g2links.Found({"first": np.zeros(3)}),
        thresholds=lambda *_: {"second": {"statistic": "max", "at_most": 1.0}},
    )
    report = g2links.check(check, cy=cy, n_points=3)
    assert report.failures == ["second: there is a threshold for it, but it was not measured"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "nothing"}, "choose one of"),
        ({"n_points": 0}, "at least 1"),
        ({"name": "measures", "n_points": 5}, "at least 20"),
        ({"derivative": "guess"}, "autodiff or flux"),
        ({"psi_method": "both"}, "star or model"),
        ({"name": "model", "networks": {"metric": None}}, "3form"),
        ({"name": "contact", "g2_run": 1}, "takes no networks"),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_a_check_that_cannot_be_is_refused(cy, options, words):
    with pytest.raises(InputError, match=words):
        g2links.check(**{"name": "analytic", "cy": cy, **options})


def _pressed(monkeypatch, module, name):
    """The function of that name presses Ctrl-C before it does its work for the first time."""
    work = getattr(module, name)

    def after_ctrl_c(*given, **named):
        monkeypatch.setattr(module, name, work)
        os.kill(os.getpid(), signal.SIGINT)
        return work(*given, **named)

    monkeypatch.setattr(module, name, after_ctrl_c)


def test_ctrl_c_ends_a_check_with_what_was_measured(cy, tmp_path, monkeypatch):
    whole = g2links.check("kahlerity", cy=cy, n_points=250)
    _pressed(monkeypatch, identities, "at_points")
    report = g2links.check("kahlerity", cy=cy, n_points=250)
    assert (report.partial, whole.partial) == (True, False)
    assert report.points.n == len(report.pointwise["d_omega"]) == 100
    np.testing.assert_array_equal(report.pointwise["d_omega"], whole.pointwise["d_omega"][:100])
    assert (report.record["n"], report.record["n_wanted"], report.record["partial"]) == (100, 250, True)
    assert "partial" not in whole.record
    assert not report.passed
    assert report.failures == ["interrupted: 100 of 250 points were measured"]
    assert "100 points of 250, interrupted" in repr(report)
    paths = report.save(tmp_path)
    assert paths[-1].endswith("plots/check_kahlerity_partial.json")
    assert not g2links.check("kahlerity", cy=cy, n_points=60).partial


def test_ctrl_c_ends_the_measures_without_chern_numbers(monkeypatch):
    curve = g2links.solve("z0^3+z1^3+z2^3", **SMALL_CURVE)
    _pressed(monkeypatch, assessment, "map_points")
    report = g2links.check("measures", cy=curve, n_points=700)
    assert report.partial
    assert {len(values) for values in report.pointwise.values()} == {100}
    assert {"sigma", "volume_ratio"} < report.figures.keys()
    assert "euler_number" not in {**report.figures, **report.thresholds}


def test_the_command_records_a_part_and_says_so_by_its_code(tmp_path, monkeypatch, capsys):
    place = ["--home", str(tmp_path)]
    curve = ["--polynomial", "z0^3+z1^3+z2^3", *words_of(SMALL_CURVE)]
    assert run(["cy", *curve, *place]) == 0
    assert run(["check", "contact", "--n-points", "20", *place]) == 0
    before = (tmp_path / "plots/check_contact_cy_run1.json").read_bytes()
    _pressed(monkeypatch, identities, "at_points")
    capsys.readouterr()
    record = tmp_path / "contact.json"
    assert run(["check", "contact", "--n-points", "150", *place, "--json", str(record)]) == 130
    said = capsys.readouterr()
    assert "interrupted: 100 of 150 points were measured" in said.out
    assert "Traceback" not in said.err
    found = json.loads(record.read_text())
    assert (found["n"], found["n_wanted"], found["partial"], found["passed"]) == (100, 150, True, False)
    assert read_record(tmp_path / "plots/check_contact_cy_run1_partial.json", CheckRecord) == found
    assert (tmp_path / "plots/check_contact_cy_run1.json").read_bytes() == before
    _pressed(monkeypatch, identities, "contact_errors")
    assert run(["pipeline", *curve, "--quick", "--check-n-points", "150", *place]) == 130
    journal = json.loads((tmp_path / "models/.pipeline.json").read_text())
    assert list(journal["done"]) == ["cy", "check kahlerity"]
    _pressed(monkeypatch, check, "open_subject")
    assert run(["check", "contact", *place]) == 130


def test_the_check_of_the_documents(cy, monkeypatch, capsys):
    monkeypatch.setattr(registry, "_registered", {})
    (code,) = blocks("docs/own_checks.md", "python")
    names = {"cy": cy}
    exec(compile(code, "own_checks.md", "exec"), names)
    assert names["report"].passed
    assert 0 < names["report"].figures["contact_volume"]["max"] < 1e-12
    assert "contact_volume" in capsys.readouterr().out


def test_the_potential_of_the_documents():
    (code,) = blocks("docs/own_potentials.md", "python")
    names = {"__name__": "own_potentials"}
    exec(compile(code, "own_potentials.md", "exec"), names)
    assert names["cy"].sigma < 0.02
    assert "potential own_potentials.network" in repr(names["cy"])


def test_the_network_of_the_documents(cy, tmp_path, monkeypatch):
    """What the page does; then, in a home, a run that another process can open once it knows the function."""
    first, second = blocks("docs/own_networks.md", "python")
    names = {"__name__": "own_networks", "cy": cy}
    exec(compile(first, "own_networks.md", "exec"), names)
    trained = names["trained"]
    assert trained.relative_error < 0.25
    assert trained.record["network"]["name"] == "own_networks.network"
    assert trained.record["hyperparameters"]["architecture"] == "own"
    assert "units" not in trained.record["hyperparameters"]
    exec(compile(second.replace("n_points=100", "n_points=20"), "own_networks.md", "exec"), names)
    assert names["report"].figures["phi_error"]["mean"] < 0.25
    assert names["report"].thresholds["phi_error"]["at_most"] == 0.1
    trained.save(tmp_path / "own.keras")
    z = cy.points.z[:3]
    again = g2links.load_link_model("3form", tmp_path / "own.keras")
    np.testing.assert_array_equal(again(real_points(z)), trained(real_points(z)))
    monkeypatch.setattr(own, "_REGISTERED", {})
    with pytest.raises(ArtefactError, match=r"own\.keras.*register_network"):
        g2links.load_link_model("3form", tmp_path / "own.keras")


def _mean_of(components):
    """A network that learns one vector of components for all points."""

    def network(parameters, at):
        return parameters["constant"] + 0.0 * at.z[0].real

    return network, {"constant": np.full(components, 0.1)}


def test_a_network_of_ones_own_is_a_run_of_a_home(solved_home, tmp_path):
    shutil.copytree(solved_home, tmp_path, dirs_exist_ok=True)
    g2links.sample(home=tmp_path, n_points=200, n_rotations=1)
    network, start = _mean_of(28)
    trained = g2links.train(home=tmp_path, task="metric", network=network, parameters=start, epochs=2)
    assert trained.g2_run == 1
    record = json.loads((tmp_path / "models/link_models/metric_run1.json").read_text())
    assert record["network"]["sha256"] == trained.record["network"]["sha256"]
    moved = {"constant": start["constant"] + 0.1}
    other = g2links.train(home=tmp_path, task="metric", network=network, parameters=moved, epochs=2)
    assert other.record["network"]["sha256"] != record["network"]["sha256"]
    assert [row["name"] for row in finished_runs(Home(tmp_path))][1:] == ["metric_run1", "metric_run2"]
    damaged = tmp_path / "models/link_models/metric_run1.json"
    damaged.write_text(damaged.read_text().replace('"best_epoch": ', '"best_epoch": 1'))
    first, second = finished_runs(Home(tmp_path))[1:]
    assert "metric_run1.json: damaged or altered" in first["problem"]
    assert second["name"] == "metric_run2"
    assert "problem" not in second
    assert run(["runs", "list", "--home", str(tmp_path)]) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"parameters": None}, "at least one array"),
        ({"parameters": {"constant": np.ones(35, dtype=int)}}, "floating-point"),
        ({"parameters": {"constant": np.ones(28)}}, r"shape \(35,\)"),
        ({"parameters": {"constant": np.ones(35) * np.nan}}, "finite"),
        ({"network": lambda parameters, at: at.z.real / 0.0}, "shape"),
        ({"network": lambda parameters, at: parameters["constant"] / (0.0 * at.z[0].real)}, "finite values"),
        ({"network": 3}, "a function"),
        ({"network": None}, "which is missing"),
        ({"units": 5}, "not with a network of your own"),
        ({"physics.d_phi": 0.1}, "not with a network of your own"),
        ({"optimiser": "lm"}, "own architecture"),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_a_network_that_cannot_be_is_refused(cy, options, words):
    network, start = _mean_of(35)
    data = g2links.sample(cy, 30, n_rotations=1)
    with pytest.raises(InputError, match=words):
        g2links.train(data, "3form", **{"network": network, "parameters": start, **options})


@pytest.mark.slow
def test_the_pipeline_of_a_metric_that_is_solved(cy):
    small = replace_points(cy, 200)
    result = g2links.pipeline(small, quick=True, check_points=10, training={"epochs": 2, "units": 4})
    assert list(result.networks) == ["3form", "metric", "4form"]
    assert list(result.reports) == ["kahlerity", "analytic", "model (star)", "model (model)"]
    assert result.reports["analytic"].passed
    star = result.reports["model (star)"]
    assert star.figures["phi_error"]["mean"] < 1
    assert star.record["worst_points"].keys() == {"phi_error", "metric_error", "psi_error"}
    assert result.passed == (not result.failures)
    assert all(failure in repr(result) for failure in star.failures)
    with pytest.raises(InputError, match="how to solve it"):
        g2links.pipeline(cy, n_points=10)


def test_the_pipeline_outside_dimension_three_is_that_of_the_metric():
    result = g2links.pipeline("z0^3+z1^3+z2^3", quick=True, n_points=SMALL_CURVE["n_points"], check_points=20)
    assert (result.data, result.networks) == (None, {})
    assert result.passed, result
    assert list(result.reports) == ["kahlerity", "contact", "measures"]


def replace_points(cy, n):
    return dataclasses.replace(cy, points=cy.points.rows(slice(n)))
