"""Python sources without what is not code: for display, and for digests."""

from __future__ import annotations

import ast
import io
import tokenize

__all__ = ["canonical", "plain_source"]


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


def canonical(source: str) -> str:
    """The syntax of a source as text: the same however it is formatted, under every Python version.

    >>> canonical("def f( x ):\\n  'Doc.'\\n  return (x) # why") == canonical("def f(x): return x")
    True
    >>> canonical("x + 1") == canonical("x - 1")
    False
    """
    tree = ast.parse(source)
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
