"""Run one page's cells in this process and tell what it used of the project.

usage: python audit_page.py ROOT NAME

Prints JSON: the files below ROOT that were opened, and the modules that were imported. This is a
process of its own, because an audit hook cannot be removed again.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

opened: set[str] = set()


def hook(event: str, arguments: tuple) -> None:
    if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        opened.add(os.path.abspath(os.fsdecode(arguments[0])))


def used(root: Path) -> dict[str, list[str]]:
    """What was used of the project, relative to its root: not what it only builds or installs."""
    scratch = (".venv", ".uv", "_build", ".git")
    files = set()
    for name in opened:
        path = Path(name)
        if path.is_relative_to(root) and path.is_file() and name != __file__:
            relative = path.relative_to(root)
            if relative.parts[0] not in scratch and path.suffix != ".pyc":
                files.add(str(relative))
    modules = set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and Path(file).is_relative_to(root) and ".venv" not in file and file != __file__:
            modules.add(str(Path(file).relative_to(root)))
    return {"files": sorted(files), "modules": sorted(modules)}


def main(root: Path, name: str) -> None:
    from hwcode.sphinxext.cache import prepare_kernels
    from hwcode.sphinxext.inputs import page

    found = page(root, name)
    assert found is not None, f"{name} is not an executed page"
    code, inputs = found.code, [str(path.relative_to(root)) for path in found.inputs]
    prepare_kernels(root)
    # What finding the inputs has imported is not the page's doing.
    for module in [module for module in sys.modules if module.split(".")[0] == "hwcode"]:
        del sys.modules[module]

    from IPython.core.interactiveshell import InteractiveShell

    os.chdir(found.path.parent)
    shell = InteractiveShell.instance()
    sys.addaudithook(hook)
    for source in code:
        shell.run_cell(source, store_history=False).raise_error()
    print("\n" + json.dumps({"inputs": inputs, **used(root)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2])
