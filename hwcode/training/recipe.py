"""What goes into a training and what comes out: examples, recipe, history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer

from hwcode.checking.arguments import at_least, takes

__all__ = ["Examples", "History", "Loss", "Prepare", "Recipe", "as_they_are"]

Loss = Callable[[Tensor, Tensor], Tensor]
Prepare = Callable[[Tensor, Tensor, torch.Generator], tuple[Tensor, Tensor]]


def as_they_are(inputs: Tensor, targets: Tensor, _: torch.Generator) -> tuple[Tensor, Tensor]:
    """The ``prepare`` of a recipe whose resident tensors are what the model takes."""
    return inputs, targets


@takes(epochs=at_least(0), updates=at_least(0))
@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a model is trained. Either ``epochs`` or ``updates`` says for how long.

    Attributes:
        batch: examples in a minibatch; the last one of an epoch may be smaller.
        optimiser: makes the optimiser from the parameters; ``fused=True`` keeps its arithmetic on
            the device.
        loss: from outputs in float32 and targets to a mean over the examples.
        epochs: passes through the data.
        updates: steps of the optimiser; a run may then end in mid-epoch.
        prepare: from what is resident (compact types, say) to what the model takes; draws random
            augmentations from the generator, which is on the device.
        schedule: from the number of updates done to values (``lr``, ``momentum``) that the
            optimiser is given before the next one.
        drop_last: leave out the last minibatch of an epoch where it is smaller.
    """

    batch: int
    optimiser: Callable[[Iterable[nn.Parameter]], Optimizer]
    loss: Loss
    epochs: int = 0
    updates: int = 0
    prepare: Prepare = as_they_are
    schedule: Callable[[int], Mapping[str, float]] | None = None
    drop_last: bool = False

    def __post_init__(self) -> None:
        if (self.epochs > 0) == (self.updates > 0):
            raise ValueError("a recipe has either epochs or updates, one of them positive")
        if self.batch < 1:
            raise ValueError(f"a minibatch has at least one example, not {self.batch}")

    def per_epoch(self, count: int) -> int:
        """Updates in one pass through ``count`` examples.

        Raises:
            ValueError: if there is none.
        """
        updates = count // self.batch if self.drop_last else -(-count // self.batch)
        if not updates:
            raise ValueError(f"{count} examples make no minibatch of {self.batch}")
        return updates

    def total(self, count: int) -> int:
        """Updates in the whole run."""
        return self.updates or self.epochs * self.per_epoch(count)


@takes()
@dataclass(frozen=True)
class Examples:
    """Inputs and targets as two tensors with one entry for each example."""

    inputs: Tensor
    targets: Tensor

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.targets):
            raise ValueError(
                f"{len(self.inputs)} inputs do not go with {len(self.targets)} targets"
            )

    def __len__(self) -> int:
        return len(self.inputs)

    def to(self, device: str) -> Examples:
        """The same examples on a device."""
        return Examples(self.inputs.to(device), self.targets.to(device))

    def __getitem__(self, chosen: slice) -> Examples:
        return Examples(self.inputs[chosen], self.targets[chosen])


@dataclass
class History:
    """What a run has shown.

    Attributes:
        losses: training loss of every update, on its minibatch, before the update.
        updates: the number of updates at each evaluation.
        measures: for each measure its value at each evaluation.
        seconds: time spent, over all parts of a run that was stopped.
    """

    losses: NDArray[np.float32]
    updates: list[int] = field(default_factory=list)
    measures: dict[str, list[float]] = field(default_factory=dict)
    seconds: float = 0.0

    def mean_losses(self) -> list[float]:
        """The training loss between one evaluation and the next, averaged over the updates."""
        return [float(part.mean()) for part in np.split(self.losses, self.updates)[:-1]]
