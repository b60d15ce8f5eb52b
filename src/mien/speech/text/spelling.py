"""Text as it is spoken: numbers, money, years, ordinals and abbreviations in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from mien.speech.text.numbers import digits, number_words, ordinal_words, year_words
from mien.speech.text.pronouncing import in_dictionary

_ABBREVIATIONS = {
    "mr": "mister", "mrs": "missus", "ms": "miz", "dr": "doctor", "prof": "professor",
    "st": "saint", "jr": "junior", "sr": "senior", "vs": "versus", "etc": "et cetera",
    "e.g": "for example", "i.e": "that is", "no": "number", "approx": "approximately",
    "capt": "captain", "gen": "general", "gov": "governor", "lt": "lieutenant", "sgt": "sergeant",
    "ave": "avenue", "blvd": "boulevard", "rd": "road", "dept": "department", "inc": "incorporated",
    "ltd": "limited", "co": "company", "corp": "corporation", "fig": "figure", "vol": "volume",
    "jan": "january", "feb": "february", "mar": "march", "apr": "april", "jun": "june",
    "jul": "july", "aug": "august", "sep": "september", "sept": "september", "oct": "october",
    "nov": "november", "dec": "december",
}  # fmt: skip
"""Abbreviations that end with a full stop; some are other words without it."""
_PLAIN_ABBREVIATIONS = {"mr", "mrs", "ms", "dr", "prof", "jr", "vs", "etc", "blvd", "dept"}
_UNITS = {
    "km": "kilometers", "kg": "kilograms", "cm": "centimeters", "mm": "millimeters",
    "mph": "miles per hour", "ms": "milliseconds", "lbs": "pounds", "lb": "pounds",
    "oz": "ounces", "ft": "feet", "mb": "megabytes", "gb": "gigabytes", "hz": "hertz",
    "khz": "kilohertz", "am": "a m", "pm": "p m", "k": "thousand",
}  # fmt: skip
"""Spelled out behind a number."""
_MONEY = {
    "$": ("dollar", "cent"),
    "£": ("pound", "penny"),
    "€": ("euro", "cent"),
}
_SYMBOLS = {"&": "and", "+": "plus", "=": "equals", "%": "percent", "@": "at", "°": "degrees"}
_INITIALS = {"US", "UK", "EU", "AI", "TV", "PC"}  # some are words too, in lower case
_LETTERS = {"a": "ay"}  # the letter, not the article
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})++(?![0-9])|[0-9]++)(?:\.[0-9]++)?"
_ENDLESS = re.compile(r"[0-9,]{30,}")  # no number that anybody would read as one
_TOKEN = re.compile(
    rf"[$£€]\s?{_NUMBER}(?:\s(?:million|billion|trillion)\b)?"
    rf"|[0-9]{{1,2}}:[0-9]{{2}}(?![0-9])|{_NUMBER}(?:(?:st|nd|rd|th|s)(?![^\W\d_]))?"
    r"|(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:['’][^\W\d_]+)*\.?|[&+=%@°]"
)


def spoken_words(text: str) -> list[str]:
    """The words of a text, lower case, as one reads them aloud.

    Letters of an initialism come as single letters ("a" as "ay"). Scripts other than Latin are
    kept as they are: no pronunciation will be found for them.
    """
    plain = _ENDLESS.sub(lambda match: " ".join(match.group()), unicodedata.normalize("NFKC", text))
    return [word for token in _tokens(plain) for word in token.split()]


def _tokens(text: str) -> Iterator[str]:
    after_number = False
    for match in _TOKEN.finditer(text):
        token = match.group()
        end = text[match.end() :].strip() == ""
        if token[0] in _MONEY:
            yield _money(token)
        elif token[0].isdigit():
            yield _number(token)
        elif token in _SYMBOLS:
            yield _SYMBOLS[token]
        elif after_number and token.lower().rstrip(".") in _UNITS:
            yield _UNITS[token.lower().rstrip(".")]
        else:
            yield _word(token, end)
        after_number = token[0].isdigit()


def _word(token: str, last: bool) -> str:
    bare = token.rstrip(".")
    lower = _unaccented(bare.lower().replace("’", "'"))
    dotted = token.endswith(".")
    if dotted and not last and lower in _ABBREVIATIONS:
        return _ABBREVIATIONS[lower]
    if lower in _PLAIN_ABBREVIATIONS and lower != "no":
        return _ABBREVIATIONS[lower]
    if "." in bare:
        return _ABBREVIATIONS.get(lower) or _spelled(lower.replace(".", ""))
    initials = bare.isupper() and 1 < len(bare) <= 5 and not in_dictionary(lower)
    if initials or bare in _INITIALS:
        return _spelled(lower)
    return lower


def _spelled(letters: str) -> str:
    return " ".join(_LETTERS.get(letter, letter) for letter in letters)


def _unaccented(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    return "".join(c for c in parts if not unicodedata.combining(c)).replace("ß", "ss")


def _number(token: str) -> str:
    if ":" in token:
        hours, minutes = (int(part) for part in token.split(":"))
        rest = "" if minutes == 0 else f"oh {number_words(minutes)}"
        return f"{number_words(hours)} {number_words(minutes) if minutes > 9 else rest}".strip()
    ending = re.search(r"[a-z]+$", token)
    body = token.removesuffix(ending.group()) if ending else token
    if ending and ending.group() == "s":
        return _plural(_integer(body))
    if ending:
        return ordinal_words(int(body.replace(",", "")))
    if "." in body:
        whole, share = body.split(".")
        return f"{number_words(int(whole.replace(',', '')))} point {digits(share)}"
    return _integer(body)


def _integer(body: str) -> str:
    number = int(body.replace(",", ""))
    if len(body) > 1 and body.startswith("0"):
        return digits(body)
    if len(body) == 4 and 1100 <= number <= 2099:
        return year_words(number)
    return number_words(number)


def _plural(words: str) -> str:
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def _money(token: str) -> str:
    main, small = _MONEY[token[0]]
    body, _, group = token[1:].strip().partition(" ")
    whole, _, share = body.replace(",", "").partition(".")
    if group:
        amount = number_words(int(whole)) + (f" point {digits(share)}" if share else "")
        return f"{amount} {group} {main}s"
    words = f"{number_words(int(whole))} {main}{'' if int(whole) == 1 else 's'}"
    if len(share) == 2 and int(share):
        many = "pence" if small == "penny" else f"{small}s"
        words += f" and {number_words(int(share))} {small if int(share) == 1 else many}"
    return words
