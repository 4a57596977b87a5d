"""Registers the layers of g2links with Keras as soon as Keras is there, without importing it before.

Keras finds the class of a saved model only if it was registered beforehand, so `import g2links` must register;
importing Keras takes seconds, so `import g2links` must not import it. A finder on `sys.meta_path` waits for the import
of Keras.
"""

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_REGISTERING = "g2links.networks"


def register_with_keras() -> None:
    """Register now if Keras is imported already, otherwise right after its import."""
    if "keras" in sys.modules:
        _register()
    elif not any(isinstance(finder, _AfterKeras) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterKeras())


def _register() -> None:
    from g2links.precision import configure_keras

    configure_keras()
    importlib.import_module(_REGISTERING)


class _AfterKeras(MetaPathFinder):
    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != "keras":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _ThenRegister(spec.loader)
        return spec


class _ThenRegister(Loader):
    """Keras's own loader, followed by the registration."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _register()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
