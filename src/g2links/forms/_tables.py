"""Index and sign tables of the exterior algebra, derived from `multi_indices` and `permutation_sign` alone.

Each is a pair or triple of read-only NumPy arrays, built on first use. Signs are float64; a sign of 0 marks
an absent term, whose index is then arbitrary but in range.
"""

import functools
import itertools

import numpy as np

from g2links.forms.basis import multi_indices, permutation_sign


def positions(n: int, p: int) -> dict[tuple[int, ...], int]:
    """The place of each increasing multi-index in the packed order."""
    return {tuple(row): k for k, row in enumerate(multi_indices(n, p).tolist())}


@functools.cache
def wedge_table(n: int, p: int, q: int) -> tuple[np.ndarray, ...]:
    """(left, right, sign), each (C(p+q, p), C(n, p+q)), of the wedge product.

    (a ^ b)_K = sum_t sign[t, K] a[left[t, K]] b[right[t, K]].
    """
    at_p, at_q, rows = positions(n, p), positions(n, q), multi_indices(n, p + q)
    splits = [(list(s), _others(s, p + q)) for s in itertools.combinations(range(p + q), p)]
    left = [[at_p[tuple(row)] for row in rows[:, s].tolist()] for s, _ in splits]
    right = [[at_q[tuple(row)] for row in rows[:, r].tolist()] for _, r in splits]
    sign = np.array([[float(permutation_sign([*s, *r]))] * len(rows) for s, r in splits])
    return _frozen(np.array(left, np.intp), np.array(right, np.intp), sign)


@functools.cache
def slot_table(n: int, p: int) -> tuple[np.ndarray, ...]:
    """(component, sign), each (n, C(n, p-1)): a_{l J} of a p-form is sign[l, J] a[component[l, J]]."""
    at, rows = positions(n, p), multi_indices(n, p - 1).tolist()
    component, sign = np.zeros((n, len(rows)), np.intp), np.zeros((n, len(rows)))
    for l, (j, row) in itertools.product(range(n), enumerate(rows)):
        component[l, j] = at.get(tuple(sorted([l, *row])), 0)
        sign[l, j] = permutation_sign([l, *row])
    return _frozen(component, sign)


@functools.cache
def last_index_table(n: int, p: int) -> tuple[np.ndarray, ...]:
    """(last, rest), each (C(n, p),): the last entry of each multi-index, the place of the others."""
    at, rows = positions(n, p - 1), multi_indices(n, p).tolist()
    last, rest = [row[-1] for row in rows], [at[tuple(row[:-1])] for row in rows]
    return _frozen(np.array(last, np.intp), np.array(rest, np.intp))


@functools.cache
def complement_table(n: int, p: int) -> tuple[np.ndarray, ...]:
    """(source, sign), each (C(n, n-p),): the place of the complement I of each J, and the sign of (I, J)."""
    at, rows = positions(n, p), multi_indices(n, n - p).tolist()
    source = [at[tuple(_others(row, n))] for row in rows]
    sign = [float(permutation_sign([*_others(row, n), *row])) for row in rows]
    return _frozen(np.array(source, np.intp), np.array(sign))


def _others(chosen: tuple[int, ...] | list[int], n: int) -> list[int]:
    return [i for i in range(n) if i not in chosen]


def _frozen(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    for array in arrays:
        array.setflags(write=False)
    return arrays
