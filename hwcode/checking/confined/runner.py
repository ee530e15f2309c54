"""The process that runs a reader's program: it does what it is asked, one step at a time.

A step calls a function or a method, reads or sets an attribute; what comes back is plain data, or a
handle of an object that stays here. Nothing of what is right is known here, and nothing that a
program can change here decides anything.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from hwcode.checking.confined import protections, wire

__all__ = ["Workshop", "main"]

LONGEST_MESSAGE = 500
CallBack = Callable[[int, str, list[Any], dict[str, Any]], Any]


class Workshop:
    """A program and the objects that it made.

    Args:
        call_back: calls a method of an object that stayed with whoever judges: its number, the
            method's name, the arguments, encoded.
    """

    def __init__(self, call_back: CallBack) -> None:
        self.call_back = call_back
        self.module = ModuleType("answer")
        """What the program defines; dataclasses and type hints look for it by its name."""
        self.objects: dict[int, Any] = {}
        self.kept: list[tuple[list[Any], dict[str, Any], Any]] = []
        self.warned: list[str] = []
        self.count = 0
        self.assistants: Any = None
        """The module with functions for nets, where it was loaded beforehand."""

    def perform(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One step; whatever goes wrong in it is told."""
        self.warned.clear()
        try:
            reply = {"value": self._encode(self._done(request))}
            if request["do"] == "call" and _share(*self.kept[-1]):
                reply["shares"] = True
        except BaseException as error:  # a program may raise anything, SystemExit too
            reply = {"error": _told(error)}
        if self.warned:
            reply["warned"] = sorted({*self.warned})
        return reply

    def put(self, value: Any) -> int:
        """The number of an object that stays here; the same one gets the same."""
        for number, known in self.objects.items():
            if known is value:
                return number
        self.count += 1
        self.objects[self.count] = value
        return self.count

    def _done(self, request: Mapping[str, Any]) -> Any:
        match request["do"]:
            case "define":
                sys.modules["answer"] = self.module
                self._execute(request["text"], request["file"], vars(self.module))
                return None
            case "find":
                found = vars(self.module).get(request["name"])
                return found if callable(found) else None
            case "fresh":
                self.kept.clear()
                self.objects = {one: self.objects[one] for one in request["keep"]}
                return None
            case "again":
                return [list(each) for each in self.kept]
            case "get":
                return getattr(self._decode(request["on"]), request["name"])
            case "set":
                setattr(self._decode(request["on"]), request["name"], *self._arguments(request))
                return None
            case "item":
                return self._decode(request["on"])[self._arguments(request)[0]]
            case "call":
                return self._called(request)
            case "help":
                names: dict[str, Any] = {}
                self._execute(request["text"], "<helper>", names)
                return names[request["name"]]
            case "assist":
                if self.assistants is None:
                    from hwcode.checking.confined import nets

                    self.assistants = nets
                return getattr(self.assistants, request["name"])(*self._arguments(request))
        raise ValueError(request["do"])

    @staticmethod
    def _execute(text: str, file: str, names: dict[str, Any]) -> None:
        """Run a text with no ``__future__`` but its own."""
        exec(compile(text, file, "exec", dont_inherit=True), names)  # noqa: S102

    def _called(self, request: Mapping[str, Any]) -> Any:
        called = self._decode(request["on"])
        if request["name"]:
            called = getattr(called, request["name"])
        given = self._arguments(request)
        named = {key: self._decode(value) for key, value in request["named"].items()}
        result = called(*given, **named)
        self.kept.append((given, named, result))
        return result

    def _arguments(self, request: Mapping[str, Any]) -> list[Any]:
        return [self._decode(one) for one in request["given"]]

    def _encode(self, value: Any) -> Any:
        return wire.encode(value, self._handle)

    def _handle(self, value: Any) -> Any:
        if type(value) is _Elsewhere:
            return {"elsewhere": value._number}
        return {"object": [self.put(value), str(type(value).__name__)]}

    def _decode(self, value: Any) -> Any:
        return wire.decode(value, self._object_of)

    def _object_of(self, tag: str, content: Any) -> Any:
        return self.objects[content[0]] if tag == "object" else _Elsewhere(self, content)

    def at_home(self, number: int, name: str, given: tuple[Any, ...], named: Any) -> Any:
        """Call a method of an object that is not here."""
        arguments = [self._encode(one) for one in given]
        return self._decode(
            self.call_back(
                number, name, arguments, {key: self._encode(one) for key, one in named.items()}
            )
        )


