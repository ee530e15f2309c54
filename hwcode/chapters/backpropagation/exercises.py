"""Gradient norms, their cost and products of Jacobians with new numbers."""

from __future__ import annotations

import random
from itertools import pairwise

from sympy import Integer, sqrt

from hwcode.chapters.practice import Draw, Exercise, column, other_than, table, told
from hwcode.checking import Formula, Number

__all__ = ["EXERCISES"]


def jacobian(source: random.Random) -> Exercise:
    """A1-2.2.1 in two dimensions, the first layer."""
    W1, W2 = table(source, 2, 2), table(source, 2, 2)
    x, ybar = column(source, 2), column(source, 2)
    z = W1 * x
    mask = z.applyfunc(lambda entry: Integer(1 if entry > 0 else 0))
    hbar = W2.T * ybar
    right = hbar.multiply_elementwise(mask) * x.T
    return Exercise(
        statement="$z=W^{(1)}x$, $h=\\operatorname{ReLU}(z)$, $y=W^{(2)}h$, with "
        f"{told('W1', W1)}, {told('W2', W2)}, {told('x', x)}, and the error of the output is "
        f"{told('ybar', ybar)}. Compute the gradient by $W^{{(1)}}$, in the layout of $W^{{(1)}}$.",
        numbers={"W1": W1, "W2": W2, "x": x, "ybar": ybar},
        # At z = 0 there is no derivative, and the answer would be a convention.
        reference=right if all(z) else 0 * right,
        mistakes=(
            (hbar * x.T, "the ReLU's mask is missing in the error of z"),
            (right.T, "this is the transpose of the layout asked for"),
            (
                (W2 * ybar).multiply_elementwise(mask) * x.T,
                "errors go back through the transpose of W2",
            ),
        ),
        form=Formula(what="a matrix, [[row], [row]]"),
    )


def norm(source: random.Random) -> Exercise:
    """A1-2.2.2 with new vectors."""
    x, zbar = column(source, 3), column(source, 3)
    one, other = (Integer((v.T * v)[0]) for v in (x, zbar))
    return Exercise(
        statement=f"For $z=Wx$ with {told('x', x)} and the error {told('zbar', zbar)}: what is the "
        "squared Frobenius norm of the gradient by $W$?",
        numbers={"x": x, "zbar": zbar},
        reference=one * other,
        mistakes=(
            (one + other, "the squared norms are multiplied, not added"),
            (sqrt(one * other), "this is the norm; its square is asked for"),
            (Integer((x.T * zbar)[0]) ** 2, "the gradient is an outer product, not an inner one"),
        ),
    )


def cost(source: random.Random) -> Exercise:
    """A1-2.2.3 with sizes."""
    K, N, D = other_than(source, 2, 9), other_than(source, 2, 50), other_than(source, 2, 30)
    right = D**2 * N * (2 * K - 1)
    return Exercise(
        statement=f"A perceptron has $K={K}$ layers $h_k=\\phi(W_kh_{{k-1}})$, each with weights of "
        f"${D}\\times{D}$, without biases. The gradients by all weights are computed for each of "
        f"$N={N}$ examples alone. How many multiplications does the backward pass take, those with "
        "the derivative of $\\phi$ apart? The error of the input is not needed.",
        numbers={"K": K, "N": N, "D": D},
        reference=Integer(right),
        mistakes=(
            (Integer(2 * K * D**2 * N), "the error of the network's input is not needed"),
            (Integer(D**2 * (2 * K - 1)), "this is for one example"),
            (
                Integer(D**2 * N * K),
                "a layer has an outer product and a product with its transpose",
            ),
        ),
        form=Number(what="multiplications", whole=True),
    )


def chain(source: random.Random) -> Exercise:
    """A1-2.3: the cheapest order of a product of four Jacobians."""
    sizes = [other_than(source, 1, 12) for _ in range(5)]
    a, b, c, d, e = sizes
    left = a * b * c + a * c * d + a * d * e
    back = c * d * e + b * c * e + a * b * e
    middle = a * b * c + c * d * e + a * c * e
    inner = min(b * c * d + a * b * d + a * d * e, b * c * d + b * d * e + a * b * e)
    shapes = ", ".join(f"{rows}×{columns}" for rows, columns in pairwise(sizes))
    return Exercise(
        statement=f"Four Jacobians of the sizes {shapes} are multiplied, as matrices. What is the "
        "least number of multiplications, over all orders?",
        numbers={"sizes": tuple(sizes)},
        reference=Integer(min(left, back, middle, inner)),
        mistakes=(
            (Integer(left), "from left to right (reverse mode) is not always the cheapest"),
            (Integer(back), "from right to left (forward mode) is not always the cheapest"),
        ),
        form=Number(what="multiplications", whole=True),
    )


EXERCISES: dict[str, Draw] = {
    "A1-2.2.1": jacobian,
    "A1-2.2.2": norm,
    "A1-2.2.3": cost,
    "A1-2.3": chain,
}
