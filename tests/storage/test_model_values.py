"""Models with numbers or sizes that cannot be are refused, by path too, before anything is built."""

import importlib
import io
import shutil
import time
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

import g2links
from g2links.errors import ArtefactError, InputError
from g2links.potentials.sizes import MOST_LAYERS, require_features, require_layers, require_sections
from g2links.ricci_flat.family import choose_family
from g2links.varieties.hypersurface import WeightedHypersurface
from tests.storage.keras_archives import members, rewritten, with_config

SAVED = Path(__file__).parent / "version_0_1" / "models"
QUINTIC = WeightedHypersurface(g2links.fermat_quintic())


@pytest.fixture(scope="module", autouse=True)
def loaded():
    """Keras, before a clock runs."""
    importlib.import_module("g2links.networks")


@pytest.fixture
def cy_file(tmp_path):
    return Path(shutil.copy(SAVED / "cy_models" / "cy_metric_model_run1.keras", tmp_path / "cy.keras"))


@pytest.fixture
def link_file(tmp_path):
    return Path(shutil.copy(SAVED / "link_models" / "3form_run1.keras", tmp_path / "link.keras"))


def refused(load, path, words):
    """Within seconds, in one sentence that names the file."""
    started = time.monotonic()
    with pytest.raises(ArtefactError, match=words) as caught:
        load(path)
    assert time.monotonic() - started < 5
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


def load_3form(path):
    return g2links.load_link_model("3form", path)


def with_weights(path, value):
    """The first weights of the model are all of this value."""
    content = io.BytesIO(members(path)["model.weights.h5"])
    with h5py.File(content, "r+") as file:
        names: list[str] = []
        file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        file[names[0]].write_direct(np.full(file[names[0]].shape, value))
    return rewritten(path, model__weights__h5=content.getvalue())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("load", [g2links.load_cy, load_3form])
def test_weights_that_are_not_finite(cy_file, link_file, load, value):
    refused(load, with_weights(cy_file if load is g2links.load_cy else link_file, value), "NaN or infinite")


@pytest.mark.parametrize("kind", ["cy", "link"])
def test_keras_by_itself_does_not_load_them_either(cy_file, link_file, kind):
    path = cy_file if kind == "cy" else link_file
    model = keras.models.load_model(path)
    with pytest.raises(ValueError, match=r"weights: got '\d+ that are NaN or infinite'; finite numbers are needed"):
        keras.models.load_model(with_weights(path, np.nan))
    with pytest.raises(InputError, match="NaN or infinite"):
        model.load_own_variables({str(i): np.full(w.shape, np.nan) for i, w in enumerate(model.get_weights())})
    assert all(np.isfinite(weights).all() for weights in model.get_weights())


@pytest.mark.parametrize("value", [-2.0, 0.0, np.nan, np.inf, "x", None])
@pytest.mark.parametrize("load", [g2links.load_cy, load_3form])
@pytest.mark.usefixtures("as_users_run")
def test_a_normalisation_that_is_not_positive(cy_file, link_file, load, value):
    path = with_config(
        cy_file if load is g2links.load_cy else link_file, lambda c: c["config"].update(normalisation=value)
    )
    refused(load, path, "normalisation: .*positive number")


SIZES = {
    "5,000 layers": ({"widths": [4] * 5000}, "5000 hidden layers"),
    "50 layers of 20,000 units": ({"widths": [20_000] * 50}, r"19,\d+,\d+,\d+ parameters"),
    "one layer of 10^9 units": ({"widths": [10**9]}, "1000000000 units"),
    "degree 40": ({"degree": 40}, "features have such degrees"),
    "degree 10^9": ({"degree": 10**9}, "degree: got 1000000000; at most"),
    "all pairs of degree 14": ({"degree": 14, "symmetric": False}, "features have such degrees"),
}


@pytest.mark.parametrize("what", SIZES)
def test_sizes_without_end(cy_file, link_file, what):
    change, words = SIZES[what]
    refused(g2links.load_cy, with_config(cy_file, lambda c: c["config"]["ansatz"].update(change)), words)
    refused(load_3form, with_config(link_file, lambda c: c["config"]["architecture"].update(change)), words)


@pytest.mark.parametrize(
    ("architecture", "words"),
    [
        ({"kind": "direct", "widths": [4] * 5000, "symmetric": True}, "5000 hidden layers"),
        ({"kind": "ambient", "widths": [60_000, 60_000]}, "parameters"),
        ({"kind": "potential", "family": "hermitian", "degree": 40}, "monomials have that degree"),
        ({"kind": "potential", "family": "hermitian", "degree": 15}, "monomials have that degree"),
    ],
)
def test_sizes_without_end_of_other_networks(link_file, architecture, words):
    refused(load_3form, with_config(link_file, lambda c: c["config"].update(architecture=architecture)), words)


def test_a_model_of_another_kind_is_not_built(cy_file, link_file):
    refused(load_3form, cy_file, "holds a CalabiYauMetric; a LinkModel is needed")
    refused(g2links.load_cy, link_file, "holds a LinkModel; a CalabiYauMetric is needed")


def test_a_task_that_there_is_not(link_file):
    for path_or_run in (None, 1, link_file):
        with pytest.raises(InputError, match=r"task: got '3-form'; choose one of 3form, metric, 4form"):
            g2links.load_link_model("3-form", path_or_run)


def test_sizes_in_use_are_far_below(cy_file, link_file):
    assert g2links.load_cy(cy_file).normalisation > 0
    assert load_3form(link_file).normalisation > 0
    require_layers((256,) * MOST_LAYERS, 100, 35)
    require_features(QUINTIC, 24)
    require_features(QUINTIC, 4, symmetric=False)
    require_sections(QUINTIC, 8)
    for refuse in (lambda: require_features(QUINTIC, 30), lambda: require_sections(QUINTIC, 15)):
        with pytest.raises(InputError, match="degree"):
            refuse()


@pytest.mark.parametrize(("degree", "words"), [(40, "about 19,081 features"), (100_000, "at most 10,000")])
def test_a_degree_that_was_asked_for_is_refused_before_any_work(degree, words):
    with pytest.raises(InputError, match=f"degree: got {degree}; .*{words}"):
        choose_family(QUINTIC, degree=degree)
    with pytest.raises(InputError, match="degree"):
        choose_family(QUINTIC, "neural", degree=degree)
