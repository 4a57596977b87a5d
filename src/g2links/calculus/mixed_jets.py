"""Derivatives of a function up to second order in z and in z̄ at once, in one pass.

The curvature of a Kähler metric needs the fourth derivatives ∂_a∂_c∂_b̄∂_d̄ K and nothing else of that order. A `Bijet`
holds the Taylor coefficients of a function in δ = z - z_0 and δ̄, of degree at most 2 in each: 10 × 10 numbers for three
coordinates, 6 × 6 for two, 15 × 15 for four. `bijet` carries it through any JAX function, operation by operation.
Functions that are holomorphic so far keep one column of numbers, so that the products of monomials, of which potentials
are made, stay cheap; nested automatic differentiation, which cannot know this, takes ten times as long.
"""

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal
from jaxtyping import Complex

from g2links._typing import Array
from g2links.errors import InputError

_HIGHEST = 4


@functools.cache
def multi_indices(dimension: int) -> tuple[tuple[int, ...], ...]:
    """The monomials δ^α of degree at most 2, by degree; for three coordinates 1, δ1, δ2, δ3, δ1², δ1δ2, δ1δ3, δ2²,
    δ2δ3, δ3²."""
    return tuple(
        e
        for degree in range(3)
        for e in sorted(itertools.product(range(degree + 1), repeat=dimension), reverse=True)
        if sum(e) == degree
    )


@functools.cache
def _places(dimension: int) -> dict[tuple[int, ...], int]:
    return {index: place for place, index in enumerate(multi_indices(dimension))}


def _dimension(count: int) -> int:
    """d, of which `count` = (d + 1)(d + 2)/2 is the number of monomials."""
    return (math.isqrt(8 * count + 1) - 3) // 2


class Bijet(NamedTuple):
    """Taylor coefficients of an array of functions.

    Attributes:
        coefficients: (c or 1, c or 1, *shape), c the number of `multi_indices`; [α, β] belongs to δ^α conj(δ)^β,
            in their order. A first axis of length 1 means that the functions do not depend on z, a second one that they
            are holomorphic.
    """

    coefficients: Complex[Array, "..."]

    @property
    def value(self) -> Complex[Array, "..."]:
        """The functions at the centre."""
        return self.coefficients[0, 0]

    def conj(self) -> "Bijet":
        """The complex conjugate functions."""
        return Bijet(jnp.swapaxes(self.coefficients, 0, 1).conj())


def holomorphic(value: Array, first: Array, second: Array) -> Bijet:
    """The jet of holomorphic functions from their values (...), first (d, ...) and second derivatives (d, d, ...)."""
    d = len(first)
    upper = [second[a, b] / (2 if a == b else 1) for a in range(d) for b in range(a, d)]
    return Bijet(jnp.concatenate([value[None], first, jnp.stack(upper)])[:, None].astype(complex))


def bijet(function: Callable[[Array], Array], z: Bijet) -> Bijet:
    """The jet of function(z) for a function that JAX can trace; of a constant as of a holomorphic one.

    Raises:
        InputError: when the function uses an operation that is not known here; the message names it.
    """
    like = jax.ShapeDtypeStruct(z.coefficients.shape[2:], z.coefficients.dtype)
    closed = jax.make_jaxpr(function)(like)
    (result,) = _run(closed.jaxpr, closed.consts, [z])
    varies = isinstance(result, Bijet) and _count([result]) > 1
    return result if varies else _padded(result, len(z.coefficients), 1)


