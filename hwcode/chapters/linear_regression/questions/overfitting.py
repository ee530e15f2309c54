"""Polynomials of growing degree, and more data that make it worse."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from hwcode.chapters.linear_regression.polynomials import fit_poly
from hwcode.chapters.linear_regression.questions.problem import CHAPTER
from hwcode.chapters.linear_regression.risk import expected_risk_gaussian
from hwcode.checking import (
    Alternative,
    Choice,
    Comparison,
    Counterexample,
    Method,
    Mistake,
    Part,
    Question,
)
from hwcode.checking.extras import np
from hwcode.checking.programs import Program
from hwcode.checking.returned import close
from hwcode.checking.witness import Witness

__all__ = ["QUESTIONS"]


# --- A1-1.3.4 ---------------------------------------------------------------------------------


NOTEBOOK = """
def poly_expand(X, d, poly_type="legendre"):
    X = np.asarray(X, float)
    if str(poly_type).lower().startswith("cheb"):
        return np.polynomial.chebyshev.chebvander(X, d)
    return np.polynomial.legendre.legvander(X, d)


poly_type = "legendre"
"""
"""The helper that the course's notebook has, and its choice: features of x itself."""


def _polynomial_instances(generator: Any) -> Iterator[tuple[Any, ...]]:
    """Few points and more, low and high degree, the cases beside interpolation among them."""
    yield np.array([1.0, 0.0]), 1, np.array([3.0, 1.0])
    yield np.array([0.75, 0.25, 0.5]), 2, np.array([1.0, 2.0, 5.0])
    for points in (1, 2, 3, 4, 5):
        for degree in (0, 1, points - 1, points, points + 1, points + 4):
            x = generator.permutation(9)[:points] / 8
            yield x + 0.01, degree, generator.standard_normal(points).round(2)
    for points, degree in ((9, 2), (9, 4), (7, 8), (30, 3), (6, 9)):
        x = (np.linspace(-1.2, 1.3, points) + generator.uniform(-0.01, 0.01, points)).round(4)
        yield generator.permutation(x), degree, generator.standard_normal(points).round(2)
    # The condition number is 1.1e5 here, not more: the inverse, which the handout asks for, squares
    # it, and is off by up to 4e-7. A cut-off at 1e-5 of the largest singular value loses all digits.
    x = np.linspace(0, 1, 14).round(4)
    yield x, 7, np.sin(10 * x).round(2)


def _without_minimum_norm(X: Any, d: Any, t: Any) -> Any:
    """(F.T F)^-1 F.T t at any degree"""
    F = np.vander(X, d + 1, increasing=True)
    return np.linalg.inv(F.T @ F) @ F.T @ t


def _branch_one_late(X: Any, d: Any, t: Any) -> Any:
    """the two formulas, with the branch at d > n"""
    F = np.vander(X, d + 1, increasing=True)
    if d > len(X):
        return F.T @ np.linalg.inv(F @ F.T) @ t
    return np.linalg.inv(F.T @ F) @ F.T @ t


def _legendre_weights(X: Any, d: Any, t: Any) -> Any:
    """weights of Legendre polynomials of x, as in the course's notebook"""
    return np.linalg.lstsq(np.polynomial.legendre.legvander(X, d), t, rcond=None)[0]


def _chebyshev_weights(X: Any, d: Any, t: Any) -> Any:
    """weights of Chebyshev polynomials of x, as in the course's notebook"""
    return np.linalg.lstsq(np.polynomial.chebyshev.chebvander(X, d), t, rcond=None)[0]


def _legendre_branch_late(X: Any, d: Any, t: Any) -> Any:
    """the two formulas in Legendre features, with the branch at d > n"""
    F = np.polynomial.legendre.legvander(X, d)
    if d > len(X):
        return F.T @ np.linalg.inv(F @ F.T) @ t
    return np.linalg.inv(F.T @ F) @ F.T @ t


def _scaled_inputs(X: Any, d: Any, t: Any) -> Any:
    """weights of Legendre polynomials of 2 x - 1"""
    return np.linalg.lstsq(np.polynomial.legendre.legvander(2 * X - 1, d), t, rcond=None)[0]


def _cut_off(X: Any, d: Any, t: Any) -> Any:
    """np.linalg.pinv(F, rcond=1e-5) @ t"""
    return np.linalg.pinv(np.vander(X, d + 1, increasing=True), rcond=1e-5) @ t


def _ridge(X: Any, d: Any, t: Any) -> Any:
    """np.linalg.inv(F.T @ F + 1e-8 * np.eye(d + 1)) @ F.T @ t"""
    F = np.vander(X, d + 1, increasing=True)
    return np.linalg.inv(F.T @ F + 1e-8 * np.eye(d + 1)) @ F.T @ t


