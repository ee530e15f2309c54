"""The checkers: identities, degrees, counterexamples, verdicts."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import ImmutableMatrix, Rational

import hwcode
from hwcode.checking import (
    AnswerError,
    Domain,
    Formula,
    Method,
    Norm,
    Number,
    Truth,
    UnknownNameError,
    Verdict,
    evaluate,
    matrix,
    scalar,
    vector,
)  # fmt: skip
from hwcode.checking.degrees import degree
from hwcode.checking.domain import Numbers
from hwcode.checking.errors import NoReferenceError
from hwcode.checking.expressions import UndefinedError
from hwcode.checking.identity import compare_expressions

x, y = sympy.symbols("x y", real=True)
n, d = scalar("n", integer=True, positive=True), scalar("d", integer=True, positive=True)
X, w = matrix("X", n, d), vector("w", d)
PLANE = Domain((x, y))
SHAPES = Domain((n, d, X, w), cases=({n: 2, d: 2}, {n: 3, d: 2}))

polynomials = st.recursive(
    st.sampled_from([x, y, sympy.Integer(2), Rational(-1, 3)]),
    lambda inner: st.tuples(st.sampled_from([sympy.Add, sympy.Mul]), inner, inner).map(
        lambda parts: parts[0](parts[1], parts[2])
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(polynomials)
def test_other_forms_of_a_polynomial_are_equal(polynomial):
    assert compare_expressions(sympy.expand(polynomial), polynomial, PLANE).equal
    assert compare_expressions(sympy.factor(polynomial), polynomial, PLANE).equal


@settings(deadline=None)
@given(polynomials)
def test_a_changed_polynomial_gets_a_counterexample_that_holds(polynomial):
    changed = polynomial + x * y
    found = compare_expressions(changed, polynomial, PLANE)
    assert not found.equal
    point = {x: found.counterexample.point["x"], y: found.counterexample.point["y"]}
    point = {symbol: Rational(value) for symbol, value in point.items()}
    assert str(evaluate(polynomial, point)) == found.counterexample.expected
    assert str(evaluate(changed, point)) == found.counterexample.got


@settings(deadline=None)
@given(polynomials)
def test_degree_bounds_the_true_degree(polynomial):
    bound = degree(polynomial, {})
    true = sympy.Poly(sympy.expand(polynomial), x, y).total_degree()
    assert bound[1] == 0
    assert bound[0] >= max(true, 0)


def test_degree_of_an_inverse_is_no_less_than_by_cramer():
    # Entries of the inverse of a generic 3 x 3 matrix: cofactor (degree 2) over determinant (3).
    above, below, _ = degree(matrix("A", 3, 3).I, {})
    assert above >= 2
    assert below >= 3


def test_roots_and_exponentials_have_no_degree_and_are_sampled():
    assert degree(sympy.sqrt(x), {}) is None
    found = compare_expressions(sympy.sin(x) ** 2 + sympy.cos(x) ** 2, sympy.S.One, PLANE)
    assert found.equal
    assert found.method is Method.SAMPLED
    assert not compare_expressions(sympy.exp(x), sympy.exp(x) + 10**-6, PLANE).equal


def test_matrix_identity_is_decided_with_a_bound_in_every_case():
    left, right = Norm(X * w) ** 2, sympy.Trace(w.T * X.T * X * w)
    found = compare_expressions(left, right, SHAPES)
    assert found.method is Method.IDENTITY
    assert "2 cases" in found.detail
    assert "below 1e-3" in found.detail
    # Right in the first case only.
    wrong = right + (n - 2) * Norm(w) ** 2
    assert not compare_expressions(left, wrong, SHAPES).equal


def test_a_formula_made_to_fit_the_cases_is_refused_beyond_them():
    n = sympy.Symbol("n", integer=True, positive=True)
    x = sympy.Symbol("x", real=True)
    domain = Domain((n, x), ({n: 1}, {n: 2}, {n: 4}), beyond=True)
    fitted = n * x + (n - 1) * (n - 2) * (n - 4) * x**2
    found = compare_expressions(fitted, n * x, domain)
    assert not found.equal
    assert int(found.counterexample.point["n"]) not in (1, 2, 4)
    # Where a size has one value only, the question is about that value.
    assert compare_expressions(fitted, n * x, Domain((n, x), ({n: 2},))).equal


def test_no_probability_is_claimed_where_nothing_is_drawn():
    n = sympy.Symbol("n", integer=True, positive=True)
    truth = Truth(lambda point: point[n] ** 2, "a square", degree=2)
    found = compare_expressions(n**2, truth, Domain((n,), ({n: 1}, {n: 2})))
    assert found.equal
    assert found.method == "sampled"
    assert "probability" not in found.detail


def test_an_answer_without_a_value_somewhere_says_where():
    at_three = (x**2 + 3 * x) / (x + 3)
    found = compare_expressions(at_three, x, Domain((x,)))
    assert found.equal
    assert "it has no value at x = -3, and the right ones all around" in found.detail
    never = compare_expressions(X.T * (X * X.T).I, X.T, Domain((n, d, X), cases=({n: 3, d: 1},)))
    assert not never.equal
    assert "no value" in never.counterexample.got


def test_a_truth_is_computed_at_the_points():
    truth = Truth(lambda point: point[x] ** 2, "the square", degree=2)
    assert compare_expressions(x * x, truth, PLANE).method is Method.IDENTITY
    assert not compare_expressions(x, truth, PLANE).equal


def test_numbers_fit_assumptions_and_intervals():
    import random

    positive = sympy.Symbol("p", positive=True)
    whole = sympy.Symbol("k", integer=True, positive=True)
    for kind in ("small", "medium", "large"):
        numbers = Numbers(kind, random.Random(1))
        for _ in range(50):
            assert numbers.number(positive) > 0
            assert numbers.number(whole).is_Integer
            assert 0 < numbers.number(interval=(0, 1)) < 1


# --- the public function ----------------------------------------------------------------------


def test_check_takes_texts_objects_and_several_parts():
    right = {"line": "3 - w1", "nearest": [1.5, 1.5]}
    verdict = hwcode.check("A1-1.3.1", right)
    assert verdict.right
    assert [part.part for part in verdict.parts] == ["line", "nearest"]
    assert not hwcode.check("A1-1.3.1", {**right, "line": "w1 + 3"})
    assert Verdict.from_json(verdict.to_json()) == verdict


def test_check_names_what_is_unknown():
    with pytest.raises(UnknownNameError, match=r"A1-1\.1"):
        hwcode.check("A1-1.0", "1")
    with pytest.raises(UnknownNameError, match=r"A1-1\.3\.1:line"):
        hwcode.check("A1-1.3.1", "3 - w1")
    with pytest.raises(UnknownNameError, match=r"A1-1\.3\.1:line"):
        hwcode.check("A1-1.3.1:circle", "3 - w1")
    with pytest.raises(AnswerError, match="parts"):
        hwcode.check("A1-1.3.1", {"circle": "1"})


def test_one_point_refutes_and_never_confirms():
    at, answer = {"n": 3, "d": 1, "sigma": 2}, "sigma**2 * (3 - d) / 3"
    agreeing = hwcode.check("A1-1.2.2:expectation", answer, at=at)
    assert agreeing.right is None
    assert "one point confirms nothing" in agreeing.detail
    refuted = hwcode.check("A1-1.2.2:expectation", answer, at={**at, "n": 4})
    assert refuted.right is False
    with pytest.raises(AnswerError, match="d is positive, and 0 is given"):
        hwcode.check("A1-1.2.2:expectation", answer, at={**at, "d": 0})
    with pytest.raises(AnswerError, match="a value for each"):
        hwcode.check("A1-1.2.2:expectation", sympy.Symbol("sigma"), at={"n": 1})


def test_a_counterexample_can_be_run_again():
    first = hwcode.check("A1-1.1", "X.T @ (X @ w - t) / n")
    assert first.diagnosis == "the square brings down a factor 2"
    again = hwcode.check("A1-1.1", "X.T @ (X @ w - t) / n", at=first.counterexample.point)
    assert again.right is False
    assert again.counterexample == first.counterexample


def test_rounded_numbers_are_told_that_exact_ones_are_asked_for():
    told = hwcode.check("A1-1.3.1:nearest", [1.5, 1.4999])
    assert not told
    assert told.diagnosis == "entry 2 is wrong, the other is right"  # no rounding of 3/2
    assert "rounded" not in hwcode.check("A1-1.3.1:nearest", [1.5, 1.4]).diagnosis


def test_a_rounded_number_is_not_asked_to_be_exact():
    assert "exact" not in hwcode.check("P4-2c:mean", "0.6117").diagnosis


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        ("A1-1.3.3:error", float("nan")),
        ("A1-1.3.3:error", float("inf")),
        ("A1-1.3.3:error", sympy.nan),
        ("A1-1.3.3", {"error": np.float64("-inf")}),
        ("A2-5.4:four", [1, 1, float("nan")]),
        ("A1-3.3:third", np.array([[np.nan, np.inf, 1, 0]])),
    ],
)
def test_what_is_no_finite_number_is_refused(id, answer):
    with pytest.raises(AnswerError, match="finite number; expected a"):
        hwcode.check(id, answer)


def test_a_matrix_has_no_fractional_power():
    typed = "a.T @ (eye(n) - 2*eta/n*X@X.T)**(2*k + 9/10) @ a / n"
    assert hwcode.check("H2-2.3.1:loss", typed).right is False
    with pytest.raises(UndefinedError, match="power of a matrix would be 1/2"):
        evaluate(X ** (Rational(1, 2) * n), {n: 1, d: 1, X: ImmutableMatrix([[4]])})


def test_a_right_answer_by_another_convention_is_not_refuted_at_a_point():
    at = {"n": 2, "d": 1, "x": [3], "w": [1], "t": 5}
    told = hwcode.check("H2-1.1.1:gradient", "2*(dot(x, w) - t)*x/n", at=at)
    assert told.right is None
    assert told.convention
    assert hwcode.check("H2-1.1.1:gradient", "3*(dot(x, w) - t)*x/n", at=at).right is False


def test_a_number_too_long_to_be_shown_is_refused():
    with pytest.raises(AnswerError, match="more than 4000 digits"):
        hwcode.check("A1-1.3.3:error", 10**5000)


@pytest.mark.parametrize("text", ["[log(0), 1]", "[0*log(0), 1]"])
def test_a_witness_is_made_of_finite_numbers(text):
    with pytest.raises(AnswerError, match=r"is not finite here; expected \[a, b\]"):
        hwcode.check("A1-3.4:fire", text)


def _nothing(_):
    raise UndefinedError("nothing")


@pytest.mark.parametrize("form", [Formula(Domain((x,))), Number()], ids=["a formula", "a number"])
def test_a_question_without_a_value_accepts_nothing_and_is_our_fault(form):
    answer = sympy.Integer(5)
    for reference in (sympy.oo, sympy.zoo, Truth(_nothing, "what has no value")):
        with pytest.raises(NoReferenceError):
            form.compare(answer, reference)


def test_an_answer_without_a_value_where_sizes_are_none_is_wrong_there():
    found = compare_expressions(sympy.Trace(sympy.Identity(x)), x, Domain((x,)))
    assert found.equal is False
    assert found.counterexample.got.startswith("no value")


def test_a_number_without_a_value_is_told_so():
    told = hwcode.check("A1-1.3.1:nearest", "[log(0), 1]")
    assert told.right is False
    assert told.diagnosis.startswith("it has no value")


@pytest.mark.parametrize(
    "at",
    [
        5,
        ["w1"],
        {"w1": [1, 2]},
        {"w1": float("nan")},
        {"w1": None},
        {"w1": "log(0)"},
        {1: 2},
        {"q": 1},
    ],
)
def test_a_point_is_an_object_of_symbols_and_values(at):
    with pytest.raises(AnswerError):
        hwcode.check("A1-1.3.1:line", sympy.Integer(2), at=at)


def test_what_is_not_readable_says_once_what_is_expected():
    for answer in ("foo", object()):
        with pytest.raises(AnswerError) as caught:
            hwcode.check("A1-1.2.2:expectation", answer)
        assert str(caught.value).count("expected a number in n, d, sigma") == 1


def test_constant_factors_are_named():
    verdict = hwcode.check("A1-1.2.2:expectation", "3*sigma**2*(1 - d/n)")
    assert verdict.diagnosis == "it is 3 times the right answer"
    # What matters about a line is which points are on it.
    verdict = hwcode.check("A1-1.3.1:line", "2*w1 - 6")
    assert verdict.diagnosis == "of the right line's points only w1 = 3, w2 = 0 satisfies it"
