"""Phonemes of sound that comes in chunks."""

from __future__ import annotations

import numpy as np
import pytest

from fakes.voices import RATE, say
from mien.speech.live import LAG_FRAMES, LiveDecoder, LiveHearing
from mien.speech.phonemes import PHONES

pytestmark = pytest.mark.unit

SENTENCE = (
    ("SIL", 0.3), ("M", 0.12), ("AA", 0.2), ("S", 0.15), ("IY", 0.2), ("M", 0.12), ("AE", 0.2),
    ("S", 0.15), ("AA", 0.2), ("SIL", 0.3),
)  # fmt: skip
SAMPLES = np.tile(say(SENTENCE), 2)


def followed(samples: np.ndarray, chunk: int) -> list[int]:
    hearing, decoder = LiveHearing(), LiveDecoder()
    phones: list[int] = []
    for at in range(0, len(samples), chunk):
        phones += decoder.push(hearing.push(samples[at : at + chunk]))
    return phones + decoder.push(hearing.finish()) + decoder.finish()


@pytest.mark.parametrize("chunk", [777, 1600])
def test_sound_in_chunks_is_heard_as_it_comes(chunk: int) -> None:
    phones = followed(SAMPLES, chunk)
    assert len(phones) == -(-len(SAMPLES) // 160)
    said = np.repeat([PHONES.index(p) for p, _ in SENTENCE], [round(100 * s) for _, s in SENTENCE])
    assert (np.array(phones[-len(said) :]) == said).mean() > 0.8  # the voice is known by then


def test_what_is_said_is_known_within_150_ms() -> None:
    hearing, decoder = LiveHearing(), LiveDecoder()
    decided = 0
    for at in range(0, len(SAMPLES), 160):
        decided += len(decoder.push(hearing.push(SAMPLES[at : at + 160])))
        heard_s = min(len(SAMPLES), at + 160) / RATE
        assert decided == 0 or heard_s - (decided - 0.5) * 0.01 <= 0.15
    assert decided > 350


def test_the_same_chunks_give_the_same_whatever_else_is_heard() -> None:
    alone = followed(SAMPLES, 800)
    first, second = LiveHearing(), LiveHearing()
    decoder, phones = LiveDecoder(), []
    for at in range(0, len(SAMPLES), 800):
        phones += decoder.push(first.push(SAMPLES[at : at + 800]))
        second.push(SAMPLES[::-1][at : at + 800])
    assert phones + decoder.push(first.finish()) + decoder.finish() == alone


def test_memory_does_not_grow() -> None:
    hearing = LiveHearing()
    for _ in range(3):
        hearing.push(SAMPLES)
    size = len(hearing._powers) + len(hearing._samples)
    for _ in range(3):
        hearing.push(SAMPLES)
    assert len(hearing._powers) + len(hearing._samples) <= size + 400


@pytest.mark.parametrize("count", [0, 1, 161, 900])
def test_the_shortest_sounds_have_all_their_frames(count: int) -> None:
    assert len(followed(np.zeros(count, np.float32), 160)) == -(-count // 160)


def test_silence_is_silence() -> None:
    assert set(followed(np.zeros(8000, np.float32), 800)) == {0}


def test_decisions_are_those_of_the_whole_search_but_for_its_lag() -> None:
    logs = np.log(np.random.default_rng(2).dirichlet(np.full(40, 0.03), 40) + 1e-6)
    decoder = LiveDecoder()
    early = decoder.push(logs.astype(np.float32))
    assert len(early) == len(logs) - LAG_FRAMES
    assert len(early + decoder.finish()) == len(logs)
