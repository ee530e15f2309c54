"""Characters of tablets, PDFs and other keyboards, brought back to the few that answers need."""

from __future__ import annotations

import unicodedata

__all__ = ["ACCENTS", "letter_name", "plain_characters", "raised", "subscript"]

ACCENTS = {"\u0304": "bar", "\u0305": "bar", "\u0302": "hat", "\u0303": "tilde"}
"""Combining marks that belong to a symbol's name."""

_SAME = {
    "-": "−–—‐‑‒﹣－\u00ad",
    "*": "×∗⁎✕✖⨯",
    "·": "⋅•∙・‧",
    "/": "÷∕⁄／",
    "⊙": "∘⊛⨀",
    "‖": "∥",
    "|": "∣｜",
    "'": "’‘′ʹ`´",
    "^T": "ᵀ⊺",
    "⊤": "┬",
    "≤": "⩽≦",
    "≥": "⩾≧",
    "≈": "≃≅∼",
    " ": "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\r\f\v",
    "": "\u200b\u200c\u200d\u2060\u2061\ufeff\ufe0e\ufe0f",
    "''": "″",
    "⟨": "〈〈❬",
    "⟩": "〉〉❭",
}
_PLAIN = {other: plain for plain, others in _SAME.items() for other in others}
_PLAIN |= {
    "\u2062": " ", "𝟏": "\\mathbf{1}", "𝟙": "\\mathbf{1}", "𝕀": "I", "∇": "\\nabla",
    "∑": "\\sum ", "≠": "≠", "½": "½", "ˆ": "^", "∗": "*",
}  # fmt: skip
_GREEK_SHAPES = {"ϵ": "epsilon", "ϕ": "phi", "ϑ": "theta", "ϱ": "rho", "ς": "sigma", "µ": "mu"}


def plain_characters(text: str) -> str:
    """The same text with look-alikes as what they look like; accents stand behind their letters.

    >>> plain_characters("z – （x∗y）÷２")
    'z - (x*y)/2'
    """
    told = []
    for character in text:
        if character in _PLAIN:
            told.append(_PLAIN[character])
        elif "！" <= character <= "～" or "𝐀" <= character <= "𝟿":
            told.append(unicodedata.normalize("NFKC", character))
        elif character.isalpha() or unicodedata.combining(character):
            told.append(unicodedata.normalize("NFD", character))
        else:
            told.append(character)
    return "".join(told)


def letter_name(character: str) -> str | None:
    """The name of a letter: itself, or ``eta`` for its Greek sign; None for any other character.

    >>> letter_name("η"), letter_name("w"), letter_name("Λ"), letter_name("+")
    ('eta', 'w', 'Lambda', None)
    """
    if character.isascii():
        return character if character.isalpha() else None
    if character in _GREEK_SHAPES:
        return _GREEK_SHAPES[character]
    words = unicodedata.name(character, "").split()
    if words[:1] == ["GREEK"] and words[2:3] == ["LETTER"] and len(words) == 4:
        name = words[3].lower().replace("lamda", "lambda")
        return name if words[1] == "SMALL" else name.capitalize()
    return None


def raised(character: str) -> str | None:
    """What a superscript character raises: ``2`` for ``²``; None for any other character."""
    return _decomposed(character, "<super>")


def subscript(character: str) -> str | None:
    """What a subscript character lowers: ``0`` for ``₀``; None for any other character."""
    return _decomposed(character, "<sub>")


def _decomposed(character: str, kind: str) -> str | None:
    how = unicodedata.decomposition(character).split()
    if how[:1] != [kind]:
        return None
    return plain_characters("".join(chr(int(code, 16)) for code in how[1:]))
