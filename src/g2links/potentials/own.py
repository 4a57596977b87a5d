"""Potentials that a user wrote: any function u(parameters, z), on any variety.

The parameters are any tree of real arrays, as plain JAX, Equinox, Flax and Keras keep them; u has to be real, twice
differentiable and the same for every representative of a point of V. Derivatives come from automatic differentiation,
at each point and for each step: features, which are evaluated once, are faster.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from g2links._typing import Array, ComplexPoint, Frame, Scalar
from g2links.calculus.jets import Jet, real_function_jet
from g2links.errors import InputError
from g2links.records import AnsatzData
from g2links.varieties.charts import act
from g2links.varieties.points.sampling import Points
from g2links.varieties.variety import AbstractVariety

_SAME = 1e-8
"""The most that u may change with the representative of a point, relative to 1 + |u|: a thousand times rounding, so
that sums of many terms pass."""


class Place(NamedTuple):
    """What u is evaluated from at one point.

    Attributes:
        value: (N,) the point.
        frame: the vectors along which it is differentiated.
    """

    value: ComplexPoint
    frame: Frame


class Places:
    """Stands where an ansatz on features has these."""

    def jet(self, z: ComplexPoint, frame: Frame) -> Place:
        """The point and the frame themselves."""
        return Place(z, frame)


_PLACES = Places()


@dataclass(frozen=True, eq=False)
class OwnAnsatz:
    """A family of functions u(parameters, z) that is not one of g2links.

    Attributes:
        name: by which saved models find the function again.
        function: u, of a tree of parameters and one point (N,) complex.
        start: the tree of parameters that the search begins with.
    """

    name: str
    function: Callable[[Any, ComplexPoint], Any]
    start: Any

    @property
    def features(self) -> Places:
        """What is known of each point beforehand: itself."""
        return _PLACES

    def shapes(self) -> list[tuple[int, ...]]:
        """Of the arrays of the tree."""
        return [np.shape(leaf) for leaf in jax.tree.leaves(self.start)]

    @property
    def unknowns(self) -> int:
        """How many real parameters there are."""
        return sum(int(np.prod(shape)) for shape in self.shapes())

    def tree(self, parameters: tuple[Array, ...]) -> Any:
        """The parameters as the user has them."""
        return jax.tree.unflatten(jax.tree.structure(self.start), parameters)

    def initial(self, rng: np.random.Generator, sample: np.ndarray) -> tuple[Array, ...]:
        """The start that was given."""
        return tuple(jnp.asarray(leaf, dtype=float) for leaf in jax.tree.leaves(self.start))

    def value(self, parameters: tuple[Array, ...], z: ComplexPoint) -> Scalar:
        """u at one point of X."""
        return jnp.asarray(self.function(self.tree(parameters), z))

    def apply(self, parameters: tuple[Array, ...], place: Place) -> Jet:
        """u and its derivatives at one point."""
        return real_function_jet(lambda z: self.value(parameters, z), place.value, place.frame)

    def jet(self, parameters: tuple[Array, ...], z: ComplexPoint, frame: Frame) -> Jet:
        """u, ∂_a u and ∂_a∂_b̄ u along a frame."""
        return self.apply(parameters, Place(z, frame))

    def fingerprint(self) -> str:
        """A checksum of the start and of the code, for an interrupted search to know whether it is its own."""
        return fingerprint(self.function, self.start)

    def to_config(self) -> AnsatzData:
        """Plain data; the function itself is not saved."""
        return {"kind": "own", "name": self.name}


_REGISTERED: dict[str, OwnAnsatz] = {}


def register_potential(
    function: Callable[[Any, ComplexPoint], Any], parameters: Any, name: str | None = None
) -> OwnAnsatz:
    """Make a potential known, so that models with it can be loaded; `g2links.solve(potential=...)` does so by itself.

    Args:
        function: u(parameters, z) at one point (N,) complex128, real.
        parameters: a tree of real arrays, the start of a search.
        name: of the potential in files; that of the function and its module if None. A second one of the same name
            takes the place of the first.

    Raises:
        InputError: for what is no function, or parameters that are no real numbers.

    Example:
        >>> def u(parameters, z):
        ...     return parameters["a"] * abs(z[0]) ** 2 / sum(abs(z) ** 2)
        >>> register_potential(u, {"a": np.zeros(())}, name="first share").name
        'first share'
    """
    if not callable(function):
        raise InputError("potential", function, "a function u(parameters, z)")
    require_real_tree(parameters)
    chosen = name or name_of(function)
    _REGISTERED[chosen] = OwnAnsatz(chosen, function, parameters)
    return _REGISTERED[chosen]


def require_real_tree(parameters: Any) -> None:
    """Refuse what is no tree of real arrays.

    Raises:
        InputError: naming the leaf.
    """
    leaves = jax.tree.leaves(parameters)
    for leaf in leaves:
        if not isinstance(leaf, float | np.ndarray | jax.Array) or np.asarray(leaf).dtype.kind != "f":
            raise InputError("parameters", leaf, "a tree of arrays of real numbers, with floating-point dtypes")
        if not np.isfinite(np.asarray(leaf)).all():
            raise InputError("parameters", leaf, "finite numbers")
    if not leaves:
        raise InputError("parameters", parameters, "at least one array of real numbers")


def name_of(function: Callable[..., Any]) -> str:
    """A function's name in files, if the user gives none: that of its module and of itself."""
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', type(function))}"


