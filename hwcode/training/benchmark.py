"""Benchmarks: several ways of doing the same thing, timed against each other, and their records.

Timings on a shared machine drift. So the contenders take turns within every round, each is compared
with the baseline of its own round, and what is reported are ratios with their spread. A record is
made by ``hwcode results make NAME`` only; it is read like that of an experiment, and no test looks
at a time.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwcode.checking.arguments import between, takes
from hwcode.training.definition import digest
from hwcode.training.experiment import Record, StaleRecordError, read, write
from hwcode.training.progress import Progress

__all__ = ["Benchmark", "Spread", "Timings", "interleaved", "load", "make", "spread", "verify"]

Contenders = Mapping[str, Callable[[], Any]]


def _none() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Contenders in one or more cases.

    Attributes:
        name: the record's name, ``hwcode/results/<name>.json``.
        title: what is timed, in a few words.
        config: everything that is chosen, as JSON values.
        cases: from the configuration to the contenders of each case, ready to be called.
        baseline: the contender that the others are compared with.
        disagreement: from what each contender returned to one number, 0 for perfect agreement.
        allowed: the largest disagreement with which a record is made.
        defines: the functions and classes that define what is timed.
        packages: whose versions the stamp names.
        rounds: how often every contender takes its turn.
        settings: device, precision and threads, for the stamp.
    """

    name: str
    title: str
    config: Mapping[str, Any]
    cases: Callable[[Mapping[str, Any]], Mapping[str, Contenders]]
    baseline: str
    disagreement: Callable[[Mapping[str, Any]], float]
    allowed: float
    defines: tuple[Any, ...]
    packages: tuple[str, ...] = ("numpy",)
    rounds: int = 15
    settings: Callable[[], Mapping[str, Any]] = _none

    def digest(self) -> str:
        """The digest of what defines the benchmark, its configuration included."""
        return digest(self.defines, self.config)


@takes()
@dataclass(frozen=True)
class Spread:
    """The middle of some numbers, and the quarters around it."""

    low: float
    middle: float
    high: float

    def text(self, spec: str = ".2g") -> str:
        """For tables.

        >>> Spread(1.25, 1.5, 2.0).text(".1f")
        '1.5 (1.2 to 2.0)'
        """
        return f"{self.middle:{spec}} ({self.low:{spec}} to {self.high:{spec}})"


@takes("values[n]")
def spread(values: NDArray[np.float64]) -> Spread:
    """Quartiles and median.

    >>> spread(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    Spread(low=2.0, middle=3.0, high=4.0)
    """
    return Spread(*(float(value) for value in np.quantile(values, [0.25, 0.5, 0.75])))


@takes(rounds=between(1, 10_000), at_least=between(0, 3600))
def interleaved(
    contenders: Contenders,
    rounds: int,
    at_least: float = 0.02,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Time the contenders by turns; the order moves on by one from round to round.

    Args:
        contenders: by name; each is called twice before the clock runs.
        rounds: turns of each.
        at_least: seconds that one turn should last; a quick contender is called several times.
        clock: tells the time in seconds.

    Returns:
        For each contender the seconds for one call, by round.

    >>> times = interleaved({"a": lambda: None, "b": lambda: None}, rounds=3, at_least=0)
    >>> [len(times[name]) for name in "ab"]
    [3, 3]
    """
    calls = {}
    for name, call in contenders.items():
        call()
        started = clock()
        call()
        once = max(clock() - started, 2e-8)  # no call is quicker; a coarse clock may stand still
        calls[name] = max(1, round(at_least / once))
    names = list(contenders)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        for place in range(len(names)):
            name = names[(place + turn) % len(names)]
            started = clock()
            for _ in range(calls[name]):
                contenders[name]()
            seconds[name].append((clock() - started) / calls[name])
    return seconds


def make(asked: Benchmark, folder: Path | None = None) -> Path:
    """Run every case and write the record.

    Raises:
        ValueError: if the contenders disagree; then there is nothing to compare.
    """
    started = time.perf_counter()
    runs = tuple(_measured(asked, asked.rounds))
    stamp = {
        "experiment": asked.name,
        "title": asked.title,
        "definition": asked.digest(),
        "config": dict(asked.config),
        "baseline": asked.baseline,
        "settings": dict(asked.settings()),
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in asked.packages},
        },
        "machine": _machine(),
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        "seconds": round(time.perf_counter() - started, 1),
    }
    record = Record(stamp, runs) if folder is None else Record(stamp, runs, folder)
    return write(record)


def _measured(asked: Benchmark, rounds: int) -> list[dict[str, Any]]:
    runs = []
    cases = asked.cases(asked.config)
    for case, contenders in Progress(asked.name)(cases.items()):
        found = {name: call() for name, call in contenders.items()}
        differ = asked.disagreement(found)
        if not differ <= asked.allowed:
            raise ValueError(f"{asked.name}, {case}: the contenders differ by {differ:.1e}")
        seconds = interleaved(contenders, rounds)
        kept = {name: [float(f"{one:.4g}") for one in each] for name, each in seconds.items()}
        runs.append({"case": case, "disagreement": differ, "seconds": kept})
    return runs


def _machine() -> str:
    """The kind of machine, without its name."""
    kind = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            models = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    except OSError:
        models = []
    return f"{kind}, {models[0] if models else platform.system()}, {os.cpu_count()} cores"


@dataclass(frozen=True)
class Timings:
    """A benchmark's record, to be read.

    Attributes:
        stamp: which code, versions and machine it came from.
        runs: for each case the seconds of every contender.
    """

    stamp: Mapping[str, Any]
    runs: tuple[Mapping[str, Any], ...]

    @property
    def cases(self) -> list[str]:
        """The cases, in order."""
        return [run["case"] for run in self.runs]

    def seconds(self, case: str) -> dict[str, NDArray[np.float64]]:
        """Seconds for one call, for each contender by round."""
        (run,) = (run for run in self.runs if run["case"] == case)
        return {name: np.array(values) for name, values in run["seconds"].items()}

    def ratios(self, case: str) -> dict[str, Spread]:
        """Each contender's time over that of the baseline in the same round."""
        seconds = self.seconds(case)
        base = seconds[self.stamp["baseline"]]
        return {name: spread(values / base) for name, values in seconds.items()}


def load(asked: Benchmark, folder: Path | None = None) -> Timings:
    """The record of a benchmark.

    Raises:
        StaleRecordError: if there is none, or the code that it timed has changed.
    """
    record = read(asked.name, folder)
    if record.stamp["definition"] != asked.digest():
        raise StaleRecordError(
            f"hwcode/results/{asked.name}.json timed other code; 'hwcode results make {asked.name}'"
            " measures again"
        )
    return Timings(record.stamp, record.runs)


def verify(asked: Benchmark, folder: Path | None = None) -> tuple[list[str], bool]:
    """Measure a few rounds again and show the ratios beside the recorded ones.

    Returns:
        A line for each, and whether the contenders still agree. Times decide nothing.
    """
    old = load(asked, folder)
    try:
        new = Timings(old.stamp, tuple(_measured(asked, 3)))
    except ValueError as error:
        return [str(error)], False
    lines = []
    for case in old.cases:
        now = new.ratios(case)
        for name, ratio in old.ratios(case).items():
            told = f"recorded {ratio.text()}, now {now[name].text()}"
            lines.append(f"{case}: {name} / {asked.baseline}: {told}")
    return lines, True
