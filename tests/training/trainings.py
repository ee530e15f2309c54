"""Small trainings that several test files carry out."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from hwcode.training import engine
from hwcode.training.device import candidates
from hwcode.training.recipe import Examples, Recipe

PLACEMENTS = candidates("cpu")


def net() -> nn.Module:
    """Convolution, BatchNorm and dropout: everything that has a state of its own."""
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Flatten(),
        nn.Linear(4 * 36, 3),
    )


def flipped(inputs, targets, generator):
    """Augmentation: every image is mirrored or not, by the generator."""
    mirrored = torch.rand(len(inputs), generator=generator, device=inputs.device) < 0.5
    return torch.where(mirrored[:, None, None, None], inputs.flip(-1), inputs), targets


def adam(weights):
    return torch.optim.Adam(weights, lr=1e-2, fused=True)


def sgd(weights):
    return torch.optim.SGD(weights, lr=1.0, momentum=0.9, weight_decay=1e-3, fused=True)


def warm_up(done):
    return {"lr": 1e-3 * (done + 1), "momentum": 0.5 + 0.01 * done}


RECIPES = {
    "adam": Recipe(batch=8, epochs=3, optimiser=adam, loss=nn.functional.cross_entropy),
    "sgd": Recipe(
        batch=8,
        epochs=3,
        optimiser=sgd,
        loss=nn.functional.cross_entropy,
        prepare=flipped,
        schedule=warm_up,
    ),
}


def drawn_examples() -> Examples:
    """Thirty small images of three classes."""
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(30, 2, 6, 6, generator=generator)
    return Examples(inputs, torch.randint(0, 3, (30,), generator=generator))


def started(recipe, examples, placement, seed=0):
    with engine.seeded(seed):
        return engine.Training(net(), recipe, examples, seed, placement)


def same(one, other):
    a, b = one.state_dict(), other.state_dict()
    return all(torch.equal(a[name], b[name]) for name in a)


class NothingReadBack(TorchDispatchMode):
    """Fails at every operation that would make a GPU's host wait."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        waiting = ("_local_scalar_dense", "nonzero", "equal", "is_nonzero", "masked_select")
        # A mask as an index is looked through for its true entries first.
        index = args[1] if name in ("index", "index_put", "index_put_") else ()
        mask = any(one is not None and one.dtype in (torch.bool, torch.uint8) for one in index)
        if name in waiting or mask:
            raise AssertionError(f"{function} waits for the device")
        return function(*args, **(kwargs or {}))
