"""Faults of servers, disks and processes against the downloader and the store."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import sys
import threading

import numpy as np
import pytest

from hwcode.data import DataError, download, store
from hwcode.data.download import Archive, fetch, get
from tests.conftest import deep
from tests.data.faulty_server import ANSWERS, BODY, SHA256, faulty_server, path_of
from tests.data.test_data import cifar_archives, mnist_archives, server, small

__all__ = ["server", "small"]

HARMLESS = {"good", "no length", "negative length", "length is no number"}
"""Here the right file arrives all the same."""


@pytest.fixture
def faulty(monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.5)
    with faulty_server() as address:
        yield address


def archive(address: str, *faults: str) -> Archive:
    mirrors = tuple(f"{address}/{path_of(fault)}" for fault in faults)
    return Archive("a.bin", SHA256, mirrors, at_most=1_000_000)


@pytest.mark.parametrize("fault", ANSWERS)
@pytest.mark.parametrize("part", deep(["", "bad"], ["", "good", "bad", "whole"]))
def test_every_fault_leads_to_the_next_mirror_and_nothing_wrong_is_kept(
    fault, part, faulty, tmp_path
):
    before = {"": b"", "good": BODY[:1000], "bad": b"wrong" * 100, "whole": BODY[:-1] + b"?"}[part]
    if part:
        (tmp_path / "a.bin.part").write_bytes(before)
    if fault in HARMLESS:
        assert fetch(archive(faulty, fault), tmp_path).read_bytes() == BODY
    else:
        with pytest.raises(DataError, match=f"a.bin could not be fetched.*{path_of(fault)}"):
            fetch(archive(faulty, fault), tmp_path)
        left = list(tmp_path.iterdir())
        assert [file.name for file in left] in ([], ["a.bin.part"])
        assert all(file.stat().st_size <= 1_000_000 for file in left)
    assert fetch(archive(faulty, fault, "good"), tmp_path).read_bytes() == BODY
    assert [file.name for file in tmp_path.iterdir()] == ["a.bin"]


def test_a_page_in_its_place_does_not_cost_the_part_that_is_there(faulty, tmp_path):
    part = tmp_path / "a.bin.part"
    part.write_bytes(BODY[:100_000])
    with pytest.raises(DataError):
        fetch(archive(faulty, "a page in its place"), tmp_path)
    assert part.read_bytes() == BODY[:100_000]


@pytest.mark.parametrize("target", ["http://127.0.0.1/a", "ftp://127.0.0.1/a", "file:///etc/hosts"])
def test_a_redirect_stays_https(target):
    import urllib.request

    from hwcode.data import transfer

    request = urllib.request.Request("https://127.0.0.1/a")
    follow = transfer._StaysSecure().redirect_request
    with pytest.raises(OSError, match="only https is followed"):
        follow(request, None, 302, "Found", {}, target)
    assert follow(request, None, 302, "Found", {}, "https://127.0.0.1/b").type == "https"


def test_two_calls_at_once_both_end_right(server, small, tmp_path, capsys):
    for name, archives in (("mnist", mnist_archives), ("cifar10", cifar_archives)):
        wanted = archives(server, small[name])
        for turn in range(deep(2, 60)):
            root, errors = tmp_path / f"{name}-{turn}", []

            def call(root=root, errors=errors, name=name, wanted=wanted):
                try:
                    get(name, root, wanted)
                except Exception as error:
                    errors.append(error)

            threads = [threading.Thread(target=call) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert errors == []
            assert store.load(name, root) is not None
            assert [file.name for file in root.iterdir()] == [name], "something is left"


def test_what_a_killed_call_left_goes_with_the_next(server, small, tmp_path):
    (tmp_path / ".mnist-killed" / "mnist").mkdir(parents=True)
    get("mnist", tmp_path, mnist_archives(server, small["mnist"]))
    assert [file.name for file in tmp_path.iterdir()] == ["mnist"]


def test_a_download_that_changed_after_its_digest_was_taken_is_refused(
    server, small, tmp_path, monkeypatch
):
    def meddled(wanted, folder):
        path = fetch(wanted, folder)
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        return path

    monkeypatch.setattr(download, "fetch", meddled)
    with pytest.raises(DataError, match="has changed since it was fetched"):
        get("mnist", tmp_path, mnist_archives(server, small["mnist"]))
    assert not (tmp_path / "mnist").exists()


@pytest.mark.parametrize("fault", ["labels", "few", "swapped", "no gzip", "cut"])
def test_archives_with_something_else_in_them_are_refused(fault, server, small, tmp_path):
    arrays = dict(small["mnist"])
    if fault == "labels":
        arrays["train_labels"] = np.full(6, 10, np.uint8)
    elif fault == "few":
        arrays["test_images"] = arrays["test_images"][:3]
    wanted = mnist_archives(server, arrays)
    if fault == "swapped":
        wanted[:2] = wanted[1::-1]
    contents = [fetch(one, tmp_path / "other").read_bytes() for one in wanted]
    if fault in ("no gzip", "cut"):
        from tests.data.test_data import archive_of

        body = b"no gzip" if fault == "no gzip" else contents[0][:-9]
        wanted[0] = archive_of(server, "damaged.gz", body)
    with pytest.raises(DataError):
        get("mnist", tmp_path, wanted)
    assert not (tmp_path / "mnist").exists()


DIGESTED = {"labels", "types", "object", "npz", "header", "several"}


@pytest.mark.parametrize(
    "fault",
    [*sorted(DIGESTED), "dataset", "exact", "none", "source", "deep", "folder", "list", "a file"],
)
def test_the_store_judges_what_it_reads_and_status_never_fails(fault, small, tmp_path):
    folder = tmp_path / "mnist"
    store.save(folder, small["mnist"], "MNIST", "a test", exact=True)
    provenance, labels = folder / "provenance.json", folder / "train_labels.npy"
    told = json.loads(provenance.read_text())
    if fault == "labels":
        np.save(labels, np.full(6, 255, np.uint8))
    elif fault == "types":
        np.save(labels, np.zeros(6, np.int64))
    elif fault == "object":
        np.save(labels, np.array([{}] * 6, object), allow_pickle=True)
    elif fault in ("npz", "several"):
        with labels.open("wb") as stream:
            np.savez(stream, np.zeros(6, np.uint8))
    elif fault == "header":
        text = b"{'descr': '|u1', 'fortran_order': False, 'shape': (10000000000000,)}"
        labels.write_bytes(
            b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + text.ljust(117) + b"\n"
        )
    if fault in DIGESTED:
        told["sha256"][labels.name] = store.sha256_of(labels)
    changes = {"dataset": "CIFAR-10", "exact": "false", "none": None, "source": 5}
    if fault in changes:
        told["exact" if fault == "none" else fault] = changes[fault]
    provenance.write_text(json.dumps(told))
    if fault == "deep":
        provenance.write_text("[" * 100_000)
    elif fault == "list":
        provenance.write_text("[]")
    elif fault == "folder":
        provenance.unlink()
        provenance.mkdir()
    elif fault == "a file":
        shutil.rmtree(folder)
        folder.write_text("a file")
    with pytest.raises(DataError, match=str(folder)):
        store.load("mnist", tmp_path)
    assert store.status(tmp_path)[0][1] == "damaged"


def test_no_bit_of_a_dataset_can_flip_unseen(small, tmp_path):
    folder = tmp_path / "mnist"
    store.save(folder, small["mnist"], "MNIST", "a test", exact=True)
    drawn = random.Random(0)
    for path in [folder / file for file in store.FILES]:
        whole = path.read_bytes()
        for _ in range(deep(5, 250)):
            bit = drawn.randrange(8 * len(whole))
            changed = bytearray(whole)
            changed[bit // 8] ^= 1 << bit % 8
            path.write_bytes(changed)
            with pytest.raises(DataError, match=path.name):
                store.load("mnist", tmp_path)
        path.write_bytes(whole)
    assert store.load("mnist", tmp_path) is not None


NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request")
calls: list[str] = []
listening = threading.Event()


def test_with_the_data_in_place_nothing_goes_over_the_network(small, tmp_path, monkeypatch):
    for name in store.DATASETS:
        store.save(tmp_path / name, small[name], store.TITLES[name], "a test", exact=True)
    monkeypatch.setenv("HWCODE_DATA", str(tmp_path))
    sys.addaudithook(
        lambda event, _: calls.append(event) if listening.is_set() and event in NETWORK else None
    )
    listening.set()
    try:
        for name in store.DATASETS:
            get(name)
            store.load(name)
        store.status()
        assert calls == []
        with socket.socket() as other, pytest.raises(OSError, match="refused"):
            other.connect(("127.0.0.1", 9))
        assert calls == ["socket.connect"], "the hook hears nothing"
    finally:
        listening.clear()


def test_the_root_may_be_a_device(monkeypatch):
    monkeypatch.setenv("HWCODE_DATA", os.devnull)
    assert [state for _, state, _ in store.status()] == ["absent", "absent"]


def test_the_table_beside_torchvision_is_what_happens(faulty):
    from tests.data.beside_torchvision import RECORD, ours, outcome

    rows = json.loads(RECORD.read_text())["rows"]
    assert [row["fault"] for row in rows] == list(ANSWERS)
    for row in rows[:: deep(5, 1)]:
        assert outcome(ours, faulty, row["fault"]) == row["ours"]
