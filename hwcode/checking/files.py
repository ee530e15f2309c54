"""Answers in files as people have them: notebooks, Markdown, pasted cells.

A program is taken out of what surrounds it before it is read: a byte-order mark, a Markdown fence,
the ``%`` and ``!`` lines of a notebook; and a forgotten import of NumPy or torch is added. Every
such change is named, so that nothing happens to an answer in silence.
"""

from __future__ import annotations

import ast
import builtins
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hwcode.checking.errors import AnswerError
from hwcode.checking.source import names_given

__all__ = ["Source", "cells_of", "definitions", "is_notebook", "program"]

MODULES = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "torch": "import torch",
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "math": "import math",
}
"""What a name is, by everybody's habit, if a program uses it and gives it no value."""
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n`]*\n(.*?)^ {0,3}\1[ \t]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Source:
    """A program, and what was done to the text that it came in.

    Attributes:
        code: Python.
        notes: what was left out or added, each in a few words.
    """

    code: str
    notes: tuple[str, ...] = ()


def program(text: str) -> Source:
    """The program in a text.

    Raises:
        AnswerError: for a notebook that is no JSON, or has no code.

    >>> program("```python\\n%matplotlib inline\\ndef f(x):\\n    return np.exp(x)\\n```")
    Source(code='import numpy as np\\ndef f(x):\\n    return np.exp(x)', \
notes=('a Markdown fence was taken off', 'a line of a notebook was left out', \
"'import numpy as np' was added"))
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    notes = []
    if is_notebook(text):
        text = "\n\n".join(code for kind, code in cells_of(text) if kind == "code")
        notes.append("the code cells of a notebook were taken, their definitions alone")
        text, dropped = _without_commands(text)
        text = definitions(text)
    else:
        fenced = [found[2] for found in FENCE.finditer(text)]
        if fenced and not _is_python(text):
            text = "\n\n".join(fenced)
            notes.append("a Markdown fence was taken off")
        text, dropped = _without_commands(text)
    if dropped:
        notes.append("a line of a notebook was left out" if dropped == 1 else
                     f"{dropped} lines of a notebook were left out")  # fmt: skip
    imports = [MODULES[name] for name in _unbound(text) if name in MODULES]
    notes += [f"'{one}' was added" for one in imports]
    return Source(_futures_first("\n".join([*imports, text.strip("\n")])), tuple(notes))


def _futures_first(code: str) -> str:
    """A program with its ``from __future__`` lines at the top, where alone they may stand.

    Of a notebook's cells each has a top of its own; and imports may have been added above them.
    """
    if not _is_python(code):
        return code
    lines, moved = code.split("\n"), []
    for node in ast.parse(code).body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            moved.append(ast.unparse(node))
            for place in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[place] = ""
    return "\n".join([*moved, *lines]) if moved else code


def is_notebook(text: str) -> bool:
    """Whether a text is a Jupyter notebook.

    >>> is_notebook('{"cells": [], "nbformat": 4}'), is_notebook('{"W1": [[1]]}')
    (True, False)
    """
    return text.lstrip("\ufeff \n").startswith("{") and '"cells"' in text and '"nbformat"' in text


def cells_of(text: str) -> list[tuple[str, str]]:
    """The cells of a notebook, each as its kind (``code``, ``markdown``) and its source.

    Raises:
        AnswerError: if it is no notebook.
    """
    try:
        found: Any = json.loads(text.removeprefix("\ufeff"))
        return [(str(cell["cell_type"]), "".join(cell["source"])) for cell in found["cells"]]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise AnswerError(f"a notebook that cannot be read: {error}") from None


def definitions(code: str) -> str:
    """Of a program its imports, functions, classes and plain constants: nothing is trained.

    Raises:
        AnswerError: if it is no Python; names the line.

    >>> print(definitions("import numpy as np\\nrate = 1e-3\\ndef f(x): return x\\ny = f(train())"))
    import numpy as np
    rate = 1e-3
    def f(x): return x
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f" in line {error.lineno}" if isinstance(error, SyntaxError) else ""
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise AnswerError(f"the code cells are no Python: {reason}{line}") from None
    lines = code.splitlines()
    kept = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            kept.append("\n".join(lines[first - 1 : node.end_lineno]))
        elif isinstance(node, ast.Import | ast.ImportFrom) or _is_constant(node):
            kept.append(ast.get_source_segment(code, node) or "")
    return "\n".join(kept)


def _is_constant(node: ast.stmt) -> bool:
    """Whether a statement gives names to numbers, texts, or lists of such."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return False
    plain = (
        ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.BinOp,
        ast.operator, ast.unaryop, ast.expr_context,
    )  # fmt: skip
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return all(isinstance(one, plain) for one in ast.walk(node.value)) and all(
        isinstance(one, ast.Name | ast.Tuple | ast.expr_context)
        for target in targets
        for one in ast.walk(target)
    )


def _without_commands(code: str) -> tuple[str, int]:
    """A program without the ``%`` and ``!`` lines that only notebooks understand, and how many."""
    if _is_python(code):
        return code, 0
    kept, dropped = [], 0
    for line in code.split("\n"):
        command = re.match(r"(\s*)(?:[%!]|\?|[\w.]+\?+\s*$)", line)
        # Within an indented block the line stands for a statement.
        kept.append(f"{command[1]}pass" if command and command[1] else "" if command else line)
        dropped += command is not None
    return "\n".join(kept).strip("\n"), dropped


def _is_python(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _unbound(code: str) -> Iterator[str]:
    """Names that a program reads and nowhere gives a value, in the order of their first use."""
    if not _is_python(code):
        return
    tree = ast.parse(code)
    bound = names_given(tree) | set(dir(builtins))
    used = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    yield from dict.fromkeys(name for name in used if name not in bound)
