from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g2links.errors import InputError, PolynomialError
from g2links.varieties.catalogue import dwork, fermat, fermat_quintic, from_catalogue
from g2links.varieties.expressions import read_number
from g2links.varieties.parsing import parse_polynomial
from g2links.varieties.polynomial import Polynomial, exponents_of_degree, format_number, monomials

QUINTIC = (1, 1, 1, 1, 1)
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
            st.complex_numbers(allow_nan=False, allow_infinity=False, max_magnitude=1e300),
            st.permutations([5, 0, 0, 0, 0]) | st.permutations([2, 2, 1, 0, 0]),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda term: tuple(term[1]),
    ).filter(lambda terms: any(c for c, _ in terms))
)
def test_text_and_config_round_trip(terms):
    """To the last digit: the text has the same floats."""
    f = Polynomial(terms)
    assert Polynomial.from_config(f.to_config()) == f
    assert Polynomial(str(f), f.weights).terms == f.terms
    assert Polynomial.from_arrays(f.exponents, f.coefficients, f.weights, f.name) == f


@pytest.mark.parametrize("value", [1 / 3, -1e-300, 1e16, 5e-324, -0.1j, 1j, -1j, 1 + 1j, -0.1 - 1e22j, 123456789.125])
def test_numbers_are_read_as_they_are_printed(value):
    assert read_number(format_number(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2/3", 2 / 3),
        ("5/3", 5 / 3),
        ("-sqrt(2)", -(2**0.5)),
        ("sqrt(-4)", 2j),
        ("(-4)^(1/2)", 2j),
        ("I", 1j),
        ("0.3+0.1*I", 0.3 + 0.1j),
        (" (0.3 + 0.1j) ", 0.3 + 0.1j),
        ("0.3+0.1i", 0.3 + 0.1j),
        ("2.5e-3i - .5i + 2*i + 1.i", 2.5025j),
        ("2j/4", 0.5j),
        ("pi/2", np.pi / 2),
        ("1e-3", 1e-3),
        ("10^-3", 1e-3),
        ("2^3", 8),
        ("4**(1/2)", 2),
    ],
)
def test_constants(text, value):
    assert abs(read_number(text) - value) <= 2e-16 * abs(value)
    (term,) = Polynomial(f"({text})*z_0^5", QUINTIC).terms
    assert term == (read_number(text), (5, 0, 0, 0, 0))
    assert dwork(text).terms == from_catalogue(f"dwork({text})").terms == dwork(read_number(text)).terms


def test_every_notation_is_the_same_polynomial():
    wanted = Polynomial([("2/3", [5, 0, 0, 0, 0]), (1j, (0, 4, 1, 0, 0))], (1, 1, 1, 1, 1))
    for text in ("2/3*z0**5+I*z1^4*z2", "z_0^5*2/3 + 1j*z_1**4*z_2", "(2*z0^5 + 3*I*z1^(5-1)*z2)/3"):
        assert Polynomial(text, QUINTIC).terms == wanted.terms
    assert Polynomial.from_arrays([[5, 0, 0, 0, 0], [0, 4, 1, 0, 0]], [Fraction(2, 3), 1j]).terms == wanted.terms
    assert Polynomial.from_arrays(jnp.eye(5, dtype=int) * 5, np.ones(5, dtype=np.int8)).terms == fermat_quintic().terms
    weighted = Polynomial("z0^8+z1^8+z2^4+z3^4+z4^4", weights=[1, 1, 2, 2, 2])
    assert weighted.weights == P11222.weights
    assert weighted.terms == P11222.terms
    assert weighted.name == "z0^8+z1^8+z2^4+z3^4+z4^4"


def test_a_text_of_thousands_of_terms_is_read():
    exponents = exponents_of_degree((1, 1, 2, 2, 6), 12)
    more = exponents_of_degree((1, 1, 1, 1, 4), 8)
    for table, weights in ((exponents, (1, 1, 2, 2, 6)), (more, (1, 1, 1, 1, 4))):
        f = Polynomial.from_arrays(table, np.ones(len(table)), weights)
        assert Polynomial(str(f), weights).terms == f.terms
    assert Polynomial("+".join(["z0^5"] * 2000), QUINTIC).coefficients == 2000


