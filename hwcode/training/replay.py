"""The first steps of a record, carried out again: do code and machine still fit it?"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from hwcode.checking.errors import DataError
from hwcode.training.experiment import Data, Experiment, Record, load

__all__ = ["certify", "replay", "same_data"]


def same_data(asked: Experiment, record: Record) -> Data:
    """The data that the record was made from.

    Raises:
        DataError: if other files are there.
    """
    data = asked.load_data()
    if dict(data.provenance.sha256) != dict(record.stamp["data"]["sha256"]):
        raise DataError(f"{asked.name} was made from other files: {record.stamp['data']['source']}")
    return data


def replay(asked: Experiment, record: Record) -> tuple[float, float]:
    """The losses of the first steps of every seed, on the CPU, beside the recorded ones.

    Returns:
        The largest relative difference, and the largest share that a difference has of what is
        allowed to it. A share that is above one, or no number, is outside.

    Raises:
        ValueError: if there are more or fewer steps than recorded.
    """
    data = same_data(asked, record)
    apart, share = [0.0], [0.0]
    for old in record.runs:
        now = np.array(asked.first_losses(asked.config, old["seed"], data))
        recorded = np.array(old["first_losses"])
        if now.shape != recorded.shape:
            raise ValueError(f"{asked.name}: {len(now)} first steps, {len(recorded)} recorded")
        difference = np.abs(now - recorded) / np.abs(recorded)
        apart.extend(difference)
        share.extend(difference / np.array(asked.replay_tolerance))
    # NumPy's maximum is no number as soon as one entry is none; Python's might pass it over.
    return float(np.max(apart)), float(np.max(share))


def certify(asked: Experiment, folder: Path | None = None) -> tuple[list[str], bool]:
    """Whether this machine computes what the record's machine did. Nothing is written.

    Returns:
        What was found, and whether every loss is inside the stated band.

    Raises:
        StaleRecordError: if there is no record, or it belongs to another definition.
        DataError: if the data are not those of the record.
    """
    record = load(asked, folder)
    started = time.perf_counter()
    worst, share = replay(asked, record)
    seconds = time.perf_counter() - started
    versions, settings = record.stamp["versions"], record.stamp["settings"]
    made_by = ", ".join(f"{name} {version}" for name, version in versions.items())
    lines = [
        f"{asked.name}: recorded on {settings['device']} with {made_by}",
        f"first steps of {len(record.runs)} seeds replayed here in {seconds:.1f} s: "
        f"largest relative difference {worst:.1e}, {100 * share:.2g} % of what is allowed",
        "this machine is inside the band" if share <= 1 else "this machine is OUTSIDE the band",
    ]
    return lines, share <= 1
