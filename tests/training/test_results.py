"""Records: stamps, staleness, replay, resumption, verification."""

from __future__ import annotations

import json
from collections import deque

import numpy as np
import pytest

from hwcode.chapters.experiments import all_names, experiment
from hwcode.checking.errors import AnswerError
from hwcode.data import DataError, ImageData, Provenance, embedded_digits
from hwcode.training import benchmark, commands, definition
from hwcode.training.benchmark import Benchmark
from hwcode.training.experiment import (
    Experiment,
    Outcome,
    StaleRecordError,
    Tolerance,
    load,
    read,
)

CONSTANT = 3
calls: deque[int] = deque()


def helper(x: float) -> float:
    """Mentioned by the run below: part of its definition."""
    return x * CONSTANT


def run(config, seed, data, progress):
    calls.append(seed)
    noise = np.random.default_rng(seed).normal()
    return Outcome(
        {"loss": helper(config["rate"]) + noise, "size": float(len(data.train))},
        {"curve": [1.0, 2.0, float(seed)]},
        {"pixels": np.full((2, 2), seed, np.uint8)},
    )


def first_losses(config, seed, data):
    return [config["rate"] + seed + 1.0, 2.0]


def made(**changes) -> Experiment:
    settings = {
        "name": "toy",
        "title": "a toy",
        "config": {"rate": 0.5},
        "seeds": (0, 1),
        "data": embedded_digits,
        "run": run,
        "first_losses": first_losses,
        "defines": (run, first_losses),
        "tolerances": {"*": Tolerance(relative=1e-9)},
        "embedded_allowed": True,
    }
    return Experiment(**{**settings, **changes})


@pytest.fixture(autouse=True)
def fresh():
    calls.clear()


@pytest.fixture
def ours(monkeypatch):
    """Count this test module as part of the project, so that its functions are digested."""
    monkeypatch.setattr(definition, "PACKAGE", __name__.split(".")[0])


def test_a_record_has_its_stamp_and_its_numbers(tmp_path):
    commands.make(made(), tmp_path, tmp_path / "scratch")
    record = load(made(), tmp_path)
    assert record.metric("size").tolist() == [1343.0, 1343.0]
    assert record.curve("curve").shape == (2, 3)
    assert record.array("pixels", 1).tolist() == [[1, 1], [1, 1]]
    stamp = record.stamp
    assert stamp["definition"] == made().digest()
    assert stamp["data"]["embedded"]
    assert set(stamp) >= {"config", "seeds", "settings", "versions", "machine", "made", "seconds"}
    assert "numpy" in stamp["versions"]


def test_a_stopped_make_goes_on_where_it_stopped(tmp_path):
    def interrupted(config, seed, data, progress):
        if seed == 1 and len(calls) < 2:
            calls.append(-1)
            raise KeyboardInterrupt
        return run(config, seed, data, progress)

    stopped = made(run=interrupted)
    with pytest.raises(KeyboardInterrupt):
        commands.make(stopped, tmp_path, tmp_path / "scratch")
    assert not (tmp_path / "toy.json").exists()
    commands.make(stopped, tmp_path, tmp_path / "scratch")
    assert list(calls) == [0, -1, 1], "seed 0 is not run again"
    assert load(stopped, tmp_path).array("pixels", 0).tolist() == [[0, 0], [0, 0]]


def test_seeds_can_be_made_one_by_one(tmp_path):
    scratch = tmp_path / "scratch"
    for seed in (1, 0):
        commands.make(made(), tmp_path, scratch, seeds=(seed,))
        assert not (tmp_path / "toy.json").exists()
    commands.make(made(), tmp_path, scratch)
    assert list(calls) == [1, 0], "nothing is run twice"
    assert [each["seed"] for each in load(made(), tmp_path).runs] == [0, 1]
    with pytest.raises(AnswerError, match="the seeds 0, 1, not 7"):
        commands.make(made(), tmp_path, scratch, seeds=(7,))


def test_arrays_of_another_run_are_not_taken_for_the_records_own(tmp_path):
    commands.make(made(), tmp_path, tmp_path / "scratch")
    np.savez(tmp_path / "toy.npz", **{"0/pixels": np.zeros((2, 2))})
    with pytest.raises(StaleRecordError, match=r"toy\.npz does not belong to toy\.json"):
        load(made(), tmp_path).array("pixels", 0)


