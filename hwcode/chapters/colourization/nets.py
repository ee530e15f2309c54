"""Colourization as classification: the nets of figure 4, their data, their measures.

A grey image comes in, one of 24 palette colours is chosen for each pixel. Grey is the mean of the
three channels, divided by 255; distances between colours are Euclidean in RGB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hwcode.chapters.colourization.colours import Pixels, grey_of, nearest, palette_of
from hwcode.checking.arguments import SIZE, above, at_least, between, one_of, takes
from hwcode.data.images import ImageData
from hwcode.training.engine import Examples, Loss, Recipe

__all__ = [
    "MEASURES",
    "NETS",
    "ConvTransposeNet",
    "MixedNet",
    "PoolUpsampleNet",
    "Tally",
    "Task",
    "UNet",
    "course_loop",
    "parameters",
    "pixel_accuracy",
    "pixel_loss",
    "predict",
    "recipe",
    "tally",
    "task_of",
]

# --- the nets ---------------------------------------------------------------------------------


@takes(kernel=SIZE, num_in_channels=SIZE, num_filters=SIZE, num_colours=SIZE)
class PoolUpsampleNet(nn.Module):
    """Figure 4a: down by max pooling, up by repeating pixels."""

    def __init__(self, kernel: int, num_in_channels: int, num_filters: int, num_colours: int):
        super().__init__()
        padding = kernel // 2

        def conv(channels_in: int, channels_out: int) -> nn.Conv2d:
            return nn.Conv2d(channels_in, channels_out, kernel, padding=padding)

        def down(channels_in: int, channels_out: int) -> nn.Sequential:
            return nn.Sequential(
                conv(channels_in, channels_out),
                nn.MaxPool2d(2),
                nn.BatchNorm2d(channels_out),
                nn.ReLU(),
            )

        def up(channels_in: int, channels_out: int) -> nn.Sequential:
            return nn.Sequential(
                conv(channels_in, channels_out),
                nn.Upsample(scale_factor=2),
                nn.BatchNorm2d(channels_out),
                nn.ReLU(),
            )

        self.blocks = nn.Sequential(
            down(num_in_channels, num_filters),
            down(num_filters, 2 * num_filters),
            up(2 * num_filters, num_filters),
            up(num_filters, num_colours),
            conv(num_colours, num_colours),
        )

    def forward(self, grey: Tensor) -> Tensor:
        """Logits, ``N x num_colours x H x W``, from ``N x num_in_channels x H x W``."""
        return self.blocks(grey)


@takes(
    kernel=SIZE,
    dilation=SIZE,
    num_in_channels=SIZE,
    num_filters=SIZE,
    num_colours=SIZE,
    padding=between(0, 1_000),
    output_padding=between(0, 1_000),
)
class ConvTransposeNet(nn.Module):
    """Figure 4b: down by strided convolutions, up by transposed ones."""

    def __init__(
        self,
        kernel: int,
        dilation: int,
        num_in_channels: int,
        num_filters: int,
        num_colours: int,
        padding: int = 1,
        output_padding: int = 1,
    ):
        super().__init__()

        def down(channels_in: int, channels_out: int) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv2d(channels_in, channels_out, kernel, stride=2, padding=padding),
                nn.BatchNorm2d(channels_out),
                nn.ReLU(),
            )

        def up(channels_in: int, channels_out: int) -> nn.Sequential:
            return nn.Sequential(
                nn.ConvTranspose2d(
                    channels_in,
                    channels_out,
                    kernel,
                    stride=2,
                    padding=padding,
                    output_padding=output_padding,
                    dilation=dilation,
                ),
                nn.BatchNorm2d(channels_out),
                nn.ReLU(),
            )

        self.blocks = nn.Sequential(
            down(num_in_channels, num_filters),
            down(num_filters, 2 * num_filters),
            up(2 * num_filters, num_filters),
            up(num_filters, num_colours),
            nn.Conv2d(num_colours, num_colours, kernel, padding=kernel // 2),
        )

    def forward(self, grey: Tensor) -> Tensor:
        """Logits, ``N x num_colours x H x W``, from ``N x num_in_channels x H x W``."""
        return self.blocks(grey)


@takes(kernel=SIZE, num_in_channels=SIZE, num_filters=SIZE, num_colours=SIZE)
class UNet(nn.Module):
    """ConvTransposeNet with skip connections; the handout mentions such a net and leaves it out.

    The layers are those of figure 4b. Before each of the last two, the tensor of the same size from
    the way down (at full size: the grey image itself) is appended along the channels.
    """

    def __init__(self, kernel: int, num_in_channels: int, num_filters: int, num_colours: int):
        super().__init__()
        plain = ConvTransposeNet(kernel, 1, num_in_channels, num_filters, num_colours)
        self.down1, self.down2, self.up1 = plain.blocks[:3]
        # What is appended makes the inputs of the last two layers wider.
        self.up2 = nn.Sequential(
            nn.ConvTranspose2d(
                2 * num_filters, num_colours, kernel, stride=2, padding=1, output_padding=1
            ),
            nn.BatchNorm2d(num_colours),
            nn.ReLU(),
        )
        self.last = nn.Conv2d(
            num_colours + num_in_channels, num_colours, kernel, padding=kernel // 2
        )

    def forward(self, grey: Tensor) -> Tensor:
        """Logits, ``N x num_colours x H x W``, from ``N x num_in_channels x H x W``."""
        half = self.down1(grey)
        up = self.up1(self.down2(half))
        full = self.up2(torch.cat([up, half], dim=1))
        return self.last(torch.cat([full, grey], dim=1))


@takes(
    down=one_of("pool", "stride"),
    up=one_of("upsample", "transpose"),
    kernel=SIZE,
    num_in_channels=SIZE,
    num_filters=SIZE,
    num_colours=SIZE,
)
class MixedNet(nn.Module):
    """One half of figure 4a and one of figure 4b, to see which of them makes the difference."""

    def __init__(
        self,
        down: str,
        up: str,
        kernel: int,
        num_in_channels: int,
        num_filters: int,
        num_colours: int,
    ):
        super().__init__()
        sizes = kernel, num_in_channels, num_filters, num_colours
        pooled = PoolUpsampleNet(*sizes).blocks
        strided = ConvTransposeNet(kernel, 1, *sizes[1:]).blocks
        self.blocks = nn.Sequential(
            *{"pool": pooled, "stride": strided}[down][:2],
            *{"upsample": pooled, "transpose": strided}[up][2:],
        )

    def forward(self, grey: Tensor) -> Tensor:
        """Logits, ``N x num_colours x H x W``, from ``N x num_in_channels x H x W``."""
        return self.blocks(grey)


NETS: dict[str, Callable[[int, int, int, int], nn.Module]] = {
    "pool": PoolUpsampleNet,
    "transpose": lambda kernel, *sizes: ConvTransposeNet(kernel, 1, *sizes),
    "unet": UNet,
    "pool_transpose": lambda *sizes: MixedNet("pool", "transpose", *sizes),
    "stride_upsample": lambda *sizes: MixedNet("stride", "upsample", *sizes),
}
"""Each from kernel, num_in_channels, num_filters, num_colours."""


@takes()
def parameters(model: nn.Module) -> int:
    """How many numbers a model learns, biases and BatchNorm's two vectors included.

    >>> [parameters(make(3, 1, 32, 24)) for make in NETS.values()]
    [49728, 49728, 56856, 49728, 49728]
    """
    return sum(weights.numel() for weights in model.parameters())


@dataclass(frozen=True)
class Tally:
    """Weights, outputs and connections of a net for one image."""

    weights: int
    outputs: int
    connections: int


@torch.no_grad()
@takes()
def tally(model: nn.Module, image: tuple[int, int, int], padding: bool = True) -> Tally:
    """Count while the net runs: convolutions, poolings and upsamplings; no biases, no BatchNorm.

    Each counted layer is carried out once more on ones with ones for weights. Every connection then
    adds 1 to one output, so the outputs' sum is the number of connections.

    Args:
        model: of such layers.
        image: the shape of one input, ``C x H x W``.
        padding: whether connections to padded zeros count, or, in a transposed convolution, to
            outputs that are cut off.

    >>> tally(nn.Conv2d(1, 2, 3, padding=1), (1, 4, 4))
    Tally(weights=18, outputs=32, connections=288)
    >>> tally(nn.Conv2d(1, 2, 3, padding=1), (1, 4, 4), padding=False).connections
    200
    """
    calls: list[tuple[nn.Module, tuple[int, ...], int]] = []
    handles = [
        layer.register_forward_hook(
            lambda layer, inputs, output: calls.append((layer, inputs[0].shape, output.numel()))
        )
        for layer in model.modules()
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.MaxPool2d, nn.Upsample))
    ]
    try:
        model.eval()(torch.zeros(1, *image))
    finally:
        for handle in handles:
            handle.remove()
    rows = [
        (
            sum(w.numel() for w in layer.parameters() if w.ndim > 1),
            outputs,
            _links(layer, shape, padding),
        )
        for layer, shape, outputs in calls
    ]
    return Tally(*(sum(column) for column in zip(*rows, strict=True)))


def _links(layer: nn.Module, shape: tuple[int, ...], padding: bool) -> int:
    """The connections of one layer for an input of this shape."""
    ones = torch.ones(shape, dtype=torch.float64)
    if isinstance(layer, nn.MaxPool2d):
        return int(nn.functional.avg_pool2d(ones, layer.kernel_size, divisor_override=1).sum())
    copy = deepcopy(layer).double()
    if isinstance(copy, (nn.Conv2d, nn.ConvTranspose2d)):
        copy.weight.fill_(1)
        copy.bias = None
        if padding:
            if isinstance(copy, nn.Conv2d):
                ones = nn.functional.pad(ones, [int(copy.padding[0])] * 4, value=1.0)
            copy.padding, copy.output_padding = (0, 0), (0, 0)
    return int(copy(ones).sum())


# --- data, training and prediction -------------------------------------------------------------


@takes()
@dataclass(frozen=True)
class Task:
    """What a net is trained on.

    Attributes:
        palette: ``num_colours x 3``, from the training pixels.
        train, validation: grey images as inputs, palette indices as targets.
        images: the validation images in full colour, ``N x H x W x 3``.
    """

    palette: Pixels
    train: Examples
    validation: Examples
    images: Pixels


@takes(colours=SIZE)
def task_of(images: ImageData, classes: Iterable[int], colours: int) -> Task:
    """The images of some classes; the test split serves for validation."""
    chosen = [split.of_classes(*classes).images for split in (images.train, images.test)]
    palette = palette_of(chosen[0], colours)
    train, validation = (
        Examples(torch.from_numpy(grey_of(part)), torch.from_numpy(nearest(part, palette)))
        for part in chosen
    )
    return Task(palette, train, validation, chosen[1])


@takes()
def pixel_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy, averaged over all pixels.

    Args:
        logits: ``N x num_colours x H x W``.
        labels: ``N x H x W``.
    """
    # The classes last: with this layout in memory already, nothing is copied.
    rows = logits.permute(0, 2, 3, 1).reshape(-1, logits.shape[1])
    return nn.functional.cross_entropy(rows, labels.reshape(-1).long())


