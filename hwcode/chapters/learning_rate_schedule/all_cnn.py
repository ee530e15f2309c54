"""The All-CNN on CIFAR-10: the net, its images, its recipe, and a look at its first loss.

After Springenberg et al. 2015, as the handout's course has it: dropout, and after each convolution,
the last one too, first ReLU and then BatchNorm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from hwcode.chapters.learning_rate_schedule import schedules
from hwcode.checking.arguments import SIZE, at_least, between, takes
from hwcode.data.images import Split
from hwcode.training.recipe import Examples, Loss, Prepare, Recipe, as_they_are

__all__ = [
    "MEASURES",
    "AllCNN",
    "Normalise",
    "Start",
    "augmented",
    "examples_of",
    "finder_recipe",
    "parameters",
    "plain_loop",
    "recipe",
    "start_of",
]


@takes(dropout=between(0, 1), input_dropout=between(0, 1), classes=SIZE)
class AllCNN(nn.Module):
    """Nine convolutions, no pooling but at the end.

    Args:
        widths: channels at full and half size, and from there on.
        dropout: before the second and the third group of three.
        input_dropout: of the image's own numbers.
        classes: logits.

    >>> parameters(AllCNN()), parameters(AllCNN((32, 64)))
    (1667166, 187102)
    """

    def __init__(
        self,
        widths: tuple[int, int] = (96, 192),
        dropout: float = 0.5,
        input_dropout: float = 0.2,
        classes: int = 10,
    ) -> None:
        super().__init__()
        narrow, wide = widths
        self.layers = nn.Sequential(
            nn.Dropout(input_dropout),
            *_block(3, narrow),
            *_block(narrow, narrow),
            *_block(narrow, narrow, stride=2),
            nn.Dropout(dropout),
            *_block(narrow, wide),
            *_block(wide, wide),
            *_block(wide, wide, stride=2),
            nn.Dropout(dropout),
            *_block(wide, wide),
            *_block(wide, wide),
            *_block(wide, classes, kernel=1),
            nn.AvgPool2d(8),
            nn.Flatten(),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Logits, ``N x classes``, from ``N x 3 x 32 x 32``."""
        return self.layers(images)


