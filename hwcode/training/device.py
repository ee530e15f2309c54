"""Where a training runs: the device, the precision of its products, the layout of its images.

Weights, optimiser state, the statistics of BatchNorm and the loss stay in float32 in every case;
``bfloat16`` means that convolutions and matrix products are rounded to it (automatic mixed
precision). ``float32`` is what PyTorch makes of it: on a GPU it rounds the factors of convolutions
to TF32, with ten bits behind the point, unless ``torch.backends.cudnn`` says otherwise. What is
faster depends on the machine, so :func:`fastest` tries.

The tests that need a GPU are skipped where there is none.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from hwcode.checking.arguments import takes

__all__ = ["Placement", "best_device", "candidates", "fastest"]

Module = TypeVar("Module", bound=nn.Module)


@takes()
@dataclass(frozen=True)
class Placement:
    """A device, a precision and a layout.

    Attributes:
        device: ``cpu``, ``cuda``, ``cuda:1``.
        precision: of convolutions and matrix products, ``float32`` or ``bfloat16``.
        layout: of image batches, ``contiguous`` (N, C, H, W) or ``channels_last`` (N, H, W, C in
            memory).
        compiled: whether the training step's model goes through ``torch.compile``, which on a GPU
            replays it as CUDA graphs: at small batches the launches cost more than the arithmetic.

    >>> Placement(layout="channels_last").batch(torch.zeros(2, 3, 4, 4)).stride()
    (48, 1, 12, 3)
    """

    device: str = "cpu"
    precision: str = "float32"
    layout: str = "contiguous"
    compiled: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.precision not in ("float32", "bfloat16"):
            raise ValueError(f"the precision is float32 or bfloat16, not {self.precision!r}")
        if self.layout not in ("contiguous", "channels_last"):
            raise ValueError(f"the layout is contiguous or channels_last, not {self.layout!r}")

    @classmethod
    def named(cls, text: str) -> Placement:
        """The placement with these names, as ``HWCODE_PLACEMENT`` has them.

        Raises:
            ValueError: if they are not a device, a precision and a layout.

        >>> Placement.named("cpu, bfloat16, channels_last")
        Placement(device='cpu', precision='bfloat16', layout='channels_last', compiled=False)
        """
        names = [name.strip() for name in text.split(",")]
        compiled = names[-1] == "compiled"
        where = names[:-1] if compiled else names
        if len(where) != 3 or where[0].partition(":")[0] not in ("cpu", "cuda"):
            raise ValueError(
                f"no placement {text!r}; expected a device (cpu or cuda), a precision and a layout,"
                " as 'cpu,float32,channels_last', with ',compiled' behind them or not"
            )
        return cls(*where, compiled=compiled)

    @property
    def _format(self) -> torch.memory_format:
        last = self.layout == "channels_last"
        return torch.channels_last if last else torch.contiguous_format

    def model(self, module: Module) -> Module:
        """The module itself, moved here. On a GPU, cuDNN is told to look for its best kernels."""
        if torch.device(self.device).type == "cuda":
            # For the whole process: the same few sizes come again and again.
            torch.backends.cudnn.benchmark = True
        return module.to(self.device).to(memory_format=self._format)

    def forward(self, module: nn.Module) -> Callable[[Tensor], Tensor]:
        """What a training step calls in place of the module.

        Compiled, it is traced once for each size of a minibatch. Schedule and optimiser stay
        outside, so that a new rate is just a number.
        """
        if not self.compiled:
            return module
        return torch.compile(module, mode="reduce-overhead", dynamic=False)

    def batch(self, images: Tensor) -> Tensor:
        """A batch that is on the device already, in the layout."""
        return images.contiguous(memory_format=self._format) if images.ndim == 4 else images

    def upload(self, values: Tensor) -> Tensor:
        """Values from the host; a GPU fetches them from pinned memory while the host goes on."""
        if torch.device(self.device).type == "cuda":
            return values.pin_memory().to(self.device, non_blocking=True)
        return values.to(self.device)

    def autocast(self) -> AbstractContextManager[Any]:
        """Within it, products have the precision."""
        kind = torch.device(self.device).type
        return torch.autocast(kind, torch.bfloat16, enabled=self.precision == "bfloat16")

    def synchronise(self) -> None:
        """Wait for the device, before a clock is read."""
        if torch.device(self.device).type == "cuda":
            torch.cuda.synchronize(self.device)

    def describe(self) -> dict[str, Any]:
        """Plain values, for a record."""
        kind = torch.device(self.device).type
        return {
            "device": torch.cuda.get_device_name(self.device) if kind == "cuda" else kind,
            "precision": self.precision,
            "layout": self.layout,
            "threads": torch.get_num_threads(),
            **({"compiled": True} if self.compiled else {}),
        }


def best_device() -> str:
    """The GPU if there is one, else the CPU."""
    return "cuda" if torch.cuda.is_available() else "cpu"


@takes()
def candidates(device: str) -> list[Placement]:
    """Placements on a device that are worth a try, the plainest first.

    >>> [one.precision for one in candidates("cpu")]
    ['float32', 'float32', 'bfloat16']
    """
    plain = Placement(device)
    last = Placement(device, layout="channels_last")
    half = Placement(device, "bfloat16", "channels_last")
    if torch.device(device).type != "cuda":
        return [plain, last, half]
    best = half if torch.cuda.is_bf16_supported() else last
    return [*dict.fromkeys([plain, last, best]), replace(best, compiled=True)]


def fastest(
    step_at: Callable[[Placement], Callable[[], object]],
    among: Sequence[Placement],
    rounds: int = 4,
    gain: float = 0.9,
) -> Placement:
    """Try placements in turn, several times over, and choose.

    The first one is kept unless another takes less than ``gain`` of its time, so that noise does
    not decide between equals. One that fails here is left out with a warning, if it is not the
    first: a compiler may be missing, or memory.

    Args:
        step_at: makes a function that carries out one step at a placement.
        among: the placements, the preferred ones first.
        rounds: timed steps of each, after one that is not timed; the shortest counts.
        gain: what is worth a change.
    """
    steps: dict[Placement, Callable[[], object]] = {}
    for placement in among:
        try:
            step = step_at(placement)
            step()
        except RuntimeError as error:
            if not steps:
                raise
            told = str(error).strip().partition("\n")[0]
            warnings.warn(f"{placement} is left out: {told}", stacklevel=2)
        else:
            steps[placement] = step
    times = dict.fromkeys(steps, float("inf"))
    for _ in range(rounds):
        for placement, step in steps.items():
            placement.synchronise()
            started = time.perf_counter()
            step()
            placement.synchronise()
            times[placement] = min(times[placement], time.perf_counter() - started)
    chosen = among[0]
    for placement in steps:
        if times[placement] < gain * times[chosen]:
            chosen = placement
    return chosen
