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
from torch.utils._python_dispatch import TorchDispatchMode

from hwcode.training import checkpoint as checkpoints
from hwcode.training import engine
from hwcode.training.device import Placement, candidates, fastest
from hwcode.training.progress import Progress
from hwcode.training.recipe import Examples, Recipe

PLACEMENTS = candidates("cpu")


def net() -> nn.Module:
    """Convolution, BatchNorm and dropout: everything that has a state of its own."""
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Flatten(),
        nn.Linear(4 * 36, 3),
    )


def flipped(inputs, targets, generator):
    """Augmentation: every image is mirrored or not, by the generator."""
    mirrored = torch.rand(len(inputs), generator=generator, device=inputs.device) < 0.5
    return torch.where(mirrored[:, None, None, None], inputs.flip(-1), inputs), targets


def adam(weights):
    return torch.optim.Adam(weights, lr=1e-2, fused=True)


def sgd(weights):
    return torch.optim.SGD(weights, lr=1.0, momentum=0.9, weight_decay=1e-3, fused=True)


def warm_up(done):
    return {"lr": 1e-3 * (done + 1), "momentum": 0.5 + 0.01 * done}


RECIPES = {
    "adam": Recipe(batch=8, epochs=3, optimiser=adam, loss=nn.functional.cross_entropy),
    "sgd": Recipe(
        batch=8,
        epochs=3,
        optimiser=sgd,
        loss=nn.functional.cross_entropy,
        prepare=flipped,
        schedule=warm_up,
    ),
}


@pytest.fixture
def examples():
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(30, 2, 6, 6, generator=generator)
    return Examples(inputs, torch.randint(0, 3, (30,), generator=generator))


def started(recipe, examples, placement, seed=0):
    with engine.seeded(seed):
        return engine.Training(net(), recipe, examples, seed, placement)


def same(one, other):
    a, b = one.state_dict(), other.state_dict()
    return all(torch.equal(a[name], b[name]) for name in a)


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


