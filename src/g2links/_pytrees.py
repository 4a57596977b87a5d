"""Objects as trees of arrays for JAX: what is compiled for one of them serves all others that differ in their arrays
only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import jax
import numpy as np

T = TypeVar("T")
_ARRAYS = (jax.Array, np.ndarray, np.number, float, complex, int)


def register_tree(cls: type, arrays: tuple[str, ...], fixed: tuple[str, ...]) -> None:
    """Make a class a tree of arrays. JAX puts placeholders of its own into the trees that it rebuilds, so that this is
    done without `__init__`, which would refuse them.

    Args:
        cls: the class.
        arrays: the attributes with arrays, or with trees of them.
        fixed: those that are hashed and compared by value: another value is compiled for anew.
    """

    def flatten(tree: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        return tuple(getattr(tree, name) for name in arrays), tuple(getattr(tree, name) for name in fixed)

    def unflatten(values: tuple[Any, ...], parts: Iterable[Any]) -> Any:
        tree: Any = object.__new__(cls)
        for name, part in zip((*arrays, *fixed), (*parts, *values), strict=True):
            object.__setattr__(tree, name, part)
        return tree

    jax.tree_util.register_pytree_node(cls, flatten, unflatten)


@jax.tree_util.register_static
@dataclass(frozen=True)
class Fixed(Generic[T]):
    """A value that JAX does not look into, among arguments that it does: hashed and compared, part of what is compiled.

    Attributes:
        value: the value.
    """

    value: T


def only_arrays(tree: Any) -> bool:
    """Whether all leaves of a tree are arrays or numbers, so that it can be an argument of a compiled function; a
    function that a user wrote, for one, cannot."""
    return all(isinstance(leaf, _ARRAYS) for leaf in jax.tree.leaves(tree))
