"""Activations as people write them: by a name, as code, as a formula in ``z``."""

from __future__ import annotations

import re

from hwcode.checking.characters import plain_characters

__all__ = ["activation"]

_FORMULAS = {
    "identity": ("z",),
    "abs": ("|z|", "abs(z)", "absolute(z)", "fabs(z)", "max(z,-z)", "max(-z,z)", "sqrt(z^2)"),
    "relu": ("max(z,0)", "max(0,z)", "maximum(z,0)", "maximum(0,z)", "relu(z)", "z*(z>0)",
             "max{0,z}", "max{z,0}", "max(0.0,z)", "clip(z,0,none)", "[z]_+", "(z)_+", "z^+"),
    "leaky_relu": ("max(z,z/100)", "max(z,0.01z)", "max(0.01z,z)", "max(0.01*z,z)", "leaky_relu(z)",
                   "max(z,0.01*z)"),
    "step": ("i(z>=0)", "1(z>=0)", "1[z>=0]", "i[z>=0]", "1_{z>=0}", "(z>=0)", "z>=0", "step(z)",
             "heaviside(z,1)", "where(z>=0,1,0)", "1ifz>=0else0", "i{z>=0}", "1{z>=0}"),
    "indicator": ("i(zin[-1,1])", "1(zin[-1,1])", "1[-1<=z<=1]", "i(-1<=z<=1)", "1_{[-1,1]}(z)",
                  "i(|z|<=1)", "1(|z|<=1)", "1[|z|<=1]", "1_{[-1,1]}", "indicator(z)",
                  "i[-1<=z<=1]", "i[|z|<=1]", "1_{zin[-1,1]}", "1[zin[-1,1]]"),
}  # fmt: skip
"""Activations as people write them in ``z``, without spaces and in small letters."""


_SIGNS = {
    "leq?(?:slant)?": "<=", "geq?(?:slant)?": ">=", "in": "in", "to|mapsto": "->",
    "[lr]?vert": "|", "max": "max", "cdot": "*", "[{]": "{", "[}]": "}",
}  # fmt: skip
"""Commands of LaTeX in such formulas."""


def activation(text: str) -> str:
    """The name of an activation: itself, or the one whose formula in one letter it is.

    >>> [activation(one) for one in (r"\\max(0, z)", "lambda x: np.abs(x)", "nn.ReLU()", "tanh")]
    ['relu', 'abs', 'ReLU', 'tanh']
    """
    word = text.strip().strip("\"'`").strip()
    plain = re.sub(r"\\(?:left|right|,|;|!)(?![a-z])", "", plain_characters(word))
    plain = re.sub(
        r"\\(?:mathbb|mathbf|mathrm|text|operatorname)\s*(?:\{([^{}]*)\}|(\w))", r"\1\2", plain
    )
    for tex, sign in _SIGNS.items():
        plain = re.sub(rf"\\(?:{tex})(?![A-Za-z])", sign, plain)
    plain = re.sub(r"[∈≤≥]", lambda one: {"∈": "in", "≤": "<=", "≥": ">="}[one[0]], plain)
    plain = re.sub(r"\\frac\{?z\}?\{100\}", "z/100", plain.replace("→", "->").replace("↦", "->"))
    plain = re.sub(r"\b(?:np|numpy|torch|nn|F|functional|math|jnp|tf)\.", "", plain)
    plain = re.sub(r"^lambda\s+(\w)\s*:|^(\w)\s*->", "", plain).strip()
    letter = re.search(r"(?<![A-Za-z])([xzuat])(?![A-Za-z])", plain)
    if letter:
        plain = re.sub(rf"(?<![A-Za-z]){letter[1]}(?![A-Za-z])", "z", plain)
    bare = re.sub(r"\s", "", plain).casefold().replace("**", "^")
    for name, formulas in _FORMULAS.items():
        if bare in formulas:
            return name
    return re.sub(r"\(\)$|\s+function$", "", plain).strip()
