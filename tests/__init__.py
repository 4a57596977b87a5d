"""The tests, laid out as the package is; `checked` is what checks its annotations (pyproject, --jaxtyping-packages)."""

from tests.annotations import checked

__all__ = ["checked"]
