"""The power series of any function that JAX can trace, operation by operation, in one pass.

Nested automatic differentiation, which cannot know that potentials are made of holomorphic functions and their
conjugates, takes ten times as long for fourth derivatives.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal

from g2links._typing import Array
from g2links.calculus.power_series import IndexSet, Kind, Series
from g2links.errors import InputError


def through(function: Callable[[Array], Array], z: Series) -> Series:
    """The series of function(z).

    Raises:
        InputError: when the function uses an operation that is not known here; the message names it.
    """
    like = jax.ShapeDtypeStruct(z.coefficients.shape[1:], z.coefficients.dtype)
    closed = jax.make_jaxpr(function)(like)
    (result,) = _run(closed.jaxpr, closed.consts, [z])
    return result if isinstance(result, Series) else _alike([result, z])[0]


def _alike(values: Sequence[Any], kind: Kind | None = None) -> list[Series]:
    """Functions, some of which vary, as series of one kind."""
    indices = {x.indices for x in values if isinstance(x, Series)}
    if kind is None:
        kind = next(iter(indices)).kind if len(indices) == 1 else "complex"
    target = next(iter(indices)).of_kind(kind)
    return [x.to(kind) if isinstance(x, Series) else _constant(x, target) for x in values]


def _constant(x: Any, indices: IndexSet) -> Series:
    value = jnp.asarray(x, dtype=float if indices.kind == "real" else complex)
    return Series(jnp.zeros((indices.count, *value.shape), value.dtype).at[0].set(value), indices)


_Rule = Callable[[JaxprEqn, list[Any]], list[Any]]


def _run(jaxpr: Jaxpr, consts: Sequence[Any], arguments: Sequence[Any]) -> list[Any]:
    """Evaluate a traced function; each argument is an array or a `Series`."""
    known = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*consts, *arguments], strict=True))

    def read(variable: Any) -> Any:
        return variable.val if isinstance(variable, Literal) else known[variable]

    for equation in jaxpr.eqns:
        values = [read(variable) for variable in equation.invars]
        varies = any(isinstance(value, Series) for value in values)
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
    return _plain(equation, list(map(_value, values)))


def _value(x: Any) -> Any:
    return x.value if isinstance(x, Series) else x


def _is_complex(variable: Any) -> bool:
    return bool(jnp.issubdtype(variable.aval.dtype, jnp.complexfloating))


def _is_inexact(variable: Any) -> bool:
    return bool(jnp.issubdtype(variable.aval.dtype, jnp.inexact))


def _linear(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """Linear in all its inexact operands together; integers and booleans are indices and choices."""
    varying = [_is_inexact(variable) for variable in equation.invars]
    operands = _alike([v for v, yes in zip(values, varying, strict=True) if yes])

    def apply(*parts: Array) -> list[Any]:
        rest = iter(parts)
        return _plain(equation, [next(rest) if yes else v for v, yes in zip(values, varying, strict=True)])

    results = jax.vmap(apply)(*(x.coefficients for x in operands))
    return [Series(result, operands[0].indices) for result in results]


def _bilinear(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """Products: of two series, or of a series with an array."""

    def multiply(x: Array, y: Array) -> Array:
        return jnp.asarray(_plain(equation, [x, y])[0])

    a, b = values
    if isinstance(a, Series) and isinstance(b, Series):
        return [a.times(b, jnp.multiply if equation.primitive.name == "mul" else multiply)]
    if isinstance(a, Series):
        return [Series(jax.vmap(lambda x: multiply(x, jnp.asarray(b)))(a.coefficients), a.indices)]
    return [Series(jax.vmap(lambda x: multiply(jnp.asarray(a), x))(b.coefficients), b.indices)]


def _unary(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    (x,) = values
    return [x.map(lambda y: equation.primitive.bind(y, **equation.params))]


def _divide(_: JaxprEqn, values: list[Any]) -> list[Any]:
    a, b = values
    if not isinstance(b, Series):
        return [Series(a.coefficients / b, a.indices)]
    inverse = b.map(lambda y: 1 / y)
    return [inverse.times(a) if isinstance(a, Series) else Series(inverse.coefficients * a, inverse.indices)]


def _power(_: JaxprEqn, values: list[Any]) -> list[Any]:
    x, exponent = values
    if not isinstance(exponent, Series):
        return [x.map(lambda y: y**exponent)]
    if not isinstance(x, Series):
        return [exponent.map(lambda y: x**y)]
    return [exponent.times(x.map(jnp.log)).map(jnp.exp)]


def _integer_power(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    return _square(equation, values) if equation.params["y"] == 2 else _unary(equation, values)


def _square(_: JaxprEqn, values: list[Any]) -> list[Any]:
    return [values[0].times(values[0])]


def _converted(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    if not _is_inexact(equation.outvars[0]):
        return _at_centre(equation, values)
    return [values[0].to("complex")] if _is_complex(equation.outvars[0]) else [values[0].real]


def _conj(_: JaxprEqn, values: list[Any]) -> list[Any]:
    return [values[0].conj()]


def _real(_: JaxprEqn, values: list[Any]) -> list[Any]:
    return [values[0].real]


def _imag(_: JaxprEqn, values: list[Any]) -> list[Any]:
    return [Series(-1j * values[0].coefficients, values[0].indices).real]


def _complex(_: JaxprEqn, values: list[Any]) -> list[Any]:
    re, im = _alike(values, "complex")
    return [Series(re.coefficients + 1j * im.coefficients, re.indices)]


def _absolute(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    (x,) = values
    if _is_complex(equation.invars[0]):
        return [x.times(x.conj()).real.map(jnp.sqrt)]
    return [Series(x.coefficients * jnp.sign(x.value), x.indices)]


def _extremum(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """max or min of two: the one that is chosen at the centre."""
    a, b = _alike(values)
    first = a.value >= b.value
    if equation.primitive.name == "min":
        first = ~first
    return [Series(jnp.where(first, a.coefficients, b.coefficients), a.indices)]


def _reduce_extremum(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    (x,) = values
    axes = tuple(equation.params["axes"])
    (best,) = _at_centre(equation, values)
    chosen = x.value == jnp.expand_dims(best, axes)
    share = chosen / jnp.sum(chosen, axis=axes, keepdims=True)
    return [Series(jnp.sum(x.coefficients * share[None], axis=tuple(axis + 1 for axis in axes)), x.indices)]


def _reduce_product(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    (x,) = values
    for axis in sorted(equation.params["axes"], reverse=True):
        factors = [Series(part, x.indices) for part in jnp.moveaxis(x.coefficients, axis + 1, 0)]
        x = functools.reduce(Series.times, factors)
    return [x]


def _call(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """A function inside the function."""
    inner = next(equation.params[key] for key in ("call_jaxpr", "jaxpr", "fun_jaxpr") if key in equation.params)
    if isinstance(inner, ClosedJaxpr):
        return _run(inner.jaxpr, inner.consts, values)
    return _run(inner, (), values)


def _scan(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """A loop of known length; it may carry series, but run over arrays only."""
    p = equation.params
    inner, (n_consts, n_carry) = p["jaxpr"], _numbers(p)
    consts, carry, xs = values[:n_consts], values[n_consts : n_consts + n_carry], values[n_consts + n_carry :]
    if any(isinstance(x, Series) for x in xs):
        raise InputError("potential", "scan", "a loop over an array that varies is not known here")
    carried = _carrier(values, inner.jaxpr.invars[n_consts : n_consts + n_carry])

    def step(state: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
        results = _run(inner.jaxpr, inner.consts, [*consts, *state, *x])
        return carried(results[:n_carry]), results[n_carry:]

    last, outputs = jax.lax.scan(step, carried(carry), xs, length=p["length"], reverse=p["reverse"])
    if outputs:
        raise InputError("potential", "scan", "a loop that collects an array is not known here")
    return list(last)


def _numbers(p: Mapping[str, Any]) -> tuple[int, int]:
    """How many constants a loop has, and how much it carries; newer JAX, such as 0.12, says it by trees."""
    if "num_consts" in p:
        return p["num_consts"], p["num_carry"]
    consts, carry, _ = p["ft_in"].unpack()
    return len(consts), len(carry)


def _while(equation: JaxprEqn, values: list[Any]) -> list[Any]:
    """A loop whose length is decided at the centre."""
    p = equation.params
    test, body, n_test, n_body = p["cond_jaxpr"], p["body_jaxpr"], p["cond_nconsts"], p["body_nconsts"]
    test_consts, consts = values[:n_test], values[n_test : n_test + n_body]
    carried = _carrier(values, body.jaxpr.invars[n_body:])

    def goes_on(state: Any) -> Array:
        return jnp.asarray(_run(test.jaxpr, test.consts, [*test_consts, *map(_value, state)])[0])

    def step(state: Any) -> Any:
        return carried(_run(body.jaxpr, body.consts, [*consts, *state]))

    return list(jax.lax.while_loop(goes_on, step, carried(values[n_test + n_body :])))


def _carrier(values: Sequence[Any], variables: Sequence[Any]) -> Callable[[Sequence[Any]], list[Any]]:
    """Makes what a loop carries: all that is not an integer as series, real or complex, so that its shape stays the
    same."""
    indices = next(x.indices for x in values if isinstance(x, Series))

    def carried(state: Sequence[Any]) -> list[Any]:
        found: list[Any] = []
        for x, variable in zip(state, variables, strict=True):
            kind: Kind = "complex" if _is_complex(variable) else "real"
            if isinstance(x, Series):
                found.append(x.to(kind))
            else:
                found.append(_constant(x, indices.of_kind(kind)) if _is_inexact(variable) else jnp.asarray(x))
        return found

    return carried


_LINEAR = """add add_any sub neg reduce_sum cumsum reshape transpose squeeze expand_dims broadcast_in_dim slice rev
    pad dynamic_slice dynamic_update_slice gather scatter scatter-add concatenate stack unstack split select_n copy
    copy_p"""
_UNARY = """exp exp2 log log1p expm1 tanh sinh cosh asinh sin cos tan atan logistic erf erfc sqrt rsqrt cbrt lgamma
    digamma"""
_LOCALLY_CONSTANT = "eq ne lt le gt ge sign floor ceil round is_finite argmax argmin stop_gradient"
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
    "reduce_prod": _reduce_product,
    "scan": _scan,
    "while": _while,
}
