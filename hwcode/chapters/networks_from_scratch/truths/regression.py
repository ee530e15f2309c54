"""What is true of logistic regression, by definitions alone.

Losses and their slopes are computed with many decimal digits, the slopes as difference quotients:
by the definition of a derivative, and by no rule for one.
"""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import ImmutableMatrix, Rational

from hwcode.chapters.networks_from_scratch.questions.problem import X, lmax, n, p, t
from hwcode.chapters.networks_from_scratch.truths.digits import quotient
from hwcode.checking.expressions import UndefinedError
from hwcode.checking.inequalities import Affine, solution


def cross_entropy(probability: Any, target: Any) -> Any:
    """``-t log p - (1 - t) log(1 - p)``, with ``0 log 0 = 0`` and ``log 0`` minus infinity."""
    total = mpmath.mpf(0)
    for weight, chance in ((target, probability), (1 - target, 1 - probability)):
        if weight:
            total -= weight * mpmath.log(chance) if chance else -mpmath.inf
    return total


def logistic(z: Any) -> Any:
    """The logistic function, ``1 / (1 + exp(-z))``."""
    return 1 / (1 + mpmath.exp(-z))


def loss_of_probabilities(p: Any, t: Any) -> float:
    """The mean cross-entropy of probabilities."""
    losses = [cross_entropy(mpmath.mpf(a), mpmath.mpf(b)) for a, b in zip(p, t, strict=True)]
    return float(mpmath.fsum(losses) / len(p))


def slopes_of_probabilities(p: Any, t: Any) -> Any:
    """Its derivative in each probability, one-sided at 0 and 1."""
    slopes = []
    for a, b in zip(p, t, strict=True):
        loss = partial(cross_entropy, target=mpmath.mpf(b))
        slope = quotient(loss, mpmath.mpf(a), 0, 1)
        slopes.append(float(slope / len(p)))
    return np.array(slopes)


def loss_of_logit(target: Any, z: Any) -> Any:
    """One example's; ``1 - p`` is ``logistic(-z)``, which no digits are lost in."""
    total = mpmath.mpf(0)
    for weight, logit in ((target, z), (1 - target, -z)):
        if weight:
            total -= weight * mpmath.log(logistic(logit))
    return total


def loss_of_logits(z: Any, t: Any) -> float:
    """The mean cross-entropy of the logits' probabilities."""
    losses = [loss_of_logit(mpmath.mpf(b), mpmath.mpf(a)) for a, b in zip(z, t, strict=True)]
    return float(mpmath.fsum(losses) / len(z))


def slopes_of_logits(z: Any, t: Any) -> Any:
    """Its derivative in each logit."""
    slopes = []
    for a, b in zip(z, t, strict=True):
        slope = quotient(partial(loss_of_logit, mpmath.mpf(b)), mpmath.mpf(a))
        slopes.append(float(slope / len(z)))
    return np.array(slopes)


def differences_of_linear(arguments: Any) -> dict[str, Any]:
    """Differences of ``sum(G * Y)``: it is affine in each argument, so steps of 1 are exact."""
    W, b, X, G = (np.array(value) for value in arguments)

    def output(W: Any, b: Any, X: Any) -> Any:
        Y = np.empty(G.shape)
        for i, j in np.ndindex(*G.shape):
            Y[i, j] = b[j] + sum(X[i, k] * W[k, j] for k in range(len(W)))
        return Y

    def differences(place: int) -> Any:
        values = [W, b, X]
        slopes = np.empty(values[place].shape)
        for entry in np.ndindex(*slopes.shape):
            moved = [value.copy() for value in values]
            moved[place][entry] += 1
            slopes[entry] = np.sum(G * (output(*moved) - output(*values)))
        return slopes

    return {"Y": output(W, b, X), "dX": differences(2), "dW": differences(0), "db": differences(1)}


def regression_by_quotients(w: Any, b: Any, X: Any, t: Any) -> dict[str, Any]:
    """Loss and slopes of logistic regression, weight by weight."""
    rows = [[mpmath.mpf(value) for value in row] for row in X]
    weights = [mpmath.mpf(value) for value in (*w, b)]

    def loss(weights: Any) -> Any:
        logits = [mpmath.fdot(row, weights[:-1]) + weights[-1] for row in rows]
        losses = [loss_of_logit(mpmath.mpf(a), z) for z, a in zip(logits, t, strict=True)]
        return mpmath.fsum(losses) / len(rows)

    def moved(place: int, value: Any) -> Any:
        return loss([*weights[:place], value, *weights[place + 1 :]])

    slopes = [float(quotient(partial(moved, place), value)) for place, value in enumerate(weights)]
    return {"loss": float(loss(weights)), "dw": np.array(slopes[:-1]), "db": slopes[-1]}


