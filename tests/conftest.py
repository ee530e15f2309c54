"""What several test files share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import pytest

from hwcode.chapters import question, truth_of
from hwcode.chapters.check import split_id
from hwcode.checking import Truth
from hwcode.data.store import data_root, load

ROOT = Path(__file__).resolve().parent.parent


Count = TypeVar("Count")


def deep(ordinary: Count, thorough: Count) -> Count:
    """How often a fault is tried: a sample, or with HWCODE_DEEP=1 the full count."""
    return thorough if os.environ.get("HWCODE_DEEP") == "1" else ordinary


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow files first, else one worker would wait for the other; deep tests on request."""
    slow = ("browser", "build", "pages")
    items.sort(key=lambda item: not any(item.get_closest_marker(mark) for mark in slow))
    if not os.environ.get("HWCODE_DEEP"):
        skip = pytest.mark.skip(reason="deep: set HWCODE_DEEP=1 to run it")
        for item in items:
            if item.get_closest_marker("deep"):
                item.add_marker(skip)


def truth(name: str) -> Truth:
    """What a part asks for, from the definition, by ``ID`` or ``ID:part``."""
    id, part = split_id(name)
    asked = question(id)
    found = truth_of(asked, asked.part(part))
    assert found is not None
    return found


def real_data(name: str) -> pytest.MarkDecorator:
    """Skip where the real dataset is not there; a damaged one is an error, not a skip."""
    absent = not (data_root() / name).exists()
    return pytest.mark.skipif(absent, reason=f"HWCODE_DATA has no {name}")


@pytest.fixture(scope="session")
def mnist():
    """The real MNIST."""
    images = load("mnist")
    if images is None:
        pytest.skip("HWCODE_DATA has no mnist")
    return images
