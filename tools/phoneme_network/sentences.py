"""Sentences for a synthesizer to read: English by a word trigram, some of rare words.

The trigram and the dictionary are pocketsphinx's. A tenth of the sentences are rare words strung
together, so that seldom pairs of phones occur; the rest reads a little like prose.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pocketsphinx import NGramModel, get_model_path

RARE = {"SH", "ZH", "CH", "JH", "TH", "DH", "OY", "UH"}
LOG_BASE = 1e-4  # pocketsphinx's logarithms: natural log / 1e-4
CANDIDATES = 60


def dictionary_words() -> list[str]:
    """Every plain word of pocketsphinx's dictionary."""
    lines = Path(get_model_path("en-us/cmudict-en-us.dict")).read_text().splitlines()
    return [w for w in (line.split()[0] for line in lines) if w.isalpha()]


def words_with_rare_phones() -> list[str]:
    """Words of at most eight phones, one of them seldom."""
    lines = Path(get_model_path("en-us/cmudict-en-us.dict")).read_text().splitlines()
    entries = [line.split() for line in lines]
    return [w for w, *phones in entries if w.isalpha() and len(phones) <= 8 and RARE & set(phones)]


def prose(
    model: NGramModel, words: Sequence[str], odds: np.ndarray, rng: np.random.Generator
) -> str:
    """One sentence of 4 to 11 words sampled from the trigram."""
    said = ["<s>"]
    for _ in range(int(rng.integers(4, 12))):
        picks = [words[i] for i in rng.choice(len(words), CANDIDATES, p=odds)]
        history = said[-1:-3:-1]
        logs = np.array([model.prob([w, *history]) for w in picks]) * LOG_BASE
        weights = np.exp(0.5 * (logs - logs.max()))
        said.append(picks[int(rng.choice(CANDIDATES, p=weights / weights.sum()))])
    if len(said) > 7 and rng.random() < 0.3:
        said[len(said) // 2] += ","
    return " ".join(said[1:]) + ("?" if rng.random() < 0.15 else ".")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rare", action="store_true", help="mostly words with seldom phones")
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    model = NGramModel.readfile(get_model_path("en-us/en-us.lm.bin"))
    words = dictionary_words()
    logs = np.array([model.prob([w]) for w in words]) * LOG_BASE
    odds = np.exp(0.6 * np.clip(logs, -13, -8))
    odds /= odds.sum()
    seldom = words_with_rare_phones()
    lines = []
    for n in range(args.count):
        if args.rare:
            count = int(rng.integers(4, 9))
            picks = [seldom[i] for i in rng.choice(len(seldom), count)]
            usual = [words[i] for i in rng.choice(len(words), count, p=odds)]
            both = zip(picks, usual, rng.random(count), strict=True)
            lines.append(" ".join(a if share < 0.6 else b for a, b, share in both) + ".")
        elif n % 10 == 0:
            picked = rng.choice(len(words), int(rng.integers(3, 7)))
            lines.append(" ".join(words[i] for i in picked))
        else:
            lines.append(prose(model, words, odds, rng))
    random.Random(args.seed).shuffle(lines)
    args.output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
