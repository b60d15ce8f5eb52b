"""Tokens of the International Phonetic Alphabet, of many languages, as the nearest ARPAbet."""

from __future__ import annotations

import unicodedata

_ARPABET = {
    "p": "P", "b": "B", "ɓ": "B", "t": "T", "ʈ": "T", "d": "D", "ɖ": "D", "ɗ": "D", "ɾ": "D",
    "ɽ": "D", "k": "K", "q": "K", "c": "K", "x": "K", "χ": "K", "ɡ": "G", "g": "G", "ɣ": "G",
    "ɟ": "G", "f": "F", "ɸ": "F", "v": "V", "ʋ": "V", "β": "V", "θ": "TH", "ð": "DH", "s": "S",
    "z": "Z", "ʃ": "SH", "ʂ": "SH", "ɕ": "SH", "ʒ": "ZH", "ʐ": "ZH", "ʑ": "ZH",
    "h": "HH", "ɦ": "HH", "ħ": "HH", "m": "M", "ɱ": "M", "n": "N", "ɳ": "N", "ɲ": "N", "ŋ": "NG",
    "ɴ": "NG", "l": "L", "ɫ": "L", "ɭ": "L", "ʎ": "L", "ɬ": "L", "r": "R", "ɹ": "R", "ɻ": "R",
    "ʀ": "R", "ʁ": "R", "w": "W", "ʍ": "W", "ɥ": "W", "j": "Y", "ʝ": "Y",
    "i": "IY", "ɪ": "IH", "ɨ": "IH", "ᵻ": "IH", "y": "UW", "ʏ": "UH", "ʉ": "UW", "ɯ": "UH",
    "u": "UW", "ʊ": "UH", "e": "EH", "ɛ": "EH", "ø": "OW", "œ": "OW", "o": "AO", "ɔ": "AO",
    "ɤ": "AH", "ə": "AH", "ɐ": "AH", "ʌ": "AH", "ɜ": "ER", "ɝ": "ER", "ɚ": "ER", "a": "AA",
    "ɑ": "AA", "ɒ": "AO", "æ": "AE",
}  # fmt: skip
_LONGER = {
    "tʃ": "CH", "tɕ": "CH", "tʂ": "CH", "dʒ": "JH", "dʑ": "JH", "dʐ": "JH", "aɪ": "AY", "aʊ": "AW",
    "eɪ": "EY", "oʊ": "OW", "əʊ": "OW", "ɔɪ": "OY", "ju": "Y UW",
}  # fmt: skip


def arpabet(token: str) -> tuple[str, ...]:
    """Phonemes of a token such as ``ɑːɹ``; none for marks, tones and unknown letters.

    Letters are read from left to right, two at a time where both make one sound.
    """
    if token.startswith("<"):  # <pad>, <unk>
        return ()
    plain = unicodedata.normalize("NFD", token).replace("c\u0327", "ɕ")  # ç, taken apart
    letters = [letter for letter in plain if letter in _ARPABET]
    said: list[str] = []
    at = 0
    while at < len(letters):
        pair = "".join(letters[at : at + 2])
        if pair in _LONGER:
            said += _LONGER[pair].split()
            at += 2
        else:
            said.append(_ARPABET[letters[at]])
            at += 1
    return tuple(said)
