"""Mutants of code: the kinds are there, what is left alone is left alone, and fates are true."""

from __future__ import annotations

import pytest

from tests.deep.code import ROOT, Tally, _Runner, modules, narrow_tests
from tests.deep.operators import OURS, Mutant, mutants_in, sampled

FIELD = '''
"""A docstring, 1."""
import numpy as np


def loss(X, w, t, model, rate):
    assert X.shape[0] > 2, "left alone"
    model.eval()
    r = X @ w - t
    for step in range(10):
        rate = rate * 2
    spread = np.var(r, axis=0, ddof=0)
    return r.T @ r / len(t) + spread.mean()
'''


def test_the_errors_of_the_field_are_among_the_mutants():
    told = {(mutant.kind, mutant.now) for mutant in mutants_in(FIELD)}
    for expected in (
        ("factor 2", "return 2 * (r.T @ r / len(t) + spread.mean())"),
        ("transposition", "r"),
        ("missing 1/n", "r.T @ r"),
        ("order of a product", "w @ X"),
        ("one off in an argument", "np.var(r, axis=0 + 1, ddof=0)"),
        ("one off in an argument", "np.var(r, axis=0, ddof=0 + 1)"),
        ("function for another", "model.train()"),
        ("function for another", "spread.sum()"),
        ("off by one in a range", "range(10 + 1)"),
        ("lost factor", "rate"),
        ("dropped statement", "pass"),
    ):
        assert expected in told
    assert {kind for kind, _ in told} >= OURS


def test_texts_imports_and_assertions_are_left_alone():
    for mutant in mutants_in(FIELD):
        assert 'A docstring, 1."""\nimport numpy as np\n' in mutant.text
        assert 'assert X.shape[0] > 2, "left alone"' in mutant.text


def test_a_sample_is_the_same_for_a_seed_and_differs_from_the_source():
    one, again, other = (sampled(FIELD, 8, seed) for seed in ("a", "a", "b"))
    assert one == again != other
    assert len({mutant.text for mutant in one} - {FIELD}) == 8


def test_every_module_has_tests_to_run():
    for module in modules():
        runs = narrow_tests(module)
        assert runs, module
        for run in runs:
            files = [name for name in run if name.startswith("tests/")]
            assert files, module
            assert all((ROOT / name).exists() for name in files), (module, run)


def test_counts_are_by_fate_kind_and_room():
    rows = [
        {"module": "hwcode/sizes/axes.py", "kind": "factor 2", "fate": "caught"},
        {"module": "hwcode/data/store.py", "kind": "constant", "fate": "survived"},
    ]
    tally = Tally(rows)
    assert tally.counts() == {"caught": 1, "hung": 0, "survived": 1}
    assert tally.counts(kinds=OURS) == {"caught": 1, "hung": 0, "survived": 0}
    assert tally.counts(room="hwcode/data") == {"caught": 0, "hung": 0, "survived": 1}


@pytest.mark.deep
def test_an_error_is_caught_and_a_comment_survives(tmp_path):
    module = "hwcode/sizes/paddings.py"
    source = (ROOT / module).read_text("utf-8")
    comment = Mutant("none", 1, "", "", source + "\n# nothing else\n")
    error = Mutant("error", 1, "", "", source + "\nraise RuntimeError\n")
    with _Runner(tmp_path) as runner:
        assert runner.fate(module, comment) == ("survived", "")
        assert runner.fate(module, error) == ("caught", "import")
        assert (tmp_path / module).read_text("utf-8") == source
