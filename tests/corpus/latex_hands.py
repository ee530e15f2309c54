"""Those who write LaTeX, each with habits of their own."""

from __future__ import annotations

from tests.corpus.writing import GREEK, POWER, PRODUCT, Writer

__all__ = ["BoldTex", "PlainTex", "Tex"]

TEX_NAMES = {
    "lamt": r"\tilde\lambda", "eps": r"\varepsilon", "lmax": r"\lambda_{\max}",
    "lmin": r"\lambda_{\min}", "yp": "y'", "ypbar": r"\overline{y'}", "Sbar": r"\bar{S}",
    "et": "e_t", "XB": "X_B", "tB": "t_B", "alpha_N": r"\alpha_N", "alpha_S": r"\alpha_S",
    "alpha_B": r"\alpha_B", "Smin": r"S_{\min}", "Bc": r"B_{\mathrm{c}}", "pt": "p_t", "pc": "p_c",
    "h1bar": r"\bar{h}_1", "h2bar": r"\bar h_2", "z1bar": r"\bar z_1", "z2bar": r"\bar{z}_2",
    "gbar": r"\bar g", "ybar": r"\overline{y}", "zbar": r"\bar{z}", "Z": r"\bar Z",
    "l1": r"\lambda_1", "l2": r"\lambda_2", "NIC": r"\mathrm{NIC}", "glast": "glast",
    "gbefore": "gbefore", "delta0": r"\delta_0",
}  # fmt: skip


class Tex(Writer):
    """LaTeX as in a write-up."""

    frac, top, matmul, times = r"\frac", r"^\top", " ", " "
    left, right = r"\left(", r"\right)"
    bars = r"\lVert ", r" \rVert_2"
    environment = "pmatrix"

    def name(self, name: str) -> str:
        if name in TEX_NAMES:
            return TEX_NAMES[name]
        if name in GREEK:
            return "\\" + {"lam": "lambda"}.get(name, name)
        if len(name) == 2 and name[0] == "W":
            return f"W^{{({name[1]})}}"
        return f"{name[0]}_{{{name[1:]}}}" if len(name) > 1 and name[1:].isdigit() else name

    def brackets(self, text: str) -> str:
        return f"{self.left}{text}{self.right}"

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{exponent}" if len(exponent) == 1 else f"{base}^{{{exponent}}}"

    def over(self, above: tuple[str, int], below: tuple[str, int]) -> tuple[str, int]:
        if len(above[0]) == len(below[0]) == 1 and (above[0] + below[0]).isalnum():
            return f"{self.frac} {above[0]}{below[0]}", POWER
        return f"{self.frac}{{{above[0]}}}{{{below[0]}}}", POWER

    def transposed(self, text: str) -> str:
        return f"{{{text}}}{self.top}" if "^" in text else f"{text}{self.top}"

    def inverse(self, text: str) -> str:
        return f"{self.brackets(text)}^{{-1}}"

    def norm(self, text: str) -> str:
        return f"{self.bars[0]}{text}{self.bars[1]}"

    def identity(self, size: str) -> str:
        return "I"

    def entrywise(self, parts: list[str]) -> str:
        return r" \odot ".join(parts)

    def scaled(self, factor: tuple[str, int], told: str, count: int) -> str:
        return f"{self.inside(factor, PRODUCT)} {told}"

    def matrix(self, rows: list[list[str]]) -> str:
        body = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{{self.environment}}} {body} \end{{{self.environment}}}"

    def call(self, name: str, *arguments: str) -> str:
        if name == "sqrt":
            return rf"\sqrt{{{arguments[0]}}}"
        if name == "abs":
            return rf"\left|{arguments[0]}\right|"
        if name == "floor":
            return rf"\left\lfloor {arguments[0]} \right\rfloor"
        if name == "binomial":
            return rf"\binom{{{arguments[0]}}}{{{arguments[1]}}}"
        plain = {"log": r"\ln", "max": r"\max", "min": r"\min", "exp": r"\exp"}.get(name)
        plain = plain or rf"\operatorname{{{name}}}"
        return plain + self.brackets(", ".join(arguments))


class PlainTex(Tex):
    """Another hand: dfrac, T, dots, plain brackets."""

    frac, top, times = r"\dfrac", "^{T}", r" \cdot "
    left, right = "(", ")"
    bars = r"\| ", r" \|"
    environment = "bmatrix"


class BoldTex(Tex):
    """A third: bold matrices, thin spaces, upright T."""

    top, times, matmul = r"^{\mathsf{T}}", r"\,", r"\,"
    left, right = r"\bigl(", r"\bigr)"
    bars = r"\left\lVert ", r" \right\rVert"

    def name(self, name: str) -> str:
        return rf"\mathbf{{{name}}}" if name in ("X", "w", "t", "x", "a") else super().name(name)
