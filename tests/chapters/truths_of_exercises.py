"""What the exercises ask for, computed from the definitions out of their numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from itertools import pairwise
from typing import Any

import sympy
from sympy import ImmutableMatrix, Matrix, Rational, symbols

eta = symbols("eta", real=True)


def gradient_of(loss: Callable[[Any], Any], at: Any) -> Any:
    """By SymPy's derivatives."""
    names = Matrix(symbols(f"w:{len(at)}"))
    values = dict(zip(names, at, strict=True))
    return ImmutableMatrix([sympy.diff(loss(names), name).subs(values) for name in names])


def squares(v: Any) -> Any:
    return sum(entry**2 for entry in v)


def foot(x: Any, t: Any, start: Any) -> Any:
    """The point of x.w = t nearest to a start, by Lagrange's equations."""
    rows = [[1, 0, x[0]], [0, 1, x[1]], [x[0], x[1], 0]]
    solved = Matrix(rows).LUsolve(Matrix([start[0], start[1], t]))
    return ImmutableMatrix(solved[:2])


def expectation(n: int, d: int, sigma: int) -> Any:
    """The trace of what least squares leaves, with powers of 1 to n as features."""
    X = Matrix(n, d, lambda i, j: Rational(i + 1, n) ** j)
    Q, _ = X.QRdecomposition() if d == 1 else (X, None)
    hat = Q * (Q.T * Q).LUsolve(Q.T)
    return sigma**2 * (n - hat.trace()) / n


def jacobian(W1: Any, W2: Any, x: Any, ybar: Any) -> Any:
    """By small steps, which are exact as long as no unit crosses zero."""
    step = Rational(1, 10**6)

    def value(weights: Any) -> Any:
        return (ybar.T * W2 * (weights * x).applyfunc(lambda z: max(z, 0)))[0]

    def entry(row: int, column: int) -> Any:
        moved = Matrix(W1)
        moved[row, column] += step
        return (value(moved) - value(W1)) / step

    return ImmutableMatrix(2, 2, entry)


def cost(K: int, N: int, D: int) -> int:
    count = 0
    for layer in range(K):
        count += D * D  # the error of z times the input
        count += D * D if layer else 0  # on to the layer before
    return N * count


def chain(sizes: tuple[int, ...]) -> int:
    """The cheapest order, by trying every place for the last product."""
    if len(sizes) == 2:
        return 0
    return min(
        chain(sizes[: place + 1]) + chain(sizes[place:]) + sizes[0] * sizes[place] * sizes[-1]
        for place in range(1, len(sizes) - 1)
    )


def selector(n: int, small: int, large: int, factor: int) -> Any:
    """From its answers to sorted numbers of which the last ones are 1."""

    def answer(ones: int) -> int:
        wires = [0] * (n - ones) + [1] * ones
        return sorted(wires)[small - 1] + factor * sorted(wires, reverse=True)[large - 1]

    return ImmutableMatrix(1, n, [answer(n - i) - answer(n - i - 1) for i in range(n)])


def adagrad(x: Any, t: int) -> Any:
    """By running it; the result is in floating point."""
    x = [float(entry) for entry in x]
    w, seen = [0.0, 0.0], [0.0, 0.0]
    for _ in range(6000):
        error = sum(a * b for a, b in zip(x, w, strict=True)) - t
        if not error:
            break
        for i in range(2):
            g = 2 * error * x[i]
            seen[i] += g * g
            w[i] -= 0.5 * g / math.sqrt(seen[i]) if seen[i] else 0.0
    return w


def many_steps(x: Any, t: int, k: int) -> Any:
    w = Matrix([0, 0])
    for _ in range(k):
        w = (w - eta * 2 * Matrix(x) * ((Matrix(x).T * w)[0] - t)).expand()
    return ((Matrix(x).T * w)[0] - t) ** 2


def best_rate(x: Any, t: int) -> Any:
    (rate,) = sympy.solve(sympy.diff(many_steps(x, t, 1), eta), eta)
    return rate


def after_a_step(X: Any, a: Any, rate: Any) -> Any:
    """With targets that make the residual a at weights 0."""
    w = -rate * gradient_of(lambda w: squares(X * w + a) / 2, [0, 0])
    return squares(X * w + a) / 2


def convolution(image: Any, kernel: Any) -> Any:
    """As the product of two polynomials."""
    u, v = symbols("u v")

    def polynomial(m: Any) -> Any:
        return sum(m[i, j] * u**i * v**j for i in range(m.rows) for j in range(m.cols))

    product = sympy.Poly(polynomial(image) * polynomial(kernel), u, v)
    return ImmutableMatrix(2, 3, lambda i, j: product.coeff_monomial(u ** (i + 1) * v ** (j + 1)))


def net(channels: tuple[int, ...], kernel: int, side: int, classes: int) -> int:
    count = 0
    for before, after in pairwise(channels):
        count += after * (before * kernel * kernel + 1)
        side = side // 2
    return count + classes * (side * side * channels[-1] + 1)


