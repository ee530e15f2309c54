"""Networks as answers: their weights are typed, and what they compute is decided for all inputs.

A network with activations that are straight between a few points is affine on each of finitely
many polyhedra. So is what the question asks for: sorting, say, is one permutation on each order of
the inputs. Whether the two agree is then a matter of finitely many systems of linear inequalities,
solved exactly by :mod:`hwcode.checking.inequalities`. The verdict holds for every input of the
domain, and a network that is wrong gets an input at which it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from hwcode.checking.errors import AnswerError
from hwcode.checking.forms import Form
from hwcode.checking.identity import Truth
from hwcode.checking.inequalities import Affine, Condition, Point, solution
from hwcode.checking.verdict import Comparison, Counterexample, Method
from hwcode.checking.weights import matrix_of, read_weights, vector_of

__all__ = [
    "ACTIVATIONS",
    "Layer",
    "Network",
    "Perceptron",
    "Piece",
    "Region",
    "agreement",
    "disagreement",
]


@dataclass(frozen=True)
class Piece:
    """An activation between two points: ``slope * z + constant``.

    Attributes:
        lower, upper: the ends; None where there is none.
        ends: whether ``lower`` and ``upper`` themselves belong to the piece.
    """

    lower: int | None
    upper: int | None
    slope: Fraction
    constant: Fraction = Fraction(0)
    ends: tuple[bool, bool] = (True, False)

    def where(self, z: Affine) -> list[Condition]:
        """The conditions that the argument lies in this piece."""
        low = [] if self.lower is None else [z.above(self.lower, strict=not self.ends[0])]
        high = [] if self.upper is None else [z.below(self.upper, strict=not self.ends[1])]
        return low + high


def _bent(below: Fraction | int, above: Fraction | int) -> tuple[Piece, ...]:
    """Two slopes that meet at 0."""
    return Piece(None, 0, Fraction(below)), Piece(0, None, Fraction(above))


_ZERO, _ONE = Fraction(0), Fraction(1)
ACTIVATIONS: dict[str, tuple[Piece, ...]] = {
    "identity": (Piece(None, None, _ONE),),
    "relu": _bent(0, 1),
    "leaky_relu": _bent(Fraction(1, 100), 1),
    "abs": _bent(-1, 1),
    "step": (Piece(None, 0, _ZERO), Piece(0, None, _ZERO, _ONE)),
    "indicator": (
        Piece(None, -1, _ZERO),
        Piece(-1, 1, _ZERO, _ONE, ends=(True, True)),
        Piece(1, None, _ZERO, ends=(False, False)),
    ),
}
"""The activations that a network may have, by name, each with its pieces."""

_FORMULAS = {
    "identity": "z",
    "relu": r"\max(z, 0)",
    "leaky_relu": r"\max(z, z/100)",
    "abs": "|z|",
    "step": r"\mathbb I(z\ge0)",
    "indicator": r"\mathbb I(z\in[-1,1])",
}
_OTHER_NAMES = {
    **dict.fromkeys(("linear", "none", "id", "z", "no activation"), "identity"),
    **dict.fromkeys(("threshold", "hard_threshold", "heaviside"), "step"),
    **dict.fromkeys(("leakyrelu", "leaky relu"), "leaky_relu"),
    **dict.fromkeys(("absolute", "absolute_value", "absolute value", "modulus"), "abs"),
}


@dataclass(frozen=True)
class Layer:
    """``phi(W x + b)`` with rational weights; ``phi`` is a name in :data:`ACTIVATIONS`."""

    W: tuple[tuple[Fraction, ...], ...]
    b: tuple[Fraction, ...]
    phi: str

    def arguments(self, inputs: Sequence[Affine]) -> list[Affine]:
        """``W x + b`` as functions of the network's inputs."""
        size = len(inputs[0].slopes)
        return [
            sum((w * value for w, value in zip(row, inputs, strict=True)), Affine.of([0] * size, b))
            for row, b in zip(self.W, self.b, strict=True)
        ]


@dataclass(frozen=True)
class Region:
    """A polyhedron of inputs, and what is computed on it."""

    where: tuple[Condition, ...]
    values: tuple[Affine, ...]


