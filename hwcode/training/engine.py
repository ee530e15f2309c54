"""The training engine: one step, and the loop around it.

It knows no chapter. The data lie on the device as whole tensors; each epoch draws its order from
the seed and its number alone; a step reads nothing back from the device; everything that a run
depends on can be written to a checkpoint. On a CPU, with the same number of threads, the run goes
on from it bit for bit; on a GPU as far as the kernels repeat themselves, which those for the
gradients of convolutions need not.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from hwcode.checking.arguments import SEED, at_least, takes
from hwcode.training import checkpoint as checkpoints
from hwcode.training.device import Placement, best_device, candidates, fastest
from hwcode.training.progress import Progress
from hwcode.training.recipe import Examples, History, Loss, Prepare, Recipe, as_they_are

__all__ = [
    "Examples",
    "History",
    "Recipe",
    "Training",
    "as_they_are",
    "epoch_order",
    "first_losses",
    "measure",
    "place",
    "seeded",
    "train",
    "train_step",
]

SAVING = 0.01
"""The share of the time that checkpoints may take."""

Evaluate = Callable[[nn.Module], Mapping[str, Tensor]]


@takes(seed=SEED)
@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Torch's generators start from a seed inside, and are as they were outside.

    >>> with seeded(0):
    ...     first = nn.Linear(2, 2).weight
    >>> with seeded(0):
    ...     bool((nn.Linear(2, 2).weight == first).all())
    True
    """
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield


@takes(seed=SEED, epoch=at_least(0), count=at_least(1))
def epoch_order(seed: int, epoch: int, count: int) -> Tensor:
    """The order of an epoch. It depends on nothing else, so a resumed run needs no memory of it.

    >>> epoch_order(0, 1, 5).tolist()
    [1, 4, 3, 0, 2]
    """
    return torch.from_numpy(np.random.default_rng([seed, epoch]).permutation(count))


def train_step(
    model: Callable[[Tensor], Tensor],
    optimiser: Optimizer,
    loss: Loss,
    inputs: Tensor,
    targets: Tensor,
    placement: Placement,
) -> Tensor:
    """One update. Nothing is read back from the device.

    Returns:
        The loss before the update, a scalar that stays on the device.
    """
    # Gradients go before the forward pass, not after the step: those of a CUDA graph lie where its
    # next replay writes. For the same reason the loss is taken outside the graph: it stays.
    optimiser.zero_grad(set_to_none=True)
    with placement.autocast():
        outputs = model(placement.batch(inputs))
    value = loss(outputs.float(), targets)
    value.backward()
    optimiser.step()
    return value.detach()


