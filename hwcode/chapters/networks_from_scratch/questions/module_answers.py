"""Programs in the starter's contract that are wrong, each in a way that students know.

The first line of a wrong program's docstring says what is wrong with it; the page shows that line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hwcode.chapters.networks_from_scratch import modules
from hwcode.checking.extras import np

# --- the loss ---------------------------------------------------------------------------------


class LossBySigmoid(modules.BinaryCrossEntropy):
    """forward takes np.log of p = 1 / (1 + np.exp(-logits)) and of 1 - p"""

    def forward(self, logits: Any, *, targets: Any) -> Any:
        p = 1 / (1 + np.exp(-logits))
        return -np.mean(targets * np.log(p) + (1 - targets) * np.log(1 - p))


class LossClipped(modules.BinaryCrossEntropy):
    """forward clips the probabilities to 1e-12 from 0 and 1"""

    def forward(self, logits: Any, *, targets: Any) -> Any:
        p = np.clip(np.exp(-np.logaddexp(0, -logits)), 1e-12, 1 - 1e-12)
        return -np.mean(targets * np.log(p) + (1 - targets) * np.log(1 - p))


class LossSummed(modules.BinaryCrossEntropy):
    """np.sum in place of np.mean, and a gradient without 1/n"""

    def forward(self, logits: Any, *, targets: Any) -> Any:
        return len(logits) * super().forward(logits, targets=targets)

    def backward(self, grad_output: Any) -> Any:
        return (len(self._inputs[0]) * super().backward(grad_output)[0],)


class LossMeanTwice(modules.BinaryCrossEntropy):
    """backward divides by n, and by n once more"""

    def backward(self, grad_output: Any) -> Any:
        return (super().backward(grad_output)[0] / len(self._inputs[0]),)


class LossWithoutTuple(modules.BinaryCrossEntropy):
    """backward returns the array itself"""

    def backward(self, grad_output: Any) -> Any:
        return super().backward(grad_output)[0]


class LossAscent(modules.BinaryCrossEntropy):
    """backward takes targets - p"""

    def backward(self, grad_output: Any) -> Any:
        return super().backward(-grad_output)


class LossSlopeInP(modules.BinaryCrossEntropy):
    """backward divides by p * (1 - p), with p between 1e-12 and 1 - 1e-12"""

    def backward(self, grad_output: Any) -> Any:
        p = np.clip(np.exp(-np.logaddexp(0, -self._inputs[0])), 1e-12, 1 - 1e-12)
        targets = self._side_inputs["targets"]
        return (grad_output * (p - targets) / (p * (1 - p)) / len(p),)


class LossOfProbabilities(modules.BinaryCrossEntropy):
    """forward takes the logarithms of its input and of 1 - it"""

    def forward(self, logits: Any, *, targets: Any) -> Any:
        with np.errstate(all="ignore"):
            return -np.mean(targets * np.log(logits) + (1 - targets) * np.log(1 - logits))

    def backward(self, grad_output: Any) -> Any:
        (p,), targets = self._inputs, self._side_inputs["targets"]
        with np.errstate(all="ignore"):
            return (grad_output * (p - targets) / (p * (1 - p)) / len(p),)


class LossAlone(modules.BinaryCrossEntropy):
    """backward leaves grad_output out"""

    def backward(self, grad_output: Any) -> Any:
        return super().backward(np.array(1.0))


# --- the linear layer -------------------------------------------------------------------------


class LinearSets(modules.Linear):
    """backward sets the gradients: no +="""

    def backward(self, grad_output: Any) -> Any:
        self.zero_grad()
        return super().backward(grad_output)


class LinearMeanTwice(modules.Linear):
    """X.T @ grad_output / n, grad_output.mean(axis=0)"""

    def backward(self, grad_output: Any) -> Any:
        n = len(grad_output)
        return (n * super().backward(grad_output / n)[0],)


class LinearWithoutTuple(modules.Linear):
    """backward returns grad_output @ weights.T, not a tuple of it"""

    def backward(self, grad_output: Any) -> Any:
        return super().backward(grad_output)[0]


class LinearInTheClass(modules.Linear):
    """forward keeps its input in the class: Linear.X = X"""

    X: Any

    def forward(self, X: Any) -> Any:
        LinearInTheClass.X = X
        return super().forward(X)

    def backward(self, grad_output: Any) -> Any:
        self._inputs = (LinearInTheClass.X,)
        return super().backward(grad_output)


class LinearSmall(modules.Linear):
    """weights drawn as 0.01 * np.random.randn"""

    def __init__(self, input_size: int, output_size: int) -> None:
        super().__init__(input_size, output_size)
        self._parameters["weights"] *= 0.01 * np.sqrt(input_size / 2)


# --- logistic regression and its training step ------------------------------------------------


class RegressionSigmoidTwice(modules.BinaryLogisticRegression):
    """self.loss(sigmoid(logits), targets=targets)"""

    def forward(self, features: Any, *, targets: Any) -> Any:
        self.p = np.exp(-np.logaddexp(0, -self.net(features)))
        return self.loss(self.p, targets=targets)

    def backward(self, grad_output: Any) -> Any:
        (grad,) = self.loss.backward(grad_output)
        return self.net.backward(grad * self.p * (1 - self.p))


class RegressionTupleForgotten(modules.BinaryLogisticRegression):
    """grad = self.loss.backward(...), handed on without unpacking it"""

    def backward(self, grad_output: Any) -> Any:
        return self.net.backward(self.loss.backward(grad_output))  # type: ignore[arg-type]


class RegressionPredictsByHalf(modules.BinaryLogisticRegression):
    """predict compares the logit with 1/2"""

    def predict(self, features: Any) -> Any:
        return (self.net(features) > 0.5).astype(float)


class RegressionMeanTwice(modules.BinaryLogisticRegression):
    """backward divides the gradient of the loss by n"""

    def backward(self, grad_output: Any) -> Any:
        (grad,) = self.loss.backward(grad_output)
        return self.net.backward(grad / len(grad))


def _gradients(classifier: Any, X: Any, t: Any) -> tuple[Any, Any]:
    """Loss and gradients, after zero_grad."""
    classifier.zero_grad()
    loss = classifier(X, targets=t)
    classifier.backward(np.array(1.0))
    return float(loss), classifier.get_parameter_grads()


def step_rebinds(classifier: Any, X: Any, t: Any, rate: Any) -> Any:
    """value = value - rate * grads[name] in a loop over get_parameters().items()"""
    loss, grads = _gradients(classifier, X, t)
    for name, value in classifier.get_parameters().items():
        value = value - rate * grads[name]
    return loss


def step_without_zero(classifier: Any, X: Any, t: Any, rate: Any) -> Any:
    """zero_grad is never called"""
    loss = classifier(X, targets=t)
    classifier.backward(np.array(1.0))
    grads = classifier.get_parameter_grads()
    for name, value in classifier.get_parameters().items():
        value -= rate * grads[name]
    return float(loss)


def step_uphill(classifier: Any, X: Any, t: Any, rate: Any) -> Any:
    """value += rate * grads[name]"""
    return modules.gd_step(classifier, X, t, -rate)


def step_mean_twice(classifier: Any, X: Any, t: Any, rate: Any) -> Any:
    """value -= rate * grads[name] / n"""
    return modules.gd_step(classifier, X, t, rate / len(t))


def step_zero_late(classifier: Any, X: Any, t: Any, rate: Any) -> Any:
    """zero_grad at the end of the step"""
    loss = step_without_zero(classifier, X, t, rate)
    classifier.zero_grad()
    return loss


def step_from_the_loss(classifier: Any, X: Any, t: Any, rate: Any) -> Any:
    """classifier.backward(loss)"""
    classifier.zero_grad()
    loss = classifier(X, targets=t)
    classifier.backward(loss)
    grads = classifier.get_parameter_grads()
    for name, value in classifier.get_parameters().items():
        value -= rate * grads[name]
    return float(loss)


def step_clipped(classifier: Any, X: Any, t: Any, rate: Any) -> Any:
    """gradients clipped to norm 5"""
    loss, grads = _gradients(classifier, X, t)
    norm = np.sqrt(sum(np.sum(one**2) for one in grads.values()))
    for name, value in classifier.get_parameters().items():
        value -= rate * min(1.0, 5.0 / max(norm, 1e-300)) * grads[name]
    return loss


def step_loss_after(classifier: Any, X: Any, t: Any, rate: Any) -> Any:
    """the loss after the step is returned"""
    modules.gd_step(classifier, X, t, rate)
    return float(classifier(X, targets=t))


# --- several layers ---------------------------------------------------------------------------


class ReLUInTheClass(modules.ReLU):
    """forward keeps its input in the class: ReLU.X = X"""

    X: Any

    def forward(self, X: Any) -> Any:
        ReLUInTheClass.X = X
        return super().forward(X)

    def backward(self, grad_output: Any) -> Any:
        return (grad_output * (ReLUInTheClass.X > 0),)


class SequentialUnprefixed(modules.Sequential):
    """get_parameters merges the dictionaries of the layers as they are"""

    def get_parameters(self) -> Any:
        return {name: one for layer in self.layers for name, one in layer.get_parameters().items()}


class _Changed(modules.BinaryClassificationMLP):
    """A perceptron whose list of layers is made otherwise."""

    def __init__(
        self, input_size: int, hidden_sizes: Any, activation: Callable[[], Any] = modules.ReLU
    ) -> None:
        super().__init__(input_size, hidden_sizes, activation)
        linear = [one for one in self.net.layers if isinstance(one, modules.Linear)]  # type: ignore[attr-defined]
        self.net = modules.Sequential(*self.layers_of(linear, activation))

    def layers_of(self, linear: list[Any], activation: Callable[[], Any]) -> list[Any]:
        """The layers, from the linear ones and the class of the activation."""
        raise NotImplementedError


class PerceptronActivatedLast(_Changed):
    """an activation behind the last layer, too"""

    def layers_of(self, linear: list[Any], activation: Callable[[], Any]) -> list[Any]:
        return [layer for one in linear for layer in (one, activation())]


class PerceptronLinear(_Changed):
    """no activation between the layers"""

    def layers_of(self, linear: list[Any], activation: Callable[[], Any]) -> list[Any]:
        return linear


class PerceptronOneActivation(_Changed):
    """one object of the activation for all layers"""

    def layers_of(self, linear: list[Any], activation: Callable[[], Any]) -> list[Any]:
        shared = activation()
        return [layer for one in linear for layer in (one, shared)][:-1]


class PerceptronTupleForgotten(modules.BinaryClassificationMLP):
    """grad = self.loss.backward(...), handed on without unpacking it"""

    def backward(self, grad_output: Any) -> Any:
        return self.net.backward(self.loss.backward(grad_output))  # type: ignore[arg-type]


class PerceptronMeanTwice(modules.BinaryClassificationMLP):
    """backward divides the gradient of the loss by n"""

    def backward(self, grad_output: Any) -> Any:
        (grad,) = self.loss.backward(grad_output)
        return self.net.backward(grad / len(grad))


class PerceptronSigmoidTwice(modules.BinaryClassificationMLP):
    """self.loss(sigmoid(self.net(features)), targets=targets)"""

    forward = RegressionSigmoidTwice.forward
    backward = RegressionSigmoidTwice.backward


class PerceptronPredictsByHalf(modules.BinaryClassificationMLP):
    """predict compares the logit with 1/2"""

    predict = RegressionPredictsByHalf.predict


class PerceptronAlwaysReLU(modules.BinaryClassificationMLP):
    """ReLU() between the layers, whatever the argument activation"""

    def __init__(
        self, input_size: int, hidden_sizes: Any, activation: Callable[[], Any] = modules.ReLU
    ) -> None:
        super().__init__(input_size, hidden_sizes)
