import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g2links.errors import InputError, PolynomialError
from g2links.varieties.catalogue import dwork, fermat, fermat_quintic, from_catalogue
from g2links.varieties.parsing import parse_polynomial
from g2links.varieties.polynomial import Polynomial, is_fermat, monomials

P11222 = fermat((8, 8, 4, 4, 4), (1, 1, 2, 2, 2), "P11222[8]")


def _point(rng):
    return jnp.asarray(rng.normal(size=5) + 1j * rng.normal(size=5))


@pytest.mark.parametrize("f", [fermat_quintic(), dwork(0.3 + 0.1j), P11222], ids=lambda f: f.name)
def test_value_and_gradient_agree_with_direct_evaluation(f, rng):
    z = _point(rng)
    expected = sum(c * np.prod(np.asarray(z) ** np.array(e)) for c, e in f.terms)
    assert abs(f(z) - expected) < 1e-12 * abs(expected) + 1e-12
    by_autodiff = jax.grad(f, holomorphic=True)(z)
    np.testing.assert_allclose(f.gradient(z), by_autodiff, rtol=1e-12)


@pytest.mark.parametrize("f", [dwork(0.5), P11222], ids=lambda f: f.name)
def test_euler_identity_and_homogeneity(f, rng):
    z, scale = _point(rng), 0.7 + 0.4j
    weights = np.array(f.weights)
    np.testing.assert_allclose(jnp.sum(weights * z * f.gradient(z)), f.degree * f(z), rtol=1e-11)
    np.testing.assert_allclose(f(scale**weights * z), scale**f.degree * f(z), rtol=1e-11)


def test_every_derivative_exists_where_coordinates_vanish():
    exponents = np.array([[5, 0, 0, 0, 0], [1, 1, 1, 1, 1]])
    zero = jnp.zeros(5, dtype=complex)
    first = jax.jacfwd(lambda z: monomials(exponents, z), holomorphic=True)
    assert np.all(np.isfinite(first(zero)))
    assert np.all(np.isfinite(jax.jacfwd(first, holomorphic=True)(zero)))


def test_parsing_reads_what_the_issue_writes():
    f = parse_polynomial("z0^5+z1^5+z2^5+z3^5+z4^5+(0.3+0.1j)*z0*z1*z2*z3*z4")
    assert f.terms == dwork(-(0.3 + 0.1j) / 5).terms


def test_brackets_powers_and_signs():
    f = parse_polynomial("(z0 + 2*z1)**5 - z2^5 + z3**5/2 + z4^5")
    terms = {e: c for c, e in f.terms}
    assert terms[(3, 2, 0, 0, 0)] == 40
    assert terms[(0, 0, 5, 0, 0)] == -1
    assert terms[(0, 0, 0, 5, 0)] == 0.5


def test_a_long_text_is_shortened_to_a_name():
    pure = "z0^5+z1^5+z2^5+z3^5+z4^5"
    assert parse_polynomial(pure).name == pure
    long = pure + "".join(f"+0.125*z{i}^4*z{j}" for i in range(5) for j in range(5) if i != j)
    found = parse_polynomial(long)
    assert found.name == f"{long[:60]}... (25 terms)"
    assert parse_polynomial(long, name="mine").name == "mine"


@given(
    st.lists(
        st.tuples(
            st.complex_numbers(max_magnitude=10, allow_nan=False, allow_infinity=False),
            st.permutations([5, 0, 0, 0, 0]),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_text_and_config_round_trip(terms):
    wanted = [(c, tuple(e)) for c, e in terms if abs(c) > 1e-3]
    if not wanted or all(c == 0 for c in _sums(wanted).values()):
        return
    f = Polynomial(tuple(wanted))
    assert Polynomial.from_config(f.to_config()) == f
    again = parse_polynomial(str(f), f.weights)
    np.testing.assert_allclose(again.coefficients, f.coefficients, rtol=1e-5)
    assert np.array_equal(again.exponents, f.exponents)


def _sums(terms):
    total = {}
    for c, e in terms:
        total[e] = total.get(e, 0) + c
    return total


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("z0^5+z1^4+z2^5+z3^5+z4^5", "degree 4"),
        ("z0^5+z1^4", "Calabi-Yau condition"),
        ("z0^5+z5^5", "z5"),
        ("__import__('os').system('true')", "only z0..z4"),
        ("z0^5+", "cannot be read"),
        ("z0^9999999", "powers are integers"),
        ("(z0+z1+z2+z3+z4)^900", "terms"),
        ("z0^5-z0^5", "zero"),
        ("1e999*z0^5", "finite"),
        ("z0^5/z1", "divided"),
        ("True*z0^5", "only z0..z4"),
    ],
)
def test_bad_text_is_refused_with_the_reason(text, words):
    with pytest.raises(PolynomialError, match=words):
        parse_polynomial(text, (1, 1, 1, 1, 1))


def test_bad_data_are_refused():
    with pytest.raises(PolynomialError, match="4 non-negative integers"):
        Polynomial(fermat_quintic().terms, (1, 1, 1, 1))
    with pytest.raises(PolynomialError, match="at least 3 positive integers"):
        Polynomial(fermat_quintic().terms, (1, 1, 1, 1, 0))
    with pytest.raises(PolynomialError, match="at least 3 positive integers"):
        Polynomial(((1, (2, 0)), (1, (0, 2))))
    with pytest.raises(PolynomialError, match="non-negative"):
        Polynomial(((1, (6, -1, 0, 0, 0)),))
    with pytest.raises(PolynomialError, match="finite"):
        Polynomial(((float("nan"), (5, 0, 0, 0, 0)),))
    with pytest.raises(InputError, match="catalogue has"):
        from_catalogue("sextic")
    with pytest.raises(InputError, match="complex number"):
        from_catalogue("dwork(x)")


def test_fermat_types_are_recognised():
    assert is_fermat(fermat_quintic())
    assert is_fermat(P11222)
    assert not is_fermat(dwork(0.1))
