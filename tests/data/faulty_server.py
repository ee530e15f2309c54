"""A server on loopback that goes wrong in every way that one could think of."""

from __future__ import annotations

import hashlib
import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

BODY = bytes(range(256)) * 1200
"""The right file, 307,200 bytes."""
SHA256 = hashlib.sha256(BODY).hexdigest()
MD5 = hashlib.md5(BODY, usedforsecurity=False).hexdigest()


def head(status: str, *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Connection: close", *lines, "", ""]).encode()


def length(count: int | str) -> str:
    return f"Content-Length: {count}"


ALL = length(len(BODY))
FLIPPED = bytes([BODY[0] ^ 1]) + BODY[1:]
ANSWERS: dict[str, list[bytes | float]] = {
    "good": [head("200 OK", ALL), BODY],
    "no length": [head("200 OK"), BODY],
    "negative length": [head("200 OK", length(-5)), BODY],
    "length is no number": [head("200 OK", length("many")), BODY],
    "length too small": [head("200 OK", length(1000)), BODY],
    "length too large": [head("200 OK", length(len(BODY) + 10)), BODY],
    "length of a terabyte": [head("200 OK", length(10**12)), BODY],
    "cut": [head("200 OK", ALL), BODY[:100_000]],
    "cut without a length": [head("200 OK"), BODY[:100_000]],
    "one bit flipped": [head("200 OK", ALL), FLIPPED],
    "a page in its place": [head("200 OK", "Content-Type: text/html"), b"<html>log in</html>"],
    "empty": [head("200 OK", length(0))],
    "no answer": [],
    "no head": [b"\0\xff" * 500],
    "a huge head": [b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000],
    "bad chunks": [head("200 OK", "Transfer-Encoding: chunked"), b"zz\r\nno chunk\r\n"],
    "not found": [head("404 Not Found", length(0))],
    "error of the server": [head("503 Service Unavailable", length(0))],
    "nothing satisfies the range": [head("416 Range Not Satisfiable", length(0))],
    "part of something else": [head("206 Partial Content", length(3)), b"abc"],
    "to itself for ever": [head("302 Found", "Location: /to-itself-for-ever", length(0))],
    "to a file": [head("302 Found", "Location: file:///etc/passwd", length(0))],
    "to ftp": [head("302 Found", "Location: ftp://127.0.0.1:9/a", length(0))],
    "to nowhere": [head("302 Found", "Location: http://", length(0))],
    "stalls in the body": [head("200 OK", ALL), BODY[:100_000], 30.0],
    "stalls before the head": [30.0],
    "drips the body": [head("200 OK", ALL), *([b"x", 0.1] * 200)],
    "drips the head": [*([b"H", 0.1] * 200)],
    "never ends": [head("200 OK"), *([bytes(1 << 20)] * 64)],
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the path says; numbers among the pieces are seconds to wait."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        name = self.path.strip("/").replace("-", " ")
        self.close_connection = True
        try:
            for piece in ANSWERS[name]:
                if isinstance(piece, float):
                    if self.server.closing.wait(piece):  # type: ignore[attr-defined]
                        return
                else:
                    self.wfile.write(piece)
        except OSError:
            return  # the client has had enough

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: socket.socket, client_address: object) -> None:
        """Say nothing."""


@contextmanager
def faulty_server() -> Iterator[str]:
    """Its address; the path is the name of a fault with hyphens for spaces."""
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.closing.set()
        server.shutdown()


def path_of(fault: str) -> str:
    return fault.replace(" ", "-")


def timed(call) -> tuple[float, str]:
    """Seconds, and the name of the error, or nothing."""
    started = time.monotonic()
    try:
        call()
    except Exception as error:
        return time.monotonic() - started, type(error).__name__
    return time.monotonic() - started, ""
