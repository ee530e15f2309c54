"""Notebooks as students hand them in, made from the chapter's references and its known mistakes."""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from hwcode.chapters.networks_from_scratch import modules
from hwcode.chapters.networks_from_scratch.questions import module_answers
from hwcode.checking.source import without_checks

__all__ = ["MISTAKES", "RIGHT", "half_finished", "notebook", "with_mistakes"]

HEAD = """\
# The course's notebook begins so.
from __future__ import annotations
from collections.abc import Callable, Sequence
from typing import Any
import numpy as np
import matplotlib.pyplot as plt
from sklearn.datasets import make_moons
%matplotlib inline
np.random.seed(0)
"""
TRAINING = """\
X, t = make_moons(1000, noise=0.1, random_state=42)
t = t[:, None]
model = BinaryLogisticRegression(2)
losses = [gd_step(model, X, t, 1e-4) for _ in range(10**9)]
plt.plot(losses)
print("accuracy", np.mean(model.predict(X) == t))
"""
RIGHT: dict[str, Any] = {
    "A1-P1.1:module": modules.BinaryCrossEntropy,
    "A1-P1.2": modules.Linear,
    "A1-P1.3:module": modules.BinaryLogisticRegression,
    "A1-P1.4:step": modules.gd_step,
    "A1-P2.1:relu": modules.ReLU,
    "A1-P2.1:tanh": modules.Tanh,
    "A1-P2.2": modules.Sequential,
    "A1-P2.3:module": modules.BinaryClassificationMLP,
}
"""The parts that the starter asks programs for, in its order."""
MISTAKES: dict[str, Any] = {
    "A1-P1.1:module": module_answers.LossMeanTwice,
    "A1-P1.2": module_answers.LinearSets,
    "A1-P1.3:module": module_answers.RegressionPredictsByHalf,
    "A1-P1.4:step": module_answers.step_rebinds,
    "A1-P2.1:relu": module_answers.ReLUInTheClass,
    "A1-P2.1:tanh": "class Tanh(Tanh):\n"
    "    def backward(self, grad_output):\n"
    "        return (grad_output * (1 - self._output),)\n",
    "A1-P2.2": module_answers.SequentialUnprefixed,
    "A1-P2.3:module": module_answers.PerceptronMeanTwice,
}


def _source(made: Any) -> str:
    """The text of a class or function, as a notebook that imports nothing of ours can have it."""
    return ast.unparse(without_checks(ast.parse(inspect.getsource(made))))


def notebook(cells: list[tuple[str, str]]) -> str:
    """Cells, each as its kind and its source, in the form of Jupyter."""
    made = [
        {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
        | ({} if kind == "markdown" else {"execution_count": None, "outputs": []})
        for kind, source in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def with_mistakes(
    mistakes: Mapping[str, Any] = MappingProxyType({}), parts_of: Collection[str] = RIGHT.keys()
) -> str:
    """The notebook, with wrong classes and functions behind the right ones.

    Args:
        mistakes: a class or function, or its text, for some parts.
        parts_of: the parts that are in it.
    """
    parts = []
    for id, right in RIGHT.items():
        if id not in parts_of:
            continue
        source = _source(right)
        if id in mistakes:
            source += "\n\n" + _renamed(mistakes[id], right.__name__)
        parts.append((id, source))
    return _assembled(parts)


def half_finished() -> str:
    """Part 1 and the first activation are there; tanh is begun, the rest are as in the starter."""
    parts = []
    for id, right in RIGHT.items():
        source = _source(right)
        if id == "A1-P2.1:tanh":
            source = _emptied(source, {"backward"})
        elif id.startswith("A1-P2") and id != "A1-P2.1:relu":
            source = _emptied(source, {"__init__", "forward", "backward", "predict"})
        parts.append((id, source))
    return _assembled(parts)


def _assembled(parts: list[tuple[str, str]]) -> str:
    cells = [("markdown", "# Assignment 1, programming"), ("code", HEAD)]
    cells.append(("code", _source(modules.Module)))
    for id, source in parts:
        cells += [("markdown", f"## {id.partition('-')[2].partition(':')[0]}"), ("code", source)]
        if id == "A1-P1.4:step":
            cells.append(("code", TRAINING))
    return notebook(cells)


def _renamed(wrong: Any, name: str) -> str:
    """A known mistake as a student's own: a class of the same name as the right one."""
    if isinstance(wrong, str):
        return wrong
    source = _source(wrong).replace("modules.", "")
    helpers = re.findall(r"\b_gradients\b", source)
    before = _source(module_answers._gradients) + "\n\n" if helpers else ""
    return before + re.sub(rf"\b{wrong.__name__}\b", name, source)


def _emptied(source: str, names: set[str]) -> str:
    """The bodies of some methods replaced by what the starter has in them."""
    (made,) = ast.parse(textwrap.dedent(source)).body
    assert isinstance(made, ast.ClassDef)
    for one in made.body:
        if isinstance(one, ast.FunctionDef) and one.name in names:
            begun = "super().__init__()" if one.name == "__init__" else "raise NotImplementedError"
            one.body = ast.parse(begun).body
    return ast.unparse(made)
