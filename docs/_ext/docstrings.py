"""Docstrings of g2links as Sphinx reads them: signatures as they are written in the source, and names in backticks as
links where the reference has them.

JAX's arrays are unions of types at run time, so that evaluated annotations fill several lines each; the source says
`Form`. In the text of the docstrings a bar is a norm and a star the Hodge star, which reStructuredText would take for
markup.
"""

import ast
import inspect
import re
import textwrap
from dataclasses import is_dataclass
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

import g2links
from g2links import forms, g2

_COLON = "\ue000"
"""In place of a colon in the first line of a property while napoleon reads it, which takes what stands before it for a
type."""
_JAX_ARRAY = "jaxlib._jax.Array"
_NAME = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_MARKUP = re.compile(r"([|*\\]|_(?![\w]))")


def setup(app: Sphinx) -> dict[str, Any]:
    """Before napoleon, which has the priority 500."""
    app.connect("autodoc-process-docstring", _read_docstring, priority=400)
    app.connect("autodoc-process-docstring", _restore_colons, priority=600)
    app.connect("doctree-read", _shorten_types)
    app.connect("autodoc-process-signature", _written_signature)
    app.connect("autodoc-skip-member", _skip_member)
    return {"parallel_read_safe": True}


def _read_docstring(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    program = False
    for number, line in enumerate(lines):
        program = line.lstrip().startswith(">>>") or (program and bool(line.strip()))
        if not program:
            lines[number] = _as_markup(line)
    if lines and what in ("property", "attribute"):
        lines[0] = lines[0].replace(":", _COLON)


def _restore_colons(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    lines[:] = [line.replace(_COLON, ":") for line in lines]


def _shorten_types(app: Sphinx, doctree: nodes.document) -> None:
    """The types of properties, which Sphinx evaluates: one kind of array for those of JAX and of NumPy."""
    for annotation in doctree.findall(addnodes.desc_annotation):
        text = annotation.astext()
        if _JAX_ARRAY in text:
            annotation.clear()
            annotation += nodes.Text(text.partition(" | ")[0].replace(_JAX_ARRAY, "Array"))


def _as_markup(line: str) -> str:
    parts = _NAME.split(line)
    parts[::2] = [_MARKUP.sub(r"\\\1", text) for text in parts[::2]]
    parts[1::2] = [_linked(code) for code in parts[1::2]]
    return "".join(parts)


def _linked(code: str) -> str:
    """A name of the reference as a link, anything else as code."""
    name = code.removesuffix("()")
    for full in (name, f"g2links.{name}"):
        if _is_public(full):
            return f":py:obj:`{name} <{full}>`"
    return f"``{code}``"


def _is_public(name: str) -> bool:
    package, *rest = name.split(".")
    if package != "g2links" or not rest:
        return False
    found: Any = g2links
    for place, part in enumerate(rest):
        if found in (g2links, forms, g2):
            public = part in found.__all__
        else:
            public = inspect.isclass(found) and place > 0 and bool(getattr(found.__dict__.get(part), "__doc__", None))
        if not public:
            return False
        found = getattr(found, part)
    return found not in (forms, g2)


def _written_signature(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, signature: str | None, returns: str | None
) -> tuple[str | None, str | None] | None:
    if what in ("function", "method"):
        node = _source(inspect.unwrap(obj))
        if isinstance(node, ast.FunctionDef):
            return _arguments(node, method=what == "method"), _annotation(node.returns)
    if what == "class" and inspect.isclass(obj):
        return _constructor(obj), None
    return None


def _constructor(cls: type) -> str | None:
    if "__init__" in cls.__dict__ and not (is_dataclass(cls) and "__init__" not in _functions(cls)):
        return _arguments(_functions(cls)["__init__"], method=True)
    node = _source(cls)
    if not isinstance(node, ast.ClassDef) or not (is_dataclass(cls) or hasattr(cls, "_fields")):
        return None
    fields = [_field(each) for each in node.body if isinstance(each, ast.AnnAssign)]
    return f"({', '.join(fields)})"


def _functions(cls: type) -> dict[str, ast.FunctionDef]:
    node = _source(cls)
    assert isinstance(node, ast.ClassDef)
    return {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}


def _field(node: ast.AnnAssign) -> str:
    default = (
        "" if node.value is None else f" = {'...' if isinstance(node.value, ast.Call) else ast.unparse(node.value)}"
    )
    return f"{ast.unparse(node.target)}: {_annotation(node.annotation)}{default}"


def _source(obj: Any) -> ast.stmt | None:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(obj))).body[0]
    except (OSError, TypeError, SyntaxError):
        return None


def _arguments(node: ast.FunctionDef, *, method: bool) -> str:
    arguments = node.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.annotation is not None:
            argument.annotation = ast.parse(_annotation(argument.annotation) or "", mode="eval").body
    static = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)
    if method and not static and arguments.args:
        del arguments.args[0]
    return f"({ast.unparse(arguments)})"


def _annotation(node: ast.expr | None) -> str | None:
    """As it is written, without the quotes of a name that is not known yet."""
    if node is None:
        return None
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ast.unparse(node)


def _skip_member(app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """The fields of named tuples, which are in the docstring of the class."""
    return True if type(obj).__name__ == "_tuplegetter" else None
