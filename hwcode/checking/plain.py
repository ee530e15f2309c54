"""Text of the questions as a terminal shows it: LaTeX as Unicode, Markdown without its marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["plain"]

_SYMBOLS = {
    "top": "⊤", "partial": "∂", "nabla": "∇", "times": "×", "sum": "∑", "prod": "∏", "int": "∫",
    "to": "→", "in": "∈", "notin": "∉", "ni": "∋", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥",
    "ne": "≠", "neq": "≠", "circ": "∘", "odot": "⊙", "oslash": "⊘", "cdot": "·", "approx": "≈",
    "propto": "∝", "ell": "ℓ", "infty": "∞", "dots": "…", "ldots": "…", "cdots": "⋯", "pm": "±",
    "mp": "∓", "leftarrow": "←", "rightarrow": "→", "mapsto": "↦", "perp": "⊥", "ll": "≪",
    "gg": "≫", "succeq": "⪰", "preceq": "⪯", "lVert": "‖", "rVert": "‖", "Vert": "‖", "|": "‖",
    "lvert": "|", "rvert": "|", "mid": "|", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈",
    "rceil": "⌉", "Rightarrow": "⇒", "Leftrightarrow": "⇔", "sim": "∼", "star": "⋆", "ast": "∗",
    "otimes": "⊗", "subset": "⊂", "cup": "∪", "cap": "∩", "equiv": "≡", "forall": "∀",
    "exists": "∃", "bmod": " mod ", "prime": "′", "{": "{", "}": "}", "%": "%", "&": "&",
    "quad": "  ", "qquad": "    ", ";": " ", " ": " ", ",": " ", ":": " ", "!": "", "_": "_",
}  # fmt: skip
_NAMES = {"log", "ln", "exp", "sin", "cos", "tan", "tanh", "max", "min", "sup", "inf", "det", "lim"}
_ACCENTS = {"bar": "̄", "overline": "̄", "hat": "̂", "widehat": "̂", "tilde": "̃", "vec": "⃗"}
_STYLES = {
    "operatorname", "text", "textbf", "mathrm", "mathbf", "mathcal", "mathsf", "boldsymbol",
}  # fmt: skip
_SIZES = {
    "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "displaystyle",
    "textstyle", "limits",
}  # fmt: skip
_RAISED = dict(zip("0123456789+-=()ndmijkTt⊤′", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿᵈᵐⁱʲᵏᵀᵗᵀ′", strict=True))
_LOWERED = dict(
    zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
_LETTER = {"varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "lambda": "lamda"}
_APART = ("", *"=+-(),.;:<>≤≥≠≈→ [] ")
_PIECE = re.compile(r"\\([A-Za-z]+)\*? ?|\\(\\)\s*|\\(.)|([{}^_&])|(\s+)|(.)", re.DOTALL)


def plain(text: str) -> str:
    """A text in Markdown with formulas in LaTeX, as a terminal shows it.

    >>> plain(r"*Here* $\\tilde\\lambda=\\lambda/(2\\eta)$ and $\\frac1n\\lVert Xw-t\\rVert^2$.")
    'Here λ̃=λ/(2η) and (1/n)‖Xw-t‖².'
    >>> plain(r"$\\hat w\\in\\mathbb R^d$ as in [](#a1-1.3.2), $w_{k+1}^\\top$, $e^{-\\eta t}$")
    'ŵ∈ℝᵈ as in A1-1.3.2, wₖ₊₁ᵀ, e^(-ηt)'
    """
    pieces = re.split(r"(\$\$.*?\$\$|\$[^$]*\$|`[^`\n]*`)", text, flags=re.DOTALL)
    shown = "".join(
        _formula(one.strip("$").strip()) if one.startswith("$") else _unmarked(one)
        for one in pieces
    )
    return unicodedata.normalize("NFC", shown)


def _unmarked(text: str) -> str:
    if text.startswith("`"):
        return text
    text = re.sub(r"\[\]\(#([^)]*)\)", lambda found: found[1].upper(), text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\{[a-z:]+\}|\\(?=\n)", "", text)
    return re.sub(r"(?<!\w)(\*\*?)(?=\S)|(?<=\S)(\*\*?)(?!\w)", "", text)


def _formula(text: str) -> str:
    shown = re.sub(r" {2,}(?=\S)", " ", _until("", _Pieces(text))).strip()
    while "\1" in shown:
        shown = re.sub("(.?)\1([^\1\2]*)\2(?=(.?))", _fraction, shown, flags=re.DOTALL)
    return re.sub(r"(?<=[a-z]) \(", "(", shown)


def _fraction(found: re.Match[str]) -> str:
    """A fraction, in parentheses where it is a factor: between the marks 1 and 2."""
    before, inner, after = found.groups()
    alone = before in _APART and after in _APART
    return f"{before}{inner}" if alone else f"{before}({inner})"


class _Pieces:
    """The commands, braces and characters of a formula, one after the other."""

    def __init__(self, text: str) -> None:
        self._found: Iterator[re.Match[str]] = _PIECE.finditer(text)

    def next(self) -> tuple[str, str]:
        """The next piece as its kind and its text; the kind is empty at the end."""
        for found in self._found:
            command, row, sign, mark, space, other = found.groups()
            if command or sign:
                return "command", command or sign
            if row:
                return "row", row
            if mark:
                return "mark", mark
            return "text", " " if space else other
        return "", ""


def _until(end: str, pieces: _Pieces) -> str:
    """What is shown of a formula up to a closing brace, or ``\\end``."""
    shown = ""
    while True:
        kind, piece = pieces.next()
        if not kind or (kind in ("mark", "command") and piece == end):
            if end == "end":
                _argument(pieces)
            return shown
        shown = (
            _scripted(shown, piece, pieces)
            if piece in "^_" and kind == "mark"
            else (shown + _piece(kind, piece, pieces))
        )


def _piece(kind: str, piece: str, pieces: _Pieces) -> str:
    if kind == "command":
        return _command(piece, pieces)
    if kind == "row":
        return "; "
    if kind == "mark":
        return _until("}", pieces) if piece == "{" else {"&": ", "}.get(piece, piece)
    return piece


def _argument(pieces: _Pieces) -> str:
    """A group, or the next character or command alone."""
    kind, piece = pieces.next()
    while kind == "text" and piece == " ":
        kind, piece = pieces.next()
    return _piece(kind, piece, pieces) if kind else ""


def _command(name: str, pieces: _Pieces) -> str:
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    if name in ("frac", "tfrac", "dfrac"):
        above, below = _argument(pieces), _argument(pieces)
        return f"\1{above if not re.search('[-+ ]', above) else f'({above})'}/{_held(below)}\2"
    if name == "sqrt":
        return f"√{_held(_argument(pieces))}"
    if name == "mathbb":
        return "".join(_struck(letter) for letter in _argument(pieces))
    if name in _ACCENTS:
        under = _argument(pieces)
        return f"{under[:1]}{_ACCENTS[name]}{under[1:]}"
    if name == "begin":
        matrix = "matrix" in _argument(pieces)
        inner = _until("end", pieces).strip()
        return f"[{inner}]" if matrix else inner.replace(" ,", "").replace(", =", " =")
    if name in _STYLES or name == "underbrace":
        return _argument(pieces)
    if name in _SIZES:
        return ""
    return f"{name} " if name in _NAMES else _greek(name)


def _greek(name: str) -> str:
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    name = _LETTER.get(name, name).lower()
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {name.replace('lambda', 'lamda')}")
    except KeyError:
        return f"\\{name}"


def _struck(letter: str) -> str:
    for told in ("DOUBLE-STRUCK CAPITAL", "MATHEMATICAL DOUBLE-STRUCK CAPITAL"):
        try:
            return unicodedata.lookup(f"{told} {letter}")
        except KeyError:
            continue
    return letter


def _held(text: str) -> str:
    """What is divided by, or under a root, in parentheses unless it is one thing.

    >>> _held("2η"), _held("n+1"), _held("∂J"), _held("x₁²")
    ('(2η)', '(n+1)', '∂J', 'x₁²')
    """
    text = text.strip()
    bare = unicodedata.normalize("NFD", text)
    small = {*_LOWERED.values(), *_RAISED.values(), "∂", "′"}
    main = [one for one in bare if not unicodedata.combining(one) and one not in small]
    return text if len(main) <= 1 or text.isdecimal() else f"({text})"


def _scripted(before: str, mark: str, pieces: _Pieces) -> str:
    """A formula with an index or an exponent behind it, as small letters where there are any."""
    script, small = _argument(pieces).strip(), _RAISED if mark == "^" else _LOWERED
    if script == "*" or (script and all(one in "′" for one in script)):
        return before + script
    if script and all(one in small for one in script) and not re.search("[a-z]{4}", script):
        return before + "".join(small[one] for one in script)
    return f"{before}{mark}{script if len(script) == 1 else f'({script})'}"
