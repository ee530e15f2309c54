"""Sweeps: every combination once, failures told, killed ones resumed, the same as one by one."""

from __future__ import annotations

import json
import os
import signal
import threading
import time

import pytest

from hwcode.checking.errors import AnswerError
from hwcode.data import embedded_digits
from hwcode.training import commands
from hwcode.training.experiment import Experiment, Outcome, Tolerance
from hwcode.training.sweep import points, read_choices, sweep
from tests.conftest import ROOT
from tests.training.trainings import RECIPES, drawn_examples, net


def run(config, seed, data, progress):
    """A small training; it fails, is killed or leaves a trace, as the configuration says."""
    from hwcode.training import engine

    trace = config["trace"]
    if trace:
        with open(trace, "a", encoding="utf-8") as lines:
            lines.write(f"{config['factor']} {seed}\n")
    if config["factor"] == 13:
        raise RuntimeError("thirteen is not liked")
    if trace and config["factor"] == 99 and not os.path.exists(f"{trace}.killed"):
        open(f"{trace}.killed", "w", encoding="utf-8").close()
        os.kill(os.getpid(), signal.SIGKILL)
    with engine.seeded(seed):
        model = net()
    losses = engine.train(model, RECIPES["adam"], drawn_examples(), seed=seed).losses
    return Outcome({"last": config["factor"] * float(losses[-1])}, {"losses": losses.tolist()})


def experiment(trace="") -> Experiment:
    return Experiment(
        name="swept",
        title="a toy that is swept",
        config={"factor": 1.0, "trace": str(trace), "sizes": [1]},
        seeds=(0,),
        data=embedded_digits,
        run=run,
        first_losses=lambda config, seed, data: [1.0],
        defines=(embedded_digits,),
        tolerances={"*": Tolerance()},
        embedded_allowed=True,
    )


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """The processes of a sweep import this module by its name."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def rows(path):
    return {
        (run["point"]["factor"], run["seed"]): {**run, "seconds": 0, "point": 0}
        for run in json.loads(path.read_text())["runs"]
    }


def test_the_same_as_one_by_one_bit_for_bit(tmp_path):
    asked = experiment()
    choices = {"factor": [1.0, 2.0], "seed": [0, 1]}
    found = sweep(asked, choices, workers=2, folder=tmp_path / "a", scratch=tmp_path / "runs")
    assert not found.failed
    alone = {}
    for point in points(asked, choices):
        kept = commands.make(point.of(asked), scratch=tmp_path / "other", seeds=(point.seed,))
        run, _ = commands.read_kept(commands.kept_path(kept, point.seed))
        alone[point.values["factor"], point.seed] = {**run, "seconds": 0, "point": 0}
    assert rows(found.path) == alone
    assert alone[2.0, 1]["metrics"]["last"] == 2 * alone[1.0, 1]["metrics"]["last"]


def test_what_is_missing_is_run_and_a_failure_stops_nothing(tmp_path, capsys):
    trace = tmp_path / "trace"
    asked, where = experiment(trace), {"folder": tmp_path / "a", "scratch": tmp_path / "runs"}
    first = sweep(asked, {"factor": [1.0, 13, 2.0]}, workers=1, **where)
    assert sorted(rows(first.path)) == [(1.0, 0), (2.0, 0)]
    assert first.failed == [("factor=13 seed=0", "RuntimeError: thirteen is not liked")]
    assert "FAILED factor=13 seed=0: RuntimeError" in capsys.readouterr().err
    again = sweep(asked, {"factor": [1.0, 2.0, 3.0]}, workers=1, **where)
    assert not again.failed
    assert trace.read_text().split("\n") == ["1.0 0", "13 0", "2.0 0", "3.0 0", ""]


def test_a_killed_process_is_reported_and_made_up_for(tmp_path):
    trace = tmp_path / "trace"
    asked, where = experiment(trace), {"folder": tmp_path / "a", "scratch": tmp_path / "runs"}
    first = sweep(asked, {"factor": [1.0, 99, 2.0, 3.0]}, workers=2, **where)
    assert [point for point, _ in first.failed] == ["factor=99 seed=0", "factor=3.0 seed=0"]
    assert all("its process was ended" in why for _, why in first.failed)
    again = sweep(asked, {"factor": [1.0, 99, 2.0, 3.0]}, workers=2, **where)
    assert not again.failed
    assert len(rows(again.path)) == 4


def test_stopping_ends_all_processes(tmp_path):
    asked = experiment()
    where = {"folder": tmp_path / "a", "scratch": tmp_path / "runs"}
    # Where the tests run in the background of a shell, this signal is ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        sweep(asked, {"factor": [float(one) for one in range(400)]}, workers=1, **where)
    signal.signal(signal.SIGINT, before)
    time.sleep(1)
    kept = len(list((tmp_path / "runs").rglob("*.kept")))
    time.sleep(2)
    assert len(list((tmp_path / "runs").rglob("*.kept"))) == kept < 400


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("rate=1", "a NAME of swept: factor, trace, sizes, seed"),
        ("factor", "is no NAME=a,b,c"),
        ("factor=", "given once"),
        ("factor=1,1", "given once"),
        ("factor=fast", 'like 1.0, which "fast" is not'),
        ("factor=true", "like 1.0, which true is not"),
        ("seed=0.5", "like 0, which 0.5 is not"),
        ("sizes=1", "which 1 is not"),
    ],
)
def test_choices_that_cannot_be_are_refused(word, told):
    with pytest.raises(AnswerError, match=told.replace("[", r"\[")):
        read_choices(experiment(), [word])


def test_choices_are_read_as_json_and_lists_too():
    asked = experiment()
    assert read_choices(asked, ["factor=1,2.5", "sizes=[1,2],[3]", "trace=a,b"]) == {
        "factor": [1, 2.5],
        "sizes": [[1, 2], [3]],
        "trace": ["a", "b"],
    }
    with pytest.raises(AnswerError, match="local or slurm"):
        sweep(asked, {"factor": [1.0]}, "moon")
