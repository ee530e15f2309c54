"""How exactly a training repeats itself: each row of the table on the page of failures."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch

from hwcode.chapters.experiments import all_names, experiment
from hwcode.cli import main
from hwcode.training import commands, engine
from hwcode.training.benchmark import Benchmark
from hwcode.training.experiment import StaleRecordError
from hwcode.training.replay import certify
from tests.conftest import real_data
from tests.training.test_results import made
from tests.training.trainings import RECIPES, drawn_examples, net

ACROSS = 1e-4
"""Relative, between losses of first steps on other threads, devices or versions of torch; the
default of an experiment, too."""


def losses(threads: int, recipe: str) -> np.ndarray:
    """Of ten updates of a small net."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with engine.seeded(0):
            model = net()
        return engine.train(model, RECIPES[recipe], drawn_examples(), seed=0).losses[:10]
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("threads", [1, 2])
def test_same_machine_and_threads_bit_for_bit(recipe, threads):
    assert losses(threads, recipe).tobytes() == losses(threads, recipe).tobytes()


def test_across_threads_to_the_tolerance():
    assert np.allclose(losses(1, "adam"), losses(2, "adam"), rtol=ACROSS, atol=0)
    assert made().replay_tolerance == ACROSS


def digests(folder) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_certify_says_inside_or_outside_and_writes_nothing(tmp_path):
    commands.make(made(), tmp_path / "results", tmp_path / "scratch")
    before = digests(tmp_path)
    lines, good = certify(made(), tmp_path / "results")
    assert good
    assert "inside the band" in lines[-1]
    for off in (2 * ACROSS, float("nan")):
        other = made(
            first_losses=lambda config, seed, data, off=off: [
                config["rate"] + seed + 1,
                2 + off * 2,
            ]
        )
        object.__setattr__(other, "defines", made().defines)
        lines, good = certify(other, tmp_path / "results")
        assert not good
        assert "OUTSIDE" in lines[-1]
        assert not commands.restamp(other, tmp_path / "results")[1]
    assert digests(tmp_path) == before
    with pytest.raises(StaleRecordError, match="not there"):
        certify(made(), tmp_path / "empty")


@real_data("mnist")
def test_this_machine_is_inside_the_band_of_a_real_record(capsys):
    assert main(["results", "certify", "logistic_regression"]) == 0
    assert "inside the band" in capsys.readouterr().out


@pytest.mark.parametrize("name", all_names())
def test_every_record_states_its_tolerance(name):
    asked = experiment(name)
    if not isinstance(asked, Benchmark):
        allowed = np.array(asked.replay_tolerance)
        assert ((allowed > 0) & (allowed <= 0.05)).all()
