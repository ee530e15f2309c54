"""Problems, iterates and answers that the tests of implicit bias share."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from hwcode.chapters import question
from hwcode.chapters.check import split_id
from hwcode.checking import Verdict
from hwcode.checking.isolation import check_here


def problem(n: int, d: int, seed: int) -> tuple[Any, Any]:
    """Random data, ``n x d``, and targets."""
    generator = np.random.default_rng(seed)
    return generator.standard_normal((n, d)), generator.standard_normal(n)


def at(path: Iterator[Any], step: int) -> Any:
    """The iterate after so many steps."""
    return next(islice(path, step, None))


def check(id: str, text: str) -> Verdict:
    """The verdict on a typed answer, in this process."""
    name, part = split_id(id)
    return check_here(question(name).part(part), name, text)
