"""Bad input to the public functions of mathematics, data and training: an error, or a right result.

The functions come from each module's ``__all__``. One argument at a time gets a bad value, the
others get good ones. What may come back is an error that names the argument, raised on purpose, or
a result without NaN. What may not: an error of NumPy, PyTorch or Python itself, NaN, no end.
"""

from __future__ import annotations

import copy
import importlib
import inspect
import linecache
import math
import pkgutil
import signal
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
import torch
import torch._dynamo  # some seconds, which count to no call
from torch import nn

import hwcode
from hwcode import sizes
from hwcode.chapters.batch_size.noisy_quadratic import harmonic_model
from hwcode.chapters.learning_rate.least_squares import LeastSquares, Spectrum
from hwcode.chapters.logistic_regression.objective import Problem
from hwcode.checking.arguments import ArgumentError
from hwcode.data import DataError, embedded_cifar10, embedded_digits
from tests.conftest import deep

SECONDS = 10
"""For one call; it is far more than any of them needs."""
ROOMS = (
    "hwcode.chapters.", "hwcode.sizes", "hwcode.optimisers",
    "hwcode.data.images", "hwcode.data.embedded",
    "hwcode.training.recipe", "hwcode.training.engine", "hwcode.training.benchmark",
    "hwcode.training.device", "hwcode.training.experiment",
)  # fmt: skip
OTHERS = (
    ".questions", ".truths", ".sheet", ".check", ".experiments",
    ".errata", ".inventory", ".ledger", ".listing", ".practice",
)  # fmt: skip
"""Not mathematics: what comes in there comes through the command line, which has its own tests."""

numbers = np.array([1.0, 0.5, 0.25])
GOOD: dict[str, Any] = {
    "int": 2,
    "float": 0.5,
    "bool": True,
    "Model": harmonic_model(3),
    "LeastSquares": LeastSquares(np.eye(3), numbers),
    "Objective": LeastSquares(np.eye(3), numbers),
    "Reversible": LeastSquares(np.eye(3), numbers),
    "Spectrum": Spectrum(numbers[::-1], numbers, 0.0),
    "Split": embedded_digits().test,
    "Provenance": embedded_digits().provenance,
    "str": "cpu",
    "Mapping[str, str]": {},
    "Contenders": {"a": lambda: None, "b": lambda: None},
    "Callable[[Iterable[nn.Parameter]], Optimizer]": torch.optim.SGD,
    "Loss": nn.functional.mse_loss,
    "Problem": Problem(np.eye(3), np.array([1.0, -1, 1]), np.eye(3), np.array([1.0, -1, 1]), 0.1),
    "ImageData": embedded_digits(),
    "Gradient": lambda step, w: w,
    "Schedule": 0.1,
    "np.random.Generator": np.random.default_rng(0),
    "torch.Generator": torch.Generator(),
    "nn.Module": nn.Linear(3, 2),
    "Tensor": torch.ones(2, 3),
    "sympy.Matrix": sympy.Matrix([[1, 2], [3, 4]]),
    "Callable[[], float]": lambda: 1.0,
    "Sequence[Layer] | nn.Module": [sizes.Conv(2, 3)],
    "Sequence[Layer]": [sizes.Conv(2, 3)],
    "Shape": (1, 8, 8),
    "Size": 3,
    "Geometry": 3,
}
"""By annotation."""
NAMED: dict[str, Any] = {
    "X": np.eye(3),
    "image": np.eye(4),
    "kernel": 3,
    "images": embedded_cifar10().train.images[:2],
    "shown": embedded_cifar10().train.images[:2],
    "labels": np.zeros(2, np.uint8),
    "epochs": 1,
    "updates": 0,
    "rounds": 1,
    "true": embedded_cifar10().train.images[:2],
    "palette": np.zeros((2, 3), np.uint8),
    "decay": 0.1,
    "path": None,
    "method": "trick",
    "basis": "monomials",
    "name": "relu",
    "down": "pool",
    "up": "upsample",
    "n": 4,
    "d": 2,
    "target": 0.3,
    "eps": 0.1,
}
"""By name, where the annotation does not say enough."""
FIRST = ("n", "d", "decay", "target", "kernel", "rounds")
"""Names that say more than their annotation."""
BAD: dict[str, Any] = {
    "negative": -1,
    "negative number": -0.5,
    "zero": 0,
    "fraction": 2.5,
    "NaN": math.nan,
    "infinity": math.inf,
    "huge": 10**30,
    "huge number": 1e308,
    "text": "foo",
    "nothing": None,
    "empty": np.array([]),
    "empty list": [],
    "NaN in it": np.array([1.0, np.nan, 1.0]),
    "infinity in it": np.array([1.0, np.inf, 1.0]),
    "longer": np.ones(7),
    "matrix": np.ones((2, 5)),
    "complex": np.array([1j, 1, 1]),
    "texts": ["a", "b"],
    "ragged": [[1.0], [1.0, 2.0]],
    "object": object(),
    "mapping": {"a": 1},
    "type": int,
}
NEVER = {"int": ("NaN", "infinity", "text", "object", "fraction", "matrix", "huge", "nothing"),
         "float": ("NaN", "infinity", "text", "object", "matrix", "complex", "nothing"),
         "Array": ("NaN in it", "infinity in it", "text", "texts", "empty", "complex", "ragged"),
         }  # fmt: skip
