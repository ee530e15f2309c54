"""Names that a derivation brings along: what they may be, and that none lets a false step pass."""

from __future__ import annotations

import pytest
import sympy

from hwcode.chapters import question
from hwcode.checking.bound import derivative
from hwcode.checking.expressions import ENTRYWISE, evaluate, matrix, scalar, vector
from hwcode.checking.nodes import EntrySum
from hwcode.checking.steps import check_steps
from hwcode.checking.verdict import Outcome

GRADIENT, ERROR = question("A1-1.1"), question("A1-1.2.2")


def outcomes(text, asked=GRADIENT, part=None):
    found = check_steps(asked.part(part) if part else asked.parts[0], asked.id, text, asked.parts)
    return [step.outcome.value for step in found.parts], found


@pytest.mark.parametrize("line", [
    "r := Xw - t", "let r = X w - t", "Let r = Xw - t be the residual.", "r ≔ Xw − t",
    "r = Xw - t", r"\text{Let } r = Xw - t", r"r \coloneqq Xw - t", r"$r := Xw - t$",
])  # fmt: skip
def test_a_name_is_defined_and_is_no_step(line):
    steps, found = outcomes(f"{line}\n\n2/n X^T r = 2/n X^T (Xw - t)")
    assert steps == ["right", "right"], found
    assert "1 of 1 steps follow; names brought along: r" in found.detail
    assert outcomes(f"{line}\n\n2/n X^T r = 2/n X^T (Xw + t)")[0][0] == "wrong"


@pytest.mark.parametrize(("text", "told"), [
    ("r := Xw\nr := Xw - t\nr = Xw", "is defined already"),
    ("w := 2w\nw = 2w", "is a symbol of the question"),
    ("r := r + t\nr = 2t", "unknown name"),
    ("P := Q X\nQ := P\nPw = Xw", "unknown name"),
    ("exp := Xw\nexp = Xw", "has a meaning already"),
    ("nd := n + d\nnd = n + d", "can be read as it stands"),
    (r"w \in \mathbb{R}^n" "\nw = w", "is a symbol of the question"),
    (r"v \in \mathbb{Q}^n" "\nv = v", "is not read"),
    ("2r := Xw\nr = Xw", "is no single name"),
])  # fmt: skip
def test_a_name_means_one_thing_and_is_known_before_it_is_used(text, told):
    steps, found = outcomes(text)
    assert steps[0] == Outcome.UNREADABLE.value, found
    assert told in found.parts[0].diagnosis
    assert found.right is not True


def test_a_bare_zero_is_a_column_of_zeros():
    assert outcomes("X^T(Xw - t) - X^T X w + X^T t = 0")[0][0] == "right"
    assert outcomes("X^T(Xw - t) = 0")[0][0] == "wrong"


def test_a_second_equality_for_a_name_is_a_step():
    assert outcomes("r = Xw - t\n\nr = Xw")[0][0] == "wrong"
    assert outcomes(r"\hat w = w + w" "\n\n" r"\hat w = 2 w" "\n\n" r"\hat w = w",
                    ERROR, "error")[0][0] == "unreadable"  # w is no symbol there  # fmt: skip


def test_what_holds_for_a_column_holds_for_every_one():
    text = r"v \in \mathbb{R}^d" "\n" r"\lVert Xv\rVert^2 = v^\top X^\top X v"
    assert outcomes(text)[0] == ["right", "unreadable"]
    assert outcomes(text.replace("= v^", "= 2v^"))[0][0] == "wrong"
    # The same set again adds nothing, and a symbol that is brought along is no answer.
    assert outcomes(r"w \in \mathbb{R}^d" "\n2w = w + w")[0][0] == "right"
    _, found = outcomes(text)
    assert "the question has no v" in found.parts[1].diagnosis


def test_a_derivative_that_is_not_carried_out_is_no_end():
    text = "L(w) := ||Xw - t||^2/n" "\n" r"2/n X^T(Xw - t) = \nabla L(w)"
    steps, found = outcomes(text)
    assert steps == ["right", "unreadable"], found
    assert "not carried out" in found.parts[1].diagnosis


NAMES = r"""
    h \in \mathbb{R}^d
    L(w) := \frac1n\lVert Xw-t\rVert^2
    r := Xw - t
    """


def test_a_function_is_applied():
    text = NAMES + r"L(w+h) = L(w) + \frac2n r^\top Xh + \frac1n\lVert Xh\rVert^2"
    assert outcomes(text)[0][0] == "right"
    assert outcomes(text.replace("L(w+h)", "L(w-h)"))[0][0] == "wrong"
    assert outcomes(text.replace("L(w+h)", "L(t)"))[0][0] == "unreadable"


def test_a_function_is_derived():
    text = NAMES + r"\nabla L(w) = \frac2n X^\top r = \frac2n X^\top(Xw-t)"
    steps, found = outcomes(text)
    assert steps == ["right"] * 3, found
    wrong = text.replace(r"\frac2n X^\top r =", r"\frac1n X^\top r =")
    assert outcomes(wrong)[0] == ["wrong", "wrong", "right"]


@pytest.mark.parametrize("told", [
    r"\frac{d^2L_1}{d\eta^2}", r"\frac{\mathrm{d}^2 L_1}{\mathrm{d}\eta^2}",
    r"\frac{\partial^2L_1}{\partial\eta^2}",
])  # fmt: skip
def test_derivatives_of_a_name(told):
    asked = question("H2-2.2.1")
    text = rf"L_1 := \eta^2 \lVert a\rVert^2 + \eta" "\n" rf"{told} = 2 \lVert a\rVert^2"
    assert outcomes(text, asked)[0][0] == "right"
    assert outcomes(text.replace("= 2 ", "= "), asked)[0][0] == "wrong"


def test_a_gradient_is_that_of_the_definition():
    n, d = (scalar(name, integer=True, positive=True) for name in "nd")
    X, w = matrix("X", n, d), vector("w", d)
    point = {n: 2, d: 2, X: sympy.Matrix([[1, 2], [3, -4]]), w: sympy.Matrix([5, 7])}
    smooth = EntrySum((X * w).applyfunc(ENTRYWISE["exp"]))  # no polynomial
    expected = point[X].T * (point[X] * point[w]).applyfunc(sympy.exp)
    assert evaluate(derivative(smooth, w, w), point) == expected
    squares = sympy.Trace(w.T * X.T * X * w)
    assert evaluate(derivative(squares, w, w, 2), point) == 2 * point[X].T * point[X]
    inner = derivative(squares, w, 3 * w)
    assert evaluate(inner, point) == 6 * point[X].T * point[X] * point[w]
    with pytest.raises(ValueError, match="a gradient is that of a number"):
        derivative(X * w, w, w)