def field(layers: tuple[tuple[int, int], ...]) -> int:
    """The set of inputs, from the output back."""
    seen = {0}
    for kernel, stride in reversed(layers):
        seen = {stride * place + offset for place in seen for offset in range(kernel)}
    return max(seen) - min(seen) + 1


def padding(kernel: int, dilation: int) -> Any:
    """By looking for it, with PyTorch's formula for the size."""
    found = [
        (p, q)
        for p in range(200)
        for q in (0, 1)
        if all((m - 1) * 2 - 2 * p + dilation * (kernel - 1) + q + 1 == 2 * m for m in (500, 777))
    ]
    assert len(found) == 1
    return ImmutableMatrix(found[0])


def updates(images: int, batch: int, epochs: int) -> int:
    return sum(len(range(0, images, batch)) for _ in range(epochs))


def smoothness(X: Any, penalty: Any) -> Any:
    """The largest eigenvalue of the Hessian at 0, where every p (1 - p) is largest."""
    hessian = sum((X[i, :].T * X[i, :] / 4 for i in range(3)), sympy.zeros(2)) / 3
    return max((hessian + penalty * sympy.eye(2)).eigenvals())


def nesterov(kappa: int) -> Any:
    """The smaller momentum at which the two roots of the slowest direction meet."""
    beta, left = symbols("beta", positive=True), 1 - Rational(1, kappa)
    return min(sympy.solve((1 + beta) ** 2 * left**2 - 4 * beta * left, beta))


def noisy_step(a: int, start: int, sigma: int, batch: int) -> Any:
    mean = ((1 - eta * a) * start) ** 2 + eta**2 * Rational(sigma**2, batch)
    (rate,) = sympy.solve(sympy.diff(mean * a / 2, eta), eta)
    return rate


def stable(x: Any, alpha: Any) -> Any:
    """The rate at which a root of the recursion along x is -1."""
    curvature = sympy.diff(squares([eta * entry for entry in x]), eta, 2) / squares(x)
    z = -1
    (rate,) = sympy.solve(z**2 - (1 + alpha - eta * curvature * squares(x)) * z + alpha, eta)
    return rate


def kicked(rate: Any, momentum: Any) -> Any:
    """How far a gradient of 1 moves the weights in all."""
    k = symbols("k", integer=True)
    return rate * sympy.summation(momentum**k, (k, 0, sympy.oo))


def traded(rate: Any, before: Any, after: Any) -> Any:
    return kicked(rate, before) / kicked(1, after)


def entropy(p: Any, t: Any) -> Any:
    likely = reduce(
        lambda one, each: one * each, (q if y else 1 - q for q, y in zip(p, t, strict=True))
    )
    return -math.log(likely) / len(p)


TRUTHS: dict[str, Callable[..., Any]] = {
    "A1-1.1": lambda X, w, t: gradient_of(lambda at: squares(X * at - t) / 3, w),
    "A1-1.2.2": expectation,
    "A1-1.3.1": lambda x, t: foot(x, t, [0, 0]),
    "A1-2.2.1": jacobian,
    "A1-2.2.2": lambda x, zbar: sum((a * b) ** 2 for a in x for b in zbar),
    "A1-2.2.3": cost,
    "A1-2.3": chain,
    "A1-3.3": selector,
    "A1-P1.1": entropy,
    "A1-P2.3": lambda sizes: sum(b * len(range(a + 1)) for a, b in pairwise(sizes)),
    "H2-1.1.1": lambda x, t, w0: foot(x, t, w0),
    "H2-1.1.2": stable,
    "H2-1.2.1": adagrad,
    "A2-1.2.1": lambda x, t, w0: gradient_of(lambda w: (x[0] * w[0] + x[1] * w[1] - t) ** 2, w0),
    "H2-2.2.1": after_a_step,
    "H2-2.2.4": best_rate,
    "H2-2.3.3": many_steps,
    "A2-2.2.1": lambda X, w, t, rate, penalty: w - rate * gradient_of(
        lambda at: squares(X * at - t) / 2 + penalty * squares(at), w
    ),
    "A2-2.2.2": lambda rate, decay: sympy.solve(1 - 2 * rate * eta - (1 - decay), eta)[0],
    "A2-3.1.1a": noisy_step,
    "A2-3.1.2a": lambda least, critical, batch: least * batch + least * critical,
    "H2-3.1": convolution,
    "H2-3.2": net,
    "H2-3.3": field,
    "A2-4.3": lambda channels, kernel: sum(a * b for a, b in pairwise(channels)) * kernel * kernel,
    "A2-5.4": padding,
    "A2-5.5": updates,
    "P4-1b": lambda curvature, rate: math.log(float(1 - rate * curvature) ** 2),
    "P4-1c": smoothness,
    "P4-1d": nesterov,
    "P4-2a": lambda classes: -sum(math.log(1 / classes) / classes for _ in range(classes)),
    "P4-2b": lambda start, factor, batches: reduce(
        lambda rate, _: rate * factor, range(batches - 1), start
    ),
    "P4-2c": updates,
    "P4-2d": traded,
}  # fmt: skip