@dataclass(frozen=True)
class Perceptron:
    """A network of layers with rational weights, evaluated exactly.

    >>> larger = Perceptron.of({"W1": [[1, -1], [0, 1]], "b1": [0, 0], "phi1": "relu",
    ...                         "W2": [[1, 1]], "b2": [0], "phi2": "identity"})
    >>> larger.sizes, larger([Fraction(1, 3), Fraction(1, 2)])
    ((2, 2, 1), (Fraction(1, 2),))
    """

    layers: tuple[Layer, ...]

    @classmethod
    def of(cls, weights: Mapping[str, Any]) -> Perceptron:
        """From ``W1``, ``b1``, ``phi1``, ``W2`` and so on: lists or arrays, and names.

        Raises:
            AnswerError: names what is missing, misshapen or unknown, and what is allowed.
        """
        count = sum(1 for key in weights if str(key).startswith("W")) or 1
        expected = [f"{name}{i}" for i in range(1, count + 1) for name in ("W", "b", "phi")]
        missing = [key for key in expected if key not in weights]
        unknown = [key for key in weights if key not in expected]
        if missing or unknown:
            what = f"{missing[0]} is missing" if missing else f"{unknown[0]!r} is unknown"
            raise AnswerError(f"{what}; a network of {count} layer(s) has {', '.join(expected)}")
        layers: list[Layer] = []
        for i in range(1, count + 1):
            width = len(layers[-1].b) if layers else 0
            W = matrix_of(f"W{i}", weights[f"W{i}"], width)
            width = width or len(W[0])
            b = vector_of(f"b{i}", weights[f"b{i}"], len(W))
            if len(W[0]) != width:
                raise AnswerError(
                    f"W{i} has {len(W[0])} columns, and layer {i - 1} has {width} units"
                )
            if len(b) != len(W):
                raise AnswerError(f"b{i} has {len(b)} entries, and W{i} has {len(W)} rows")
            layers.append(Layer(W, b, _activation(f"phi{i}", weights[f"phi{i}"])))
        return cls(tuple(layers))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of inputs, then of each layer's units."""
        return len(self.layers[0].W[0]), *(len(layer.b) for layer in self.layers)

    def __call__(self, x: Iterable[int | Fraction]) -> Point:
        values = [Affine.of([], value) for value in x]
        for region in self.regions((), values):
            return tuple(value.constant for value in region.values)
        raise AssertionError("the pieces of an activation cover all arguments")

    def regions(
        self, where: Sequence[Condition] = (), inputs: Sequence[Affine] | None = None
    ) -> Iterator[Region]:
        """The polyhedra of a domain on which the network is affine, none of them empty.

        Args:
            where: conditions that make the domain.
            inputs: the inputs as functions of other variables; by default they are the variables.
        """
        size = self.sizes[0]
        values = inputs or [Affine.coordinate(place, size) for place in range(size)]
        yield from _walk(self.layers, tuple(where), tuple(values))

    def weights(self) -> dict[str, Any]:
        """The inverse of :meth:`of`."""
        return {
            f"{name}{i}": value
            for i, layer in enumerate(self.layers, 1)
            for name, value in (("W", layer.W), ("b", layer.b), ("phi", layer.phi))
        }


def _walk(
    layers: Sequence[Layer], where: tuple[Condition, ...], values: tuple[Affine, ...]
) -> Iterator[Region]:
    if not layers:
        yield Region(where, values)
        return
    first, *rest = layers
    pieces = ACTIVATIONS[first.phi]
    for region in _units(first.arguments(values), pieces, where):
        yield from _walk(rest, region.where, region.values)


def _units(
    arguments: Sequence[Affine], pieces: Sequence[Piece], where: tuple[Condition, ...]
) -> Iterator[Region]:
    """One layer: for each unit the pieces that its argument can reach."""
    if not arguments:
        yield Region(where, ())
        return
    z, *others = arguments
    size = len(z.slopes)
    reached = [piece for piece in pieces if solution([*where, *piece.where(z)], size) is not None]
    for piece in reached:
        # The only piece within reach needs no condition: it follows from the others.
        more = piece.where(z) if len(reached) > 1 else []
        value = piece.slope * z + Affine.of([0] * size, piece.constant)
        for region in _units(others, pieces, (*where, *more)):
            yield Region(region.where, (value, *region.values))


def disagreement(network: Perceptron, expected: Iterable[Region]) -> tuple[int, Point | None]:
    """Where a network differs from what is expected, decided for all inputs.

    Returns:
        How many polyhedra were compared, and an input at which the two differ, or None.

    >>> x = Affine.of([1])
    >>> double = Perceptron.of({"W1": [[2]], "b1": [0], "phi1": "relu"})
    >>> disagreement(double, [Region((x.above(),), (2 * x,))])
    (1, None)
    >>> disagreement(double, [Region((), (2 * x,))])
    (1, (Fraction(-1, 1),))
    """
    count = 0
    for region in expected:
        for mine in network.regions(region.where):
            count += 1
            for got, wanted in zip(mine.values, region.values, strict=True):
                for sign in (1, -1):
                    off = (sign * (got - wanted)).above()
                    point = solution([*mine.where, off], network.sizes[0])
                    if point is not None:
                        return count, point
    return count, None


