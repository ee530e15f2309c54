"""``hwcode results``: make, verify and restamp records."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwcode.checking.errors import AnswerError
from hwcode.data.alone import alone
from hwcode.training import benchmark, sealed
from hwcode.training import experiment as records
from hwcode.training.benchmark import Benchmark
from hwcode.training.definition import digest
from hwcode.training.experiment import (
    Data,
    Experiment,
    Outcome,
    Record,
    StaleRecordError,
    load,
    read,
)
from hwcode.training.progress import Progress
from hwcode.training.replay import certify, replay, same_data

__all__ = ["kept_path", "listing", "make", "read_kept", "restamp", "run", "verify"]

SCRATCH = Path(__file__).resolve().parents[2] / "_build" / "runs"
"""Finished seeds of experiments that were stopped; they are not run again."""
RUN = "the run"
"""Under this name, which no array has, a kept seed has its numbers beside its arrays."""


def listing(asked: Iterable[Experiment | Benchmark]) -> None:
    """Print each experiment with the state of its record."""
    for one in asked:
        print(f"{one.name:<34} {_state(one):<10} {one.title}")


def run(verb: str, asked: Experiment | Benchmark, seeds: Sequence[int] = ()) -> int:
    """Carry out one verb of the command line; the exit status is returned."""
    if isinstance(asked, Benchmark):
        if seeds:
            raise AnswerError(f"{asked.name} is a measurement of times, which has no seeds")
        try:
            return _run_benchmark(verb, asked)
        except ModuleNotFoundError as error:
            told = (
                f"{asked.name} needs the module {error.name}; 'make .venv/.benchmark' installs it"
            )
            raise AnswerError(told) from None
    if verb == "make":
        print(make(asked, seeds=seeds))
        return 0
    if verb == "verify":
        lines, good = verify(asked, seeds=seeds)
    else:
        lines, good = {"restamp": restamp, "certify": certify}[verb](asked)
    print("\n".join(lines))
    return 0 if good else 1


def _run_benchmark(verb: str, asked: Benchmark) -> int:
    if verb == "make":
        print(benchmark.make(asked))
        return 0
    if verb in ("restamp", "certify"):
        print(f"{asked.name} holds timings of the code as it was; only 'make' gives new ones")
        return 1
    lines, good = benchmark.verify(asked)
    print("\n".join(lines))
    return 0 if good else 1


def _state(asked: Experiment | Benchmark) -> str:
    try:
        benchmark.load(asked) if isinstance(asked, Benchmark) else load(asked)
    except StaleRecordError as error:
        return "missing" if "not there" in str(error) else "stale"
    return "up to date"


def make(
    asked: Experiment,
    folder: Path | None = None,
    scratch: Path | None = None,
    seeds: Sequence[int] = (),
) -> Path:
    """Run every seed and write the record; seeds that an earlier call finished are not run again.

    Args:
        asked: what is made.
        folder: of the record.
        scratch: where finished seeds are kept until the record is written.
        seeds: run only these and write no record: several processes can share the seeds out, and
            a call without seeds puts the record together.

    Returns:
        The record's path, or with ``seeds`` the folder that they are kept in.

    Raises:
        AnswerError: for a seed that the experiment does not have.
        DamagedFileError: if a finished seed, or all checkpoints of one, are damaged.
        OSError: at the start, if the record's folder cannot be written.
    """
    _refuse_unknown(asked, seeds, asked.seeds)
    folder = folder or records.RESULTS
    if not seeds:
        _refuse_unwritable(folder)
    started = time.perf_counter()
    data = asked.load_data()
    # Seeds that were run elsewhere, or in another precision, are not mixed with these.
    settings = digest((), asked.settings())
    kept_in = (scratch or SCRATCH) / asked.name / f"{asked.digest()[:16]}-{settings[:8]}"
    runs, arrays = [], {}
    for seed in Progress(asked.name)(seeds or asked.seeds):
        done, with_it = _run_or_resume(asked, seed, data, kept_in)
        runs.append(done)
        arrays.update({f"{seed}/{name}": array for name, array in with_it.items()})
    if seeds:
        return kept_in
    stamp = records.stamp_of(asked, data, started)
    stamp["seconds"] = round(sum(done["seconds"] for done in runs), 1)
    with alone(kept_in / "record.lock", f"writes the record of {asked.name}"):
        return records.write(Record(stamp, tuple(runs), folder), arrays)


def _listed(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds))


def _run_or_resume(
    asked: Experiment, seed: int, data: Data, kept_in: Path
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """One seed, run by one process at a time; where another was first, its result is taken."""
    kept, checkpoints = kept_path(kept_in, seed), kept_in / f"{seed}"
    with alone(kept_in / f"{seed}.lock", f"makes {asked.name}, seed {seed}"):
        if kept.is_file():
            found = read_kept(kept)
        else:
            done, outcome = _run(asked, seed, data, checkpoints)
            found = done, {name: np.asarray(array) for name, array in outcome.arrays.items()}
            content = BytesIO()
            np.savez_compressed(content, allow_pickle=False, **found[1], **{RUN: json.dumps(done)})
            sealed.write(kept, content.getvalue())
        shutil.rmtree(checkpoints, ignore_errors=True)
    return found


def kept_path(kept_in: Path, seed: int) -> Path:
    """Where a finished seed lies, in the folder that :func:`make` keeps them in."""
    return kept_in / f"{seed}.kept"


def read_kept(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """A finished seed: its run as it stands in a record, and its arrays.

    Raises:
        DamagedFileError: says which file to remove.
    """
    try:
        content = sealed.read(path)
    except sealed.DamagedFileError as error:
        told = f"{error}; remove it, and 'hwcode results make' trains this seed again"
        raise sealed.DamagedFileError(told) from None
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        found = dict(arrays)
    return json.loads(str(found.pop(RUN))), found


def _refuse_unwritable(folder: Path) -> None:
    """Before hours of training, and not behind them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        told = f"the record cannot be written, so nothing is run: {error.strerror}"
        raise OSError(error.errno, told, str(folder)) from None