def test_verify_compares_every_metric(tmp_path):
    commands.make(made(), tmp_path, tmp_path / "scratch")
    lines, good = commands.verify(made(), tmp_path)
    assert good
    assert len(lines) == 4
    kept = json.loads((tmp_path / "toy.json").read_text())
    kept["runs"][1]["metrics"]["loss"] += 1e-6
    (tmp_path / "toy.json").write_text(json.dumps(kept))
    lines, good = commands.verify(made(), tmp_path)
    assert not good
    assert sum("DIFFERS" in line for line in lines) == 1
    assert commands.verify(made(), tmp_path, seeds=(0,))[1]
    for seeds in ((7,), (0, 7)):
        with pytest.raises(AnswerError, match="the seeds 0, 1, not 7"):
            commands.verify(made(), tmp_path, seeds=seeds)


def test_a_changed_definition_is_stale_until_its_first_steps_agree(tmp_path, monkeypatch, ours):
    commands.make(made(), tmp_path, tmp_path / "scratch")
    monkeypatch.setitem(globals(), "CONSTANT", 4)
    with pytest.raises(StaleRecordError, match="hwcode results restamp toy"):
        load(made(), tmp_path)
    lines, good = commands.restamp(made(), tmp_path)
    assert good, lines
    assert load(made(), tmp_path).stamp["replayed"]


def test_restamp_refuses_what_does_not_replay(tmp_path, monkeypatch):
    commands.make(made(), tmp_path, tmp_path / "scratch")
    before = (tmp_path / "toy.json").read_text()
    other = made(first_losses=lambda config, seed, data: [1.5, 2.001])
    lines, good = commands.restamp(other, tmp_path)
    assert not good
    assert "stale" in lines[0]
    for changed in (made(config={"rate": 0.6}), made(seeds=(0, 2))):
        with pytest.raises(StaleRecordError):
            load(changed, tmp_path)
        lines, good = commands.restamp(changed, tmp_path)
        assert not good
        assert "only 'make'" in lines[0]
    assert (tmp_path / "toy.json").read_text() == before


def test_a_tolerance_for_each_first_loss(tmp_path):
    commands.make(made(), tmp_path, tmp_path / "scratch")
    for early, late, expected in ((0.0, 1e-3, True), (1e-3, 0.0, False), (0.0, 1e-1, False)):
        other = made(
            first_losses=lambda config, seed, data, early=early, late=late: [
                (config["rate"] + seed + 1.0) * (1 + early),
                2.0 * (1 + late),
            ],
            replay_tolerance=(1e-4, 1e-2),
        )
        assert commands.restamp(other, tmp_path)[1] == expected


def test_comments_docstrings_and_format_do_not_make_stale():
    one = "def f(x):\n    return x + 1\n"
    two = 'def f( x ):\n    """Doc."""\n    # why\n    return (x\n      + 1)\n'
    assert definition.canonical(one) == definition.canonical(two)
    assert definition.canonical(one) != definition.canonical(one.replace("1", "2"))


def test_the_definition_follows_what_is_mentioned(ours):
    found = definition.definition(run)
    assert set(found) == {"run", "helper", "CONSTANT"}


def test_the_definition_does_not_say_in_which_module_something_stands(ours):
    assert __name__.split(".")[0] not in str(definition.definition(run))


def test_real_experiments_refuse_a_stand_in():
    with pytest.raises(DataError, match="needs the real data"):
        made(embedded_allowed=False).load_data()


def test_other_data_are_refused(tmp_path):
    commands.make(made(), tmp_path, tmp_path / "scratch")
    digits = embedded_digits()
    provenance = Provenance("other", "other", True, sha256={"a": "b"})
    other = made(data=lambda: ImageData(digits.train, digits.test, provenance))
    with pytest.raises(DataError, match="made from other files"):
        commands.verify(other, tmp_path)


def test_bad_metrics_are_never_recorded(tmp_path):
    def broken(config, seed, data, progress):
        return Outcome({"loss": float("nan")})

    with pytest.raises(ValueError, match="seed 0: the metric loss is nan"):
        commands.make(made(run=broken), tmp_path, tmp_path / "scratch")
    with pytest.raises(KeyError, match="no tolerance"):
        commands.make(made(tolerances={}), tmp_path, tmp_path / "scratch")
    assert not (tmp_path / "toy.json").exists()
    with pytest.raises(StaleRecordError, match="not there"):
        read("toy", tmp_path)


@pytest.mark.parametrize("name", all_names())
def test_every_experiment_is_recorded_and_up_to_date(name):
    asked = experiment(name)
    assert asked.name == name
    if isinstance(asked, Benchmark):
        assert benchmark.load(asked).runs
        return
    record = load(asked)
    for each in record.runs:
        assert each["first_losses"], "nothing to replay"
        for metric in each["metrics"]:
            asked.tolerance(metric)


def test_results_commands(capsys):
    commands.listing(map(experiment, all_names()))
    printed = capsys.readouterr().out
    assert all(name in printed for name in all_names())
    assert "stale" not in printed
