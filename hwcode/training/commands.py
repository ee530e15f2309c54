"""``hwcode results``: make, verify and restamp records."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwcode.checking.errors import AnswerError
from hwcode.data.images import DataError, ImageData
from hwcode.training import benchmark
from hwcode.training import experiment as records
from hwcode.training.benchmark import Benchmark
from hwcode.training.definition import digest
from hwcode.training.experiment import Experiment, Outcome, Record, StaleRecordError, load, read
from hwcode.training.progress import Progress

__all__ = ["make", "restamp", "run", "verify"]

SCRATCH = Path(__file__).resolve().parents[2] / "_build" / "runs"
"""Finished seeds of experiments that were stopped; they are not run again."""


def run(verb: str, name: str = "", seeds: Sequence[int] = ()) -> int:
    """Carry out one verb of the command line; the exit status is returned."""
    from hwcode.experiments import all_names, experiment

    if verb == "list":
        for one in all_names():
            print(f"{one:<34} {_state(experiment(one)):<10} {experiment(one).title}")
        return 0
    asked = experiment(name)
    if isinstance(asked, Benchmark):
        if seeds:
            raise AnswerError(f"{name} is a measurement of times, which has no seeds")
        try:
            return _run_benchmark(verb, asked)
        except ModuleNotFoundError as error:
            told = f"{name} needs the module {error.name}; 'make .venv/.benchmark' installs it"
            raise AnswerError(told) from None
    if verb == "make":
        print(make(asked, seeds=seeds))
        return 0
    lines, good = verify(asked, seeds=seeds) if verb == "verify" else restamp(asked)
    print("\n".join(lines))
    return 0 if good else 1


def _run_benchmark(verb: str, asked: Benchmark) -> int:
    if verb == "make":
        print(benchmark.make(asked))
        return 0
    if verb == "restamp":
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
    """
    _refuse_unknown(asked, seeds, asked.seeds)
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
    return records.write(Record(stamp, tuple(runs), folder or records.RESULTS), arrays)


def _listed(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds))


def _run_or_resume(
    asked: Experiment, seed: int, data: ImageData, kept_in: Path
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    told, arrays = kept_in / f"{seed}.json", kept_in / f"{seed}.npz"
    if told.is_file():
        with np.load(arrays, allow_pickle=False) as kept:
            return json.loads(told.read_text(encoding="utf-8")), dict(kept)
    checkpoints = kept_in / f"{seed}"
    done, outcome = _run(asked, seed, data, checkpoints)
    kept_in.mkdir(parents=True, exist_ok=True)
    with arrays.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **outcome.arrays)
    partial = kept_in / f".{seed}.json"
    partial.write_text(json.dumps(done), encoding="utf-8")
    os.replace(partial, told)  # last: its presence says that the seed is done
    shutil.rmtree(checkpoints, ignore_errors=True)
    return done, dict(outcome.arrays)


def _run(
    asked: Experiment, seed: int, data: ImageData, checkpoints: Path | None = None
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
    data = _same_data(asked, record)
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
    data = _same_data(asked, record)
    worst, excess = 0.0, 0.0
    for old in record.runs:
        replayed = np.array(asked.first_losses(asked.config, old["seed"], data))
        recorded = np.array(old["first_losses"])
        if replayed.shape != recorded.shape:
            return [f"{asked.name}: {len(replayed)} first steps, {len(recorded)} recorded"], False
        apart = np.abs(replayed - recorded) / np.abs(recorded)
        worst = max(worst, float(apart.max()))
        excess = max(excess, float(np.max(apart / np.array(asked.replay_tolerance))))
    told = f"{asked.name}: first steps replayed, largest relative difference {worst:.1e}"
    if not excess <= 1:
        return [f"{told}, {excess:.0f} times what is allowed: the record is stale"], False
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    stamp = {**record.stamp, "definition": asked.digest(), "replayed": today}
    records.write(Record(stamp, record.runs, record.folder))
    return [f"{told}: the stamp is renewed"], True


def _same_data(asked: Experiment, record: Record) -> ImageData:
    data = asked.load_data()
    if dict(data.provenance.sha256) != dict(record.stamp["data"]["sha256"]):
        raise DataError(f"{asked.name} was made from other files: {record.stamp['data']['source']}")
    return data
