"""Reading typed answers: what is understood, what is refused, and that nothing is executed."""

from __future__ import annotations

import string

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcode.checking import AnswerError, evaluate, matrix, scalar, vector
from hwcode.checking.formulas import Formula
from hwcode.checking.functions import FUNCTIONS
from hwcode.checking.reader import read

n, d = scalar("n", integer=True, positive=True), scalar("d", integer=True, positive=True)
x, y, lam = scalar("x"), scalar("y"), scalar("lam")
X, w, t = matrix("X", n, d), vector("w", d), vector("t", n)
A = matrix("A", n, n)
SYMBOLS = {str(symbol.name): symbol for symbol in (n, d, x, y, lam, X, w, t, A)}
POINT = {
    n: 2, d: 2, x: sympy.Rational(1, 2), y: 3, lam: 7,
    X: sympy.ImmutableMatrix([[1, 2], [3, 5]]),
    A: sympy.ImmutableMatrix([[1, 2], [3, 5]]),
    w: sympy.ImmutableMatrix([1, -1]), t: sympy.ImmutableMatrix([2, 0]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1 + 0.2", sympy.Rational(3, 10)),
        ("1e-3", sympy.Rational(1, 1000)),
        ("-x**2 + 2*y", sympy.Rational(23, 4)),
        ("λ · 2", 14),
        ("lambda * 2", 14),
        ("x²", sympy.Rational(1, 4)),
        ("1 + 2*y^2", 19),
        ("transpose(w) @ w", 2),
        ("w.T @ w", 2),
        ("norm(X @ w - t)**2", 13),
        ("trace(inv(A) @ A)", 2),
        ("det(A)", -1),
        ("trace(pinv(w @ t.T) @ w @ t.T)", 1),
        ("sum(pinv([[0, 0], [0, 4]]))", sympy.Rational(1, 4)),
        ("sum(t)", 2),
        ("dot(X.T @ t, w)", -2),
        ("X[0, 1] + w[1]", 1),
        ("binomial(n + 2, 2)", 6),
        ("max(x, y)", 3),
        ("relu(x - y)", 0),
        ("(A @ A - A**2)[0, 0]", 0),
        ("sum(t @ (t.T @ A @ t - x))", 7),
        ("sum((t.T @ A @ t - y) @ t.T)", 2),
        ("7 // 2 + (7 mod 2) + ⌊2.5⌋ + ⌈2.5⌉", 9),
        ("√y**2 + √(2 + 2) + ½", sympy.Rational(11, 2)),
        ("log10(100) + log2(8)", 5),
    ],
)
def test_values(text, value):
    got = evaluate(read(text, SYMBOLS), POINT)
    assert (got[0, 0] if hasattr(got, "shape") else got) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("n = 2", "'=' is not expected"),
        ("z", "unknown name 'z'"),
        ("foo(x)", "the functions sqrt, exp"),
        ("sqrt", "is a function"),
        ("sqrt(x, y)", "takes 1 argument"),
        ("X @ w @ w", "not defined"),
        ("X + 1", "eye(n)"),
        ("1/0", "division by zero"),
        ("9**9**9", "exponent"),
        ("factorial(10**6)", "too large"),
        ("x.__class__", "is not something"),
        ("(lambda: 1)()", "':'"),
        ("__import__('os')", "is not something"),
        ("[x for x in [1]]", "unknown name 'for'"),
        ("x if x else y", "unknown name 'if'"),
        ("x == y", "'=' is not expected"),
        ("'text'", "unknown name"),
        ("True", "unknown name 'True'"),
        ("[[1, 2], [3]]", "same number of entries"),
        ("x" * 5000, "characters"),
        ("(" * 300 + "x" + ")" * 300, ""),
        ("-" * 3000 + "x", ""),
        ("0x10", "unknown name 'x10'"),
        ("1e99999999999", "exponent"),
        ("inv([[1, 1], [1, 1]])", "has no value"),
        ("eye(-1)", "has no value"),
        ("max(sqrt(-1), x)", "has no value"),
        ("9**log(0)", ""),
        ("factorial(sqrt(-1))", "has no value"),
    ],
)
def test_refused_with_a_reason(text, said):
    with pytest.raises(AnswerError) as caught:
        read(text, SYMBOLS)
    assert said in str(caught.value)


