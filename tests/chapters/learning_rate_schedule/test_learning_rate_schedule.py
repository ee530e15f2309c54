"""P4-2: the net, its images, the schedule, the finder, momentum, the experiments."""

from __future__ import annotations

import math
from itertools import islice, product

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from hwcode.chapters.learning_rate_schedule import all_cnn as cnn
from hwcode.chapters.learning_rate_schedule import schedules
from hwcode.chapters.learning_rate_schedule.experiments import runs as recorded
from hwcode.chapters.learning_rate_schedule.experiments import speed as timed
from hwcode.chapters.learning_rate_schedule.packed import packed
from hwcode.chapters.learning_rate_schedule.questions import schedule as asked_schedule
from hwcode.chapters.learning_rate_schedule.truths import beginning as beginning_truths
from hwcode.chapters.learning_rate_schedule.truths import finder as finder_truths
from hwcode.chapters.learning_rate_schedule.truths import invariant as invariant_truths
from hwcode.chapters.learning_rate_schedule.truths import schedule as schedule_truths
from hwcode.data import embedded_cifar10
from hwcode.training import engine
from hwcode.training.device import Placement
from tests.training.trainings import NothingReadBack

IMAGES = embedded_cifar10(8, 4)
TRAIN = cnn.examples_of(IMAGES.train)
PEAK, MOMENTUM, DECAY, BATCH = 0.02, 0.9, 1e-3, 32
PER_EPOCH = math.ceil(len(TRAIN) / BATCH)


def small_net(dropout: float = 0.5) -> nn.Module:
    return nn.Sequential(cnn.Normalise(TRAIN), cnn.AllCNN((4, 8), dropout, dropout))


# --- the net and its first loss -----------------------------------------------------------------


