"""Datasets: provenance, damage, and a downloader held against a server on loopback."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import io
import json
import struct
import tarfile
import threading
from typing import ClassVar

import numpy as np
import pytest

from hwcode import data
from hwcode.data import DataError, download, store
from hwcode.data.download import Archive, fetch, get

SMALL = {"mnist": {"train": 6, "test": 4}, "cifar10": {"train": 10, "test": 5}}


@pytest.fixture
def small(monkeypatch):
    """Datasets of a few images, in the layout of the real ones."""
    monkeypatch.setattr(store, "SIZES", SMALL)
    generator = np.random.default_rng(0)
    arrays = {}
    for name, shape in store.DATASETS.items():
        arrays[name] = {}
        for split, count in SMALL[name].items():
            pixels = generator.integers(0, 256, (count, *shape))
            arrays[name][f"{split}_images"] = pixels.astype(np.uint8)
            arrays[name][f"{split}_labels"] = np.arange(count, dtype=np.uint8) % 10
    return arrays


def test_stand_ins_say_that_they_are():
    for images in (data.embedded_digits(), data.embedded_cifar10(3, 2)):
        assert images.provenance.embedded
        assert "not" in images.provenance.source
        assert images.train.images.dtype == np.uint8
    assert data.embedded_cifar10(3, 2).train.images.shape == (30, 32, 32, 3)


def test_stand_ins_are_the_same_at_every_call():
    first, second = data.embedded_cifar10(3, 2), data.embedded_cifar10(3, 2)
    assert np.array_equal(first.train.images, second.train.images)
    digits = data.embedded_digits()
    assert set(np.unique(digits.test.labels)) == set(range(10))


def test_without_data_the_stand_in_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv("HWCODE_DATA", str(tmp_path))
    assert data.mnist().provenance.embedded
    assert data.cifar10().provenance.embedded
    assert [row[1] for row in data.status()] == ["absent", "absent"]


def test_saved_data_are_loaded_with_their_provenance(tmp_path, small):
    store.save(tmp_path / "mnist", small["mnist"], "MNIST", "a test", exact=True)
    loaded = store.load("mnist", tmp_path)
    assert np.array_equal(loaded.train.images, small["mnist"]["train_images"])
    assert loaded.provenance.source == "a test"
    assert not loaded.provenance.embedded


@pytest.mark.parametrize("damage", ["truncate", "flip", "remove", "provenance", "shape"])
def test_damaged_data_are_named_and_never_used(tmp_path, small, monkeypatch, damage):
    folder = tmp_path / "mnist"
    store.save(folder, small["mnist"], "MNIST", "a test", exact=True)
    file = folder / "train_images.npy"
    if damage == "truncate":
        file.write_bytes(file.read_bytes()[:-1])
    elif damage == "flip":
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
    elif damage == "remove":
        file.unlink()
    elif damage == "provenance":
        file = folder / "provenance.json"
        file.write_text("{")
    elif damage == "shape":
        monkeypatch.setattr(store, "SIZES", {"mnist": {"train": 7, "test": 4}})
    with pytest.raises(DataError, match=file.name):
        store.load("mnist", tmp_path)
    monkeypatch.setenv("HWCODE_DATA", str(tmp_path))
    with pytest.raises(DataError):
        data.mnist()
    assert store.status(tmp_path)[0][1] == "damaged"


# --- the downloader ---------------------------------------------------------------------------


class Server(http.server.BaseHTTPRequestHandler):
    """Serves files from a dictionary, with ranges; may break off or refuse."""

    files: ClassVar[dict[str, bytes]] = {}
    break_after: ClassVar[dict[str, int]] = {}
    ranges: ClassVar[bool] = True
    log: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self):
        wanted = self.headers.get("Range", "")
        type(self).log.append((self.path, wanted))
        body = self.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        if self.path.startswith("/garbled"):
            self.wfile.write(b"no status line at all\r\n\r\n")
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-") or 0) if self.ranges else 0
        if start >= len(body) and start:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        stop = type(self).break_after.pop(self.path, len(body))
        self.wfile.write(body[start : max(stop, start)])

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    Server.files, Server.break_after, Server.ranges, Server.log = {}, {}, True, []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


def archive_of(server: str, name: str, body: bytes, mirrors: int = 1) -> Archive:
    Server.files[f"/{name}"] = body
    urls = tuple(f"{server}/{name}" for _ in range(mirrors))
    return Archive(name, hashlib.sha256(body).hexdigest(), urls)


def test_fetch_checks_and_renames(tmp_path, server):
    archive = archive_of(server, "a.bin", bytes(range(256)) * 1000)
    path = fetch(archive, tmp_path)
    assert path.read_bytes() == Server.files["/a.bin"]
    assert [file.name for file in tmp_path.iterdir()] == ["a.bin"]
    fetch(archive, tmp_path)
    assert len(Server.log) == 1, "what is there whole is not fetched again"


def test_fetch_resumes_where_it_stopped(tmp_path, server):
    archive = archive_of(server, "a.bin", bytes(range(256)) * 1000)
    Server.break_after["/a.bin"] = 100_000
    with pytest.raises(DataError, match=r"a\.bin.*100000 of 256000"):
        fetch(archive, tmp_path)
    assert not (tmp_path / "a.bin").exists()
    assert fetch(archive, tmp_path).read_bytes() == Server.files["/a.bin"]
    assert Server.log[-1] == ("/a.bin", "bytes=100000-")


def test_fetch_starts_anew_where_ranges_are_not_served_or_the_part_was_bad(tmp_path, server):
    archive = archive_of(server, "a.bin", b"right" * 1000)
    (tmp_path / "a.bin.part").write_bytes(b"wrong" * 10)
    assert fetch(archive, tmp_path).read_bytes() == b"right" * 1000
    (tmp_path / "a.bin").unlink()
    Server.ranges = False
    (tmp_path / "a.bin.part").write_bytes(b"right" * 10)
    assert fetch(archive, tmp_path).read_bytes() == b"right" * 1000


def test_fetch_takes_the_next_mirror(tmp_path, server):
    good = archive_of(server, "a.bin", b"right" * 1000)
    Server.files["/bad.bin"] = Server.files["/garbled.bin"] = b"wrong" * 1000
    first = (f"{server}/{name}.bin" for name in ("missing", "bad", "garbled"))
    mirrors = (*first, *good.mirrors)
    archive = Archive("a.bin", good.sha256, mirrors)
    assert fetch(archive, tmp_path).read_bytes() == b"right" * 1000


def test_a_wrong_file_is_never_kept(tmp_path, server):
    archive = archive_of(server, "a.bin", b"right" * 1000, mirrors=2)
    Server.files["/a.bin"] = b"wrong" * 1000
    with pytest.raises(DataError, match="SHA-256"):
        fetch(archive, tmp_path)
    assert list(tmp_path.iterdir()) == []


def mnist_archives(server: str, arrays: dict[str, np.ndarray]) -> list[Archive]:
    found = []
    for split, prefix in (("train", "train"), ("test", "t10k")):
        for kind, suffix in (("images", "images-idx3"), ("labels", "labels-idx1")):
            array = arrays[f"{split}_{kind}"]
            head = struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape)
            name = f"{prefix}-{suffix}-ubyte.gz"
            found.append(archive_of(server, name, gzip.compress(head + array.tobytes())))
    return found


def cifar_archives(server: str, arrays: dict[str, np.ndarray]) -> list[Archive]:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        parts = [(f"data_batch_{i + 1}.bin", "train", slice(2 * i, 2 * i + 2)) for i in range(5)]
        for name, split, chosen in [*parts, ("test_batch.bin", "test", slice(None))]:
            images = arrays[f"{split}_images"][chosen].transpose(0, 3, 1, 2)
            labels = arrays[f"{split}_labels"][chosen]
            flat = images.reshape(len(labels), -1)
            records = np.concatenate([labels[:, None], flat], axis=1).astype(np.uint8).tobytes()
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(records)
            packed.addfile(member, io.BytesIO(records))
    return [archive_of(server, "cifar-10-binary.tar.gz", buffer.getvalue())]


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_get_prepares_what_load_reads(tmp_path, server, small, name):
    archives = {"mnist": mnist_archives, "cifar10": cifar_archives}[name](server, small[name])
    folder = get(name, tmp_path, archives)
    loaded = store.load(name, tmp_path)
    assert folder == tmp_path / name
    for split in ("train", "test"):
        kept = getattr(loaded, split)
        assert np.array_equal(kept.images, small[name][f"{split}_images"])
        assert np.array_equal(kept.labels, small[name][f"{split}_labels"])
    assert json.loads((folder / "provenance.json").read_text())["exact"] is True
    leftovers = [file.name for file in tmp_path.iterdir() if file.name.startswith(".")]
    assert leftovers == []


def test_get_leaves_nothing_half_written(tmp_path, server, small, monkeypatch):
    archives = mnist_archives(server, small["mnist"])

    def broken(name, contents):
        raise OSError("disk full")

    monkeypatch.setattr(download, "read_archives", broken)
    with pytest.raises(OSError, match="disk full"):
        get("mnist", tmp_path, archives)
    assert [file.name for file in tmp_path.iterdir()] == ["downloads"]
    with pytest.raises(DataError, match="unknown dataset"):
        get("imagenet", tmp_path)


def test_the_real_sources_are_https_with_digests():
    for archives in download.ARCHIVES.values():
        for archive in archives:
            assert len(archive.sha256) == 64
            assert len(archive.mirrors) >= 2
            assert all(url.startswith("https://") for url in archive.mirrors)


def test_real_mnist_is_the_official_one(mnist):
    assert len(mnist.train) == 60_000
    assert np.bincount(mnist.train.labels)[:2].tolist() == [5923, 6742]
    assert mnist.provenance.exact
