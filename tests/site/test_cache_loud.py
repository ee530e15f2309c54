"""A build that is wrong fails, says where, and fails again; interruptions leave nothing behind."""

from __future__ import annotations

import os
import signal
import time

import pytest

from hwcode.site.sphinxext.cache import build_lock, open_cache
from tests.site.toybook import ToyBook, kill_group

pytestmark = pytest.mark.build

GLUE = "from hwcode.site import page\n"


@pytest.fixture
def empty(tmp_path) -> ToyBook:
    return ToyBook(tmp_path / "book").write()


def fails_twice(book: ToyBook, *said: str) -> str:
    """Build twice; both fail and say the same things."""
    for _ in range(2):
        built = book.build()
        assert built.status != 0, built.output
        for text in said:
            assert text in built.output, f"{text!r} not in\n{built.output}"
    return built.output


def test_every_failing_page_is_reported_with_its_line(ready):
    ready.add("first", "x = 1\nraise ValueError('one')")
    ready.add("second", "1 / 0")
    first = ("first.md, cell at line 10", "ValueError: one")
    second = ("second.md, cell at line 10", "ZeroDivisionError")
    fails_twice(ready, *first, *second, "2 of 6 pages failed")


def test_a_page_that_cannot_be_run_does_not_keep_the_others_from_being_reported(ready):
    ready.add("broken", "x = 1\nif x:")
    ready.add("dead", "import os\nos._exit(3)")
    ready.add("wrong", "1 / 0")
    ready.add("listing", "x = 1", extra="hwcode: {reads: [absent.txt]}\n")
    (ready.root / "toy" / "bad.py").write_text("def f(:\n")
    ready.add("importing", "from toy import bad")
    broken = ("broken.md, cell at line 10", "SyntaxError in its line 2")
    others = ("wrong.md, cell at line 10", "dead.md: DeadKernelError", "absent.txt", "bad.py")
    fails_twice(ready, *broken, *others, "5 of 9 pages failed")


def test_kernels_take_no_ports(ready):
    code = "from ipykernel.connect import get_connection_info\n"
    ready.add("kernel", code + "assert get_connection_info(unpack=True)['transport'] == 'ipc'")
    built = ready.build()
    assert built.status == 0, built.output


def test_what_sphinx_finds_is_reported_page_by_page(ready):
    ready.add("glue", "x = 1", prose="A value {glue:text}`absent`.")
    ready.add("reference", "x = 1", prose="See [](#nowhere) and {ref}`lost`.")
    ready.add("link", "x = 1", prose="A [page](missing.md).")
    ready.add("noise", "import sys; print('noise', file=sys.stderr)")
    output = fails_twice(ready, "absent", "nowhere", "lost", "missing.md")
    for name in ("glue", "reference", "link", "noise"):
        assert f"book/{name}.md" in output


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("page.glue('empty', '')", "prints as nothing"),
        ("page.glue('nan', float('nan'))", "is nan"),
        ("page.answer('A1-1.2.9')", "no question has the id"),
    ],
)
def test_values_that_would_show_nothing_fail_in_their_cell(ready, code, said):
    ready.add("bad", GLUE + code)
    built = ready.build()
    assert built.status != 0
    assert "bad.md, cell at line 10" in built.output
    assert said in built.output


def test_a_moved_value_fails_with_both_values_and_trained_ones_do_not(ready):
    ready.add("values", GLUE + "from toy import leaf\n"
              "page.glue('exact', leaf.value)\n"
              "page.glue('float', leaf.value / 7, '.3f', 'float64')\n"
              "page.glue('trained', leaf.value, '', 'trained')")  # fmt: skip
    assert "absent in the snapshot" in fails_twice(ready, "'exact'", "'float'")
    written = ready.build("--snapshot")
    assert written.status == 0
    assert "book/values" in written.output
    assert ready.build().status == 0
    ready.edit("toy/leaf.py", "10", "11")
    moved = "'exact' was 10 (exact) in the snapshot and is 11 (exact)"
    output = fails_twice(ready, "book/values.md", moved)
    assert "'trained'" not in output
    plain = ready.jupyter_book("--all", "-W", "--keep-going")
    assert plain.status != 0
    assert "'float' was" in plain.output


def test_a_stale_record_fails(ready):
    code = (
        "from hwcode.training.experiment import Experiment, load\n"
        "from toy import leaf\n"
        "e = Experiment(name='none', title='', config={}, seeds=(0,), data=None, run=None,\n"
        "               first_losses=None, defines=(), tolerances={})\n"
        "load(e)"
    )
    ready.add("record", code)
    assert "hwcode results make none" in fails_twice(ready, "StaleRecordError")


@pytest.mark.parametrize("how", ["interrupt", "kill"])
def test_an_interrupted_build_leaves_nothing_that_is_trusted(empty, how):
    wait = "import time\nfrom toy import leaf\ntime.sleep(leaf.value)\nprint('end')"
    empty.add("slow", wait)
    process = empty.start()
    deadline = time.monotonic() + 60
    while empty.stale() != {"slow"} and time.monotonic() < deadline:
        time.sleep(0.2)
    assert empty.stale() == {"slow"}, "the quick pages are kept as they end"
    if how == "kill":
        kill_group(process)
    else:
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode != 0
    assert empty.stale() == {"slow"}
    empty.edit("toy/leaf.py", "10", "0")
    again = empty.build()
    assert again.status == 0, again.output
    assert again.ran == {"slow", "leafy"}
    assert "end" in empty.html("slow")


def test_a_damaged_cache_entry_is_run_again(ready):
    assert ready.build().status == 0
    cache = open_cache(ready.root)
    (record, *_) = cache.list_cache_records()
    folder = next(path for path in cache.path.glob(f"**/{record.hashkey}") if path.is_dir())
    notebook = folder / "base.ipynb"
    notebook.write_text(notebook.read_text()[:100])
    assert len(ready.stale()) == 1
    again = ready.build()
    assert again.status == 0, again.output
    assert len(again.ran) == 1


def test_two_builds_at_a_time_run_each_page_once(empty):
    processes = [empty.start(), empty.start()]
    outputs = [process.communicate(timeout=240)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    ran = [line for output in outputs for line in output.splitlines() if line.startswith("ran ")]
    assert len(ran) == 4
    assert any("waiting for another build" in output for output in outputs)
    assert empty.stale() == set()


def test_a_plain_build_waits_for_another_one(ready):
    with build_lock(ready.root):
        waiting = ready.start_jupyter_book()
        for line in waiting.stdout:
            if "waiting for another build" in line:
                break
        else:
            pytest.fail("it did not wait")
        assert not (ready.root / "_build" / "html" / "book" / "plain.html").exists()
    waiting.communicate(timeout=240)
    assert waiting.returncode == 0
    assert (ready.root / "_build" / "html" / "book" / "plain.html").exists()
