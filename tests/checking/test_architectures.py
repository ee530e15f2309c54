"""Nets: right ones in any style pass, wrong ones do not, and the usual slips get their reason.

They are handed over as objects, checked in the same way as texts, but start no process.
"""

from __future__ import annotations

import warnings
from itertools import pairwise

import pytest
import torch
from torch import nn

import hwcode
from hwcode.chapters import question

POOL = ("kernel", "num_in_channels", "num_filters", "num_colours")


def pooled(conv=nn.Conv2d, norm=nn.BatchNorm2d, act=nn.ReLU, up=None, down=None, last=None, **more):
    """PoolUpsampleNet, with some of its layers made otherwise."""

    class PoolUpsampleNet(nn.Module):
        def __init__(self, kernel, num_in_channels, num_filters, num_colours):
            super().__init__()
            up_, down_ = (
                up or (lambda: nn.Upsample(scale_factor=2)),
                down or (lambda: nn.MaxPool2d(2)),
            )
            f, c = num_filters, num_colours
            widths = [num_in_channels, f, 2 * f, f, c]
            padding = more.get("padding", lambda k: k // 2)(kernel)
            stages = []
            for number, (a, b) in enumerate(pairwise(widths)):
                change = down_() if number < 2 else up_()
                stages += [conv(a, b, kernel, padding=padding), change, norm(b)]
                stages.append(act(inplace=True) if more.get("inplace") else act())
            stages.append(conv(c, c, kernel, padding=padding))
            self.stages = nn.Sequential(*stages, *([last()] if last else []))
            more.get("besides", lambda net: None)(self)

        def forward(self, x):
            return more.get("forward", lambda net, x: net.stages(x))(self, x)

    return PoolUpsampleNet


class OwnConv(nn.Conv2d):
    """As an earlier starter had it."""


class OwnNorm(nn.Module):
    """BatchNorm written out, with parameters of another shape."""

    def __init__(self, channels):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.shift = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.register_buffer("mean", torch.zeros(1, channels, 1, 1))
        self.register_buffer("var", torch.ones(1, channels, 1, 1))

    def forward(self, x):
        mean, var = self.mean, self.var
        if self.training:
            mean = x.mean((0, 2, 3), keepdim=True)
            var = ((x - mean) ** 2).mean((0, 2, 3), keepdim=True)
            n = x.numel() // x.shape[1]
            self.mean = 0.9 * self.mean + 0.1 * mean.detach()
            self.var = 0.9 * self.var + 0.1 * var.detach() * n / (n - 1)
        return (x - mean) / torch.sqrt(var + 1e-5) * self.scale + self.shift


class FunctionalConv(nn.Module):
    """A convolution with parameters of its own."""

    def __init__(self, a, b, kernel, padding):
        super().__init__()
        self.shift = nn.Parameter(torch.randn(b))
        self.core = nn.Parameter(torch.randn(b, a, kernel, kernel))
        self.padding = padding

    def forward(self, x):
        return nn.functional.conv2d(x, self.core, self.shift, padding=self.padding)


class UnfoldedConv(nn.Module):
    """The same as a product of matrices, with the transposed weights."""

    def __init__(self, a, b, kernel, padding):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(a * kernel * kernel, b))
        self.bias = nn.Parameter(torch.randn(b, 1))
        self.kernel, self.padding = kernel, padding

    def forward(self, x):
        columns = nn.functional.unfold(x, self.kernel, padding=self.padding)
        y = self.weight.T @ columns + self.bias
        return y.reshape(len(x), -1, *x.shape[2:])


