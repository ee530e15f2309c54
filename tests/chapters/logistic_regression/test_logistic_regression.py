"""P4-1: the objective and its derivatives, the four methods, the floors, the record."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcode.chapters.logistic_regression import objective as lr
from hwcode.chapters.logistic_regression.experiments.runs import STUDY, choose_penalty
from hwcode.data import embedded_digits
from hwcode.training.commands import verify
from hwcode.training.experiment import load
from tests.conftest import real_data


def problem_of(seed: int, lam: float = 0.1) -> lr.Problem:
    generator = np.random.default_rng(seed)
    X = np.column_stack([generator.standard_normal((9, 3)), np.ones(9)])
    y = generator.choice([-1.0, 1.0], 9)
    return lr.Problem(X, y, X, y, lam)


seeds = st.integers(0, 2**32 - 1)


@settings(deadline=None)
@given(seeds)
def test_p4_1b_gradient_against_autograd(seed):
    torch = pytest.importorskip("torch")
    problem = problem_of(seed)
    w = np.random.default_rng(seed).standard_normal(4)
    variable = torch.tensor(w, requires_grad=True)
    margins = torch.tensor(problem.y) * (torch.tensor(problem.X) @ variable)
    value = torch.nn.functional.softplus(-margins).mean() + 0.05 * variable @ variable
    value.backward()
    assert lr.objective(problem, w) == pytest.approx(float(value.detach()), rel=1e-12)
    assert lr.full_gradient(problem)(w, 0) == pytest.approx(variable.grad.numpy(), abs=1e-12)


@settings(deadline=None)
@given(seeds)
def test_p4_1c_hessian_by_differences_and_within_its_bounds(seed):
    problem = problem_of(seed)
    w = 3 * np.random.default_rng(seed).standard_normal(4)
    gradient, hessian, step = lr.full_gradient(problem), lr.hessian(problem, w), 1e-5
    columns = [
        (gradient(w + step * e, 0) - gradient(w - step * e, 0)) / (2 * step) for e in np.eye(4)
    ]
    assert hessian == pytest.approx(np.array(columns), abs=1e-8)
    curvatures = np.linalg.eigvalsh(hessian)
    assert problem.lam < curvatures[0]
    assert curvatures[-1] <= lr.smoothness(problem) + 1e-12
    at_zero = np.linalg.eigvalsh(lr.hessian(problem, np.zeros(4)))[-1]
    assert at_zero == pytest.approx(lr.smoothness(problem), rel=1e-12)


def test_p4_1c_a_dead_feature_has_exactly_the_curvature_of_the_penalty():
    problem = problem_of(0)
    dead = lr.Problem(problem.X * [1, 0, 1, 1], problem.y, problem.X, problem.y, 0.1)
    for w in (np.zeros(4), np.ones(4)):
        assert np.linalg.eigvalsh(lr.hessian(dead, w))[0] == pytest.approx(0.1, rel=1e-14)


def test_p4_1b_objective_does_not_overflow():
    problem = problem_of(0, lam=0.0)
    for scale in (1e3, 1e6):
        w = scale * np.ones(4)
        assert np.isfinite(lr.objective(problem, w))
        assert np.all(np.isfinite(lr.full_gradient(problem)(w, 0)))


def test_p4_1b_minimum_is_that_of_scikit_learn_and_certified():
    from sklearn.linear_model import LogisticRegression

    problem = lr.prepare(embedded_digits(), lam=0.01)
    found = lr.minimise(problem)
    assert found.gap < 1e-20
    # scikit-learn minimises C sum loss + |w|^2 / 2, which is ours for C = 1 / (n lam).
    theirs = LogisticRegression(
        C=1 / (len(problem.y) * problem.lam), fit_intercept=False, tol=1e-10, max_iter=10_000
    ).fit(problem.X, problem.y)
    assert found.w == pytest.approx(theirs.coef_[0], abs=1e-5)
    with pytest.raises(ValueError, match="lam is 0"):
        lr.minimise(lr.prepare(embedded_digits(), lam=0.0))


def test_p4_1b_penalty_is_the_largest_of_the_best():
    lam, errors = choose_penalty(embedded_digits(), [1.0, 0.1, 0.01])
    best = min(errors)
    assert errors[[1.0, 0.1, 0.01].index(lam)] == best
    larger = [error for value, error in zip([1.0, 0.1, 0.01], errors, strict=True) if value > lam]
    assert all(error > best for error in larger)


@pytest.mark.parametrize("shuffled", [True, False])
def test_p4_1e_minibatch_gradients_average_to_the_full_one(shuffled):
    problem, w = problem_of(1), np.ones(4)
    gradient = lr.minibatch_gradient(problem, 3, seed=0, shuffled=shuffled)
    count = 3 if shuffled else 30_000
    mean = np.mean([gradient(w, step) for step in range(count)], axis=0)
    assert mean == pytest.approx(lr.full_gradient(problem)(w, 0), abs=1e-14 if shuffled else 2e-2)
    with pytest.raises(ValueError, match="1 to 9"):
        lr.minibatch_gradient(problem, 10, seed=0)


def test_p4_1d_lookahead_form_is_torchs_nesterov_after_a_change_of_variables():
    torch = pytest.importorskip("torch")
    problem, start, rate, momentum = problem_of(2), np.ones(4), 0.05, 0.9
    ours = list(islice(lr.descend(lr.full_gradient(problem), start, rate, momentum), 30))
    # torch keeps the point ahead: v_t = w_t + momentum (w_t - w_{t-1}), starting from v_0 = w_0.
    variable = torch.tensor(start, requires_grad=True)
    optimiser = torch.optim.SGD([variable], lr=rate, momentum=momentum, nesterov=True)
    for step in range(29):
        before, now = ours[max(step - 1, 0)], ours[step]
        ahead = now + momentum * (now - before)
        assert variable.detach().numpy() == pytest.approx(ahead, abs=1e-12)
        variable.grad = torch.tensor(lr.full_gradient(problem)(variable.detach().numpy(), step))
        optimiser.step()


@settings(deadline=None, max_examples=30)
@given(seeds)
def test_p4_1b_bound_on_the_gap_holds_at_every_step(seed):
    """f - f* <= L/2 (1 - 1/kappa)^(2t) |w0 - w*|^2 at rate 1/L: twice the handout's slope."""
    problem = problem_of(seed)
    best, smooth = lr.minimise(problem), lr.smoothness(problem)
    start = 5 * np.random.default_rng(seed).standard_normal(4)
    at = np.arange(60)
    gaps = lr.trace(problem, lr.descend(lr.full_gradient(problem), start, 1 / smooth), at)
    scale = smooth / 2 * np.sum((start - best.w) ** 2)
    bound = scale * (1 - problem.lam / smooth) ** (2 * at)
    assert np.all(gaps - best.value <= bound * (1 + 1e-12) + 1e-14)


