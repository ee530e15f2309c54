"""Experiments and their records.

An :class:`Experiment` says what is trained, on what, with which seeds. Making it writes
``hwcode/results/<name>.json``: the outcome of every seed, and a stamp that says which code, data,
device and versions it came from. A page reads the record through :func:`load`, which refuses one
whose definition has changed since.
"""

from __future__ import annotations

import json
import math
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hwcode.checking.arguments import at_least, takes
from hwcode.checking.errors import DataError
from hwcode.data.images import Provenance
from hwcode.data.store import sha256_of
from hwcode.training.definition import digest
from hwcode.training.progress import Progress

__all__ = ["Data", "Experiment", "Outcome", "Record", "StaleRecordError", "Tolerance", "load"]

RESULTS = Path(__file__).resolve().parents[1] / "results"
VERSIONS = ("numpy", "scipy", "scikit-learn", "torch", "torchvision")


class Data(Protocol):
    """What an experiment is run on: images, or anything else whose origin is known."""

    @property
    def provenance(self) -> Provenance: ...


class StaleRecordError(DataError):
    """A record does not belong to the code as it stands; the message says what to do."""


@takes(relative=at_least(0), absolute=at_least(0), factor=at_least(1))
@dataclass(frozen=True)
class Tolerance:
    """How far a metric may move when an experiment is run again.

    Attributes:
        relative: share of the recorded value.
        absolute: in the metric's unit.
        factor: for positive metrics that are known up to a factor, that factor.

    >>> Tolerance(relative=0.1).allows(1.05, 1.0), Tolerance(absolute=0.01).allows(1.05, 1.0)
    (True, False)
    >>> Tolerance(factor=5).allows(0.25, 1.0), Tolerance(factor=5).allows(0.19, 1.0)
    (True, False)
    """

    relative: float = 0.0
    absolute: float = 0.0
    factor: float = 1.0

    def allows(self, got: float, recorded: float) -> bool:
        """Whether ``got`` is as near to the recorded value as stated."""
        if abs(got - recorded) <= max(self.absolute, self.relative * abs(recorded)):
            return True
        return min(got, recorded) > 0 and max(got, recorded) <= self.factor * min(got, recorded)


