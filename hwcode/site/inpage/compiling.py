"""Which modules are wanted, and their bytecode; runs inside Pyodide when the site is built.

The Python in the page is newer than those that build the book, and its bytecode can be made by
itself alone. ``compile.mjs`` starts it, with this file.
"""

from __future__ import annotations

import ast
import importlib.util
import marshal
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping

__all__ = ["compiled", "imports", "reached"]

DATE = (1980, 1, 1, 0, 0, 0)
"""The first that a zip can hold: the same sources give the same bytes."""
UNCHECKED = (1).to_bytes(4, "little") + bytes(8)
"""The head, after the magic number, of bytecode that is never compared with a source (PEP 552)."""


def imports(module: str, path: str, tree: ast.AST, late: bool = True) -> Iterator[str]:
    """What a module may import; names of functions among them do no harm.

    Args:
        module: its name.
        path: of its source; a package's ends in ``__init__.py``.
        tree: its syntax.
        late: also what only its functions import, when they are called.

    >>> source = "import a.b\\nfrom . import c\\ndef f():\\n    from d import e"
    >>> sorted(imports("p.m", "p/m.py", ast.parse(source)))
    ['a.b', 'd', 'd.e', 'p', 'p.c']
    >>> sorted(imports("p.m", "p/m.py", ast.parse(source), late=False))
    ['a.b', 'p', 'p.c']
    """
    package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
    for node in _statements(tree, late):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else ()), *filter(None, [node.module])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _statements(tree: ast.AST, late: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not late:
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _statements(node, late)


def reached(
    archive: zipfile.ZipFile, roots: Iterable[str], late: Collection[str]
) -> tuple[dict[str, ast.Module], set[str]]:
    """All that some modules import, directly or through others.

    Args:
        archive: the sources.
        roots: names of modules.
        late: the packages whose functions' imports count too.

    Returns:
        The syntax of the modules, by path; and the names that the archive does not hold.
    """
    paths = set(archive.namelist())
    found: dict[str, ast.Module] = {}
    absent: set[str] = set()
    todo = list(roots)
    seen = set(todo)
    while todo:
        name = todo.pop()
        stem = name.replace(".", "/")
        path = next((p for p in (f"{stem}/__init__.py", f"{stem}.py") if p in paths), None)
        if path is None:
            absent.add(name)
            wanted = set()
        else:
            found[path] = ast.parse(archive.read(path), path)
            wanted = set(imports(name, path, found[path], name.partition(".")[0] in late))
        parts = name.split(".")
        wanted |= {".".join(parts[:length]) for length in range(1, len(parts))}
        todo.extend(wanted - seen)
        seen |= wanted
    return found, absent


def compiled(
    sources: str,
    roots: Iterable[str],
    late: Collection[str],
    targets: Mapping[str, Collection[str]],
) -> None:
    """Write the bytecode of all modules that some roots reach, and what else their packages hold.

    Args:
        sources: a zip of sources.
        roots: names of modules.
        late: the packages whose functions' imports count too.
        targets: the zips to write, and the packages that go into each; into one without any goes
            all the rest.
    """
    with zipfile.ZipFile(sources) as given:
        found, _ = reached(given, roots, late)
        tops = {path.partition("/")[0] for path in found}
        named = {top for packages in targets.values() for top in packages}
        content = {f"{path}c": _bytecode(path, tree) for path, tree in found.items()}
        for path in given.namelist():
            if not path.endswith(".py") and path.partition("/")[0] in tops:
                content[path] = given.read(path)
    for target, packages in targets.items():
        with zipfile.ZipFile(target, "w") as made:
            for path in sorted(content):
                top = path.partition("/")[0]
                if top in packages or (not packages and top not in named):
                    # Stored: the archive is compressed as a whole, by a tenth better.
                    made.writestr(zipfile.ZipInfo(path, DATE), content[path])


def _bytecode(path: str, tree: ast.Module) -> bytes:
    # Our own asserts are kept: they are part of how answers are decided.
    level = 0 if path.startswith("hwcode/") else 2
    code = compile(tree, path, "exec", dont_inherit=True, optimize=level)
    return importlib.util.MAGIC_NUMBER + UNCHECKED + marshal.dumps(code)
