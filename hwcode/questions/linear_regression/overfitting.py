"""Polynomials of growing degree, and more data that make it worse."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from sympy import Rational

from hwcode import linear_regression as lr
from hwcode.checking import (
    Choice,
    Comparison,
    Counterexample,
    Method,
    Mistake,
    Part,
    Question,
    Truth,
)
from hwcode.checking.programs import Program, Witness, close
from hwcode.questions.linear_regression.problem import CHAPTER

__all__ = ["QUESTIONS"]


# --- A1-1.3.4 ---------------------------------------------------------------------------------


def _polynomial_instances() -> Iterator[tuple[Any, ...]]:
    """Few points, low and high degree, the two cases beside interpolation among them."""
    generator = np.random.default_rng(413)
    for points in (2, 3, 4, 5):
        for degree in (0, 1, points - 2, points - 1, points, points + 1, points + 4):
            x = np.sort(generator.permutation(9)[:points] / 8)
            yield x, degree, generator.integers(-4, 5, points) / 2


def _exact_weights(arguments: tuple[Any, ...]) -> Any:
    """Weights from the normal equations over exact rationals."""
    x, degree, targets = arguments
    F = sympy.Matrix(len(x), degree + 1, lambda i, j: Rational(x[i]) ** j)
    right = sympy.Matrix([Rational(value) for value in targets])
    tall = F.rows >= F.cols
    exact = (F.T * F).LUsolve(F.T * right) if tall else F.T * (F * F.T).LUsolve(right)
    return np.array(exact, float).ravel()


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


def _test_loss(degree: int) -> float:
    """Half the mean squared test error on the starter's data, Legendre features."""
    x, targets = lr.polynomial_data()
    grid = np.linspace(0, 1, 1000)
    weights = lr.fit_poly(x, degree, targets, "Legendre")
    errors = lr.predict_poly(grid, weights, "Legendre") - np.sin(10 * grid)
    return float(np.mean(errors**2)) / 2


def _overfits_always(_: Any) -> str:
    """One pair of degrees, below and above interpolation, decides an "always"."""
    return "no" if _test_loss(200) < _test_loss(5) else "yes"


def _better_side(_: Any) -> str:
    below = min(_test_loss(degree) for degree in range(13))
    above = min(_test_loss(degree) for degree in range(14, 201))
    return "under" if below < above else "over"


polynomials = Question(
    ids=("A1-1.3.4",),
    chapter=CHAPTER,
    title="polynomial regression on either side of interpolation",
    marks={"A1-1.3.4": 0.5},
    statement=r"""
Fit polynomials of low and of high degree to noisy samples of a function, and compare. Hand in your
function `fit_poly(X, d, t)`. Does a higher degree (overparameterisation) always lead to overfitting,
that is, to a larger test error?

*Our contract for the function, so that it can be checked by itself (the course's notebook takes its
polynomials from outside):* `X` holds $n$ distinct inputs, `d` is the degree, `t` the targets; it returns the
$d+1$ weights of $1, x, \dots, x^d$ that minimise the squared error, those of least norm where there are
several.
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
            ),
            reference=lr.fit_poly,
            truth=Truth(_exact_weights, "least squares of least norm over exact rationals"),
            mistakes=(
                Mistake(_without_minimum_norm, "with more features than points F^T F is singular"),
                Mistake(
                    _branch_one_late, "degree d has d + 1 features: the branch belongs at d + 1 > n"
                ),
                Mistake(
                    _legendre_weights,
                    "these are the weights of Legendre polynomials, not of powers; and beyond interpolation least norm means another polynomial",
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
            truth=Truth(
                _overfits_always,
                "the test losses at degree 5 and 200, Legendre features",
                method=Method.COMPUTED,
            ),
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
            truth=Truth(_better_side, "the least test loss on either side", method=Method.COMPUTED),
            mistakes=(
                Mistake(
                    "over",
                    "degree 42 reaches 0.052, but degree 6 reaches 0.035: that the error falls again does not mean that it falls below",
                ),
            ),
        ),
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
        lr.expected_risk_gaussian(size, DIMENSION, NORM_SQUARED, NOISE_VARIANCE)
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
            truth=Truth(lambda _: None, "the exact expected losses for Gaussian features"),
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
    model_answer=r"""
With $d=20$, $n_1=10$ and $n_2=18$: the expected test losses are $7/9\approx0.78$ and $4.6$. Near
$n=d$ the fit has to interpolate with a nearly singular square system: small singular values of $X$
multiply the noise, with expectation $\sigma^2 n/(d-n-1)$ for $n<d-1$. Fewer points leave the choice
of a small interpolating solution, many more average the noise. The phenomenon is called sample-wise
double descent.
""",
)

QUESTIONS = (polynomials, more_data)