@dataclass(frozen=True)
class Outcome:
    """What one run gives.

    Attributes:
        metrics: single numbers, each with a tolerance in the experiment.
        curves: sequences of numbers, kept in the record to seven digits.
        arrays: larger arrays, kept beside the record in ``<name>.npz``.
    """

    metrics: Mapping[str, float]
    curves: Mapping[str, list[float]] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A training that is recorded.

    Attributes:
        name: the record's name, ``hwcode/results/<name>.json``.
        title: what is trained, in a few words.
        config: everything that is chosen, as JSON values.
        seeds: one run for each.
        data: loads the data; embedded stand-ins are refused unless ``embedded_allowed``.
        run: from configuration, seed, data and a progress bar to an outcome.
        first_losses: the losses of the first steps, on the CPU; the replay that certifies a record.
        defines: the functions and classes that define what is computed.
        tolerances: for each metric (``*`` for the others) how far a repetition may differ.
        replay_tolerance: relative, between recorded and replayed first losses; one for all of them
            or one for each, as rounding grows from step to step in some nets.
        settings: device, precision and threads that :attr:`run` chooses, for the stamp.
    """

    name: str
    title: str
    config: Mapping[str, Any]
    seeds: tuple[int, ...]
    data: Callable[[], Data]
    run: Callable[[Mapping[str, Any], int, Any, Progress], Outcome]
    first_losses: Callable[[Mapping[str, Any], int, Any], list[float]]
    defines: tuple[Any, ...]
    tolerances: Mapping[str, Tolerance]
    replay_tolerance: float | tuple[float, ...] = 1e-4
    embedded_allowed: bool = False
    settings: Callable[[], Mapping[str, Any]] = lambda: {"device": "cpu", "precision": "float64"}

    def digest(self) -> str:
        """The digest of what defines the experiment, its configuration included."""
        return digest(self.defines, self.config)

    def load_data(self) -> Data:
        """The data, refusing a stand-in where the record is about the real thing."""
        data = self.data()
        if data.provenance.embedded and not self.embedded_allowed:
            raise DataError(
                f"{self.name} needs the real data, and only {data.provenance.dataset} is there;"
                " set HWCODE_DATA or run 'hwcode data get'"
            )
        return data

    def tolerance(self, metric: str) -> Tolerance:
        """How far this metric may move."""
        if metric not in self.tolerances and "*" not in self.tolerances:
            raise KeyError(f"{self.name} states no tolerance for {metric}")
        return self.tolerances.get(metric) or self.tolerances["*"]


@dataclass(frozen=True)
class Record:
    """What a made experiment left behind.

    Attributes:
        stamp: code digest, data provenance, device, versions, time.
        runs: for each seed its metrics, curves and first losses.
    """

    stamp: Mapping[str, Any]
    runs: tuple[Mapping[str, Any], ...]
    folder: Path = RESULTS

    def metric(self, name: str) -> NDArray[np.float64]:
        """One metric over the seeds, shape ``seeds``."""
        return np.array([run["metrics"][name] for run in self.runs])

    def curve(self, name: str) -> NDArray[np.float64]:
        """One curve over the seeds, shape ``seeds x length``."""
        return np.array([run["curves"][name] for run in self.runs])

    def array(self, name: str, seed: int) -> NDArray[Any]:
        """An array kept beside the record.

        Raises:
            StaleRecordError: if the file is not the one that the record was written with.
        """
        path = self.folder / f"{self.stamp['experiment']}.npz"
        # Records of before this digest was kept have none.
        if "arrays" in self.stamp and self.stamp["arrays"] != sha256_of(path):
            raise StaleRecordError(f"{path.name} does not belong to {path.stem}.json")
        with np.load(path, allow_pickle=False) as kept:
            return kept[f"{seed}/{name}"]

    @property
    def source(self) -> str:
        """The sentence on the data that goes beside every number."""
        return str(self.stamp["data"]["source"])


def load(experiment: Experiment, folder: Path | None = None) -> Record:
    """The record of an experiment.

    Raises:
        StaleRecordError: if there is none, or it belongs to another definition.
    """
    record = read(experiment.name, folder)
    if record.stamp["definition"] != experiment.digest():
        raise StaleRecordError(
            f"results/{experiment.name}.json belongs to another definition of the experiment;"
            f" 'hwcode results restamp {experiment.name}' replays its first steps and renews the"
            f" stamp if they agree, 'hwcode results make {experiment.name}' trains again"
        )
    if tuple(record.stamp["seeds"]) != experiment.seeds:
        raise StaleRecordError(f"hwcode/results/{experiment.name}.json was made with other seeds")
    return record


def read(name: str, folder: Path | None = None) -> Record:
    """A record as it is, whether or not it is up to date."""
    path = (folder or RESULTS) / f"{name}.json"
    if not path.is_file():
        raise StaleRecordError(f"{path.name} is not there; 'hwcode results make {name}' makes it")
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Record(kept["stamp"], tuple(kept["runs"]), folder or RESULTS)


def write(record: Record, arrays: Mapping[str, NDArray[Any]] | None = None) -> Path:
    """Write a record whole: under another name first, then renamed.

    The stamp keeps the digest of the arrays, as two files cannot be renamed at once.
    """
    name = record.stamp["experiment"]
    record.folder.mkdir(parents=True, exist_ok=True)
    stamp = dict(record.stamp)
    if arrays:
        scratch = record.folder / f".{name}.npz"
        with scratch.open("wb") as stream:
            np.savez_compressed(stream, allow_pickle=False, **arrays)
        stamp["arrays"] = sha256_of(scratch)
        os.replace(scratch, record.folder / f"{name}.npz")
    path = record.folder / f"{name}.json"
    scratch = record.folder / f".{name}.json"
    text = json.dumps({"stamp": stamp, "runs": list(record.runs)}, indent=1, allow_nan=False)
    # One line for a list of numbers, so that a change of a record can be read.
    text = re.sub(r"\[[-+\d.eE,\s]*\]", lambda found: " ".join(found[0].split()), text)
    scratch.write_text(text + "\n", encoding="utf-8")
    os.replace(scratch, path)
    return path


def run_of(
    seed: int, outcome: Outcome, first_losses: list[float], seconds: float
) -> dict[str, Any]:
    """One run as it stands in a record.

    Raises:
        ValueError: for a metric that is no finite number.
    """
    for name, value in outcome.metrics.items():
        if not math.isfinite(value):
            raise ValueError(f"seed {seed}: the metric {name} is {value}")
    return {
        "seed": seed,
        "seconds": round(seconds, 2),
        "metrics": {name: float(value) for name, value in outcome.metrics.items()},
        "curves": {name: _rounded(values) for name, values in outcome.curves.items()},
        "first_losses": [float(value) for value in first_losses],
    }


def _rounded(values: list[float]) -> list[float]:
    return [float(f"{float(value):.7g}") for value in values]


def stamp_of(experiment: Experiment, data: Data, started: float) -> dict[str, Any]:
    """Which code, data, device and versions a record came from."""
    return {
        "experiment": experiment.name,
        "title": experiment.title,
        "definition": experiment.digest(),
        "config": dict(experiment.config),
        "seeds": list(experiment.seeds),
        "data": data.provenance.to_json(),
        "settings": dict(experiment.settings()),
        "versions": {"python": platform.python_version(), **_versions()},
        "machine": platform.machine(),
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        "seconds": round(time.perf_counter() - started, 1),
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in VERSIONS:
        if name.replace("scikit-learn", "sklearn") in sys.modules:
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                found[name] = "unknown"
    return found
