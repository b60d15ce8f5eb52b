"""How English words are pronounced: a dictionary, and letter-to-sound rules for the rest."""

from __future__ import annotations

import lzma
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

Pronunciation = tuple[str, ...]
"""ARPAbet phonemes without stress."""

_SHAPES = ((3, 3), (2, 3), (2, 2), (1, 2), (1, 1), (0, 1), (0, 0))
"""Letters to the left and right of one, widest first; see tools/pack_pronunciations.py."""
_LONGEST = 60
_LETTER_NAMES = {
    "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH",
    "i": "AY", "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW",
    "p": "P IY", "q": "K Y UW", "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY",
    "w": "D AH B AH L Y UW", "x": "EH K S", "y": "W AY", "z": "Z IY",
}  # fmt: skip
_ENDINGS = (("'s", "Z"), ("s", "Z"), ("'ll", "AH L"), ("'d", "D"), ("'ve", "V"))


def pronunciations(word: str) -> tuple[Pronunciation, ...]:
    """Every way to say a word in lower case, likeliest first; empty when nobody can say it.

    Letters are said by their names, words outside the dictionary by rule.
    """
    if word in _LETTER_NAMES:
        return (tuple(_LETTER_NAMES[word].split()),)
    found = _dictionary().get(word)
    if found:
        return found
    for ending, sound in _ENDINGS:
        stem = _dictionary().get(word.removesuffix(ending)) if word.endswith(ending) else None
        if stem:
            return tuple((*said, *sound.split()) for said in stem)
    letters = "".join(c for c in word if c.isascii() and c.isalpha())
    if len(letters) < len(word.replace("'", "")) or not 0 < len(letters) <= _LONGEST:
        return ()
    return (by_rule(letters),)


def by_rule(word: str) -> Pronunciation:
    """Pronunciation of a word of the letters a to z, by its spelling alone."""
    rules, padded = _letter_sounds(), f"###{word}###"
    phones: list[str] = []
    for at in range(3, len(word) + 3):
        for left, right in _SHAPES:
            key = f"{padded[at - left : at]}{padded[at].upper()}{padded[at + 1 : at + 1 + right]}"
            if key in rules:
                phones += rules[key]
                break
    return tuple(phones)


def in_dictionary(word: str) -> bool:
    """Whether the pronunciation of a word is known, not guessed."""
    return word in _LETTER_NAMES or word in _dictionary()


@cache
def _dictionary() -> Mapping[str, tuple[Pronunciation, ...]]:
    """Words of the CMU dictionary; read once, in a third of a second."""
    words: dict[str, tuple[Pronunciation, ...]] = {}
    for line in _lines("dictionary"):
        word, *phones = line.split()
        words[word] = (*words.get(word, ()), tuple(phones))
    return words


@cache
def _letter_sounds() -> Mapping[str, Pronunciation]:
    return {key: tuple(sounds) for key, *sounds in map(str.split, _lines("letter_sounds"))}


def _lines(name: str) -> list[str]:
    packed = (files("mien.speech.text.data") / f"{name}.txt.xz").read_bytes()
    return lzma.decompress(packed).decode().splitlines()
