"""One file over the network: resumed, no longer and no slower than is allowed, https to the end."""

from __future__ import annotations

import http.client
import threading
import time
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from typing import IO, Any

from tqdm import tqdm

from hwcode.data import download

__all__ = ["transfer"]

CHUNK = 1 << 16
SLOWEST = 1024
"""Bytes per second; a mirror that gives less for as long as the timeout is given up."""


class _Impatient(http.client.HTTPConnection):
    """Waits for the head of an answer no longer than the timeout, however it drips in."""

    def getresponse(self) -> http.client.HTTPResponse:
        sock: Any = self.sock
        timer = threading.Timer(download.TIMEOUT, lambda: sock.shutdown(2))
        timer.start()
        try:
            return super().getresponse()
        finally:
            timer.cancel()


class _ImpatientTLS(_Impatient, http.client.HTTPSConnection):
    """The same over TLS."""


class _Http(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Impatient, request)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_ImpatientTLS, request)


class _StaysSecure(urllib.request.HTTPRedirectHandler):
    """Follows no redirect from https to anything else, nor to ftp or a file from anywhere."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        """As the parent class, with the new address looked at."""
        _refuse_scheme(newurl, ("https",) if req.type == "https" else ("http", "https"))
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _refuse_scheme(url: str, allowed: tuple[str, ...]) -> None:
    scheme = url.partition(":")[0].lower()
    if scheme not in allowed:
        raise OSError(f"leads to {url}, and only {' and '.join(allowed)} is followed")


def transfer(url: str, partial: Path, at_most: int) -> tuple[Path, bool]:
    """Append to a partial file what is missing of it.

    Args:
        url: http or https.
        partial: what an earlier call got. What a server sends that begins anew goes beside it, as
            it may be nothing but a page with a form to log in.
        at_most: bytes that the file may have.

    Returns:
        The file that may be whole now, and whether a part of it was there before.

    Raises:
        OSError: if the server fails, sends too much, or too slowly.
    """
    _refuse_scheme(url, ("http", "https"))
    have = partial.stat().st_size if partial.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        opener = urllib.request.build_opener(_Http, _Https, _StaysSecure)
        response = opener.open(request, timeout=download.TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416 and have:  # nothing is missing; the digest decides if it is right
            return partial, True
        raise
    with response:
        resumed = have > 0 and response.status == 206
        span = response.headers.get("Content-Range", f"bytes {have}-")
        if resumed and not span.startswith(f"bytes {have}-"):
            raise OSError(f"{span} was sent where the bytes from {have} on were asked for")
        if resumed or not have:
            _receive(response, partial, have, at_most)
            return partial, resumed
        fresh = partial.with_name(f"{partial.name}.whole")
        try:
            _receive(response, fresh, 0, at_most)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        return fresh, False


def _receive(response: Any, file: Path, have: int, at_most: int) -> None:
    told = response.headers.get("Content-Length") or ""
    total = have + int(told) if told.isdecimal() else None
    _refuse_size(total or 0, at_most, file)
    got, since, before = have, time.monotonic(), have
    bar = tqdm(total=total, initial=have, unit="B", unit_scale=True, desc=file.stem, disable=None)
    with bar, file.open("ab" if have else "wb") as stream:
        while chunk := response.read1(CHUNK):
            got += len(chunk)
            if got > at_most:
                stream.truncate(0)
            _refuse_size(got, at_most, file)
            stream.write(chunk)
            bar.update(len(chunk))
            now = time.monotonic()
            if now - since > download.TIMEOUT:
                if got - before < SLOWEST * (now - since):
                    raise OSError(f"less than {SLOWEST} bytes per second came: given up")
                since, before = now, got
    if total is not None and got < total:
        raise OSError(f"the connection ended after {got} of {total} bytes")


def _refuse_size(size: int, at_most: int, file: Path) -> None:
    if size > at_most:
        raise OSError(f"more than the {at_most} bytes that {file.stem} may have")
