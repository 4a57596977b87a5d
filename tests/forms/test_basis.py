import math

import hypothesis.strategies as st
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given

from g2links import forms
from g2links.errors import InputError

from . import reference


def test_the_packed_order_is_lexicographic():
    assert forms.multi_indices(7, 3)[:3].tolist() == [[0, 1, 2], [0, 1, 3], [0, 1, 4]]
    assert forms.multi_indices(4, 2).tolist() == [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]


@pytest.mark.parametrize("n", range(8))
def test_dimension_counts_multi_indices(n):
    for p in range(n + 2):
        assert forms.dimension(n, p) == math.comb(n, p)
        assert forms.multi_indices(n, p).shape == (math.comb(n, p), p)


def test_tables_cannot_be_changed_by_a_caller():
    with pytest.raises(ValueError, match="read-only"):
        forms.multi_indices(7, 3)[0, 0] = 5


@given(st.permutations(range(6)))
def test_permutation_sign_is_the_determinant(order):
    assert forms.permutation_sign(order) == reference.sign(tuple(order))


def test_permutation_sign_of_a_repeated_index_is_zero():
    assert forms.permutation_sign([3, 1, 3]) == 0
    assert forms.permutation_sign([]) == 1
    assert forms.permutation_sign([40, 2]) == -1


@pytest.mark.parametrize(("n", "p"), [(1, 0), (3, 1), (5, 5), (7, 3), (2, 3)])
def test_unpack_is_antisymmetric_and_pack_inverts_it(rng, n, p):
    packed = rng.normal(size=math.comb(n, p))
    tensor = forms.unpack(jnp.array(packed), n, p)
    np.testing.assert_array_equal(tensor, reference.full(packed, n, p))
    np.testing.assert_array_equal(forms.pack(tensor, p), packed)


def test_symmetric_matrices_pack_row_by_row(rng):
    m = rng.normal(size=(7, 7))
    m = jnp.array(m + m.T)
    packed = forms.pack_symmetric(m)
    assert packed.shape == (28,)
    np.testing.assert_array_equal(packed[:8], [*m[0], m[1, 1]])
    np.testing.assert_array_equal(forms.unpack_symmetric(packed, 7), m)


@pytest.mark.parametrize(
    "call",
    [
        lambda: forms.dimension(7, -1),
        lambda: forms.dimension(-1, 0),
        lambda: forms.unpack(jnp.zeros(34), 7, 3),
        lambda: forms.unpack(jnp.zeros((2, 35)), 7, 3),
        lambda: forms.pack(jnp.zeros((7, 7)), 3),
        lambda: forms.pack(jnp.zeros((7, 6)), 2),
        lambda: forms.pack_symmetric(jnp.zeros((7, 6))),
        lambda: forms.unpack_symmetric(jnp.zeros(21), 7),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_wrong_shapes_are_refused(call):
    with pytest.raises(InputError):
        call()


@pytest.mark.usefixtures("as_users_run")
def test_the_message_says_what_is_needed():
    with pytest.raises(InputError, match=r"packed.*\(4, 35\).*3-form.*R\^7.*\(35,\).*vmap"):
        forms.unpack(jnp.zeros((4, 35)), 7, 3)