def test_it_is_printed_as_a_person_writes_it():
    f = Polynomial("-z0^5-2*z1^5+1.5*z2^5-0.5j*z3^5+(1-2j)*z4^5-(1+2j)*z0*z1*z2*z3*z4")
    assert str(f) == "-z0^5 + (-1-2j)*z0*z1*z2*z3*z4 - 2*z1^5 + 1.5*z2^5 - 0.5j*z3^5 + (1-2j)*z4^5"
    assert repr(Polynomial("-z0^5-2*z4^5")) == "Polynomial('-z0^5 - 2*z4^5')"
    assert repr(Polynomial("-z0^5", QUINTIC)) == "Polynomial('-z0^5', weights=(1, 1, 1, 1, 1))"
    assert repr(dwork(0.5)).endswith("name='dwork(0.5)')")
    assert eval(repr(P11222)) == P11222
    long = parse_polynomial("(z0+z1+z2+z3+z4)^5")
    assert len(repr(long)) < 400
    assert repr(long).endswith("... (126 terms)', name='(z0+z1+z2+z3+z4)^5')")


def test_notebooks_show_a_formula():
    assert Polynomial("-z0^5-2*z1^4*z2", QUINTIC)._repr_latex_() == "$-z_{0}^{5} - 2 z_{1}^{4} z_{2}$"
    assert Polynomial("(1e-7+1j)*z0^5", QUINTIC)._repr_latex_() == r"$(1 \cdot 10^{-7}+i) z_{0}^{5}$"
    assert parse_polynomial("(z0+z1+z2+z3+z4)^5")._repr_latex_().endswith(r" + \cdots$")


def test_sympy():
    sympy = pytest.importorskip("sympy")
    z = sympy.symbols("z0:5")
    expression = sum(zi**5 for zi in z) - sympy.Rational(5, 3) * sympy.sqrt(2) * sympy.I * sympy.prod(z)
    found = Polynomial.from_sympy(expression)
    assert [e for _, e in found.terms] == [e for _, e in dwork(0.5).terms]
    np.testing.assert_allclose(found.coefficients[1], -5j / 3 * 2**0.5, rtol=1e-15)
    assert Polynomial(str(expression)).exponents.tolist() == found.exponents.tolist()
    real = sympy.symbols("z_0:5", real=True)
    turned = Polynomial.from_sympy(sympy.Poly((real[0] + 2 * real[4]) ** 5, *real), name="mine")
    assert turned == Polynomial("(z0+2*z4)^5", name="mine")
    assert Polynomial.from_sympy(z[0] ** 8, weights=(1, 1, 2, 2, 2)).degree == 8
    x = sympy.Symbol("x")
    for wrong, words in (
        (x**5, "not x"),
        (1 / z[0], "not a polynomial"),
        (z[0] ** z[1], "not a polynomial"),
        (z[0] ** 4, "degree 4"),
        (sympy.Integer(1), "degree 0"),
        (sympy.oo * z[0] ** 5, "finite"),
        (sympy.zoo * z[0] ** 5, "finite"),
        (sympy.Integer(10) ** 400 * z[0] ** 5, "finite"),
        (sympy.Function("f")(1) * z[0] ** 5, "finite"),
        (sympy.Eq(z[0], 0), "expression of SymPy"),
    ):
        with pytest.raises(PolynomialError, match=words):
            Polynomial.from_sympy(wrong, QUINTIC)