def _inputs_sorted(X: Any, d: Any, t: Any) -> Any:
    """X is sorted, t is not"""
    return fit_poly(np.sort(X), d, t)


def _columns_scaled(X: Any, d: Any, t: Any) -> Any:
    """np.polynomial.polynomial.polyfit: columns are scaled before the fit"""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.polynomial.polynomial.polyfit(X, t, d)


def _highest_first(X: Any, d: Any, t: Any) -> Any:
    """np.polyfit: highest power first"""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.polyfit(X, t, d)


polynomials = Question(
    ids=("A1-1.3.4",),
    chapter=CHAPTER,
    title="polynomial regression on either side of interpolation",
    marks={"A1-1.3.4": 0.5},
    statement=r"""
Fit polynomials of low and of high degree to noisy samples of a function, and compare. Hand in your
function `fit_poly(X, d, t)`. Does a higher degree (overparameterisation) always lead to overfitting,
that is, to a larger test error?

*Our contract for the function:* `X` holds $n$ distinct inputs, `d` is the degree, `t` the targets; it returns the
$d+1$ weights of $1, x, \dots, x^d$ that minimise the squared error, those of least norm where there are
several. *In the notebook's contract, accepted as well,* the weights are those of Legendre or of Chebyshev polynomials of
$x$ itself: its helper `poly_expand(X, d, poly_type)` is known here, with `poly_type` Legendre if the program does not say.
""",
    parts=(
        Part(
            name="fit_poly",
            asks="the function `fit_poly`",
            form=Program(
                name="fit_poly",
                parameters={"X": "n distinct inputs", "d": "the degree", "t": "n targets"},
                what="the d + 1 weights of 1, x, ..., x**d, lowest power first",
                instances=_polynomial_instances,
                differ=lambda got, expected: close(got, expected, 1e-6),
                beside=NOTEBOOK,
            ),
            reference=fit_poly,
            alternatives=(
                Alternative(
                    _legendre_weights,
                    "right in the notebook's contract: the weights of Legendre polynomials of x",
                ),
                Alternative(
                    _chebyshev_weights,
                    "right in the notebook's contract: the weights of Chebyshev polynomials of x",
                ),
            ),
            mistakes=(
                Mistake(_without_minimum_norm, "with more features than points F^T F is singular"),
                Mistake(
                    _branch_one_late, "degree d has d + 1 features: the branch belongs at d + 1 > n"
                ),
                Mistake(
                    _legendre_branch_late,
                    "degree d has d + 1 features: the branch belongs at d + 1 > n",
                ),
                Mistake(
                    _scaled_inputs,
                    "the notebook takes its polynomials of x itself; these are of 2 x - 1",
                ),
                Mistake(
                    _cut_off,
                    "of powers on [0, 1] singular values below 1e-5 of the largest still carry data; NumPy's own limit, near 1e-15, leaves out rounding alone",
                ),
                Mistake(
                    _ridge,
                    "this is ridge regression: a number on the diagonal makes the matrix invertible, and the weights too small",
                ),
                Mistake(
                    _inputs_sorted, "inputs and targets belong together: sort both, or neither"
                ),
                Mistake(
                    _columns_scaled,
                    "beyond interpolation it finds the least norm of the weights of scaled columns",
                ),
                Mistake(
                    _highest_first,
                    "the powers are in the other order, and beyond interpolation no least norm is meant",
                ),
            ),
        ),
        Part(
            name="overfitting",
            asks="does overparameterisation always lead to a larger test error?",
            form=Choice({"yes": "it always does", "no": "not always"}),
            reference="no",
            mistakes=(
                Mistake(
                    "yes", "with Legendre features degree 200 has a smaller test loss than degree 5"
                ),
            ),
        ),
        Part(
            name="best",
            asks="on which side does the smallest test loss lie, for the starter's data and Legendre features up to degree 200?",
            form=Choice({"under": "degree below 13", "over": "degree above 13"}),
            reference="under",
            mistakes=(
                Mistake(
                    "over",
                    "degree 42 reaches 0.052, but degree 6 reaches 0.035: that the error falls again does not mean that it falls below",
                ),
            ),
        ),
    ),
    hints=(
        "Count the weights and the equations. When are there more weights than points, and which solution is then the right one?",
        "`np.linalg.lstsq` solves both cases. For the second question, draw the test loss against the degree beyond $d+1=n$, with different features.",
        r"Build the matrix with rows $1,x,\dots,x^d$; use $(F^\top F)^{-1}F^\top t$ if it is tall and $F^\top(FF^\top)^{-1}t$ if it is wide. To the second question one example is enough to refute an *always*.",
    ),
    beyond=("best",),
    result="No: beyond interpolation the test error can fall again. It depends on the features.",
    numbers=(
        "1e-5 <setting>",
        "1e-15 <source>",
        "0.052 = best_over",
        "0.035 = best_under",
    ),
    model_answer=r"""
`fit_poly` builds the features $F$ ($n\times(d+1)$; of full rank, as the inputs are distinct) and returns $(F^\top F)^{-1}F^\top t$ if
$d+1\le n$ and $F^\top(FF^\top)^{-1}t$ otherwise (in code: `np.linalg.lstsq(F, t)`, which is both).
The test error grows towards $d+1=n$, where the fit has to pass through every noisy point with nothing
to choose from. With Legendre or Chebyshev features it falls again beyond: among many interpolating
polynomials the one of least norm in those features is tame; with monomials it is not, and the error
stays huge. So no: it depends on the features. (On these 14 points the best low degree, 6, is still
better than any high one up to 200.)
""",
    conventions=("half",),
)

