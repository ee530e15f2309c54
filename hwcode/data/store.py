"""Datasets in a folder: which are there, and are they whole?"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from hwcode.checking.errors import DataError
from hwcode.data.images import ImageData, Provenance, Split

__all__ = ["DATASETS", "FILES", "TITLES", "data_root", "load", "save", "sha256_of", "status"]

DATASETS = {"mnist": (28, 28), "cifar10": (32, 32, 3)}
"""The shape of one image."""
SIZES = {
    "mnist": {"train": 60_000, "test": 10_000},
    "cifar10": {"train": 50_000, "test": 10_000},
}
TITLES = {"mnist": "MNIST", "cifar10": "CIFAR-10"}
"""The names by which the provenance has them."""
CLASSES = 10
FILES = tuple(f"{split}_{kind}.npy" for split in ("train", "test") for kind in ("images", "labels"))


def data_root() -> Path:
    """The folder that holds the datasets: ``$HWCODE_DATA``, or one in the user's cache."""
    configured = os.environ.get("HWCODE_DATA")
    return Path(configured) if configured else user_cache_path("hwcode", appauthor=False)


def load(name: str, root: Path | None = None) -> ImageData | None:
    """A dataset from its folder ``<root>/<name>/``, or None if there is no such folder.

    The folder holds ``{train,test}_{images,labels}.npy`` and ``provenance.json``, which carries the
    SHA-256 sum of each file; all of them are checked.

    Raises:
        DataError: names the file that is missing or damaged, and how to get it anew.
    """
    folder = (root or data_root()) / name
    if not folder.exists():
        return None
    provenance = _read_provenance(folder)
    arrays = {}
    for file in FILES:
        path = folder / file
        if not path.is_file():
            raise DataError(f"{path} is missing; {_remedy(name)}")
        if sha256_of(path) != provenance.sha256.get(file):
            raise DataError(f"{path} is damaged: its SHA-256 sum is wrong; {_remedy(name)}")
        arrays[file] = _read_array(path)
    splits = {}
    for split in SIZES[name]:
        images, labels = f"{split}_images.npy", f"{split}_labels.npy"
        _judge(folder / images, arrays[images], name, split)
        _judge(folder / labels, arrays[labels], name, split)
        splits[split] = Split(np.array(arrays[images]), np.array(arrays[labels]))
    return ImageData(splits["train"], splits["test"], provenance)


def _read_array(path: Path) -> NDArray[np.uint8]:
    """An array, mapped: a file that claims to be larger than it is takes no memory."""
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError, OverflowError, MemoryError, TypeError) as error:
        raise DataError(f"{path} holds no array ({error}); {_remedy(path.parent.name)}") from None
    if not isinstance(found, np.ndarray):
        raise DataError(f"{path} holds several arrays; {_remedy(path.parent.name)}")
    return found


def _judge(path: Path, array: NDArray[np.uint8], name: str, split: str) -> None:
    """Whether an array is what its file's name says: shape, type, and labels of the ten classes."""
    shape = (SIZES[name][split],)
    labels = path.stem.endswith("labels")
    expected = shape if labels else (*shape, *DATASETS[name])
    if array.shape != expected or array.dtype != np.uint8:
        has = f"{array.shape} of {array.dtype}"
        raise DataError(f"{path} has {has}, not {expected} of uint8; {_remedy(name)}")
    if labels and array.max() >= CLASSES:
        raise DataError(f"{path} has a label {array.max()}, above {CLASSES - 1}; {_remedy(name)}")


def save(
    folder: Path, arrays: dict[str, np.ndarray], dataset: str, source: str, exact: bool
) -> None:
    """Write arrays and provenance in the layout that :func:`load` reads, into a new folder."""
    folder.mkdir(parents=True)
    digests = {}
    for file in FILES:
        np.save(folder / file, arrays[file.removesuffix(".npy")], allow_pickle=False)
        digests[file] = sha256_of(folder / file)
    record = {"dataset": dataset, "source": source, "exact": exact, "sha256": digests}
    (folder / "provenance.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _read_provenance(folder: Path) -> Provenance:
    path = folder / "provenance.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        found = Provenance(
            dataset=record["dataset"],
            source=record["source"],
            exact=record["exact"],
            sha256=dict(record["sha256"]),
        )
    except FileNotFoundError:
        raise DataError(f"{path} is missing; {_remedy(folder.name)}") from None
    except (OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise DataError(f"{path} is damaged ({error}); {_remedy(folder.name)}") from None
    faults = {
        f"its dataset is {found.dataset!r:.80}": found.dataset != TITLES[folder.name],
        "its source is no text": not isinstance(found.source, str),
        "exact is neither true nor false": not isinstance(found.exact, bool),
    }
    for fault, there in faults.items():
        if there:
            raise DataError(f"{path} is damaged ({fault}); {_remedy(folder.name)}")
    return found


def _remedy(name: str) -> str:
    return f"remove the folder and run 'hwcode data get {name}'"


def sha256_of(path: Path) -> str:
    """The SHA-256 sum of a file, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def status(root: Path | None = None) -> list[tuple[str, str, str]]:
    """For each dataset its name, ``there``, ``absent`` or ``damaged``, and a sentence on it."""
    rows = []
    for name in DATASETS:
        try:
            found = load(name, root)
        except (DataError, OSError) as error:
            rows.append((name, "damaged", str(error)))
            continue
        if found is None:
            told = f"the embedded stand-in is used; 'hwcode data get {name}' fetches it"
            rows.append((name, "absent", told))
        else:
            rows.append((name, "there", found.provenance.source))
    return rows