def _run(
    asked: Experiment, seed: int, data: Data, checkpoints: Path | None = None
) -> tuple[dict[str, Any], Outcome]:
    started = time.perf_counter()
    progress = Progress(f"{asked.name} seed {seed}", checkpoints)
    outcome = asked.run(asked.config, seed, data, progress)
    seconds = time.perf_counter() - started
    for metric in outcome.metrics:
        asked.tolerance(metric)
    first = asked.first_losses(asked.config, seed, data)
    return records.run_of(seed, outcome, first, seconds), outcome


def _refuse_unknown(asked: Experiment, seeds: Sequence[int], there: Sequence[int]) -> None:
    if unknown := sorted(set(seeds) - set(there)):
        raise AnswerError(f"{asked.name} has the seeds {_listed(there)}, not {_listed(unknown)}")


def verify(
    asked: Experiment, folder: Path | None = None, seeds: Sequence[int] = ()
) -> tuple[list[str], bool]:
    """Run every seed (or only some) again and compare each metric with the record.

    Returns:
        A line for each metric, and whether all are within their tolerances.

    Raises:
        AnswerError: for a seed that the record does not have.
    """
    record = load(asked, folder)
    _refuse_unknown(asked, seeds, [old["seed"] for old in record.runs])
    data = same_data(asked, record)
    lines, good = [], True
    chosen = [old for old in record.runs if not seeds or old["seed"] in seeds]
    for old in Progress(asked.name)(chosen):
        new, _ = _run(asked, old["seed"], data)
        for metric, recorded in old["metrics"].items():
            got = new["metrics"].get(metric, float("nan"))
            agrees = asked.tolerance(metric).allows(got, recorded)
            good = good and agrees
            word = "agrees" if agrees else "DIFFERS"
            told = f"recorded {recorded:.6g}, now {got:.6g}: {word}"
            lines.append(f"seed {old['seed']}: {metric}: {told}")
    return lines, good


def restamp(asked: Experiment, folder: Path | None = None) -> tuple[list[str], bool]:
    """Replay the first steps of every seed; if all agree, renew the record's stamp.

    Returns:
        What was found, and whether the record is up to date now.
    """
    record = read(asked.name, folder)
    if dict(record.stamp["config"]) != json.loads(json.dumps(dict(asked.config))):
        return [f"{asked.name}: the configuration changed; only 'make' gives a record"], False
    if tuple(record.stamp["seeds"]) != asked.seeds:
        return [f"{asked.name}: the seeds changed; only 'make' gives a record"], False
    try:
        worst, excess = replay(asked, record)
    except ValueError as error:
        return [str(error)], False
    told = f"{asked.name}: first steps replayed, largest relative difference {worst:.1e}"
    if not excess <= 1:
        return [f"{told}, {excess:.0f} times what is allowed: the record is stale"], False
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    stamp = {**record.stamp, "definition": asked.digest(), "replayed": today}
    records.write(Record(stamp, record.runs, record.folder))
    return [f"{told}: the stamp is renewed"], True
