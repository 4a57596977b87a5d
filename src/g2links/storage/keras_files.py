"""Keras models on the disk: judged before Keras sees them, written whole, loaded in safe mode.

Keras has had several holes by which a model file ran code when it was loaded, so a file passes here only if
it is a plain `.keras` archive whose configuration names nothing but the classes below. A model file from a
stranger is code-like input all the same.
"""

import importlib
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from g2links.errors import ArtefactError, InputError
from g2links.storage.files import BROKEN_ARCHIVE, open_verified, replace_atomically
from g2links.storage.weights_files import check_weights

MAX_CONFIG = 16 * 2**20
"""Of the configuration of a model, which has kilobytes: polynomials are in it."""
MAX_CLASSES = 2000
"""Layers, and initialisers and the like of these, in one model: those of g2links are one layer each, and a layer of
Keras has about five, so that four hundred layers load; five thousand take minutes."""
_CLASS_NAMES = {"class_name", "registered_name"}
_NAMES = {"module"} | _CLASS_NAMES
_MEMBERS = {"config.json", "metadata.json", "model.weights.h5"}
_OWN_NAME = re.compile(r"g2links>\w+")
_OWN_MODULE = re.compile(r"g2links(?:\.\w+)+")
_PLAIN_VALUES = {"__keras_tensor__", "__tensor__", "__numpy__"}
_ALLOWED = {
    "keras": {"DTypePolicy", "Functional", "Sequential"},
    "keras.src.models.functional": {"Functional"},
    "keras.src.models.sequential": {"Sequential"},
    "keras.layers": {
        *("Activation", "Add", "Concatenate", "Dense", "Dropout", "EinsumDense", "Flatten", "InputLayer"),
        *("LayerNormalization", "Multiply", "Normalization", "Rescaling", "Reshape"),
    },
    "keras.initializers": {
        *("Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "LecunNormal"),
        *("LecunUniform", "Ones", "Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal"),
        *("VarianceScaling", "Zeros"),
    },
    "keras.regularizers": {"L1", "L1L2", "L2"},
    "keras.optimizers": {"Adam", "AdamW", "Lion", "Nadam", "RMSprop", "SGD"},
    "keras.optimizers.schedules": {"CosineDecay", "ExponentialDecay", "PiecewiseConstantDecay"},
    "keras.losses": {"Huber", "MeanAbsoluteError", "MeanSquaredError"},
    "keras.metrics": {"MeanAbsoluteError", "MeanSquaredError", "RootMeanSquaredError"},
}
_LOAD_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


def check_model_file(path: str | os.PathLike[str], kind: str | None = None) -> None:
    """Judge a model file without Keras: an intact archive of the right members, with allowed classes only.

    Args:
        path: the file.
        kind: the name of the class of g2links that the model has to be of; any that is allowed if None.

    Raises:
        ArtefactError: missing, not a regular `.keras` file, truncated, damaged, compressed, with other
            members, of another kind, with a class that is not allowed or too many of them, or with weights that are not
            plain arrays of finite numbers. Names the file and the reason.
    """
    _judged(Path(path), Path(path), kind)


def load_model(path: str | os.PathLike[str], kind: str | None = None, *, sha256: str | None = None) -> Any:
    """The Keras model in `path`, after `check_model_file`; not compiled; float64 is made the dtype of Keras.

    The file is read once: Keras gets the bytes that were judged, whatever is at `path` by then.

    Args:
        path: the file.
        kind: the name of the class of g2links that it has to be of; any that is allowed if None.
        sha256: the checksum that it has to have; any if None.

    Raises:
        ArtefactError: see `check_model_file`; another checksum; a model of another class, which is not built; or one
            that cannot be rebuilt, such as for a size that is too large.
    """
    content = _judged(Path(path), Path(path), kind, sha256)
    importlib.import_module("g2links.networks")
    from keras.src.saving import saving_lib  # keras.models.load_model, for a file that is open already

    from g2links.precision import configure_keras

    configure_keras()
    try:
        return saving_lib.load_model(io.BytesIO(content), compile=False, safe_mode=True)
    except InputError as error:
        raise ArtefactError(f"{path}: this model cannot be rebuilt: {error}") from error
    except _LOAD_ERRORS as error:
        raise ArtefactError(f"{path}: Keras cannot rebuild this model: {_first_line(error)}") from error


def save_model(model: Any, path: str | os.PathLike[str]) -> None:
    """Write a Keras model to `path` (`.keras`), whole or not at all, judged as on loading before it counts.

    Raises:
        ArtefactError: the disk refuses, or the model holds something that could not be loaded again.
    """
    if Path(path).suffix != ".keras":
        raise ArtefactError(f"{path}: a model is saved under a name that ends in .keras")
    with replace_atomically(path) as temporary:
        write_model(model, temporary, Path(path))


def write_model(model: Any, temporary: Path, path: Path) -> None:
    """Write a Keras model to a temporary file that becomes `path`, and judge it as on loading.

    Raises:
        ArtefactError: naming `path`: the model holds something that could not be loaded again.
    """
    model.save(os.fspath(temporary))
    _judged(temporary, path)


def _judged(file_path: Path, shown: Path, kind: str | None = None, sha256: str | None = None) -> bytes:
    """The bytes of a model file, once they are known to be such."""
    if file_path.suffix != ".keras":
        raise ArtefactError(f"{shown}: not a .keras file; no other format of model is loaded")
    with open_verified(file_path, sha256) as file:
        content = file.read()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive, len(content), shown)
            _check_config(archive.read("config.json"), shown, kind)
            with archive.open("model.weights.h5") as weights:
                check_weights(weights.read(), shown)
    except BROKEN_ARCHIVE as error:
        raise ArtefactError(f"{shown}: truncated or damaged ({_first_line(error)}); train again") from error
    return content


