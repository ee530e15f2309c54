"""The finder and the evaluation as programs: right ones, wrong ones, and what they are tried on.

The first line of a wrong program's docstring says what is wrong with it; the page shows that line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hwcode.checking.extras import np
from hwcode.checking.remote import helper

# --- the finder -------------------------------------------------------------------------------


def find_rates(
    step: Callable[[Any, float], float], start: float, factor: float, batches: Any
) -> tuple[list[float], list[float]]:
    """The rate of each minibatch, and its loss: the data of the finder's curve."""
    rates, losses = [], []
    rate = start
    for batch in batches:
        losses.append(step(batch, rate))
        rates.append(rate)
        rate *= factor
    return rates, losses


def grown_at_once(step: Any, start: Any, factor: Any, batches: Any) -> Any:
    """the rate is multiplied before the first minibatch"""
    return find_rates(step, start * factor, factor, batches)


def noted_late(step: Any, start: Any, factor: Any, batches: Any) -> Any:
    """the rate is noted after it has been multiplied"""
    rates, losses = find_rates(step, start, factor, batches)
    return [rate * factor for rate in rates], losses


def grown_by_addition(step: Any, start: Any, factor: Any, batches: Any) -> Any:
    """start * (1 + (factor - 1) * k) for minibatch k"""
    rates = [start * (1 + (factor - 1) * k) for k in range(len(batches))]
    return rates, [step(batch, rate) for batch, rate in zip(batches, rates, strict=True)]


def running_mean(step: Any, start: Any, factor: Any, batches: Any) -> Any:
    """the mean of all losses so far"""
    rates, losses = find_rates(step, start, factor, batches)
    return rates, [sum(losses[: k + 1]) / (k + 1) for k in range(len(losses))]


def stops_at_a_rise(step: Any, start: Any, factor: Any, batches: Any) -> Any:
    """ends as soon as a loss is larger than the one before"""
    rates: list[float] = []
    losses: list[float] = []
    rate = start
    for batch in batches:
        losses.append(step(batch, rate))
        rates.append(rate)
        if losses[-1] > losses[0]:
            break
        rate *= factor
    return rates, losses


def one_rate(step: Any, start: Any, factor: Any, batches: Any) -> Any:
    """the rates grow in the list alone; every minibatch is trained at the first"""
    rates = [start * factor**k for k in range(len(batches))]
    return rates, [step(batch, start) for batch in batches]


def smoothed(step: Any, start: Any, factor: Any, batches: Any) -> Any:
    """mean = 0.98 * mean + 0.02 * loss, divided by 1 - 0.98**(k + 1)"""
    rates, losses = find_rates(step, start, factor, batches)
    mean, means = 0.0, []
    for k, loss in enumerate(losses, 1):
        mean = 0.98 * mean + 0.02 * loss
        means.append(mean / (1 - 0.98**k))
    return rates, means


def same_minibatch(step: Any, start: Any, factor: Any, batches: Any) -> Any:
    """the first minibatch again and again"""
    return find_rates(step, start, factor, [batches[0]] * len(batches))


def exchanged(step: Any, start: Any, factor: Any, batches: Any) -> Any:
    """the losses first, then the rates"""
    return find_rates(step, start, factor, batches)[::-1]


def logarithms(step: Any, start: Any, factor: Any, batches: Any) -> Any:
    """np.log10 of the rates"""
    rates, losses = find_rates(step, start, factor, batches)
    return np.log10(rates), losses


class Parabola:
    """A minibatch is its number and its minimum; the first one begins from 3.

    A step returns the loss before it and moves the weight, as training does.
    """

    def __init__(self) -> None:
        self.w = 3.0

    def __call__(self, batch: Any, rate: float) -> float:
        number, least = batch
        if number == 0:
            self.w = 3.0
        loss = (self.w - least) ** 2 / 2
        self.w -= rate * (self.w - least)
        return float(loss)

    def __repr__(self) -> str:
        return "a step on (w - least)**2/2 from w = 3, batch = (number, least)"


