"""Chapters on colourization, A2-4 and A2-5: the nets, their counts, the check of classes."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import pytest
import torch
from sympy import ImmutableMatrix
from torch import nn

import hwcode
from hwcode import sizes
from hwcode.chapters import question
from hwcode.chapters.colourization import nets as co
from hwcode.chapters.colourization.experiments import speed as timed
from hwcode.chapters.colourization.questions.pooling import net as pooling_net
from hwcode.chapters.colourization.questions.pooling import tally
from hwcode.chapters.colourization.questions.transposed import net as transposed_net
from hwcode.chapters.colourization.questions.transposed import paddings
from hwcode.chapters.colourization.truths.pooling import tally as tally_truths
from hwcode.sizes import Counting
from hwcode.training import engine

PLAIN = Counting(biases=False, normalisation=False)
MEASURED = ("loss", "accuracy")
LISTS = {
    "pool": pooling_net.layers_of,
    "transpose": lambda kernel, *rest: transposed_net.layers_of(kernel, 1, *rest),
}


# --- A2-4.1, A2-5.1: the nets -------------------------------------------------------------------


@pytest.mark.parametrize("name", co.NETS)
@pytest.mark.parametrize("side", [8, 32])
def test_a2_4_1_nets_keep_the_size_and_give_a_logit_for_every_colour(name, side):
    net = co.NETS[name](3, 2, 4, 7)
    assert net(torch.zeros(3, 2, side, side + 4)).shape == (3, 7, side, side + 4)


def test_a2_4_1_the_figure_sizes():
    blocks = co.PoolUpsampleNet(5, 1, 32, 24).blocks
    x, seen = torch.zeros(2, 1, 32, 32), []
    for block in blocks:
        x = block(x)
        seen.append(tuple(x.shape[1:]))
    assert seen == [(32, 16, 16), (64, 8, 8), (32, 16, 16), (24, 32, 32), (24, 32, 32)]


@pytest.mark.parametrize("kernel", range(1, 8))
def test_a2_5_4_the_paddings_keep_the_figure_sizes_up_to_the_last_layer(kernel):
    (padding,) = sizes.downsampling_paddings(kernel)
    ((_, extra),) = sizes.upsampling_paddings(kernel)
    if padding + 1 < extra:
        pytest.skip("no such layer")
    net = co.ConvTransposeNet(kernel, 1, 1, 2, 3, padding=padding, output_padding=extra)
    x, seen = torch.zeros(2, 1, 32, 32), []
    for block in net.blocks:
        x = block(x)
        seen.append(x.shape[-1])
    assert seen == [16, 8, 16, 32, 32 if kernel % 2 else 33]


@pytest.mark.parametrize("stride", range(2, 6))
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_a2_5_4_paddings_that_divide_are_those_that_multiply(stride, dilation):
    for kernel in range(1, 9):
        down = sizes.downsampling_paddings(kernel, stride, dilation)
        up = sizes.upsampling_paddings(kernel, stride, dilation, inverse=True)
        assert down
        assert down == tuple(padding for padding, _ in up)


def test_a2_4_1_moving_batchnorm_before_upsample_changes_the_running_variance_alone():
    with engine.seeded(0):
        late = co.PoolUpsampleNet(3, 1, 4, 6)
        images = torch.randn(2, 1, 8, 8)
    early = timed._early("pool", {"kernel": 3, "filters": 4, "colours": 6})
    states = dict(zip(early.state_dict(), late.state_dict().values(), strict=True))
    early.load_state_dict({name: value.clone() for name, value in states.items()})
    assert torch.allclose(early(images), late(images), atol=1e-5)
    pairs = zip(early.state_dict().items(), late.state_dict().values(), strict=True)
    changed = [name for (name, a), b in pairs if not torch.allclose(a, b, rtol=1e-4)]
    assert [name.split(".")[-1] for name in changed] == ["running_var"] * 2


# --- A2-4.3: counts -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("padding", [True, False])
@pytest.mark.parametrize("numbers", [(1, 2, 3), (3, 5, 2), (2, 4, 6)])
@pytest.mark.parametrize(("kernel", "side"), [(3, 8), (3, 32), (1, 12), (5, 16)])
def test_a2_4_3_hooks_and_the_calculator_agree(name, padding, numbers, kernel, side):
    if name == "transpose" and kernel != 3:
        pytest.skip("the figure's paddings belong to kernel 3")
    rules = replace(PLAIN, padding=padding)
    found = sizes.count(LISTS[name](kernel, *numbers), (numbers[0], side, side), rules)
    told = co.tally(co.NETS[name](kernel, *numbers), (numbers[0], side, side), padding)
    assert (told.weights, told.outputs, told.connections) == (
        found.parameters,
        found.neurons,
        found.connections,
    )


def test_a2_4_3_the_tally_sees_one_layer_more():
    net = co.PoolUpsampleNet(3, 1, 2, 3)
    plain = co.tally(net, (1, 8, 8))
    more = co.tally(nn.Sequential(net, nn.Conv2d(3, 3, 1)), (1, 8, 8))
    assert more.weights - plain.weights == 9
    assert more.outputs - plain.outputs == 3 * 64
    assert more.connections - plain.connections == 9 * 64


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(("side", "channels"), [(32, (2, 3, 4)), (32, (1, 7, 5)), (64, (3, 4, 2))])
def test_a2_4_3_ten_counts_settle_all_others(name, side, channels):
    """What the formulas are held against: a polynomial of degree 2 through ten counts by hooks."""
    at = dict(zip(tally.CHANNELS, channels, strict=True))
    told = co.tally(co.NETS[name](3, *channels), (channels[0], side, side))
    for quantity in ("weights", "outputs", "connections"):
        found = tally_truths.tallied(name, side, quantity).subs(at)
        assert found == getattr(told, quantity)


def test_a2_4_3_three_sides_settle_all_others():
    channels = (2, 3, 1)
    at = dict(zip(tally.CHANNELS, channels, strict=True))
    found = tally_truths.tallied_at_all_sizes().subs({**at, tally.n: 20})
    told = co.tally(co.PoolUpsampleNet(3, *channels), (channels[0], 20, 20))
    assert list(found) == [told.weights, told.outputs, told.connections]


def test_a2_4_3_a_formula_that_is_right_at_a_few_points_alone_is_refused():
    """It equals the number of weights for seven small triples of channels."""
    nic, nf, nc = tally.CHANNELS
    part = question("A2-4.3").part("weights")
    more = 6 * nc**2 - 18 * nc - nf**2 + nf * nic + 2 * nf - 19 * nic**2 + 56 * nic - 27
    assert all(
        more.subs({nic: a, nf: b, nc: c}) == 0 for a, b, c in [(1, 1, 1), (2, 3, 2), (3, 2, 4)]
    )
    assert part.check("A2-4.3", part.reference + more).right is False


def test_a2_5_4_a_formula_that_is_right_for_small_kernels_alone_is_refused():
    part = question("A2-5.4").part("any")
    k = paddings.k
    more = part.reference + ImmutableMatrix([prod(k - kernel for kernel in range(1, 8)), 0, 0])
    assert part.check("A2-5.4", more).right is False


@pytest.mark.parametrize("parts", ["pooling, upsampling", "pooling", ""])
def test_a2_4_3_other_conventions_are_accepted_at_any_size(parts):
    kinds = frozenset({"convolution", *filter(None, parts.split(", "))})
    rules = replace(PLAIN, neurons=kinds, connections=kinds)
    part = question("A2-4.3").part("any_size")
    verdict = part.check("A2-4.3", tally.general(rules))
    assert verdict.right
    assert bool(verdict.convention) == (parts != "pooling, upsampling")


def test_a2_5_3_both_nets_have_equally_many_parameters():
    assert {co.parameters(co.NETS[name](3, 1, 32, 24)) for name in LISTS} == {49_728}


# --- the check of classes -----------------------------------------------------------------------


def test_a2_4_1_a_class_may_be_written_otherwise():
    text = pooling_net.WRITTEN_OUT
    assert hwcode.check("A2-4.1:net", text).right


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("return self.convs[4](x)", "return self.convs[4](x).relu()", "computes something else"),
        ("F.relu(norm(x))", "norm(F.relu(x))", "computes something else"),
        (
            "2 * num_filters",
            "num_filters",
            "parameter 5, in the order of their use",
        ),
        ("scale_factor=2", "scale_factor=2, mode='bilinear'", "computes something else"),
        ("kernel // 2", "1", "fails on an image"),
        ("x = conv(x)", "x = conv(y)", "fails"),
        ("class PoolUpsampleNet(nn.Module)", "class PoolUpsampleNet(dict)", ""),
        ("return self.convs[4](x)", "return self.convs[4](x), x", "returns no tensor"),
        ("BatchNorm2d(b)", "BatchNorm2d(b, track_running_stats=False)", "while evaluating"),
        ("return self.convs[4](x)", "assert self.training; return self.convs[4](x)", "fails"),
        ("return self.convs[4](x)", "return self.convs[4](x).squeeze()", "of a single image"),
        (
            "return self.convs[4](x)",
            "return self.convs[4](x)[: 3 if self.training else 1]",
            "another",
        ),
    ],
)
def test_a2_4_1_each_seeded_error_is_found(old, new, told):
    part = question("A2-4.1").part("net")
    changed = pooling_net.WRITTEN_OUT.replace(old, new)
    assert changed != pooling_net.WRITTEN_OUT
    namespace = {}
    exec(changed, namespace)  # noqa: S102  # our own text; a process for each would take minutes
    found = part.form.compare(namespace["PoolUpsampleNet"], part.reference)
    assert not found.equal
    assert told in found.remark
