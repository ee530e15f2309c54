"""Errata of the texts that this chapter answers: batch size."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("A2",),
        by="handout",
        place="3.1.1",
        words='"additive Guassian noise"',
        right="Normality is not used; variance and zero mean are.",
        kind="imprecise",
        decided=("A2-3.1.1a:noise",),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="3.1.1a",
        words='"the optimal learning rate"',
        right="""
Optimal for which horizon is not said. In the steady state, the question has no answer.
""",
        kind="imprecise",
        decided=("A2-3.1.1a:horizon", "A2-3.1.1a:steady"),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="3.1.1",
        words='"the NQM captures many essential features"',
        right="""
So far as the *scalar* version goes, it has no curvature regime: with its best schedule the steps fall
as $1/B$ for ever ({numref}`fig-bs-paths`).
""",
        kind="imprecise",
        decided=("A2-3.1.1a:schedule",),
        shown=("fig-bs-paths",),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="3.1.2a",
        words='"the most efficient batch size (in terms of best resource and training time trade-off)"',
        right="""
The trade-off needs a price; any batch is best for one ({numref}`fig-bs-price`).
""",
        kind="imprecise",
        decided=("A2-3.1.2a:price",),
        shown=("fig-bs-price",),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="figure 2",
        words='"the dataset size (tokens processed)"',
        right="""
They are the same only while no token is seen twice; what the curves run along, and what costs compute,
are the tokens processed.
""",
        kind="imprecise",
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="figure 3",
        words=r'"$S_{\min}$ when using the critical batch sizes"',
        right=r"""
$S_{\min}$ is the number of steps at a batch far above the critical one; *at* the critical batch the
same loss takes twice as many.
""",
        kind="false",
        decided=("A2-3.1.2a:product",),
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="3.2a",
        words='"Which of the following is the best option?"',
        right="""
It depends on how long the first run was ({numref}`fig-bs-options`); that it had flattened is not said.
""",
        kind="imprecise",
        decided=("A2-3.2a:option",),
        shown=("fig-bs-options",),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="3.1.1a",
        words='"the direction of the gradient is more correct"',
        right=r"""
It is: here its sign is the right one with a probability that grows with $B$, for Gaussian noise. What
the optimum knows of is the variance, whose price is $\eta^2\sigma^2/B$; the mean is the right one for
every batch.
""",
        kind="imprecise",
        decided=("A2-3.1.1a:onestep",),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="3.1.1a",
        words='"as batch size increases the optimal learning rate also increases"',
        right="Right, but not without bound: it tends to $1/a$.",
        kind="imprecise",
        decided=("A2-3.1.1a:direction", "A2-3.1.1a:limit"),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="3.2",
        words="""
"an increase in the number of steps wouldn't help"
""",
        right="""
It helps less: for $10^9$ parameters three times past the efficient length, Kaplan's fit gives
{glue:text}`claim-a` for tenfold steps and {glue:text}`claim-c` for tenfold size, from
{glue:text}`claim-now`.
""",
        kind="imprecise",
        decided=("A2-3.2a",),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="3.2, by figure 3",
        words='"increasing the model size has the biggest effect on the test loss"',
        right="""
At few steps it has not: at a tenth of the efficient length, tenfold steps give {glue:text}`early-a` and
tenfold size {glue:text}`early-c`.
""",
        kind="false",
        decided=("A2-3.2a",),
    ),
)
