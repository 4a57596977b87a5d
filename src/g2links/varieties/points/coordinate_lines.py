"""Points of V, for any weights, on random lines parallel to the coordinate axes of C^N, with their law in closed form.

A line of direction e = z_e is given by the other coordinates. These are drawn independently, with uniform phases
and densities p_i ∝ exp(-|z_i/s_i|^{2d/w_i}); then f = 0 is solved for z_e, and one of its m_e roots is chosen at
random. On X the volume |Ω_X|² is |dz|²/|f_e|² in the others, so the point has the density |f_e|² Π p_i/m_e with
respect to |Ω_X|². The exponent under Π p_i is homogeneous, Q_e = Σ_{i≠e} |z_i/s_i|^{2d/w_i} grows with |λ|^{2d}, so
that the density on V, with respect to |Ω|², is the integral along the orbit

    P_e = (1/m_e) |f_e|² 2π Γ(ε)/(2d) Q_e^{-ε} / Π_{i≠e} N_i,    ε = (d - w_e)/d,    N_i = π s_i² Γ(1 + w_i/d),

and that of the mixture over e, with probabilities c_e, is Σ c_e P_e. For Fermat types it is close to constant at
s = 1, c = w/d, because where f_e is small another derivative is not: the effective sample size is above 0.9. For any
other f the scales s and the shares c are fitted to a pilot sample. Every quasi-smooth f has bounded weights. No line of
GEOMETRY, section 5, is more general here; its Gaussian affine lines serve as an independent check in the tests.
"""

import math
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links._typing import Array, ComplexPoint
from g2links.errors import PolynomialError
from g2links.varieties.points.roots import all_roots
from g2links.varieties.polynomial import Polynomial

_PILOT = 3000
"""Points that the scales and shares are fitted to: they are then known to a few per cent."""
_ROUNDS = 2
"""Of that fit; a third changes nothing."""
_SMALL_SHAPE = 1 / 40
"""Of a Gamma distribution: below it variables are drawn that underflow, of shape 1/237 one in twenty."""
_TINY = 1e-300
"""Keeps the logarithm of 0 finite."""


class Law(NamedTuple):
    """A mixture of coordinate lines.

    Attributes:
        log_scales: (N,) log s_i.
        shares: (N,) the probabilities c_e of the directions.
    """

    log_scales: np.ndarray
    shares: np.ndarray


def starting_law(polynomial: Polynomial) -> Law:
    """s = 1 and c = w/d, nearly the best for Fermat types."""
    return Law(np.zeros(polynomial.variables), np.array(polynomial.weights) / polynomial.degree)


def fitted_law(polynomial: Polynomial, rng: np.random.Generator) -> Law:
    """The law with the smallest second moment of the weights, ∫|Ω|²/Σ c_e P_e, as pilot samples estimate it."""
    from scipy.optimize import minimize  # here: a fifth of a second that other varieties need not wait

    law = starting_law(polynomial)
    for _ in range(_ROUNDS):
        z = draw(polynomial, law, _PILOT, rng)
        pilot = jnp.asarray(weights(polynomial, law, z))

        def objective(x: np.ndarray, z: np.ndarray = z, pilot: Array = pilot) -> tuple[float, np.ndarray]:
            value, slope = _log_second_moment(polynomial, jnp.asarray(x), jnp.asarray(z), pilot)
            return float(value), np.asarray(slope)

        start = np.concatenate([law.log_scales, np.log(law.shares)])
        found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 40}).x
        law = Law(found[: polynomial.variables], _softmax(found[polynomial.variables :]))
    return law


