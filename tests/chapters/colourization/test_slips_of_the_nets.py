"""A2-4.1 and A2-5.1: the nets as students write them, and what slips into them."""

from __future__ import annotations

import pytest

from tests.chapters.handed_in import judged

POOL = """
from torch import nn
class PoolUpsampleNet(nn.Module):
    def __init__(self, kernel, num_filters, num_colours, num_in_channels):
        super().__init__()
        a, f, c, p = num_in_channels, num_filters, num_colours, kernel // 2
        self.b1 = nn.Sequential(nn.Conv2d(a, f, kernel, padding=p), POOL, nn.BatchNorm2d(f), nn.ReLU())
        self.b2 = nn.Sequential(nn.Conv2d(f, 2*f, kernel, padding=p), POOL, nn.BatchNorm2d(2*f), nn.ReLU())
        self.b3 = nn.Sequential(nn.Conv2d(2*f, f, kernel, padding=p), UP, nn.BatchNorm2d(f), nn.ReLU())
        self.b4 = nn.Sequential(nn.Conv2d(f, c, kernel, padding=p), UP, nn.BatchNorm2d(c), nn.ReLU())
        self.b5 = nn.Conv2d(c, c, kernel, padding=p)
    def forward(self, x):
        return self.b5(self.b4(self.b3(self.b2(self.b1(x)))))
"""  # noqa: E501
TRANSPOSE = """
from torch import nn
class ConvTransposeNet(nn.Module):
    def __init__(self, kernel, num_filters, num_colours, num_in_channels):
        super().__init__()
        a, f, c, p = num_in_channels, num_filters, num_colours, kernel // 2
        down, up = dict(stride=2, padding=1), dict(stride=2, padding=1, output_padding=1)
        self.b1 = nn.Sequential(nn.Conv2d(a, f, kernel, **down), nn.BatchNorm2d(f), nn.ReLU())
        self.b2 = nn.Sequential(nn.Conv2d(f, 2*f, kernel, **down), nn.BatchNorm2d(2*f), nn.ReLU())
        self.b3 = nn.Sequential(nn.ConvTranspose2d(2*f, f, kernel, **up), nn.BatchNorm2d(f), nn.ReLU())
        self.b4 = nn.Sequential(nn.ConvTranspose2d(f, c, kernel, **up), nn.BatchNorm2d(c), nn.ReLU())
        self.b5 = nn.Conv2d(c, c, kernel, padding=p)
    def forward(self, x):
        return self.b5(self.b4(self.b3(self.b2(self.b1(x)))))
"""  # noqa: E501
LAST = "return self.b5(self.b4(self.b3(self.b2(self.b1(x)))))"
POOL_SLIPS = {
    "the last has a ReLU": ((LAST, LAST + ".relu()"), "forbids negative ones"),
    "a sigmoid": ((LAST, LAST + ".sigmoid()"), "are logits"),
    "the classes": ((LAST, LAST + ".argmax(1)"), "whole numbers"),
    "no return": ((LAST, LAST.removeprefix("return ")), "no tensor"),
    "no super": (("super().__init__()", "pass"), "when it is made"),
    "pooling behind ReLU": (
        ("POOL, nn.BatchNorm2d(f), nn.ReLU()", "nn.BatchNorm2d(f), nn.ReLU(), POOL"),
        ("POOL, nn.BatchNorm2d(2*f), nn.ReLU()", "nn.BatchNorm2d(2*f), nn.ReLU(), POOL"),
        "pools before BatchNorm",
    ),
    "3 x 3 pooling": (("POOL", "nn.MaxPool2d(3, 2, 1)"), "without overlap"),
    "strides": (
        ("nn.Conv2d(a, f, kernel, padding=p), POOL", "nn.Conv2d(a, f, kernel, 2, p)"),
        ("nn.Conv2d(f, 2*f, kernel, padding=p), POOL", "nn.Conv2d(f, 2*f, kernel, 2, p)"),
        "strides are what ConvTransposeNet has",
    ),
    "one Upsample": (
        ("UP, nn.BatchNorm2d(f)", "nn.BatchNorm2d(f)"),
        ("UP, nn.BatchNorm2d(c)", "nn.Upsample(scale_factor=4), nn.BatchNorm2d(c)"),
        "both blocks on the way up double",
    ),
    "NF everywhere": (("2*f", "f"), "doubles the channels to 2NF"),
    "kernel 3": (("kernel, padding=p", "3, padding=1"), "another shape"),
    "a skip": ((LAST, "h = self.b1(x); return self.b5(self.b4(self.b3(self.b2(h)) + h))"), "else"),
}
TRANSPOSE_SLIPS = {
    "no output padding": ((", output_padding=1", ""), "makes it 16"),
    "kernel 4": (
        ("nn.ConvTranspose2d(2*f, f, kernel, **up)", "nn.ConvTranspose2d(2*f, f, 4, 2, 1)"),
        "another shape",
    ),
    "exchanged sizes": (("ConvTranspose2d(2*f, f", "ConvTranspose2d(f, 2*f"), "fails on an image"),
    "no last convolution": ((LAST, "return self.b4(self.b3(self.b2(self.b1(x))))"), "no gradient"),
    "the last transposed": (
        ("self.b5 = nn.Conv2d(c, c, kernel, padding=p)",
         "self.b5 = nn.ConvTranspose2d(c, c, kernel, 1, p)"),
        "something else",
    ),
    "a sigmoid": ((LAST, LAST + ".sigmoid()"), "are logits"),
}  # fmt: skip
NETS = {"A2-4.1:net": (POOL, POOL_SLIPS), "A2-5.1:net": (TRANSPOSE, TRANSPOSE_SLIPS)}


def written(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.replace("POOL", "nn.MaxPool2d(2)").replace("UP", "nn.Upsample(scale_factor=2)")


@pytest.mark.parametrize("id", NETS)
def test_the_starters_constructor_is_right(id):
    assert judged(id, written(NETS[id][0])).right


@pytest.mark.parametrize(
    ("id", "slip"), [(id, slip) for id, (_, slips) in NETS.items() for slip in slips]
)
def test_slips_get_their_reason(id, slip):
    text, slips = NETS[id]
    *changes, why = slips[slip]
    verdict = judged(id, written(text, *changes))
    assert verdict.right is False
    assert why in verdict.diagnosis, verdict
