"""Sums, gathers and broadcasts of arrays over processes, by the collectives of JAX (gloo on CPUs, NCCL on GPUs).

All processes call the same function at the same time, with arrays of the same shape and dtype.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from g2links.parallel import processes
from g2links.parallel.processes import LostProcessError

AXIS = "shares"
"""Of meshes."""
_LOST = ("gloo", "connection", "socket", "heartbeat", "peer", "coordination", "unavailable")
"""Words of errors that say that a process has gone away."""


def summed(array: np.ndarray) -> np.ndarray:
    """The sum over all processes, in each of them with the same bits."""
    if processes.count() == 1:
        return array
    real = np.ascontiguousarray(array)
    if real.dtype.kind == "c":
        real = real.view(real.real.dtype)
    total = np.asarray(guarded(_sum_function(), _own_part(real)))
    return total.view(array.dtype).reshape(array.shape)


def gathered(array: np.ndarray) -> np.ndarray:
    """(p, ...), the arrays of all p processes, in each of them."""
    if processes.count() == 1:
        return array[None]
    return np.asarray(guarded(_gather_function(), _own_part(np.ascontiguousarray(array))))


def from_leader(arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The arrays of the process of rank 0; the others give arrays of the same shapes and dtypes, whose values do not
    matter."""
    if processes.count() == 1 or not arrays:
        return list(arrays)
    whole = b"".join(np.ascontiguousarray(each).tobytes() for each in arrays)
    words = np.frombuffer(whole + bytes(-len(whole) % 8), dtype=np.int64)
    sent = summed(words if processes.rank() == 0 else np.zeros_like(words)).tobytes()
    ends = np.cumsum([each.nbytes for each in arrays])
    parts = [sent[end - each.nbytes : end] for end, each in zip(ends, arrays, strict=True)]
    return [np.frombuffer(part, each.dtype).reshape(each.shape) for part, each in zip(parts, arrays, strict=True)]


def agree() -> None:
    """Wait until all processes are here."""
    summed(np.zeros(1))


def _own_part(array: np.ndarray) -> jax.Array:
    return jax.make_array_from_process_local_data(_sharding(), array[None])


@cache
def _sharding() -> NamedSharding:
    """Of arrays with one row for each process, on its first device."""
    first: dict[int, Any] = {}
    for device in jax.devices():
        first.setdefault(device.process_index, device)
    mesh = Mesh(np.array([first[i] for i in sorted(first)]), (AXIS,))
    return NamedSharding(mesh, PartitionSpec(AXIS))


@cache
def _sum_function() -> Callable[[jax.Array], jax.Array]:
    def own(rows: jax.Array) -> jax.Array:
        return jax.lax.psum(rows[0], AXIS)

    mesh = _sharding().mesh
    return jax.jit(jax.shard_map(own, mesh=mesh, in_specs=PartitionSpec(AXIS), out_specs=PartitionSpec()))


@cache
def _gather_function() -> Callable[[jax.Array], jax.Array]:
    return jax.jit(lambda rows: rows, out_shardings=NamedSharding(_sharding().mesh, PartitionSpec()))


def guarded(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function of all processes gives, once it is there.

    Raises:
        LostProcessError: another process has ended.
    """
    try:
        return jax.block_until_ready(function(*arguments))
    except (RuntimeError, ValueError) as error:  # the second is what gloo's errors become
        said = str(error).lower()
        if processes.count() > 1 and any(word in said for word in _LOST):
            raise LostProcessError from error
        raise
