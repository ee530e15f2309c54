"""The size calculator reads modules, and refuses by name what it cannot serve (H2-3.2, H2-3.3)."""

from __future__ import annotations

import pytest
import sympy
import torch
from torch import nn

from hwcode import sizes
from hwcode.sizes import (
    LAYERS,
    BatchNorm,
    Conv,
    ConvTranspose,
    Counting,
    Flatten,
    Linear,
    MaxPool,
    ReLU,
)


def test_nested_modules_and_reshapes_are_read():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(
                nn.Conv2d(3, 4, 3, padding="same"), nn.Sequential(nn.ReLU(inplace=True))
            )
            self.drop = nn.Dropout()
            self.pool = nn.AdaptiveAvgPool2d(2)
            self.classify = nn.Linear(16, 5)
            self.soft = nn.LogSoftmax(dim=-1)

        def forward(self, x):
            x = self.pool(self.drop(self.features(x)))
            return self.soft(self.classify(x.view(x.size(0), -1)))

    net = Net().train()
    found = sizes.from_module(net, (3, 8, 8))
    names = [layer.name for layer in found]
    assert names == ["Conv3-4", "ReLU", "Dropout", "AvgPool4", "Flatten", "Linear-5", "Softmax"]
    assert all(each.training for each in net.modules())
    assert sizes.count(net, (3, 8, 8)).parameters == sum(p.numel() for p in net.parameters())


class _Skip(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 3, padding=1)

    def forward(self, x):
        return x + self.conv(x)


class _Functional(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv2d(2, 2, 3), nn.Conv2d(2, 2, 3)

    def forward(self, x):
        return self.two(torch.relu(self.one(x)))


class _InPlace(_Functional):
    def forward(self, x):
        return self.two(torch.relu_(self.one(x)))


class _InPlaceAtTheEnd(_Functional):
    def forward(self, x):
        return self.two(self.one(x)).mul_(2)


class _ChannelsAsBatch(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.full = nn.Conv2d(2, 2, 3), nn.Linear(36, 5)

    def forward(self, x):
        return self.full(self.conv(x).view(2, 36))


class _Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 3)

    def forward(self, x):
        return self.conv(self.conv(x))


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize(
    ("module", "message"),
    [
        (_Skip(), "the module's output is not what its last layer returned"),
        (_Functional(), "what enters two is not what the layer before it returned"),
        (_InPlace(), "what enters two was changed in place"),
        (_InPlaceAtTheEnd(), "the module's output is not what its last layer returned"),
        (_ChannelsAsBatch(), "what enters full is not what the layer before it returned"),
        (_Twice(), "shares its weights"),
        (nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear")), "only 'nearest'"),
        (nn.Sequential(nn.Upsample(scale_factor=1.5)), "no whole number"),
        (nn.Sequential(nn.MaxPool2d(2, ceil_mode=True)), "ceil_mode"),
        (nn.Sequential(nn.Conv2d(2, 2, 2, padding="same")), "one side more"),
        (nn.Sequential(nn.Conv2d(2, 2, 3, padding=1, padding_mode="circular")), "'circular'"),
        (nn.Sequential(nn.PReLU()), "not known"),
        (nn.Sequential(nn.Softmax(dim=2)), "dimension 2"),
        (nn.Sequential(nn.AdaptiveAvgPool2d(3)), "differ in size"),
        (nn.Sequential(nn.MaxPool2d(2, return_indices=True)), "more than one tensor"),
    ],
)
def test_what_can_not_be_served_is_refused_by_name(module, message):
    with pytest.raises(ValueError, match=message):
        sizes.from_module(module, (2, 8, 8))


@pytest.mark.parametrize(
    ("chain", "shape", "message"),
    [
        ([Conv(2, 5)], (1, 4, 4), "leaves nothing"),
        ([Linear(3)], (1, 4, 4), "put a Flatten before"),
        ([Conv(2, 3)], (7,), "needs channels and an axis"),
        ([Conv(3, 1, groups=2)], (2, 4, 4), "3 channels in 2 groups"),
        ([Conv(2, 0)], (1, 4, 4), "the kernel size is 0"),
        ([Conv(2, 3, padding=-1)], (1, 4, 4), "the padding is -1"),
        ([ConvTranspose(2, 3, stride=2, output_padding=2)], (1, 4, 4), "at most 1"),
    ],
)
def test_layers_that_do_not_fit_are_refused(chain, shape, message):
    with pytest.raises(ValueError, match=message):
        sizes.count(chain, shape)


def test_fields_of_flat_layers_and_of_units_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match="no place on an axis"):
        sizes.receptive_field([Conv(1, 3), Flatten(), Linear(2)])
    with pytest.raises(ValueError, match="there is no unit at"):
        sizes.seen([Conv(1, 3)], (1, 5, 5), (3, 0))
    with pytest.raises(ValueError, match="leave the Flatten out"):
        sizes.seen([Conv(1, 3), Flatten()], (1, 5, 5), ())
    s = sympy.Symbol("s", integer=True, positive=True)
    with pytest.raises(ValueError, match="modulo s"):
        sizes.receptive_field([ConvTranspose(1, 3, s)])


def test_fields_of_modules_are_those_of_their_layers():
    chain, shape = [Conv(2, 3, stride=2), ReLU(), Conv(2, 3, dilation=2)], (1, 15, 15)
    module = sizes.to_module(chain, shape)
    assert sizes.receptive_field(module, shape=shape) == sizes.receptive_field(chain) == 11
    assert sizes.seen(module, shape, (1, 0)) == sizes.seen(chain, shape, (1, 0))
    with pytest.raises(ValueError, match="takes the shape"):
        sizes.receptive_field(module)


def test_conventions_change_what_they_say():
    net = [Conv(4, 3, padding=1), BatchNorm(), ReLU(), MaxPool(2), Flatten(), Linear(3)]
    shape = (2, 4, 4)

    def counts(**rules):
        found = sizes.count(net, shape, Counting(**rules))
        return found.parameters, found.neurons, found.connections

    assert counts() == (72 + 4 + 8 + 48 + 3, 64 + 16 + 3, 18 * 64 + 64 + 48)
    assert counts(biases=False)[0] == 72 + 4 + 48
    assert counts(normalisation=False)[0] == 72 + 4 + 48 + 3
    assert counts(neurons=LAYERS - {"pooling"})[1] == 64 + 3
    assert counts(neurons=LAYERS | {"image"})[1] == 32 + 64 + 16 + 3
    assert counts(connections=LAYERS - {"pooling"})[2] == 18 * 64 + 48
    assert counts(bias_connections=True)[2] == 19 * 64 + 64 + 48 + 3
    assert counts(padding=False)[2] == 10 * 10 * 8 + 64 + 48


def test_the_layers_of_lenet_have_the_published_counts():
    """LeCun et al. 1998, section II.B: C1 has 156 parameters and 122,304 connections, C5 48,120."""
    rules = Counting(bias_connections=True)
    first = sizes.count([Conv(6, 5)], (1, 32, 32), rules)
    fifth = sizes.count([Conv(120, 5)], (16, 5, 5), rules)
    assert (first.parameters, first.connections) == (156, 122304)
    assert fifth.connections == 48120
    assert sizes.count([Linear(84)], (120,), rules).parameters == 10164
