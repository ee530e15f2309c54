"""The training engine: it repeats, resumes, stops and reads nothing back."""

from __future__ import annotations

import os
import signal
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from hwcode.training import checkpoint as checkpoints
from hwcode.training import engine
from hwcode.training.device import Placement
from hwcode.training.progress import Progress
from hwcode.training.recipe import Examples
from tests.training.trainings import (
    PLACEMENTS,
    RECIPES,
    NothingReadBack,
    drawn_examples,
    net,
    same,
    started,
)


@pytest.fixture
def examples():
    return drawn_examples()


# --- what one step computes -------------------------------------------------------------------


def test_a_step_is_the_textbook_step(examples):
    """One step of SGD on least squares, with the gradient written by hand, in float64."""
    X, t = examples.inputs.flatten(1)[:, :3].double(), examples.targets[:, None].double()
    model = nn.Linear(3, 1, bias=False).double()
    w = model.weight.detach().clone()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    before = engine.train_step(
        model, optimiser, lambda a, b: nn.functional.mse_loss(a.double(), b), X, t, Placement()
    )
    residual = X @ w.T - t
    assert before.item() == pytest.approx((residual**2).mean().item(), rel=1e-6)
    assert torch.allclose(model.weight, w - 0.1 * 2 / len(X) * (residual.T @ X), rtol=1e-5)


def test_loss_and_weights_stay_in_float32_under_bfloat16(examples):
    seen = []

    def watched(outputs, targets):
        seen.append(outputs.dtype)
        return nn.functional.cross_entropy(outputs, targets)

    recipe = replace(RECIPES["adam"], loss=watched)
    run = started(recipe, examples, Placement(precision="bfloat16"))
    dtypes = []
    run.model[0].register_forward_hook(lambda module, _, output: dtypes.append(output.dtype))
    run.update()
    assert seen == [torch.float32]
    assert dtypes == [torch.bfloat16]
    assert {p.dtype for p in run.model.parameters()} == {torch.float32}


def test_every_epoch_shows_every_example_once(examples):
    shown = []

    def kept(inputs, targets, generator):
        shown.append(targets)
        return inputs, targets

    numbered = Examples(examples.inputs, torch.arange(30))
    recipe = replace(
        RECIPES["adam"],
        epochs=2,
        prepare=kept,
        loss=lambda outputs, numbers: nn.functional.cross_entropy(outputs, numbers % 3),
    )
    engine.train(net(), recipe, numbered, seed=0)
    first, second = torch.cat(shown[:4]), torch.cat(shown[4:])
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(30))
    assert first.tolist() != second.tolist()


def test_sizes_of_an_epoch_and_of_a_run():
    recipe = RECIPES["adam"]
    assert (recipe.per_epoch(30), recipe.total(30)) == (4, 12)
    assert replace(recipe, drop_last=True).per_epoch(30) == 3
    assert replace(recipe, epochs=0, updates=5).total(30) == 5
    with pytest.raises(ValueError, match="either epochs or updates"):
        replace(recipe, updates=5)
    with pytest.raises(ValueError, match="no minibatch"):
        replace(recipe, drop_last=True).per_epoch(7)
    with pytest.raises(ValueError, match="at least one example"):
        replace(recipe, batch=0)
    with pytest.raises(ValueError, match="do not go with"):
        Examples(torch.zeros(2), torch.zeros(3))


def test_the_schedule_is_set_before_each_update(examples):
    """A rate of zero at every update but the third: only the third moves the weights."""
    only_third = {"schedule": lambda done: {"lr": float(done == 2), "momentum": 0.0}}
    recipe = replace(RECIPES["sgd"], **only_third)
    run = started(recipe, examples, Placement())
    moved = []
    for _ in range(5):
        before = run.model[5].weight.clone()
        run.update()
        moved.append(not torch.equal(before, run.model[5].weight))
    assert moved == [False, False, True, False, False]


def test_evaluation_comes_after_every_epoch_in_evaluation_mode(examples):
    modes = []

    def evaluate(model):
        modes.append(model.training)
        found = engine.measure(
            model, examples, {"loss": nn.functional.cross_entropy}, Placement(), batch=7
        )
        whole = nn.functional.cross_entropy(model(examples.inputs), examples.targets)
        assert found["loss"].item() == pytest.approx(whole.item(), rel=1e-5)
        return found

    recipe = replace(RECIPES["adam"], epochs=0, updates=10)
    with engine.seeded(0):
        model = net()
    history = engine.train(model, recipe, examples, seed=0, evaluate=evaluate)
    assert history.updates == [4, 8, 10]
    assert modes == [False] * 3
    assert model.training
    assert len(history.measures["loss"]) == 3
    means = [history.losses[a:b].mean() for a, b in ((0, 4), (4, 8), (8, 10))]
    assert history.mean_losses() == pytest.approx(means)


# --- repetition and resumption ----------------------------------------------------------------


