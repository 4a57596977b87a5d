import contextlib
import sys
import types
import zipfile

import jax
import numpy as np
import pytest

from g2links.errors import ArtefactError
from g2links.storage.keras_files import check_model_file, load_model, save_model
from tests.storage.faults import FULL_DISK, flipped, hidden_files, run
from tests.storage.keras_archives import rewritten, with_config

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """What importing g2links.networks does, with one layer and one activation of the test's own."""
    monkeypatch.setitem(sys.modules, "g2links.networks", types.ModuleType("g2links.networks"))
    old = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx(old[0])
    keras.config.set_dtype_policy(old[1])


@keras.saving.register_keras_serializable(package="g2links", name="TestDouble")
class Double(keras.layers.Layer):
    def call(self, x):
        return 2.0 * x


Double.__module__ = "g2links.networks.testing"


@keras.saving.register_keras_serializable(package="g2links", name="test_cube")
def cube(x):
    return x**3


@pytest.fixture
def model(registered):
    inputs = keras.Input((4,))
    x = keras.layers.Normalization(mean=[0.0] * 4, variance=[1.0] * 4)(inputs)
    x = keras.layers.Dense(5, activation="gelu", kernel_regularizer=keras.regularizers.L2(1e-4))(x)
    x = keras.layers.Dense(3, activation=cube)(Double()(keras.layers.Dropout(0.1)(x)))
    model = keras.Model(inputs, keras.layers.Concatenate()([x, inputs]))
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 10)
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss="mse")
    return model


@pytest.fixture
def path(model, tmp_path):
    save_model(model, tmp_path / "m_run1.keras")
    return tmp_path / "m_run1.keras"


def test_a_model_comes_back_exactly(model, path):
    x = np.random.default_rng(1).normal(size=(6, 4))
    loaded = load_model(path)
    with jax.numpy_rank_promotion("allow"):  # Keras adds the offset of its layers so
        np.testing.assert_array_equal(np.asarray(loaded(x)), np.asarray(model(x)))
    assert loaded.dtype_policy.name == "float64"
    assert hidden_files(path.parent) == []


def test_a_failed_save_keeps_the_old_model(model, path):
    before = path.read_bytes()
    bad = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: x)])
    with pytest.raises(ArtefactError, match=r"m_run1\.keras: refused, because it uses .*Lambda"):
        save_model(bad, path)
    with pytest.raises(ArtefactError, match=r"ends in \.keras"):
        save_model(model, path.with_suffix(".h5"))
    assert path.read_bytes() == before
    assert hidden_files(path.parent) == []


def test_lambda_models_are_refused(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: x)])
    model.save(tmp_path / "l.keras")
    with pytest.raises(ArtefactError, match=r"__lambda__, keras\.layers\.Lambda, which g2links does not allow"):
        load_model(tmp_path / "l.keras")


