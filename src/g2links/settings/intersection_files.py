"""Complete intersections in YAML: `configuration` with an optional `seed`, or `ambient` and `equations`; and optional
`polarisation` and `name`."""

import math
import os
from typing import NamedTuple

from g2links.errors import InputError
from g2links.storage.yaml_files import read_yaml

_OTHERS = {"polarisation", "name"}
_RANDOM, _GIVEN = {"configuration", "seed"}, {"ambient", "equations"}
_LONGEST_NAME = 100
"""It stands in tables and pictures."""


class IntersectionFile(NamedTuple):
    """What a file says; either a configuration and a seed, or a space and equations, separated by semicolons."""

    configuration: str | None
    seed: int
    ambient: str
    equations: str
    polarisation: tuple[int | float, ...]
    name: str | None


def is_intersection_file(path: str | os.PathLike[str]) -> bool:
    """Whether a YAML file has one of the keys that only complete intersections have.

    Raises:
        ArtefactError: the file is missing or not YAML.
    """
    data = read_yaml(os.fspath(path).strip()).data
    return isinstance(data, dict) and bool(data.keys() & (_RANDOM | _GIVEN))


def read_intersection_yaml(path: str | os.PathLike[str]) -> IntersectionFile:
    """What a file says of a complete intersection; whether it suits is not judged here.

    Raises:
        ArtefactError: the file is missing or not YAML.
        InputError: a key or a value is not as described above; names file, line and key.
    """
    file = read_yaml(path)
    data = file.data
    if not isinstance(data, dict) or not (data.keys() <= _RANDOM | _OTHERS or data.keys() <= _GIVEN | _OTHERS):
        found = list(data) if isinstance(data, dict) else data
        raise InputError(f"{path}: the file", found, "the keys configuration (and seed), or ambient and equations")

    def wrong(key: str, allowed: str) -> InputError:
        line = f":{file.lines[(key,)]}" if (key,) in file.lines else ""
        return InputError(f"{path}{line}: {key}", data.get(key), allowed)

    equations = data.get("equations", "")
    if isinstance(equations, list) and all(isinstance(each, str) for each in equations):
        equations = "; ".join(equations)
    for key in ("configuration",) if data.keys() & _RANDOM else ("ambient", "equations"):
        if not isinstance(equations if key == "equations" else data.get(key), str):
            raise wrong(key, "needed: text")
    seed = data.get("seed", 0)
    if type(seed) is not int or seed < 0:
        raise wrong("seed", "needed: a whole number from 0")
    polarisation = data.get("polarisation", [])
    if not isinstance(polarisation, list) or not all(
        type(t) in (int, float) and 0 < t < math.inf for t in polarisation
    ):
        raise wrong("polarisation", "needed: a list of positive numbers, one for each space")
    name = data.get("name")
    if "name" in data and not (isinstance(name, str) and name.isprintable() and 0 < len(name.strip()) <= _LONGEST_NAME):
        raise wrong("name", f"needed: one line of text, at most {_LONGEST_NAME} characters")
    return IntersectionFile(
        data.get("configuration"), seed, data.get("ambient", ""), equations, tuple(polarisation), name
    )
