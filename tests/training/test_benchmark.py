"""Benchmarks: turns, ratios, records; and no claim about any time."""

from __future__ import annotations

from itertools import count

import pytest

from hwcode.chapters.experiments import experiment
from hwcode.training import benchmark
from hwcode.training.benchmark import Benchmark, interleaved
from hwcode.training.experiment import StaleRecordError

FACTOR = 1.0


def result(way):
    return FACTOR if way == "quick" else 1.0


def cases(config):
    return {
        case: {way: lambda way=way: result(way) for way in ("plain", "quick")}
        for case in config["cases"]
    }


def made(**changes) -> Benchmark:
    settings = {
        "name": "toy",
        "title": "a toy",
        "config": {"cases": ["small", "large"]},
        "cases": cases,
        "baseline": "plain",
        "disagreement": lambda found: abs(found["plain"] - found["quick"]),
        "allowed": 0.1,
        "defines": (cases,),
        "rounds": 3,
    }
    return Benchmark(**{**settings, **changes})


def test_contenders_take_turns_and_each_round_has_all():
    order = []
    ways = {name: lambda name=name: order.append(name) for name in "abc"}
    ticks = count()
    seconds = interleaved(ways, rounds=3, at_least=0, clock=lambda: float(next(ticks)))
    assert order[:6] == list("aabbcc")  # to warm up
    assert order[6:] == list("abcbcacab")
    assert seconds == {name: [1.0] * 3 for name in "abc"}


def test_quick_contenders_are_called_several_times():
    calls = []
    ticks = count(step=0.001)
    interleaved({"a": lambda: calls.append(1)}, 2, at_least=0.004, clock=lambda: next(ticks))
    assert len(calls) == 2 + 2 * 4


def test_record_is_made_read_and_goes_stale(tmp_path, monkeypatch):
    asked = made()
    with pytest.raises(StaleRecordError):
        benchmark.load(asked, tmp_path)
    benchmark.make(asked, tmp_path)
    timings = benchmark.load(asked, tmp_path)
    assert timings.cases == ["small", "large"]
    assert timings.stamp["baseline"] == "plain"
    for case in timings.cases:
        assert {len(values) for values in timings.seconds(case).values()} == {3}
        assert timings.ratios(case)["plain"] == benchmark.Spread(1.0, 1.0, 1.0)
    lines, good = benchmark.verify(asked, tmp_path)
    assert good
    assert len(lines) == 4
    with pytest.raises(StaleRecordError, match="other code"):
        benchmark.load(made(config={"cases": ["small"]}), tmp_path)
    monkeypatch.setitem(globals(), "FACTOR", 2.0)
    assert benchmark.verify(made(), tmp_path)[1] is False


def test_contenders_that_disagree_are_not_timed(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "FACTOR", 1.2)
    with pytest.raises(ValueError, match=r"toy, small: the contenders differ by 2\.0e-01"):
        benchmark.make(made(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_recorded_benchmark_is_whole():
    asked = experiment("gradient_norms")
    timings = benchmark.load(asked)
    assert len(timings.cases) == len(asked.config["mlp"]) + len(asked.config["cnn"])
    assert all(run["disagreement"] <= asked.allowed for run in timings.runs)
    assert set(timings.stamp["versions"]) == {"python", *asked.packages}
    for case in timings.cases:
        times = timings.seconds(case).values()
        assert {len(values) for values in times} == {asked.rounds}
        assert all((values > 0).all() for values in times)