def test_sympy_is_not_needed_to_refuse_what_is_not_of_it():
    with pytest.raises(PolynomialError, match="SymPy"):
        Polynomial.from_sympy("z0^5")


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
        ("0.1*z0^5+0.2*z0^5-0.3*z0^5", "zero"),
        ("1e999*z0^5", "finite"),
        ("z0^5/z1", "divided"),
        ("True*z0^5", "only z0..z4"),
        ("z0^True", "only z0..z4"),
        ("z0^0.5", r"got 0\.5; powers are integers"),
        ("z0^-1", "powers are integers"),
        ("z0^z1", "a power is a number"),
        ("sqrt(z0)*z0^5", "roots are taken of numbers"),
        ("sqrt(2, 3)*z0^5", "only z0..z4"),
        ("exp(1)*z0^5", "only z0..z4"),
        ("z0^5/0", "non-zero"),
        ("z0^5/(1-1)", "non-zero"),
        ("0^-1*z0^5", "cannot be read"),
        ("10^1000*z0^5", "cannot be read"),
        ("1e300*1e300*z0^5", "finite"),
        ("1e308*z0^5+1e308*z0^5", "finite"),
        pytest.param("9" * 401 + "*z0^5", "finite", id="401 digits"),
        pytest.param("9" * 5000 + "*z0^5", "cannot be read", id="5000 digits"),
        pytest.param("0x" + "f" * 9000 + "*z0^5", "an integer of 36000 bits.*finite", id="9000 hexadecimal digits"),
        pytest.param("(" * 5000 + "z0^5", "cannot be read", id="5000 brackets"),
        pytest.param("-" * 5000 + "z0^5", "cannot be read", id="5000 signs"),
        pytest.param("z0^5+" * 30_000, "at most 100000 characters", id="150000 characters"),
        ("", "cannot be read"),
        ("2z0^5", "cannot be read"),
        ("z0^5\0", "cannot be read"),
    ],
)
def test_bad_text_is_refused_with_the_reason(text, words):
    with pytest.raises(PolynomialError, match=words):
        parse_polynomial(text, QUINTIC)
    with pytest.raises(PolynomialError, match=words):
        Polynomial(text, QUINTIC)


NO_CONSTANTS = ["", "z0", "2/0", "1e400", "inf", "nan", "a", "1+", "9" * 401, "10^400", "1e200*1e200"]


@pytest.mark.parametrize("text", NO_CONSTANTS)
def test_what_is_no_constant_is_refused(text):
    with pytest.raises(PolynomialError, match="coefficient: got") as refused:
        read_number(text)
    assert refused.value.field == "coefficient"
    with pytest.raises(InputError, match=r"dwork\(\.\.\.\) is a complex number"):
        from_catalogue(f"dwork({text})")


