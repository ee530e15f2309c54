"""A run that is killed and started again: ``python -m tests.training.kept_run FOLDER KILLS SEED``.

Two seeds with two trainings each, whose state is saved after every update.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch

from hwcode.data import embedded_digits
from hwcode.training import commands, engine
from hwcode.training.experiment import Experiment, Outcome, Tolerance
from tests.training.trainings import RECIPES, drawn_examples, net


def run(config, seed, data, progress):
    """Train twice, with all that has a state of its own."""
    arrays, metrics = {}, {}
    for name, recipe in RECIPES.items():
        with engine.seeded(seed):
            model = net()
        history = engine.train(
            model,
            recipe,
            drawn_examples(),
            seed=seed,
            checkpoint=progress.file("net.pt"),
            save_every=0.0,
        )
        arrays |= {f"{name}/{key}": value.numpy() for key, value in model.state_dict().items()}
        arrays[f"{name}/losses"] = history.losses
        metrics[name] = float(history.losses[-1])
    return Outcome(metrics, {}, arrays)


def experiment() -> Experiment:
    """The experiment."""
    return Experiment(
        name="kept",
        title="a run that is killed",
        config={},
        seeds=(0, 1),
        data=embedded_digits,
        run=run,
        first_losses=lambda config, seed, data: [1.0],
        defines=(embedded_digits,),
        tolerances={"*": Tolerance()},
        embedded_allowed=True,
    )


def made(folder: Path) -> str:
    """Make the record, or go on with it; a digest of every bit of it but the seconds."""
    path = commands.make(experiment(), folder / "results", folder / "scratch")
    runs = json.loads(path.read_text())["runs"]
    told = json.dumps([{**each, "seconds": 0} for each in runs])
    with np.load(path.with_suffix(".npz")) as arrays:
        content = {name: arrays[name].tobytes() for name in sorted(arrays)}
    return hashlib.sha256((told + repr(content)).encode()).hexdigest()


EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree")
"""Python tells an audit hook of these; nothing gets onto a disk without one of them."""


def in_child(folder: Path, event: int = 0, seconds: float = 0.0) -> str | None:
    """Make it in a process of its own, which is killed at an event or after some seconds.

    Returns:
        The digest; None if the process was killed before.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        counted = itertools.count(1)

        def hook(name: str, _: tuple) -> None:
            if name in EVENTS and next(counted) == event:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        os.write(writing, made(folder).encode())
        os._exit(0)
    os.close(writing)
    if seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as pipe:
        digest = pipe.read()
    os.waitpid(child, 0)
    return digest or None


def main(folder: Path, kills: int, seed: int) -> None:
    """Kill until it was done so often, and print what came of it as JSON."""
    torch.set_num_threads(1)
    drawn = random.Random(seed)
    in_child(folder / "warm")
    started = time.perf_counter()
    expected = in_child(folder / "whole")
    length = time.perf_counter() - started
    counts = {"kills": 0, "runs": 0, "identical": 0}
    while counts["kills"] < kills:
        place, got = folder / f"run-{counts['runs']}", None
        while got is None:
            by_time = counts["kills"] % 2
            if counts["kills"] >= kills:
                got = in_child(place)
            elif by_time:
                got = in_child(place, seconds=drawn.uniform(0.0, length / 2))
            else:
                got = in_child(place, event=drawn.randint(1, 200))
            counts["kills"] += got is None
        counts["runs"] += 1
        counts["identical"] += got == expected
    print(json.dumps(counts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