def exact_gradient(point: Any) -> ImmutableMatrix:
    """The chain rule from weights to logits to probabilities to the loss, one example at a time."""
    chance, logit, weight, value = sympy.symbols("chance logit weight value")
    target = sympy.Symbol("target")
    loss = -target * sympy.log(chance) - (1 - target) * sympy.log(1 - chance)
    slope = sympy.diff(loss, chance)
    # d sigmoid / dz, written in the probability itself.
    curve = sympy.diff(1 / (1 + sympy.exp(-logit)), logit)
    curve = sympy.simplify(curve.subs(logit, sympy.log(chance / (1 - chance))))
    data, probabilities, targets = point[X], point[p], point[t]
    if any(entry in (0, 1) for entry in probabilities):
        raise UndefinedError("a probability is 0 or 1, and no logit belongs to it")
    per_logit = [
        (slope * curve).subs({chance: a, target: b})
        for a, b in zip(probabilities, targets, strict=True)
    ]
    inner = sympy.diff(weight * value, weight)
    rows = range(data.rows)
    return ImmutableMatrix(
        [
            sum(per_logit[i] * inner.subs(value, data[i, j]) for i in rows) / data.rows
            for j in range(data.cols)
        ]
    )


def descent_by_quotients(X: Any, t: Any, rate: Any, steps: int) -> dict[str, Any]:
    """Gradient descent with slopes from difference quotients."""
    weights = [mpmath.mpf(0)] * (X.shape[1] + 1)
    losses = []
    for taken in range(steps + 1):
        # The quotients are rounded to doubles, so the weights may be too.
        found = regression_by_quotients(weights[:-1], weights[-1], X, t)
        losses.append(found["loss"])
        if taken < steps:
            slopes = [*found["dw"], found["db"]]
            weights = [w - mpmath.mpf(rate) * g for w, g in zip(weights, slopes, strict=True)]
    w = np.array([float(value) for value in weights])
    return {"w": w[:-1], "b": w[-1], "losses": np.array(losses)}


def largest_safe_rate(point: Any) -> Any:
    """Two over the curvature where it is largest: at probability 1/2, along the top eigenvector.

    With targets of 1/2 the minimum lies at zero weights, so a larger rate really does go up there.
    """
    z, rate = sympy.Symbol("z", real=True), sympy.Symbol("rate", positive=True)
    one = (sympy.log(1 + sympy.exp(-z)) + sympy.log(1 + sympy.exp(z))) / 2
    curvature = sympy.diff(one, z, 2).subs(z, 0) * point[lmax] / point[n]
    return sympy.solve(sympy.Eq(1 - rate * curvature, -1), rate)[0]


def best_line(points: Any, labels: Any) -> Rational:
    """The largest fraction of points that a line can classify, by trying all subsets exactly.

    A set is classified by some line if linear inequalities in its three coefficients have a
    solution. Fit for a handful of points.

    >>> best_line([(0, 0), (0, 1), (1, 0), (1, 1)], [0, 1, 1, 0])
    3/4
    """
    wanted = [
        (1 if label else -1) * Affine.of([*(int(value) for value in point), 1])
        for point, label in zip(points, labels, strict=True)
    ]
    for size in range(len(wanted), 0, -1):
        for chosen in combinations(wanted, size):
            if solution([one.above() for one in chosen], 3) is not None:
                return Rational(size, len(wanted))
    return Rational(0)


SEPARABLE = ((1, 2), (3, -1), (-1, -2), (-3, 1)), (1, 1, 0, 0)


def fate_on_separable(_: Any) -> str:
    """Along a separating direction the loss falls to 0, and no finite weights have loss 0."""
    signed = [
        tuple((1 if label else -1) * value for value in point)
        for point, label in zip(*SEPARABLE, strict=True)
    ]
    direction = solution([Affine.of(point).above() for point in signed], 2)
    scale = sympy.Symbol("scale", positive=True)
    margins = [sympy.Rational(Affine.of(point)(direction or (0, 0))) for point in signed]
    along = sum(sympy.log(1 + sympy.exp(-scale * margin)) for margin in margins)
    if direction is not None and sympy.limit(along, scale, sympy.oo) == 0:
        return "diverge"
    return "minimum"


def max_margin_slope(_: Any) -> Any:
    """The least weights with all margins at least 1, by trying all sets of active margins."""
    rows = [sympy.Matrix([point]) for point, label in zip(*SEPARABLE, strict=True) if label]
    candidates = []
    for size in (1, 2):
        for chosen in combinations(rows, size):
            A = sympy.Matrix.vstack(*chosen)
            w = A.T * (A * A.T).LUsolve(sympy.ones(size, 1))
            if all((row * w)[0] >= 1 for row in rows):
                candidates.append((w.dot(w), w))
    least = min(candidates, key=lambda pair: pair[0])[1]
    return least[1] / least[0]


XOR = ((0, 0), (0, 1), (1, 0), (1, 1)), (0, 1, 1, 0)


def least_loss_on_xor(_: Any) -> Any:
    """The loss is convex, so where its gradient vanishes it is least."""
    weights = sympy.symbols("w1 w2 b", real=True)
    total = sympy.S.Zero
    for point, label in zip(*XOR, strict=True):
        z = weights[0] * point[0] + weights[1] * point[1] + weights[2]
        total += sympy.log(1 + sympy.exp(-z if label else z)) / 4
    origin = dict.fromkeys(weights, 0)
    if any(sympy.diff(total, weight).subs(origin) != 0 for weight in weights):
        raise UndefinedError("the origin is not stationary")
    return total.subs(origin)