def silenced(net, x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return net.stages(x)


def half_precise(net, x):
    return net.float().stages(x.float())


RIGHT = {
    "plain": pooled(),
    "a subclass of Conv2d": pooled(conv=OwnConv),
    "a functional convolution": pooled(conv=FunctionalConv),
    "a convolution by unfolding": pooled(conv=UnfoldedConv),
    "BatchNorm written out": pooled(norm=OwnNorm),
    "everything written out": pooled(conv=UnfoldedConv, norm=OwnNorm),
    "in place": pooled(inplace=True),
    "silenced": pooled(forward=silenced),
    "by repetition": pooled(up=lambda: nn.UpsamplingNearest2d(scale_factor=2)),
    "lazy": pooled(conv=lambda a, b, k, padding: nn.LazyConv2d(b, k, padding=padding)),
    "padding by its name": pooled(conv=lambda a, b, k, padding: nn.Conv2d(a, b, k, padding="same")),
    "casts to float32": pooled(forward=half_precise),
    "reset at the start": pooled(
        besides=lambda net: [nn.init.constant_(p, 0.5) for p in net.parameters()]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_net_is_right_in_any_style(name):
    verdict = hwcode.check("A2-4.1:net", RIGHT[name])
    assert verdict.right, verdict
    assert not verdict.convention


def spare(net):
    net.spare = nn.Linear(10, 1000)


def frozen(net):
    for weights in net.parameters():
        weights.requires_grad_(False)


def listed(net):
    net.extra = nn.ParameterList([nn.Parameter(torch.zeros(1))])


def hidden(net):
    layers = list(net.stages)
    del net.stages
    net.plain = layers


def through(layers, x):
    for layer in layers:
        x = layer(x)
    return x


def cut(net, x):
    return net.stages[4:](net.stages[:4](x).detach())


WRONG = {
    "no gradient": (pooled(forward=torch.no_grad()(lambda net, x: net.stages(x))), "no parameter"),
    "cut in the middle": (pooled(forward=cut), "no gradient reaches"),
    "data": (pooled(forward=lambda net, x: net.stages[1:](net.stages[0](x).data)), "no gradient"),
    "frozen": (pooled(besides=frozen), "no parameter of it learns"),
    "a spare layer": (pooled(besides=spare), "no gradient reaches some"),
    "a spare number": (
        pooled(besides=listed, forward=lambda net, x: net.stages(x) + net.extra[0]), "parameters"
    ),
    "layers in a plain list": (
        pooled(besides=hidden, forward=lambda net, x: through(net.plain, x)), "plain list"
    ),
    "ReLU6": (pooled(act=nn.ReLU6), "computes something else"),
    "cut at 50": (pooled(act=lambda: nn.Hardtanh(0, 50)), "computes something else"),
    "softplus": (pooled(act=lambda: nn.Softplus(50)), "computes something else"),
    "leaky": (pooled(act=nn.LeakyReLU), "ReLU, which lets nothing negative through"),
    "linear": (pooled(act=nn.Identity), "without ReLU"),
    "no BatchNorm": (pooled(norm=lambda b: nn.Identity()), "BatchNorm belongs"),
    "momentum": (pooled(norm=lambda b: nn.BatchNorm2d(b, momentum=0.1001)), "while evaluating"),
    "cumulative": (pooled(norm=lambda b: nn.BatchNorm2d(b, momentum=None)), "while evaluating"),
    "epsilon": (pooled(norm=lambda b: nn.BatchNorm2d(b, eps=2e-5)), "something else"),
    "instances": (pooled(norm=lambda b: nn.InstanceNorm2d(b, affine=True)), "something else"),
    "no statistics": (
        pooled(norm=lambda b: nn.BatchNorm2d(b, track_running_stats=False)), "while evaluating"
    ),
    "average": (pooled(down=lambda: nn.AvgPool2d(2)), "max pooling"),
    "bilinear": (pooled(up=lambda: nn.Upsample(scale_factor=2, mode="bilinear")), "nearest"),
    "softmax": (pooled(last=lambda: nn.Softmax(1)), "logits"),
    "log-softmax": (pooled(last=lambda: nn.LogSoftmax(1)), "logits"),
    "padding 1": (pooled(padding=lambda k: 1), "padding 1 fits kernel 3 only"),
    "padding at most 2": (pooled(padding=lambda k: min(k // 2, 2)), ""),
    "no padding": (pooled(padding=lambda k: 0), "without padding"),
    "no bias": (
        pooled(conv=lambda a, b, k, padding: nn.Conv2d(a, b, k, padding=padding, bias=False)),
        "biases",
    ),
    "reflected": (
        pooled(conv=lambda a, b, k, padding: nn.Conv2d(
            a, b, k, padding=padding, padding_mode="reflect"
        )), "zeros",
    ),
    "one size only": (pooled(forward=lambda net, x: net.stages(x)[..., :32, :32]
                             if x.shape[-1] == 32 else net.stages(x)[..., :16, :16]), "shape"),
    "a little off": (pooled(forward=lambda net, x: net.stages(x) * (1 + 1e-7)), "something else"),
    "changes its image": (pooled(forward=lambda net, x: net.stages(x.mul_(1.0).add_(1e-300))
                                 if False else net.stages(x.mul_(2) / 2)), "changes the image"),
    "one image at a time": (pooled(forward=lambda net, x: net.stages(x).squeeze()), "shape"),
    "in single precision inside": (
        pooled(forward=lambda net, x: net.stages(x).float().double()), "something else"
    ),
    "a gradient of its own": (
        pooled(forward=lambda net, x: net.stages(x) * 2 - net.stages(x).detach()), ""
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_net_is_wrong_with_its_reason(name):
    net, reason = WRONG[name]
    verdict = hwcode.check("A2-4.1:net", net)
    assert verdict.right is False
    assert reason in verdict.diagnosis
    assert verdict.counterexample.expected != verdict.counterexample.got


def test_two_nets_at_once_share_nothing():
    shared = {}

    def once(a, b, kernel, padding):
        return shared.setdefault((a, b, kernel), nn.Conv2d(a, b, kernel, padding=padding))

    assert hwcode.check("A2-4.1:net", pooled(conv=once)).right is False


# --- arguments ----------------------------------------------------------------------------------


def transposed(order, dilate=True, **more):
    """ConvTransposeNet, with its arguments in some order; ``more`` changes paddings."""

    def build(self, kernel, num_in_channels, num_filters, num_colours, dilation=1):
        a, f, c = num_in_channels, num_filters, num_colours
        down = {"stride": 2, "padding": 1, "dilation": dilation if more.get("down") else 1}
        up = {"stride": 2, "padding": 1, "output_padding": 1, "dilation": dilation if dilate else 1}
        last = more.get("last", kernel // 2)
        self.stages = nn.Sequential(
            nn.Conv2d(a, f, kernel, **down), nn.BatchNorm2d(f), nn.ReLU(),
            nn.Conv2d(f, 2 * f, kernel, **down), nn.BatchNorm2d(2 * f), nn.ReLU(),
            nn.ConvTranspose2d(2 * f, f, kernel, **up), nn.BatchNorm2d(f), nn.ReLU(),
            nn.ConvTranspose2d(f, c, kernel, **up), nn.BatchNorm2d(c), nn.ReLU(),
            nn.Conv2d(c, c, kernel, padding=last),
        )  # fmt: skip

    source = (
        "class ConvTransposeNet(nn.Module):\n"
        f"    def __init__(self, {', '.join(order)}):\n"
        "        super().__init__()\n"
        f"        build(self, {', '.join(more.get('passed', [f'{one}={one}' for one in order]))})\n"
        "    def forward(self, x):\n"
        "        return self.stages(x)\n"
    )
    namespace = {"nn": nn, "build": build}
    exec(source, namespace)  # noqa: S102  # our own text
    return namespace["ConvTransposeNet"]


HANDOUT = ("kernel", "dilation", "num_in_channels", "num_filters", "num_colours")
STARTER = ("kernel", "num_filters", "num_colours", "num_in_channels")
UNUSED = "without use of the argument dilation"


@pytest.mark.parametrize(
    ("net", "convention"),
    [
        (transposed(HANDOUT), ""),
        (transposed(HANDOUT[::-1]), ""),
        (transposed(STARTER), UNUSED),
        (transposed(HANDOUT, dilate=False), UNUSED),
        (
            transposed(
                "kdabc", passed=["kernel=k", "dilation=d", "num_in_channels=a",
                                 "num_filters=b", "num_colours=c"],
            ), "",
        ),
        (
            transposed("wxyz", passed=["w", "z", "x", "y"]),
            "kernel, num_filters, num_colours, num_in_channels",
        ),
    ],
    ids=["handout", "backwards", "starter", "unused", "unnamed", "unnamed, as in the starter"],
)  # fmt: skip
def test_arguments_are_taken_by_name_or_in_a_known_order(net, convention):
    verdict = hwcode.check("A2-5.1:net", net)
    assert verdict.right, verdict
    assert convention in verdict.convention
    assert bool(convention) == bool(verdict.convention)


@pytest.mark.parametrize(
    ("net", "reason"),
    [
        (transposed(HANDOUT, last=1), "right with kernel 3; the last convolution"),
        (transposed(HANDOUT, last=1, dilate=False), "right with kernel 3; the last convolution"),
        (transposed(HANDOUT, down=True), "the dilation is that of the transposed"),
    ],
    ids=["padding 1 at the end", "and no dilation", "dilation on the way down"],
)
def test_usual_slips_of_the_transposed_net_have_their_reason(net, reason):
    verdict = hwcode.check("A2-5.1:net", net)
    assert verdict.right is False
    assert reason in verdict.diagnosis


def test_a_net_as_a_text_is_judged_the_same():
    """By the whole way; a process that loads torch takes seconds, so one text has to do."""
    text = question("A2-5.1").part("net").also_right[0].replace("nn.ReLU()", "nn.ReLU6()")
    verdict = hwcode.check("A2-5.1:net", text)
    assert verdict.right is False
    assert "computes something else" in verdict.diagnosis
