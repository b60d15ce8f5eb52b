"""Sequences of phonemes out of the probabilities of frames."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.speech.decoding import LEAST_FRAMES, joined, likeliest, segments_of
from mien.speech.models import phone_pairs
from mien.speech.phonemes import PHONES, SpokenPhoneme
from mien.speech.text.alignment import best_path
from mien.speech.text.graph import sentence_graph

pytestmark = pytest.mark.unit


def heard(*runs: tuple[str, int], sure: float = 0.9) -> np.ndarray:
    """Log probabilities of frames that sound like the phonemes, each for so many frames."""
    phones = [PHONES.index(phone) for phone, count in runs for _ in range(count)]
    shares = np.full((len(phones), len(PHONES)), (1 - sure) / (len(PHONES) - 1), np.float32)
    shares[np.arange(len(phones)), phones] = sure
    return np.log(shares)


def names(path: np.ndarray) -> list[str]:
    ends = np.flatnonzero(np.diff(path, append=-1))
    return [PHONES[path[end]] for end in ends]


def test_clear_phonemes_are_found_where_they_are() -> None:
    logs = heard(("SIL", 10), ("M", 8), ("AA", 12), ("SIL", 9))
    path = likeliest(logs, phone_pairs())
    assert names(path) == ["SIL", "M", "AA", "SIL"]
    assert np.array_equal(path, logs.argmax(axis=1))


def test_a_single_odd_frame_is_no_phoneme() -> None:
    path = likeliest(heard(("AA", 9), ("T", 1), ("AA", 9)), phone_pairs())
    assert names(path) == ["AA"]


@given(st.integers(0, 60), st.integers(0, 5))
def test_no_phoneme_within_is_shorter_than_the_least(frames: int, seed: int) -> None:
    logs = np.log(np.random.default_rng(seed).dirichlet(np.full(40, 0.05), frames) + 1e-6)
    path = likeliest(logs.astype(np.float32).reshape(frames, 40), phone_pairs())
    assert len(path) == frames
    bounds = np.flatnonzero(np.diff(path)) + 1
    assert (np.diff(bounds) >= LEAST_FRAMES).all()


def test_boundaries_are_finer_than_frames() -> None:
    logs = heard(("AA", 10), ("S", 10))
    logs[9, PHONES.index("S")] = logs[9, PHONES.index("AA")] - 0.1
    segments = segments_of(likeliest(logs, phone_pairs()), logs, 0.2)
    assert [s.phoneme for s in segments] == ["AA", "S"]
    assert 0.095 < segments[0].end_s < 0.1
    assert segments[1].end_s == 0.2


def test_neighbours_of_one_phoneme_are_one_segment() -> None:
    parts = [SpokenPhoneme(0, 1, "S", 0.5), SpokenPhoneme(1, 2, "S", 1.0)]
    assert joined([*parts, SpokenPhoneme(2, 2, "T", 1)]) == [SpokenPhoneme(0, 2, "S", 0.75)]


def test_the_text_decides_where_the_sound_is_unclear() -> None:
    logs = heard(("SIL", 6), ("M", 8), ("AA", 8), ("N", 8), ("SIL", 6), sure=0.3)
    path = best_path(logs, sentence_graph([(("M", "AA", "M"),)]))
    assert path is not None
    assert names(path.phones) == ["SIL", "M", "AA", "M", "SIL"]


def test_the_pronunciation_that_is_said_is_chosen() -> None:
    words = [(("R", "EH", "D"), ("R", "IY", "D")), (("AH",),)]
    for vowel in ("EH", "IY"):
        logs = heard(("R", 6), (vowel, 9), ("D", 5), ("AH", 9))
        path = best_path(logs, sentence_graph(words))
        assert path is not None
        assert names(path.phones) == ["R", vowel, "D", "AH"]


def test_pauses_between_words_are_found() -> None:
    logs = heard(("M", 6), ("AA", 9), ("SIL", 20), ("S", 9), ("IY", 9))
    path = best_path(logs, sentence_graph([(("M", "AA"),), (("S", "IY"),)]))
    assert path is not None
    assert names(path.phones) == ["M", "AA", "SIL", "S", "IY"]


def test_the_same_phoneme_twice_is_two_occurrences() -> None:
    logs = heard(("AH", 8), ("S", 16), ("IY", 8))
    path = best_path(logs, sentence_graph([(("AH", "S"),), (("S", "IY"),)]))
    assert path is not None
    assert len(np.unique(path.occurrence[path.phones == PHONES.index("S")])) == 2


def test_a_text_that_does_not_fit_in_has_no_path() -> None:
    assert best_path(heard(("AA", 20)), sentence_graph([(("M", "AA"),)] * 30)) is None
    assert best_path(heard(("AA", 0)), sentence_graph([(("M", "AA"),)])) is None


def test_long_texts_keep_only_a_window_alive() -> None:
    rng = np.random.default_rng(3)
    phones = [str(phone) for phone in rng.choice(PHONES[1:], 400)]
    logs = heard(*[(phone, 6) for phone in phones])
    words = [(tuple(phones[n : n + 4]),) for n in range(0, 400, 4)]
    path = best_path(logs, sentence_graph(words))
    assert path is not None
    assert (path.phones == logs.argmax(axis=1)).mean() > 0.99
