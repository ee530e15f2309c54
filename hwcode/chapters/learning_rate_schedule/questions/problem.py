"""What the questions on learning-rate schedules have in common."""

from __future__ import annotations

from typing import Any

from hwcode.checking import Numbers, scalar

CHAPTER = "learning_rate_schedule"

a, b, q = (scalar(name, positive=True) for name in "abq")
c, s, h, x = (scalar(name, positive=True) for name in "cshx")
eta, rho = scalar("eta", positive=True), scalar("rho", positive=True)


def draw_momentum(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Rates up to 2 (1 + rho)/h, from which on the weights run away."""
    momentum, curvature = numbers.number(interval=(0, 1)), numbers.number(h)
    rate = numbers.number(interval=(0, 2)) * (1 + momentum) / curvature
    return {rho: momentum, h: curvature, eta: rate}
