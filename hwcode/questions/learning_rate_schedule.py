"""The questions of the chapter on learning-rate schedules: All-CNN on CIFAR-10."""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import Any

import numpy as np
import sympy
from sympy import Rational

from hwcode.checking import (
    Alternative,
    Choice,
    Domain,
    Formula,
    Method,
    Mistake,
    Number,
    Numbers,
    Part,
    Question,
    Truth,
    scalar,
)
from hwcode.checking.programs import Program
from hwcode.training.experiment import Record

__all__ = ["QUESTIONS"]

CHAPTER = "learning_rate_schedule"

K = scalar("K", integer=True, positive=True)
m = scalar("m", integer=True, positive=True)
k = scalar("k", integer=True, positive=True)
a, b, q = (scalar(name, positive=True) for name in "abq")
c, s, h, x = (scalar(name, positive=True) for name in "cshx")
eta, rho = scalar("eta", positive=True), scalar("rho", positive=True)
lam = scalar("lam", r"\lambda", positive=True)


@cache
def _record(name: str) -> Record:
    from hwcode.experiments.learning_rate_schedule import EXPERIMENTS
    from hwcode.training.experiment import load

    return load(EXPERIMENTS[name])


def _draw_momentum(point: Any, numbers: Numbers) -> dict[Any, Any]:
    """Rates and curvatures below 1, so that their product is stable at any momentum."""
    return {symbol: numbers.number(interval=(0, 1)) for symbol in (eta, h, rho)}


# --- P4-2a ------------------------------------------------------------------------------------


def _uniform_loss(point: Any) -> Any:
    """The cross-entropy of equal logits, from the softmax's own definition."""
    logits = [sympy.Integer(0)] * int(point[K])
    return -sympy.log(sympy.exp(logits[0]) / sum(sympy.exp(value) for value in logits))


def _second_order(point: Any) -> Any:
    """Half the trace of the second derivatives of log(mean exp) at 0, times the variance."""
    logits = sympy.symbols(f"z:{int(point[K])}")
    mean = sum(sympy.exp(z) for z in logits) / len(logits)
    at = dict.fromkeys(logits, 0)
    trace = sum(sympy.diff(sympy.log(mean), z, 2).subs(at) for z in logits)
    return sympy.nsimplify(trace) * point[s] ** 2 / 2


def _pooled_variance(point: Any) -> Any:
    """The sum of a covariance matrix with ones on its diagonal, over m squared."""
    size = int(point[m])
    covariance = sympy.Matrix(size, size, lambda i, j: 1 if i == j else point[c])
    return sum(covariance) / size**2


@cache
def first_losses(change: str) -> float:
    """The first loss of a narrow All-CNN on stand-in images, after a change of the fresh net."""
    import torch

    from hwcode.all_cnn import AllCNN, Normalise, examples_of, start_of
    from hwcode.data import embedded_cifar10
    from hwcode.training.engine import seeded

    examples = examples_of(embedded_cifar10(8, 1).train)
    with seeded(0), torch.no_grad():
        net = AllCNN((8, 16))
        last = [layer for layer in net.layers if isinstance(layer, torch.nn.BatchNorm2d)][-1]
        scale, shift = last.parameters()
        if change == "weights":
            for layer in net.layers:
                if isinstance(layer, torch.nn.Conv2d):
                    for weights in layer.parameters():
                        weights.mul_(10)
        elif change == "shift":
            shift.add_(10)
        elif change == "scale":
            scale.mul_(10)
        images = Normalise(examples)(examples.inputs)
        return start_of(net, images, examples.targets).loss


def _which_moves(_: Any) -> str:
    return max(
        ("weights", "shift", "scale"),
        key=lambda change: abs(first_losses(change) - first_losses("none")),
    )


