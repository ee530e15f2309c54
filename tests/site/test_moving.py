"""Figures that move: tables hold what another computation gives, at random settings."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
import torch

from hwcode.chapters.convolution.filters import FILTER, IMAGE
from hwcode.optimisers import torch_iterates
from hwcode.site.moving import batch_size, learning_rate, weight_decay
from hwcode.site.moving.figure import LARGEST, Control, Layer, Moving, rounded
from hwcode.site.page import style
from tests.conftest import ROOT
from tests.site.moving import FIGURES, Read, script

read = cache(Read)
NEAR = 0.6
"""Points of the drawing by which a line may be off: what is left out, and eighths of a point."""


def _value(told: str) -> float:
    """The number that a reader sees, which may have a power of ten."""
    front, _, power = told.replace(",", "").partition(" × 10")
    plain = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(front) * 10.0 ** int(plain or 0)


@pytest.mark.parametrize("value", [9.96, 999.6, 1234.5, 0.3301, 1e-3, 9.99e-5, 2e7, 1])
@pytest.mark.parametrize("digits", [1, 2, 3])
def test_a_rounded_number_is_the_number(value, digits):
    told = rounded(value, digits)
    assert "e" not in told
    assert _value(told) == pytest.approx(value, rel=0.5 * 10 ** (1 - digits))


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_small_and_stands_without_a_script(name):
    found, page = read(name), FIGURES[name][0]
    table = found.html.split("data-table='")[1].split("'")[0]
    assert len(table.encode()) <= LARGEST * 1.02  # with its signs written for HTML
    drawn = re.findall(r'data-layer="(\d+)"', found.html)
    assert sorted(map(int, drawn)) == list(range(len(found.table["layers"])))
    assert found.html.count('role="img"') == len(found.moving.panels) == found.html.count("</svg>")
    source = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
    assert f"moving.{FIGURES[name][1].__name__}()" in source


def test_no_table_is_too_large_without_a_word():
    import matplotlib.pyplot as plt

    with style():
        fig, ax = plt.subplots(figsize=(2, 2))
    many = Control("place", "Place", [(one, str(one)) for one in range(3000)])
    layers = [Layer("dot", ax, "dots")]
    figure = Moving(
        "large", [(fig, "a dot")], [many], layers,
        lambda place: {"dot": ([place / 3000], [0.5]), "told": {}},
    )  # fmt: skip
    with pytest.raises(ValueError, match="8192 are allowed"):
        _ = figure.html


def test_the_script_is_small_and_makes_no_text_a_program():
    assert len(script().encode()) < 10_000
    assert not re.search(r"eval\(|Function\(|innerHTML|setTimeout\(\s*[\"']|\bimport\b", script())


def test_loss_against_rate_is_that_of_the_steps_themselves():
    found = read("loss-against-rate")
    for setting, values in found.settings(6):
        h, weights = map(np.array, learning_rate.SPECTRA[values["spectrum"]])
        rates = np.linspace(0.003, 0.597, 100)
        w = np.tile(np.sqrt(2 * weights / h), (100, 1))
        for _ in range(values["steps"]):
            w = w - rates[:, None] * h * w
        loss = (h * w**2 / 2).sum(axis=1)
        assert found.off("loss", setting, np.column_stack([rates, loss])) < NEAR
        best = float(found.told(setting)["best rate"])
        start = np.sqrt(2 * weights / h)
        fine = best + np.linspace(-0.02, 0.02, 401)
        losses = [(h * (start * (1 - r * h) ** values["steps"]) ** 2).sum() for r in fine]
        assert abs(fine[int(np.argmin(losses))] - best) < 2e-4
        limit = 2 / (h.min() + h.max())
        assert float(found.told(setting)["best rate for very many steps (dashed)"]) == round(
            limit, 4
        )


def test_schedule_is_that_of_a_scheduler_of_torch():
    found = read("schedule")
    short = [one for one in found.settings(40) if one[1]["epochs"] == 5][:4]
    for setting, values in short:
        total, peak = 391 * values["epochs"], values["peak"]
        turn = values["warmup"] * total
        weight = torch.zeros(1, requires_grad=True)
        optimiser = torch.optim.SGD([weight], lr=1.0)
        rule = torch.optim.lr_scheduler.LambdaLR(
            optimiser,
            lambda t, turn=turn, total=total, peak=peak: (
                1e-4 + peak * t / turn
                if t <= turn
                else peak * np.sin(np.pi / 2 * (total - t) / (total - turn)) + 1e-6
            ),
        )
        rates = []
        for _ in range(total):
            rates.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            rule.step()
        told = found.told(setting)
        assert _value(told["of the last"]) == pytest.approx(rates[-1], rel=0.05)
        assert float(told["half-way"]) == pytest.approx(rates[total // 2], abs=1e-4)
        points = np.column_stack([range(0, total, 37), rates[::37]])
        assert found.off("rate", setting, points) < NEAR


def test_momentum_is_that_of_torch_and_its_roots_are_eigenvalues():
    found = read("momentum-roots")
    for setting, values in found.settings(8):
        rho, rate = values["rho"], values["rate"]
        curvature = np.array([[np.sqrt(0.5)]])  # the loss is the mean square: half of w^2
        path = torch_iterates("SGD", curvature, np.zeros(1), np.ones(1), 25, lr=rate, momentum=rho)[
            :, 0
        ]
        assert found.off("path", setting, np.column_stack([range(26), path])) < NEAR
        step = np.array([[1 - rate, -rate * rho], [1, rho]])  # on (w, velocity)
        roots = np.linalg.eigvals(step)
        (drawn,) = found.points("roots", setting)
        inside = [root for root in roots if abs(root.real) <= 1.6 and abs(root.imag) <= 1.6]
        assert len(drawn) == len(inside)
        for root in inside:
            assert np.min(np.hypot(*(drawn - (root.real, root.imag)).T)) < 0.01
        largest = float(found.told(setting)["modulus of the larger root"])
        assert largest == pytest.approx(np.abs(roots).max(), abs=6e-4)


TORCH = {"gradient descent": "SGD", "momentum": "SGD", "RMSProp": "RMSprop"}


def test_paths_are_those_of_torch():
    found = read("paths")
    data, target, start = np.array([[2.0, 1.0]]), np.array([2.0]), np.zeros(2)
    for setting, values in found.settings(14):
        method, options = values["method"], {"lr": values["rate"]}
        if method == "momentum":
            options["momentum"] = values["beta"]
        if method in ("Adagrad", "RMSProp", "Adam"):
            options["eps"] = values["eps"]
        if method == "RMSProp":
            options["alpha"] = values["beta"]
        if method == "Adam":
            options["betas"] = (values["beta"], 0.999)
        path = torch_iterates(TORCH.get(method, method), data, target, start, 40, **options)
        assert found.off("path", setting, path) < NEAR
        told = found.told(setting)["after 40 updates"].replace("−", "-")
        if np.abs(path).max() < 50:  # beyond, rounding grows with the weights
            assert np.allclose(
                [float(one) for one in told.strip("()").split(",")], path[-1], atol=6e-4
            )


def test_decays_are_those_of_a_loop():
    found = read("decayed")
    for setting, values in found.settings(8):
        w, path = np.array([3.0, 2.0]), [np.array([3.0, 2.0])]
        for i in range(values["steps"]):
            fall = {"constant": 1, "falls as 1/(1 + i/20)": 1 / (1 + i / 20)}
            rate = 0.1 * fall.get(values["schedule"], (1 + i / 20) ** -0.5)
            decay = values["decay"] * (rate / 0.1 if "PyTorch" in values["way"] else 1)
            w = w - decay * w - rate * 2 * (w.sum() - 3)
            path.append(w)
        assert found.off("path", setting, np.array(path)) < NEAR
        ends = found.told(setting)["weights"].strip("()").split(",")
        assert np.allclose([float(one) for one in ends], w, atol=6e-4)
    assert set(weight_decay.SCHEDULES) == {
        "constant",
        "falls as 1/(1 + i/20)",
        "falls as 1/√(1 + i/20)",
    }


def test_batches_reach_their_target_and_no_step_earlier():
    found = read("batches")
    for setting, values in found.settings(6):
        told = found.told(setting)
        steps, rate = (
            int(told["steps"].replace(",", "")),
            batch_size.fewest(values["batch"], values["target"])[1],
        )
        a = 1 / np.arange(1, 101)
        m, losses = np.ones(100), [1.0]
        for _ in range(steps):
            m = (1 - rate * a) ** 2 * m + rate**2 * a / values["batch"]
            losses.append(float(a @ m / a.sum()))
        assert losses[-1] <= values["target"] * (1 + 1e-6) < losses[-2] * (1 + 1e-5)
        assert int(told["examples"].replace(",", "")) == steps * values["batch"]
        times = np.unique(np.geomspace(1, steps, 60).astype(int))
        points = np.column_stack([times, np.array(losses)[times]])
        assert found.off("loss", setting, points) < NEAR


def test_convolved_is_what_torch_computes():
    found = read("convolved")
    kernel = torch.tensor(FILTER[::-1, ::-1].tolist(), dtype=torch.float64)[None, None]
    image = torch.tensor(IMAGE.tolist(), dtype=torch.float64)[None, None]
    for setting, values in found.settings(12):
        way = {name: values[name] for name in ("padding", "stride", "dilation")}
        result = torch.nn.functional.conv2d(image, kernel, **way)[0, 0].numpy().astype(int)
        texts = found.texts("values", setting).replace("−", "-").split("|")
        assert [int(one) for one in texts] == result.ravel().tolist()
        assert (
            int(found.told(setting)["the marked one"].replace("−", "-"))
            == result.ravel()[values["output"]]
        )
        # A pixel is marked exactly if the output depends on it; the padding is none.
        probe = image.clone().requires_grad_(True)
        ones = torch.ones(1, 1, 3, 3, dtype=torch.float64)
        torch.nn.functional.conv2d(probe, ones, **way)[0, 0].flatten()[values["output"]].backward()
        assert marked_pixels(found, setting) == {
            (i, j) for i, j in np.argwhere(probe.grad[0, 0].numpy())
        }


def marked_pixels(found: Read, setting: list[int]) -> set[tuple[int, int]]:
    """Rows and columns of the image that are marked; its upper left corner is at (2, 2)."""
    (corners,) = found.points("reads", setting)
    (shift,) = found.points("reads", setting, "at")
    origin = found.moving.layers[2].ax.transData.transform((0, 0))
    height = found.moving.layers[2].ax.figure.get_figheight() * 72
    by = found.moving.layers[2].ax.transData.transform(shift[0]) - (0, height)
    place = found.moving.layers[2].ax.transData.inverted().transform(origin + by)
    cells = {tuple(np.rint(one + place).astype(int) - 2) for one in corners[::2]}
    return {(int(i), int(j)) for j, i in cells if 0 <= i < 5 and 0 <= j < 5}


def test_field_is_the_support_of_a_derivative():
    found = read("field")
    for setting, values in found.settings(10):
        stride, dilation, kernel = values["stride"], values["dilation"], values["kernel"]
        pixels = torch.zeros(1, 1, 200, dtype=torch.float64, requires_grad=True)
        taps, at = torch.ones(1, 1, kernel, dtype=torch.float64), pixels
        for _ in range(values["layers"]):
            at = torch.nn.functional.conv1d(at, taps, stride=stride, dilation=dilation)
        at[0, 0, 0].backward()
        reached = np.flatnonzero(pixels.grad[0, 0].numpy())
        (drawn,) = found.points("pixels", setting)
        middle = (reached[0] + reached[-1]) / 2
        assert np.allclose(sorted(drawn[:, 0]), reached - middle, atol=0.05)
        told = found.told(setting)
        assert told["field"] == f"{reached[-1] - reached[0] + 1} pixels"
        assert told["it depends on"] == f"{len(reached)} of them"


def test_numbers_go_through_the_blocks_as_min_and_max_say():
    found = read("sorted")
    wires = {"S1": (0, 1), "S2": (2, 3), "S3": (0, 2), "S4": (1, 3), "S5": (1, 2)}
    stages = (("S1", "S2"), ("S3", "S4"), ("S5",))
    for setting, values in found.settings(40):
        gone = values["network"].removeprefix("without ")
        x, shown = list(values["x"]), []
        for stage in stages:
            for i, j in (wires[one] for one in stage if one != gone):
                x[i], x[j] = min(x[i], x[j]), max(x[i], x[j])
            shown += x
        places = found.texts("after", setting)
        assert [values["x"][int(one)] for one in places] == shown
        assert found.told(setting)["in order"] == ("yes" if x == sorted(x) else "no")
        assert ("".join(found.texts("before", setting))) == "0123"


def test_counts_and_units_that_fire_are_those_of_counting():
    found = read("counted")
    for setting, values in found.settings(40):
        x = values["x"]
        # The threshold unit is 1 at 0, too: an equal number counts as smaller.
        counts = [sum(x[j] <= x[i] for j in range(4) if j != i) for i in range(4)]
        assert found.texts("counts", setting) == "|".join(map(str, counts))
        through = [i for i, count in enumerate(counts) if count == values["k"] - 1]
        (dots,) = found.points("fired", setting)
        assert [round(-y) for _, y in dots] == through
        told = found.told(setting)["output"]
        assert told == (" + ".join(f"{{{i}}}" for i in through) or "0: none fires")
