"""YAML of plain data, read by the core schema of YAML 1.2, with the place of every error.

Only strings, true/false, null, numbers, lists and mappings: `1e-3` is a number, `no` and `12:30` are strings,
a key that stands twice is an error, and so are tags, anchors and aliases.
"""

import os
import re
from dataclasses import dataclass, field
from typing import Any, ClassVar, NoReturn

import yaml

from g2links.errors import ArtefactError
from g2links.storage.files import read_text

MAX_BYTES = 2**20
"""Of a file that a user writes by hand."""
_NUMBER_START = list("-+.0123456789")


@dataclass(frozen=True)
class YamlFile:
    """The data of a file, and the line at which each key or list entry stands (by its path)."""

    data: Any
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)


class _CoreLoader(yaml.SafeLoader):
    """SafeLoader with the core schema of YAML 1.2, unique string keys, and no tags or aliases."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012
    yaml_constructors: ClassVar[dict[Any, Any]] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        """As the base class, without aliases: they let a small file stand for a huge one."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.events.AliasEvent):
            _fail(event, "aliases are not used here; write the value again")
        if getattr(event, "tag", None) is not None:
            _fail(event, f"the tag {event.tag!r} is not allowed; only plain data is read")
        return super().compose_node(parent, index)


def read_yaml(path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> YamlFile:
    """Read a YAML file.

    Raises:
        ArtefactError: missing, too large, not UTF-8, or not YAML as described above: `file:line:column: why`.
    """
    text = read_text(path, max_bytes)
    try:
        loader = _CoreLoader(text)
        try:
            node = loader.get_single_node()
            data = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        raise ArtefactError(f"{path}{_place(error)}: {error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ArtefactError(f"{path}:{line}: the character {error.character!r} is not allowed in YAML") from error
    except RecursionError as error:
        raise ArtefactError(f"{path}: nested too deeply") from error
    return YamlFile(data, dict(_lines(node)) if node is not None else {})


def _place(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f":{mark.line + 1}:{mark.column + 1}" if mark else ""


def _fail(node: Any, problem: str) -> NoReturn:
    raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _lines(node: yaml.Node, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], int]]:
    found: list[tuple[tuple[str | int, ...], int]] = [(path, node.start_mark.line + 1)] if path else []
    children: list[tuple[Any, yaml.Node, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        children = [(key.value, key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        children = [(index, value, value) for index, value in enumerate(node.value)]
    for name, mark, value in children:
        found += [*_lines(value, (*path, name)), ((*path, name), mark.start_mark.line + 1)]
    return found


def _mapping(loader: _CoreLoader, node: yaml.MappingNode) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            _fail(key_node, f"a key must be a name, found {key!r}")
        if key in result:
            _fail(key_node, f"the key {key!r} stands twice")
        result[key] = loader.construct_object(value_node, deep=True)
    return result


def _sequence(loader: _CoreLoader, node: yaml.SequenceNode) -> list[Any]:
    return [loader.construct_object(child, deep=True) for child in node.value]


def _integer(loader: _CoreLoader, node: yaml.ScalarNode) -> int:
    text = node.value
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    try:
        return int(text[2:] if base != 10 else text, base)
    except ValueError:
        _fail(node, f"{text[:40]!r} is not an integer that can be read")


def _real(loader: _CoreLoader, node: yaml.ScalarNode) -> float:
    text = node.value.lower().replace(".inf", "inf").replace(".nan", "nan")
    try:
        return float(text)
    except ValueError:
        _fail(node, f"{node.value[:40]!r} is not a number")


def _truth(loader: _CoreLoader, node: yaml.ScalarNode) -> bool:
    if node.value.lower() not in ("true", "false"):
        _fail(node, f"{node.value[:40]!r} is neither true nor false")
    return node.value.lower() == "true"


def _resolver(kind: str, pattern: str, first: list[str]) -> None:
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(rf"(?:{pattern})\Z"), first)


_resolver("null", r"~|null|Null|NULL|", ["~", "n", "N", ""])
_resolver("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF"))
_resolver("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", _NUMBER_START)
_resolver("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", _NUMBER_START)
_resolver("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", list("-+."))
for _kind, _construct in {
    "null": lambda loader, node: None,
    "bool": _truth,
    "int": _integer,
    "float": _real,
    "str": lambda loader, node: node.value,
    "seq": _sequence,
    "map": _mapping,
}.items():
    _CoreLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", _construct)