# --- A1-1.3.5 ---------------------------------------------------------------------------------


DIMENSION, NORM_SQUARED, NOISE_VARIANCE = 20, Fraction(1), Fraction(1, 4)


def _more_is_worse(answer: tuple[Any, ...]) -> Comparison:
    """Compare the exact expected losses at two numbers of data points."""
    if not all(value.is_Integer and value > 0 for value in answer):
        return Comparison(
            False, Method.EXACT, remark="numbers of data points are positive integers"
        )
    few, many = (int(value) for value in answer)
    if few >= many:
        told = "n1 has to be smaller than n2 (with n1 = n2 there would be nothing to show)"
        return Comparison(False, Method.EXACT, remark=told)
    losses = [
        expected_risk_gaussian(size, DIMENSION, NORM_SQUARED, NOISE_VARIANCE)
        for size in (few, many)
    ]
    told = f"expected losses {losses[0]} at n1 and {losses[1]} at n2"
    if losses[1] > losses[0]:
        return Comparison(True, Method.EXACT, told)
    sizes = {"n1": few, "n2": many}
    failure = Counterexample(sizes, f"more than {losses[0]} at n2", str(losses[1]))
    return Comparison(False, Method.EXACT, counterexample=failure, remark=told)


more_data = Question(
    ids=("A1-1.3.5",),
    chapter=CHAPTER,
    title="more data, larger loss",
    marks={"A1-1.3.5": 0},
    statement=rf"""
Give $n_1<n_2$, at a fixed dimension $d$, for which the loss with $n_2$ data points is larger than
with $n_1$; report both losses and explain what happens. *The handout does not say which loss; the
training loss of a fit grows with $n$ trivially, so the loss on new data is meant.* To have one
answer that can be checked: standard normal features, $d={DIMENSION}$, $\lVert w^*\rVert^2=1$, noise
variance $\frac14$, the minimum-norm fit, and the expected squared error on a fresh example, whose target
is taken without noise.
""",
    parts=(
        Part(
            asks=f"$n_1$ and $n_2$ for $d = {DIMENSION}$",
            form=Witness("[n1, n2]", _more_is_worse, size=2),
            reference=(sympy.Integer(10), sympy.Integer(18)),
            also_right=("[1, 17]", "[5, 24]"),
            mistakes=(
                Mistake(
                    (sympy.Integer(30), sympy.Integer(60)), "beyond the peak more data helps again"
                ),
                Mistake((sympy.Integer(1), sympy.Integer(5)), "far below the peak more data helps"),
                Mistake(
                    (sympy.Integer(19), sympy.Integer(20)),
                    "both expectations are infinite, so neither is larger",
                ),
            ),
        ),
    ),
    hints=(
        "Where is the fit most sensitive to noise: with far fewer points than weights, with about as many, or with many more?",
        r"The expected loss on new data has a bias part and a noise part. For $n<d-1$ the noise part is $\sigma^2n/(d-n-1)$.",
        "Let $n_1$ be clearly below $d$ and $n_2$ just below it, and compute both losses.",
    ),
    result="More data can hurt: just below $n=d$ the fit is most sensitive to noise.",
    numbers=(
        "0.78 = (1 - 10/20) + 10/4/(20 - 10 - 1)",
        "4.6 = (1 - 18/20) + 18/4/(20 - 18 - 1)",
    ),
    model_answer=r"""
With $d=20$, $n_1=10$ and $n_2=18$: the expected test losses are $7/9\approx0.78$ and $4.6$. Near
$n=d$ the fit has to interpolate with a nearly singular square system: small singular values of $X$
multiply the noise, with expectation $\sigma^2 n/(d-n-1)$ for $n<d-1$. Fewer points leave the choice
of a small interpolating solution, many more average the noise. The phenomenon is called sample-wise
double descent.
""",
)

QUESTIONS = (polynomials, more_data)
