"""From a typed answer to Python's syntax tree: plain spelling first, and a hint where it fails."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Container, Iterable, Mapping

from hwcode.checking.errors import AnswerError

__all__ = ["LONGEST", "PRODUCT_HINT", "other_names", "prime_as_p", "syntax"]

LONGEST = 4000
"""Characters; an answer to a homework question is far shorter."""
PRODUCT_HINT = "every product needs its * (or @ between matrices): 2*x, not 2x"


def syntax(text: str) -> tuple[str, ast.expr]:
    """The plain spelling of a typed answer and its syntax tree; AnswerError if it has none."""
    if not text.strip():
        raise AnswerError("the answer is empty")
    if len(text) > LONGEST:
        raise AnswerError(f"the answer has {len(text)} characters; at most {LONGEST} are read")
    source = _spell(text)
    try:
        return source, ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise AnswerError(_syntax_message(text, error)) from None


def prime_as_p(text: str, symbols: Container[str]) -> str:
    """``y'`` is ``yp`` where there is one; anywhere else it is a transpose, which is not read.

    >>> prime_as_p("y' + X'", {"yp", "X"})
    "yp + X'"
    """
    return re.sub(r"\b(\w+)['’]", lambda m: f"{m[1]}p" if f"{m[1]}p" in symbols else m[0], text)


def other_names(symbols: Iterable[str], aliases: Mapping[str, str]) -> dict[str, str]:
    """From other names of the symbols to their own: those given, and some that are usual.

    >>> other_names(["eps", "lmax"], {})
    {'epsilon': 'eps', 'lammax': 'lmax', 'lambdamax': 'lmax'}
    """
    names = {}
    for name in symbols:
        if name == "eps":
            names["epsilon"] = name
        elif name == "lamt":
            names |= dict.fromkeys(("lamtilde", "lambdatilde"), name)
        elif end := re.fullmatch(r"l(min|max|\d+)", name):
            names |= dict.fromkeys((f"lam{end[1]}", f"lambda{end[1]}"), name)
    return {**names, **aliases}


def _spell(text: str) -> str:
    """ASCII spelling: Greek letters by name, typographic signs by their plain forms."""
    signs = {
        "−": "-", "·": "*", "×": "*", "⋅": "*", "²": "**2", "³": "**3", "ᵀ": ".T", "’": "'",
        "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "√(": "sqrt(",
        "½": "(1/2)", "\N{COMBINING TILDE}": "_tilde",
    }  # fmt: skip
    text = re.sub(r"√\s*(\w+)", r"sqrt(\1)", text)
    text = re.sub(r"\bmod\b", "%", text)
    # In Python ^ binds less than +, and means something else; in an answer it can only be a power.
    for sign, plain in {**signs, "^": "**"}.items():
        text = text.replace(sign, plain)
    spelled = "".join(_greek(character) for character in text)
    return re.sub(r"\blambda\b", "lam", " ".join(spelled.split()))


def _greek(character: str) -> str:
    if ord(character) < 128:
        return character
    # There are other shapes of some letters, with names and codes of their own.
    usual = unicodedata.normalize("NFKC", character)
    name = unicodedata.name(usual, "").split() if len(usual) == 1 else []
    if name[:3] == ["GREEK", "SMALL", "LETTER"] and len(name) == 4:
        return {"lamda": "lam"}.get(name[3].lower(), name[3].lower())
    return character


def _syntax_message(text: str, error: BaseException) -> str:
    """Why a text is no formula, with a hint at what is most often meant.

    >>> _syntax_message("2x", ValueError("invalid"))
    'not a formula (invalid); every product needs its * (or @ between matrices): 2*x, not 2x'
    """
    hint = "for example 2*x**2 or [1, 2]"
    if re.search(r"\\[A-Za-z]|\$", text):
        return (
            "not a formula (LaTeX is not read); a fraction is typed as (a + b)/c, a Greek letter by"
            " its name, and every product with its *: 2*x, not 2x"
        )
    if re.match(r"\s*[\w()]+\s*=[^=]", text):
        hint = "leave out the name on the left and its ="
    elif re.search(r"[\w)\]]['’]", text):
        hint = "the transpose of X is X.T"
    elif re.search(r"\d\s*([^\W\d_]|\()|\)\s*[\w(]", text):
        hint = PRODUCT_HINT
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"not a formula ({reason}); {hint}"