def agreement(network: Perceptron, expected: Iterable[Region]) -> Point | None:
    """An input at which a network gives what is expected in every output, or None if none does.

    >>> x = Affine.of([1])
    >>> double = Perceptron.of({"W1": [[2]], "b1": [0], "phi1": "relu"})
    >>> agreement(double, [Region((x.below(),), (2 * x,))]) is None
    True
    """
    for region in expected:
        for mine in network.regions(region.where):
            gaps = [got - want for got, want in zip(mine.values, region.values, strict=True)]
            equal = [(sign * gap).above(strict=False) for gap in gaps for sign in (1, -1)]
            point = solution([*mine.where, *equal], network.sizes[0])
            if point is not None:
                return point
    return None


@dataclass(frozen=True)
class Network(Form):
    """The weights of a network, compared as a function on a domain, for all inputs of it.

    Args:
        sizes: inputs, hidden units, ..., outputs.
        domain: polyhedra that make up the domain together.
        what: what the network computes.
        inputs: names of the inputs.

    >>> form = Network((1, 1), domain=((),), what="the double", inputs=("x",))
    >>> form.compare(form.read("W1 = [[2]]; b1 = [0]; phi1 = identity"),
    ...              form.accept({"W1": [[2]], "b1": [0], "phi1": "relu"})).counterexample.where
    'at x = -1'
    """

    sizes: tuple[int, ...]
    domain: tuple[tuple[Condition, ...], ...]
    what: str
    inputs: tuple[str, ...]

    isolated = True

    @cached_property
    def _keys(self) -> list[str]:
        return [f"{name}{i}" for i in range(1, len(self.sizes)) for name in ("W", "b", "phi")]

    def describe(self) -> str:
        sizes = "-".join(map(str, self.sizes))
        return (
            f"the weights of a {sizes} network, {self.what}: {', '.join(self._keys)} as JSON, as a "
            "Python mapping, or as W1 = [[...], ...]; b1 = [...]; phi1 = ..., with W1 in rows, one "
            f"for each unit; fractions are exact; activations: {', '.join(ACTIVATIONS)}"
        )

    def read(self, text: str) -> Perceptron:
        return self.accept(read_weights(text))

    def accept(self, answer: Any) -> Perceptron:
        if not isinstance(answer, Perceptron):
            if not isinstance(answer, Mapping):
                raise AnswerError(f"expected {self.describe()}")
            answer = Perceptron.of(answer)
        if answer.sizes != self.sizes:
            mine, theirs = ("-".join(map(str, sizes)) for sizes in (answer.sizes, self.sizes))
            raise AnswerError(f"it is a {mine} network; the question has a {theirs} one")
        return answer

    def compare(self, answer: Perceptron, reference: Any) -> Comparison:
        expected = list(self._expected(reference))
        count, point = disagreement(answer, expected)
        if point is None:
            detail = f"equal on each of {count} polyhedra, for all inputs of the domain"
            return Comparison(True, Method.EXACT, detail)
        wanted = next(
            tuple(value(point) for value in region.values)
            for region in expected
            if all(condition.holds(point) for condition in region.where)
        )
        named = {name: str(value) for name, value in zip(self.inputs, point, strict=True)}
        failure = Counterexample(named, _listed(wanted), _listed(answer(point)))
        return Comparison(False, Method.EXACT, counterexample=failure)

    def _expected(self, reference: Any) -> Iterator[Region]:
        if isinstance(reference, Truth):
            yield from reference.value({})
            return
        for where in self.domain:
            yield from reference.regions(where)

    def show(self, answer: Perceptron) -> str:
        told = [
            f"{key} = {value if isinstance(value, str) else _listed(value)}"
            for key, value in answer.weights().items()
        ]
        return "; ".join(told)

    def inline(self, answer: Perceptron) -> str:
        return f"`{self.show(answer)}`"

    def block(self, answer: Perceptron) -> str:
        rows = []
        for i, layer in enumerate(answer.layers, 1):
            W, b = (_latex(entries) for entries in (layer.W, [[entry] for entry in layer.b]))
            phi = rf"\phi^{{({i})}}(z) = {_FORMULAS[layer.phi]}"
            rows.append(rf"W^{{({i})}} &= {W}, & b^{{({i})}} &= {b}, & {phi}")
        body = " \\\\\n".join(rows)
        return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def _listed(values: Any) -> str:
    if isinstance(values, (tuple, list)):
        return f"[{', '.join(map(_listed, values))}]"
    return str(values)


def _latex(rows: Iterable[Sequence[Fraction]]) -> str:
    def entry(value: Fraction) -> str:
        if value.denominator == 1:
            return str(value)
        sign = "-" if value < 0 else ""
        return rf"{sign}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}"

    body = r" \\ ".join(" & ".join(map(entry, row)) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def _activation(name: str, value: Any) -> str:
    word = str(value).strip().casefold()
    word = _OTHER_NAMES.get(word, word)
    if word not in ACTIVATIONS:
        raise AnswerError(
            f"{name} is {value!r}; the activations are {', '.join(ACTIVATIONS)}: straight pieces, "
            "so that the check is exact"
        )
    return word
