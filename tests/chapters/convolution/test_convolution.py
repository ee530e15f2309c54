"""H2-3.1 to H2-3.3: convolution against torch and polynomials, and seeded errors to be found."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import hwcode
from hwcode import sizes
from hwcode.chapters import question
from hwcode.chapters.convolution.filters import (
    FILTER,
    IMAGE,
    convolve,
    correlate,
    field_profile,
    odd_part,
)
from hwcode.chapters.convolution.net import NET_INPUT, net
from hwcode.checking.errors import AmbiguousError, AnswerError
from hwcode.sizes import Conv, ConvTranspose, Counting, MaxPool
from tests.conftest import truth

SLOW = settings(deadline=None, max_examples=60)
images = arrays(
    np.int64, st.tuples(st.integers(3, 7), st.integers(3, 7)), elements=st.integers(-9, 9)
)
kernels = arrays(np.int64, (3, 3), elements=st.integers(-9, 9))


def coefficients(array):
    x, y = sympy.symbols("x y")
    return sympy.Poly.from_dict(
        {tuple(map(int, place)): int(value) for place, value in np.ndenumerate(array)}, x, y
    )


# --- H2-3.1 -----------------------------------------------------------------------------------


@SLOW
@given(images, kernels)
def test_full_convolution_multiplies_polynomials(image, kernel):
    assert coefficients(convolve(image, kernel, padding=2)) == coefficients(image) * coefficients(
        kernel
    )


@SLOW
@given(images, kernels, st.integers(0, 2))
def test_correlation_is_what_torch_calls_convolution(image, kernel, padding):
    signal, weight = (torch.tensor(array)[None, None].double() for array in (image, kernel))
    expected = torch.nn.functional.conv2d(signal, weight, padding=padding)[0, 0]
    assert (correlate(image, kernel, padding) == expected.numpy()).all()


@SLOW
@given(images, kernels)
def test_the_odd_part_is_the_difference(image, kernel):
    gap = correlate(image, kernel, 1) - convolve(image, kernel, 1)
    assert (gap == 2 * correlate(image, odd_part(kernel), 1)).all()
    assert (gap == 0).all() or odd_part(kernel).any()


@SLOW
@given(images)
def test_the_filter_compares_a_pixel_with_the_mean_of_its_neighbours(image):
    answers = convolve(image, FILTER, padding=1)
    padded = np.pad(image.astype(object), 1)
    for i, j in np.ndindex(*image.shape):
        around = padded[i, j + 1] + padded[i + 2, j + 1] + padded[i + 1, j] + padded[i + 1, j + 2]
        assert answers[i, j] == 4 * (int(image[i, j]) - Fraction(int(around), 4))


def test_a_kernel_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        correlate(np.ones((2, 2)), np.ones((3, 3)))


@pytest.mark.parametrize("place", list(np.ndindex(5, 5)))
def test_one_wrong_entry_of_the_matrix_is_refused(place):
    entries = convolve(IMAGE, FILTER, padding=1)
    assert hwcode.check("H2-3.1:matrix", entries.tolist()).right
    entries[place] += 1
    assert hwcode.check("H2-3.1:matrix", entries.tolist()).right is False


def test_lines_and_edges_along_diagonals_are_answered_to_more_strongly():
    i, j = np.mgrid[0:9, 0:9]
    straight, diagonal = ((i == 4, i >= 4), (i == j, i >= j))
    largest = [
        [int(convolve(1 * on, FILTER).max()) for on in both] for both in (straight, diagonal)
    ]
    assert largest == [[2, 1], [4, 2]]


# --- H2-3.2 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,957,988", 1957988),
        ("1957988", 1957988),
        ("1,792 + 73,856", 75648),
        ("-1,000", -1000),
        ("max(1,200)", 200),
    ],
)
def test_counts_may_have_commas_between_the_thousands(typed, value):
    assert question("H2-3.2").part("neurons").form.read(typed) == value


@pytest.mark.parametrize("typed", ["1957,988", "1,9579"])
def test_other_commas_are_asked_about(typed):
    with pytest.raises(AmbiguousError, match="a comma between digits") as asked:
        question("H2-3.2").part("neurons").form.read(typed)
    assert len(asked.value.readings) == 2


@pytest.mark.parametrize("typed", ["1,95,988", "0.1,000", "1,957,988.0"])
def test_commas_without_two_readings_are_refused(typed):
    with pytest.raises(AnswerError, match="1500 for a thousand and more"):
        question("H2-3.2").part("neurons").form.read(typed)


@pytest.mark.parametrize("name", ["connections", "fan_in"])
def test_a_row_of_numbers_is_as_good_as_a_column(name):
    part = question("H2-3.2").part(name)
    row = part.reference.T.tolist()
    assert hwcode.check(f"H2-3.2:{name}", row).right
    assert part.form.read(str(row)) == part.reference
    assert hwcode.check(f"H2-3.2:{name}", [row[0][::-1]]).right is False


@pytest.mark.parametrize("name", ["parameters", "neurons", "connections", "fan_in"])
def test_conventions_differ_from_each_other(name):
    """No two conventions give the same answer: the one that a verdict names is the right one."""
    part = question("H2-3.2").part(name)
    answers = [part.reference, *(alternative.answer for alternative in part.alternatives)]
    assert len({str(answer) for answer in answers}) == len(answers)
    assert len({alternative.note for alternative in part.alternatives}) == len(part.alternatives)


def test_the_net_is_that_of_torch():
    with torch.device("meta"):
        module = sizes.to_module(net(), NET_INPUT)
    counts = sizes.count(net(), NET_INPUT)
    assert counts.parameters == sum(p.numel() for p in module.parameters())
    shapes, signal = [], torch.empty(1, *NET_INPUT, device="meta")
    for layer in module:
        signal = layer(signal)
        shapes.append(tuple(signal.shape[1:]))
    assert [row.after for row in counts.rows] == shapes


def test_connections_inside_the_image_by_going_through_all_of_them():
    """The first layer and the first pooling of H2-3.2, place by place along an axis."""
    first = sum(0 <= o - 1 + t < 112 for o in range(112) for t in range(3)) ** 2 * 3 * 64
    pool = sum(0 <= 2 * o + t < 112 for o in range(56) for t in range(2)) ** 2 * 64
    rows = sizes.count(net(), NET_INPUT, Counting(padding=False)).rows
    assert [row.connections for row in rows[:2]] == [first, pool]


# --- H2-3.3 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1, 2, 7])
@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
def test_the_spread_of_random_gradients(depth, kernel):
    profile = field_profile(depth, kernel)
    assert len(profile) == sizes.receptive_field([Conv(1, kernel)] * depth)
    places = np.arange(len(profile)) - (len(profile) - 1) / 2
    assert profile.sum() == pytest.approx(1)
    assert profile @ places**2 == pytest.approx(depth * (kernel**2 - 1) / 12)


def test_the_spread_is_the_expectation_over_all_signs_of_the_weights():
    """Two layers, kernel 2, weights of +-1: all 16 nets, exactly."""
    total = np.zeros(3)
    signs = (-1, 1)
    for a in signs:
        for b in signs:
            for c in signs:
                for d in signs:
                    total += np.convolve([a, b], [c, d]) ** 2
    assert total / total.sum() == pytest.approx(field_profile(2, kernel=2))


# --- seeded errors ----------------------------------------------------------------------------


def wrong_size(self, n):
    return (n + 2 * self.padding - self.dilation * self.kernel) // self.stride + 1


def test_a_wrong_formula_for_sizes_is_found_by_the_module(monkeypatch):
    chain = [Conv(4, 3, stride=2, padding=1, dilation=2)]
    module = sizes.to_module(chain, (2, 9, 9))
    monkeypatch.setattr(sizes.Window, "size", wrong_size)
    with pytest.raises(ValueError, match="its output is"):
        sizes.count(module, (2, 9, 9))


def test_a_wrong_number_of_parameters_is_found_by_the_module(monkeypatch):
    module = sizes.to_module([Conv(4, 3)], (2, 9, 9))
    monkeypatch.setattr(Conv, "biases", lambda self, shape: 0)
    with pytest.raises(ValueError, match="has 76 parameters"):
        sizes.count(module, (2, 9, 9))


@pytest.mark.parametrize("part", ["parameters", "neurons", "connections", "fan_in"])
def test_a_wrong_count_is_contradicted_by_the_truth(part):
    asked = question("H2-3.2").part(part)
    wrong = (
        asked.reference + sympy.ones(*asked.reference.shape)
        if part[0] in "cf"
        else asked.reference + 1
    )
    assert not asked.form.compare(wrong, truth(f"H2-3.2:{part}")).equal


def test_a_transposed_convolution_is_not_taken_for_a_convolution():
    chain = [ConvTranspose(2, 3, 2, padding=1), MaxPool(2)]
    assert sizes.receptive_field(chain) == 2
    assert sizes.receptive_field([Conv(2, 3, 2, padding=1), MaxPool(2)]) == 5