def test_P4_2_the_net_has_the_layers_and_the_size_of_the_handout():
    net = cnn.AllCNN()
    assert cnn.parameters(net) == 1_667_166
    by_hand = sum(
        wide * (narrow * kernel**2 + 1 + 2)
        for narrow, wide, kernel in (
            (3, 96, 3), (96, 96, 3), (96, 96, 3), (96, 192, 3), (192, 192, 3), (192, 192, 3),
            (192, 192, 3), (192, 192, 3), (192, 10, 1),
        )
    )  # fmt: skip
    assert by_hand == 1_667_166
    kinds = [type(layer).__name__ for layer in net.layers]
    assert kinds[0] == "Dropout"
    assert kinds[-5:] == ["Conv2d", "ReLU", "BatchNorm2d", "AvgPool2d", "Flatten"]
    assert [layer.p for layer in net.layers if isinstance(layer, nn.Dropout)] == [0.2, 0.5, 0.5]
    assert net(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_P4_2a_the_first_loss_is_log_10_plus_spread_minus_luck():
    for seed in range(3):
        with engine.seeded(seed):
            start = cnn.start_of(small_net(), TRAIN.inputs, TRAIN.targets)
        assert start.loss == pytest.approx(math.log(10) + start.spread - start.luck, rel=1e-6)
        assert start.spread > 0
        assert abs(start.loss - math.log(10)) <= math.sqrt(2 * 10 * start.variance)


def test_P4_2a_logits_have_mean_zero_and_less_than_variance_one():
    with engine.seeded(1), torch.no_grad():
        logits = small_net()(TRAIN.inputs)
    assert torch.allclose(logits.mean(0), torch.zeros(10), atol=1e-5)
    assert bool((logits.var(0, unbiased=False) < 1).all())


def test_P4_2a_second_order_excess_is_that_of_normal_logits():
    """A million labels and logits drawn at random, of a small variance."""
    generator = torch.Generator().manual_seed(0)
    logits = 0.2 * torch.randn(400_000, 10, generator=generator, dtype=torch.float64)
    spread = (torch.logsumexp(logits, 1) - math.log(10)).mean().item()
    assert spread == pytest.approx(0.9 / 2 * 0.2**2, rel=0.03)


def test_P4_2a_only_the_last_scale_moves_the_start():
    at = beginning_truths.first_losses
    assert at("weights") == pytest.approx(at("none"), rel=1e-3)
    assert at("shift") == pytest.approx(at("none"), rel=1e-5)
    assert abs(at("scale") - math.log(10)) > 10 * abs(at("none") - math.log(10))


# --- images -------------------------------------------------------------------------------------


def test_crop_and_flip_give_a_cut_of_the_padded_image():
    generator = torch.Generator().manual_seed(0)
    images, labels = TRAIN.inputs[:40], TRAIN.targets[:40]
    cut, same = cnn.augmented(images, labels, generator)
    assert torch.equal(same, labels)
    assert cut.shape == images.shape
    assert cut.dtype == torch.uint8
    seen = set()
    padded = functional.pad(images, (4, 4, 4, 4))
    for one, big in zip(cut, padded, strict=True):
        matches = [
            (row, column, mirrored)
            for row, column, mirrored in product(range(9), range(9), (False, True))
            if torch.equal(one.flip(-1) if mirrored else one,
                           big[:, row : row + 32, column : column + 32])
        ]  # fmt: skip
        assert len(matches) == 1
        seen.add(matches[0])
    assert len(seen) > 25
    assert {mirrored for *_, mirrored in seen} == {False, True}


def test_crop_and_flip_draw_every_cut_equally_often():
    image = torch.arange(3 * 32 * 32).remainder(251).to(torch.uint8).view(1, 3, 32, 32)
    copies = image.repeat(8100, 1, 1, 1)
    cut, _ = cnn.augmented(copies, torch.zeros(8100), torch.Generator().manual_seed(1))
    _, counts = cut.flatten(1).unique(dim=0, return_counts=True)
    assert len(counts) == 162
    assert 20 < counts.min() <= counts.max() < 90


def test_normalised_channels_have_mean_zero_and_variance_one():
    images = cnn.Normalise(TRAIN)(TRAIN.inputs).transpose(0, 1).flatten(1)
    assert torch.allclose(images.mean(1), torch.zeros(3), atol=1e-5)
    assert torch.allclose(images.std(1), torch.ones(3), atol=1e-5)


def test_a_step_with_augmentation_reads_nothing_back():
    recipe = cnn.recipe(PEAK, MOMENTUM, DECAY, 4, BATCH, cnn.augmented)
    run = engine.Training(small_net(), recipe, TRAIN, 0, Placement(layout="channels_last"))
    run.update()
    with NothingReadBack():
        run.update()


def test_a_compiled_placement_trains_the_same_model_through_the_compiler(monkeypatch):
    """The compiler is a stand-in that counts calls; on a GPU it makes CUDA graphs."""
    calls = []

    def compiler(module, **settings):
        assert settings == {"mode": "reduce-overhead", "dynamic": False}

        def forward(inputs):
            calls.append(len(inputs))
            return module(inputs)

        return forward

    monkeypatch.setattr(torch, "compile", compiler)
    recipe = cnn.recipe(PEAK, MOMENTUM, DECAY, 4, BATCH)
    runs = []
    for compiled in (False, True):
        with engine.seeded(0):
            where = Placement(compiled=compiled)
            runs.append(engine.Training(small_net(), recipe, TRAIN, 0, where))
            runs[-1].update()
    plain, other = (run.model.state_dict() for run in runs)
    assert calls == [BATCH]
    assert all(torch.equal(plain[name], other[name]) for name in plain)
    assert "compiled" not in runs[0].placement.describe()
    assert runs[1].placement.describe()["compiled"]


def test_packed_nets_compute_what_they_do_apart_and_so_do_their_gradients():
    with engine.seeded(0):
        nets = [cnn.AllCNN((4, 8), 0.0, 0.0) for _ in range(3)]
        for net in nets:  # statistics that are not the initial ones
            net(torch.randn(8, 3, 32, 32))
        images = torch.randn(8, 9, 32, 32)
    together = packed(nets)
    own = images.split(3, dim=1)
    for training in (True, False):
        together.train(training)
        apart = [net.train(training)(part) for net, part in zip(nets, own, strict=True)]
        assert torch.allclose(together(images), torch.cat(apart, dim=1), atol=1e-4)
    together.train()
    functional.cross_entropy(together(images).view(-1, 10), torch.arange(24) % 10).backward()
    for copy, (net, part) in enumerate(zip(nets, own, strict=True)):
        net.train()
        labels = (torch.arange(24) % 10).view(8, 3)[:, copy]
        (functional.cross_entropy(net(part), labels) / 3).backward()
        for layer, own_layer in zip(together, net.layers, strict=True):
            for got, expected in zip(layer.parameters(), own_layer.parameters(), strict=True):
                size = len(expected)
                part_of_all = got.grad[size * copy : size * (copy + 1)]
                assert torch.allclose(part_of_all, expected.grad, atol=1e-5)


def test_the_engine_and_the_plain_loop_take_the_same_steps():
    with engine.seeded(0):
        model = small_net(dropout=0.0)
        other = small_net(dropout=0.0)
        other.load_state_dict(model.state_dict())
    batches = islice(timed.slices(TRAIN, BATCH, seed=0), 3 * PER_EPOCH)
    recipe = cnn.recipe(PEAK, MOMENTUM, DECAY, 3 * PER_EPOCH, BATCH)
    ours = engine.train(model, recipe, TRAIN, seed=0).losses
    plain = cnn.plain_loop(other, batches, PEAK, MOMENTUM, DECAY, 3 * PER_EPOCH)
    assert np.allclose(ours, list(plain), rtol=1e-3)


# --- schedule, finder ---------------------------------------------------------------------------


@settings(deadline=None, max_examples=50)
@given(st.integers(10, 40_000), st.floats(1e-3, 10), st.floats(0, 1))
def test_P4_2c_the_schedule_goes_up_once_and_down_once(total, peak, share):
    t = share * total
    got = schedules.warmup_cosine(t, total, peak)
    assert 0 < got <= peak + 1e-4
    step = total * 1e-4
    if t + step <= total:
        more = schedules.warmup_cosine(t + step, total, peak)
        assert (more > got) == (t + step <= 0.2 * total) or t <= 0.2 * total <= t + step


def test_P4_2c_the_schedule_is_formula_2_and_refuses_the_rest():
    for t, total, peak in asked_schedule._schedule_points(np.random.default_rng(7)):
        assert schedules.warmup_cosine(t, total, peak) == pytest.approx(
            schedule_truths._exact_rate((t, total, peak)), rel=1e-12
        )
    with pytest.raises(ValueError, match="not in a run"):
        schedules.warmup_cosine(101, 100, 0.1)


def test_P4_2c_the_mean_rate_of_a_long_run():
    rates = [schedules.warmup_cosine(t, 19_550, 1.0) for t in range(19_550)]
    assert np.mean(rates) == pytest.approx(0.1 + 8 / (5 * math.pi), abs=1e-4)


def test_P4_2b_sweeps_reach_their_end():
    assert schedules.finder_rate(99) == pytest.approx(float(finder_truths._hundredth(None)))
    for end, factor in product((0.1, 1.0, 10.0), (1.05, 1.1, 1.5)):
        last = schedules.finder_updates(end, factor=factor) - 1
        assert schedules.finder_rate(last, factor=factor) >= end * (1 - 1e-12)
        assert schedules.finder_rate(last - 1, factor=factor) < end


def test_P4_2b_the_turning_point_is_that_of_the_smooth_curve():
    rates = np.geomspace(1e-3, 10, 81)
    clean = np.abs(np.log(rates / 0.1))
    assert schedules.turning_point(rates, clean) == pytest.approx(0.1)
    spiked = clean.copy()
    spiked[75] = -0.5
    assert schedules.turning_point(rates, spiked, 11) == pytest.approx(0.1, rel=0.3)
    lost = np.where(rates > 5, np.nan, clean)
    assert schedules.turning_point(rates, lost) == pytest.approx(0.1)
    with pytest.raises(ValueError, match="odd"):
        schedules.turning_point(rates, clean, 4)
    with pytest.raises(ValueError, match="not enough"):
        schedules.turning_point(rates[:3], clean[:3])


@settings(deadline=None, max_examples=50)
@given(st.integers(2, 12), st.integers(2, 40), st.lists(st.integers(-5, 5), min_size=2, max_size=2))
def test_P4_2b_no_minimum_below_the_limit(tenths, scale, start):
    """Exact sweeps on two curvatures, the larger one 1, with any start that is not the minimum."""
    if start[0] == start[1] == 0:
        return
    factor = 1 + sympy.Rational(tenths, 10)
    at = finder_truths.sweep_minimum((1, sympy.Rational(1, scale)), tuple(start), factor)
    assert at >= 2


# --- momentum -----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=50)
@given(st.floats(0.01, 3.5), st.floats(0.0, 0.95))
def test_P4_2d_stable_exactly_below_the_limit(product_, momentum):
    limit = schedules.stability_limit(1.0, momentum)
    if abs(product_ - limit) > 1e-3:
        assert (schedules.contraction(product_, 1.0, momentum) < 1) == (product_ < limit)


@settings(deadline=None, max_examples=50)
@given(st.floats(0.01, 1.5), st.floats(0.1, 2.0), st.floats(0.0, 0.95))
def test_P4_2d_the_floor_is_that_of_the_balance_of_moments(rate, curvature, momentum):
    if rate * curvature >= 1.9:
        return
    exact = invariant_truths.stationary_loss(*map(sympy.Rational, (rate, curvature, momentum, 2.0)))
    assert schedules.noise_floor(rate, curvature, momentum, 2.0) == pytest.approx(float(exact))


def test_P4_2d_the_floor_is_what_torch_settles_at():
    """4,000 parabolas at once, stepped by torch's own optimiser."""
    w = torch.zeros(4000, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.SGD([w], lr=0.8, momentum=0.5)
    generator = torch.Generator().manual_seed(0)
    total = 0.0
    for step in range(300):
        w.grad = w.detach() + torch.randn(4000, generator=generator, dtype=torch.float64)
        optimiser.step()
        if step >= 100:
            total += w.detach().square().mean().item() / 2 / 200
    assert total == pytest.approx(schedules.noise_floor(0.8, 1.0, 0.5), rel=0.02)
    for wrong in (0.8 / (4 * 0.5), schedules.noise_floor(0.8, 1.0)):
        assert total != pytest.approx(wrong, rel=0.1)


def test_P4_2d_there_is_no_floor_without_stability():
    for rate, momentum in ((3.0, 0.5), (0.1, 1.0), (0.0, 0.5)):
        with pytest.raises(ValueError, match="no stationary state"):
            schedules.noise_floor(rate, 1.0, momentum)


@pytest.mark.parametrize(("decay_factor", "same"), [(4.0, True), (1.0, False)])
def test_P4_2d_before_batchnorm_only_the_product_of_rate_and_decay_counts(decay_factor, same):
    """Weights halved, rate a quarter, decay fourfold: the same outputs, with momentum 0.9."""

    def outputs(scale: float, decay: float) -> torch.Tensor:
        with engine.seeded(3):
            net = nn.Sequential(
                nn.Conv2d(3, 6, 3), nn.ReLU(), nn.BatchNorm2d(6, eps=1e-20), nn.Flatten(1)
            ).double()
            images = torch.randn(16, 3, 6, 6, dtype=torch.float64)
            target = torch.randn(16, 6 * 16, dtype=torch.float64)
        conv = net[0]
        with torch.no_grad():
            conv.weight *= scale
            conv.bias *= scale
        rate = 0.5 * scale**2
        optimiser = torch.optim.SGD(
            [{"params": conv.parameters(), "lr": rate, "weight_decay": decay}],
            lr=rate, momentum=0.9,
        )  # fmt: skip
        for _ in range(20):
            optimiser.zero_grad()
            functional.mse_loss(net(images), target).backward()
            optimiser.step()
        return net(images).detach()

    close = torch.allclose(outputs(1.0, 0.05), outputs(0.5, 0.05 * decay_factor), atol=1e-9)
    assert close == same


def test_P4_2d_settings_keep_the_effective_rate_or_not():
    found = dict(recorded.arms(recorded.STUDY.config))
    effective = {}
    for name, recipe in found.items():
        optimiser = recipe.optimiser([nn.Parameter(torch.zeros(1))])
        group = optimiser.param_groups[0]
        top = max(recipe.schedule(t)["lr"] for t in range(recipe.updates)) - 1e-4
        effective[name] = schedules.effective_rate(top, group["momentum"])
        assert group["weight_decay"] == 1e-3
        assert recipe.batch == 128
    assert effective["ii"] == pytest.approx(effective["i"], rel=1e-2)
    assert effective["iii"] == pytest.approx(effective["i"] / 5, rel=1e-2)
    assert found["long"].updates == 2 * found["i"].updates
    assert found["augmented"].prepare is cnn.augmented
