"""What is in the archives of the real datasets: arrays out of bytes whose digest is known."""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwcode.checking.errors import DataError
from hwcode.data import store

__all__ = ["read_archives"]

Arrays = dict[str, NDArray[np.uint8]]


def read_archives(name: str, contents: Sequence[bytes]) -> Arrays:
    """The arrays of a dataset, by the names of their files without ending.

    Args:
        name: ``"mnist"`` or ``"cifar10"``.
        contents: of its archives: four files in IDX form, compressed by gzip, or one tar file with
            the binary version of CIFAR-10.

    Raises:
        DataError: if they hold something else.
    """
    read = {"mnist": _read_mnist, "cifar10": _read_cifar10}[name]
    try:
        return read(contents)
    except (
        gzip.BadGzipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        RecursionError,
        KeyError,
        ValueError,
    ) as error:
        raise DataError(f"the archives of {name} are not what they should be: {error}") from None


def _read_mnist(contents: Sequence[bytes]) -> Arrays:
    """IDX: the number 0x800 + dimensions, the sizes, the bytes."""
    names = [f"{split}_{kind}" for split in ("train", "test") for kind in ("images", "labels")]
    arrays = {}
    for name, content in zip(names, contents, strict=True):
        split, kind = name.split("_")
        shape = (
            store.SIZES["mnist"][split],
            *(store.DATASETS["mnist"] if kind == "images" else ()),
        )
        head = np.array([0x800 + len(shape), *shape], ">u4").tobytes()
        with gzip.GzipFile(fileobj=BytesIO(content)) as packed:
            whole = packed.read(len(head) + int(np.prod(shape)) + 1)
        if whole[: len(head)] != head:
            raise ValueError(f"{name} is no IDX file of the shape {shape}")
        arrays[name] = np.frombuffer(whole, np.uint8, offset=len(head)).reshape(shape)
    return arrays


def _read_cifar10(contents: Sequence[bytes]) -> Arrays:
    """The binary version: records of one label and 3 x 32 x 32 pixels. (The other version is a
    pickle: loading one runs whatever code is in it.)"""
    batches: dict[str, list[NDArray[np.uint8]]] = {"train": [], "test": []}
    (content,) = contents
    names = [(f"data_batch_{i}.bin", "train", 5) for i in range(1, 6)]
    names.append(("test_batch.bin", "test", 1))
    with tarfile.open(fileobj=BytesIO(content)) as archive:
        members = {Path(member.name).name: member for member in archive.getmembers()}
        for name, split, parts in names:
            stream = archive.extractfile(members[name]) if name in members else None
            if stream is None:
                raise ValueError(f"there is no file {name}")
            size = 3073 * store.SIZES["cifar10"][split] // parts
            batches[split].append(
                np.frombuffer(stream.read(size + 1), np.uint8).reshape(size // 3073, 3073)
            )
    arrays = {}
    for split, found in batches.items():
        records = np.concatenate(found)
        images = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        arrays[f"{split}_images"] = np.ascontiguousarray(images)
        arrays[f"{split}_labels"] = np.ascontiguousarray(records[:, 0])
    return arrays
