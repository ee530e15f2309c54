"""What comes in from outside: licences, the audit, and that nothing is unpickled."""

from __future__ import annotations

import http.server
import importlib.util
import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def supply():
    spec = importlib.util.spec_from_file_location("supply", ROOT / ".ci" / "supply.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def service(answer: bytes):
    """A service that gives one answer to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


TWO = [("a", "1"), ("b", "2")]


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ({"results": [{}, {}]}, 0, "2 versions audited, 0 with"),
        ({"results": [{}, {"vulns": [{"id": "X-1"}]}]}, 1, "b 2: X-1"),
        ({"results": [{}]}, 2, "NOTHING WAS AUDITED"),
        ([], 2, "NOTHING WAS AUDITED"),
        ({"results": None}, 2, "NOTHING WAS AUDITED"),
    ],
)
def test_the_audit_tells_none_from_not_asked(supply, answer, status, said, capsys):
    with service(json.dumps(answer).encode()) as address:
        assert supply.audit(TWO, address) == status
    printed = capsys.readouterr()
    assert said in printed.out + printed.err


def test_an_audit_without_its_service_is_none(supply, capsys):
    assert supply.audit(TWO, "http://127.0.0.1:9") == 2
    assert "NOTHING WAS AUDITED" in capsys.readouterr().err


def test_every_locked_dependency_has_a_line_with_its_licence(supply, capsys):
    assert supply.main("licences") == 0
    lines = capsys.readouterr().out.splitlines()
    pinned = [line for line in supply.LOCK.read_text().splitlines() if "==" in line[:60]]
    assert len(lines) == len({line.split()[0] for line in pinned if not line.startswith(" ")})
    (sympy,) = (line for line in lines if line.startswith("sympy "))
    assert "BSD" in sympy


HOOK = """
import collections, io, pickle, sys
found = []
sys.addaudithook(lambda event, given: found.append(given) if event == "pickle.find_class" else None)
pickle.loads(pickle.dumps(collections.OrderedDict()))
assert len(found) == 1, "the hook hears nothing"
found.clear()
from hwcode.cli import main
main({arguments!r})
assert not found, found
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["show", "A1-1.3.1", "--solution"],
        ["check", "A1-1.3.1:line", "3 - w1"],
        ["data", "status"],
        ["results", "list"],
    ],
    ids=" ".join,
)
def test_no_command_unpickles_anything(arguments):
    subprocess.run([sys.executable, "-c", HOOK.format(arguments=arguments)], check=True)


def test_a_pickle_as_a_checkpoint_is_refused_and_nothing_runs(tmp_path):
    import pickle

    from hwcode.training import checkpoint, sealed

    class Evil:
        def __reduce__(self):
            return Path.touch, (tmp_path / "ran",)

    sealed.write(tmp_path / "net.pt", pickle.dumps(Evil(), protocol=2))
    with pytest.raises(pickle.UnpicklingError):
        checkpoint.read(tmp_path / "net.pt", "cpu")
    assert not (tmp_path / "ran").exists()
