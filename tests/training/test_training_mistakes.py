"""P4-2c: the mistakes that such trainings are known for, each seeded and caught from outside."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.optim.optimizer import register_optimizer_step_pre_hook

from hwcode.chapters.learning_rate_schedule import all_cnn as cnn
from hwcode.chapters.learning_rate_schedule import schedules
from hwcode.chapters.learning_rate_schedule.experiments import runs as recorded
from hwcode.data import embedded_cifar10
from hwcode.training import engine
from hwcode.training.device import Placement

IMAGES = embedded_cifar10(8, 4)
TRAIN, VALIDATION = cnn.examples_of(IMAGES.train), cnn.examples_of(IMAGES.test)
PEAK, MOMENTUM, DECAY, BATCH = 0.02, 0.9, 1e-3, 32
EPOCHS = 3
PER_EPOCH = math.ceil(len(TRAIN) / BATCH)


def small_net(dropout: float = 0.5) -> nn.Module:
    return nn.Sequential(cnn.Normalise(TRAIN), cnn.AllCNN((4, 8), dropout, dropout))


MISTAKES = {
    "no eval": "evaluated in training mode",
    "never back": "trained in evaluation mode",
    "index of the epoch": "the rate of update",
    "rate after the step": "the rate of update",
    "new optimiser": "optimisers",
    "training loss as validation loss": "reported validation loss",
    "batchnorm by a name": "decay of BatchNorm",
}
"""Each with a word of what the audit has to say about it."""


def student(model: nn.Module, mistake: str = "") -> tuple[list[float], torch.optim.Optimizer]:
    """A plain training loop, with one mistake or none; the reported validation losses."""
    images, labels = TRAIN.inputs, TRAIN.targets
    total = EPOCHS * PER_EPOCH
    groups = [
        {"params": [p for n, p in model.named_parameters() if "bn" in n], "weight_decay": 0.0},
        {"params": [p for n, p in model.named_parameters() if "bn" not in n]},
    ]

    def made() -> torch.optim.Optimizer:
        chosen = groups[1:] if mistake == "batchnorm by a name" else model.parameters()
        return torch.optim.SGD(chosen, lr=1e-4, momentum=MOMENTUM, weight_decay=DECAY)

    optimiser, reported, done = made(), [], 0
    model.train()
    for epoch in range(EPOCHS):
        order = engine.epoch_order(0, epoch, len(images))
        for index, chosen in enumerate(order.split(BATCH)):
            t = index if mistake == "index of the epoch" else done
            rate = schedules.warmup_cosine(t, total, PEAK)
            if mistake == "new optimiser":
                optimiser = made()
            if mistake != "rate after the step":
                optimiser.param_groups[0]["lr"] = rate
            optimiser.zero_grad()
            loss = functional.cross_entropy(model(images[chosen]), labels[chosen])
            loss.backward()
            optimiser.step()
            if mistake == "rate after the step":
                optimiser.param_groups[0]["lr"] = rate
            done += 1
        if mistake != "no eval":
            model.eval()
        with torch.no_grad():
            found = functional.cross_entropy(model(VALIDATION.inputs), VALIDATION.targets)
        wrong = mistake == "training loss as validation loss"
        reported.append(loss.item() if wrong else found.item())
        if mistake != "never back":
            model.train()
    return reported, optimiser


def with_the_engine(model: nn.Module) -> tuple[list[float], torch.optim.Optimizer]:
    """The book's own training, by the parts that the recorded experiment is made of."""
    made: list[torch.optim.Optimizer] = []
    recipe = cnn.recipe(PEAK, MOMENTUM, DECAY, EPOCHS * PER_EPOCH, BATCH)

    def kept(weights):
        made.append(recipe.optimiser(weights))
        return made[-1]

    watch = partial(recorded._watch, {"val": VALIDATION}, Placement())
    history = engine.train(model, replace(recipe, optimiser=kept), TRAIN, seed=0, evaluate=watch)
    return history.measures["val_loss"], made[0]


