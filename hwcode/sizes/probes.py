"""Which pixels a unit of a real module depends on, found out by trying."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hwcode.checking.arguments import SEED, at_least, takes
from hwcode.sizes.layers import Shape

if TYPE_CHECKING:
    from torch import nn

__all__ = ["gradient_support", "nan_support", "unit_gradient"]


@takes(seed=SEED)
def unit_gradient(
    module: nn.Module, shape: Shape, at: tuple[int, ...] = (), seed: int = 0
) -> NDArray[np.float64]:
    """The gradient of one unit in the input, at a standard normal input.

    The unit is the sum over the channels of the output at one place, or the sum of a flat output.

    Args:
        module: takes a batch of such inputs; it should be in evaluation mode and in float64.
        shape: of one input, ``(channels, height, width)``.
        at: the place on each axis of the output.
        seed: of the input.

    Returns:
        The gradient, of the input's shape.

    >>> from torch import nn
    >>> unit_gradient(nn.AvgPool2d(2).double(), (1, 4, 4), (0, 1))[0, 0]
    array([0.  , 0.  , 0.25, 0.25])
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    image = torch.randn(1, *shape, generator=generator, dtype=torch.float64, requires_grad=True)
    output = module(image)
    (gradient,) = torch.autograd.grad(output[(0, slice(None), *at)].sum(), image)
    return gradient[0].numpy()


@takes(draws=at_least(1))
def gradient_support(
    module: nn.Module, shape: Shape, at: tuple[int, ...] = (), draws: int = 1
) -> NDArray[np.bool_]:
    """The pixels for which :func:`unit_gradient` is not zero in any channel and any draw.

    Never more than the unit depends on, and less where a rectifier is off, a maximum is elsewhere,
    or terms cancel: so for a module of nonnegative weights without either, exactly that.

    Returns:
        An array over the pixels.
    """
    found = [unit_gradient(module, shape, at, seed) != 0 for seed in range(draws)]
    return np.any(np.stack(found), axis=(0, 1))


@takes()
def nan_support(module: nn.Module, shape: Shape, at: tuple[int, ...] = ()) -> NDArray[np.bool_]:
    """The pixels of which a NaN reaches the unit: those that its computation reads.

    Unlike a gradient, a NaN passes through rectifiers and maxima, whatever the other numbers are.
    Needs one run of the module per pixel.

    Returns:
        An array over the pixels.

    >>> from torch import nn
    >>> nan_support(nn.MaxPool2d(2).double(), (1, 2, 4), (0, 1)).astype(int)
    array([[0, 0, 1, 1],
           [0, 0, 1, 1]])
    """
    import torch

    pixels = list(np.ndindex(*(int(size) for size in shape[1:])))
    images = torch.zeros(len(pixels), *shape, dtype=torch.float64)
    for number, pixel in enumerate(pixels):
        images[(number, slice(None), *pixel)] = torch.nan
    with torch.no_grad():
        outputs = module(images)
    reached = outputs[(slice(None), slice(None), *at)].isnan().any(dim=1)
    return reached.numpy().reshape(shape[1:])
