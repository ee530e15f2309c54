"""Checkpoints: what a training needs to go on after a stop, in one file, whole or not at all."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import torch

__all__ = ["StopRequest", "random_state", "read", "restore_random_state", "write"]


def write(path: Path, state: Mapping[str, Any]) -> None:
    """Write a checkpoint under another name, then rename it: a reader never sees half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    with partial.open("wb") as stream:
        torch.save(dict(state), stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(partial, path)


def read(path: Path, device: str) -> dict[str, Any]:
    """A checkpoint, its tensors on the device. Nothing but tensors and plain values is loaded."""
    return torch.load(path, map_location=device, weights_only=True)


def random_state(device: str) -> dict[str, torch.Tensor]:
    """The state of torch's own generators, which dropout draws from."""
    state = {"cpu": torch.get_rng_state()}
    if torch.device(device).type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def restore_random_state(state: Mapping[str, torch.Tensor], device: str) -> None:
    """Put back what :func:`random_state` kept."""
    torch.set_rng_state(state["cpu"].cpu())
    if "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"].cpu(), device)


class StopRequest:
    """Ctrl-C as a wish, not as a blow: the step that is under way is finished first.

    Within the context the first Ctrl-C only sets :attr:`made`; a second one interrupts at once.
    Outside the main thread, where signals cannot be caught, nothing changes.
    """

    def __init__(self) -> None:
        self.made = False

    def __enter__(self) -> StopRequest:
        self._before = None
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.made:
            raise KeyboardInterrupt
        self.made = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
