"""Values as plain data: what passes between a program and whoever judges it.

Numbers, texts, lists, tuples, dictionaries and arrays of numbers travel as JSON; every other object
stays where it is, and a handle travels in its place. Nothing is ever unpickled or evaluated.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from typing import Any

__all__ = ["LARGEST", "WireError", "decode", "encode", "from_bytes", "to_bytes"]

LARGEST = 32 * 2**20
"""Bytes of one message."""
DEEPEST = 40
"""Lists within lists."""
_WHOLE_BITS = 1023
"""Larger whole numbers have no floating-point value."""
_KINDS = "biufc"


class WireError(ValueError):
    """A message is no plain data, or too large."""


def encode(value: Any, handle: Callable[[Any], Any], depth: int = 0) -> Any:
    """A value as JSON can hold it.

    Args:
        value: anything.
        handle: from an object that is no data to what travels in its place.

    Raises:
        WireError: if it is nested too deeply.

    >>> encode([1, (2.5, None)], handle=id)
    [1, {'tuple': [2.5, None]}]
    """
    if depth > DEEPEST:
        raise WireError(f"lists are nested more than {DEEPEST} deep")
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return value if value.bit_length() <= _WHOLE_BITS else _overflow(value)
    if kind is float:
        return value
    if kind is complex:
        return {"complex": [value.real, value.imag]}
    if kind in (list, tuple):
        entries = [encode(entry, handle, depth + 1) for entry in list(value)]
        return entries if kind is list else {"tuple": entries}
    if kind is dict:
        pairs = [[str(key), encode(entry, handle, depth + 1)] for key, entry in value.items()]
        return {"dict": pairs}
    array = _as_array(value)
    if array is None:
        return handle(value)
    raw = base64.b64encode(array.tobytes()).decode("ascii")
    return {"array": [array.dtype.str, list(array.shape), raw]}


def _overflow(value: int) -> float:
    return math.copysign(math.inf, value)


def _as_array(value: Any) -> Any:
    """An array of numbers, from what NumPy can read as one; else None."""
    if not hasattr(type(value), "__array__"):
        return None
    try:
        import numpy as np

        array = np.ascontiguousarray(value).reshape(np.shape(value))
    except Exception:
        return None
    return array if array.dtype.kind in _KINDS else None


def decode(value: Any, object_of: Callable[[str, Any], Any], depth: int = 0) -> Any:
    """The inverse of :func:`encode`.

    Args:
        value: from JSON; it may be forged, so nothing in it is believed.
        object_of: from the name and the content of any other tag to an object.

    Raises:
        WireError: if it is not what :func:`encode` makes.

    >>> decode({"dict": [["a", {"tuple": [1, 2]}]]}, object_of=lambda tag, content: None)
    {'a': (1, 2)}
    """
    if depth > DEEPEST:
        raise WireError("nested too deeply")
    if isinstance(value, list):
        return [decode(entry, object_of, depth + 1) for entry in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        raise WireError("no single tag")
    ((tag, content),) = value.items()
    try:
        if tag == "tuple":
            return tuple(decode(entry, object_of, depth + 1) for entry in content)
        if tag == "dict":
            return {str(key): decode(entry, object_of, depth + 1) for key, entry in content}
        if tag == "complex":
            return complex(*content)
        if tag == "array":
            return _array(*content)
    except (TypeError, ValueError) as error:
        raise WireError(str(error)) from None
    return object_of(tag, content)


def _array(dtype: str, shape: list[int], raw: str) -> Any:
    import numpy as np

    kind = np.dtype(dtype)
    if kind.kind not in _KINDS:
        raise WireError(f"an array of {kind}")
    return np.frombuffer(base64.b64decode(raw), kind).reshape(shape).copy()[()]


def to_bytes(message: Any) -> bytes:
    """A message with its length before it.

    >>> to_bytes([1])
    b'00000003[1]'
    """
    body = json.dumps(message, separators=(",", ":")).encode()
    if len(body) > LARGEST:
        raise WireError(f"more than {LARGEST >> 20} MiB")
    return b"%08x" % len(body) + body


def from_bytes(read: Callable[[int], bytes]) -> Any:
    """The next message.

    Args:
        read: from a number to as many bytes, or fewer at the end.

    Raises:
        WireError: if it is none.
        EOFError: at the end.
    """
    head = read(8)
    if not head:
        raise EOFError
    try:
        size = int(head, 16)
        if size > LARGEST:
            raise WireError(f"more than {LARGEST >> 20} MiB")
        return json.loads(read(size), parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise WireError(str(error)) from None


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < 400 else math.inf
