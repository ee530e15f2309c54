"""The recorded benchmark of per-example gradient norms: six ways, three models.

Making it needs Opacus, which ``make .venv/.benchmark`` installs; reading the record does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hwcode.checking.arguments import SIZE, takes
from hwcode.training.benchmark import Benchmark, Contenders

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["EXPERIMENTS", "NORMS", "WAYS", "mlp"]

CONFIG: dict[str, Any] = {
    "classes": 10,
    "mlp": [
        {"case": "4 layers of 512, batch 256", "width": 512, "depth": 4, "batch": 256},
        {"case": "4 layers of 64, batch 256", "width": 64, "depth": 4, "batch": 256},
    ],
    "cnn": [
        {
            "case": "4 convolutions, batch 64",
            "channels": [3, 32, 32, 64, 64], "side": 32, "batch": 64,
        }
    ],
}  # fmt: skip

WAYS = {
    "plain": "plain backward pass",
    "norms only": "hooks, without gradients",
    "hooks": "hooks in a backward pass",
    "ghost": "Opacus, ghost clipping's norms",
    "one by one": "one backward pass per example",
    "vmap": "vmap(grad)",
}
"""The contenders; ``plain`` gives the gradient of the sum, and no norm."""


@takes(width=SIZE, depth=SIZE, classes=SIZE)
def mlp(width: int, depth: int, classes: int) -> nn.Module:
    """``depth`` Linear layers, ReLU between them.

    >>> mlp(5, 2, 3)
    Sequential(
      (0): Linear(in_features=5, out_features=5, bias=True)
      (1): ReLU()
      (2): Linear(in_features=5, out_features=3, bias=True)
    )
    """
    from torch import nn

    layers: list[nn.Module] = []
    for _ in range(depth - 1):
        layers += [nn.Linear(width, width), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(width, classes))


def cnn(channels: list[int], side: int, classes: int) -> nn.Module:
    """3 x 3 convolutions, every second one with stride 2, ReLU between them, and a Linear layer."""
    from torch import nn

    layers: list[nn.Module] = []
    for place in range(len(channels) - 1):
        stride = 1 + place % 2
        side //= stride
        layers += [nn.Conv2d(channels[place], channels[place + 1], 3, stride, 1), nn.ReLU()]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels[-1] * side * side, classes))


def cases(config: Mapping[str, Any]) -> Mapping[str, Contenders]:
    """The six ways for each model, on one random batch; one thread."""
    import torch

    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    found = {}
    for chosen in [*config["mlp"], *config["cnn"]]:
        torch.manual_seed(0)
        if "width" in chosen:
            model = mlp(chosen["width"], chosen["depth"], config["classes"])
            shape: tuple[int, ...] = (chosen["batch"], chosen["width"])
        else:
            model = cnn(chosen["channels"], chosen["side"], config["classes"])
            shape = (chosen["batch"], chosen["channels"][0], chosen["side"], chosen["side"])
        inputs = torch.randn(shape, generator=generator)
        targets = torch.randint(config["classes"], shape[:1], generator=generator)
        found[chosen["case"]] = contenders(model, inputs, targets)
    return found


def contenders(model: nn.Module, inputs: Tensor, targets: Tensor) -> Contenders:
    """The six ways, from the inputs to the norms; ``plain`` returns nothing."""
    import copy

    from opacus.grad_sample import GradSampleModuleFastGradientClipping
    from torch.nn.functional import cross_entropy

    from hwcode.chapters.backpropagation.gradient_norms import (
        norms_by_vmap,
        norms_one_by_one,
        per_example_grad_norms,
    )

    def losses(outputs: Tensor, t: Tensor = targets) -> Tensor:
        return cross_entropy(outputs, t, reduction="none")

    def plain() -> None:
        model.zero_grad(set_to_none=True)
        losses(model(inputs)).sum().backward()

    def hooks() -> Tensor:
        model.zero_grad(set_to_none=True)
        return per_example_grad_norms(model, inputs, losses)

    ghost_model = GradSampleModuleFastGradientClipping(
        copy.deepcopy(model), loss_reduction="sum", use_ghost_clipping=True
    )

    def ghost() -> Tensor:
        ghost_model.zero_grad(set_to_none=True)
        losses(ghost_model(inputs)).sum().backward()
        return ghost_model.get_norm_sample()

    ways: dict[str, Callable[[], Any]] = {
        "plain": plain,
        "norms only": lambda: per_example_grad_norms(model, inputs, losses, keep_gradients=False),
        "hooks": hooks,
        "ghost": ghost,
        "one by one": lambda: norms_one_by_one(model, inputs, targets, losses),
        "vmap": lambda: norms_by_vmap(model, inputs, targets, losses),
    }
    return ways


def disagreement(found: Mapping[str, Any]) -> float:
    """The largest relative difference of any way's norms from those of ``vmap(grad)``."""
    expected = found["vmap"]
    worst = [
        float(((norms - expected).abs() / expected).max())
        for norms in found.values()
        if norms is not None
    ]
    return max(worst)


NORMS = Benchmark(
    name="gradient_norms",
    title="per-example gradient norms: six ways, three models",
    config=CONFIG,
    cases=cases,
    baseline="plain",
    disagreement=disagreement,
    allowed=1e-4,  # float32
    defines=(cases,),
    packages=("torch", "opacus"),
    rounds=21,
    settings=lambda: {"device": "cpu", "precision": "float32", "threads": 1},
)

EXPERIMENTS = {NORMS.name: NORMS}
