"""What several test files share."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwcode.data.store import data_root, load

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow files first: were they last, one worker would wait for the other."""
    slow = ("browser", "build", "pages")
    items.sort(key=lambda item: not any(item.get_closest_marker(mark) for mark in slow))


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
