"""``hwcode sweep``: one experiment at every combination of some values of its configuration.

Each combination and seed is a run of its own, kept where ``hwcode results make`` keeps a finished
seed. So a second sweep runs only what is missing, and a run that was killed goes on from its
checkpoint. The processes, or the jobs of a cluster, are submitit's.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import submitit
import torch
from tqdm import tqdm

from hwcode.checking.errors import AnswerError
from hwcode.training import commands
from hwcode.training import experiment as records
from hwcode.training.experiment import Experiment, Record

__all__ = ["PLACES", "Point", "Swept", "points", "read_choices", "sweep"]

PLACES = ("local", "slurm")
"""Where the runs can go. Slurm is submitit's; no cluster was at hand to try it on."""
SWEEPS = Path(__file__).resolve().parents[2] / "_build" / "sweeps"
LONGEST = 7 * 24 * 60
"""Minutes after which submitit ends a process."""
BETWEEN_LOOKS = 0.5
"""Seconds between two looks at what is done."""


@dataclass(frozen=True)
class Point:
    """One run of a sweep: the values that are its own, and the seed."""

    values: Mapping[str, Any]
    seed: int

    def of(self, asked: Experiment) -> Experiment:
        """The experiment at this point, with this seed alone."""
        return replace(asked, config={**asked.config, **self.values}, seeds=(self.seed,))

    def __str__(self) -> str:
        told = [f"{name}={json.dumps(value)}" for name, value in self.values.items()]
        return " ".join([*told, f"seed={self.seed}"])


@dataclass(frozen=True)
class Swept:
    """What came of a sweep.

    Attributes:
        path: of the record, with the runs that ended well.
        failed: for each other run the point and what went wrong.
    """

    path: Path
    failed: list[tuple[str, str]]


def read_choices(asked: Experiment, words: Sequence[str]) -> dict[str, list[Any]]:
    """The values that are asked for, from ``name=a,b,c``.

    Raises:
        AnswerError: for a name that the configuration does not have, no value, one that stands
            twice, or one of another kind than the configuration's own.
    """
    choices: dict[str, list[Any]] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or name not in ("seed", *asked.config):
            names = ", ".join([*asked.config, "seed"])
            raise AnswerError(f"{word!r} is no NAME=a,b,c with a NAME of {asked.name}: {names}")
        try:
            values = json.loads(f"[{text}]")
        except ValueError:
            values = text.split(",")
        if name in choices or not values or any(values.count(one) > 1 for one in values):
            raise AnswerError(f"{word!r}: each name and each of its values is given once")
        example = 0 if name == "seed" else asked.config[name]
        if wrong := [one for one in values if not _alike(one, example)]:
            told = f"{name} is like {json.dumps(example)}, which {json.dumps(wrong[0])} is not"
            raise AnswerError(told)
        choices[name] = values
    return choices