def _check_members(archive: zipfile.ZipFile, size: int, shown: Path) -> None:
    members = [member for member in archive.infolist() if member.filename != "assets/" or member.file_size]
    names = sorted(member.filename for member in members)
    if names != sorted(_MEMBERS):
        raise ArtefactError(f"{shown}: holds {', '.join(names)[:200]}; a model has {', '.join(sorted(_MEMBERS))}")
    for member in members:
        if member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size:
            raise ArtefactError(f"{shown}: {member.filename} is compressed; Keras does not write it so")
    if sum(member.file_size for member in members) > size or archive.getinfo("config.json").file_size > MAX_CONFIG:
        raise ArtefactError(f"{shown}: its members promise more bytes than allowed")
    broken = archive.testzip()
    if broken is not None:
        raise ArtefactError(f"{shown}: {broken} is damaged: its checksum does not agree; train again")


def _check_config(content: bytes, shown: Path, kind: str | None) -> None:
    try:
        config = json.loads(content.decode("utf-8"))
        classes = [item for item in _mappings(config) if _NAMES & item.keys()]
        refused = sorted({name for item in classes if (name := _refused(item)) is not None})
    except RecursionError as error:
        raise ArtefactError(f"{shown}: its config.json is nested too deeply") from error
    if not isinstance(config, dict) or "class_name" not in config:
        raise ArtefactError(f"{shown}: its config.json does not describe a model")
    if refused:
        raise ArtefactError(
            f"{shown}: refused, because it uses {', '.join(refused)[:300]}, which g2links does not allow"
        )
    if len(classes) > MAX_CLASSES:
        raise ArtefactError(f"{shown}: {len(classes)} layers and parts of layers; at most {MAX_CLASSES} are loaded")
    if kind is not None and config.get("registered_name") != f"g2links>{kind}":
        raise ArtefactError(f"{shown}: holds a {config['class_name']}; a {kind} is needed here")


def _mappings(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        yield data
    for child in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _mappings(child)


def _refused(item: dict[str, Any]) -> str | None:
    """What this entry of the configuration asks for, if that is not allowed."""
    if not _CLASS_NAMES & item.keys():
        return str(item["module"]) if isinstance(item.get("module"), str) else None
    name, module, registered = item.get("class_name"), item.get("module"), item.get("registered_name")
    if not isinstance(name, str):
        return f"a class named {name!r}"
    if name in _PLAIN_VALUES and module is None and registered is None:
        return None
    if name == "function":
        own = isinstance(item.get("config"), str) and _OWN_NAME.fullmatch(item["config"]) is not None
        return None if own and module == "builtins" and registered == "function" else f"function {item.get('config')}"
    if _is_own(module, registered):
        return None
    keras_class = isinstance(module, str) and name in _ALLOWED.get(module, ()) and registered in (None, name)
    return None if keras_class else f"{module}.{name}" + (f" as {registered}" if registered else "")


def _is_own(module: Any, registered: Any) -> bool:
    """Whether this can only be a class registered by g2links: Keras looks for the registered name first."""
    if not isinstance(registered, str) or not _OWN_NAME.fullmatch(registered):
        return False
    return module is None or (isinstance(module, str) and _OWN_MODULE.fullmatch(module) is not None)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
