"""Which option is meant by an answer in words.

The key of an option counts, its text, or a part of its text that no other option has. An option
with a negation in it is only meant by words that have one, too. What fits several options, or
none, is given back with the two that are nearest.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

from hwcode.checking.errors import AmbiguousError, AnswerError, quoted

__all__ = ["chosen"]

_SMALL = {"a", "an", "the", "it", "is", "are", "its", "of", "in", "to", "at", "be", "that", "this",
          "use", "seek", "i", "think", "we", "by", "and", "on", "for", "with", "then", "they",
          "them", "will", "would", "do", "does", "has", "have", "so", "as", "there", "was", "were",
          "these", "those", "grow", "because", "since", "just", "iff", "when", "lie", "stay",
          "remain", "regime", "memory", "storage", "norm", "whose"}  # fmt: skip
_NEGATIONS = {"no", "not", "never", "none", "neither", "without", "nothing", "cannot", "only",
              "except", "hardly", "less", "same", "nor", "n't"}  # fmt: skip
_SAID = {"true": "yes", "y": "yes", "yeah": "yes", "false": "no", "n": "no", "nope": "no"}
_TRANSPOSE = re.compile(
    r"\^\s*(?:\{\s*(?:\\top|\\intercal|T|⊤)\s*\}|(?:\\top|\\intercal)(?![a-z])|T|⊤)|\.T\b"
)
_RELATIONS = {
    r"\\leq?(?:slant)?(?![a-z])|≤": "<=",
    r"\\geq?(?:slant)?(?![a-z])|≥": ">=",
    r"(?:\b(?:is|are) )?(?:strictly )?\b(?:smaller|less|lower|fewer) than\b|\\lt(?![a-z])": " < ",
    r"(?:\b(?:is|are) )?(?:strictly )?\b(?:larger|greater|bigger|more|higher) than\b": " > ",
    r"\\gt(?![a-z])|\bexceeds\b|\b(?:above|over)(?=\s*\d)": " > ",
    r"\b(?:below|under)(?=\s*\d)": " < ",
    r"\b([A-Za-z])\s*>\s*([A-Za-z])\b": r"\2 < \1",
}
"""Relations in LaTeX and in words."""
_SYNONYMS = {
    "bigger": "larger", "greater": "larger", "equal": "same", "identical": "same",
    "quadratic": "square", "logarithmic": "log", "logarithm": "log", "goe": "tend", "go": "tend",
    "approache": "tend", "approach": "tend", "converge": "tend", "→": "tend", "maximum": "largest",
    "max": "largest", "maximal": "largest", "minimum": "smallest", "minimal": "smallest",
    "all": "every",
}  # fmt: skip
"""Words that mean the same in the options of a question, by their stems."""
_TITLES = re.compile(r"^(?:option|point|answer|choice|case|method|part)\s+", re.IGNORECASE)
_GROWTH = re.compile(r"[OΘ]\((?:log |√)?([a-zA-Z])²?\)|[OΘ]\(1\)")


def chosen(
    text: str, options: Mapping[str, str], what: str, aliases: Mapping[str, str] | None = None
) -> str:
    """The key of the option that a text means.

    Args:
        text: the answer.
        options: from keys to texts.
        what: what is expected, for a message.
        aliases: other names of options, and their keys.

    Raises:
        AmbiguousError: if it fits several options.
        AnswerError: if it fits none; the two nearest are named.

    >>> options = {"noise": "noise dominated", "curvature": "curvature dominated"}
    >>> chosen("Noise-dominated.", options, "one of")
    'noise'
    """
    wanted = re.sub(r"^first(?:ly)?\b[\s,]*(?=.*\bthen\b)", "", _plain(text))
    if not wanted:
        raise AnswerError("the answer is empty")
    aliases = {_joined(_plain(name)): key for name, key in (aliases or {}).items()}
    for reading in (_exact, _said, _ordered, _part):
        found = sorted(reading(wanted, options, aliases), key=list(options).index)
        if len(found) == 1:
            return found[0]
        if len(found) > 1 and reading is not _part:
            raise AmbiguousError(text.strip(), found[:2])
    head = _CLAUSE.split(wanted)[0]
    if head != wanted:  # what follows is an explanation
        found = [*_exact(head, options, aliases)] or [*_ordered(head, options, aliases)]
        if len(found) == 1:
            return found[0]
    nearest = _nearest(wanted, options)
    told = " and ".join(f"{key} ({options[key]})" for key in nearest)
    raise AnswerError(
        f"{quoted(text.strip())} is not an option; the nearest are {told}; expected {what}"
    )


_CLAUSE = re.compile(r"[,;:]?\s+(?:but not|because|since|due to|i\.e\.)\b|;|\s\(")


def _plain(text: str) -> str:
    """Words without TeX, quotes, brackets around them and a full stop."""
    text = _TRANSPOSE.sub("ᵀ", text)
    text = re.sub(r"\\[dt]?frac\s*\{?(\w)\}?\s*\{?(\w)\}?", r"\1/\2", text)
    text = re.sub(r"(?<=[a-z])n['’]t\b", " not", text).replace("\\to", "→")
    text = re.sub(r"\bindependent of\b", "constant in", text).replace("square root", "sqrt")
    text = re.sub(r"\\neq?(?![a-z])|!=|(?:is )?not equal to|does not vanish", "≠", text)
    text = re.sub(r"\\infty(?![a-z])|∞|\b[Ii]nfinity\b", "inf", text)
    text = text.replace("\\ell", "l").replace("ℓ", "l")
    text = re.sub(r"\\(?:text|mathrm|mathcal|textbf|emph|operatorname)\s*\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\\mathcal\s*", "", text)
    text = text.replace("\\Theta", "Θ")
    for written, sign in _RELATIONS.items():
        text = re.sub(written, sign, text)
    text = re.sub(
        r"\b(?:exactly|precisely|only) (?:if|when)\b|\b(?:if and only )?iff?\b", "if", text
    )
    text = re.sub(r"\^\{?2\}?|\*\*2", "²", text).replace("\\sqrt", "√").replace("sqrt", "√")
    text = re.sub(r"√\s*[({]\s*(\w)\s*[)}]", r"√\1", text)
    text = re.sub(r"\\([A-Za-z]+)", r" \1 ", text)
    text = re.sub(r"[$`\"“”„*_{}\\]|^'|'$|\*\*", "", text)
    text = re.sub(r"[-‐–—]+(?=[A-Za-z])|[-‐–—]{2,}", " ", text).replace("’", "'")
    text = " ".join(text.split()).strip(" .;,!")
    if re.fullmatch(r"\([^()]*\)", text):
        text = text[1:-1]
    return " ".join(text.casefold().strip(" .").split())


def _exact(wanted: str, options: Mapping[str, str], aliases: Mapping[str, str]) -> Iterator[str]:
    """The key, the text, or both as they are listed."""
    bare = _joined(_TITLES.sub("", wanted))
    nouns = _joined(re.sub(r"\s+(?:regime|memory|storage|norm)$", "", wanted))
    if key := aliases.get(bare, aliases.get(nouns)):
        yield key
        return
    for key, text in options.items():
        name, meaning = _plain(key), _plain(text)
        pieces = re.split(r"[:;]", text)
        first, last = pieces[0], pieces[-1]
        ways = {name, meaning, _plain(first), _plain(last), f"{name} ({meaning})",
                f"{name}: {meaning}", f"{name} {meaning}", f"{name}, {meaning}",
                f"{name}) {meaning}"}  # fmt: skip
        if _number(wanted) is not None and _number(wanted) in (_number(text), _number(name)):
            yield key
            continue
        ways |= {_plain(_growth(text, "t")), _plain(_growth(text, "n"))}
        if {bare, nouns, _joined(wanted)} & {_joined(way) for way in ways}:
            yield key


def _number(text: str) -> Fraction | None:
    """The number with which a text begins, as in '0, as PyTorch has it'."""
    try:
        return Fraction(text.split(",")[0].strip())
    except (ValueError, ZeroDivisionError):
        return None


def _joined(text: str) -> str:
    """Without spaces and hyphens, as counter-example and counterexample."""
    text = re.sub(r"^(?:(?:if|when|the|it is|they are)\s+)+", "", text)
    return re.sub(r"[\s\-()]", "", text).replace("θ", "o")


def _growth(text: str, letter: str) -> str:
    """An order of growth in another letter for the size."""
    if not _GROWTH.fullmatch(text):
        return text
    return re.sub(r"\b[a-z](?=[²)])", letter, text)


def _said(wanted: str, options: Mapping[str, str], _aliases: Mapping[str, str]) -> Iterator[str]:
    """A yes or no with which the answer and one option alone begin."""
    word = re.match(r"[a-z']+", wanted)
    said = _SAID.get(word[0], word[0]) if word else ""
    if said not in ("yes", "no"):
        return
    tail = wanted[word.end() :] if word else ""
    rest = _words(tail)
    told = {key: [*_words(key), *_words(text)] for key, text in options.items()}
    firsts = {key: re.match(r"[a-z]+", _plain(text)) for key, text in options.items()}
    saying = [key for key, first in firsts.items() if said in (key, first[0] if first else "")]
    fitting = [key for key in saying if not rest or _within(rest, told[key])]
    if not fitting and len(saying) == 1 and _EXPLAINS.match(tail):
        fitting = saying  # what follows is an explanation in words of one's own
    yield from fitting
    if rest and not any(rest == _words(options[key]) for key in fitting):
        # The same words may be the beginning of another option, or contradict the yes or no.
        yield from (key for key in told if key not in saying and _within(rest, told[key]))


_EXPLAINS = re.compile(r"\s*[,.;:!]|\s+(?:because|since|as|but|it|there|they|that|this|we|a)\b")


def _words(text: str) -> list[str]:
    """The words that carry meaning, without an s or ly at their end."""
    found = re.findall(r"[^\W_]+|[<>=≤≥≠→]|²|√", _plain(text))
    stems = (_stem(word) for word in found if word not in _SMALL)
    return [word for word in stems if word not in _SMALL]


def _stem(word: str) -> str:
    if word in _NEGATIONS:
        return word
    word = word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
    word = word[:-2] if len(word) > 5 and word.endswith("ly") else word
    return _SYNONYMS.get(word, word)


def _ordered(wanted: str, options: Mapping[str, str], _aliases: Mapping[str, str]) -> Iterator[str]:
    """The words of the whole text or of the key, whatever small words stand between them."""
    mine = _words(_TITLES.sub("", wanted))
    if not any(len(key) == 1 for key in options):
        # linear in k: the letter names a size.
        mine = [word for word in mine if len(word) > 1 or word.isdigit()]
    for key, text in options.items():
        theirs = _words(text)
        if (mine and mine in (theirs, _words(key), [*_words(key), *theirs])) or (
            len(mine) > 1 and sorted(mine) == sorted(theirs) and not {"<", ">"} & set(mine)
        ):
            yield key


def _part(wanted: str, options: Mapping[str, str], _aliases: Mapping[str, str]) -> Iterator[str]:
    """Words that stand together in one option, with the same negations."""
    mine = _words(_TITLES.sub("", wanted))
    if not mine:
        return
    for key, text in options.items():
        pieces = [f"{key} {text}", *re.split("[:;]", text)]
        if any(
            _within(mine, theirs) and _negations(mine) == _negations(theirs)
            for theirs in map(_words, pieces)
        ):
            yield key


def _within(mine: list[str], theirs: list[str]) -> bool:
    """Whether the words stand in the text one after the other."""
    size = len(mine)
    return any(theirs[i : i + size] == mine for i in range(len(theirs) - size + 1))


def _negations(words: list[str]) -> set[str]:
    return set(words) & _NEGATIONS


def _nearest(wanted: str, options: Mapping[str, str]) -> list[str]:
    def likeness(key: str) -> float:
        texts = (_plain(key), _plain(options[key]))
        shared = len(set(_words(wanted)) & set(_words(f"{key} {options[key]}")))
        return shared + max(difflib.SequenceMatcher(None, wanted, one).ratio() for one in texts)

    return sorted(options, key=likeness, reverse=True)[:2]
