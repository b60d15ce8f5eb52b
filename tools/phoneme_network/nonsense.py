"""Pico's women of other languages, saying nonsense of the phones that English has too.

    nonsense.py it-IT OUT.npz [--count N]

pico tells no times. What is said is known, so that the network of the package, as it is, can be
asked when: its alignment does not mistake lips for tongue even where its recognition would.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np
from ttspico import TtsEngine

from mien.speech.decoding import joined, segments_of
from mien.speech.recognizers.alignment import agreement
from mien.speech.recognizers.network import NetworkRecognizer
from mien.speech.text.alignment import best_path
from mien.speech.text.graph import sentence_graph
from phoneme_network.corpus import RATE, Utterance, utterance, write

LEAST_AGREEMENT = 0.3
"""Below it the synthesizer said something else."""
OFTEN = "pbm"
"""What is seen best comes twice as often."""


def word(consonants: list[str], vowels: list[str], rng: random.Random) -> list[str]:
    """One to three syllables, each open, the last sometimes closed."""
    odds = [2 if c in OFTEN else 1 for c in consonants]
    said: list[str] = []
    for _ in range(rng.randint(1, 3)):
        if said or rng.random() < 0.85:
            said += rng.choices(consonants, odds)
        said.append(rng.choice(vowels))
    if rng.random() < 0.3:
        said += rng.choices([c for c in consonants if c not in "jwh"], None)
    return said


def spoken(engine: TtsEngine, words: list[list[str]]) -> np.ndarray:
    tags = " ".join(f"<phoneme ph='{''.join(phones)}'/>" for phones in words)
    samples = np.frombuffer(engine.speak(tags), np.int16)
    padded = np.concatenate([np.zeros(2400, np.int16), samples, np.zeros(1600, np.int16)])
    noise = np.random.default_rng(len(samples)).normal(0, 3, len(padded))
    return np.clip(padded * 0.7 + noise, -32768, 32767).astype(np.int16)


def aligned(
    samples: np.ndarray, words: list[list[str]], network: NetworkRecognizer
) -> Utterance | None:
    """None if the sound does not fit the words."""
    logs = network.all_log_probabilities(samples.astype(np.float32) / np.float32(32768))
    floored = np.log(np.exp(logs) + np.float32(1e-3))
    path = best_path(floored, sentence_graph([(tuple(phones),) for phones in words]))
    if path is None or agreement(path, floored) < LEAST_AGREEMENT:
        return None
    parts = joined(segments_of(path.phones, logs, len(samples) / RATE, path.occurrence))
    return utterance(samples, [(part.end_s, part.phoneme) for part in parts])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("language")
    parser.add_argument("output", type=Path)
    parser.add_argument("--count", type=int, default=150)
    args = parser.parse_args()
    table = json.loads((Path(__file__).parent / "pico_phones.json").read_text())[args.language]
    names = table["consonants"] | table["vowels"]
    rng = random.Random(args.language)
    engine, network = TtsEngine(args.language), NetworkRecognizer()
    made = []
    for _ in range(args.count):
        words = [
            word(list(table["consonants"]), list(table["vowels"]), rng)
            for _ in range(rng.randint(3, 6))
        ]
        engine.rate, engine.pitch = rng.randint(85, 150), rng.randint(80, 125)
        found = aligned(
            spoken(engine, words), [[names[p] for p in phones] for phones in words], network
        )
        made += [found] if found else []
    write(args.output, made)
    seconds = sum(len(u.samples) for u in made) / RATE
    print(f"{args.output.name}: {len(made)} of {args.count} utterances, {seconds / 60:.1f} min")


if __name__ == "__main__":
    main()