class _Elsewhere:
    """Stands for an object of whoever judges; its methods are called there."""

    def __init__(self, workshop: Workshop, number: int) -> None:
        self._workshop, self._number = workshop, number

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *given, **named: self._workshop.at_home(self._number, name, given, named)

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._workshop.at_home(self._number, "__call__", given, named)


def _told(error: BaseException) -> list[str]:
    try:
        message = str(error)[:LONGEST_MESSAGE]
        if isinstance(error, SystemExit):
            message = f"it ends the process, by sys.exit({message})"
    except BaseException:
        message = "without a message"
    name = type.__dict__["__name__"].__get__(type(error))  # whatever its class says of itself
    return [name, message]


def _share(given: list[Any], named: Mapping[str, Any], result: Any) -> bool:
    """Whether an array that came back lies in the memory of an argument."""
    arguments = [*_arrays([*given, *named.values()])]
    if not arguments:
        return False
    import numpy as np

    return any(np.shares_memory(one, other) for one in _arrays(result) for other in arguments)


def _arrays(value: Any) -> Iterator[Any]:
    if type(value) in (list, tuple):
        for entry in value:
            yield from _arrays(entry)
    elif type(value) is dict:
        yield from _arrays([*value.values()])
    elif type(value).__module__ == "numpy" and type(value).__name__ == "ndarray":
        yield value


def main() -> None:
    """Serve requests on standard input; replies go to what was standard output."""
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # whatever a program prints must not end up among the replies

    def read(size: int) -> bytes:
        parts = []
        while size > 0 and (part := os.read(requests, size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def write(message: Any) -> None:
        try:
            rest = memoryview(wire.to_bytes(message))
        except wire.WireError as error:
            rest = memoryview(wire.to_bytes({"error": ["MemoryError", f"the result has {error}"]}))
        while rest:
            rest = rest[os.write(replies, rest) :]

    def call_back(number: int, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        write({"callback": [number, name, given, named]})
        reply = wire.from_bytes(read)
        if "error" in reply:
            raise RuntimeError(": ".join(reply["error"]))
        return reply["value"]

    workshop = Workshop(call_back)
    write({"open": _begin(wire.from_bytes(read), workshop)})
    warnings.simplefilter("always", RuntimeWarning)
    warnings.showwarning = lambda message, *_, **__: workshop.warned.append(str(message))
    while True:
        try:
            request = wire.from_bytes(read)
        except EOFError:
            os._exit(0)  # not by way of what a program may have left to be done at the end
        write(workshop.perform(request))


def _begin(start: Mapping[str, Any], workshop: Workshop) -> list[str]:
    """Close this process; what could not be closed is returned."""
    protections.die_with_parent()
    sys.path[:] = start["paths"]
    files = protections.close_files(start["readable"], start["writable"])
    if "numpy" in start["modules"]:
        import numpy  # noqa: F401
    if "torch" in start["modules"]:
        from hwcode.checking.confined import nets

        workshop.assistants = nets
    for name in [name for name in sys.modules if name.partition(".")[0] == "hwcode"]:
        del sys.modules[name]
    sys.modules["hwcode"] = None  # type: ignore[assignment]  # so Python marks what is not there
    protections.limit(start["seconds"], start["memory"], start["output"])
    system = protections.close_system()
    return [*([] if files else ["files"]), *([] if system else ["network", "processes"])]