def _alike(value: Any, example: Any) -> bool:
    if isinstance(example, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is type(example)


def points(asked: Experiment, choices: Mapping[str, Sequence[Any]]) -> list[Point]:
    """Every combination, the last name's values first, each with every seed.

    Without a choice of seeds they are the experiment's own.
    """
    names = [name for name in choices if name != "seed"]
    seeds = choices.get("seed", asked.seeds)
    combinations = itertools.product(*(choices[name] for name in names))
    return [
        Point(dict(zip(names, values, strict=True)), seed)
        for values in combinations
        for seed in seeds
    ]


def sweep(
    asked: Experiment,
    choices: Mapping[str, Sequence[Any]],
    place: str = "local",
    *,
    workers: int | None = None,
    folder: Path | None = None,
    scratch: Path | None = None,
) -> Swept:
    """Run what is missing, several runs at a time with one thread each, and write a record.

    Args:
        asked: the experiment whose configuration is varied.
        choices: for each name its values, see :func:`read_choices`.
        place: one of :data:`PLACES`.
        workers: processes or jobs at a time; by default one for each processor. The points are
            dealt out to them in turn.
        folder: of the record, ``<name>.json``; each of its runs says its ``point``.
        scratch: where finished runs are kept, see :func:`hwcode.training.commands.make`.

    Raises:
        AnswerError: for a place that there is not.
        DataError: if the data are not there.
    """
    if place not in PLACES:
        raise AnswerError(f"runs can go to {' or '.join(PLACES)}, not to {place!r}")
    started = time.perf_counter()
    folder, scratch = folder or SWEEPS, scratch or commands.SCRATCH
    data = asked.load_data()  # before anything is started: a message at once, and one only
    todo = points(asked, choices)
    workers = min(workers or os.cpu_count() or 1, len(todo))
    folder.mkdir(parents=True, exist_ok=True)
    logs = Path(tempfile.mkdtemp(prefix=f"{asked.name}-", dir=folder))
    executor = submitit.AutoExecutor(logs, cluster=place)
    # What lies in the working folder is never imported; a thread each, so sums are added in one
    # order and processes do not wait for one another.
    environment = ["export PYTHONSAFEPATH=1", "export OMP_NUM_THREADS=1"]
    setup = {"local_setup": environment, "slurm_setup": environment}
    executor.update_parameters(name=asked.name, timeout_min=LONGEST, **setup)
    told = [logs / f"share-{number}.jsonl" for number in range(workers)]
    jobs = [
        executor.submit(run_share, asked, todo, range(first, len(todo), workers), scratch, file)
        for first, file in enumerate(told)
    ]
    try:
        ended = _watch(asked, todo, jobs, told)
    except BaseException:
        for job in jobs:
            job.cancel(check=False)
        while not all(job.done() for job in jobs):  # as an interrupted run saves its state first
            time.sleep(BETWEEN_LOOKS)
        raise
    lost = {"failed": f"its process was ended; see {logs}"}
    runs, failed = [], []
    for index, point in enumerate(todo):
        came = ended.get(index, lost)
        if "failed" in came:
            failed.append((str(point), came["failed"]))
        else:
            run, _ = commands.read_kept(Path(came["kept"]))
            runs.append({"point": dict(point.values), **run})
    stamp = {**records.stamp_of(asked, data, started), "choices": dict(choices)}
    path = records.write(Record(stamp, tuple(runs), folder))
    if not failed:
        shutil.rmtree(logs)
    return Swept(path, failed)


def run_share(
    asked: Experiment, todo: Sequence[Point], share: Sequence[int], scratch: Path, told: Path
) -> None:
    """The runs of one process, one after the other; a failure is told, and the next one begins.

    Args:
        asked: the experiment.
        todo: all points of the sweep.
        share: which of them are this process's.
        scratch: where finished runs are kept.
        told: a line for each run is added to this file, where it is kept or why it failed.
    """
    torch.set_num_threads(1)
    for index in share:
        point = todo[index]
        try:
            kept_in = commands.make(point.of(asked), scratch=scratch, seeds=(point.seed,))
            came = {"kept": str(commands.kept_path(kept_in, point.seed))}
        except Exception as error:
            came = {"failed": f"{type(error).__name__}: {error}"}
        with told.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"index": index, **came}) + "\n")


def _watch(
    asked: Experiment,
    todo: Sequence[Point],
    jobs: Sequence[submitit.Job[None]],
    told: Sequence[Path],
) -> dict[int, dict[str, str]]:
    """Show how many runs are done and which failed, until all jobs have ended.

    Returns:
        What the processes told of each run that ended, by its index.
    """
    ended: dict[int, dict[str, str]] = {}
    with tqdm(total=len(todo), desc=f"sweep of {asked.name}", unit="run", disable=None) as bar:
        while True:
            over = all(job.done() for job in jobs)
            for came in _lines(told):
                index = came.pop("index")
                if index not in ended:
                    ended[index] = came
                    bar.update()
                    if "failed" in came:
                        bar.write(f"FAILED {todo[index]}: {came['failed']}", file=sys.stderr)
            if over:
                return ended
            time.sleep(BETWEEN_LOOKS)


def _lines(files: Sequence[Path]) -> Iterator[dict[str, Any]]:
    for file in files:
        if file.is_file():
            # The last line may not be whole yet.
            whole = file.read_text(encoding="utf-8").rpartition("\n")[0]
            yield from map(json.loads, whole.splitlines())