@pytest.mark.parametrize(
    "item",
    [
        {"module": "os", "class_name": "system", "config": {}, "registered_name": None},
        {"module": "keras.layers", "class_name": "TFSMLayer", "config": {}, "registered_name": None},
        {"module": "keras.utils", "class_name": "get_file", "config": {}, "registered_name": None},
        {"module": "os", "class_name": "TestDouble", "config": {}, "registered_name": "g2links>TestDouble"},
        {"module": "keras.layers", "class_name": "Dense", "config": {}, "registered_name": "g2links>X"},
        {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"},
        {"module": "other", "class_name": "function", "config": "g2links>f", "registered_name": "function"},
        {"module": "keras.layers", "class_name": ["Dense"], "config": {}},
        {"module": "subprocess"},
        {"registered_name": "pkg>Evil"},
    ],
)
def test_what_is_not_on_the_list_is_refused_wherever_it_stands(path, item):
    with_config(path, lambda config: config["config"]["layers"][2]["config"].update(activation=[[item]]))
    with pytest.raises(ArtefactError, match="refused, because it uses"):
        check_model_file(path)


def test_a_class_that_this_version_does_not_have(path):
    def rename(config):
        item = next(layer for layer in config["config"]["layers"] if layer["class_name"] == "Double")
        item.update(class_name="Gone", registered_name="g2links>Gone")

    with pytest.raises(ArtefactError, match="Keras cannot rebuild this model"):
        load_model(with_config(path, rename))


def test_too_many_layers(path):
    """Five thousand layers take Keras minutes."""

    def repeat(config):
        config["config"]["layers"] *= 700

    with pytest.raises(ArtefactError, match=r"m_run1\.keras: \d+ layers and parts of layers; at most 2000"):
        load_model(with_config(path, repeat))


def test_damage_of_every_kind(path, tmp_path):
    content, other = path.read_bytes(), tmp_path / "o.keras"
    for length in range(0, len(content), 499):
        other.write_bytes(content[:length])
        with pytest.raises(ArtefactError, match=r"o\.keras"):
            check_model_file(other)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("model.weights.h5").header_offset + 100
    for byte in range(start, len(content) - 300, 701):
        with pytest.raises(ArtefactError, match=r"model\.weights\.h5 is damaged"):
            check_model_file(flipped(path, other, byte, byte % 8))
    for byte in range(0, len(content), 997):
        with contextlib.suppress(ArtefactError):
            check_model_file(flipped(path, other, byte, 3))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"config__json": None}, "a model has config.json"),
        ({"assets/x": b"x"}, "a model has config.json"),
        ({"../evil": b"x"}, "a model has config.json"),
        ({"config__json": b"{"}, "truncated or damaged"),
        ({"config__json": b"[]"}, "does not describe a model"),
        ({"config__json": b"[" * 100_000}, "nested too deeply"),
        ({"model__weights__h5": b"not HDF5"}, "its weights cannot be read"),
    ],
)
def test_wrong_members(path, changes, message):
    with pytest.raises(ArtefactError, match=message):
        check_model_file(rewritten(path, **changes))


def test_compressed_other_formats_and_missing(path, tmp_path):
    with zipfile.ZipFile(tmp_path / "c.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("config.json", "metadata.json", "model.weights.h5"):
            archive.writestr(name, b"0" * 10**6)
    with pytest.raises(ArtefactError, match="compressed"):
        check_model_file(tmp_path / "c.keras")
    with pytest.raises(ArtefactError, match=r"not a \.keras file"):
        load_model(tmp_path / "m.h5")
    with pytest.raises(ArtefactError, match="no such file"):
        load_model(tmp_path / "gone.keras")
    (tmp_path / "d.keras").mkdir()
    with pytest.raises(ArtefactError, match="not a regular file"):
        load_model(tmp_path / "d.keras")


@pytest.mark.parametrize("kind", ["soft", "external", "virtual", "outside", "filtered", "huge", "strings", "deep"])
def test_weights_that_are_not_plain_arrays(path, tmp_path, kind):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "w.h5", "w") as file:
        if kind == "soft":
            file["x"] = h5py.SoftLink("/y")
        elif kind == "external":
            file["x"] = h5py.ExternalLink("/etc/passwd", "/")
        elif kind == "virtual":
            layout = h5py.VirtualLayout((1,), "f8")
            layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (1,))
            file.create_virtual_dataset("x", layout)
        elif kind == "outside":
            file.create_dataset("x", (1,), "f8", external=[(str(tmp_path / "raw"), 0, 8)])
        elif kind == "filtered":
            file.create_dataset("x", data=np.zeros(10**6), compression="gzip")
        elif kind == "huge":
            file.create_dataset("x", (10**12,), "f8")
        elif kind == "strings":
            file["x"] = "text"
        else:
            file.create_group("/".join("a" * 40))
    with pytest.raises(ArtefactError, match="its weights"):
        check_model_file(rewritten(path, model__weights__h5=(tmp_path / "w.h5").read_bytes()))


def test_full_disk(path):
    before = path.read_bytes()
    code = FULL_DISK.format(limit=3000) + (
        "import sys\n"
        "from g2links.errors import ArtefactError\n"
        "from g2links.storage.keras_files import save_model\n"
        "class Model:\n"
        "    def save(self, path):\n"
        "        with open(path, 'wb') as file: file.write(b'x' * 10000)\n"
        "try: save_model(Model(), sys.argv[1])\n"
        "except ArtefactError as error: print(error)\n"
    )
    assert "m_run1.keras: cannot be written: File too large" in run(code, path).stdout
    assert path.read_bytes() == before
    assert hidden_files(path.parent) == []
