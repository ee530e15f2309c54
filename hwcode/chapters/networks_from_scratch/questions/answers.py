"""Programs as answers to the questions on logistic regression: right ones, and wrong ones.

The first line of a wrong program's docstring says what is wrong with it; the page shows that line.
"""

from __future__ import annotations

from typing import Any

from hwcode.chapters.networks_from_scratch import layers as nn
from hwcode.checking.extras import np


def bce_by_formula(p: Any, t: Any) -> Any:
    """-np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))"""
    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))


def bce_summed(p: Any, t: Any) -> Any:
    """the sum over the examples"""
    return nn.bce(p, t) * len(t)


def bce_shifted(p: Any, t: Any) -> Any:
    """with np.log(p + 1e-8) and np.log(1 - p + 1e-8)"""
    return -np.mean(t * np.log(p + 1e-8) + (1 - t) * np.log(1 - p + 1e-8))


def bce_clipped(p: Any, t: Any) -> Any:
    """with p = np.clip(p, 1e-12, 1 - 1e-12)"""
    return bce_by_formula(np.clip(p, 1e-12, 1 - 1e-12), t)


def bce_of_labels(p: Any, t: Any) -> Any:
    """-np.mean(np.log(np.where(t == 1, p, 1 - p)))"""
    with np.errstate(divide="ignore"):
        return -np.mean(np.log(np.where(t == 1, p, 1 - p)))


def bce_of_ones(p: Any, t: Any) -> Any:
    """the first term alone, -np.mean(t * np.log(p))"""
    with np.errstate(all="ignore"):
        return float(np.mean(np.where(t == 0, 0, -t * np.log(p))))


def bce_clamped(p: Any, t: Any) -> Any:
    """with logarithms not below -100"""
    with np.errstate(divide="ignore"):
        logs = np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)
    return -np.mean(t * logs[0] + (1 - t) * logs[1])


def slopes_by_formula(p: Any, t: Any) -> Any:
    """(p - t) / (p * (1 - p)) / n"""
    return (p - t) / (p * (1 - p)) / len(t)


def slopes_of_logits_for_p(p: Any, t: Any) -> Any:
    """(p - t) / n"""
    return (p - t) / len(t)


def slopes_summed(p: Any, t: Any) -> Any:
    """without the division by n"""
    return nn.bce_backward(p, t) * len(t)


def by_probability(z: Any, t: Any) -> Any:
    """bce(sigmoid(z), t)"""
    return nn.bce(nn.sigmoid(z), t)


def softplus_naive(z: Any, t: Any) -> Any:
    """np.mean(np.log(1 + np.exp(z)) - t * z)"""
    return np.mean(np.log(1 + np.exp(z)) - t * z)


def logits_swapped(z: Any, t: Any) -> Any:
    """np.mean(np.logaddexp(0, -z) + t * z)"""
    return np.mean(np.logaddexp(0, -z) + t * z)


def by_chain_rule(z: Any, t: Any) -> Any:
    """bce_backward(p, t) * p * (1 - p) with p = sigmoid(z)"""
    p = nn.sigmoid(z)
    return nn.bce_backward(p, t) * p * (1 - p)


def negative_exponential(z: Any, t: Any) -> Any:
    """np.exp(z) / (1 + np.exp(z)) - t, divided by n"""
    return (np.exp(z) / (1 + np.exp(z)) - t) / len(t)


def plain_sigmoid(z: Any, t: Any) -> Any:
    """1 / (1 + np.exp(-z)) - t, divided by n"""
    return (1 / (1 + np.exp(-z)) - t) / len(t)


def ascent(z: Any, t: Any) -> Any:
    """(t - sigmoid(z)) / n"""
    return (t - nn.sigmoid(z)) / len(t)


class LinearNoSum(nn.Linear):
    """db = G"""

    def backward(self, G: Any) -> Any:
        dX = super().backward(G)
        self.db = G
        return dX


class LinearMean(nn.Linear):
    """dW = X.T @ G / n, db = G.mean(axis=0)"""

    def backward(self, G: Any) -> Any:
        dX = super().backward(G)
        self.dW, self.db = self.dW / len(G), self.db / len(G)
        return dX


class LinearTransposed(nn.Linear):
    """dW = G.T @ X"""

    def backward(self, G: Any) -> Any:
        dX = super().backward(G)
        self.dW = self.dW.T
        return dX