def test_p4_1e_who_leads_when_as_the_diagnosis_has_it():
    record = load(STUDY)
    at = record.curve("sgd_1_at")[0]
    plain, fast = (record.curve(name).mean(axis=0) for name in ("sgd_1", "sgd_nesterov_1"))
    ratio = plain / fast
    assert np.all(ratio[(at >= 260) & (at <= 2000)] > 1)
    assert ratio[(at >= 260) & (at <= 2000)].max() > 10
    assert np.all(ratio[(at > 40) & (at < 250)] < 1)
    assert np.all(ratio[at > 4100] < 1)


@pytest.mark.parametrize("momentum", [0.0, 0.6])
def test_p4_1e_noise_floor_on_a_quadratic(momentum):
    """On a quadratic the prediction is exact up to the error of a mean over many steps."""
    problem = problem_of(3, lam=1.0)
    best = lr.minimise(problem)
    rate, batch = 0.05, 2
    predicted = lr.noise_floor(problem, best.w, rate, batch, momentum)
    gradient = lr.minibatch_gradient(problem, batch, seed=5, shuffled=False)
    path = lr.descend(gradient, best.w, rate, momentum)
    gaps = [lr.objective(problem, w) - best.value for w in islice(path, 1000, 60_000, 10)]
    assert np.mean(gaps) == pytest.approx(predicted, rel=0.1)
    with pytest.raises(ValueError, match="not stable"):
        lr.noise_floor(problem, best.w, 10.0, batch, momentum)


def test_p4_1b_slope_of_a_measured_curve():
    problem = problem_of(4)
    best = lr.minimise(problem)
    rate = 1 / lr.smoothness(problem)
    at = np.arange(30, 55)
    path = lr.descend(lr.full_gradient(problem), np.ones(4), rate)
    gaps = lr.trace(problem, path, at) - best.value
    slowest = np.linalg.eigvalsh(lr.hessian(problem, best.w))[0]
    assert lr.log_slope(gaps, at) == pytest.approx(2 * np.log(1 - rate * slowest), rel=1e-2)
    with pytest.raises(ValueError, match="rounding error"):
        lr.log_slope(np.array([1.0, 0.0]), np.array([0.0, 1.0]))


def test_the_record_is_up_to_date_and_about_mnist():
    record = load(STUDY)
    assert record.stamp["data"]["dataset"] == "MNIST"
    assert record.stamp["data"]["exact"]
    assert record.metric("certified_gap").max() < 1e-20


@real_data("mnist")
def test_the_record_replays(mnist):
    record = load(STUDY)
    for run in record.runs:
        assert STUDY.first_losses(STUDY.config, run["seed"], mnist) == pytest.approx(
            run["first_losses"], rel=STUDY.replay_tolerance
        )


@real_data("mnist")
@pytest.mark.slow
def test_the_record_verifies():
    lines, good = verify(STUDY, seeds=(0,))
    assert good, "\n".join(lines)
