"""The same invariants by other formulas than those of `g2links.quantities`."""

import math
from fractions import Fraction
from itertools import product

import numpy as np


def euler_number(weights):
    """(1/d) Σ over pairs (l, r) of Π (1 - d/w_i), over the i with d | l w_i and d | r w_i: fixed points of pairs of
    group elements (Vafa, Mod. Phys. Lett. A 4 (1989) 1169). Pairs with gcd(l, r, d) = g have the same factor, and there
    are J_2(d/g) of them."""
    degree, total = sum(weights), Fraction(0)
    for g in (g for g in range(1, degree + 1) if degree % g == 0):
        factors = (1 - Fraction(degree, w) for w in weights if g * w % degree == 0)
        total += _pairs_of_order(degree // g) * math.prod(factors, start=Fraction(1))
    assert (total / degree).denominator == 1
    return int(total / degree)


def signature_by_cotangents(weights):
    """(1/d) Σ over odd j < 2d of cot(πj/2d) Π cot(πj w_i/2d), as for a Brieskorn variety (Hirzebruch and
    Zagier, The Atiyah-Singer theorem and elementary number theory, 1974); a pole of one
    factor, (1 - t^{d-w})/(1 - t^w) at a root of unity t, meets a zero of another, of derivative ratio (d - w)/w'."""
    degree = sum(weights)
    odd = np.arange(1, 2 * degree, 2)
    w = np.array(weights)
    turns = odd[:, None] * w % (2 * degree)
    poles, zeros = turns == 0, turns == degree
    assert np.all(poles.sum(axis=1) <= zeros.sum(axis=1))
    angles = np.pi * turns / (2 * degree)
    plain = np.where(poles | zeros, 1.0, np.cos(angles) / np.where(poles, 1.0, np.sin(angles)))
    slopes = np.where(zeros, degree - w, np.where(poles, 1.0 / w, 1.0))
    products = np.prod(plain * slopes, axis=1) * (poles.sum(axis=1) == zeros.sum(axis=1))
    value = np.sum(products / np.tan(np.pi * odd / (2 * degree))) / degree
    assert abs(value - round(value)) < 1e-3
    return round(value)


def brieskorn_signature(exponents):
    """Of Σ z_i^{a_i}: the signs of sin π Σ j_i/a_i over 0 < j_i < a_i (Brieskorn, Invent. Math. 2 (1966) 1)."""
    common = math.lcm(*exponents)
    sums = [sum(j * (common // a) for j, a in zip(js, exponents, strict=True)) for js in _below(exponents)]
    turns = [total % (2 * common) for total in sums]
    return sum(0 < turn < common for turn in turns) - sum(turn > common for turn in turns)


def milnor_dimensions_of_a_sum_of_powers(exponents, weights):
    """The monomials Π z_i^{j_i - 1} with 0 < j_i < a_i, by their degrees."""
    degrees = [sum(w * (j - 1) for w, j in zip(weights, js, strict=True)) for js in _below(exponents)]
    return np.bincount(degrees).tolist()


def vafa_polynomial(weights):
    """The coefficients of t^i t̄^j, over all twisted sectors l = 0, ..., d - 1.

    With q_i = w_i/d and θ_i = l q_i, a sector contributes the part of integral charge of
    Π_{θ_i ∈ Z} (1 - (t t̄)^{1-q_i})/(1 - (t t̄)^{q_i}) · Π_{θ_i ∉ Z} (t t̄)^{1/2-q_i} (t/t̄)^{θ_i-[θ_i]-1/2}.
    """
    degree = sum(weights)
    total = {}
    for l in range(degree):
        fixed = tuple(w for w in weights if l * w % degree == 0)
        left = right = Fraction(0)
        for w in weights:
            if l * w % degree:
                size, turn = Fraction(1, 2) - Fraction(w, degree), Fraction(l * w % degree, degree) - Fraction(1, 2)
                left, right = left + size + turn, right + size - turn
        for k, count in enumerate(_series(fixed, degree)):
            i, j = left + Fraction(k, degree), right + Fraction(k, degree)
            if count and i.denominator == j.denominator == 1:
                total[int(i), int(j)] = total.get((int(i), int(j)), 0) + count
    return total


def _series(weights, degree):
    """Π (1 - x^{d-w_i})/(1 - x^{w_i}): how many monomials of each degree the Milnor algebra has."""
    top = sum(degree - 2 * w for w in weights)
    series = [1] + [0] * top
    for w in weights:
        for k in range(top, degree - w - 1, -1):
            series[k] -= series[k - degree + w]
    for w in weights:
        for k in range(w, top + 1):
            series[k] += series[k - w]
    return series


def _below(exponents):
    return product(*(range(1, a) for a in exponents))


def _pairs_of_order(n):
    """Jordan's totient J_2(n): the pairs modulo n that have no common divisor with it."""
    primes = [p for p in range(2, n + 1) if n % p == 0 and all(p % q for q in range(2, math.isqrt(p) + 1))]
    return int(n * n * math.prod((1 - Fraction(1, p * p) for p in primes), start=Fraction(1)))
