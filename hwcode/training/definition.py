"""A digest of the code that defines an experiment: what it computes, not what runs it.

Starting from the functions and classes that an experiment names, everything of this project that
they mention is followed, and the sources, without comments and docstrings, are digested. The
engine (this package), the data room and the pages are left out: they may be rewritten without
making a record stale, and the replay of first steps shows whether they changed what is computed.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from hwcode.checking.source import canonical

__all__ = ["definition", "digest"]

PACKAGE = "hwcode"
NOT_DEFINING = ("hwcode.training", "hwcode.data", "hwcode.page", "hwcode.checking")


def digest(roots: tuple[Any, ...], config: Mapping[str, Any]) -> str:
    """SHA-256 over the definition of ``roots`` and the configuration.

    >>> first = digest((canonical,), {"rate": 1})
    >>> first == digest((canonical,), {"rate": 1}), first == digest((canonical,), {"rate": 2})
    (True, False)
    """
    described = json.dumps([definition(*roots), config], sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()


def definition(*roots: Any) -> dict[str, str]:
    """The code of everything that ``roots`` are made of, by qualified name."""
    found: dict[str, str] = {}
    waiting = [inspect.unwrap(root) for root in roots]
    while waiting:
        thing = waiting.pop()
        name = f"{thing.__module__}.{thing.__qualname__}"
        if name in found:
            continue
        source = textwrap.dedent(inspect.getsource(thing))
        found[name] = canonical(source)
        for label, value in _mentioned(source, sys.modules[thing.__module__]):
            if _defining(value):
                waiting.append(inspect.unwrap(value))
            elif _is_constant(value):
                found[f"{thing.__module__}.{label}"] = repr(value)
    return found


def _mentioned(source: str, module: ModuleType) -> Iterator[tuple[str, Any]]:
    """What the names in a source stand for, imports inside functions included."""
    scope = dict(vars(module))
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            home = importlib.import_module(node.module or "")
            for alias in node.names:
                value = getattr(home, alias.name, None)
                scope[alias.asname or alias.name] = value
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in scope:
            yield node.id, scope[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = scope.get(node.value.id)
            if isinstance(owner, ModuleType) and owner.__name__.startswith(PACKAGE):
                yield f"{node.value.id}.{node.attr}", getattr(owner, node.attr, None)


def _defining(value: Any) -> bool:
    module = getattr(value, "__module__", None) or ""
    ours = module.split(".")[0] == PACKAGE and not module.startswith(NOT_DEFINING)
    return ours and (inspect.isfunction(inspect.unwrap(value)) or inspect.isclass(value))


def _is_constant(value: Any) -> bool:
    if isinstance(value, (tuple, list, frozenset)):
        return all(_is_constant(item) for item in value)
    if isinstance(value, dict):
        return all(_is_constant(item) for pair in value.items() for item in pair)
    return isinstance(value, (bool, int, float, str, type(None)))
