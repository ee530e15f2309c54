"""A digest of the code that defines an experiment: what it computes, not what runs it.

Starting from the functions and classes that an experiment names, everything of this project that
they mention is followed, and the sources, without comments and docstrings, are digested. The
engine (this package), the data room, the pages and checks of arguments are left out: they may be
rewritten without making a record stale, and the replay of first steps shows whether they changed
what is computed. Nor does it matter in which module something stands: names count without their
modules' paths.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import pkgutil
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from hwcode.checking.source import canonical, without_checks

__all__ = ["definition", "digest"]

PACKAGE = "hwcode"
NOT_DEFINING = ("hwcode.training", "hwcode.data", "hwcode.site", "hwcode.checking")


def digest(roots: tuple[Any, ...], config: Mapping[str, Any]) -> str:
    """SHA-256 over the definition of ``roots`` and the configuration.

    >>> first = digest((canonical,), {"rate": 1})
    >>> first == digest((canonical,), {"rate": 1}), first == digest((canonical,), {"rate": 2})
    (True, False)
    """
    described = json.dumps([definition(*roots), config], sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()


def definition(*roots: Any) -> dict[str, list[str]]:
    """The code of everything that ``roots`` are made of, by name.

    Two things of one name, from different modules, are two texts of one entry.
    """
    found: dict[str, set[str]] = {}
    seen: set[Any] = set()
    waiting = [inspect.unwrap(root) for root in roots]
    while waiting:
        thing = waiting.pop()
        if thing in seen:
            continue
        seen.add(thing)
        tree = without_checks(ast.parse(textwrap.dedent(inspect.getsource(thing))))
        found.setdefault(thing.__qualname__, set()).add(_without_paths(canonical(tree)))
        for label, value in _mentioned(tree, sys.modules[thing.__module__]):
            if _defining(value):
                waiting.append(inspect.unwrap(value))
            elif _is_constant(value):
                found.setdefault(label, set()).add(repr(value))
    return {name: sorted(texts) for name, texts in found.items()}


def _without_paths(text: str) -> str:
    """A canonical text whose imports from this project do not say from which module."""
    return re.sub(rf"(?<=ImportFrom\(module=)'{PACKAGE}[\w.]*'", repr(PACKAGE), text)


def _mentioned(tree: ast.Module, module: ModuleType) -> Iterator[tuple[str, Any]]:
    """What the names in a source stand for, imports inside functions included."""
    scope = dict(vars(module))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            for alias in node.names:
                value = pkgutil.resolve_name(f"{node.module}:{alias.name}")
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
