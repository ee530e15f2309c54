"""P4-1b: programs, right ones in several styles and the usual slips."""

from __future__ import annotations

import pytest

from tests.chapters.handed_in import judged

RIGHT = {
    "P4-1b:program, loops": (
        "P4-1b:program",
        """
import math
def objective(w, w0, X, y, lam):
    n, d = X.shape
    f, dw, dw0 = 0.0, np.zeros(d), 0.0
    for i in range(n):
        z = sum(X[i, j] * w[j] for j in range(d)) + w0
        m = y[i] * z
        f += max(0, -m) + math.log1p(math.exp(-abs(m)))
        s = math.exp(-m) / (1 + math.exp(-m)) if m > 0 else 1 / (1 + math.exp(m))
        for j in range(d):
            dw[j] += -y[i] * s * X[i, j]
        dw0 += -y[i] * s
    f = f / n + lam / 2 * (sum(v * v for v in w) + w0 ** 2)
    return f, dw / n + lam * w, dw0 / n + lam * w0
""",
    ),
    "P4-1b:program, augmented": (
        "P4-1b:program",
        """
def objective(w, w0, X, y, lam):
    A = np.hstack([X, np.ones((len(X), 1))])
    v = np.append(w, w0)
    m = y * (A @ v)
    f = np.logaddexp(0, -m).mean() + 0.5 * lam * np.dot(v, v)
    with np.errstate(over="ignore"):
        g = A.T @ (-y / (1 + np.exp(m))) / len(y) + lam * v
    return f, g[:-1], g[-1]
""",
    ),
    "P4-1b:program, targets01": (
        "P4-1b:program",
        """
def objective(w, w0, X, y, lam):
    t = (y + 1) / 2
    z = X @ w + w0
    f = np.mean(np.logaddexp(0, z) - t * z) + lam / 2 * (np.sum(w**2) + w0**2)
    p = np.exp(-np.logaddexp(0, -z))
    return f, X.T @ (p - t) / len(t) + lam * w, np.mean(p - t) + lam * w0
""",
    ),
    "P4-1b:program, torch autograd": (
        "P4-1b:program",
        """
import torch
def objective(w, w0, X, y, lam):
    w = torch.tensor(w, requires_grad=True)
    w0 = torch.tensor(float(w0), dtype=torch.float64, requires_grad=True)
    m = torch.tensor(y) * (torch.tensor(X) @ w + w0)
    f = torch.nn.functional.softplus(-m).mean() + lam/2*((w**2).sum() + w0**2)
    f.backward()
    return f.item(), w.grad.numpy(), w0.grad.item()
""",
    ),
    "P4-1b:program, returns tuple list": (
        "P4-1b:program",
        """
def objective(w, w0, X, y, lam):
    m = y * (X.dot(w) + w0)
    f = np.logaddexp(0, -m).sum()/m.size + lam*(w.dot(w)+w0*w0)/2
    s = -y*np.exp(-np.logaddexp(0, m))/m.size
    return [f, list(s @ X + lam*w), s.sum() + lam*w0]
""",
    ),
    "P4-1b:program, column inside, ravel at end": (
        "P4-1b:program",
        """
def objective(w, w0, X, y, lam):
    w_ = w.reshape(-1, 1); y_ = y.reshape(-1, 1)
    m = y_ * (X @ w_ + w0)
    f = np.mean(np.logaddexp(0, -m)) + lam/2*(np.sum(w_**2) + w0**2)
    s = -y_*np.exp(-np.logaddexp(0, m))/len(y_)
    return f, (X.T @ s + lam*w_).ravel(), np.sum(s) + lam*w0
""",
    ),
}
WRONG = {
    "P4-1b:program, column gradient": (
        "P4-1b:program",
        "its shape is (1, 1)",
        """
def objective(w, w0, X, y, lam):
    w_ = w.reshape(-1, 1); y_ = y.reshape(-1, 1)
    m = y_ * (X @ w_ + w0)
    f = np.mean(np.logaddexp(0, -m)) + lam/2*(np.sum(w_**2) + w0**2)
    s = -y_*np.exp(-np.logaddexp(0, m))/len(y_)
    return f, X.T @ s + lam*w_, np.sum(s) + lam*w0
""",
    ),
    "P4-1b:program, y broadcast": (
        "P4-1b:program",
        "every margin meets every label",
        """
def objective(w, w0, X, y, lam):
    z = X @ w[:, None] + w0
    m = y * z
    f = np.mean(np.logaddexp(0, -m)) + lam/2*(np.sum(w**2) + w0**2)
    s = -y*np.exp(-np.logaddexp(0, m))/len(y)
    return f, (X.T @ s).sum(1) + lam*w, np.sum(s) + lam*w0
""",
    ),
    "P4-1b:program, float32 inputs": (
        "P4-1b:program",
        "right to 7 digits",
        """
def objective(w, w0, X, y, lam):
    X = X.astype(np.float32); w = w.astype(np.float32)
    m = y * (X @ w + w0)
    f = np.mean(np.logaddexp(0, -m)) + lam/2*(np.sum(w**2) + w0**2)
    s = -y*np.exp(-np.logaddexp(0, m))/len(y)
    return f, X.T @ s + lam*w, np.sum(s) + lam*w0
""",
    ),
    "P4-1b:program, naive": (
        "P4-1b:program",
        "overflows",
        """
def objective(w, w0, X, y, lam):
    m = y * (X @ w + w0)
    f = np.mean(np.log(1 + np.exp(-m))) + lam/2*(np.sum(w**2) + w0**2)
    s = -y/(1 + np.exp(m))/len(y)
    return f, X.T @ s + lam*w, np.sum(s) + lam*w0
""",
    ),
    "P4-1b:program, sign": (
        "P4-1b:program",
        "the sign",
        """
def objective(w, w0, X, y, lam):
    m = y * (X @ w + w0)
    f = np.mean(np.logaddexp(0, -m)) + lam/2*(np.sum(w**2) + w0**2)
    s = y*np.exp(-np.logaddexp(0, m))/len(y)
    return f, X.T @ s + lam*w, np.sum(s) + lam*w0
""",
    ),
    "P4-1b:program, sigmoid of the wrong sign": (
        "P4-1b:program",
        "hardly counts",
        """
def objective(w, w0, X, y, lam):
    m = y * (X @ w + w0)
    f = np.mean(np.logaddexp(0, -m)) + lam/2*(np.sum(w**2) + w0**2)
    s = -y*np.exp(-np.logaddexp(0, -m))/len(y)
    return f, X.T @ s + lam*w, np.sum(s) + lam*w0
""",
    ),
    "P4-1b:program, clip": (
        "P4-1b:program",
        "cut off",
        """
def objective(w, w0, X, y, lam):
    p = np.clip(np.exp(-np.logaddexp(0, -y*(X @ w + w0))), 1e-12, 1-1e-12)
    f = -np.mean(np.log(p)) + lam/2*(np.sum(w**2) + w0**2)
    s = -y*(1-p)/len(y)
    return f, X.T @ s + lam*w, np.sum(s) + lam*w0
""",
    ),
    "P4-1b:program, returns value only": (
        "P4-1b:program",
        "1 result, and 3 are asked for",
        """
def objective(w, w0, X, y, lam):
    m = y * (X @ w + w0)
    return np.mean(np.logaddexp(0, -m)) + lam/2*(np.sum(w**2) + w0**2)
""",
    ),
    "P4-1b:program, gradient in one": (
        "P4-1b:program",
        "2 results, and 3",
        """
def objective(w, w0, X, y, lam):
    m = y * (X @ w + w0)
    s = -y*np.exp(-np.logaddexp(0, m))/len(y)
    f = np.mean(np.logaddexp(0, -m)) + lam/2*(np.sum(w**2) + w0**2)
    return f, np.append(X.T @ s + lam*w, s.sum()+lam*w0)
""",
    ),
    "P4-1b:program, mutates w": (
        "P4-1b:program",
        "changes its argument",
        """
def objective(w, w0, X, y, lam):
    m = y * (X @ w + w0)
    s = -y*np.exp(-np.logaddexp(0, m))/len(y)
    f = np.mean(np.logaddexp(0, -m)) + lam/2*(np.sum(w**2) + w0**2)
    w *= lam
    return f, X.T @ s + w, s.sum()+lam*w0
""",
    ),
    "P4-1b:program, penalty on the bias not squared-half": (
        "P4-1b:program",
        "f: its values differ",
        """
def objective(w, w0, X, y, lam):
    m = y * (X @ w + w0)
    s = -y*np.exp(-np.logaddexp(0, m))/len(y)
    f = np.mean(np.logaddexp(0, -m)) + lam/2*np.sum(w**2) + lam*w0**2
    return f, X.T @ s + lam*w, s.sum()+2*lam*w0
""",
    ),
    "P4-1b:program, L1": (
        "P4-1b:program",
        "f: its values differ",
        """
def objective(w, w0, X, y, lam):
    m = y * (X @ w + w0)
    s = -y*np.exp(-np.logaddexp(0, m))/len(y)
    f = np.mean(np.logaddexp(0, -m)) + lam/2*(np.abs(w).sum() + abs(w0))
    return f, X.T @ s + lam/2*np.sign(w), s.sum()+lam/2*np.sign(w0)
""",
    ),
}


@pytest.mark.parametrize("style", RIGHT)
def test_right_in_any_style(style):
    verdict = judged(*RIGHT[style])
    assert verdict.right, verdict


@pytest.mark.parametrize("slip", WRONG)
def test_slips_are_refused_with_a_true_reason(slip):
    id, why, text = WRONG[slip]
    verdict = judged(id, text)
    assert verdict.right is False
    assert why in verdict.diagnosis, verdict
