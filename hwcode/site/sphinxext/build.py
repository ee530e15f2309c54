"""``make book``: run the pages that must run, side by side, then build the site.

Plain ``jupyter-book build .`` gives the same site; it runs the pages one after the other.
``make book-next`` has Sphinx itself write the pages, with ``conf.py`` and without Jupyter Book.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml
from sphinx_external_toc.parsing import parse_toc_yaml

from hwcode.site.sphinxext import snapshot, uptodate
from hwcode.site.sphinxext.cache import LOCKED, build_lock, cached, open_cache
from hwcode.site.sphinxext.inputs import Page, pages
from hwcode.site.sphinxext.running import Ran, own_first, refuse_another_checkout, run_pages

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the site, or one page, or the snapshots; the exit status is returned."""
    parser = argparse.ArgumentParser(prog="python -m hwcode.site.sphinxext.build")
    parser.add_argument("page", nargs="?", default="", help="a preview of this chapter only")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder with _config.yml")
    parser.add_argument("--snapshot", action="store_true", help="write the glued values anew")
    parser.add_argument("--workers", type=int, help="kernels at a time")
    told = "write all pages with Sphinx itself, into _build/next"
    parser.add_argument("--sphinx", action="store_true", help=told)
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    refuse_another_checkout(root)
    with build_lock(root):
        whole = not (options.page or options.snapshot or options.sphinx)
        before, now = uptodate.kept(root), uptodate.state(root)
        if whole and before == now:
            print("nothing to do: the site is that of these sources")
            return 0
        wanted = _wanted(root, options.page)
        ended = _run(root, wanted, options.workers)
        for ran in ended:
            if ran.error:
                print(f"\nFAILED {ran.error}\n", file=sys.stderr)
        failed = [ran.page.name for ran in ended if ran.error]
        if failed:
            told = f"{len(failed)} of {len(wanted)} pages failed: {', '.join(failed)}"
            print(told, file=sys.stderr)
            return 1
        if options.snapshot:
            return _write_snapshots(root, wanted)
        if options.page:
            return _build_one(root, wanted[0])
        if options.sphinx:
            return _sphinx(root)
        trusted = before is not None and (before.frame, before.site) == (now.frame, now.site)
        return _build(root, everything=not trusted)


def _wanted(root: Path, name: str) -> list[Page]:
    found = pages(root)
    if not name:
        return found
    chosen = [one for one in found if Path(one.name).name == Path(name).stem]
    if not chosen:
        names = ", ".join(Path(one.name).name for one in found)
        raise SystemExit(f"no page {name!r} that runs; there are {names}")
    return chosen


def _run(root: Path, wanted: list[Page], workers: int | None) -> list[Ran]:
    cache = open_cache(root)
    faulty = [Ran(one, 0.0, one.fault) for one in wanted if one.fault]
    usable = [one for one in wanted if not one.fault]
    stale = [one for one in usable if not cached(cache, one)]
    print(f"{len(stale)} of {len(wanted)} pages have to run", flush=True)
    return faulty + (run_pages(root, stale, workers) if stale else [])


def _write_snapshots(root: Path, wanted: list[Page]) -> int:
    cache = open_cache(root)
    changed = [one.name for one in wanted if snapshot.write(one, cache)]
    print(f"snapshots written: {', '.join(changed) or 'none, all as they were'}")
    return 0


def _build(root: Path, everything: bool) -> int:
    # After a failed build, one with -W would pass over unchanged pages without their warnings.
    uptodate.forget(root)
    status = _jupyter_book(root, [*(["--all"] if everything else []), "-W", "--keep-going"])
    if status == 0:
        uptodate.remember(root)
    return status


def _build_one(root: Path, page: Page) -> int:
    """One chapter in a site of its own, to look at.

    Links to other chapters lead nowhere there, so what Sphinx warns of does not fail it.
    """
    first = str(parse_toc_yaml(root / "_toc.yml").root.docname)
    chapters = [{"file": page.name}] if page.name != first else []
    toc = {"format": "jb-book", "root": first, "chapters": chapters}
    folder = root / "_build" / "one"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    status = _jupyter_book(
        root, ["--all", "--toc", str(folder / "_toc.yml"), "--path-output", str(folder), "-q"]
    )
    print(f"the page is in {(folder / '_build' / 'html' / page.name).relative_to(root)}.html")
    return status


def _sphinx(root: Path) -> int:
    out = root / "_build" / "next"
    options = ["--builder", "html", "--fresh-env", "--write-all", "--fail-on-warning"]
    folders = ["--doctree-dir", str(out / ".doctrees"), str(root), str(out / "html")]
    return _start([sys.executable, "-m", "sphinx", *options, *folders], root)


def _jupyter_book(root: Path, options: list[str]) -> int:
    program = str(Path(sys.executable).with_name("jupyter-book"))
    return _start([program, "build", str(root), *options], root)


def _start(command: list[str], root: Path) -> int:
    environment = {**os.environ, LOCKED: str(root), "PYTHONPATH": own_first(root)}
    return subprocess.run(command, cwd=root, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
