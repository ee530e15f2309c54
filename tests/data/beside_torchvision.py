"""The faulty server against this downloader and torchvision's, side by side.

``python -m tests.data.beside_torchvision`` writes what came of it where the page on failures reads
it; the test checks that our column is still what happens.
"""

from __future__ import annotations

import json
import multiprocessing
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from torchvision.datasets.utils import download_url

from hwcode.data import DataError, download
from hwcode.data.download import Archive, fetch
from tests.data.faulty_server import ANSWERS, BODY, MD5, SHA256, faulty_server, path_of

RECORD = Path(__file__).resolve().parents[2] / "book" / "_records" / "downloads.json"
LIMIT = 5.0
"""Seconds after which a call is ended from outside."""


def ours(url: str, folder: Path) -> str:
    """What :func:`hwcode.data.download.fetch` makes of it."""
    try:
        fetch(Archive("a.bin", SHA256, (url,), at_most=1_000_000), folder)
    except DataError:
        return "refused, file and server named"
    except Exception as error:
        return f"bare {type(error).__name__}"
    return "fetched"


def theirs(url: str, folder: Path) -> str:
    """What torchvision makes of it, in a process of its own, which can be ended."""
    context = multiprocessing.get_context("fork")
    reading, writing = context.Pipe(duplex=False)
    child = context.Process(target=_theirs, args=(url, folder, writing))
    child.start()
    writing.close()
    told = f"still waiting after {LIMIT:.0f} s"
    if reading.poll(LIMIT):
        told = reading.recv()
    child.kill()
    child.join()
    return told


def _theirs(url: str, folder: Path, writing: Connection) -> None:
    try:
        download_url(url, folder, "a.bin", MD5)
    except Exception as error:
        writing.send(type(error).__name__)
    else:
        writing.send("fetched")


def left_in(folder: Path) -> str:
    """Whether something that is not the file lies under its name."""
    final = folder / "a.bin"
    return "a wrong file stays under the name" if _wrong(final) else ""


def _wrong(file: Path) -> bool:
    return file.is_file() and file.read_bytes() != BODY


def outcome(call, address: str, fault: str) -> list[str]:
    """What was said, and what was left."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        return [call(f"{address}/{path_of(fault)}", folder), left_in(folder)]


def main() -> None:
    """Try all faults on both, and write the record."""
    download.TIMEOUT = 1
    with faulty_server() as address:
        rows = [
            {
                "fault": fault,
                "ours": outcome(ours, address, fault),
                "torchvision": outcome(theirs, address, fault),
            }
            for fault in ANSWERS
        ]
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps({"limit": LIMIT, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
