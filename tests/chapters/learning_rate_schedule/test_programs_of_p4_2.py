"""P4-2b and 2c: programs, right ones in several styles and the usual slips."""

from __future__ import annotations

import pytest

from tests.chapters.handed_in import judged

RIGHT = {
    "P4-2b:program, comprehension": (
        "P4-2b:program",
        """
def find_rates(step, start, factor, batches):
    rates = [start * factor**k for k in range(len(batches))]
    return rates, [step(b, r) for b, r in zip(batches, rates)]
""",
    ),
    "P4-2b:program, numpy, generator": (
        "P4-2b:program",
        """
def find_rates(step, start, factor, batches):
    rates, losses = [], []
    for k, b in enumerate(batches):
        r = start * np.power(factor, k)
        rates.append(r); losses.append(step(b, r))
    return np.array(rates), np.array(losses)
""",
    ),
    "P4-2b:program, geomspace one": (
        "P4-2b:program",
        """
def find_rates(step, start, factor, batches):
    n = len(batches)
    rates = np.geomspace(start, start*factor**(n-1), n)
    return rates, np.array([step(b, float(r)) for b, r in zip(batches, rates)])
""",
    ),
    "P4-2c:evaluate, no restore but prior state": (
        "P4-2c:evaluate",
        """
def evaluate(model, loss, batches):
    was = model.training
    model.eval()
    total = n = 0
    for x, t in batches:
        total += loss(model(x), t) * x.shape[0]
        n += x.shape[0]
    model.train(was)
    return total / n
""",
    ),
    "P4-2c:evaluate, try finally": (
        "P4-2c:evaluate",
        """
def evaluate(model, loss, batches):
    model.eval()
    try:
        sizes = np.array([len(t) for _, t in batches])
        losses = np.array([loss(model(x), t) for x, t in batches])
        return float(np.average(losses, weights=sizes))
    finally:
        model.train()
""",
    ),
    "P4-2c:evaluate, concat": (
        "P4-2c:evaluate",
        """
def evaluate(model, loss, batches):
    model.eval()
    out = np.concatenate([model(x) for x, _ in batches])
    tgt = np.concatenate([t for _, t in batches])
    model.train(True)
    return loss(out, tgt)
""",
    ),
}
WRONG = {
    "P4-2b:program, log rates": (
        "P4-2b:program",
        "the picture's axis",
        """
def find_rates(step, start, factor, batches):
    rates = np.array([start * factor**k for k in range(len(batches))])
    return np.log10(rates), [step(b, r) for b, r in zip(batches, rates)]
""",
    ),
    "P4-2b:program, smoothing": (
        "P4-2b:program",
        "the losses themselves",
        """
def find_rates(step, start, factor, batches):
    rates, losses, avg, r = [], [], 0.0, start
    for k, b in enumerate(batches):
        avg = 0.98*avg + 0.02*step(b, r)
        losses.append(avg/(1-0.98**(k+1))); rates.append(r)
        r *= factor
    return rates, losses
""",
    ),
    "P4-2b:program, smoothing uncorrected": (
        "P4-2b:program",
        "losses: its values differ",
        """
def find_rates(step, start, factor, batches):
    rates, losses, avg, r = [], [], None, start
    for k, b in enumerate(batches):
        l = step(b, r)
        avg = l if avg is None else 0.9*avg + 0.1*l
        losses.append(avg); rates.append(r)
        r *= factor
    return rates, losses
""",
    ),
    "P4-2b:program, stops at 4x best": (
        "P4-2b:program",
        "rates: its shape",
        """
def find_rates(step, start, factor, batches):
    rates, losses, best, r = [], [], float("inf"), start
    for b in batches:
        l = step(b, r)
        rates.append(r); losses.append(l)
        best = min(best, l)
        if l > 4*best: break
        r *= factor
    return rates, losses
""",
    ),
    "P4-2b:program, swapped": (
        "P4-2b:program",
        "the first result",
        """
def find_rates(step, start, factor, batches):
    rates = [start * factor**k for k in range(len(batches))]
    return [step(b, r) for b, r in zip(batches, rates)], rates
""",
    ),
    "P4-2b:program, same batch": (
        "P4-2b:program",
        "trained on once",
        """
def find_rates(step, start, factor, batches):
    b = batches[0]
    rates = [start * factor**k for k in range(len(batches))]
    return rates, [step(b, r) for r in rates]
""",
    ),
    "P4-2b:program, up to max 10": (
        "P4-2b:program",
        "rates: its values differ",
        """
def find_rates(step, start, factor, batches):
    rates, losses, r = [], [], start
    for b in batches:
        losses.append(step(b, r)); rates.append(r)
        r = min(r*factor, 10.0)
    return rates, losses
""",
    ),
    "P4-2c:evaluate, divides by batches": (
        "P4-2c:evaluate",
        "as much as a full one",
        """
def evaluate(model, loss, batches):
    model.eval()
    total = 0
    for x, t in batches:
        total += loss(model(x), t)
    model.train()
    return total / len(batches)
""",
    ),
    "P4-2c:evaluate, train()ing mode left off and mean": (
        "P4-2c:evaluate",
        "loss: its values differ",
        """
def evaluate(model, loss, batches):
    total = 0
    for x, t in batches:
        total += loss(model(x), t)
    return total / len(batches)
""",
    ),
    "P4-2c:evaluate, restores before loss": (
        "P4-2c:evaluate",
        "in training mode dropout is on",
        """
def evaluate(model, loss, batches):
    total = n = 0
    for x, t in batches:
        model.eval()
        model.train()
        total += loss(model(x), t) * len(t)
        n += len(t)
    return total / n
""",
    ),
    "P4-2c:evaluate, first batch size for all": (
        "P4-2c:evaluate",
        "as much as a full one",
        """
def evaluate(model, loss, batches):
    model.eval()
    B = len(batches[0][1])
    total = 0
    for x, t in batches:
        total += loss(model(x), t) * B
    model.train()
    return total / (B*len(batches))
""",
    ),
    "P4-2c:evaluate, sum over n dataset w/out weights": (
        "P4-2c:evaluate",
        "a mean already",
        """
def evaluate(model, loss, batches):
    model.eval()
    total = n = 0
    for x, t in batches:
        total += loss(model(x), t)
        n += len(t)
    model.train()
    return total / n
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