beginning = Question(
    ids=("P4-2a",),
    chapter=CHAPTER,
    title="where the loss starts",
    marks={"P4-2a": 5},
    statement=r"""
Why is the first cross-entropy loss of an All-CNN on CIFAR-10, freshly initialised by PyTorch's
defaults, about 2.3? *We add: about, but not exactly; what is the difference made of, and which part
of the initialisation is responsible?*
""",
    parts=(
        Part(
            name="uniform",
            asks=r"the cross-entropy loss when all of $K$ classes get the same logit",
            form=Formula(Domain((K,), ({K: 2}, {K: 3}, {K: 10})), "a number"),
            reference=sympy.log(K),
            truth=Truth(_uniform_loss, "minus the logarithm of the softmax of equal logits"),
            also_right=("-log(1/K)",),
            mistakes=(
                Mistake(1 - 1 / K, "this is the error rate of guessing, not its loss"),
                Mistake(
                    sympy.log(K) / sympy.log(2),
                    "this is in bits; PyTorch's loss has the natural logarithm",
                    "logarithm",
                ),
                Mistake(
                    sympy.log(K) / sympy.log(10),
                    "this is with decimal logarithms; PyTorch's loss has natural ones",
                    "logarithm",
                ),
                Mistake(K * sympy.log(K), "the loss is that of the right class alone"),
            ),
        ),
        Part(
            name="excess",
            asks=r"by how much the expected loss exceeds $\ln K$, to second order, if the logits have mean 0, variance $s^2$, are uncorrelated between classes and know nothing of the label",
            form=Formula(Domain((K, s), ({K: 2}, {K: 3}, {K: 5})), "a number"),
            reference=(K - 1) * s**2 / (2 * K),
            latex=r"\frac{K-1}{2K}\,s^2",
            truth=Truth(_second_order, "the second derivatives of the loss at equal logits", 2),
            also_right=("s**2/2 - s**2/(2*K)",),
            mistakes=(
                Mistake(
                    sympy.S.Zero,
                    "mean 0 is not enough: the mean of exponentials is not the exponential of the mean (Jensen)",
                ),
                Mistake(
                    s**2 / 2, "what all logits of an image have in common does not change the loss"
                ),
                Mistake((K - 1) * s**2 / K, "the factor 1/2 of the second-order term is missing"),
            ),
        ),
        Part(
            name="pooled",
            asks=r"the variance of a logit, the mean of $m$ standardised map entries, any two of them with correlation $c$",
            form=Formula(
                Domain((m, c), ({m: 2}, {m: 4}, {m: 9}), intervals={c: (0, 1)}), "a number"
            ),
            reference=(1 + (m - 1) * c) / m,
            truth=Truth(_pooled_variance, "the sum over the covariance matrix", 1),
            also_right=("c + (1 - c)/m",),
            mistakes=(
                Mistake(1 / m, "neighbouring places of one image are correlated"),
                Mistake(
                    sympy.S.One,
                    "BatchNorm makes the variance 1 before the pooling, not after it",
                ),
                Mistake(c, "right only for infinitely many entries"),
            ),
        ),
        Part(
            name="cause",
            asks="which change of the fresh net moves its first training loss most?",
            form=Choice(
                {
                    "weights": "all weights and biases of the convolutions times 10",
                    "shift": "10 more in the shift of the last BatchNorm, for every class",
                    "scale": "the scale of the last BatchNorm times 10",
                }
            ),
            reference="scale",
            truth=Truth(
                _which_moves, "the first loss of a narrow net after each", method=Method.COMPUTED
            ),
            mistakes=(
                Mistake(
                    "weights",
                    "ReLU hands a positive factor on, and BatchNorm divides it out again",
                ),
                Mistake("shift", "a number added to all logits leaves the softmax as it is"),
            ),
        ),
    ),
    model_answer=r"""
Equal logits give every class the probability $1/10$, and the loss $-\ln\frac1{10}=\ln10\approx2.303$.
The fresh net is near that: its last BatchNorm starts with scale 1 and shift 0, so each class has
logits of mean 0 over the minibatch, and the pooling averages 64 entries of variance 1, which leaves
a small variance $s^2$. The loss is $\ln10$ plus a Jensen term, about $\frac9{20}s^2>0$, minus the
mean logit of the right class, which is near 0 as the net knows nothing of the labels. In training mode
the size of the convolutions' weights plays no part.
""",
    conventions=("logarithm",),
)


# --- P4-2b ------------------------------------------------------------------------------------


