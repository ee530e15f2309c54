"""How layers and perceptrons are used in the two contracts; see :mod:`.contracts`."""

from __future__ import annotations

from typing import Any

from hwcode.chapters.networks_from_scratch import modules
from hwcode.chapters.networks_from_scratch.questions import helpers
from hwcode.chapters.networks_from_scratch.questions.contracts import (
    PLAIN,
    STARTER,
    call,
    fill,
    has,
    loss_and_gradients,
    single,
)
from hwcode.checking.extras import np
from hwcode.checking.programs import UnfitError
from hwcode.checking.remote import ProgramError, helper
from hwcode.checking.trials import by_name

__all__ = ["sequence_differs", "use_activation", "use_mlp", "use_perceptron", "use_sequence"]


def use_activation(program: Any, Z: Any, G: Any) -> dict[str, Any]:
    """Forward and backward with another array first; the return tells the contract."""
    layer = program()
    call(layer, Z + 1)
    layer.backward(G + 1)
    H = call(layer, Z)
    dZ = layer.backward(G)
    starters = isinstance(dZ, tuple) or (isinstance(dZ, list) and np.shape(dZ) == (1, *Z.shape))
    contract = STARTER if starters else PLAIN
    return {"contract": contract, "H": H, "dZ": single(dZ) if starters else dZ}


class Matrix:
    """A layer for trying out a sequence: ``X A`` forward, ``G A^T`` backward, and a diary.

    Args:
        name: of the layer.
        A: by which it multiplies.
        diary: takes a line for each call.
        in_tuples: whether ``backward`` returns a tuple of one gradient.
    """

    def __init__(self, name: int, A: Any, diary: list[str], in_tuples: bool) -> None:
        self.name, self.A, self.diary, self.in_tuples = name, A, diary, in_tuples

    def forward(self, X: Any) -> Any:
        """The product."""
        self._refuse(X, "forward")
        self.diary.append(f"forward {self.name}")
        return X @ self.A

    __call__ = forward

    def backward(self, G: Any) -> Any:
        """The product with the transpose."""
        self._refuse(G, "backward")
        self.diary.append(f"backward {self.name}")
        return (G @ self.A.T,) if self.in_tuples else G @ self.A.T

    def get_parameters(self) -> dict[str, Any]:
        """One array."""
        return {"weights": self.A}

    def get_parameter_grads(self) -> dict[str, Any]:
        """A gradient for each parameter."""
        return {"weights": np.zeros(self.A.shape)}

    def zero_grad(self) -> None:
        """Nothing is kept."""

    def _refuse(self, value: Any, method: str) -> None:
        if not isinstance(value, np.ndarray) or value.ndim != 2:
            told = f"{method} of a layer gets a {type(value).__name__}, not an array"
            if isinstance(value, tuple):
                told += ": what backward of the next one returned has to be unpacked"
            self.diary.append(told)
            raise TypeError(told)


def use_sequence(program: Any, matrices: Any, X: Any, G: Any) -> dict[str, Any]:
    """With the layers one by one or in a list, whose gradients are in tuples or not."""
    first: Exception | None = None
    for starred in (True, False):
        for in_tuples in (True, False):
            try:
                return _sequence(program, matrices, X, G, starred, in_tuples)
            except (ProgramError, UnfitError) as error:
                if first is None or "__init__" in str(first):
                    first = error
    assert first is not None
    raise first


def _sequence(
    program: Any, matrices: Any, X: Any, G: Any, starred: bool, in_tuples: bool
) -> dict[str, Any]:
    """Twice there and back, as in training; of the second time, the order of the calls."""
    diary: list[str] = []
    layers = [Matrix(place, A, diary, in_tuples) for place, A in enumerate(matrices)]
    network = program(*layers) if starred else program(layers)
    is_module = has(network, "get_parameters")
    if is_module and not in_tuples:
        raise UnfitError("a module of the starter has layers whose gradients are tuples")
    for batch, slopes in ((X + 1, G + 1), (X, G)):
        diary.clear()
        try:
            Y = call(network, batch)
            gradients = network.backward(slopes)
        except ProgramError as error:
            told = diary[-1] if diary and "unpacked" in diary[-1] else ""
            raise (UnfitError(told) if told else error) from None
    dX = single(gradients) if in_tuples else gradients
    if isinstance(dX, tuple):
        told = "a tuple in a tuple" if in_tuples else "a tuple where its layers return arrays"
        raise UnfitError(f"backward returns {told}")
    calls = list(diary)
    if is_module and (told := helper(program, helpers.MERGES, "merges")(program)):
        raise UnfitError(told)
    contract = STARTER if in_tuples else PLAIN
    if starred != in_tuples:
        contract += ", the layers " + ("one by one" if starred else "in a list")
    return {"contract": contract, "Y": Y, "dX": dX, "calls": calls}


def sequence_differs(got: Any, expected: Any) -> str:
    """Output and gradient first, then the order of the calls."""
    values, wanted = ({name: one[name] for name in ("Y", "dX")} for one in (got, expected))
    found = by_name()(values, wanted)
    if not found and got["calls"] != expected["calls"]:
        found = f"the layers were called as {got['calls']}"
    return found


def use_mlp(program: Any, weights: Any, X: Any, t: Any) -> dict[str, Any]:
    """The plain function: the loss and every gradient by its name."""
    loss, gradients = program(weights, X, t)
    named = {"loss": loss}
    for place, (dW, db) in enumerate(gradients, 1):
        named |= {f"dW{place}": dW, f"db{place}": db}
    return named


def use_perceptron(program: Any, activation: str, weights: Any, X: Any, t: Any) -> dict[str, Any]:
    """The loss, every gradient by its name, and the classes."""
    hidden = [W.shape[1] for W, _ in weights[:-1]]
    sizes = (X.shape[1], hidden)
    model = program(*sizes) if activation == "ReLU" else program(*sizes, modules.Tanh)
    targets = t[:, None]
    arrays = [W for W, _ in weights], [b for _, b in weights]
    fill(program, model, *arrays, lambda: call(model, X, targets=targets))
    loss, dX, dW, db, labels = loss_and_gradients(model, X, targets)
    named = {"contract": STARTER, "loss": loss, "dX": dX, "labels": labels}
    for place, (W, b) in enumerate(zip(dW, db, strict=True), 1):
        named |= {f"dW{place}": W, f"db{place}": b}
    return named