def _block(channels_in: int, channels_out: int, kernel: int = 3, stride: int = 1) -> Iterator:
    yield nn.Conv2d(channels_in, channels_out, kernel, stride, padding=kernel // 2)
    yield nn.ReLU()
    yield nn.BatchNorm2d(channels_out)


@takes()
def parameters(model: nn.Module) -> int:
    """How many numbers a model learns, biases and BatchNorm's two vectors included."""
    return sum(weights.numel() for weights in model.parameters())


# --- images -----------------------------------------------------------------------------------


@takes(limit=at_least(1))
def examples_of(split: Split, limit: int | None = None) -> Examples:
    """The first images as bytes, ``N x 3 x 32 x 32``, with their labels."""
    images = torch.from_numpy(split.images[:limit]).permute(0, 3, 1, 2).contiguous()
    return Examples(images, torch.from_numpy(split.labels[:limit]).long())


@takes()
class Normalise(nn.Module):
    """From bytes to numbers of mean 0 and variance 1 in each channel; it learns nothing.

    Args:
        examples: the images whose channels have that mean and variance afterwards.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, examples: Examples) -> None:
        super().__init__()
        channels = examples.inputs.double().transpose(0, 1).flatten(1)
        mean, deviation = channels.mean(1), channels.std(1)
        # As buffers they lie on the device: one multiplication and one addition for each number.
        self.register_buffer("scale", (1 / deviation).float().view(1, -1, 1, 1))
        self.register_buffer("shift", (-mean / deviation).float().view(1, -1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """``N x 3 x 32 x 32``, float32, from the same in bytes."""
        return images * self.scale + self.shift


@takes()
def augmented(images: Tensor, labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """A random 32 x 32 cut from the image with 4 black pixels around it, mirrored half the time.

    Every number is drawn, and every pixel fetched, on the device of the images: nothing is read
    back, and one lookup does both.
    """
    number, _, height, width = images.shape
    where = images.device

    def drawn(below: int) -> Tensor:
        return torch.randint(below, (number, 1), generator=generator, device=where)

    rows = drawn(9) + torch.arange(height, device=where)
    across = torch.arange(width, device=where)
    columns = drawn(9) + torch.where(drawn(2) == 1, across.flip(0), across)
    padded = functional.pad(images, (4, 4, 4, 4))
    each = torch.arange(number, device=where)[:, None, None]
    cut = padded.permute(0, 2, 3, 1)[each, rows[:, :, None], columns[:, None, :]]
    return cut.permute(0, 3, 1, 2), labels


# --- the recipe -------------------------------------------------------------------------------


def _error(logits: Tensor, labels: Tensor) -> Tensor:
    return (logits.argmax(dim=1) != labels).float().mean()


MEASURES: dict[str, Loss] = {"loss": functional.cross_entropy, "error": _error}


def _sgd(momentum: float, decay: float, weights: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    # All parameters decay, those of BatchNorm and the biases too. The rate is a placeholder: the
    # schedule sets it before the first update.
    return torch.optim.SGD(weights, lr=0.0, momentum=momentum, weight_decay=decay, fused=True)


@takes()
def recipe(
    peak: float,
    momentum: float,
    decay: float,
    updates: int,
    batch: int = 128,
    prepare: Prepare = as_they_are,
) -> Recipe:
    """SGD with momentum under the warm-up and cosine schedule."""
    return Recipe(
        batch=batch,
        updates=updates,
        optimiser=partial(_sgd, momentum, decay),
        loss=functional.cross_entropy,
        prepare=prepare,
        schedule=lambda done: {"lr": schedules.warmup_cosine(done, updates, peak)},
    )


@takes()
def finder_recipe(
    factor: float,
    end: float,
    momentum: float,
    decay: float,
    start: float = 1e-5,
    batch: int = 128,
) -> Recipe:
    """The learning-rate finder: the same, with a rate that grows by ``factor`` at every update."""
    return Recipe(
        batch=batch,
        updates=schedules.finder_updates(end, start, factor),
        optimiser=partial(_sgd, momentum, decay),
        loss=functional.cross_entropy,
        schedule=lambda done: {"lr": schedules.finder_rate(done, start, factor)},
    )


# --- the first loss ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Start:
    """What the loss of a minibatch is made of: ``loss = log(classes) + spread - luck``.

    Attributes:
        loss: the mean cross-entropy.
        spread: the mean of ``log(mean_k exp(z_k))``. Where each logit has mean 0 over the
            minibatch, as BatchNorm makes it, it is not negative (Jensen).
        luck: the mean logit of the right class.
        variance: the mean square of the logits.
    """

    loss: float
    spread: float
    luck: float
    variance: float


@torch.no_grad()
@takes()
def start_of(model: nn.Module, images: Tensor, labels: Tensor) -> Start:
    """Take the loss of a minibatch apart, with the model in the mode that it is in."""
    logits = model(images).double()
    classes = logits.shape[1]
    spread = torch.logsumexp(logits, 1).mean() - torch.log(torch.tensor(float(classes)))
    luck = logits.gather(1, labels[:, None]).mean()
    loss = functional.cross_entropy(logits, labels)
    return Start(*(float(value) for value in (loss, spread, luck, logits.square().mean())))


# --- the textbook's loop ----------------------------------------------------------------------


@takes()
def plain_loop(
    model: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    peak: float,
    momentum: float,
    decay: float,
    updates: int,
    device: str = "cpu",
) -> Iterator[float]:
    """The same training in the manner of a tutorial, which the engine is measured against.

    Float32, the usual layout, every minibatch sent to the device, every loss read back.

    Args:
        model: trained in place.
        batches: images in bytes with their labels, on the host.
        peak, momentum, decay, updates: as in :func:`recipe`.
        device: where the model goes.

    Yields:
        The loss of each minibatch.
    """
    model.to(device)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.0, momentum=momentum, weight_decay=decay)
    model.train()
    for done, (images, labels) in enumerate(batches):
        for group in optimiser.param_groups:
            group["lr"] = schedules.warmup_cosine(done, updates, peak)
        optimiser.zero_grad()
        loss = functional.cross_entropy(model(images.to(device)), labels.to(device))
        loss.backward()
        optimiser.step()
        yield loss.item()