def draw(polynomial: Polynomial, law: Law, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` independent points of X, (n, N) complex128, up to the rounding of the roots.

    Raises:
        PolynomialError: when a coordinate does not occur in f.
    """
    shapes = np.array(polynomial.weights) / polynomial.degree
    small = shapes < _SMALL_SHAPE
    squares = rng.gamma(np.broadcast_to(shapes + small, (n, polynomial.variables))) ** shapes
    squares[:, small] *= rng.random(
        (n, np.count_nonzero(small))
    )  # a variable of shape a is one of shape a + 1, times U^{1/a}
    phases = np.exp(2j * np.pi * rng.random((n, polynomial.variables)))
    z = np.exp(law.log_scales) * np.sqrt(squares) * phases
    direction = rng.choice(polynomial.variables, size=n, p=law.shares)
    choice = rng.random(n)
    for e in range(polynomial.variables):
        rows = direction == e
        z[rows, e] = _root(polynomial, z[rows], e, choice[rows])
    return z


def weights(polynomial: Polynomial, law: Law, z: np.ndarray) -> np.ndarray:
    """The density of |Ω|² with respect to the law, 1/Σ c_e P_e, at points of X in any gauge."""
    return np.asarray(_weights(polynomial, jnp.asarray(law.log_scales), jnp.log(law.shares), jnp.asarray(z)))


def root_count(polynomial: Polynomial, e: int) -> int:
    """m_e, the degree of f in z_e.

    Raises:
        PolynomialError: when it is 0.
    """
    count = int(polynomial.exponents[:, e].max())
    if count == 0:
        raise PolynomialError("polynomial", str(polynomial), f"it is singular: z{e} does not occur in it")
    return count


def _root(polynomial: Polynomial, z: np.ndarray, e: int, choice: np.ndarray) -> np.ndarray:
    """One of the m_e roots z_e of f = 0 for each row of the other coordinates, chosen by numbers from [0, 1).

    With g the greatest common divisor of the powers of z_e in f, the polynomial is one in z_e^g.
    """
    powers = polynomial.exponents[:, e]
    g = int(np.gcd.reduce(powers))
    degree = root_count(polynomial, e) // g
    present, place = np.unique(powers // g, return_inverse=True)
    coefficients = np.zeros((len(z), len(present)), dtype=np.complex128)
    for (coefficient, exponents), j in zip(polynomial.terms, place, strict=True):
        others = [i for i in range(polynomial.variables) if i != e and exponents[i]]
        coefficients[:, j] += coefficient * np.prod([z[:, i] ** exponents[i] for i in others], axis=0)
    roots = all_roots(present, coefficients)
    which, turn = np.divmod((choice * degree * g).astype(int), g)
    chosen = roots[np.arange(len(z)), which]
    return chosen ** (1 / g) * np.exp(2j * np.pi * turn / g)


def _log_densities(polynomial: Polynomial, log_scales: Array, z: ComplexPoint) -> Float[Array, " variables"]:
    """log P_e at one point of X."""
    degree, count = polynomial.degree, [root_count(polynomial, e) for e in range(polynomial.variables)]
    ratio = np.array(polynomial.weights) / degree
    order = 1 - ratio
    terms = (z.real**2 + z.imag**2) ** (1 / ratio) * jnp.exp(-2 * log_scales / ratio)
    others = jnp.sum(terms) - terms
    gradient = polynomial.gradient(z)
    slopes = gradient.real**2 + gradient.imag**2
    log_norms = 2 * log_scales + np.array([math.log(math.pi) + math.lgamma(1 + r) for r in ratio])
    constants = np.array([math.log(math.pi / (degree * m)) + math.lgamma(o) for m, o in zip(count, order, strict=True)])
    densities: Array = jnp.log(slopes + _TINY) + constants - order * jnp.log(others + _TINY)
    return densities - (jnp.sum(log_norms) - log_norms)


@partial(jax.jit, static_argnums=0)
def _weights(polynomial: Polynomial, log_scales: Array, log_shares: Array, z: Array) -> Array:
    densities = jax.vmap(lambda p: _log_densities(polynomial, log_scales, p))(z)
    return jnp.exp(-jax.nn.logsumexp(densities + log_shares[None], axis=1))


@partial(jax.jit, static_argnums=0)
def _log_second_moment(polynomial: Polynomial, x: Array, z: Array, pilot: Array) -> tuple[Array, Array]:
    """log ∫|Ω|²/Σ c_e P_e and its gradient in (log s, logits of c); `pilot` are the weights of the points z."""

    def value(x: Array) -> Array:
        n = polynomial.variables
        return jnp.log(jnp.mean(pilot * _weights(polynomial, x[:n], jax.nn.log_softmax(x[n:]), z)))

    return jax.value_and_grad(value)(x)


def _softmax(logits: np.ndarray) -> np.ndarray:
    shares = np.exp(logits - np.max(logits))
    return np.asarray(shares / np.sum(shares))
