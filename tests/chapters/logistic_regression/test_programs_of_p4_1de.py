"""P4-1d and 1e: programs, right ones in several styles and the usual slips."""

from __future__ import annotations

import pytest

from tests.chapters.handed_in import judged

RIGHT = {
    "P4-1d:step, velocity form": (
        "P4-1d:step",
        """
def nesterov_step(w, before, gradient, rate, momentum):
    v = w - before
    v = momentum * v - rate * gradient(w + momentum * v)
    return w + v
""",
    ),
    "P4-1d:run, run velocity": (
        "P4-1d:run",
        """
def nesterov(start, gradient, rate, momentum, steps):
    w, v = start.copy(), np.zeros_like(start)
    path = np.empty((steps + 1, len(start)))
    path[0] = w
    for k in range(1, steps + 1):
        v = momentum * v - rate * gradient(w + momentum * v)
        w = w + v
        path[k] = w
    return path
""",
    ),
    "P4-1d:run, run list": (
        "P4-1d:run",
        """
def nesterov(start, gradient, rate, momentum, steps):
    ws = [start]
    y = start
    for _ in range(steps):
        new = y - rate * gradient(y)
        y = new + momentum * (new - ws[-1])
        ws.append(new)
    return ws
""",
    ),
    "P4-1d:run, run ahead (y sequence)": (
        "P4-1d:run",
        """
def nesterov(start, gradient, rate, momentum, steps):
    y = start; w = start; path = [y]
    for _ in range(steps):
        new = y - rate * gradient(y)
        y = new + momentum * (new - w)
        w = new
        path.append(y)
    return np.array(path)
""",
    ),
    "P4-1e:program, loops": (
        "P4-1e:program",
        """
def sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order):
    n = len(y)
    w, before = w.copy(), before.copy()
    for k in range(0, n, batch):
        idx = order[k:min(k + batch, n)]
        v = w + momentum * (w - before)
        g = np.zeros_like(w)
        for i in idx:
            m = y[i] * X[i].dot(v)
            g -= y[i] * X[i] * np.exp(-np.logaddexp(0, m))
        g = g / len(idx) + lam * v
        before, w = w, v - rate * g
    return w, before
""",
    ),
    "P4-1e:program, array_split like": (
        "P4-1e:program",
        """
def sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order):
    X, y = X[order], y[order]
    starts = range(0, len(y), batch)
    v = w - before
    for s in starts:
        Xb, yb = X[s:s+batch], y[s:s+batch]
        a = w + momentum * v
        sig = np.exp(-np.logaddexp(0, yb * (Xb @ a)))
        g = -(Xb * (yb * sig)[:, None]).mean(axis=0) + lam * a
        v = momentum * v - rate * g
        w = w + v
    return w, w - v
""",
    ),
}
WRONG = {
    "P4-1d:run, run in place path aliases": (
        "P4-1d:run",
        "all iterates are the last one",
        """
def nesterov(start, gradient, rate, momentum, steps):
    w = start.copy(); v = np.zeros(len(start)); path = [w]
    for _ in range(steps):
        v = momentum * v - rate * gradient(w + momentum * v)
        w += v
        path.append(w)
    return np.array(path)
""",
    ),
    "P4-1d:run, run returns last": (
        "P4-1d:run",
        "its shape is (1,)",
        """
def nesterov(start, gradient, rate, momentum, steps):
    w = start; v = np.zeros(len(start))
    for _ in range(steps):
        v = momentum * v - rate * gradient(w + momentum * v)
        w = w + v
    return w
""",
    ),
    "P4-1d:run, gradient at w with velocity": (
        "P4-1d:run",
        "heavy ball",
        """
def nesterov(start, gradient, rate, momentum, steps):
    w = start; v = np.zeros(len(start)); path=[w]
    for _ in range(steps):
        v = momentum * v - rate * gradient(w)
        w = w + v
        path.append(w)
    return np.array(path)
""",
    ),
    "P4-1d:run, velocity weight (1-m)": (
        "P4-1d:run",
        "multiplies the whole gradient",
        """
def nesterov(start, gradient, rate, momentum, steps):
    w = start; v = np.zeros(len(start)); path=[w]
    for _ in range(steps):
        v = momentum * v + (1-momentum) * gradient(w - rate*momentum*v)
        w = w - rate*v
        path.append(w)
    return np.array(path)
""",
    ),
    "P4-1d:run, velocity sign in the look-ahead": (
        "P4-1d:run",
        "not against it",
        """
def nesterov(start, gradient, rate, momentum, steps):
    w = start; v = np.zeros(len(start)); path=[w]
    for _ in range(steps):
        v = momentum * v - rate * gradient(w - momentum*v)
        w = w + v
        path.append(w)
    return np.array(path)
""",
    ),
    "P4-1d:step, two gradients": (
        "P4-1d:step",
        "its values differ",
        """
def nesterov_step(w, before, gradient, rate, momentum):
    ahead = w + momentum * (w - before)
    return ahead - rate * gradient(w) - rate * gradient(ahead)
""",
    ),
    "P4-1d:step, lookahead without momentum in the step": (
        "P4-1d:step",
        "has to start there",
        """
def nesterov_step(w, before, gradient, rate, momentum):
    ahead = w + momentum * (w - before)
    return w - rate * gradient(ahead)
""",
    ),
    "P4-1e:program, returns velocity": (
        "P4-1e:program",
        "not the step",
        """
def sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order):
    X, y = X[order], y[order]
    v = w - before
    for s in range(0, len(y), batch):
        Xb, yb = X[s:s+batch], y[s:s+batch]
        a = w + momentum * v
        sig = np.exp(-np.logaddexp(0, yb * (Xb @ a)))
        g = -(Xb * (yb * sig)[:, None]).mean(axis=0) + lam * a
        v = momentum * v - rate * g
        w = w + v
    return w, v
""",
    ),
    "P4-1e:program, returns w only": (
        "P4-1e:program",
        "2 are asked for",
        """
def sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order):
    X, y = X[order], y[order]
    v = w - before
    for s in range(0, len(y), batch):
        Xb, yb = X[s:s+batch], y[s:s+batch]
        a = w + momentum * v
        sig = np.exp(-np.logaddexp(0, yb * (Xb @ a)))
        g = -(Xb * (yb * sig)[:, None]).mean(axis=0) + lam * a
        v = momentum * v - rate * g
        w = w + v
    return w
""",
    ),
    "P4-1e:program, own permutation": (
        "P4-1e:program",
        "w: its values differ",
        """
def sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order):
    order = np.random.permutation(len(y))
    for k in range(0, len(y), batch):
        idx = order[k:k+batch]
        v = w + momentum * (w - before)
        sig = np.exp(-np.logaddexp(0, y[idx] * (X[idx] @ v)))
        g = -(X[idx].T @ (y[idx] * sig))/len(idx) + lam * v
        before, w = w, v - rate * g
    return w, before
""",
    ),
    "P4-1e:program, heavy ball": (
        "P4-1e:program",
        "heavy ball",
        """
def sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order):
    for k in range(0, len(y), batch):
        idx = order[k:k+batch]
        sig = np.exp(-np.logaddexp(0, y[idx] * (X[idx] @ w)))
        g = -(X[idx].T @ (y[idx] * sig))/len(idx) + lam * w
        before, w = w, w + momentum*(w-before) - rate * g
    return w, before
""",
    ),
    "P4-1e:program, full gradient each minibatch": (
        "P4-1e:program",
        "its minibatch alone",
        """
def sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order):
    for k in range(0, len(y), batch):
        v = w + momentum * (w - before)
        sig = np.exp(-np.logaddexp(0, y * (X @ v)))
        g = -(X.T @ (y * sig))/len(y) + lam * v
        before, w = w, v - rate * g
    return w, before
""",
    ),
    "P4-1e:program, no penalty": (
        "P4-1e:program",
        "has a penalty",
        """
def sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order):
    for k in range(0, len(y), batch):
        idx = order[k:k+batch]
        v = w + momentum * (w - before)
        sig = np.exp(-np.logaddexp(0, y[idx] * (X[idx] @ v)))
        g = -(X[idx].T @ (y[idx] * sig))/len(idx)
        before, w = w, v - rate * g
    return w, before
""",
    ),
    "P4-1e:program, penalty at w, gradient ahead": (
        "P4-1e:program",
        "the penalty's gradient, too",
        """
def sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order):
    for k in range(0, len(y), batch):
        idx = order[k:k+batch]
        v = w + momentum * (w - before)
        sig = np.exp(-np.logaddexp(0, y[idx] * (X[idx] @ v)))
        g = -(X[idx].T @ (y[idx] * sig))/len(idx) + lam*w
        before, w = w, v - rate * g
    return w, before
""",
    ),
    "P4-1e:program, exponentials that overflow": (
        "P4-1e:program",
        "",
        """
def sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order):
    for k in range(0, len(y), batch):
        idx = order[k:k+batch]
        v = w + momentum * (w - before)
        e = np.exp(-y[idx] * (X[idx] @ v))
        g = -(X[idx].T @ (y[idx] * e / (1 + e)))/len(idx) + lam*v
        before, w = w, v - rate * g
    return w, before
""",
    ),
    "P4-1d:run, stops where the slopes are small": (
        "P4-1d:run",
        "its values differ",
        """
def nesterov(start, gradient, rate, momentum, steps):
    w, before, path = start, start, [start]
    for _ in range(steps):
        v = w + momentum * (w - before)
        g = gradient(v)
        before, w = w, v - rate * g
        path.append(w)
        if np.linalg.norm(g) < 1e-8:
            break
    return np.array(path + [w] * (steps + 1 - len(path)))
""",
    ),
    "P4-1e:program, before not carried over": (
        "P4-1e:program",
        "`before` is given",
        """
def sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order):
    before = w
    for k in range(0, len(y), batch):
        idx = order[k:k+batch]
        v = w + momentum * (w - before)
        sig = np.exp(-np.logaddexp(0, y[idx] * (X[idx] @ v)))
        g = -(X[idx].T @ (y[idx] * sig))/len(idx) + lam*v
        before, w = w, v - rate * g
    return w, before
""",
    ),
    "P4-1e:program, in place w -=": (
        "P4-1e:program",
        "before: its values differ",
        """
def sgd_epoch(w, before, X, y, lam, rate, momentum, batch, order):
    for k in range(0, len(y), batch):
        idx = order[k:k+batch]
        v = w + momentum * (w - before)
        sig = np.exp(-np.logaddexp(0, y[idx] * (X[idx] @ v)))
        g = -(X[idx].T @ (y[idx] * sig))/len(idx) + lam*v
        before = w
        w += v - w - rate * g
    return w, before
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
