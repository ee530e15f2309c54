"""A program at arm's length: objects that stand for it, and the steps that were taken with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from hwcode.checking.confined import wire
from hwcode.checking.extras import np

__all__ = ["Bench", "EndedError", "MissingError", "ProgramError", "Remote", "Step", "helper"]

Step = tuple[dict[str, Any], dict[str, Any]]
"""A request and its reply."""
_CLOSE = 1e-9


class EndedError(Exception):
    """The program ended its process, or was ended.

    Args:
        kind: ``time``, ``memory``, ``output``, or ``end`` for what it did itself.
        why: what the program did, as it follows these two words.
    """

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


class ProgramError(Exception):
    """The program ended in an exception.

    Args:
        kind: its class.
        message: what it says.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind, self.message = kind, message


class MissingError(ProgramError, AttributeError):
    """The program's object has no such attribute."""


class Bench:
    """Where a program is tried. What it does, and with what it came back, is noted.

    Attributes:
        open: what the program could reach besides: ``files``, ``network``, ``processes``.
        steps: what was done since :meth:`fresh`.
        warned: the warnings that escaped since then.
        breaches: what a result may not be, a sentence for each kind: ``shares``, ``precision``.
    """

    open: tuple[str, ...] = ()
    root: Remote

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.warned: set[str] = set()
        self.breaches: dict[str, str] = {}
        self._exports: list[Any] = []

    def exchange(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One request and its reply.

        Raises:
            EndedError: if there is none.
        """
        raise NotImplementedError

    def remote(self, number: int, kind: str, label: str = "") -> Remote:
        return Remote(self, number, kind, label or kind)

    def fresh(self) -> None:
        """Forget what was done, and the objects that were made."""
        self.exchange({"do": "fresh", "keep": [object.__getattribute__(self.root, "_number")]})
        self.steps, self.warned, self.breaches = [], set(), {}

    def step(self, request: dict[str, Any], label: str = "") -> Any:
        """What comes back from one step.

        Raises:
            ProgramError: if the program raises.
            EndedError: if it ends its process, or is ended.
        """
        reply = self.exchange(request)
        self.steps.append((request, reply))
        self.warned.update(map(str, reply.get("warned", ())))
        if "error" in reply:
            raise self._error(reply["error"])
        if reply.get("shares"):
            self.breaches["shares"] = "it returns its argument itself, not a new array"
        if low := _low_precision(reply["value"]):
            self.breaches["precision"] = f"its numbers are {low}, and float64 is asked for"
        return self.decode(reply["value"], label)

    @staticmethod
    def _error(told: Any) -> Exception:
        try:
            kind, message = map(str, told)
        except (TypeError, ValueError):
            return EndedError("end", "sends back what is no reply")
        if kind == "MemoryError":
            return EndedError("memory", "needs more than 2 GiB of memory")
        if kind == "OSError" and "File too large" in message:
            return EndedError("output", "printed or wrote more than 1 MiB")
        if kind == "AttributeError":
            return MissingError(kind, message)
        return ProgramError(kind, message)

    def encode(self, value: Any) -> Any:
        return wire.encode(value, self._export)

    def _export(self, value: Any) -> Any:
        if type(value) is Remote:
            return {"object": [object.__getattribute__(value, "_number"), ""]}
        for number, known in enumerate(self._exports):
            if known is value:
                return {"elsewhere": number}
        self._exports.append(value)
        return {"elsewhere": len(self._exports) - 1}

    def decode(self, value: Any, label: str = "") -> Any:
        def object_of(tag: str, content: Any) -> Any:
            try:
                if tag == "object":
                    number, kind = content
                    return self.remote(int(number), str(kind), label)
                return self._exports[int(content)]
            except (TypeError, ValueError, IndexError) as error:
                raise wire.WireError(str(error)) from None

        try:
            return wire.decode(value, object_of)
        except wire.WireError as error:
            raise EndedError("end", f"sends back what is no value: {error}") from None

    def call_back(self, number: Any, name: Any, given: Any, named: Any) -> dict[str, Any]:
        """Call a public method of an object that was handed to the program."""
        try:
            target = self._exports[int(number)]
            if name != "__call__":
                if not str(name).isidentifier() or str(name).startswith("_"):
                    raise AttributeError(name)
                target = getattr(target, name)
            arguments = [self.decode(one) for one in given]
            result = target(*arguments, **{key: self.decode(one) for key, one in named.items()})
            return {"value": self.encode(result)}
        except EndedError:
            raise
        except Exception as error:
            return {"error": [type(error).__name__, str(error)]}

    # --- what a reviewer looks at besides the values ------------------------------------------

    def changed(self, live: tuple[str, ...] = ()) -> str:
        """A sentence, if an argument or an earlier result is not any more what it was.

        Args:
            live: names of methods whose results may change: they show what an object holds.
        """
        calls = [step for step in self.steps if step[0]["do"] == "call" and "value" in step[1]]
        reply = self.exchange({"do": "again"})
        try:
            for (request, first), (given, named, result) in zip(calls, reply["value"], strict=True):
                name = request["label"]
                for place, (before, after) in enumerate(
                    zip(request["given"], given, strict=True), 1
                ):
                    if not _alike(before, after):
                        return f"{name} changes its argument number {place}"
                for key, after in named["dict"]:
                    if not _alike(request["named"][key], after):
                        return f"{name} changes its argument {key}"
                if name not in live and not _alike(first["value"], result):
                    return f"what {name} returned is changed by a later call"
        except (KeyError, TypeError, ValueError):
            raise EndedError("end", "sends back what is no reply") from None
        return ""

    def again(self, *traces: list[Step], live: tuple[str, ...] = ()) -> str:
        """Take steps once more, in turn, each row with objects of its own.

        Returns:
            A sentence, if the program does not do the same as before, or changes what it returned.
        """
        self.fresh()
        numbers: list[dict[int, int]] = [{} for _ in traces]
        for row in zip_longest(*traces):
            for step, known in zip(row, numbers, strict=True):
                if step is None:
                    continue
                request, before = _renumbered(step[0], known), step[1]
                after = self.exchange(request)
                self.steps.append((request, after))
                if not self._same(before, after, known):
                    called = request.get("label") or request.get("name") or "it"
                    return (
                        f"{called} returns something else when it is called again, or when another"
                        " of its kind is in use: something is kept outside of the object"
                    )
        return self.changed(live)

    def _same(self, before: Any, after: Any, known: dict[int, int]) -> bool:
        if "error" in before or "error" in after:
            return before.get("error") == after.get("error")
        _note_numbers(before["value"], after["value"], known)
        return _near(self.decode(before["value"]), self.decode(after["value"]))


class Remote:
    """An object of the program: what is done with it is done there.

    Raises:
        ProgramError: if the program does.
        EndedError: if it ends, or is ended.
    """

    __slots__ = ("_bench", "_kind", "_label", "_number")

    def __init__(self, bench: Bench, number: int, kind: str, label: str) -> None:
        for name, value in zip(self.__slots__, (bench, kind, label, number), strict=True):
            object.__setattr__(self, name, value)

    def _ask(self, do: str, name: str, given: tuple[Any, ...], **more: Any) -> Any:
        bench: Bench = self._bench
        request = {
            "do": do,
            "on": {"object": [self._number, ""]},
            "name": name,
            "given": [bench.encode(one) for one in given],
            "label": self._label,
            **more,
        }
        return bench.step(request, label=name)

    def __call__(self, *given: Any, **named: Any) -> Any:
        encoded = {key: self._bench.encode(one) for key, one in named.items()}
        return self._ask("call", "", given, named=encoded)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by Python and NumPy, not by who judges
            raise AttributeError(name)
        return self._ask("get", name, ())

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", name, (value,))

    def __getitem__(self, key: Any) -> Any:
        return self._ask("item", "", (key,))

    def __repr__(self) -> str:
        return f"an object of type {self._kind}"


def helper(program: Remote, source: str, name: str) -> Any:
    """A function or class of who judges that works where the program does: on its arrays in place.

    Args:
        program: beside which it is put; the names of either are hidden from the other.
        source: Python that defines it.
        name: what is defined there.
    """
    bench: Bench = object.__getattribute__(program, "_bench")
    return bench.step({"do": "help", "text": source, "name": name}, name)


def _alike(one: Any, other: Any) -> bool:
    """Whether two encoded values are the same, NaN and names of handles included."""
    return json.dumps(_nameless(one)) == json.dumps(_nameless(other))


def _nameless(value: Any) -> Any:
    if isinstance(value, list):
        return [_nameless(one) for one in value]
    if isinstance(value, dict):
        if "object" in value:
            return {"object": value["object"][0]}
        return {key: _nameless(one) for key, one in value.items()}
    return value


def _renumbered(value: Any, known: Mapping[int, int]) -> Any:
    """A request whose handles are those of other objects."""
    if isinstance(value, list):
        return [_renumbered(one, known) for one in value]
    if isinstance(value, dict):
        if "object" in value:
            number, kind = value["object"]
            return {"object": [known.get(number, number), kind]}
        return {key: _renumbered(one, known) for key, one in value.items()}
    return value


def _note_numbers(before: Any, after: Any, known: dict[int, int]) -> None:
    if isinstance(before, list) and isinstance(after, list):
        for one, other in zip(before, after, strict=False):
            _note_numbers(one, other, known)
    elif isinstance(before, dict) and isinstance(after, dict):
        if "object" in before and "object" in after:
            known[before["object"][0]] = after["object"][0]
        for key in before.keys() & after.keys():
            _note_numbers(before[key], after[key], known)


def _near(one: Any, other: Any) -> bool:
    if type(one) is Remote or type(other) is Remote:
        return type(one) is type(other)
    if isinstance(one, (list, tuple)):
        same = type(one) is type(other) and len(one) == len(other)
        return same and all(map(_near, one, other))
    if isinstance(one, dict):
        same = isinstance(other, dict) and [*one] == [*other]
        return same and all(map(_near, one.values(), other.values()))
    if one is None or isinstance(one, (str, bool)):
        return bool(one == other)
    try:
        mine, theirs = np.asarray(one), np.asarray(other)
        if mine.shape != theirs.shape:
            return False
        scale = np.max(np.abs(mine[np.isfinite(mine)]), initial=0.0)
        return bool(np.allclose(mine, theirs, rtol=0, atol=_CLOSE * scale, equal_nan=True))
    except TypeError:
        return one is other


def _low_precision(value: Any) -> str:
    """The name of a type that is no float64, if an array in an encoded value has it."""
    if isinstance(value, list):
        return next(filter(None, map(_low_precision, value)), "")
    if not isinstance(value, dict):
        return ""
    if "array" in value:
        try:
            kind = np.dtype(value["array"][0])
        except (TypeError, ValueError, IndexError, KeyError):
            return ""
        return kind.name if kind.kind in "fc" and kind.name not in ("float64", "complex128") else ""
    return next(filter(None, map(_low_precision, value.values())), "")
