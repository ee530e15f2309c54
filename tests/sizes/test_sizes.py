"""The size calculator against PyTorch: hooks, Jacobians and gradient support; and its refusals.

It serves H2-3.2, H2-3.3, A2-4.3 and A2-5.4.
"""

from __future__ import annotations

import math

import numpy as np
import sympy
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

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


@SLOW
@given(st.lists(windows(), min_size=1, max_size=4))
def test_gaps_come_only_from_units_read_farther_apart_than_their_fields(steps):
    chain = [Conv(2, **values) for values in steps]
    seen, size, apart, torn = sizes.footprint(chain), 1, 1, False
    for layer in chain:
        torn |= layer.kernel > 1 and layer.dilation * apart > size
        size += (layer.kernel - 1) * layer.dilation * apart
        apart *= layer.stride
    assert max(seen) - min(seen) + 1 == size
    assert torn or len(seen) == size


def test_later_layers_can_fill_the_gaps_of_a_dilation():
    assert len(sizes.footprint([Conv(2, 3, dilation=2)])) == 3
    assert len(sizes.footprint([Conv(2, 3, dilation=2), Conv(2, 3)])) == 7


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
