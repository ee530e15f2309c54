"""Python sources without what is not code: for display, and for digests."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Collection
from typing import TypeVar

from hwcode.checking.arguments import takes
from hwcode.checking.errors import AnswerError

__all__ = [
    "canonical", "documentation", "names_given", "plain_source", "syntax", "unwritten", "without",
    "without_checks",
]  # fmt: skip


def syntax(text: str) -> ast.Module:
    """The syntax of a reader's program.

    Raises:
        AnswerError: if it has none, or if it imports this package to do its work.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise AnswerError(f"the program fails: {type(error).__name__}: {error}") from None
    except (RecursionError, MemoryError):
        raise AnswerError("the program is nested too deeply") from None
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if any(name.partition(".")[0] == "hwcode" for name in names):
            raise AnswerError(OWN_WORK)
    return tree


OWN_WORK = "an answer does its work itself: the package hwcode cannot be imported in it"


def names_given(tree: ast.Module) -> set[str]:
    """Every name that is defined anywhere in a program.

    >>> sorted(names_given(ast.parse("import math as m\\ndef f(x):\\n    y = x")))
    ['f', 'm', 'x', 'y']
    """
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.alias(name=name, asname=other):
                found.add(other or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)):
                found.add(name)
    return found


def documentation(text: str, name: str) -> str:
    """The first line of the docstring of a function or class in a program."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
            return (ast.get_docstring(node) or "").partition("\n")[0]
    return ""


def unwritten(text: str) -> set[str]:
    """The functions and classes of a program that are only announced.

    Nothing but ``pass``, ``...`` or ``raise NotImplementedError`` is in them; of a class that holds
    for all methods but the constructor, which may call that of its base.

    >>> sorted(unwritten("def f(x):\\n    'Doc.'\\n    pass\\ndef g(x): return x"))
    ['f']
    """
    found = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and _is_announced(node):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            others = [one for one in methods if one.name != "__init__"] or methods
            if methods and all(map(_is_announced, others)):
                found.add(node.name)
    return found


def _is_announced(function: ast.FunctionDef) -> bool:
    for node in function.body:
        told = ast.unparse(node)
        if not (
            isinstance(node, ast.Pass)
            or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
            or told.startswith(("raise NotImplementedError", "super().__init__("))
        ):
            return False
    return True


def without(text: str, names: Collection[str]) -> str:
    """A program without the functions and classes of these names.

    >>> without("def f(x): return x\\ny = 1", {"f"})
    'y = 1'
    """
    tree = ast.parse(text)
    defined = ast.FunctionDef | ast.ClassDef
    tree.body = [one for one in tree.body if not (isinstance(one, defined) and one.name in names)]
    return ast.unparse(tree)


def plain_source(source: str) -> str:
    """A source without comments, docstrings and blank lines.

    >>> plain_source("def f(x):\\n    'Doc.'\\n    return x  # why\\n")
    'def f(x):\\n    return x'
    """
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            continue
        if ast.get_docstring(node) is not None:
            text = node.body[0]
            for row in range(text.lineno, (text.end_lineno or text.lineno) + 1):
                lines[row - 1] = ""
    return "\n".join(line.rstrip() for line in lines if line.strip())


def canonical(source: str | ast.Module) -> str:
    """The syntax of a source as text: the same however it is formatted, under every Python version.

    >>> canonical("def f( x ):\\n  'Doc.'\\n  return (x) # why") == canonical("def f(x): return x")
    True
    >>> canonical("x + 1") == canonical("x - 1")
    False
    """
    tree = ast.parse(source) if isinstance(source, str) else source
    for node in ast.walk(tree):
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            continue
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return _text_of(tree)


def _text_of(node: object) -> str:
    if isinstance(node, list):
        return "[" + ",".join(_text_of(item) for item in node) + "]"
    if not isinstance(node, ast.AST):
        return repr(node)
    # Empty fields are left out: newer versions of Python have some that older ones lack.
    fields = ((name, value) for name, value in ast.iter_fields(node) if value not in (None, []))
    told = ",".join(f"{name}={_text_of(value)}" for name, value in fields)
    return f"{type(node).__name__}({told})"


Tree = TypeVar("Tree", bound=ast.AST)


def without_checks(tree: Tree) -> Tree:
    """The same without the decorators that refuse arguments and compute nothing.

    >>> ast.unparse(without_checks(ast.parse("@takes(x=above(0))\\ndef f(x): pass")))
    'def f(x):\\n    pass'
    """
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.decorator_list = [one for one in node.decorator_list if not _is_check(one)]
    return tree


def _is_check(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id == takes.__name__
    )