@given(st.text(alphabet=string.printable + "λσ²−·", max_size=60))
def test_any_text_gives_an_expression_or_a_reason(text):
    try:
        value = read(text, {"x": x, "w": w})
    except AnswerError:
        return
    assert isinstance(value, (sympy.Basic, sympy.matrices.MatrixBase))


def _joined(inner):
    """Texts of the shapes that an answer has, of smaller ones: most have a meaning, not all."""
    operators = st.sampled_from(["+", "-", "*", "/", "**", "@", "^"])
    names = st.sampled_from(sorted(FUNCTIONS))
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("{}({})".format, names, inner),
        st.builds("{}({}, {})".format, names, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("[[{}, {}], [{}, {}]]".format, inner, inner, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("-{}".format, inner),
        st.builds("{}.T".format, inner),
    )


LEAVES = [
    "0",
    "1",
    "2",
    "-1",
    "1/2",
    "2.5",
    "1e-3",
    "0x10",
    "x",
    "w",
    "A",
    "log(0)",
    "sqrt(-1)",
    "pi",
]


@settings(deadline=None)
@given(st.recursive(st.sampled_from(LEAVES), _joined, max_leaves=5))
def test_any_text_of_the_grammar_gives_an_expression_or_a_reason(text):
    try:
        value = read(text, SYMBOLS)
    except AnswerError:
        return
    assert isinstance(value, (sympy.Basic, sympy.matrices.MatrixBase))


@given(st.recursive(
    st.sampled_from(["x", "y", "3", "1/7", "0.25"]),
    lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(
        lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
    ),
    max_leaves=12,
))  # fmt: skip
def test_arithmetic_is_that_of_exact_fractions(text):
    from fractions import Fraction

    exact = text.replace("0.25", "Fraction(1, 4)").replace("1/7", "Fraction(1, 7)")
    expected = eval(exact, {"Fraction": Fraction, "x": Fraction(1, 2), "y": Fraction(3)})  # noqa: S307
    assert evaluate(read(text, SYMBOLS), POINT) == sympy.Rational(expected)


def test_every_function_is_described():
    for name, (count, build, meaning) in FUNCTIONS.items():
        assert name.isidentifier()
        assert count in (1, 2, 3)
        assert callable(build)
        assert meaning


def test_a_prime_is_a_p_where_there_is_one():
    yp, Y = vector("yp", n), {"yp": vector("yp", n)}
    assert read("2*y'", Y) == 2 * yp
    assert read("X'", SYMBOLS) == X.T


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("eps", ("epsilon", "ε", "ϵ")),
        ("lmax", ("lambda_max", "λ_max", "lam_max", "l_max")),
        ("l1", ("lambda_1", "λ_1", "l_1")),
        ("lamt", ("lambda_tilde", "λ̃")),
        ("alpha_N", ("alphaN", "α_N")),
    ],
)
def test_other_spellings_of_a_symbol(name, spellings):
    symbol = scalar(name, positive=True)
    assert all(read(spelling, {name: symbol}) == symbol for spelling in spellings)


@pytest.mark.parametrize("last", [99, 100, 101, 230])
def test_a_sum_has_all_its_terms_however_many(last):
    typed = rf"\sum_{{i=1}}^{{{last}}} i"
    form = Formula(what="a number")
    assert form.compare(form.read(typed), sympy.Integer(last * (last + 1) // 2)).equal
    assert form.compare(form.read(typed), sympy.Integer(99 * 100 // 2)).equal is (last == 99)
