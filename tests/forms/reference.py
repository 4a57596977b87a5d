"""The exterior algebra once more, slowly, with full tensors in NumPy: an independent route for the tests."""

import itertools
import math

import numpy as np

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def sign(permutation: tuple[int, ...]) -> float:
    """The determinant of the permutation matrix."""
    return float(round(np.linalg.det(np.eye(len(permutation))[list(permutation)]))) if permutation else 1.0


def antisymmetrise(tensor: np.ndarray) -> np.ndarray:
    """The sum over all permutations of the slots with their signs (no factor 1/p!)."""
    orders = itertools.permutations(range(tensor.ndim))
    return sum((sign(order) * np.transpose(tensor, order) for order in orders), start=np.zeros_like(tensor))


def full(packed: np.ndarray, n: int, p: int) -> np.ndarray:
    """The antisymmetric tensor of a packed form."""
    tensor = np.zeros((n,) * p)
    for value, index in zip(packed, itertools.combinations(range(n), p), strict=True):
        tensor[index] = value
    return antisymmetrise(tensor)


def packed(tensor: np.ndarray) -> np.ndarray:
    """The components of an antisymmetric tensor at increasing multi-indices."""
    n = tensor.shape[0] if tensor.ndim else 0
    return np.array([tensor[index] for index in itertools.combinations(range(n), tensor.ndim)])


def wedge(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The wedge product of antisymmetric tensors."""
    outer = np.multiply.outer(a, b)
    return antisymmetrise(outer) / (math.factorial(a.ndim) * math.factorial(b.ndim))


def epsilon(n: int) -> np.ndarray:
    """The Levi-Civita symbol."""
    symbol = np.zeros((n,) * n)
    for order in itertools.permutations(range(n)):
        symbol[order] = sign(order)
    return symbol


def star(a: np.ndarray, metric: np.ndarray) -> np.ndarray:
    """(*a)_J = (1/p!) sqrt|det g| a^I epsilon_{I J} by full contraction, for a of degree at least 1."""
    n, p = len(metric), a.ndim
    raised = a
    for _ in range(p):
        raised = np.tensordot(raised, np.linalg.inv(metric), axes=(0, 0))
    contracted = np.tensordot(raised, epsilon(n), axes=(list(range(p)), list(range(p))))
    return np.sqrt(abs(np.linalg.det(metric))) * contracted / math.factorial(p)


def random_metric(rng: np.random.Generator, n: int, negative: int = 0) -> np.ndarray:
    """A well-conditioned symmetric matrix with `negative` negative eigenvalues."""
    q, _ = np.linalg.qr(rng.normal(size=(n, n)))
    signs = np.array([-1.0] * negative + [1.0] * (n - negative))
    return (q * signs * rng.uniform(0.5, 2.0, n)) @ q.T