PURE = (5, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("arguments", "field", "words"),
    [
        ((None,), "terms", "pairs"),
        ((5,), "terms", "pairs"),
        ((b"z0^5",), "terms", "pairs"),
        (([1, 2],), "terms", "pairs"),
        (({PURE: 1},), "terms", "pairs"),
        (([(1, 5)],), "terms", "pairs"),
        (([(1, PURE, 2)],), "terms", "pairs"),
        (([(1, "50000")],), "exponents", "an integer"),
        (([(1, (5.5, 0, 0, 0, 0))],), "exponents", "an integer"),
        (([(1, (float("nan"), 0, 0, 0, 0))],), "exponents", "an integer"),
        (([(1, (float("inf"), 0, 0, 0, 0))],), "exponents", "an integer"),
        (([(1, (None, 0, 0, 0, 0))],), "exponents", "an integer"),
        (([(1, (True, 0, 0, 0, 0))],), "exponents", "an integer"),
        (([(1, (10**5000, 0, 0, 0, 0))],), "exponents", "an integer of 16610 bits'; an integer is needed"),
        (([(1, (5, 0, 0, 0))], QUINTIC), "exponents", "non-negative"),
        (([(1, ())], QUINTIC), "exponents", "non-negative"),
        (([(1, (5, 0, 0, 0)), (1, PURE)],), "exponents", "4 non-negative"),
        (([(None, PURE)],), "coefficient", "finite"),
        (([(True, PURE)],), "coefficient", "finite"),
        (([([1, 2], PURE)],), "coefficient", "finite"),
        (([(np.ones(1), PURE)],), "coefficient", "finite"),
        (([("z0", PURE)],), "coefficient", "finite"),
        (([(10**401, PURE)],), "coefficient", "finite"),
        (([(10**5000, PURE)],), "coefficient", "an integer of 16610 bits'; finite"),
        (([(complex(0, float("inf")), PURE)],), "coefficient", "finite"),
        (("z0^5", None), "polynomial", "3 variables"),
        (("z0^5", 1), "weights", "positive integers"),
        (("z0^5", "11111"), "weights", "an integer"),
        (("z0^5", (1, 1, 1, 1, 1.5)), "weights", "an integer"),
        (("z0^5", (1, 1, 1, 1, 0)), "weights", "positive integers"),
        (("z0^5", (1,) * 5, 3), "name", "text"),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_what_is_no_polynomial_is_refused_by_name(arguments, field, words):
    with pytest.raises(PolynomialError, match=words) as refused:
        Polynomial(*arguments)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("exponents", "coefficients", "field", "words"),
    [
        (PURE, [1], "exponents", r"shape \(5,\).*\(m, 5\)"),
        (np.ones((5, 4)), np.ones(5), "exponents", r"\(m, 5\)"),
        ([[5, 0], [1]], [1, 1], "exponents", r"\(m, 5\)"),
        (None, [1], "exponents", r"\(m, 5\)"),
        ([PURE], [1, 2], "coefficients", r"shape \(2,\).*\(1,\)"),
        ([PURE], [[1]], "coefficients", r"\(1,\)"),
        ([PURE], 1, "coefficients", r"\(1,\)"),
        (np.array([PURE]) + 0.5, [1], "exponents", "an integer"),
        (np.array([PURE]) * 1j, [1], "exponents", "an integer"),
        ([PURE], [np.nan], "coefficient", "finite"),
        ([PURE], ["x"], "coefficient", "only z0, z1"),
        (np.zeros((0, 5)), [], "polynomial", "zero"),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_arrays_that_are_no_polynomial_are_refused(exponents, coefficients, field, words):
    with pytest.raises(PolynomialError, match=words) as refused:
        Polynomial.from_arrays(exponents, coefficients, QUINTIC)
    assert refused.value.field == field


@pytest.mark.usefixtures("as_users_run")
def test_bad_data_are_refused():
    with pytest.raises(PolynomialError, match="4 non-negative integers"):
        Polynomial(fermat_quintic().terms, (1, 1, 1, 1))
    with pytest.raises(PolynomialError, match="at least 3 positive integers"):
        Polynomial("z0^5+z1^5", (1, 1))
    with pytest.raises(PolynomialError, match="non-negative"):
        Polynomial(((1, (6, -1, 0, 0, 0)),))
    with pytest.raises(PolynomialError, match="finite"):
        Polynomial(((float("nan"), (5, 0, 0, 0, 0)),))
    with pytest.raises(InputError, match="catalogue has"):
        from_catalogue("sextic")
    with pytest.raises(InputError, match="complex number"):
        from_catalogue("dwork(x)")
    with pytest.raises(InputError, match="catalogue is text"):
        from_catalogue(5)
    with pytest.raises(PolynomialError, match="text is needed"):
        parse_polynomial(5)
    with pytest.raises(PolynomialError, match="psi: got None"):
        dwork(None)
    with pytest.raises(PolynomialError, match="a mapping with name"):
        Polynomial.from_config({"name": "f", "weights": [1] * 5, "terms": [[[10**401, 0], [5, 0, 0, 0, 0]]]})


def test_names_of_the_catalogue_keep_every_digit():
    for psi in (1 / 3, 0.1 - 0.7j, 1e-20j):
        f = dwork(psi)
        assert from_catalogue(f.name) == f
    assert dwork(0.5).name == "dwork(0.5)"
    assert from_catalogue("p11222 ( 1/4 )").name == "p11222(0.25)"
