"""The size calculator against PyTorch: hooks, Jacobians and gradient support; and its refusals.

It serves H2-3.2, H2-3.3, A2-4.3 and A2-5.4.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import sympy
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from hwcode import sizes
from hwcode.sizes import (
    LAYERS,
    AvgPool,
    BatchNorm,
    Conv,
    ConvTranspose,
    Counting,
    Flatten,
    Linear,
    MaxPool,
    ReLU,
    Softmax,
    Spread,
    Upsample,
    Window,
)
from hwcode.sizes.probes import gradient_support, nan_support

SLOW = settings(deadline=None, max_examples=60)


@st.composite
def windows(draw, largest_kernel=4):
    kernel = draw(st.integers(1, largest_kernel))
    return {
        "kernel": kernel,
        "stride": draw(st.integers(1, 3)),
        "padding": draw(st.integers(0, 3)),
        "dilation": draw(st.integers(1, 2)),
    }


@st.composite
def layers(draw, names=("conv", "transpose", "max", "avg", "up", "norm", "relu")):
    name = draw(st.sampled_from(names))
    if name == "conv":
        groups = draw(st.sampled_from([1, 2]))
        return Conv(
            draw(st.sampled_from([2, 4])),
            **draw(windows()),
            groups=groups,
            bias=draw(st.booleans()),
        )
    if name == "transpose":
        values = draw(windows(3))
        extra = draw(st.integers(0, max(values["stride"], values["dilation"]) - 1))
        return ConvTranspose(2, **values, output_padding=extra, bias=draw(st.booleans()))
    if name == "max":
        values = draw(windows(3))
        return MaxPool(**{**values, "padding": min(values["padding"], values["kernel"] // 2)})
    if name == "avg":
        kernel = draw(st.integers(1, 3))
        return AvgPool(kernel, padding=draw(st.integers(0, kernel // 2)))
    if name == "up":
        return Upsample(draw(st.integers(1, 3)))
    return {"norm": BatchNorm(), "relu": ReLU()}[name]


@st.composite
def networks(draw, names=("conv", "transpose", "max", "avg", "up", "norm", "relu"), most=5):
    """Layers and an input shape that fits them, not too large."""
    chain = draw(st.lists(layers(names), min_size=1, max_size=most))
    shape = (2, draw(st.integers(3, 14)), draw(st.integers(3, 14)))
    try:
        stages = [row.after for row in sizes.count(chain, shape).rows]
    except ValueError:
        assume(False)
    assume(all(math.prod(stage) <= 6000 for stage in stages))
    return chain, shape


def positive(module):
    """The module in float64 and evaluation mode, with positive weights, so that nothing cancels."""
    module = module.double().eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.rand(parameter.shape, generator=generator) + 0.5)
    return module


# --- shapes and parameters --------------------------------------------------------------------


@SLOW
@given(networks())
def test_shapes_and_parameters_are_those_of_torch(network):
    chain, shape = network
    module = sizes.to_module(chain, shape).eval()
    seen = []
    for leaf in module:
        leaf.register_forward_hook(lambda _, inputs, output: seen.append(tuple(output.shape[1:])))
    with torch.no_grad():
        module(torch.zeros(1, *shape))
    counts = sizes.count(chain, shape)
    assert [row.after for row in counts.rows] == seen
    own = [sum(p.numel() for p in leaf.parameters()) for leaf in module]
    assert [row.parameters for row in counts.rows] == own
    assert counts.parameters == sum(own)
    assert sizes.from_module(module, shape) == list(chain)
    assert sizes.count(module, shape) == counts


@SLOW
@given(networks(("conv", "transpose", "max", "avg", "up")))
def test_symbols_give_what_integers_give(network):
    chain, shape = network
    height, width = sympy.symbols("height width", integer=True, positive=True)
    symbolic = sizes.output_shape(chain, (2, height, width))
    at = {height: shape[1], width: shape[2]}
    assert [sympy.sympify(size).subs(at) for size in symbolic] == list(
        sizes.output_shape(chain, shape)
    )
    for padding in (True, False):
        rules = Counting(padding=padding, bias_connections=True)
        for row, expected in zip(
            sizes.count(chain[:1], (2, height, width), rules).rows,
            sizes.count(chain[:1], shape, rules).rows,
            strict=True,
        ):
            assert sympy.sympify(row.connections).subs(at) == expected.connections
            assert sympy.sympify(row.neurons).subs(at) == expected.neurons


# --- connections ------------------------------------------------------------------------------


def jacobian_entries(module, shape):
    """How many derivatives of an output in an input are not zero, for an affine module."""
    count = math.prod(shape)
    basis = torch.eye(count, dtype=torch.float64).reshape(count, *shape)
    with torch.no_grad():
        columns = module(basis) - module(torch.zeros(1, *shape, dtype=torch.float64))
    # Weights are at least 1/2 (and a softmax's derivatives are looked at by themselves).
    return int((columns.abs() > 1e-3).sum())


@SLOW
@given(layers(("conv", "transpose", "max", "avg", "up")), st.integers(3, 7), st.integers(3, 7))
def test_connections_are_the_nonzero_derivatives(layer, height, width):
    shape = (2, height, width)
    try:
        layer.output(shape)
    except ValueError:
        assume(False)
    linear = layer
    if layer.kind == "pooling":
        # The same windows without the choice of a maximum: one filter of positive weights each.
        window = layer.along(0)
        linear = Conv(2, window.kernel, window.stride, window.padding, window.dilation, groups=2)
    module = positive(sizes.to_module([linear], shape))
    found = sizes.count([layer], shape, Counting(padding=False))
    assert found.connections == jacobian_entries(module, shape)


@SLOW
@given(windows(), st.integers(3, 7))
def test_the_textbook_count_includes_the_padding(values, height):
    shape, layer = (2, height, 6), Conv(2, **values)
    try:
        layer.output(shape)
    except ValueError:
        assume(False)
    # The padded image as an input of its own: then every position of the kernel is a real one.
    padded = (2, height + 2 * layer.padding, 6 + 2 * layer.padding)
    bare = Conv(2, layer.kernel, layer.stride, 0, layer.dilation)
    module = positive(sizes.to_module([bare], padded))
    assert sizes.count([layer], shape).connections == jacobian_entries(module, padded)


@SLOW
@given(windows(), st.integers(1, 5))
def test_the_count_of_a_transposed_convolution_includes_what_is_cut_off(values, height):
    layer = ConvTranspose(2, **values)
    bare = ConvTranspose(2, layer.kernel, layer.stride, 0, layer.dilation)
    shape = (2, height, 4)
    try:
        layer.output(shape)
    except ValueError:
        assume(False)
    module = positive(sizes.to_module([bare], shape))
    assert sizes.count([layer], shape).connections == jacobian_entries(module, shape)


def test_connections_of_pointwise_and_dense_layers():
    shape = (3, 4, 5)
    chain = [BatchNorm(), ReLU(), Softmax(), Flatten(), Linear(7), Softmax()]
    kinds = LAYERS | {"normalisation", "activation", "softmax"}
    counts = sizes.count(chain, shape, Counting(connections=kinds))
    assert [row.connections for row in counts.rows] == [60, 60, 180, 0, 420, 49]
    for layer, before in ((Softmax(), shape), (Linear(7), (6,)), (Softmax(), (7,))):
        module = sizes.to_module([layer], before).double()
        image = torch.rand(1, *before, dtype=torch.float64)
        derivatives = torch.autograd.functional.jacobian(module, image)
        assert layer.links(before) == int((derivatives != 0).sum())


# --- receptive fields -------------------------------------------------------------------------


def as_pixels(places, shape):
    pixels = np.zeros(shape[1:], bool)
    pixels[np.ix_(*(sorted(each) for each in places))] = True
    return pixels


@SLOW
@given(networks(("conv", "transpose", "avg", "up", "norm")), st.data())
def test_seen_pixels_are_the_support_of_the_gradient(network, data):
    chain, shape = network
    after = sizes.output_shape(chain, shape)
    at = tuple(data.draw(st.integers(0, size - 1)) for size in after[1:])
    chain = [
        Conv(layer.channels, **_geometry(layer)) if isinstance(layer, Conv) else layer
        for layer in chain
    ]
    module = positive(sizes.to_module(chain, shape))
    expected = as_pixels(sizes.seen(chain, shape, at), shape)
    assert (gradient_support(module, shape, at) == expected).all()


def _geometry(layer):
    """Without groups, so that a channel depends on all channels."""
    return {name: getattr(layer, name) for name in ("kernel", "stride", "padding", "dilation")}


@SLOW
@given(networks(most=4), st.data())
def test_seen_pixels_are_those_that_reach_the_unit(network, data):
    """With maxima and rectifiers, by sending a NaN from each pixel."""
    chain, shape = network
    after = sizes.output_shape(chain, shape)
    at = tuple(data.draw(st.integers(0, size - 1)) for size in after[1:])
    module = positive(sizes.to_module(chain, shape))
    expected = as_pixels(sizes.seen(chain, shape, at), shape)
    assert (nan_support(module, shape, at) == expected).all()


@SLOW
@given(networks(("conv", "transpose", "max", "avg", "up"), most=4))
def test_the_theoretical_field_is_the_largest_one_seen_far_from_borders(network):
    chain, _ = network
    expected = sizes.receptive_field(chain)
    period = math.prod(int(getattr(layer.along(0), "factor", 1)) for layer in chain)
    period *= math.prod(layer.stride for layer in chain if isinstance(layer, ConvTranspose))
    down = math.prod(layer.along(0).stride for layer in chain if isinstance(layer.along(0), Window))
    n = 4 * expected + 4 * period * down + 100
    after = sizes.output_shape(chain, (2, n, 1 + n))
    middle = after[1] // 2
    spans = []
    for place in range(middle, middle + period):
        (seen, _) = sizes.seen(chain, (2, n, 1 + n), (place, after[2] // 2))
        spans.append(max(seen) - min(seen) + 1 if seen else 0)
    assert max(spans) == expected


def test_the_formula_of_the_receptive_field_in_symbols():
    k1, k2, s1, s2, d2, k3 = sympy.symbols("k1 k2 s1 s2 d2 k3", integer=True, positive=True)
    chain = [Conv(4, k1, s1), Conv(4, k2, s2, dilation=d2), Conv(4, k3)]
    expected = 1 + (k1 - 1) + (k2 - 1) * d2 * s1 + (k3 - 1) * s1 * s2
    assert sympy.expand(sizes.receptive_field(chain) - expected) == 0


def test_a_fully_connected_unit_sees_what_the_map_before_it_sees():
    # 6 -> 2 by stride 4: the last pixel lies in no window and is seen by nobody.
    chain = [Conv(2, 2, stride=3), Flatten(), Linear(3)]
    (rows, columns) = sizes.seen(chain, (1, 6, 6))
    assert rows == columns == {0, 1, 3, 4}
    module = positive(sizes.to_module(chain, (1, 6, 6)))
    assert (gradient_support(module, (1, 6, 6)) == as_pixels((rows, columns), (1, 6, 6))).all()


# --- paddings (A2-5.4) ------------------------------------------------------------------------

PADDED_SIZES = (1, 2, 3, 16)


def _size_after(layer, size):
    """What torch says, on a tensor without data; None where the kernel does not fit."""
    try:
        return layer(torch.empty(1, 1, size, device="meta")).shape[-1]
    except RuntimeError:
        return None


@pytest.mark.parametrize("kernel", range(1, 9))
def test_paddings_down_are_all_that_there_are(kernel):
    """Every padding up to beyond the kernel's span; what is wrong for one size is so for all."""
    for stride, dilation in itertools.product(range(1, 6), range(1, 5)):
        right = set()
        for padding in range(dilation * kernel + 2):
            layer = nn.Conv1d(1, 1, kernel, stride, padding, dilation, device="meta")
            held = [_size_after(layer, stride * m) == m for m in PADDED_SIZES]
            assert all(held) or not any(held)
            right |= {padding} if held[0] else set()
        assert set(sizes.downsampling_paddings(kernel, stride, dilation)) == right