def mixed_derivatives_of(jet: Bijet) -> tuple[Array, Array, Array]:
    """K_{a b̄} (d, d), K_{ac b̄} (d, d, d) and K_{ac b̄d̄} (d, d, d, d) of a scalar jet, indexed [a, b], [a, c, b] and
    [a, c, b, d].

    Raises:
        InputError: for a jet of a constant, which does not know d.
    """
    count = max(jet.coefficients.shape[:2])
    if count == 1:
        raise InputError("jet", "a constant", "the jet of a function of the coordinates")
    d = _dimension(count)
    table, place = _padded(jet, count, count).coefficients, _places(d)
    first = np.arange(1, 1 + d)
    second = np.array([[place[_sum_of_units(a, b, d)] for b in range(d)] for a in range(d)])
    factor = 1.0 + np.eye(d)
    quadratic = table[second] * factor[:, :, None]
    return (
        table[first][:, first],
        quadratic[:, :, first],
        quadratic[:, :, second] * factor,
    )


def _sum_of_units(a: int, b: int, dimension: int) -> tuple[int, ...]:
    return tuple(int(i == a) + int(i == b) for i in range(dimension))


# --- arithmetic -------------------------------------------------------------------------------------------------------


def _pairs(m: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How two axes of coefficients multiply: entry t of the product is Σ_p share[t, p] x[left[t, p]] y[right[t, p]]."""
    if m == 1 or n == 1:
        every = np.arange(max(m, n))[:, None]
        return every * (m > 1), every * (n > 1), np.ones_like(every, dtype=float)
    indices, place = multi_indices(_dimension(m)), _places(_dimension(m))
    table = [
        [(place[a], place[rest]) for a in indices if (rest := _difference(total, a)) in place] for total in indices
    ]
    longest = max(map(len, table))
    share = np.array([[float(p < len(row)) for p in range(longest)] for row in table])
    filled = np.array([row + [(0, 0)] * (longest - len(row)) for row in table])
    return filled[..., 0], filled[..., 1], share


def _difference(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(p - q for p, q in zip(a, b, strict=True))


def _product(a: Bijet, b: Bijet, multiply: Callable[[Array, Array], Array] = jnp.multiply) -> Bijet:
    """The product, truncated; `multiply` is any bilinear operation on values."""
    x, y = a.coefficients, b.coefficients
    x_rows, y_rows, rows = _pairs(x.shape[0], y.shape[0])
    x_columns, y_columns, columns = _pairs(x.shape[1], y.shape[1])
    share = rows[:, None, :, None] * columns[None, :, None, :]

    def entry(xr: Array, yr: Array, xc: Array, yc: Array, part: Array) -> Array:
        terms = jax.vmap(jax.vmap(multiply))(x[xr][:, xc], y[yr][:, yc])
        return jnp.tensordot(part, terms, 2) if part.size > 1 else terms[0, 0]

    by_column = jax.vmap(entry, in_axes=(None, None, 0, 0, 0))
    by_row = jax.vmap(by_column, in_axes=(0, 0, None, None, 0))
    tables = (x_rows, y_rows, x_columns, y_columns, share.astype(complex))
    return Bijet(by_row(*map(jnp.asarray, tables)))


def _composed(function: Callable[[Array], Array], x: Bijet, *, real: bool) -> Bijet:
    """function(x) for an analytic function of one variable, from its Taylor coefficients at the value of x."""
    mixed = min(x.coefficients.shape[:2]) > 1
    centre = x.value.real if real else x.value
    derivatives = _derivatives(function, centre, _HIGHEST if mixed else 2)
    rest = Bijet(x.coefficients.at[0, 0].set(0))
    total = _constant(derivatives[-1], x)
    for derivative in reversed(derivatives[:-1]):
        total = _product(total, rest)
        total = Bijet(total.coefficients.at[0, 0].add(derivative))
    return total


def _derivatives(function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
    """f^(k)(x)/k! for k = 0 ... order."""
    found = []
    for k in range(order + 1):
        found.append(function(x) / math.factorial(k))
        function = _derivative(function)
    return found


def _derivative(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda x: jax.jvp(function, (x,), (jnp.ones_like(x),))[1]


def _constant(value: Any, like: Bijet) -> Bijet:
    """A constant with as many coefficients as `like`."""
    value = jnp.asarray(value, dtype=complex)
    zero = jnp.zeros((*like.coefficients.shape[:2], *value.shape), dtype=complex)
    return Bijet(zero.at[0, 0].set(value))


def _padded(x: Any, rows: int, columns: int) -> Bijet:
    """The same functions with that many coefficients."""
    if not isinstance(x, Bijet):
        x = Bijet(jnp.asarray(x, dtype=complex)[None, None])
    missing = [(0, rows - x.coefficients.shape[0]), (0, columns - x.coefficients.shape[1])]
    return Bijet(jnp.pad(x.coefficients, missing + [(0, 0)] * (x.coefficients.ndim - 2)))


def _count(values: Sequence[Any]) -> int:
    """How many coefficients full jets have where these values go: 1 if none of them varies."""
    return max((max(x.coefficients.shape[:2]) for x in values if isinstance(x, Bijet)), default=1)


def _full(values: Sequence[Any]) -> list[Bijet]:
    """The same functions with all coefficients in both directions."""
    count = _count(values)
    return [_padded(x, count, count) for x in values]


# --- the operations of JAX --------------------------------------------------------------------------------------------

_Rule = Callable[[JaxprEqn, list[Any]], list[Any]]


def _run(jaxpr: Jaxpr, consts: Sequence[Any], arguments: Sequence[Any]) -> list[Any]:
    """Evaluate a traced function; each argument is an array or a `Bijet`."""
    known = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*consts, *arguments], strict=True))

    def read(variable: Any) -> Any:
        return variable.val if isinstance(variable, Literal) else known[variable]

    for equation in jaxpr.eqns:
        values = [read(variable) for variable in equation.invars]
        varies = any(isinstance(value, Bijet) for value in values)
        results = _rule(equation)(equation, values) if varies else _plain(equation, values)
        known.update(zip(equation.outvars, results, strict=True))
    return [read(variable) for variable in jaxpr.outvars]


def _rule(equation: JaxprEqn) -> _Rule:
    name = equation.primitive.name
    if name in _RULES:
        return _RULES[name]
    raise InputError("potential", name, "an operation whose derivatives to fourth order are not known here")


def _plain(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """An operation on arrays that do not vary."""
    result = equation.primitive.bind(*values, **equation.primitive.get_bind_params(equation.params))
    return list(result) if equation.primitive.multiple_results else [result]


def _at_centre(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """A locally constant operation, such as a comparison: taken at the centre."""
    return _plain(equation, [_value(v, a) for v, a in zip(values, equation.invars, strict=True)])


def _value(x: Any, variable: Any) -> Any:
    if not isinstance(x, Bijet):
        return x
    return x.value if _is_complex(variable) else x.value.real


def _is_complex(variable: Any) -> bool:
    return bool(jnp.issubdtype(variable.aval.dtype, jnp.complexfloating))


def _is_inexact(variable: Any) -> bool:
    return bool(jnp.issubdtype(variable.aval.dtype, jnp.inexact))


def _linear(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """Linear in all its inexact operands together; integers and booleans are indices and choices."""
    jets = [v for v in values if isinstance(v, Bijet)]
    rows, columns = (max(jet.coefficients.shape[axis] for jet in jets) for axis in (0, 1))
    varying = [_is_inexact(variable) for variable in equation.invars]
    operands = [_padded(v, rows, columns).coefficients for v, yes in zip(values, varying, strict=True) if yes]

    def apply(*parts: Array) -> list[Any]:
        rest = iter(parts)
        return _plain(equation, [next(rest) if yes else v for v, yes in zip(values, varying, strict=True)])

    each = jax.vmap(jax.vmap(apply))
    if _is_complex(equation.outvars[0]) or "update_jaxpr" not in equation.params:
        return [Bijet(result) for result in each(*operands)]
    parts = zip(each(*(x.real for x in operands)), each(*(x.imag for x in operands)), strict=True)
    return [Bijet(re + 1j * im) for re, im in parts]


def _bilinear(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """Products: of two jets, or of a jet with an array."""
    options = dict(equation.params)
    if "preferred_element_type" in options:
        options["preferred_element_type"] = None

    def multiply(x: Array, y: Array) -> Array:
        return jnp.asarray(equation.primitive.bind(x, y, **options))

    a, b = values
    if isinstance(a, Bijet) and isinstance(b, Bijet):
        return [_product(a, b, multiply)]
    if isinstance(a, Bijet):
        return [_scaled(a, lambda x: multiply(x, jnp.asarray(b)), b)]
    return [_scaled(b, lambda x: multiply(jnp.asarray(a), x), a)]


def _scaled(jet: Bijet, multiply: Callable[[Array], Array], factor: Any) -> Bijet:
    """A jet times an array; a real array multiplies real and imaginary parts, at half the cost."""
    each = jax.vmap(jax.vmap(multiply))
    if jnp.iscomplexobj(factor):
        return Bijet(each(jet.coefficients))
    return Bijet(each(jet.coefficients.real) + 1j * each(jet.coefficients.imag))


def _unary(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    (x,) = values
    function = lambda y: equation.primitive.bind(y, **equation.params)  # noqa: E731
    return [_composed(function, x, real=not _is_complex(equation.invars[0]))]


def _divide(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    a, b = values
    if not isinstance(b, Bijet):
        return [Bijet(a.coefficients / b)]
    inverse = _composed(lambda y: 1 / y, b, real=not _is_complex(equation.invars[1]))
    return [_product(a, inverse) if isinstance(a, Bijet) else Bijet(inverse.coefficients * a)]


def _power(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    x, exponent = values
    real = not any(map(_is_complex, equation.invars))
    if not isinstance(exponent, Bijet):
        return [_composed(lambda y: y**exponent, x, real=real)]
    if not isinstance(x, Bijet):
        return [_composed(lambda y: x**y, exponent, real=real)]
    return [_composed(jnp.exp, _product(exponent, _composed(jnp.log, x, real=real)), real=real)]


def _integer_power(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    (x,) = values
    if equation.params["y"] == 2:
        return [_product(x, x)]
    return _unary(equation, values)


def _square(_: JaxprEqn, values: list[Any]) -> list[Any]:
    return [_product(values[0], values[0])]


def _converted(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    return [values[0]] if _is_inexact(equation.outvars[0]) else _at_centre(equation, values)


def _conj(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    return [values[0].conj() if _is_complex(equation.invars[0]) else values[0]]


def _real(_: JaxprEqn, values: list[Any]) -> list[Any]:
    (both,) = _full(values)
    return [Bijet(0.5 * (both.coefficients + both.conj().coefficients))]


def _imag(_: JaxprEqn, values: list[Any]) -> list[Any]:
    (both,) = _full(values)
    return [Bijet(-0.5j * (both.coefficients - both.conj().coefficients))]


def _complex(_: JaxprEqn, values: list[Any]) -> list[Any]:
    re, im = _full(values)
    return [Bijet(re.coefficients + 1j * im.coefficients)]


def _absolute(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    (x,) = values
    if _is_complex(equation.invars[0]):
        return [_composed(jnp.sqrt, _product(x, x.conj()), real=True)]
    return [Bijet(x.coefficients * jnp.sign(x.value.real))]


def _extremum(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """max or min of two: the one that is chosen at the centre."""
    a, b = _full(values)
    first = a.value.real >= b.value.real
    if equation.primitive.name == "min":
        first = ~first
    return [Bijet(jnp.where(first, a.coefficients, b.coefficients))]


def _reduce_extremum(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    (x,) = values
    axes = tuple(equation.params["axes"])
    (best,) = _at_centre(equation, values)
    chosen = x.value.real == jnp.expand_dims(best, axes)
    share = chosen / jnp.sum(chosen, axis=axes, keepdims=True)
    return [Bijet(jnp.sum(x.coefficients * share, axis=tuple(axis + 2 for axis in axes)))]


def _call(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """A function inside the function."""
    inner = next(equation.params[key] for key in ("call_jaxpr", "jaxpr", "fun_jaxpr") if key in equation.params)
    if isinstance(inner, ClosedJaxpr):
        return _run(inner.jaxpr, inner.consts, values)
    return _run(inner, (), values)


def _scan(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """A loop of known length; it may carry jets, but run over arrays only."""
    p = equation.params
    inner, n_consts, n_carry = p["jaxpr"], p["num_consts"], p["num_carry"]
    consts, carry, xs = values[:n_consts], values[n_consts : n_consts + n_carry], values[n_consts + n_carry :]
    if any(isinstance(x, Bijet) for x in xs):
        raise InputError("potential", "scan", "a loop over an array that varies is not known here")
    count = _count(values)
    start = _carried(carry, inner.jaxpr.invars[n_consts : n_consts + n_carry], count)

    def step(state: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
        results = _run(inner.jaxpr, inner.consts, [*consts, *state, *x])
        return _carried(results[:n_carry], inner.jaxpr.outvars[:n_carry], count), results[n_carry:]

    last, outputs = jax.lax.scan(step, start, xs, length=p["length"], reverse=p["reverse"])
    if outputs:
        raise InputError("potential", "scan", "a loop that collects an array is not known here")
    return list(last)


def _while(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """A loop whose length is decided at the centre."""
    p = equation.params
    test, body, n_test, n_body = p["cond_jaxpr"], p["body_jaxpr"], p["cond_nconsts"], p["body_nconsts"]
    test_consts, consts = values[:n_test], values[n_test : n_test + n_body]
    variables, count = body.jaxpr.invars[n_body:], _count(values)

    def goes_on(state: Any) -> Array:
        centre = [_value(x, variable) for x, variable in zip(state, variables, strict=True)]
        return jnp.asarray(_run(test.jaxpr, test.consts, [*test_consts, *centre])[0])

    def step(state: Any) -> Any:
        return _carried(_run(body.jaxpr, body.consts, [*consts, *state]), variables, count)

    return list(jax.lax.while_loop(goes_on, step, _carried(values[n_test + n_body :], variables, count)))


def _carried(values: Sequence[Any], variables: Sequence[Any], count: int) -> list[Any]:
    """What a loop carries: all that is not an integer as full jets, so that its shape stays the same."""
    return [
        _padded(v, count, count) if _is_inexact(a) else jnp.asarray(v) for v, a in zip(values, variables, strict=True)
    ]


_LINEAR = """add add_any sub neg reduce_sum cumsum reshape transpose squeeze expand_dims broadcast_in_dim slice rev
    pad dynamic_slice dynamic_update_slice gather scatter scatter-add concatenate stack unstack split select_n copy
    copy_p"""
_UNARY = """exp exp2 log log1p expm1 tanh sinh cosh asinh sin cos tan atan logistic erf sqrt rsqrt cbrt lgamma
    digamma"""
_LOCALLY_CONSTANT = "eq ne lt le gt ge sign floor ceil round is_finite argmax argmin"
_CALLS = "pjit jit closed_call core_call custom_jvp_call custom_vjp_call custom_vjp_call_jaxpr checkpoint remat remat2"

_RULES: dict[str, _Rule] = {
    **dict.fromkeys(_LINEAR.split(), _linear),
    **dict.fromkeys(_UNARY.split(), _unary),
    **dict.fromkeys(_LOCALLY_CONSTANT.split(), _at_centre),
    **dict.fromkeys(_CALLS.split(), _call),
    "mul": _bilinear,
    "dot_general": _bilinear,
    "div": _divide,
    "pow": _power,
    "integer_pow": _integer_power,
    "square": _square,
    "convert_element_type": _converted,
    "conj": _conj,
    "real": _real,
    "imag": _imag,
    "complex": _complex,
    "abs": _absolute,
    "max": _extremum,
    "min": _extremum,
    "reduce_max": _reduce_extremum,
    "reduce_min": _reduce_extremum,
    "scan": _scan,
    "while": _while,
}
