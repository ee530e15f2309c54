"""A program of the package as a text that stands alone, as a reader would hand it in."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Collection, Iterator
from types import ModuleType
from typing import Any

from hwcode.checking.source import without_checks

__all__ = ["standalone"]

USUAL = frozenset({"F", "math", "nn", "np", "torch"})
"""What stands before every program that is checked."""


def standalone(made: Any, given: Collection[str] = ()) -> str:
    """A function or class, and what it uses of this package, without annotations, docstrings and
    checks of arguments.

    Args:
        made: defined at the top of a module.
        given: further names that stand before the program when it is checked.

    Returns:
        The text; empty for what another function made, or another package, as it has none here.

    >>> from hwcode.chapters import question
    >>> print(standalone(question("P4-1b").part("program").reference).splitlines()[0])
    def objective(w, w0, X, y, lam):
    """
    if "<locals>" in made.__qualname__ or not made.__module__.startswith("hwcode."):
        return ""
    found = _Collected(USUAL | set(given)).of(made.__module__, made.__name__)
    return "\n\n\n".join(map(ast.unparse, found))


class _Collected:
    """Definitions, each after those that it uses."""

    def __init__(self, given: frozenset[str]) -> None:
        self.given = given
        self.seen: set[tuple[str, str]] = set()

    def of(self, home: str, name: str) -> Iterator[ast.AST]:
        if (home, name) in self.seen:
            return
        self.seen.add((home, name))
        module = sys.modules[home]
        node = _defined(ast.parse(inspect.getsource(module))).get(name)
        if node is None:
            return  # a name of Python itself, or of the function
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hwcode"):
            yield from self.of(str(node.module), name)
            return
        bare = _Bare(module)
        node = bare.visit(without_checks(node))
        used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} - self.given
        for other in sorted(used - {name for _, name in bare.elsewhere}):
            yield from self.of(home, other)
        for place in sorted(bare.elsewhere):
            if place[1] not in self.given:
                yield from self.of(*place)
        yield ast.fix_missing_locations(node)


class _Bare(ast.NodeTransformer):
    """Takes away annotations and docstrings, and the names of the package's modules."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.elsewhere: set[tuple[str, str]] = set()

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name):
            owner = getattr(self.module, node.value.id, None)
            if isinstance(owner, ModuleType) and owner.__name__.startswith("hwcode"):
                self.elsewhere.add((owner.__name__, node.attr))
                return ast.Name(node.attr, ast.Load())
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        return ast.Assign([node.target], node.value) if node.value else None

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.visit_ClassDef(node)

    def visit_ClassDef(self, node: Any) -> ast.AST:
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        self.generic_visit(node)
        return node


def _defined(tree: ast.Module) -> dict[str, ast.stmt]:
    """What the top of a module defines, by its names."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found[name] = node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = node
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {one.asname or one.name: node for one in names}
    return found
