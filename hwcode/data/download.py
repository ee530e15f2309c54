"""Fetch the real datasets: over https, resumed, checked by SHA-256, whole or not at all."""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hwcode.checking.errors import DataError
from hwcode.data.alone import alone
from hwcode.data.archives import read_archives
from hwcode.data.store import TITLES, data_root, load, save, sha256_of

__all__ = ["ARCHIVES", "Archive", "fetch", "get"]

TIMEOUT = 60
"""Seconds without any data, or with next to none, after which a mirror is given up."""


@dataclass(frozen=True)
class Archive:
    """A file to fetch: its name, SHA-256 sum, the places that offer it, and its bytes at most."""

    name: str
    sha256: str
    mirrors: tuple[str, ...]
    at_most: int = 200_000_000


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

    A dataset that is already there whole is left alone. Downloads go to ``<root>/downloads``, are
    resumed where an earlier one stopped, and go when they are no longer needed; the prepared
    folder appears under its name only when it is complete. Two calls at once: the second waits.

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
    root, wanted = root or data_root(), archives or ARCHIVES[name]
    downloads = root / "downloads"
    with alone(root / f".{name}.lock", f"fetches {name}"):
        if load(name, root) is not None:
            return root / name
        for left in root.glob(f".{name}-*"):  # of a call that was killed
            shutil.rmtree(left, ignore_errors=True)
        contents = [_whole(fetch(archive, downloads), archive) for archive in wanted]
        with tempfile.TemporaryDirectory(dir=root, prefix=f".{name}-") as scratch:
            whole = Path(scratch) / name
            source = f"official {TITLES[name]}, bit-exact (the archive's SHA-256 sum matches)"
            save(whole, read_archives(name, contents), TITLES[name], source, exact=True)
            load(name, Path(scratch))  # judged before it gets its name
            os.replace(whole, root / name)
        for archive in wanted:
            (downloads / archive.name).unlink(missing_ok=True)
        with suppress(OSError):  # another dataset's download may be there
            downloads.rmdir()
    return root / name


def _whole(path: Path, archive: Archive) -> bytes:
    """The content of an archive: what is read further on is what was digested."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != archive.sha256:
        raise DataError(f"{path} has changed since it was fetched; run the command again")
    return content


def fetch(archive: Archive, folder: Path) -> Path:
    """Download one archive, trying its mirrors in order, and check its digest.

    Raises:
        DataError: names the file and what went wrong at each mirror.
    """
    folder.mkdir(parents=True, exist_ok=True)
    final, partial = folder / archive.name, folder / f"{archive.name}.part"
    with alone(folder / f".{archive.name}.lock", f"fetches {archive.name}"):
        if final.is_file() and sha256_of(final) == archive.sha256:
            return final
        problems = []
        for url in archive.mirrors:
            try:
                if found := _fetched(url, partial, archive):
                    os.replace(found, final)
                    for left in folder.glob(f"{partial.name}*"):
                        left.unlink()
                    return final
                problems.append(f"{url}: its SHA-256 sum is not the expected one")
            except (OSError, ValueError, http.client.HTTPException) as error:
                problems.append(f"{url}: {error or type(error).__name__}")
    raise DataError(f"{archive.name} could not be fetched; " + "; ".join(problems))


def _fetched(url: str, partial: Path, archive: Archive) -> Path | None:
    """A file with the right digest, or None; one with a wrong digest is removed."""
    from hwcode.data.transfer import transfer

    # What was there before may have been damaged: then once more, from the start.
    for _ in range(2):
        found, resumed = transfer(url, partial, archive.at_most)
        if sha256_of(found) == archive.sha256:
            return found
        found.unlink()
        if not resumed:
            break
    return None