class LinearAdding(nn.Linear):
    """self.dW += X.T @ G, self.db += G.sum(axis=0)"""

    def backward(self, G: Any) -> Any:
        dW, db = getattr(self, "dW", 0), getattr(self, "db", 0)
        dX = super().backward(G)
        self.dW, self.db = dW + self.dW, db + self.db
        return dX


class LinearKeepsFirst(nn.Linear):
    """forward keeps the first batch that it saw"""

    def forward(self, X: Any) -> Any:
        first = getattr(self, "X", X)
        Y = super().forward(X)
        self.X = first
        return Y


def logistic_regression(w: Any, b: float, X: Any, t: Any) -> tuple[float, Any, float]:
    """Loss and gradients of logistic regression."""
    z = X @ w + b
    slopes = nn.bce_with_logits_backward(z, t)
    return nn.bce_with_logits(z, t), X.T @ slopes, slopes.sum()


def regression_summed(w: Any, b: Any, X: Any, t: Any) -> Any:
    """gradients summed over the examples, the loss a mean"""
    loss, dw, db = logistic_regression(w, b, X, t)
    return loss, dw * len(t), db * len(t)


def regression_with_slope(w: Any, b: Any, X: Any, t: Any) -> Any:
    """X.T @ ((p - t) * p * (1 - p)) / n"""
    loss, _, _ = logistic_regression(w, b, X, t)
    p = nn.sigmoid(X @ w + b)
    slopes = (p - t) * p * (1 - p) / len(t)
    return loss, X.T @ slopes, slopes.sum()


def regression_broadcast(w: Any, b: Any, X: Any, t: Any) -> Any:
    """z = X @ w[:, None] + b, of shape (n, 1), with targets of shape (n,)"""
    z = X @ w[:, None] + b
    slopes = (nn.sigmoid(z) - t) / len(t)
    loss = np.mean(np.logaddexp(0, z) - t * z)
    return loss, (X.T @ slopes).sum(axis=1), slopes.sum()


def regression_by_probability(w: Any, b: Any, X: Any, t: Any) -> Any:
    """the loss from probabilities, bce(sigmoid(X @ w + b), t)"""
    _, dw, db = logistic_regression(w, b, X, t)
    return nn.bce(nn.sigmoid(X @ w + b), t), dw, db


def gradient_descent(X: Any, t: Any, rate: float, steps: int) -> tuple[Any, float, list[float]]:
    """Full-batch gradient descent for logistic regression, from zero."""
    layer = nn.Linear(np.zeros((X.shape[1], 1)), np.zeros(1))
    losses = nn.train(layer, X, t, rate, steps)
    return layer.W[:, 0], layer.b[0], losses


def descent_uphill(X: Any, t: Any, rate: Any, steps: Any) -> Any:
    """w += rate * gradient"""
    return gradient_descent(X, t, -rate, steps)


def descent_by_example(X: Any, t: Any, rate: Any, steps: Any) -> Any:
    """a step after each example"""
    layer, losses = nn.Linear(np.zeros((X.shape[1], 1)), np.zeros(1)), []
    for _ in range(steps):
        losses += nn.train(layer, X, t, 0.0, 0)
        for i in range(len(t)):
            nn.train(layer, X[i : i + 1], t[i : i + 1], rate, 1)
    return layer.W[:, 0], layer.b[0], losses + nn.train(layer, X, t, 0.0, 0)


def descent_summed(X: Any, t: Any, rate: Any, steps: Any) -> Any:
    """the gradient summed over the examples"""
    return gradient_descent(X, t, rate * len(t), steps)


def descent_one_short(X: Any, t: Any, rate: Any, steps: Any) -> Any:
    """losses before each step, the last one left out"""
    w, b, losses = gradient_descent(X, t, rate, steps)
    return w, b, losses[:-1]


def descent_one_after_the_other(X: Any, t: Any, rate: Any, steps: Any) -> Any:
    """the bias is moved with the gradient at the new weights"""
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(steps):
        loss, dw, _ = logistic_regression(w, b, X, t)
        losses.append(loss)
        w = w - rate * dw
        b = b - rate * logistic_regression(w, b, X, t)[2]
    return w, b, [*losses, logistic_regression(w, b, X, t)[0]]