def fingerprint(function: Callable[..., Any], start: Any) -> str:
    """A checksum of a tree of parameters and of the code of a function."""
    digest = hashlib.sha256(repr(jax.tree.structure(start)).encode())
    for leaf in jax.tree.leaves(start):
        digest.update(repr(np.shape(leaf)).encode() + np.asarray(leaf, dtype=float).tobytes())
    code = getattr(function, "__code__", None)
    if code is not None:
        digest.update(code.co_code + repr((code.co_names, code.co_consts)).encode())
    return digest.hexdigest()


def registered_potential(name: str) -> OwnAnsatz:
    """The potential of that name.

    Raises:
        InputError: when none was registered in this process.
    """
    if name not in _REGISTERED:
        raise InputError("potential", name, "call g2links.register_potential with its function first: it is not saved")
    return _REGISTERED[name]


def require_invariant(ansatz: OwnAnsatz, variety: AbstractVariety, points: Points) -> None:
    """Refuse a potential that is no real function on V, before any work.

    Args:
        ansatz: the potential, at its start.
        variety: V.
        points: a few points, where it is tried at two representatives each.

    Raises:
        InputError: where u is no real scalar, is not finite, or differs between the two.
    """
    parameters = ansatz.initial(np.random.default_rng(0), points.z)
    found = jax.eval_shape(ansatz.value, parameters, jax.ShapeDtypeStruct((variety.variables,), np.complex128))
    if found.shape != () or found.dtype.kind != "f":
        raise InputError("potential", f"shape {found.shape}, dtype {found.dtype}", "one real number at one point")
    factors = len(variety.charges)
    log_scale = 0.3 * jnp.cos(jnp.arange(1.0, factors + 1)) + 1j * jnp.sin(jnp.arange(1.0, factors + 1))
    u = jax.jit(jax.vmap(lambda z: jnp.stack([ansatz.value(parameters, p) for p in (z, act(variety, log_scale, z))])))
    values = np.asarray(u(points.z))
    if not np.isfinite(values).all():
        raise InputError("potential", ansatz.name, "finite values on V")
    change = float(np.max(np.abs(values[:, 1] - values[:, 0]) / (1 + np.abs(values[:, 0]))))
    if change > _SAME:
        raise InputError(
            "potential", ansatz.name, f"a function on V: it changes by {change:.1e} with the representative of a point"
        )
