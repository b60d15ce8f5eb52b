"""Letter-to-sound rules and the packed dictionary, both out of the CMU dictionary.

    python tools/pack_pronunciations.py cmudict.dict src/mien/speech/text/data

Letters and phones are aligned by expectation maximisation, a letter saying none, one or two phones.
A rule is a letter with so many letters to its left and right; a wider rule is kept only where it
disagrees with the narrower one. Also prints the share of phones that rules made from nine tenths of
the words get right in the other tenth.
"""

from __future__ import annotations

import argparse
import lzma
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

SHAPES = ((0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3))
LEAST = (1, 2, 2, 3, 3, 3, 3)
Entry = tuple[str, tuple[str, ...]]
Sounds = tuple[str, ...]


def entries(path: Path) -> list[Entry]:
    """Words and their pronunciations, variants too, without stress."""
    found = []
    for line in path.read_text(encoding="latin-1").splitlines():
        if not line or line.startswith((";", "#")):
            continue
        word, *phones = line.split("#")[0].split()
        word = re.sub(r"\(\d+\)$", "", word.lower())
        found.append((word, tuple(p.rstrip("012") for p in phones)))
    return found


def options(left: int) -> Iterable[int]:
    return range(min(2, left) + 1)


def aligned(entry: Entry, odds: dict[tuple[str, Sounds], float]) -> list[Sounds] | None:
    """The sounds of each letter on the likeliest path."""
    word, phones = entry
    n, m = len(word), len(phones)
    best = [[-math.inf] * (m + 1) for _ in range(n + 1)]
    took = [[0] * (m + 1) for _ in range(n + 1)]
    best[0][0] = 0.0
    for i in range(n):
        for j in range(m + 1):
            if best[i][j] == -math.inf:
                continue
            for k in options(m - j):
                gain = best[i][j] + odds.get((word[i], phones[j : j + k]), -14.0 - 3 * k)
                if gain > best[i + 1][j + k]:
                    best[i + 1][j + k], took[i + 1][j + k] = gain, k
    if best[n][m] == -math.inf:
        return None
    sounds: list[Sounds] = []
    j = m
    for i in range(n, 0, -1):
        k = took[i][j]
        sounds.append(phones[j - k : j])
        j -= k
    return sounds[::-1]


def alignment_odds(words: Sequence[Entry], rounds: int = 5) -> dict[tuple[str, Sounds], float]:
    """ln P(sounds | letter), from co-occurrence at first, then from the likeliest alignments."""
    counts: Counter[tuple[str, Sounds]] = Counter()
    for word, phones in words:
        for i, letter in enumerate(word):
            centre = i * len(phones) / len(word)
            for j in range(len(phones)):
                counts[letter, phones[j : j + 1]] += math.exp(-abs(j - centre))  # type: ignore[assignment]
            counts[letter, ()] += 0.3  # type: ignore[assignment]
    odds = logs(counts)
    for _ in range(rounds):
        counts = Counter()
        for entry in words:
            for letter, sounds in zip(entry[0], aligned(entry, odds) or (), strict=False):
                counts[letter, sounds] += 1
        odds = logs(counts)
    return odds


def logs(counts: Counter[tuple[str, Sounds]]) -> dict[tuple[str, Sounds], float]:
    totals: Counter[str] = Counter()
    for (letter, _), count in counts.items():
        totals[letter] += count
    return {k: math.log(c / totals[k[0]]) for k, c in counts.items() if c > 0}


def context(padded: str, at: int, shape: tuple[int, int]) -> str:
    left, right = shape
    return f"{padded[at - left : at]}{padded[at].upper()}{padded[at + 1 : at + 1 + right]}"


def rules(words: Sequence[Entry], odds: dict[tuple[str, Sounds], float]) -> dict[str, Sounds]:
    """Sounds by context, the letter itself in upper case."""
    seen: list[dict[str, Counter[Sounds]]] = [defaultdict(Counter) for _ in SHAPES]
    for entry in words:
        found = aligned(entry, odds)
        padded = f"###{entry[0]}###"
        for i, sounds in enumerate(found or ()):
            for n, shape in enumerate(SHAPES):
                seen[n][context(padded, i + 3, shape)][sounds] += 1
    kept: dict[str, Sounds] = {}
    for n, shape in enumerate(SHAPES):
        for key, counter in seen[n].items():
            sounds, count = counter.most_common(1)[0]
            if count >= LEAST[n] and narrower(kept, key, shape) != sounds:
                kept[key] = sounds
    return kept


def narrower(kept: dict[str, Sounds], key: str, shape: tuple[int, int]) -> Sounds | None:
    """What the rules kept so far say in this context."""
    at = shape[0]
    for left, right in reversed(SHAPES[: SHAPES.index(shape)]):
        found = kept.get(key[at - left : at + 1 + right])
        if found is not None:
            return found
    return None


def said(kept: dict[str, Sounds], word: str) -> list[str]:
    padded = f"###{word}###"
    phones: list[str] = []
    for i in range(len(word)):
        for shape in reversed(SHAPES):
            sounds = kept.get(context(padded, i + 3, shape))
            if sounds is not None:
                phones += sounds
                break
    return phones


def errors(a: Sequence[str], b: Sequence[str]) -> int:
    """Edit distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("dictionary", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    everything = entries(args.dictionary)
    firsts = list(dict(reversed(everything)).items())
    plain = sorted((w, p) for w, p in firsts if w.isalpha() and w.isascii())
    odds = alignment_odds(plain[::3])
    held = plain[::10]
    taught = rules([e for n, e in enumerate(plain) if n % 10], odds)
    wrong = sum(errors(said(taught, w), p) for w, p in held)
    print(f"phones right in unseen words: {1 - wrong / sum(len(p) for _, p in held):.3f}")
    kept = rules(plain, odds)
    text = "".join(f"{key} {' '.join(sounds)}\n" for key, sounds in sorted(kept.items()))
    pack(args.folder / "letter_sounds.txt.xz", text)
    pack(args.folder / "dictionary.txt.xz", "".join(f"{w} {' '.join(p)}\n" for w, p in everything))
    print(f"{len(kept)} rules, {len(everything)} pronunciations")


def pack(path: Path, text: str) -> None:
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
