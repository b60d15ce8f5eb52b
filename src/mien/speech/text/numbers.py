"""Numbers in words."""

from __future__ import annotations

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven",
    "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
    "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GROUPS = ("", "thousand", "million", "billion", "trillion", "quadrillion")
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip


def number_words(number: int) -> str:
    """A whole number in words; numbers beyond 10**18 digit by digit."""
    if number < 0:
        return f"minus {number_words(-number)}"
    if number >= 10**18:
        return digits(str(number))
    if number < 1000:
        return _hundreds(number)
    parts = []
    for power in range(len(_GROUPS) - 1, -1, -1):
        group = number // 1000**power % 1000
        if group:
            parts.append(f"{_hundreds(group)} {_GROUPS[power]}".strip())
    return " ".join(parts)


def digits(text: str) -> str:
    """One word per digit."""
    return " ".join(_SMALL[int(d)] for d in text)


def ordinal_words(number: int) -> str:
    """First, twenty second, hundredth."""
    *before, last = number_words(number).split()
    if last in _ORDINALS:
        last = _ORDINALS[last]
    else:
        last = f"{last[:-1]}ie" if last.endswith("y") else last
        last += "th"
    return " ".join([*before, last])


def year_words(year: int) -> str:
    """1999 as nineteen ninety nine, 2005 as two thousand five."""
    century, rest = divmod(year, 100)
    if year % 1000 < 10:
        return number_words(year)
    if rest == 0:
        return f"{number_words(century)} hundred"
    return f"{number_words(century)} {'oh ' if rest < 10 else ''}{number_words(rest)}"


def _hundreds(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{_SMALL[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        words.append(_TENS[tens - 2] + (f" {_SMALL[ones]}" if ones else ""))
    elif rest or not hundreds:
        words.append(_SMALL[rest])
    return " ".join(words)