@takes()
def pixel_accuracy(logits: Tensor, labels: Tensor) -> Tensor:
    """The share of pixels whose colour is right."""
    return (logits.argmax(dim=1) == labels).float().mean()


MEASURES: dict[str, Loss] = {"loss": pixel_loss, "accuracy": pixel_accuracy}


@takes(rate=above(0), batch=at_least(1), epochs=at_least(0), updates=at_least(0))
def recipe(rate: float, batch: int, epochs: int = 0, updates: int = 0) -> Recipe:
    """Adam, as the starter code has it."""
    return Recipe(
        batch=batch,
        epochs=epochs,
        updates=updates,
        optimiser=lambda weights: torch.optim.Adam(weights, lr=rate, fused=True),
        loss=pixel_loss,
    )


@torch.no_grad()
@takes(batch=at_least(1))
def predict(model: nn.Module, grey: Tensor, batch: int = 250) -> Pixels:
    """The most likely colour of each pixel, ``N x H x W``, by a model in evaluation mode."""
    model.eval()
    parts = [model(part).argmax(dim=1).to(torch.uint8) for part in grey.split(batch)]
    return torch.cat(parts).cpu().numpy()


@takes(batch=at_least(1), rate=above(0))
def course_loop(
    model: nn.Module,
    epochs: Iterable[tuple[NDArray[np.float32], Pixels]],
    batch: int,
    rate: float,
) -> Iterator[float]:
    """Training in the manner of the course's notebook, which the engine is measured against.

    Slices of NumPy arrays become tensors one at a time, the logits are permuted for the loss, and
    every loss is read back.

    Args:
        model: trained in place.
        epochs: for each epoch the grey images and their labels, in the order of their use.
        batch: examples in a minibatch.
        rate: of Adam.

    Yields:
        The loss of each minibatch.
    """
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    criterion = nn.CrossEntropyLoss()
    model.train()
    for grey, labels in epochs:
        for start in range(0, len(grey), batch):
            inputs = torch.from_numpy(grey[start : start + batch]).float()
            targets = torch.from_numpy(labels[start : start + batch]).long()
            optimiser.zero_grad()
            outputs = model(inputs)
            rows = outputs.permute(0, 2, 3, 1).contiguous().view(-1, outputs.shape[1])
            loss = criterion(rows, targets.view(-1))
            loss.backward()
            optimiser.step()
            yield loss.item()
