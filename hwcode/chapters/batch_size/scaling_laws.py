"""Published fits of the loss of language models, and what they say about ten times the compute.

Kaplan et al. 2020 (arXiv:2001.08361, section 1.2, tables 3 and 6) and Hoffmann et al. 2022
(arXiv:2203.15556, approach 3), the latter also as fitted anew by Besiroglu et al. 2024
(arXiv:2404.10102). Losses are in nats per token, batches in tokens. The fits are for the authors'
models and data; ``N`` counts non-embedding parameters in the first, all parameters in the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from scipy.optimize import brentq

from hwcode.checking.arguments import above, at_least, takes

__all__ = ["BESIROGLU", "HOFFMANN", "KAPLAN", "PF_DAY", "Chinchilla", "Kaplan"]

PF_DAY = 1e15 * 24 * 3600
"""Floating-point operations of one petaflop/s for a day."""


@takes(
    N_c=above(0),
    S_c=above(0),
    B_star=above(0),
    alpha_N=above(0),
    alpha_S=above(0),
    alpha_B=above(0),
)
@dataclass(frozen=True)
class Kaplan:
    """``L = (N_c / N)^a_N + (S_c / S_min)^a_S``, with steps counted at a very large batch.

    At batch size ``B`` the same loss takes ``S = S_min (1 + B_crit(L) / B)`` steps, with
    ``B_crit(L) = B_star / L^(1 / a_B)`` (their equations 1.4, 1.6 and 5.4).
    """

    N_c: float = 6.5e13
    S_c: float = 2.1e3
    B_star: float = 2e8
    alpha_N: float = 0.077
    alpha_S: float = 0.76
    alpha_B: float = 0.21

    @takes(N=above(0))
    def size_term(self, N: Any) -> Any:
        """The loss that is left after training a model of ``N`` parameters for ever.

        >>> round(KAPLAN.size_term(1e9), 2)
        2.35
        """
        return (self.N_c / N) ** self.alpha_N

    @takes(S_min=above(0))
    def steps_term(self, S_min: Any) -> Any:
        """What is added after only so many steps, at a very large batch."""
        return (self.S_c / S_min) ** self.alpha_S

    @takes(L=above(0))
    def critical_batch(self, L: Any) -> Any:
        """The critical batch size at a loss, in tokens: about a million at a loss of 3.

        >>> round(KAPLAN.critical_batch(3.0) / 1e6, 2)
        1.07
        """
        return self.B_star / L ** (1 / self.alpha_B)

    @takes(N=above(0), S=above(0), B=above(0))
    def loss(self, N: Any, S: Any, B: Any) -> Any:
        """The loss after ``S`` steps at batch size ``B``.

        The critical batch depends on the loss, so this is an equation for it; its right side falls
        as the loss rises, and it has one solution, above :meth:`size_term`.

        Raises:
            ValueError: for a loss above a million, where the fit means nothing.

        >>> at = KAPLAN.loss(1e9, 1e5, 5e5)
        >>> effective = 1e5 / (1 + KAPLAN.critical_batch(at) / 5e5)
        >>> abs(at - KAPLAN.size_term(1e9) - KAPLAN.steps_term(effective)) < 1e-9
        True
        """

        least = self.size_term(N)

        def excess(log_ratio: float) -> float:
            L = least * math.exp(log_ratio)
            effective = S / (1 + self.critical_batch(L) / B)
            return least + self.steps_term(effective) - L

        return least * math.exp(brentq(excess, 0.0, math.log(1e6 / least)))

    @takes(N=above(0))
    def efficient_steps(self, N: Any) -> Any:
        """The ``S_min`` at which ``N`` is the best size for the compute spent.

        At a given loss ``C_min = 6 N B_crit S_min`` is least where the two terms fall equally fast
        per factor of compute: ``a_N * size term = a_S * steps term``.

        >>> S = KAPLAN.efficient_steps(1e9)
        >>> round(KAPLAN.steps_term(S) / KAPLAN.size_term(1e9), 4)
        0.1013
        """
        term = self.alpha_N / self.alpha_S * self.size_term(N)
        return self.S_c / term ** (1 / self.alpha_S)

    @property
    def size_exponent(self) -> float:
        """``N`` grows as the minimal compute to this power on the efficient frontier.

        >>> round(KAPLAN.size_exponent, 2)
        0.68
        """
        total = 1 / self.alpha_N + 1 / self.alpha_S + 1 / self.alpha_B
        return 1 / self.alpha_N / total


@takes(A=above(0), B=above(0), E=at_least(0), alpha=above(0), beta=above(0))
@dataclass(frozen=True)
class Chinchilla:
    """``L = E + A / N^alpha + B / D^beta`` with ``D`` tokens, and compute ``C = 6 N D``."""

    E: float
    A: float
    B: float
    alpha: float
    beta: float

    @takes(N=above(0), D=above(0))
    def loss(self, N: Any, D: Any) -> Any:
        """The loss of ``N`` parameters after ``D`` tokens.

        >>> round(HOFFMANN.loss(70e9, 1.4e12), 2)
        1.94
        """
        return self.E + self.A / N**self.alpha + self.B / D**self.beta

    @takes(N=above(0), D=above(0))
    def balance(self, N: Any, D: Any) -> Any:
        """How much faster the loss falls with ``log N`` than with ``log D``; 1 on the frontier.

        >>> bool(HOFFMANN.balance(280e9, 300e9) < 0.5)
        True
        """
        return (self.alpha * self.A / N**self.alpha) / (self.beta * self.B / D**self.beta)

    @takes(C=above(0))
    def best_size(self, C: Any) -> Any:
        """The size of least loss for compute ``C`` in floating-point operations.

        >>> N = HOFFMANN.best_size(5.88e23)
        >>> round(HOFFMANN.balance(N, 5.88e23 / (6 * N)), 9)
        1.0
        """
        ratio = self.alpha * self.A / (self.beta * self.B)
        return ratio ** (1 / (self.alpha + self.beta)) * (C / 6) ** self.size_exponent

    @property
    def size_exponent(self) -> float:
        """The best size grows as compute to this power: ``beta / (alpha + beta)``.

        >>> round(HOFFMANN.size_exponent, 2), round(BESIROGLU.size_exponent, 2)
        (0.45, 0.51)
        """
        return self.beta / (self.alpha + self.beta)


KAPLAN = Kaplan()
HOFFMANN = Chinchilla(E=1.69, A=406.4, B=410.7, alpha=0.34, beta=0.28)
BESIROGLU = Chinchilla(E=1.8172, A=482.01, B=2085.43, alpha=0.3478, beta=0.3658)