class NothingReadBack(TorchDispatchMode):
    """Fails at every operation that would make a GPU's host wait."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        waiting = ("_local_scalar_dense", "nonzero", "equal", "is_nonzero", "masked_select")
        # A mask as an index is looked through for its true entries first.
        index = args[1] if name in ("index", "index_put", "index_put_") else ()
        mask = any(one is not None and one.dtype in (torch.bool, torch.uint8) for one in index)
        if name in waiting or mask:
            raise AssertionError(f"{function} waits for the device")
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", RECIPES)
def test_a_step_reads_nothing_back(name, examples):
    run = started(RECIPES[name], examples, Placement())
    run.update()
    with NothingReadBack():
        run.update()
    for wait in (lambda: run.losses[0].item(), lambda: run.losses[run.losses > 0]):
        with pytest.raises(AssertionError, match="waits"), NothingReadBack():
            wait()


# --- through a compiler -----------------------------------------------------------------------


def test_a_compiled_model_takes_the_same_steps_with_a_graph_for_each_size(monkeypatch, examples):
    """Traced in earnest, run by PyTorch's own kernels; on a GPU the same becomes CUDA graphs.

    Minibatches of 8 and, at the end of an epoch, of 6: two graphs, however the schedule changes
    rate and momentum, and though each epoch ends with an evaluation.
    """
    real, sizes = torch.compile, []

    def traced(graph, inputs):
        sizes.extend(one.shape[0] for one in inputs if one.shape[1:] == (2, 6, 6))
        return graph.forward

    def compiler(module, **settings):
        assert settings == {"mode": "reduce-overhead", "dynamic": False}
        return real(module, backend=traced, dynamic=False, fullgraph=True)

    monkeypatch.setattr(torch, "compile", compiler)
    measures = {"loss": nn.functional.cross_entropy}
    histories = []
    for compiled in (False, True):
        where = Placement(compiled=compiled)
        with engine.seeded(0):
            model = net()
        histories.append(
            engine.train(
                model,
                RECIPES["sgd"],
                examples,
                seed=0,
                placement=where,
                evaluate=lambda it: engine.measure(it, examples, measures, Placement()),
            )
        )
    assert sizes == [8, 6]
    plain, compiled = histories
    assert np.array_equal(plain.losses, compiled.losses)
    assert plain.measures == compiled.measures


def test_nothing_is_used_that_the_next_replay_overwrites(monkeypatch, examples):
    """A CUDA graph writes outputs and gradients where the last ones lie; so does this stand-in."""

    def compiler(module, **_):
        given = []

        def replay(inputs):
            assert all(weights.grad is None for weights in module.parameters())
            for old in given:
                old.fill_(torch.nan)
            outputs = module(inputs)
            given[:] = [outputs.data]
            return outputs

        return replay

    plain = started(RECIPES["sgd"], examples, Placement())
    with engine.seeded(0):
        while plain.done < plain.total:
            plain.update()
    monkeypatch.setattr(torch, "compile", compiler)
    replayed = started(RECIPES["sgd"], examples, Placement(compiled=True))
    with engine.seeded(0):
        while replayed.done < replayed.total:
            replayed.update()
    assert torch.equal(plain.losses, replayed.losses)
    assert same(plain.model, replayed.model)


ON_A_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
BFLOAT16 = Placement("cuda", "bfloat16", "channels_last")


@ON_A_GPU
@pytest.mark.parametrize("compiled", [False, True])
def test_an_epoch_on_a_gpu_does_not_synchronise(compiled, examples):
    """Its start and its smaller last minibatch included, once each size has been recorded."""
    recipe = replace(RECIPES["sgd"], epochs=6)
    run = started(recipe, examples, replace(BFLOAT16, compiled=compiled))
    while run.done < 5 * run.per_epoch:
        run.update()
    torch.cuda.set_sync_debug_mode("error")
    try:
        while run.done < run.total:
            run.update()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert bool(run.losses.isfinite().all())


@ON_A_GPU
def test_cuda_graphs_take_the_steps_of_the_plain_ones(examples):
    """Without dropout, which draws its masks otherwise when compiled."""

    def losses(placement):
        with engine.seeded(0):
            model = net()
        model[3].p = 0.0
        return engine.train(model, RECIPES["sgd"], examples, seed=0, placement=placement).losses

    plain = losses(Placement("cuda"))
    assert np.allclose(losses(Placement("cuda", compiled=True)), plain, rtol=1e-2)
    assert np.allclose(losses(Placement()), plain, rtol=1e-2)


# --- where to train ---------------------------------------------------------------------------


def test_placements_are_checked_and_described():
    with pytest.raises(ValueError, match="precision"):
        Placement(precision="float16")
    with pytest.raises(ValueError, match="layout"):
        Placement(layout="NHWC")
    told = Placement("cpu", "bfloat16", "channels_last").describe()
    assert told == {
        "device": "cpu",
        "precision": "bfloat16",
        "layout": "channels_last",
        "threads": torch.get_num_threads(),
    }


def test_the_probe_prefers_the_plain_one_unless_another_is_clearly_faster(monkeypatch):
    cost = {"float32": 1.0, "bfloat16": 0.95}
    clock = [0.0]
    monkeypatch.setattr("hwcode.training.device.time.perf_counter", lambda: clock[0])

    def step_at(placement):
        def step():
            clock[0] += cost[placement.precision]

        return step

    among = [Placement(), Placement(precision="bfloat16")]
    assert fastest(step_at, among).precision == "float32"
    cost["bfloat16"] = 0.5
    assert fastest(step_at, among).precision == "bfloat16"


def test_the_probe_leaves_out_what_fails_but_for_the_plainest():
    def step_at(placement):
        def step():
            if placement.compiled or placement.precision == "bfloat16":
                raise RuntimeError("no compiler\nand many more lines")

        return step

    plain, compiled = Placement(), Placement(compiled=True)
    with pytest.warns(UserWarning, match=r"compiled=True.* is left out: no compiler$"):
        assert fastest(step_at, [plain, compiled]) == plain
    with pytest.raises(RuntimeError, match="no compiler"):
        fastest(step_at, [Placement(precision="bfloat16"), plain])


def test_the_probe_takes_more_steps_than_a_short_schedule_knows(examples):
    def schedule(done):
        assert done < 2
        return {"lr": 0.1}

    recipe = replace(RECIPES["sgd"], epochs=0, updates=2, schedule=schedule)
    assert engine.place(net, recipe, examples, device="cpu") in candidates("cpu")


def test_the_probe_leaves_the_model_alone(examples):
    made = []

    def make():
        with engine.seeded(0):
            made.append(net())
        return made[-1]

    chosen = engine.place(make, RECIPES["adam"], examples, device="cpu")
    with engine.seeded(0):
        assert same(made[0], net())
    assert chosen in candidates("cpu")
