"""Checkpoints: what a training needs to go on after a stop, in one file, whole or not at all."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import torch

from hwcode.training import sealed

__all__ = ["StopRequest", "random_state", "read", "restore_random_state", "write"]


def write(path: Path, state: Mapping[str, Any]) -> None:
    """Write a checkpoint with its digest; the one that was there before is kept beside it.

    Raises:
        OSError: names the path; what was there before is still there.
    """
    content = BytesIO()
    torch.save(dict(state), content)
    sealed.write(path, content.getvalue(), keep=True)


def read(path: Path, device: str) -> dict[str, Any] | None:
    """A checkpoint, its tensors on the device. Nothing but tensors and plain values is loaded.

    A damaged one is told of on standard error, and the one before it taken: the run gets to the
    same end from either.

    Returns:
        The state; None if no checkpoint is there.

    Raises:
        DamagedFileError: if what is there is damaged; the message says what to do.
    """
    there = [one for one in (path, sealed.before(path)) if one.is_file()]
    for number, one in enumerate(there, start=1):
        try:
            content = sealed.read(one)
        except sealed.DamagedFileError as error:
            if number == len(there):
                files = " and ".join(map(str, there))
                told = f"{error}; remove {files} to start this training again"
                raise sealed.DamagedFileError(told) from None
            print(f"{error}; going on from the checkpoint before it", file=sys.stderr)
        else:
            return torch.load(BytesIO(content), map_location=device, weights_only=True)
    return None


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


STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")
"""Ctrl-C; what batch systems and ``docker stop`` send; a terminal that was closed."""


class StopRequest:
    """A signal to stop as a wish, not as a blow: the step that is under way is finished first.

    Within the context the first signal only sets :attr:`made`; a second one interrupts at once.
    One that is ignored, as ``nohup`` has SIGHUP, goes on being ignored; SIGINT is heard in any
    case, as shells have it ignored in every job that they put in the background. Outside the main
    thread, where signals cannot be caught, nothing changes.
    """

    def __init__(self) -> None:
        self.made = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> StopRequest:
        if threading.current_thread() is threading.main_thread():
            for name in STOPPING:
                number = getattr(signal, name, None)  # SIGHUP is not known everywhere
                if number is None:
                    continue
                ignored = signal.getsignal(number) == signal.SIG_IGN
                if not ignored or number == signal.SIGINT:
                    self._before[number] = signal.signal(number, self._ask)
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
        for number, handler in self._before.items():
            signal.signal(number, handler)
