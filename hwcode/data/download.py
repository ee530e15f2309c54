"""Fetch the real datasets: over https, resumed, checked by SHA-256, whole or not at all."""

from __future__ import annotations

import gzip
import http.client
import os
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from hwcode.data.images import DataError
from hwcode.data.store import data_root, load, save, sha256_of

__all__ = ["ARCHIVES", "Archive", "fetch", "get"]

CHUNK = 1 << 16
TIMEOUT = 60
"""Seconds without any data after which a mirror is given up."""


@dataclass(frozen=True)
class Archive:
    """A file to fetch: its name, SHA-256 sum, and the places that offer it."""

    name: str
    sha256: str
    mirrors: tuple[str, ...]


# The digests are those that several public projects pin for these files (among them the tables of
# TensorFlow Datasets for CIFAR-10); the hosts are tried in this order.
_MNIST_HOSTS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_MNIST_FILES = {
    "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
ARCHIVES: dict[str, tuple[Archive, ...]] = {
    "mnist": tuple(
        Archive(f"{name}.gz", digest, tuple(f"{host}{name}.gz" for host in _MNIST_HOSTS))
        for name, digest in _MNIST_FILES.items()
    ),
    "cifar10": (
        Archive(
            "cifar-10-binary.tar.gz",
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            (
                "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                "https://cave.cs.toronto.edu/kriz/cifar-10-binary.tar.gz",
            ),
        ),
    ),
}


def get(name: str, root: Path | None = None, archives: Sequence[Archive] | None = None) -> Path:
    """Fetch a dataset and prepare it in the layout that :func:`hwcode.data.store.load` reads.

    A dataset that is already there whole is left alone. Downloads go to ``<root>/downloads`` and
    are resumed where an earlier one stopped; the prepared folder appears under its name only when
    it is complete.

    Args:
        name: ``"mnist"`` or ``"cifar10"``.
        root: the folder of datasets; by default :func:`hwcode.data.data_root`.
        archives: other places to fetch from (a local mirror).

    Returns:
        The dataset's folder.

    Raises:
        DataError: names the file that could not be fetched whole, and what each mirror said.
    """
    if name not in ARCHIVES:
        raise DataError(f"unknown dataset {name!r}; there are {', '.join(ARCHIVES)}")
    root = root or data_root()
    if load(name, root) is not None:
        return root / name
    files = [fetch(archive, root / "downloads") for archive in archives or ARCHIVES[name]]
    prepare: Callable[[list[Path]], dict[str, NDArray[np.uint8]]]
    prepare = {"mnist": _read_mnist, "cifar10": _read_cifar10}[name]
    title = {"mnist": "MNIST", "cifar10": "CIFAR-10"}[name]
    with tempfile.TemporaryDirectory(dir=root, prefix=f".{name}-") as scratch:
        whole = Path(scratch) / name
        source = f"official {title}, bit-exact (the archive's SHA-256 sum matches)"
        save(whole, prepare(files), title, source, exact=True)
        os.replace(whole, root / name)
    return root / name


def fetch(archive: Archive, folder: Path) -> Path:
    """Download one archive, trying its mirrors in order, and check its digest.

    Raises:
        DataError: names the file and what went wrong at each mirror.
    """
    folder.mkdir(parents=True, exist_ok=True)
    final, partial = folder / archive.name, folder / f"{archive.name}.part"
    if final.is_file() and sha256_of(final) == archive.sha256:
        return final
    problems = []
    for url in archive.mirrors:
        try:
            resumed = _download(url, partial)
            if resumed and sha256_of(partial) != archive.sha256:
                # What was there before may have been damaged: once more, from the start.
                partial.unlink()
                _download(url, partial)
        except (OSError, http.client.HTTPException) as error:  # URLError is an OSError
            problems.append(f"{url}: {error}")
            continue
        if sha256_of(partial) == archive.sha256:
            os.replace(partial, final)
            return final
        partial.unlink()
        problems.append(f"{url}: its SHA-256 sum is not the expected one")
    raise DataError(f"{archive.name} could not be fetched; " + "; ".join(problems))


def _download(url: str, partial: Path) -> bool:
    """Append to a partial file what is missing of it; whether any of it was there before."""
    have = partial.stat().st_size if partial.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing is missing; the digest decides whether it is right
            return True
        raise
    with response:
        resumed = response.status == 206
        length = response.headers.get("Content-Length")
        have = have if resumed else 0
        total = have + int(length) if length else None
        bar = tqdm(
            total=total, initial=have, unit="B", unit_scale=True, desc=partial.stem, disable=None
        )
        with bar, partial.open("ab" if resumed else "wb") as stream:
            while chunk := response.read(CHUNK):
                stream.write(chunk)
                bar.update(len(chunk))
    if total is not None and partial.stat().st_size < total:
        raise OSError(f"the connection ended after {partial.stat().st_size} of {total} bytes")
    return resumed


def _read_mnist(files: list[Path]) -> dict[str, NDArray[np.uint8]]:
    """The four IDX files, read by torchvision, which knows the format."""
    from torchvision.datasets import MNIST

    with tempfile.TemporaryDirectory() as scratch:
        raw = Path(scratch) / "MNIST" / "raw"
        raw.mkdir(parents=True)
        for file in files:
            with gzip.open(file) as packed, (raw / file.stem).open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
        arrays = {}
        for split in ("train", "test"):
            images = MNIST(scratch, train=split == "train", download=False)
            arrays[f"{split}_images"] = images.data.numpy()
            arrays[f"{split}_labels"] = images.targets.numpy().astype(np.uint8)
    return arrays


def _read_cifar10(files: list[Path]) -> dict[str, NDArray[np.uint8]]:
    """The binary version: records of one label and 3 x 32 x 32 pixels. (Torchvision reads the other
    version, which is a pickle: loading one runs whatever code is in it.)"""
    batches: dict[str, list[NDArray[np.uint8]]] = {"train": [], "test": []}
    with tarfile.open(files[0]) as archive:
        names = [(f"data_batch_{i}.bin", "train") for i in range(1, 6)]
        names.append(("test_batch.bin", "test"))
        members = {Path(member.name).name: member for member in archive.getmembers()}
        for name, split in names:
            stream = archive.extractfile(members[name]) if name in members else None
            if stream is None:
                raise DataError(f"{files[0]} has no file {name}")
            batches[split].append(np.frombuffer(stream.read(), np.uint8).reshape(-1, 3073))
    arrays = {}
    for split, parts in batches.items():
        records = np.concatenate(parts)
        images = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        arrays[f"{split}_images"] = np.ascontiguousarray(images)
        arrays[f"{split}_labels"] = np.ascontiguousarray(records[:, 0])
    return arrays
