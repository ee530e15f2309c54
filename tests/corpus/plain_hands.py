"""Those who write no LaTeX: in code, on paper's model, with the characters of a tablet."""

from __future__ import annotations

from tests.corpus.writing import GREEK, PRODUCT, Writer

__all__ = ["Code", "OnScreen", "Paper"]

UNICODE = dict(zip(GREEK, "αβδηκλμρσθ", strict=True)) | {
    "lamt": "λ̃", "eps": "ε", "lmax": "λ_max", "lmin": "λ_min", "delta0": "δ₀", "l1": "λ₁",
    "l2": "λ₂", "gbar": "ḡ", "ybar": "ȳ", "zbar": "z̄", "yp": "y′",
}  # fmt: skip
LOW, HIGH = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"), str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Code(Writer):
    """A program with NumPy."""

    def call(self, name: str, *arguments: str) -> str:
        known = {"norm": "np.linalg.norm", "log": "np.log", "sqrt": "np.sqrt", "exp": "np.exp",
                 "abs": "np.abs", "sign": "np.sign", "sum": "np.sum", "diag": "np.diag",
                 "trace": "np.trace", "pinv": "np.linalg.pinv", "floor": "math.floor",
                 "max": "np.maximum", "min": "np.minimum", "binomial": "math.comb"}  # fmt: skip
        return super().call(known.get(name, name), *arguments)

    def inverse(self, text: str) -> str:
        return f"np.linalg.inv({text})"

    def identity(self, size: str) -> str:
        return f"np.eye({size})"

    def matrix(self, rows: list[list[str]]) -> str:
        return f"np.array({super().matrix(rows)})"


class Paper(Writer):
    """ASCII as on paper: no signs for products, ^T, bars."""

    matmul = " "

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{exponent} " if exponent.isalnum() else f"{base}^({exponent})"

    def beside(self, parts: list[str]) -> str:
        return "".join(
            part + ("" if part.isdigit() or part.endswith((" ", ")")) or not after else " ")
            for part, after in zip(parts, [*parts[1:], ""], strict=True)
        )

    def transposed(self, text: str) -> str:
        return f"{text}^T"

    def inverse(self, text: str) -> str:
        return f"({text})^-1"

    def norm(self, text: str) -> str:
        return f"||{text}||"

    def identity(self, size: str) -> str:
        return "I"

    def scaled(self, factor: tuple[str, int], told: str, count: int) -> str:
        return f"{self.inside(factor, PRODUCT)} {told}"

    def call(self, name: str, *arguments: str) -> str:
        if name == "abs":
            return f"|{arguments[0]}|"
        return super().call("ln" if name == "log" else name, *arguments)


class OnScreen(Paper):
    """Unicode as it is typed on a tablet or copied from a page."""

    minus = "−"
    times = "·"

    def name(self, name: str) -> str:
        told = UNICODE.get(name)
        if told:
            return told
        stem = name.rstrip("0123456789")
        return stem + name[len(stem) :].translate(LOW) if len(stem) == 1 else name

    def power(self, base: str, exponent: str) -> str:
        if exponent.isdigit():
            return f"{base}{exponent.translate(HIGH)}"
        return f"{base}^({exponent})"

    def beside(self, parts: list[str]) -> str:
        return "·".join(parts)

    def transposed(self, text: str) -> str:
        return f"{text}ᵀ"

    def inverse(self, text: str) -> str:
        return f"({text})⁻¹"

    def norm(self, text: str) -> str:
        return f"‖{text}‖"

    def entrywise(self, parts: list[str]) -> str:
        return " ⊙ ".join(parts)

    def call(self, name: str, *arguments: str) -> str:
        if name == "sqrt":
            return f"√({arguments[0]})"
        if name == "floor":
            return f"⌊{arguments[0]}⌋"
        return super().call(name, *arguments)
