"""NumPy, for the few forms of answers that compute with it: imported when it is first used.

A small installation has SymPy alone. Whoever checks a program there is told what to install.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

from hwcode.checking.errors import AnswerError

__all__ = ["lacking", "np", "require"]


def lacking(error: ModuleNotFoundError) -> str:
    """What is not installed, and which extra of this package brings it.

    Raises:
        ModuleNotFoundError: if a module of this package is missing, which no extra can mend.

    >>> lacking(ModuleNotFoundError(name="torch"))
    "torch, which is not installed; pip install 'hwcode[train]' brings it"
    """
    name = (error.name or "").partition(".")[0]
    if name in ("", "hwcode"):
        raise error
    extra = "programs" if name == "numpy" else "train"
    return f"{name}, which is not installed; pip install 'hwcode[{extra}]' brings it"


def require(module: str) -> None:
    """Import NumPy or torch.

    Raises:
        AnswerError: if it is not installed; names the extra that brings it.
    """
    try:
        if module == "numpy":
            import numpy  # noqa: F401
        else:
            import torch  # noqa: F401
    except ModuleNotFoundError as error:
        raise AnswerError(f"this answer is decided with {lacking(error)}") from None


class _NumPy(ModuleType):
    """Stands for NumPy until the first of its names is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by tools that look at modules, not by programs
            raise AttributeError(name)
        require("numpy")
        import numpy

        return getattr(numpy, name)


if TYPE_CHECKING:
    import numpy as np
else:
    np = _NumPy("numpy")