def decayed(model: nn.Module, optimiser: torch.optim.Optimizer) -> set[str]:
    """Which parameters an update shrinks that has no gradient, by name."""
    optimiser.state.clear()
    before = {name: weights.detach().clone() for name, weights in model.named_parameters()}
    for group in optimiser.param_groups:
        group["lr"] = 1.0
    with torch.no_grad():
        for weights in model.parameters():
            weights.fill_(1.0)
            weights.grad = torch.zeros_like(weights)
    optimiser.step()
    found = {name for name, weights in model.named_parameters() if bool((weights < 1).all())}
    with torch.no_grad():
        for name, weights in model.named_parameters():
            weights.copy_(before[name])
    return found


def batchnorm_names(model: nn.Module) -> set[str]:
    return {
        f"{name}.{kind}"
        for name, layer in model.named_modules()
        if isinstance(layer, nn.BatchNorm2d)
        for kind in ("weight", "bias")
    }


def audit(
    run: Callable[[nn.Module], tuple[list[float], torch.optim.Optimizer]],
    says_batchnorm_is_spared: bool = False,
) -> list[str]:
    """What is wrong with a training, told from outside: from hooks, not from its source."""
    with engine.seeded(0):
        model = small_net()
    problems: list[str] = []
    rates: list[float] = []
    optimisers: list[torch.optim.Optimizer] = []

    def before_step(optimiser, args, kwargs):
        rates.append(float(optimiser.param_groups[0]["lr"]))
        if not any(optimiser is one for one in optimisers):
            optimisers.append(optimiser)

    def at_forward(module, inputs, output):
        if torch.is_grad_enabled() and not module.training:
            problems.append("trained in evaluation mode")
        if not torch.is_grad_enabled() and module.training:
            problems.append("evaluated in training mode")

    hooks = [register_optimizer_step_pre_hook(before_step)]
    hooks.append(next(m for m in model.modules() if isinstance(m, nn.BatchNorm2d))
                 .register_forward_hook(at_forward))  # fmt: skip
    try:
        with engine.seeded(0):
            reported, optimiser = run(model)
    finally:
        for hook in hooks:
            hook.remove()
    total = EPOCHS * PER_EPOCH
    expected = [schedules.warmup_cosine(t, total, PEAK) for t in range(total)]
    if len(rates) != total:
        problems.append(f"{len(rates)} updates, not {total}")
    for t, (got, right) in enumerate(zip(rates, expected, strict=False)):
        if not math.isclose(got, right, rel_tol=1e-9):
            problems.append(f"the rate of update {t} is {got}, not {right}")
    if len(optimisers) != 1:
        problems.append(f"{len(optimisers)} optimisers")
    model.eval()
    with torch.no_grad():
        right = functional.cross_entropy(model(VALIDATION.inputs), VALIDATION.targets).item()
    if not math.isclose(reported[-1], right, rel_tol=1e-4):
        problems.append(f"reported validation loss {reported[-1]}, not {right}")
    spared = batchnorm_names(model) - decayed(model, optimiser)
    if spared != (batchnorm_names(model) if says_batchnorm_is_spared else set()):
        problems.append(f"decay of BatchNorm: {len(spared)} of its parameters are spared")
    return problems


def test_P4_2c_the_books_training_passes_the_audit():
    assert audit(with_the_engine) == []


def test_P4_2c_a_plain_loop_without_mistakes_passes_the_audit():
    assert audit(student) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_P4_2c_every_seeded_mistake_is_caught(mistake):
    problems = audit(partial(student, mistake=mistake), mistake == "batchnorm by a name")
    assert problems, "not caught"
    assert any(MISTAKES[mistake] in problem for problem in problems), problems[:3]


def test_P4_2c_batchnorm_can_be_told_by_its_type():
    """The right way to spare it, which the audit of the name's mistake would accept."""
    model = small_net()
    names = batchnorm_names(model)
    assert len(names) == 18
    assert not any("bn" in name for name in names), "that name does not occur"
    spared = [p for name, p in model.named_parameters() if name in names]
    others = [p for name, p in model.named_parameters() if name not in names]
    optimiser = torch.optim.SGD(
        [{"params": spared, "weight_decay": 0.0}, {"params": others}], lr=1.0, weight_decay=DECAY
    )
    assert batchnorm_names(model) & decayed(model, optimiser) == set()