"""What no argument with such an annotation takes."""
LARGE = ("seed", "positions", "rows", "columns")
"""Whole numbers that no loop goes up to."""
RESULTS = (
    "Metered", "Phase", "Spectrum", "Derivative", "Tally", "Start", "Minimum",
    "History", "Outcome", "Record", "Timings",
)  # fmt: skip
"""What functions return; their fields are no input."""
WHOLE = (
    "Benchmark", "Experiment", "load", "make", "verify", "read", "write",
    "Training", "train", "train_step", "first_losses", "measure", "place", "fastest", "as_they_are",
)  # fmt: skip
"""What takes or hands on parts that were checked when they were made: recipes, examples, models."""
EACH_STEP = ("value", "gradient", "hessian_product")
"""Called at each step of a descent, with what was checked where the descent begins."""


def public() -> Iterator[tuple[str, Any]]:
    """Functions, classes and their methods, with the name that a failure is told by."""
    seen = set()
    for module in pkgutil.walk_packages(hwcode.__path__, "hwcode."):
        if not module.name.startswith(ROOMS) or any(one in module.name for one in OTHERS):
            continue
        found = importlib.import_module(module.name)
        for name in getattr(found, "__all__", ()):
            value = getattr(found, name)
            fault = inspect.isclass(value) and issubclass(value, Exception)
            if fault or id(value) in seen or getattr(value, "_is_protocol", False):
                continue
            seen.add(id(value))
            if name in RESULTS or name in WHOLE:
                continue
            room = module.name.removeprefix("hwcode.").removeprefix("chapters.")
            if inspect.isfunction(value) or inspect.isclass(value):
                yield f"{room}.{name}", value
            if name in GOOD:
                for method, _ in inspect.getmembers(GOOD[name], inspect.ismethod):
                    if not method.startswith("_") and method not in EACH_STEP:
                        yield f"{room}.{name}.{method}", getattr(GOOD[name], method)


PUBLIC = dict(public())


def good(name: str, asked: inspect.Parameter) -> Any:
    annotation = str(asked.annotation).removesuffix(" | None")
    if name in NAMED and (annotation not in GOOD or name in FIRST):
        return NAMED[name]
    return GOOD.get(annotation, numbers)


def cases(function: Any) -> list[tuple[str, str, dict[str, Any]]]:
    parameters = {
        name: asked
        for name, asked in inspect.signature(function).parameters.items()
        if asked.kind not in (asked.VAR_KEYWORD, asked.VAR_POSITIONAL)
    }
    fixed = {
        name: good(name, asked)
        for name, asked in parameters.items()
        if asked.default is asked.empty
        and asked.kind not in (asked.VAR_KEYWORD, asked.VAR_POSITIONAL)
    }
    return [
        (name, bad, fixed | {name: value})
        for name, asked in parameters.items()
        for bad, value in BAD.items()
    ]


class EndlessError(BaseException):
    """A call did not come back."""


def outcome(function: Any, arguments: dict[str, Any]) -> tuple[str, str]:
    """``good`` or ``error`` with what was said, or else what is wrong."""

    def stop(*_: Any) -> None:
        raise EndlessError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = function(**{name: fresh(value) for name, value in arguments.items()})
            if isinstance(result, Iterator):
                result = list(islice(result, 3))
    except EndlessError:
        return "bad", f"no end in {SECONDS} s"
    except Exception as error:
        told = f"{type(error).__name__}: {error}".partition("\n")[0][:150]
        return ("error" if on_purpose(error) else "bad"), told
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return ("bad", "NaN") if no_number(result) else ("good", repr(result)[:60])


def on_purpose(error: Exception) -> bool:
    """Raised by a ``raise`` of this project, as an error that says something about input."""
    if isinstance(error, ArgumentError):
        return True
    frame = error.__traceback__
    while frame is not None and frame.tb_next:
        frame = frame.tb_next
    assert frame is not None
    file = frame.tb_frame.f_code.co_filename
    line = linecache.getline(file, frame.tb_lineno).strip()
    ours = Path(file).is_relative_to(Path(hwcode.__file__).parent) and line.startswith("raise ")
    return ours and isinstance(error, (ValueError, LookupError, DataError)) and bool(str(error))


def fresh(value: Any) -> Any:
    """A list of its own for each call, as some functions use theirs up."""
    return copy.deepcopy(value) if isinstance(value, list) else value


def no_number(result: Any) -> bool:
    if isinstance(result, (float, np.floating)):
        return math.isnan(result)
    if isinstance(result, np.ndarray) and result.dtype.kind == "f":
        return bool(np.isnan(result).any())
    return isinstance(result, (tuple, list)) and any(map(no_number, result))


def refused(function: Any, name: str, bad: str) -> bool:
    """Whether this value has to be refused by an argument with its annotation."""
    asked = inspect.signature(function).parameters[name]
    annotation = str(asked.annotation)
    return bad in NEVER.get(annotation, ()) and not (bad == "huge" and name in LARGE)


def judged(name: str, cases_of: list[tuple[str, str, dict[str, Any]]]) -> list[str]:
    """What is wrong, a line for each call."""
    wrong = []
    for argument, bad, arguments in cases_of:
        kind, told = outcome(PUBLIC[name], arguments)
        if kind == "bad":
            wrong.append(f"{argument} = {bad}: {told}")
        elif kind == "good" and refused(PUBLIC[name], argument, bad):
            wrong.append(f"{argument} = {bad}: taken, {told}")
    return wrong


@pytest.mark.parametrize("name", PUBLIC)
def test_bad_input_is_refused_or_right(name):
    every = cases(PUBLIC[name])
    chosen = np.random.default_rng(len(every)).permutation(len(every))[: deep(12, len(every))]
    assert not judged(name, [every[i] for i in sorted(chosen)])
