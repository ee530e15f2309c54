"""A1-P1 and A1-P2: programs that readers hand in, right ones and known bad habits."""

from __future__ import annotations

import numpy as np
import pytest

import hwcode
from hwcode.chapters.networks_from_scratch import layers as nn
from hwcode.chapters.networks_from_scratch.questions import answers, layer_answers
from hwcode.checking import AnswerError
from hwcode.cli import main

GOOD = """
import numpy as np
def bce_with_logits(z, t):
    return float(np.mean(np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))))
"""


OVERFLOWS = """
import numpy as np
def bce_with_logits(z, t):
    return float(np.mean(np.log(1 + np.exp(z)) - t * z))
"""


def test_a1_p1_1_a_program_from_a_file(tmp_path, capsys):
    path = tmp_path / "mine.py"
    path.write_text(GOOD)
    assert main(["check", "A1-P1.1:logits", f"@{path}"]) == 0
    path.write_text(OVERFLOWS)
    assert main(["check", "A1-P1.1:logits", f"@{path}"]) == 1
    assert "overflow" in capsys.readouterr().out


def test_a1_p1_1_a_clamped_loss_is_right_under_its_convention():
    verdict = hwcode.check("A1-P1.1:loss", answers.bce_clamped)
    assert verdict.right
    assert "100" in verdict.convention


KEEPS_ITS_ARRAYS = """
class Linear:
    def __init__(self, W, b):
        self.W, self.b = W, b
    def forward(self, X):
        self.X = X
        return X @ self.W + self.b
    def backward(self, G):
        self.dW, self.db = self.X.T @ G, G.sum(0){more}
        return G @ self.W.T
"""


def test_a1_p1_2_a_layer_may_keep_the_arrays_that_it_is_given():
    assert hwcode.check("A1-P1.2", KEEPS_ITS_ARRAYS.format(more="")).right


def test_a1_p1_2_a_layer_that_changes_them_is_wrong():
    changes = KEEPS_ITS_ARRAYS.format(more="\n        self.W -= 0.1 * self.dW")
    assert not hwcode.check("A1-P1.2", changes).right


OVERFLOWS_IN_BOTH = """
import numpy as np
def logistic_regression(w, b, X, t):
    z = X @ w + b
    p = {sigmoid}
    loss = np.mean(np.logaddexp(0, z) - t * z)
    return loss, X.T @ (p - t) / len(t), np.mean(p - t)
"""
STOPS_EARLY = """
import numpy as np
def gradient_descent(X, t, rate, steps):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for taken in range(steps + 1):
        z = X @ w + b
        losses.append(np.mean(np.logaddexp(0, z) - t * z))
        g = (np.exp(-np.logaddexp(0, -z)) - t) / len(t)
        if taken == steps or taken > 3 and losses[-1] == losses[-2]:
            return w, b, losses
        w, b = w - rate * g @ X, b - rate * g.sum()
"""


@pytest.mark.parametrize(
    ("sigmoid", "told"),
    [("1 / (1 + np.exp(-z))", "overflow"), ("np.exp(z) / (1 + np.exp(z))", "nan")],
)
def test_a1_p1_3_no_exponential_may_overflow(sigmoid, told):
    program = OVERFLOWS_IN_BOTH.format(sigmoid=sigmoid)
    assert told in hwcode.check("A1-P1.3:program", program).counterexample.got


def test_a1_p2_3_no_exponential_may_overflow():
    def by_exponentials(weights, X, t):
        loss, gradients = layer_answers.mlp(weights, X, t)
        np.exp(-(X @ weights[0][0]))  # as in 1 / (1 + np.exp(-z))
        return loss, gradients

    assert "overflow" in hwcode.check("A1-P2.3:program", by_exponentials).counterexample.got


def test_a1_p2_1_a_vector_has_entries_too():
    class InTwoLoops(nn.ReLU):
        def forward(self, Z):
            return super().forward(np.array([[entry for entry in row] for row in Z]))

    assert hwcode.check("A1-P2.1:relu", InTwoLoops).counterexample.point["Z"] == "[-1.5, 0.0, 2.0]"


def test_a1_p1_2_a_constructor_leaves_its_arguments_alone():
    class Zeroed(nn.Linear):
        def __init__(self, W, b):
            super().__init__(W, b)
            b[:] = 0

    assert "changes its argument" in hwcode.check("A1-P1.2", Zeroed).counterexample.got


def test_a1_p1_4_there_are_losses_for_all_steps():
    assert "losses" in hwcode.check("A1-P1.4:program", STOPS_EARLY).diagnosis


def test_a_program_may_use_torch():
    program = "import torch\n\ndef bce(p, t):\n    return torch.zeros(1)"
    assert "shape is (1,)" in hwcode.check("A1-P1.1:loss", program).diagnosis


HABITS = {
    "soft targets": ("A1-P1.1:loss", answers.bce_of_labels, "needs both logarithms"),
    "piling up": ("A1-P1.2", answers.LinearAdding, "pile up"),
    "broadcasting": ("A1-P1.3:program", answers.regression_broadcast, "every logit meets"),
    "in place": ("A1-P2.1:relu", layer_answers.ReLUInPlace, "array is changed"),
    "reversing": ("A1-P2.2", layer_answers.SequentialReverses, "the second forward pass"),
}
"""What a single call with targets 0 and 1 on fresh objects would not show."""


@pytest.mark.parametrize("habit", HABITS)
def test_bad_habits_are_refused_by_name(habit):
    id, program, why = HABITS[habit]
    verdict = hwcode.check(id, program)
    assert not verdict.right
    assert why in verdict.diagnosis


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda pairs: pairs[:1], "dW2, db2: missing"),
        (lambda pairs: [*pairs, pairs[0]], "dW2, db2: not asked for"),
        (lambda pairs: pairs[::-1], "dW1: its shape is"),
    ],
)
def test_a1_p2_3_gradients_that_are_missing_or_too_many(change, told):
    def program(weights, X, t):
        loss, pairs = layer_answers.mlp(weights, X, t)
        return loss, change(pairs)

    verdict = hwcode.check("A1-P2.3:program", program)
    assert not verdict.right
    assert told in verdict.diagnosis


def test_a1_p2_1_another_failure_is_not_taken_for_a_known_one():
    class ByCosh(nn.Tanh):
        def forward(self, Z):
            self.Z = Z
            return super().forward(Z)

        def backward(self, G):
            return G / np.cosh(self.Z) ** 2

    verdict = hwcode.check("A1-P2.1:tanh", ByCosh)
    told = "its values are right, but a warning escapes: overflow encountered in cosh"
    assert verdict.counterexample.got == verdict.diagnosis == told


def test_a_program_may_not_end_the_process():
    verdict = hwcode.check("A1-P1.1:loss", "import sys\ndef bce(p, t):\n    sys.exit(3)")
    assert not verdict.right
    assert "sys.exit(3)" in verdict.counterexample.got
    with pytest.raises(AnswerError, match="SystemExit"):
        hwcode.check("A1-P1.1:loss", "raise SystemExit")
