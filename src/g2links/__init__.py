"""g2links: G2-structures on Calabi-Yau links, computed, learned and checked.

Importing this package is cheap: JAX and Keras are loaded when a name below is first used. Once Keras is imported, the
layers of g2links are registered with it, so that `import g2links; keras.models.load_model(path)` works.
"""

import importlib
from typing import Any

from g2links._registration import register_with_keras
from g2links.precision import configure_environment

configure_environment()
register_with_keras()

__version__ = "0.2.0"

_PUBLIC = {
    "ContactCalabiYau": "g2links.links.structure",
    "Polynomial": "g2links.varieties.polynomial",
    "fermat_quintic": "g2links.varieties.catalogue",
    "dwork": "g2links.varieties.catalogue",
    "from_catalogue": "g2links.varieties.catalogue",
    "load_cy": "g2links.storage.models",
    "load_link_model": "g2links.storage.models",
    "forms": None,
    "g2": None,
}

__all__ = [*_PUBLIC, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'g2links' has no attribute {name!r}")
    module = _PUBLIC[name]
    found = importlib.import_module(module or f"g2links.{name}")
    value = found if module is None else getattr(found, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