@pytest.mark.parametrize("placement", PLACEMENTS, ids=str)
@pytest.mark.parametrize("name", RECIPES)
def test_a_run_repeats_bit_for_bit(name, placement, examples):
    runs = [started(RECIPES[name], examples, placement) for _ in range(2)]
    with engine.seeded(0):
        histories = [
            engine.train(run.model, RECIPES[name], examples, seed=0, placement=placement)
            for run in runs
        ]
    assert np.array_equal(histories[0].losses, histories[1].losses)
    assert same(runs[0].model, runs[1].model)


def test_another_seed_is_another_run(examples):
    losses = [
        engine.first_losses(net, RECIPES["adam"], examples, seed=seed, steps=3) for seed in (0, 1)
    ]
    assert losses[0] != losses[1]


@pytest.mark.parametrize("placement", PLACEMENTS, ids=str)
@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("stop", [1, 4, 6])
def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(
    name, placement, stop, examples, tmp_path
):
    """Stopped at an epoch's end (4) and in its middle; dropout and augmentation included."""
    recipe = RECIPES[name]
    whole, first, second = (started(recipe, examples, placement) for _ in range(3))
    with engine.seeded(0):
        while whole.done < whole.total:
            whole.update()
    with engine.seeded(0):
        while first.done < stop:
            first.update()
        checkpoints.write(tmp_path / "it.pt", first.state())
    torch.rand(7)  # whatever happened in between
    with engine.seeded(1):
        second.load_state(checkpoints.read(tmp_path / "it.pt", "cpu"))
        while second.done < second.total:
            second.update()
    assert torch.equal(whole.losses, second.losses)
    assert same(whole.model, second.model)


@pytest.mark.parametrize("forgotten", ["model", "optimiser", "generator", "random"])
def test_nothing_in_a_checkpoint_is_idle(forgotten, examples):
    """The test above can fail: with any one of its states lost, the resumed run is another one."""
    whole, second, fresh = (started(RECIPES["sgd"], examples, Placement()) for _ in range(3))
    with engine.seeded(5):
        lost = fresh.state()[forgotten]
    with engine.seeded(0):
        while whole.done < 6:
            whole.update()
        state = deepcopy(whole.state())
        while whole.done < whole.total:
            whole.update()
    with engine.seeded(1):
        second.load_state({**state, forgotten: lost})
        while second.done < second.total:
            second.update()
    assert not same(whole.model, second.model)


def test_a_checkpoint_of_another_run_is_refused(examples):
    def slower(weights):
        return torch.optim.Adam(weights, lr=1e-5)

    state = started(RECIPES["adam"], examples, Placement()).state()
    for other in (
        started(RECIPES["adam"], examples, Placement(), seed=1),
        started(replace(RECIPES["adam"], batch=9), examples, Placement()),
        started(RECIPES["adam"], examples, Placement(precision="bfloat16")),
        started(replace(RECIPES["adam"], optimiser=slower), examples, Placement()),
    ):
        with pytest.raises(ValueError, match="another run"):
            other.load_state(state)


class Interrupting(Progress):
    """Presses Ctrl-C after some updates."""

    def __init__(self, after: int, times: int = 1) -> None:
        super().__init__()
        self.after, self.times = after, times

    def __call__(self, items, total=None):
        for place, item in enumerate(items):
            if place == self.after:
                for _ in range(self.times):
                    os.kill(os.getpid(), signal.SIGINT)
            yield item


def test_ctrl_c_loses_nothing(examples, tmp_path):
    recipe, path = RECIPES["sgd"], tmp_path / "deep" / "it.pt"
    measures = {"loss": nn.functional.cross_entropy}

    def go(checkpoint=None, progress=None):
        with engine.seeded(0):
            model = net()
        history = engine.train(
            model,
            recipe,
            examples,
            seed=0,
            evaluate=lambda it: engine.measure(it, examples, measures, Placement()),
            progress=progress,
            checkpoint=checkpoint,
        )
        return model, history

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        go(path, Interrupting(after=5))
    assert signal.getsignal(signal.SIGINT) is before
    assert checkpoints.read(path, "cpu")["done"] == 6  # the step under way was finished
    assert not list(path.parent.glob("*.part"))
    (whole, expected), (resumed, got) = go(), go(path)
    assert same(whole, resumed)
    assert np.array_equal(expected.losses, got.losses)
    assert (expected.updates, expected.measures) == (got.updates, got.measures)


def test_a_second_ctrl_c_does_not_wait(examples):
    with pytest.raises(KeyboardInterrupt):
        engine.train(net(), RECIPES["adam"], examples, seed=0, progress=Interrupting(2, times=2))


def test_training_leaves_the_generators_alone(examples):
    before = torch.get_rng_state()
    engine.first_losses(net, RECIPES["sgd"], examples, seed=0, steps=2)
    assert torch.equal(before, torch.get_rng_state())


# --- no reading back --------------------------------------------------------------------------


@pytest.mark.parametrize("name", RECIPES)
def test_a_step_reads_nothing_back(name, examples):
    run = started(RECIPES[name], examples, Placement())
    run.update()
    with NothingReadBack():
        run.update()
    for wait in (lambda: run.losses[0].item(), lambda: run.losses[run.losses > 0]):
        with pytest.raises(AssertionError, match="waits"), NothingReadBack():
            wait()
