"""The pseudo-inverse in answers: its value at any rank, its degree, and answers that use it."""

from __future__ import annotations

import pytest
import sympy

import hwcode
from hwcode.checking import Domain, matrix, scalar, vector
from hwcode.checking.degrees import degree
from hwcode.checking.expressions import PseudoInverse, value_text
from hwcode.checking.identity import compare_expressions
from hwcode.checking.latex import latex_text
from hwcode.checking.verdict import Method

n, d = scalar("n", integer=True, positive=True), scalar("d", integer=True, positive=True)
X, w = matrix("X", n, d), vector("w", d)


@pytest.mark.parametrize(("rows", "columns"), [(2, 3), (3, 2), (1, 3)])
def test_degree_of_a_pseudo_inverse_is_no_less_than_on_a_line_of_matrices(rows, columns):
    numbers = iter([3, -1, 2, 5, 1, -4, 1, 2, -3, 7, 2, 6])
    one, other = ([next(numbers) for _ in range(rows * columns)] for _ in range(2))
    s = sympy.Symbol("s", real=True)
    A = sympy.Matrix(rows, columns, [a + b * s for a, b in zip(one, other, strict=True)])
    inverse = A.T * (A * A.T).inv() if rows < columns else (A.T * A).inv() * A.T
    true = [sympy.fraction(sympy.cancel(entry)) for entry in inverse]
    above, below, _ = degree(PseudoInverse(matrix("A", rows, columns)), {})
    # The fraction is expanded by its denominator, where the rank drops.
    assert above - below // 2 >= max(sympy.degree(numerator, s) for numerator, _ in true) > 0
    assert below // 2 >= max(sympy.degree(denominator, s) for _, denominator in true) > 0


def test_pseudo_inverse_has_the_four_properties_at_any_rank():
    product = X * X.T * X  # of the rank of X, less than both sizes where X is an outer product
    outer = vector("u", n) * w.T
    for A in (X, product, outer):
        inverse = PseudoInverse(A)
        pairs = [(A * inverse * A, A), (inverse * A * inverse, inverse)]
        pairs += [((A * inverse).T, A * inverse), ((inverse * A).T, inverse * A)]
        for left, right in pairs:
            cases = ({n: 2, d: 3}, {n: 3, d: 2})
            symbols = sorted(left.free_symbols | {n, d}, key=str)
            found = compare_expressions(left, right, Domain(tuple(symbols), cases))
            assert found.equal
            assert found.method is Method.IDENTITY
    tall = Domain((n, d, X), ({n: 3, d: 2}, {n: 2, d: 2}))
    wide = Domain((n, d, X), ({n: 2, d: 3},))
    assert compare_expressions((X.T * X).I * X.T, PseudoInverse(X), tall).equal
    assert not compare_expressions((X.T * X).I * X.T, PseudoInverse(X), wide).equal
    assert not compare_expressions(X.T, PseudoInverse(X), tall).equal


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("A1-1.2.1:solution", "pinv(X) @ t", "n * pinv(X) @ t"),
        ("A1-1.3.2:start", "w0 + pinv(X) @ (t - X @ w0)", "pinv(X) @ t"),
        ("H2-1.1.1:limit", "(eye(d) - pinv(X) @ X) @ w0 + pinv(X) @ t", "w0 + pinv(X) @ t"),
        ("A2-1.1.1:limit", "w0 - pinv(X) @ (X @ w0 - t)", "w0 + pinv(X) @ (X @ w0 - t)"),
    ],
)
def test_answers_by_the_pseudo_inverse(question, right, wrong):
    found = hwcode.check(question, right)
    assert found.right
    assert found.method is Method.IDENTITY
    assert not hwcode.check(question, wrong).right


def test_it_is_printed_as_typed_and_as_mathematics():
    assert value_text(PseudoInverse(X) * X) == "pinv(X) @ X"
    assert latex_text(PseudoInverse(X) * X) == "X^{+} X"
    assert latex_text(PseudoInverse(X * w)) == r"\left(X w\right)^{+}"
