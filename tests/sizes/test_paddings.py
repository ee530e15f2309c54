"""A2-5.4: the paddings that keep, divide and multiply sizes, against all that PyTorch accepts."""

from __future__ import annotations

import itertools

import pytest
import sympy
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from hwcode import sizes
from hwcode.sizes import Spread, Window

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
    """One for stride 2, for stride 1 none if the span is odd, and how many for larger strides."""
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
        elif stride <= span + 1:
            assert len(down) == (stride + 1 - span % 2) // 2
        else:
            assert down == tuple(range(span // 2 + 1))
        # The theorem: what divides by the stride multiplies by it, with one output padding.
        assert up == tuple((padding, 2 * padding - (span + 1 - stride)) for padding in down)


@settings(deadline=None, max_examples=60)
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