class Training:
    """A run that can be stopped after any update and taken up again.

    Args:
        model: it is moved and trained in place.
        recipe: how.
        examples: the training data.
        seed: for the order of the examples, the augmentation and dropout.
        placement: where.
    """

    def __init__(
        self, model: nn.Module, recipe: Recipe, examples: Examples, seed: int, placement: Placement
    ) -> None:
        self.model = placement.model(model)
        self.forward = placement.forward(self.model)
        self.recipe, self.seed, self.placement = recipe, seed, placement
        self.examples = examples.to(placement.device)
        self.optimiser = recipe.optimiser(self.model.parameters())
        self.generator = torch.Generator(placement.device).manual_seed(seed)
        self.per_epoch = recipe.per_epoch(len(examples))
        self.total = recipe.total(len(examples))
        self.done = 0
        self.losses = torch.zeros(self.total, device=placement.device)
        self.order: Tensor | None = None

    def update(self) -> None:
        """Carry out the next update."""
        epoch, place = divmod(self.done, self.per_epoch)
        if place == 0 or self.order is None:
            order = epoch_order(self.seed, epoch, len(self.examples))
            self.order = self.placement.upload(order)
        if self.recipe.schedule is not None:
            for group in self.optimiser.param_groups:
                group.update(self.recipe.schedule(self.done))
        chosen = self.order[place * self.recipe.batch : (place + 1) * self.recipe.batch]
        inputs, targets = self.recipe.prepare(
            self.examples.inputs.index_select(0, chosen),
            self.examples.targets.index_select(0, chosen),
            self.generator,
        )
        # A smaller last minibatch is not worth a compilation of its own.
        forward = self.forward if len(chosen) == self.recipe.batch else self.model
        self.losses[self.done] = train_step(
            forward, self.optimiser, self.recipe.loss, inputs, targets, self.placement
        )
        self.done += 1

    @property
    def ends_epoch(self) -> bool:
        """Whether the last update ended an epoch, or the run."""
        return self.done % self.per_epoch == 0 or self.done == self.total

    def _identity(self) -> str:
        """What has to be the same when a checkpoint is taken up."""
        sizes = [tuple(parameter.shape) for parameter in self.model.parameters()]
        run = (self.seed, self.placement, self.recipe.batch, self.total, len(self.examples), sizes)
        return repr((*run, sorted(self.optimiser.defaults.items())))

    def state(self) -> dict[str, Any]:
        """Everything that the rest of the run depends on."""
        return {
            "identity": self._identity(),
            "done": self.done,
            "losses": self.losses,
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "generator": self.generator.get_state(),
            "random": checkpoints.random_state(self.placement.device),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Take up where :meth:`state` was taken.

        Raises:
            ValueError: if the state is that of another run.
        """
        if state["identity"] != self._identity():
            raise ValueError(f"the checkpoint is of another run: {state['identity']}")
        self.done, self.order = int(state["done"]), None
        self.losses.copy_(state["losses"])
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.generator.set_state(state["generator"].cpu())
        checkpoints.restore_random_state(state["random"], self.placement.device)


def train(
    model: nn.Module,
    recipe: Recipe,
    examples: Examples,
    *,
    seed: int,
    placement: Placement | None = None,
    evaluate: Evaluate | None = None,
    progress: Progress | None = None,
    checkpoint: Path | None = None,
    save_every: float = 60.0,
) -> History:
    """Train a model in place.

    Args:
        model: its initial weights are the caller's affair (see :func:`seeded`).
        recipe: how it is trained.
        examples: the training data.
        seed: for the order of the examples, the augmentation and dropout.
        placement: where; by default the CPU in float32.
        evaluate: called after every epoch, and at the end, with the model in evaluation mode.
        progress: a bar for the updates.
        checkpoint: a file that the state is written to every ``save_every`` seconds and at a signal
            to stop (Ctrl-C, SIGTERM, SIGHUP), and taken up from if it is there.
        save_every: seconds; longer where saving would take more than 1 % of the time, and zero
            for after every update.

    Raises:
        KeyboardInterrupt: at a signal to stop, after the checkpoint has been written.
        DamagedFileError: if the checkpoint is damaged, and there is none before it.

    >>> line = Examples(torch.tensor([[0.0], [1.0]]), torch.tensor([[1.0], [3.0]]))
    >>> recipe = Recipe(batch=2, epochs=500, loss=nn.functional.mse_loss,
    ...                 optimiser=lambda weights: torch.optim.SGD(weights, lr=0.5))
    >>> model = nn.Linear(1, 1)
    >>> bool(train(model, recipe, line, seed=0).losses[-1] < 1e-6), round(model.weight.item(), 2)
    (True, 2.0)
    """
    placement = placement or Placement()
    run = Training(model, recipe, examples, seed, placement)
    history = History(np.empty(0, np.float32))
    with seeded(seed), checkpoints.StopRequest() as stop:
        state = None if checkpoint is None else checkpoints.read(checkpoint, placement.device)
        if state is not None:
            try:
                run.load_state(state)
            except ValueError as error:
                told = f"{checkpoint}: {error}; remove it to start this training again"
                raise ValueError(told) from None
            history = replace(history, **state["history"])
        started = saved = time.perf_counter()
        before, pause = history.seconds, save_every
        model.train()
        for _ in (progress or Progress())(range(run.done, run.total)):
            run.update()
            if run.ends_epoch and evaluate is not None:
                _append(history, run.done, _evaluated(evaluate, model))
            now = time.perf_counter()
            history.seconds = before + now - started
            if checkpoint is not None and (stop.made or now - saved > pause):
                kept = {k: v for k, v in vars(history).items() if k != "losses"}
                checkpoints.write(checkpoint, {**run.state(), "history": kept})
                saved = time.perf_counter()
                pause = max(save_every, (saved - now) / SAVING) if save_every else 0.0
            if stop.made:
                raise KeyboardInterrupt
    history.losses = run.losses.cpu().numpy()
    history.seconds = before + time.perf_counter() - started  # now the device has finished, too
    return history


def _append(history: History, updates: int, found: Mapping[str, Tensor]) -> None:
    history.updates.append(updates)
    for name, value in found.items():
        history.measures.setdefault(name, []).append(float(value))


def _evaluated(evaluate: Evaluate, model: nn.Module) -> Mapping[str, Tensor]:
    model.eval()
    try:
        with torch.no_grad():
            return evaluate(model)
    finally:
        model.train()


def measure(
    model: nn.Module,
    examples: Examples,
    measures: Mapping[str, Loss],
    placement: Placement,
    prepare: Prepare = as_they_are,
    batch: int = 250,
) -> dict[str, Tensor]:
    """Means over all examples, for the ``evaluate`` of :func:`train`.

    Args:
        model: in evaluation mode, inside ``torch.no_grad()``; :func:`train` sees to both.
        examples: on the placement's device.
        measures: each from outputs in float32 and targets to a mean over a batch.
        placement: where the model is.
        prepare: as in a recipe; usually one without random augmentation.
        batch: examples at a time.

    Returns:
        Scalars on the device.
    """
    sums = {name: torch.zeros((), device=placement.device) for name in measures}
    generator = torch.Generator(placement.device)
    for start in range(0, len(examples), batch):
        part = examples[start : start + batch]
        inputs, targets = prepare(part.inputs, part.targets, generator)
        with placement.autocast():
            outputs = model(placement.batch(inputs)).float()
        for name, function in measures.items():
            sums[name] += function(outputs, targets) * len(part)
    return {name: value / len(examples) for name, value in sums.items()}


def place(
    make_model: Callable[[], nn.Module], recipe: Recipe, examples: Examples, device: str = ""
) -> Placement:
    """Choose where to train by a few steps of the training itself, on models that are thrown away.

    ``HWCODE_PLACEMENT`` in the environment, such as ``cpu,bfloat16,channels_last`` or
    ``cuda,bfloat16,channels_last,compiled``, decides instead: to repeat what a record was made
    with, or on a machine too busy for a probe.

    Args:
        make_model: makes a model.
        recipe: how it is to be trained.
        examples: the data; only the first batches are looked at.
        device: by default the GPU if there is one, else the CPU.
    """
    if named := os.environ.get("HWCODE_PLACEMENT"):
        return Placement.named(named)
    few = examples[: recipe.batch]
    # More steps than a short schedule may know of; the rate does not matter for the time.
    trial = replace(recipe, epochs=0, updates=1000, schedule=None)
    model = make_model()

    def step_at(placement: Placement) -> Callable[[], object]:
        return Training(deepcopy(model), trial, few, 0, placement).update

    with seeded(0):
        return fastest(step_at, candidates(device or best_device()))


def first_losses(
    make_model: Callable[[], nn.Module],
    recipe: Recipe,
    examples: Examples,
    seed: int,
    steps: int = 10,
) -> list[float]:
    """The losses of the first steps on the CPU in float32, which certify a record.

    Args:
        make_model: makes the model; its weights are drawn from ``seed``.
        recipe: how it is trained.
        examples: the data.
        seed: of the run.
        steps: how many.
    """
    with seeded(seed):
        model = make_model()
    short = replace(recipe, epochs=0, updates=steps)
    return [float(value) for value in train(model, short, examples, seed=seed).losses]
