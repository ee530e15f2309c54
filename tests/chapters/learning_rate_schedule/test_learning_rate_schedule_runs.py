"""P4-2: the trainings that are recorded, and what is decided by their records."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from hwcode.chapters import questions_of, truth_of
from hwcode.chapters.experiments import experiment
from hwcode.chapters.learning_rate_schedule import schedules
from hwcode.chapters.learning_rate_schedule.experiments import gpu
from hwcode.chapters.learning_rate_schedule.experiments import runs as recorded
from hwcode.chapters.learning_rate_schedule.experiments import speed as timed
from hwcode.chapters.learning_rate_schedule.questions import finder as finder_questions
from hwcode.chapters.learning_rate_schedule.questions import invariant as invariant_questions
from hwcode.chapters.learning_rate_schedule.truths import finder, invariant, schedule
from hwcode.data import DataError, embedded_cifar10
from hwcode.training.device import Placement, candidates
from hwcode.training.experiment import read
from hwcode.training.progress import Progress

IMAGES = embedded_cifar10(8, 4)


# --- what is decided by records -----------------------------------------------------------------


class Recorded:
    """A record of two seeds, made up."""

    def __init__(self, **values: list[float]) -> None:
        self.values = values

    def metric(self, name: str) -> np.ndarray:
        return np.array(self.values[name])

    def curve(self, name: str) -> np.ndarray:
        return np.array([[9.0, value] for value in self.values[name]])


MINIBATCH, VALIDATION = "i_minibatch_loss", "i_val_loss"
LONGER, HIGHER = schedule._longer, schedule._which_is_higher
WORSE = invariant._who_is_worse


@pytest.mark.parametrize(
    ("decides", "values", "found"),
    [
        (LONGER, {"i_val_error": [0.3, 0.3], "long_val_error": [0.2, 0.2]}, "every"),
        (LONGER, {"i_val_error": [0.3, 0.3], "long_val_error": [0.2, 0.4]}, "some"),
        (LONGER, {"i_val_error": [0.3, 0.3], "long_val_error": [0.3, 0.4]}, "none"),
        (HIGHER, {MINIBATCH: [1, 1], VALIDATION: [2, 2]}, "validation"),
        (HIGHER, {MINIBATCH: [2, 2], VALIDATION: [1, 1]}, "training"),
        (HIGHER, {MINIBATCH: [1, 2], VALIDATION: [2, 1]}, "mixed"),
        (WORSE, {"i": [0.2, 0.2], "ii": [0.22, 0.2], "iii": [0.3, 0.3]}, "third"),
        (WORSE, {"i": [0.2, 0.2], "ii": [0.22, 0.2], "iii": [0.3, 0.21]}, "third"),
        (WORSE, {"i": [0.2, 0.2], "ii": [0.26, 0.2], "iii": [0.3, 0.3]}, "above"),
        (WORSE, {"i": [0.2, 0.2], "ii": [0.22, 0.2], "iii": [0.3, 0.2]}, "none"),
    ],
)  # fmt: skip
def test_P4_2_every_outcome_of_a_recorded_run_is_told_from_the_others(
    decides, values, found, monkeypatch
):
    if decides is WORSE:
        values = {f"{name}_val_error": errors for name, errors in values.items()}
    for module in (schedule, invariant):
        monkeypatch.setattr(module, "record_of", lambda name: Recorded(**values))
    assert decides(None) == found
    part = next(
        part
        for question in questions_of("learning_rate_schedule")
        for part in question.parts
        if (truth := truth_of(question, part)) is not None and truth.value is decides
    )
    assert found in part.form.options, "an outcome that nobody could answer"


@pytest.mark.parametrize(
    ("rising_at", "found"),
    [((50, 50), "early"), ((130, 130), "late"), ((999, 999), "never"), ((50, 130), "mixed")],
)
def test_P4_2b_every_outcome_of_recorded_sweeps_is_told_from_the_others(
    rising_at, found, monkeypatch
):
    class Sweeps:
        def curve(self, name):
            return np.array([[2.0 + (t > at) for t in range(146)] for at in rising_at])

    monkeypatch.setattr(finder, "record_of", lambda name: Sweeps())
    assert finder._long_enough(None) == found
    (enough,) = (part for part in finder_questions.finder.parts if part.name == "enough")
    assert found in enough.form.options


def test_P4_2b_with_momentum_the_least_loss_comes_before_the_limit_of_stability():
    assert finder_questions.momentum_sweep_minimum(0.9, 1e-3) < 0.1 < 2 * (1 + 0.9)
    for first in (1e-3, 1e-4, 1e-5):
        assert finder_questions.momentum_sweep_minimum(0.0, first) >= 2


def test_numbers_in_the_texts_are_the_computed_ones():
    """Model answers and reasons are plain text; no page glues their numbers."""
    assert f"{float(finder._hundredth(None)):.3f}" in finder_questions.finder.model_answer
    updates = math.log(10 / 1e-5) / math.log(1.1)
    assert rf"\approx{updates:.0f}" in finder_questions.finder.model_answer
    largest = schedules.stability_limit(1.0, 0.5) / 5, schedules.stability_limit(1.0, 0.9)
    assert all(f"{limit:.1f}" in invariant_questions.invariant.model_answer for limit in largest)


# --- the experiments ----------------------------------------------------------------------------


@pytest.fixture
def tiny(monkeypatch) -> dict[str, object]:
    monkeypatch.setattr(recorded, "placement", lambda widths: Placement())
    monkeypatch.setattr(recorded, "SMALL", {**recorded.SMALL, "widths": [4, 8]})
    monkeypatch.setattr(recorded, "WHOLE", {**recorded.WHOLE, "widths": [6, 8]})
    return {"widths": [4, 8], "train_images": 80, "batch": 8, "epochs": 2, "evaluated": 16}


def test_the_study_runs_and_tells_training_from_validation(tiny):
    config = {**recorded.STUDY.config, **tiny}
    outcome = recorded.run_study(config, 0, IMAGES, Progress())
    for name, epochs in (("i", 2), ("long", 4)):
        assert outcome.curves[f"{name}_updates"] == [10.0 * (e + 1) for e in range(epochs)]
        assert len(outcome.curves[f"{name}_val_loss"]) == epochs
        assert outcome.curves[f"{name}_val_loss"] != outcome.curves[f"{name}_train_loss"]
    again = recorded.run_study(config, 0, IMAGES, Progress())
    assert again.metrics == outcome.metrics
    replayed = recorded.first_losses_of_study(config, 0, IMAGES)
    assert len(replayed) == 30
    assert all(map(math.isfinite, replayed))


def test_the_finder_runs_and_repeats(tiny):
    config = {**recorded.FINDER.config, **tiny, "end": 1e-4, "draws": 2}
    outcome = recorded.run_finder(config, 0, IMAGES, Progress())
    rates = outcome.curves["rates_1.1_0.9"]
    assert rates[0] == 1e-5
    assert rates[-1] >= 1e-4 * (1 - 1e-12)
    assert outcome.metrics["eta_star_1.1_0.9"] in rates
    assert len(outcome.curves["losses_1.2_0.9"]) == schedules.finder_updates(1e-4, factor=1.2)
    first = recorded.first_losses_of_finder(config, 0, IMAGES)
    assert np.allclose(first, outcome.curves["losses_1.1_0.9"][:10], rtol=1e-5)


def test_the_speed_run_compares_equal_steps(tiny):
    config = {**timed.SPEED.config, **tiny, "sizes": [[4, 8]], "rounds": 2}
    outcome = timed.run_speed(config, 0, IMAGES, Progress())
    assert outcome.metrics["4_first_steps_float32_contiguous"] < 1e-4
    assert all(len(times) == 2 for times in outcome.curves.values())


WHOLE = (*recorded.FULL, gpu.GPU)


@pytest.mark.parametrize("large", WHOLE, ids=lambda one: one.name)
def test_large_sizes_have_the_recipe_of_the_small_ones(large):
    assert experiment(large.name) is large
    assert (large.config["widths"], large.config["train_images"]) == ([96, 192], 50_000)
    small = recorded.FINDER if large is recorded.FINDER_FULL else recorded.STUDY
    own = {"widths", "train_images", "epochs", "evaluated", "eta_star", "arms"}
    same = (set(large.config) & set(small.config)) - own
    assert same >= {"dropout", "input_dropout", "batch", "momentum", "decay"}
    assert {key: large.config[key] for key in same} == {key: small.config[key] for key in same}


def test_the_records_of_the_whole_net_have_each_training_once():
    recipes = {}
    for large in recorded.FULL[1:]:
        found = dict(recorded.arms(large.config))
        assert list(found) == large.config["arms"]
        assert not recipes.keys() & found.keys()
        recipes.update(found)
    assert recipes.keys() == dict(recorded.arms(recorded.STUDY.config)).keys()
    assert (recipes["i"].updates, recipes["long"].updates) == (19_550, 39_100)


def test_every_record_has_a_tolerance_for_each_replayed_loss(tiny):
    for study in (recorded.STUDY, *recorded.FULL[1:]):
        config = {**study.config, **tiny, "epochs": 4}
        replayed = recorded.first_losses_of_study(config, 0, IMAGES)
        assert len(replayed) == len(study.replay_tolerance)


@pytest.mark.parametrize("name", ["learning_rate_schedule_gpu", "learning_rate_schedule_full"])
def test_the_records_of_a_gpu_say_so(name):
    settings = read(name).stamp["settings"]
    assert "NVIDIA" in settings["device"]
    assert settings["precision"] == "bfloat16"


def test_the_recorded_step_of_the_engine_does_not_wait_and_that_of_the_loop_does():
    metrics = read("learning_rate_schedule_gpu").runs[0]["metrics"]
    for where in candidates("cpu"):
        assert metrics[f"waits_{timed.label_of(where)}"] == 0
    assert metrics["waits_bfloat16_channels_last_compiled"] == 0
    assert metrics["waits_loader"] >= 1


def test_the_measurements_on_a_gpu_are_refused_without_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DataError, match="needs a GPU"):
        gpu.run_gpu(gpu.GPU.config, 0, IMAGES, Progress())