@pytest.mark.parametrize("kernel", range(1, 9))
def test_paddings_up_are_all_that_there_are(kernel):
    for stride, dilation in itertools.product(range(1, 6), range(1, 5)):
        right = set()
        for padding in range(dilation * kernel + 2):
            for extra in range(max(stride, dilation)):
                layer = nn.ConvTranspose1d(
                    1, 1, kernel, stride, padding, extra, dilation=dilation, device="meta"
                )
                held = [_size_after(layer, m) == stride * m for m in PADDED_SIZES]
                assert all(held) or not any(held)
                right |= {(padding, extra)} if held[0] else set()
        assert set(sizes.upsampling_paddings(kernel, stride, dilation)) == right
        inverse = sizes.upsampling_paddings(kernel, stride, dilation, inverse=True)
        assert set(inverse) == {pair for pair in right if pair[1] < stride}


def test_existence_and_uniqueness():
    """One solution for stride 2; for stride 1 none if the span is odd; more from stride 3 on."""
    for kernel, dilation, stride in itertools.product(range(1, 12), range(1, 5), range(1, 8)):
        span = dilation * (kernel - 1)
        down = sizes.downsampling_paddings(kernel, stride, dilation)
        up = sizes.upsampling_paddings(kernel, stride, dilation, inverse=True)
        if stride == 1:
            assert down == (() if span % 2 else (span // 2,))
            assert up == tuple((padding, 0) for padding in down)
        elif stride == 2:
            assert down == (span // 2,)
            assert up == ((span // 2, 1 - span % 2),)
        else:
            assert down
            assert up
            if span >= 2 and (stride > 3 or span % 2 == 0):
                assert len(down) > 1


@SLOW
@given(
    st.integers(1, 40),
    st.integers(1, 6),
    st.integers(1, 5),
    st.integers(0, 6),
    st.integers(1, 4),
    st.integers(0, 5),
)
def test_the_laws_hold_at_numbers(m, k, s, p, d, o):
    assume(o < max(s, d))
    at = dict(zip(sympy.symbols("m k s d", integer=True, positive=True), (m, k, s, d), strict=True))
    at |= dict(zip(sympy.symbols("p o", integer=True, nonnegative=True), (p, o), strict=True))
    up = Spread(k, s, p, d, o).size(m)
    assume(up > 0)
    assert sizes.transposed_law().subs(at) == up - s * m
    if s * m + 2 * p > d * (k - 1):
        assert sizes.convolution_law().subs(at) == Window(k, s, p, d).size(s * m)
    assert sizes.round_trip_law().subs(at) == Window(k, s, p, d).size(up)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
def test_an_even_kernel_keeps_a_size_only_lopsided():
    """The last layer of A2-5.4 with kernel 4."""
    image = torch.zeros(1, 1, 32, 32)
    assert sizes.downsampling_paddings(4, stride=1) == ()
    assert all(nn.Conv2d(1, 1, 4, padding=p)(image).shape != image.shape for p in range(9))
    assert nn.Conv2d(1, 1, 4, padding="same")(image).shape == image.shape


def test_a_dilated_kernel_counts_by_its_span():
    n, k, s, d = sympy.symbols("n k s d", integer=True, positive=True)
    (p,) = sympy.symbols("p,", integer=True, nonnegative=True)
    assert Window(k, s, p, d).size(n) == Window(d * (k - 1) + 1, s, p).size(n)
    assert Spread(k, s, p, d).size(n) == Spread(d * (k - 1) + 1, s, p).size(n)


# --- modules, and refusals --------------------------------------------------------------------


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