def _draw_sweep(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {
        a: numbers.number(interval=(0, 1)),
        b: 1 + numbers.number(interval=(0, 1)),
        q: 1 + numbers.number(interval=(0, 1)),
    }


def _when_reached(point: Any) -> Any:
    """The root of a q^t - b, by Newton's method."""
    t = sympy.Symbol("t")
    guess = math.log(float(point[b] / point[a])) / math.log(float(point[q]))
    return sympy.nsolve(point[a] * point[q] ** t - point[b], t, guess, prec=60)


def _hundredth(_: Any) -> Any:
    rate = Rational(1, 10**5)
    for _ in range(99):
        rate *= Rational(11, 10)
    return rate


def _edge_of_stability(point: Any) -> Any:
    """Where an eigenvalue of one step of momentum passes through -1; below, none is that large."""
    z, rate = sympy.symbols("z rate")
    curvature, momentum = point[h], point[rho]
    step = sympy.Matrix([[1 - rate * curvature, -rate * momentum], [curvature, momentum]])
    edge = sympy.solve((step + sympy.eye(2)).det(), rate)[0]
    for factor, inside in ((Rational(99, 100), True), (Rational(101, 100), False)):
        at = step.subs(rate, factor * edge)
        roots = sympy.Poly((z * sympy.eye(2) - at).det(), z).nroots(n=30, maxsteps=200)
        if (max(abs(root) for root in roots) < 1) != inside:
            raise AssertionError("the eigenvalue at -1 is not the largest one")
    return edge


def sweep_minimum(curvatures: tuple[Any, ...], start: tuple[Any, ...], factor: Any) -> Any:
    """The finder on a parabola without noise: the rate beside the least loss, exactly.

    Gradient descent, rates 1/100, then growing by the factor up to 1000.
    """
    rate, w = Rational(1, 100), list(start)
    least, at = None, rate
    while rate < 1000:
        loss = sum(h * v**2 for h, v in zip(curvatures, w, strict=True))
        if least is None or loss < least:
            least, at = loss, rate
        w = [v * (1 - rate * h) for h, v in zip(curvatures, w, strict=True)]
        rate *= factor
    return at


def _where_least(_: Any) -> str:
    """Two parabolas with largest curvature 1: how far beyond the rate 2 is the least loss?"""
    factor = Rational(5, 4)
    one = sweep_minimum((1,), (1,), factor)
    hidden = [
        sweep_minimum((1, Rational(1, 1000)), (Rational(1, 10**power), 1), factor)
        for power in (3, 9, 27)
    ]
    if min(one, *hidden) < 2:
        return "before"
    return "beyond" if hidden[-1] > 4 * hidden[0] else "at"


def momentum_sweep_minimum(momentum: float, rate: float) -> float:
    """The same with momentum, for one curvature 1, from 1 on, with the factor 1.1, in float64."""
    w, velocity, least, at = 1.0, 0.0, math.inf, rate
    while rate < 50:
        if w * w < least:
            least, at = w * w, rate
        velocity = momentum * velocity + w
        w -= rate * velocity
        rate *= 1.1
    return at


def _smoothed(losses: Any, window: int = 11) -> Any:
    return np.convolve(losses, np.full(window, 1 / window), mode="valid")


def _long_enough(_: Any) -> str:
    """Recorded sweeps: has the smoothed loss risen by 0.1 within 100 minibatches, or later?"""
    found = set()
    for losses in _record("learning_rate_finder_full").curve("losses_1.1_0.9"):
        smooth = _smoothed(losses)
        risen = smooth > np.minimum.accumulate(smooth) + 0.1
        early = bool(risen[: 100 - 10].any())  # the last of these means ends at the hundredth
        found.add("early" if early else "late" if risen.any() else "never")
    return found.pop() if len(found) == 1 else "mixed"


finder = Question(
    ids=("P4-2b",),
    chapter=CHAPTER,
    title="the learning-rate finder",
    marks={"P4-2b": 15},
    statement=r"""
Train with a rate that starts at $10^{-5}$ and grows by a factor 1.1 at every minibatch, with momentum
0.9, weight decay $10^{-3}$ and dropout 0.5, for about 100 minibatches. Plot the loss of each minibatch
against its rate, on a logarithmic axis, and find the rate $\eta^*$ at the minimum of the curve. *We add:
how far does the sweep get, which rate is the largest stable one on a parabola, and what does the
minimum of the curve have to do with it?*
""",
    parts=(
        Part(
            name="updates",
            asks=r"after how many updates a rate that starts at $a$ and grows by the factor $q$ has reached $b$",
            form=Formula(Domain((a, b, q), draw=_draw_sweep), "a number"),
            reference=sympy.log(b / a) / sympy.log(q),
            latex=r"\frac{\ln(b/a)}{\ln q}",
            truth=Truth(_when_reached, "the root of $a q^t = b$"),
            also_right=("(log(b) - log(a))/log(q)",),
            mistakes=(
                Mistake((b / a - 1) / (q - 1), "the growth compounds: the q-fold, not a sum"),
                Mistake(sympy.log(b / a), "this is for a factor of e"),
                Mistake(b / (a * q), "a power of q is asked for, not a multiple"),
            ),
        ),
        Part(
            name="last",
            asks="the rate of the hundredth minibatch",
            form=Number(what="a rate", tolerance=0.01),
            reference=Rational(11**99, 10**104),
            latex=r"10^{-5}\cdot1.1^{99} \approx 0.125",
            truth=Truth(_hundredth, "ninety-nine multiplications"),
            also_right=("1e-5*1.1**99", "0.1253"),
            mistakes=(
                Mistake(
                    Rational(1378, 10**4),
                    "the first minibatch has the rate 1e-5, so the hundredth has 99 factors",
                ),
                Mistake(
                    Rational(109, 10**6), "the growth compounds; this adds a tenth of the start"
                ),
            ),
        ),
        Part(
            name="limit",
            asks=r"the rate below which momentum $\rho$ converges on a parabola of curvature $h$",
            form=Formula(Domain((h, rho), draw=_draw_momentum), "a number"),
            reference=2 * (1 + rho) / h,
            latex=r"\frac{2(1+\rho)}{h}",
            truth=Truth(_edge_of_stability, "the rate at which an eigenvalue of a step is -1", 4),
            mistakes=(
                Mistake(2 / h, "this is for gradient descent without momentum"),
                Mistake(
                    2 * (1 - rho) / h,
                    "this would be right if momentum only multiplied the rate by 1/(1 - rho)",
                ),
                Mistake(1 / h, "up to there the steps do not overshoot, without momentum"),
                Mistake(2 / (h * (1 - rho)), "momentum widens the range, but by 1 + rho only"),
            ),
        ),
        Part(
            name="minimum",
            asks=r"gradient descent on a parabola without noise, largest curvature $L$, rates growing from below $2/L$, a loss that never becomes exactly 0: where is the minimum of the finder's curve?",
            form=Choice(
                {
                    "before": "at a rate below 2/L",
                    "at": "at the first rate from 2/L on",
                    "beyond": "never below 2/L, and it may be any factor above",
                }
            ),
            reference="beyond",
            truth=Truth(
                _where_least,
                "exact sweeps on parabolas with a hidden direction",
            ),
            mistakes=(
                Mistake("before", "below 2/L every component shrinks, so the loss still falls"),
                Mistake(
                    "at",
                    "right for one curvature; a steep direction that has died out needs time to grow back",
                ),
            ),
        ),
        Part(
            name="enough",
            asks="in the recorded sweeps of the whole net with factor 1.1 and momentum 0.9: does the smoothed curve turn upwards (rise by 0.1 above its lowest value) within 100 minibatches?",
            form=Choice(
                {
                    "early": "yes, in every one of them",
                    "late": "no, but further on, before a rate of 10, it does",
                    "never": "not even up to a rate of 10",
                    "mixed": "in some so, in others otherwise",
                }
            ),
            reference="late",
            truth=Truth(
                _long_enough,
                "the recorded sweeps, smoothed over 11 minibatches",
                method=Method.MEASURED,
            ),
            mistakes=(
                Mistake("early", "at the hundredth the rate is 0.125, still in the flat valley"),
                Mistake("never", "towards the rate of 10 it has risen by 0.2 or more"),
                Mistake("mixed", "the three seeds agree"),
            ),
        ),
    ),
    model_answer=r"""
The sweep reaches $10^{-5}\cdot1.1^{99}=0.125$ after 100 minibatches; it is worth going on until the
loss really rises, $\ln(10/10^{-5})/\ln1.1\approx145$ for a rate of 10. Smooth the curve and read off
$\eta^*$; the valley is flat, so it is known to a factor of a few at best. On a parabola, without
momentum and noise, the loss falls at least as long as $\eta<2/L$, so the minimum comes there or
beyond. With momentum the limit of stability is $2(1+\rho)/L$, but the loss is not monotone and may be
least well before. Either way $\eta^*$ is no safe rate, and the division by 10 in the next part is a rule of thumb.
""",
    conventions=("momentum",),
)


# --- P4-2c ------------------------------------------------------------------------------------


def _branches(_: Any) -> Any:
    """The two branches of the schedule at their common point, subtracted."""
    t, total, peak = sympy.symbols("t T peak", positive=True)
    turn = total / 5
    up = Rational(1, 10**4) + t / turn * peak
    down = peak * sympy.cos(sympy.pi / 2 * (t - turn) / (total - turn)) + Rational(1, 10**6)
    return sympy.simplify((up - down).subs(t, turn))


def _updates(_: Any) -> int:
    """Minibatches are counted one by one."""
    sizes = itertools.repeat(128)
    left, count_ = 50_000, 0
    while left > 0:
        left -= next(sizes)
        count_ += 1
    return sympy.Integer(100 * count_)


def rate(t: int, T: int, peak: float) -> float:
    """the two branches, with the number of updates as t"""
    turn = T / 5
    if t <= turn:
        return 1e-4 + t / turn * peak
    return peak * math.cos(math.pi / 2 * (t - turn) / (T - turn)) + 1e-6


def by_epochs(t: int, T: int, peak: float) -> float:
    """t counts epochs, T updates"""
    return rate(t // 391, T, peak)


def stuck(t: int, T: int, peak: float) -> float:
    """an index that starts anew in every epoch"""
    return rate(t % 391, T, peak)


def half_cosine(t: int, T: int, peak: float) -> float:
    """half a cosine down, as in SGDR"""
    turn = T / 5
    if t <= turn:
        return 1e-4 + t / turn * peak
    return peak * (1 + math.cos(math.pi * (t - turn) / (T - turn))) / 2 + 1e-6


def capped(t: int, T: int, peak: float) -> float:
    """no rate above the one that is called the largest"""
    return min(rate(t, T, peak), peak)


def unshifted(t: int, T: int, peak: float) -> float:
    """the cosine begins at t = 0"""
    turn = T / 5
    if t <= turn:
        return 1e-4 + t / turn * peak
    return peak * math.cos(math.pi / 2 * t / T) + 1e-6


def _schedule_points() -> Any:
    """Near t = T/5, but not at it, where the two branches differ."""
    for total, peak in ((19_550, 0.03), (39_100, 0.1), (1_000, 1.0)):
        for share in (0, 0.001, 0.05, 0.19, 0.1995, 0.2005, 0.21, 0.4, 0.6, 0.9, 0.999, 1):
            yield int(share * total), total, peak


def _exact_rate(arguments: Any) -> float:
    """The formula in exact arithmetic, rounded at the end."""
    t, total, peak = (sympy.nsimplify(value) for value in arguments)
    turn = total / 5
    piece = sympy.Piecewise(
        (Rational(1, 10**4) + t * peak / turn, t <= turn),
        (
            peak * sympy.cos(sympy.pi * (t - turn) / (2 * (total - turn))) + Rational(1, 10**6),
            True,
        ),
    )
    return float(piece)


def _mean_rate(_: Any) -> Any:
    t = sympy.Symbol("t", positive=True)
    turn = Rational(1, 5)
    up = sympy.integrate(t / turn, (t, 0, turn))
    down = sympy.integrate(sympy.cos(sympy.pi / 2 * (t - turn) / (1 - turn)), (t, turn, 1))
    return sympy.simplify(up + down)


def _moved(point: Any) -> Any:
    """Add up the steps of momentum under a constant gradient of 1."""
    velocity, place = sympy.S.Zero, sympy.S.Zero
    for _ in range(int(point[k])):
        velocity = point[rho] * velocity + 1
        place += point[eta] * velocity
    return place


def _draw_kept(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {eta: numbers.number(eta), rho: numbers.number(interval=(0, 1))}


def _longer(_: Any) -> str:
    """Recorded validation errors of the small preset: one and two lengths, seed by seed."""
    record = _record("learning_rate_schedule")
    gains = record.metric("i_val_error") - record.metric("long_val_error")
    return "every" if bool(np.all(gains > 0)) else "some" if bool(np.any(gains > 0)) else "none"


def _which_is_higher(_: Any) -> str:
    """The last of 50 epochs of the whole net: mean minibatch loss and validation loss."""
    record = _record("learning_rate_schedule_full")
    training = record.curve("i_minibatch_loss")[:, -1]
    validation = record.curve("i_val_loss")[:, -1]
    higher = training > validation
    return "training" if higher.all() else "mixed" if higher.any() else "validation"


kept = (k / (1 - rho) - rho * (1 - rho**k) / (1 - rho) ** 2) * eta
schedule = Question(
    ids=("P4-2c",),
    chapter=CHAPTER,
    title="warm-up and cosine",
    marks={"P4-2c": 20},
    statement=r"""
Train with $\eta_{\max}=\eta^*/10$ under this schedule, where $t$ counts updates and $T_0=T/5$:
$\eta(t)=10^{-4}+\frac t{T_0}\eta_{\max}$ for $t\le T_0$ and
$\eta(t)=\eta_{\max}\cos\!\big(\frac\pi2\frac{t-T_0}{T-T_0}\big)+10^{-6}$ for $T_0\le t\le T$. Set the rate
before each update in the optimiser that is there. Plot rate, training and validation loss and error
against updates. The handout asks for 50 epochs in one place and for 100 in another. *We ask what can be
checked about the formula, about the optimiser, and about the recorded runs.*
""",
    parts=(
        Part(
            name="jump",
            asks=r"at $t=T_0$ both lines of the formula apply: the first minus the second",
            form=Number(what="a rate"),
            reference=Rational(99, 10**6),
            truth=Truth(_branches, "both lines at their common point"),
            also_right=("1e-4 - 1e-6",),
            mistakes=(
                Mistake(sympy.S.Zero, "the constants of the two lines differ"),
                Mistake(Rational(1, 10**4), "the second line has a constant too"),
                Mistake(Rational(101, 10**6), "the constants are subtracted"),
            ),
        ),
        Part(
            name="updates",
            asks="updates in 100 epochs of 50,000 images in minibatches of 128",
            form=Number(what="a number of updates"),
            reference=sympy.Integer(39_100),
            truth=Truth(_updates, "a count of the minibatches, one by one"),
            mistakes=(
                Mistake(
                    Rational(78125, 2), "an epoch has whole minibatches; its last has 80 images"
                ),
                Mistake(sympy.Integer(19_550), "this is for 50 epochs"),
                Mistake(sympy.Integer(5_000_000), "an update is made for a minibatch of images"),
            ),
            alternatives=(
                Alternative(
                    sympy.Integer(39_000),
                    "right if the last minibatch of an epoch, of 80 images, is left out",
                    "last-minibatch",
                ),
            ),
        ),
        Part(
            name="rate",
            asks="the schedule as a program",
            form=Program(
                name="rate",
                parameters={"t": "updates done", "T": "updates in all", "peak": "the largest rate"},
                what="the rate of the next update",
                instances=_schedule_points,
            ),
            reference=rate,
            truth=Truth(_exact_rate, "the formula in exact arithmetic", method=Method.COMPUTED),
            also_right=(
                "from math import cos, pi\n"
                "def rate(t: int, T: int, peak: float) -> float:\n"
                "    up = 5 * t / T\n"
                "    if up <= 1:\n"
                "        return 1e-4 + up * peak\n"
                "    return peak * cos(pi / 8 * (up - 1)) + 1e-6\n",
            ),
            mistakes=(
                Mistake(by_epochs, "the handout's t is the number of updates"),
                Mistake(
                    stuck, "with the index within an epoch the schedule never leaves the warm-up"
                ),
                Mistake(half_cosine, "the formula has a quarter of a cosine, steepest at its end"),
                Mistake(unshifted, "the cosine begins at the end of the warm-up"),
                Mistake(
                    capped,
                    "the formula goes on up to the peak plus 1e-4; nothing there cuts it off",
                ),
            ),
        ),
        Part(
            name="mean",
            asks=r"the mean rate over a long run, as a multiple of $\eta_{\max}$, without the small constants",
            form=Number(what="a number", tolerance=0.002),
            reference=Rational(1, 10) + 8 / (5 * sympy.pi),
            latex=r"\frac1{10} + \frac8{5\pi} \approx 0.609",
            truth=Truth(_mean_rate, "the integral of the schedule"),
            also_right=("(pi + 16)/(10*pi)", "0.609", "0.61"),
            mistakes=(
                Mistake(Rational(1, 2), "this is for straight lines up and down, or half a cosine"),
                Mistake(2 / sympy.pi, "this is for a quarter of a cosine from the start"),
                Mistake(Rational(1, 10) + 2 / sympy.pi, "the cosine takes four fifths of the run"),
            ),
        ),
        Part(
            name="kept",
            asks=r"how far $k$ updates at the rate $\eta$ with momentum $\rho$ move a weight under a constant gradient of 1, from an empty buffer",
            form=Formula(
                Domain((k, eta, rho), ({k: 1}, {k: 2}, {k: 5}), draw=_draw_kept), "a number"
            ),
            reference=kept,
            latex=r"\eta\left(\frac k{1-\rho}-\frac{\rho\,(1-\rho^k)}{(1-\rho)^2}\right)",
            truth=Truth(_moved, "the steps themselves", 10),
            mistakes=(
                Mistake(
                    k * eta,
                    "so it is with a new optimiser before each update: its buffer is empty every time",
                ),
                Mistake(k * eta / (1 - rho), "the buffer has to fill first"),
                Mistake(eta * (1 - rho**k) / (1 - rho), "this is the last step alone"),
            ),
        ),
        Part(
            name="longer",
            asks="recorded runs of the small preset: in how many of the seeds has twice the number of epochs the lower validation error?",
            form=Choice({"every": "in every one", "some": "in some", "none": "in none"}),
            reference="every",
            truth=Truth(_longer, "the recorded validation errors", method=Method.MEASURED),
            mistakes=(
                Mistake("some", "the gain is there in each of the recorded seeds"),
                Mistake("none", "in each of the recorded seeds the longer run ends lower"),
            ),
        ),
        Part(
            name="higher",
            asks="at the end of the recorded runs of the whole net, which loss is higher: the mean training loss of the last epoch's minibatches, or the validation loss?",
            form=Choice(
                {
                    "training": "the training loss, in every seed",
                    "validation": "the validation loss, in every seed",
                    "mixed": "the one in some seeds, the other in others",
                }
            ),
            reference="validation",
            truth=Truth(_which_is_higher, "the recorded curves", method=Method.MEASURED),
            mistakes=(
                Mistake(
                    "training",
                    "dropout alone would make it so; but the net fits the images that it has seen better than new ones, and that is more",
                ),
                Mistake("mixed", "the order is the same in each of the recorded seeds"),
            ),
        ),
    ),
    model_answer=r"""
$\eta_{\max}=\eta^*/10$, $T=391\cdot50=19{,}550$ or $391\cdot100=39{,}100$ ($391=\lceil50000/128\rceil$),
$T_0=T/5$. Before each update: compute $\eta(t)$ with $t$ the number of updates done, over all epochs, and
set `g['lr']` in every group of the one optimiser; a new one would start with an empty buffer and make
momentum useless. After each epoch call `model.eval()`, measure loss and error on the whole validation
set without gradients, and call `model.train()` again. Plot all against updates; the training loss of the
minibatches has dropout in it, so for a comparison evaluate the training images in the same mode.
""",
    conventions=("momentum", "last-minibatch"),
)


# --- P4-2d ------------------------------------------------------------------------------------


def stationary_loss(rate_: Any, curvature: Any, momentum: Any, variance: Any) -> Any:
    """The mean loss of momentum on a noisy parabola, from the balance of its second moments.

    ``v' = rho v + h w + noise``, ``w' = w - eta v'``; the moments of w^2, w v, v^2 reproduce
    themselves.
    """
    ww, wv, vv = moments = sympy.symbols("ww wv vv")
    # E v'^2, E w' v', E w'^2 in terms of the moments before the step.
    vv_ = momentum**2 * vv + 2 * momentum * curvature * wv + curvature**2 * ww + variance
    w_v = momentum * wv + curvature * ww  # E w v'
    wv_ = w_v - rate_ * vv_
    ww_ = ww - 2 * rate_ * w_v + rate_**2 * vv_
    solved = sympy.solve([ww - ww_, wv - wv_, vv - vv_], moments, dict=True)[0]
    return curvature * solved[ww] / 2


def _draw_noise(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {**_draw_momentum(point, numbers), s: numbers.number(s)}


def _draw_small(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {x: numbers.number(interval=(0, Rational(3, 5)))}


HIGH, LOW = Rational(9, 10), Rational(1, 2)


def _floors(product: Any) -> tuple[Any, Any]:
    """The floors of settings (i) and (ii) where the first one has this rate times curvature."""
    first = stationary_loss(product, sympy.S.One, HIGH, sympy.S.One)
    return first, stationary_loss(5 * product, sympy.S.One, LOW, sympy.S.One)


def _ratio_of_floors(point: Any) -> Any:
    first, second = _floors(point[x])
    return second / first


def _draw_rho(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {rho: numbers.number(interval=(0, 1))}


def _last_real(point: Any) -> Any:
    """The smaller zero of the discriminant of z^2 - (1 + rho - x) z + rho."""
    product = sympy.Symbol("product", real=True)
    discriminant = (1 + point[rho] - product) ** 2 - 4 * point[rho]
    return min(sympy.solve(discriminant, product), key=lambda root: sympy.N(root, 40))


def _how_exact(_: Any) -> str:
    ratios = [_ratio_of_floors({x: Rational(1, 10**power)}) for power in (1, 3, 6)]
    if all(ratio == 1 for ratio in ratios):
        return "exact"
    errors = [abs(ratio - 1) for ratio in ratios]
    shrink = all(
        Rational(1, 2) < error / smaller / factor < 2
        for error, smaller, factor in zip(errors, errors[1:], (100, 1000), strict=False)
    )
    return "first" if shrink else "never"


def _draw_scaled(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {lam: numbers.number(lam), c: numbers.number(c)}


def _matching_decay(point: Any) -> Any:
    """The decay that keeps the direction of a step, on a loss that no scale changes.

    f(w) = (w_1 / w_2)^2 is one; from w / c at the rate eta / c^2.
    """
    u, v, other = sympy.symbols("u v other")
    gradient = [sympy.diff((u / v) ** 2, symbol) for symbol in (u, v)]
    step, factor = Rational(1, 7), point[c]

    def after(place: tuple[Any, Any], rate_: Any, decay: Any) -> list[Any]:
        at = dict(zip((u, v), place, strict=True))
        return [
            value - rate_ * (slope.subs(at) + decay * value)
            for value, slope in zip(place, gradient, strict=True)
        ]

    first = after((sympy.Integer(3), sympy.Integer(2)), step, point[lam])
    second = after((3 / factor, 2 / factor), step / factor**2, other)
    (found,) = sympy.solve(first[0] * second[1] - first[1] * second[0], other)
    return found


def _draw_decayed(point: Any, numbers: Numbers) -> dict[Any, Any]:
    return {symbol: numbers.number(symbol) for symbol in (h, a, lam, eta)}


def _settled(point: Any) -> Any:
    """Where a step of gradient descent with weight decay leaves the weight as it is."""
    w = sympy.Symbol("w")
    step = w - point[eta] * (point[h] * (w - point[a]) + point[lam] * w)
    (found,) = sympy.solve(step - w, w)
    return found


def _distinct(_: Any) -> int:
    """Three candidates each, a factor 3 apart: values of rate * decay / (batch * (1 - momentum))."""
    candidates = [Rational(3) ** power for power in range(3)]
    values = {
        rate_ * decay / (batch * gap)
        for rate_, decay, batch, gap in itertools.product(candidates, repeat=4)
    }
    return sympy.Integer(len(values))


def _grid(_: Any) -> int:
    return sympy.Integer(len(list(itertools.product(range(3), repeat=4))))


def _who_is_worse(_: Any) -> str:
    """Recorded validation errors of the three settings of the whole net, seed by seed."""
    record = _record("learning_rate_schedule_full")
    one, two, three = (record.metric(f"{name}_val_error") for name in ("i", "ii", "iii"))
    above = three - np.maximum(one, two)
    if not np.all(above > 0):
        return "none"
    return "third" if np.all(above > np.abs(one - two)) else "above"


momentum_floor = eta * s**2 * (1 + rho) / (2 * (1 - rho) * (2 * (1 + rho) - eta * h))
nesterov_floor = (
    h * eta**2 * s**2 * (1 + rho * (1 - eta * h))
    / (2 * (1 - rho * (1 - eta * h)) * ((1 + rho * (1 - eta * h)) ** 2 - (1 + rho) ** 2 * (1 - eta * h) ** 2))
)  # fmt: skip

invariant = Question(
    ids=("P4-2d",),
    chapter=CHAPTER,
    title="rate and momentum together",
    marks={"P4-2d": 20},
    statement=r"""
Train three settings and compare their validation errors: (i) $\eta_{\max}$, $\rho=0.9$; (ii)
$5\eta_{\max}$, $\rho=0.5$; (iii) $\eta_{\max}$, $\rho=0.5$. The handout says that $\eta_{\max}/(1-\rho)$
decides, and mentions the effective rate $\eta\lambda/(\theta(1-\rho))$ with weight decay $\lambda$ and
batch size $\theta$. *We ask for the exact statement: on a parabola of curvature $h$ with gradient noise
of standard deviation $s$, and for weights in front of a BatchNorm.*
""",
    parts=(
        Part(
            name="floor",
            asks=r"the stationary mean of the loss $\frac h2w^2$ at rate $\eta$ and momentum $\rho$",
            form=Formula(Domain((eta, h, s, rho), draw=_draw_noise), "a number"),
            reference=momentum_floor,
            latex=r"\frac{\eta s^2}{4(1-\rho)}\cdot\frac{1}{1-\frac{\eta h}{2(1+\rho)}}",
            truth=Truth(
                lambda point: stationary_loss(point[eta], point[h], point[rho], point[s] ** 2),
                "the balance of the second moments of place and velocity",
                26,
            ),
            mistakes=(
                Mistake(
                    eta * s**2 / (4 * (1 - rho)),
                    "right only to first order in eta*h: then eta/(1 - rho) alone decides",
                ),
                Mistake(eta * s**2 / (2 * (2 - eta * h)), "this is SGD without momentum"),
                Mistake(
                    eta * s**2 / (2 * (2 * (1 - rho) - eta * h)),
                    "this is SGD at the rate eta/(1 - rho); momentum is more stable than that",
                ),
                Mistake(nesterov_floor, "this is Nesterov's momentum; PyTorch's default is not"),
            ),
        ),
        Part(
            name="ratio",
            asks=r"the same for (ii) divided by that for (i), with $x=\eta_{\max}h<0.6$",
            form=Formula(Domain((x,), draw=_draw_small), "a number"),
            reference=(1 - 5 * x / 19) / (1 - 5 * x / 3),
            latex=r"\frac{1-\frac{x}{3.8}}{1-\frac{5x}{3}}",
            truth=Truth(_ratio_of_floors, "the two balances of moments", 4),
            also_right=("3*(19 - 5*x)/(19*(3 - 5*x))",),
            mistakes=(
                Mistake(sympy.S.One, "right only in the limit of x to 0"),
                Mistake(
                    (1 - 5 * x / 3) / (1 - 5 * x / 19),
                    "upside down: the lower momentum is the worse",
                ),
                Mistake(
                    (2 - x) / (2 - 5 * x),
                    "this is for SGD at the two rates, scaled to the same limit",
                ),
            ),
        ),
        Part(
            name="exact",
            asks=r"on the parabola, is the stationary loss a function of $\eta/(1-\rho)$ alone?",
            form=Choice(
                {
                    "exact": "yes, exactly",
                    "first": "to first order in the rate, with a relative error in proportion to it",
                    "never": "no, not even for small rates",
                }
            ),
            reference="first",
            truth=Truth(_how_exact, "exact ratios at three rates, powers of ten apart"),
            mistakes=(
                Mistake("exact", "at x = 0.1 the two settings differ by 17 percent"),
                Mistake("never", "the difference vanishes in proportion to the rate"),
            ),
        ),
        Part(
            name="real",
            asks=r"up to which $\eta h$ does momentum approach the minimum without oscillating? (From there up to $(1+\sqrt\rho)^2$ the distance shrinks by $\sqrt\rho$ per update, whatever the rate.)",
            form=Formula(Domain((rho,), draw=_draw_rho), "a number"),
            reference=(1 - sympy.sqrt(rho)) ** 2,
            truth=Truth(_last_real, "the smaller zero of the discriminant"),
            also_right=("1 + rho - 2*sqrt(rho)",),
            mistakes=(
                Mistake(
                    (1 - rho) ** 2, "the roots of the discriminant hold the square root of rho"
                ),
                Mistake(
                    (1 + sympy.sqrt(rho)) ** 2,
                    "this is the larger zero: beyond it each step overshoots, and none below is free of oscillation but those before the smaller one",
                ),
                Mistake(1 - sympy.sqrt(rho), "the square is missing"),
            ),
        ),
        Part(
            name="traded",
            asks=r"a loss that a common factor of the weights does not change: from $w/c$, at the rate $\eta/c^2$, which weight decay gives the same directions as $\lambda$ did from $w$ at $\eta$?",
            form=Formula(Domain((lam, c), draw=_draw_scaled), "a number"),
            reference=lam * c**2,
            truth=Truth(
                _matching_decay, "a step of both from one direction, solved for the decay", 12
            ),
            mistakes=(
                Mistake(lam, "the rate times the decay has to stay as it was"),
                Mistake(lam / c**2, "upside down: the rate became smaller, so the decay grows"),
                Mistake(
                    lam * c, "the gradient grows by c when the weights shrink by c: two factors"
                ),
            ),
        ),
        Part(
            name="settled",
            asks=r"by contrast, on a parabola $\frac h2(w-a)^2$: where does weight decay $\lambda$ at the rate $\eta$ settle?",
            form=Formula(Domain((h, a, lam, eta), draw=_draw_decayed), "a number"),
            reference=h * a / (h + lam),
            truth=Truth(_settled, "the fixed point of a step", 4),
            mistakes=(
                Mistake(a, "decay pulls towards zero"),
                Mistake(
                    h * a / (h + eta * lam),
                    "it is lambda by itself that counts here, not eta lambda",
                ),
                Mistake(a / (1 + lam), "right only for a curvature of 1"),
            ),
        ),
        Part(
            name="grid",
            asks="trainings in a full grid of 3 candidates for each of the 4 hyper-parameters",
            form=Number(what="a number of trainings"),
            reference=sympy.Integer(81),
            truth=Truth(_grid, "the list of all combinations"),
            mistakes=(
                Mistake(sympy.Integer(12), "the numbers of candidates are multiplied"),
                Mistake(sympy.Integer(64), "3 to the fourth power, not 4 to the third"),
            ),
        ),
        Part(
            name="values",
            asks=r"if the candidates for each of $\eta$, $\lambda$, $\theta$, $1-\rho$ are the same factor apart: how many different effective rates are in that grid?",
            form=Number(what="a number of values"),
            reference=sympy.Integer(9),
            truth=Truth(_distinct, "the set of all values"),
            mistakes=(
                Mistake(sympy.Integer(81), "many combinations have the same effective rate"),
                Mistake(sympy.Integer(3), "the exponents add up to anything from -4 to 4"),
            ),
        ),
        Part(
            name="worse",
            asks="recorded validation errors of the whole net: which setting stands out?",
            form=Choice(
                {
                    "third": "(iii): above the other two in every seed, by more than they differ",
                    "above": "(iii): above the other two in every seed, but not always by more than they differ",
                    "none": "none: there is a seed in which (iii) is not the worst",
                }
            ),
            reference="third",
            truth=Truth(_who_is_worse, "the recorded errors, seed by seed", method=Method.MEASURED),
            mistakes=(
                Mistake(
                    "none", "with a fifth of the effective rate it learns less in the same time"
                ),
                Mistake("above", "in every recorded seed its distance from them is the larger one"),
            ),
        ),
    ),
    model_answer=r"""
A gradient acts through the buffer $1+\rho+\rho^2+\dots=1/(1-\rho)$ times, so (i) and (ii) move equally far,
$\eta_{\max}/(1-\rho)=10\eta_{\max}$, and (iii) a fifth of it: its error is higher at the end of an equally
long run. That is a statement to first order in $\eta h$. On a parabola the stationary loss is
$\frac{\eta s^2}{4(1-\rho)}\big/\big(1-\frac{\eta h}{2(1+\rho)}\big)$, and (ii) is stable up to $\eta_{\max}h=0.6$
only, (i) up to 3.8. The product $\eta\lambda$ counts for weights whose scale BatchNorm takes out; elsewhere
$\lambda$ counts by itself. Three runs do not show an invariance: report seeds and their spread.
""",
    conventions=("momentum",),
)

QUESTIONS = (beginning, finder, schedule, invariant)