def sweeps() -> Iterator[tuple[Any, ...]]:
    """A minibatch, a few, a hundred; other factors than 1.1; losses that grow without bound."""
    generator = np.random.default_rng(51)
    for count, start, factor in (
        (1, 0.5, 2.0),
        (3, 0.5, 2.0),
        (6, 0.125, 1.5),
        (100, 1e-5, 1.1),
        (160, 1e-5, 1.1),
    ):
        minima = generator.standard_normal(count).round(2)
        batches = [(float(number), float(least)) for number, least in enumerate(minima)]
        yield Parabola(), start, factor, batches


# --- the evaluation ---------------------------------------------------------------------------


def evaluate(model: Any, loss: Callable[[Any, Any], float], batches: Any) -> float:
    """The mean loss over all examples, in evaluation mode; training mode comes back after it."""
    model.eval()
    total, count = 0.0, 0
    for inputs, targets in batches:
        total += len(targets) * loss(model(inputs), targets)
        count += len(targets)
    model.train()
    return total / count


def in_training_mode(model: Any, loss: Any, batches: Any) -> Any:
    """without model.eval()"""
    pairs = [(len(targets), loss(model(inputs), targets)) for inputs, targets in batches]
    return sum(size * value for size, value in pairs) / sum(size for size, _ in pairs)


def mean_of_means(model: Any, loss: Any, batches: Any) -> Any:
    """np.mean of the minibatches' losses"""
    model.eval()
    losses = [loss(model(inputs), targets) for inputs, targets in batches]
    model.train()
    return sum(losses) / len(losses)


def mode_not_restored(model: Any, loss: Any, batches: Any) -> Any:
    """without model.train() at the end"""
    value = evaluate(model, loss, batches)
    model.eval()
    return value


def sum_of_means(model: Any, loss: Any, batches: Any) -> Any:
    """the sum of the minibatches' losses"""
    return mean_of_means(model, loss, batches) * len(batches)


def means_over_examples(model: Any, loss: Any, batches: Any) -> Any:
    """the sum of the minibatches' losses, divided by the number of examples"""
    examples = sum(len(targets) for _, targets in batches)
    return mean_of_means(model, loss, batches) * len(batches) / examples


def last_minibatch(model: Any, loss: Any, batches: Any) -> Any:
    """the loss of the last minibatch"""
    return evaluate(model, loss, batches[-1:])


MODEL = """
import numpy as np

class Net:
    '''A model with two modes: in training mode its outputs are doubled, as by dropout of 1/2.'''

    def __init__(self, slope):
        self.slope, self.training = slope, True

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def __call__(self, inputs):
        return (2 if self.training else 1) * self.slope * inputs

    forward = __call__

def squared_error(outputs, targets):
    return np.mean((outputs - targets) ** 2)
"""
"""It is made where the program runs, so that its mode can be read, as in PyTorch."""


@dataclass(frozen=True)
class Slope:
    """What a model of :data:`MODEL` is made of."""

    slope: float

    def __repr__(self) -> str:
        return f"a model: {self.slope} * inputs, twice that in training mode"


def evaluations() -> Iterator[tuple[Any, ...]]:
    """Minibatches of equal and of unequal sizes."""
    generator = np.random.default_rng(52)
    for sizes in ((2,), (2, 1), (4, 4, 1), (16, 16, 16, 2)):
        batches = [
            tuple(generator.standard_normal(size).round(2) for _ in range(2)) for size in sizes
        ]
        yield Slope(1.5), "the mean squared error", batches


def use_evaluate(program: Any, model: Any, loss: Any, batches: Any) -> dict[str, Any]:
    """The loss, and the mode in which the model is left: 1 for training."""
    made = helper(program, MODEL, "Net")(model.slope)
    found = program(made, helper(program, MODEL, "squared_error"), batches)
    return {"loss": found, "training": float(made.training)}
