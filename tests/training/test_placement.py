"""Where a training runs: through a compiler, on a GPU, at what a probe finds fastest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from hwcode.training import engine
from hwcode.training.device import Placement, candidates, fastest
from tests.training.trainings import RECIPES, drawn_examples, net, same, started


@pytest.fixture
def examples():
    return drawn_examples()


# --- through a compiler -----------------------------------------------------------------------


def test_a_compiled_model_takes_the_same_steps_with_one_graph(monkeypatch, examples):
    """Traced in earnest, run by PyTorch's own kernels; on a GPU the same becomes CUDA graphs.

    One graph for the minibatches of 8, however the schedule changes rate and momentum, and though
    each epoch ends with an evaluation; the last minibatch of an epoch, of 6, goes without.
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
    assert sizes == [8]
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
# Of PyTorch itself, when it first compiles for a GPU and when it is asked to watch for waiting.
PROTOTYPES = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore:Synchronization debug"
)
BFLOAT16 = Placement("cuda", "bfloat16", "channels_last")


@ON_A_GPU
@PROTOTYPES
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
@PROTOTYPES
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


def test_a_placement_can_be_named(monkeypatch, examples):
    monkeypatch.setenv("HWCODE_PLACEMENT", "cpu,float32,channels_last")
    assert engine.place(net, RECIPES["sgd"], examples) == Placement("cpu", layout="channels_last")
    named = Placement.named(" cuda:1, bfloat16, contiguous, compiled")
    assert named == Placement("cuda:1", "bfloat16", compiled=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cpu,float16,contiguous", "the precision is"),
        ("cpu,float32,rows_first", "the layout is"),
        ("cpu,float32", "no placement"),
        ("gpu,float32,contiguous", "no placement"),
        ("cpu,float32,contiguous,compile", "no placement"),
        ("compiled", "no placement"),
        (" ", "no placement"),
    ],
)
def test_what_names_no_placement_is_refused(text, told):
    with pytest.raises(ValueError, match=told):
        Placement.named(text)


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
