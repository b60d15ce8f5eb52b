from __future__ import annotations

import json
import math
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.errors import OptionError, VisemeError
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.blendshapes.lips import lip_gap
from mien.motion.blendshapes.posing import pose_face
from mien.motion.face_template import FACE_TEMPLATE
from mien.speech.articulation import LOOK_AHEAD_S, LOOK_BACK_S, Articulation, articulate
from mien.speech.articulation.targets import TARGETS
from mien.speech.phonemes import ARPABET, SpokenPhoneme

pytestmark = pytest.mark.unit

LIPS, TEETH = ("P", "B", "M"), ("F", "V")
FILM = Fraction(24)


def said(*sounds: tuple[str, float], start_s: float = 0.0) -> list[SpokenPhoneme]:
    """Phonemes one after another, each with its length in seconds."""
    segments = []
    for phoneme, lasts_s in sounds:
        segments.append(SpokenPhoneme(start_s, start_s + lasts_s, phoneme, 1.0))
        start_s += lasts_s
    return segments


def middle(segment: SpokenPhoneme) -> float:
    return (segment.start_s + segment.end_s) / 2


def shape(speaking: Articulation, name: str, time_s: float) -> float:
    return float(speaking.moment_at(time_s).moment.weights[SHAPE_INDEX[name]])


def widest(speaking: Articulation, name: str, segment: SpokenPhoneme) -> float:
    times = np.arange(segment.start_s, segment.end_s, 0.005)
    return max(shape(speaking, name, float(t)) for t in times)


lengths = st.floats(0.015, 0.3)


def utterances(shortest_s: float = 0.015) -> st.SearchStrategy[list[SpokenPhoneme]]:
    sounds = st.tuples(st.sampled_from(sorted(TARGETS)), st.floats(shortest_s, 0.3))
    return st.lists(sounds, max_size=20).map(lambda some: said(("SIL", 0.2), *some))


@settings(max_examples=60)
@given(utterances())
def test_lips_touch_in_the_middle_of_every_p_b_and_m(segments: list[SpokenPhoneme]) -> None:
    speaking = articulate(segments)
    for segment in segments:
        if segment.phoneme in LIPS:
            now = speaking.moment_at(middle(segment))
            assert now.activity * now.moment.closure == pytest.approx(1.0)


@settings(max_examples=60)
@given(utterances())
def test_the_lower_lip_meets_the_teeth_in_every_f_and_v(segments: list[SpokenPhoneme]) -> None:
    speaking = articulate(segments)
    for segment in segments:
        if segment.phoneme in TEETH:
            now = speaking.moment_at(middle(segment)).moment
            assert now.closure == 0.0
            assert now.weights[SHAPE_INDEX["mouthRollLower"]] == pytest.approx(0.6)
            assert now.weights[SHAPE_INDEX["jawOpen"]] <= 0.07


def test_quick_closures_do_not_reach_into_a_lip_at_the_teeth() -> None:
    segments = said(("AA", 0.1), ("M", 0.015), ("M", 0.015), ("V", 0.015), ("AA", 0.1))
    speaking = articulate(segments)
    assert speaking.moment_at(middle(segments[1])).moment.closure == 1.0
    assert speaking.moment_at(middle(segments[3])).moment.closure == 0.0


@settings(max_examples=60)
@given(st.sampled_from(LIPS), st.floats(0.01, 0.3), lengths, st.floats(0.0, 1.0))
def test_some_frame_of_a_film_shows_each_closure(
    phoneme: str, lasts_s: float, vowel_s: float, start_s: float
) -> None:
    speaking = articulate(
        said(("AA", vowel_s), (phoneme, lasts_s), ("IY", vowel_s), start_s=start_s)
    )
    frames = [(i + 0.5) / float(FILM) for i in range(60)]
    assert max(speaking.moment_at(t).moment.closure for t in frames) == pytest.approx(1.0)


@pytest.mark.parametrize("vowel", ["AA", "AO", "IY", "UW", "OW"])
def test_closed_lips_are_closed_on_the_face(vowel: str) -> None:
    segments = said((vowel, 0.12), ("B", 0.06), (vowel, 0.12))
    face = FACE_TEMPLATE.landmarks
    now = articulate(segments).moment_at(middle(segments[1])).moment
    assert lip_gap(pose_face(face, now.weights, now.closure)) <= lip_gap(face) + 0.005


def test_silence_is_a_closed_mouth_that_is_nobodys() -> None:
    for speaking in (articulate([]), articulate(said(("SIL", 5.0)))):
        now = speaking.moment_at(2.0)
        assert now.activity == 0.0
        assert not now.moment.weights.any()
        assert now.moment.closure == 0.0


def test_the_mouth_is_the_speechs_while_it_lasts_and_eases_back() -> None:
    segments = said(("SIL", 1.0), ("AA", 0.3), ("SIL", 2.0))
    speaking = articulate(segments)
    activity = [speaking.moment_at(t).activity for t in (0.5, 1.0, 1.3, 1.6, 2.0)]
    assert activity[:3] == [0.0, 1.0, 1.0]
    assert 0.0 < activity[3] < 1.0
    assert activity[4] == 0.0


def test_the_mouth_is_shut_soon_after_the_last_sound() -> None:
    speaking = articulate(said(("AA", 0.3), ("SIL", 1.0)))
    assert shape(speaking, "jawOpen", 0.42) < 0.02


def test_shapes_begin_before_their_sound() -> None:
    speaking = articulate(said(("SIL", 1.0), ("UW", 0.2)))
    assert shape(speaking, "mouthPucker", 0.9) == 0.0 or speaking.moment_at(0.9).activity < 0.1
    assert shape(speaking, "mouthPucker", 1.0 - 1 / 24) > 0.3


def test_consonants_take_the_lips_of_their_vowels() -> None:
    round_t, wide_t = (
        articulate(said((vowel, 0.12), ("T", 0.06), (vowel, 0.12))) for vowel in ("UW", "IY")
    )
    assert shape(round_t, "mouthPucker", 0.15) > 0.5
    assert shape(wide_t, "mouthPucker", 0.15) == 0.0
    assert shape(wide_t, "mouthStretchLeft", 0.15) > 0.15


def test_lips_are_round_before_a_consonant_that_a_round_vowel_follows() -> None:
    segments = said(("SIL", 0.2), ("N", 0.06), ("UW", 0.15))
    assert shape(articulate(segments), "mouthPucker", middle(segments[1])) > 0.3


@pytest.mark.parametrize("phoneme", ["S", "Z", "SH", "CH"])
def test_teeth_stay_close_between_open_vowels(phoneme: str) -> None:
    segments = said(("AA", 0.12), (phoneme, 0.09), ("AA", 0.12))
    speaking = articulate(segments)
    assert shape(speaking, "jawOpen", middle(segments[1])) < 0.12
    assert widest(speaking, "jawOpen", segments[0]) > 0.3


def test_the_jaw_does_not_shut_for_every_consonant() -> None:
    segments = said(*[("AE", 0.09), ("T", 0.06)] * 5)
    speaking = articulate(segments)
    assert min(shape(speaking, "jawOpen", middle(t)) for t in segments[1:-1:2]) > 0.12


def test_a_diphthong_glides_from_open_to_round() -> None:
    speaking = articulate(said(("AW", 0.25)))
    early, late = 0.06, 0.24
    assert shape(speaking, "jawOpen", early) > 2 * shape(speaking, "jawOpen", late)
    assert shape(speaking, "mouthPucker", late) > shape(speaking, "mouthPucker", early) + 0.4


def test_fast_speech_falls_short_of_its_vowels_and_never_of_its_closures() -> None:
    def mama(speed: float) -> list[SpokenPhoneme]:
        return said(*[("M", 0.08 / speed), ("AA", 0.12 / speed)] * 4)

    slow, fast = (
        max(widest(articulate(segments), "jawOpen", s) for s in segments if s.phoneme == "AA")
        for segments in (mama(1.0), mama(2.5))
    )
    assert fast < 0.8 * slow
    hurried = articulate(mama(2.5))
    assert all(
        hurried.moment_at(middle(s)).moment.closure == 1.0 for s in mama(2.5) if s.phoneme == "M"
    )


def test_a_loud_voice_opens_the_jaw_wider_and_leaves_closures_shut() -> None:
    segments = said(("AA", 0.2), ("M", 0.1), ("AA", 0.2))
    quiet, usual, loud = (articulate(segments, lambda _, by=by: by) for by in (0.6, 1.0, 1.3))
    jaws = [shape(speaking, "jawOpen", 0.1) for speaking in (quiet, usual, loud)]
    assert jaws[0] < 0.8 * jaws[1] < jaws[1] < 0.85 * jaws[2]
    assert shape(loud, "jawOpen", 0.25) <= 0.06
    assert loud.moment_at(0.25).moment.closure == 1.0


@settings(max_examples=40)
@given(utterances(), st.floats(-0.2, 3.0))
def test_weights_stay_within_bounds(segments: list[SpokenPhoneme], time_s: float) -> None:
    now = articulate(segments, lambda _: 2.0).moment_at(time_s)
    assert np.isfinite(now.moment.weights).all()
    assert (now.moment.weights >= 0.0).all()
    assert (now.moment.weights <= 1.0).all()
    assert 0.0 <= now.activity <= 1.0
    assert 0.0 <= now.moment.closure <= 1.0


@settings(max_examples=25)
@given(utterances(0.03))
def test_nothing_jumps(segments: list[SpokenPhoneme]) -> None:
    speaking = articulate(segments)
    times = np.arange(0.0, segments[-1].end_s + 0.5, 0.01)
    moments = [speaking.moment_at(float(t)) for t in times]
    shown = np.array([np.r_[m.moment.weights, m.moment.closure] * m.activity for m in moments])
    steps = np.abs(np.diff(shown, axis=0)) if len(times) > 1 else np.zeros((1, 53))
    # the quickest there is: from lips that touch to a lip that touches the teeth
    assert steps.max() < 0.75
    assert steps[:, SHAPE_INDEX["jawOpen"]].max() < 0.18


@settings(max_examples=60)
@given(utterances(), utterances(), st.floats(0.0, 2.0))
def test_what_comes_after_the_look_ahead_does_not_matter(
    segments: list[SpokenPhoneme], others: list[SpokenPhoneme], time_s: float
) -> None:
    known_s = time_s + LOOK_AHEAD_S
    known = [s._replace(end_s=min(s.end_s, known_s)) for s in segments if s.start_s < known_s]
    otherwise = known + [
        s._replace(start_s=s.start_s + known_s, end_s=s.end_s + known_s) for s in others
    ]
    expected = articulate(segments).moment_at(time_s)
    for changed in (known, otherwise):
        now = articulate(changed).moment_at(time_s)
        np.testing.assert_allclose(now.moment.weights, expected.moment.weights, atol=1e-6)
        assert now.moment.closure == pytest.approx(expected.moment.closure)
        assert now.activity == pytest.approx(expected.activity)


@settings(max_examples=40)
@given(utterances(), st.floats(0.0, 3.0))
def test_what_ended_before_the_look_back_does_not_matter(
    segments: list[SpokenPhoneme], time_s: float
) -> None:
    recent = [s for s in segments if s.end_s >= time_s - LOOK_BACK_S]
    now, expected = articulate(recent).moment_at(time_s), articulate(segments).moment_at(time_s)
    np.testing.assert_allclose(now.moment.weights, expected.moment.weights, atol=1e-6)
    assert now.activity == pytest.approx(expected.activity)


def test_gaps_are_silence() -> None:
    gap = [*said(("AA", 0.2)), *said(("IY", 0.2), start_s=1.0)]
    filled = said(("AA", 0.2), ("SIL", 0.8), ("IY", 0.2))
    for time_s in np.arange(0.0, 1.4, 0.05):
        now, expected = (articulate(s).moment_at(float(time_s)) for s in (gap, filled))
        np.testing.assert_allclose(now.moment.weights, expected.moment.weights, atol=1e-6)


def test_of_sounds_that_overlap_the_first_ends_where_the_second_begins() -> None:
    overlapping = [SpokenPhoneme(0.0, 0.3, "AA", 1.0), SpokenPhoneme(0.2, 0.4, "M", 1.0)]
    expected = articulate(said(("AA", 0.2), ("M", 0.2)))
    for time_s in np.arange(0.0, 0.5, 0.02):
        np.testing.assert_array_equal(
            articulate(overlapping).moment_at(float(time_s)).moment.weights,
            expected.moment_at(float(time_s)).moment.weights,
        )


def test_every_phoneme_has_a_target() -> None:
    assert set(TARGETS) == set(ARPABET)


def test_stress_digits_are_accepted() -> None:
    stressed, plain = articulate(said(("AH1", 0.2))), articulate(said(("AH", 0.2)))
    assert shape(stressed, "jawOpen", 0.1) == shape(plain, "jawOpen", 0.1)


@pytest.mark.parametrize(
    ("segments", "problem"),
    [
        ([SpokenPhoneme(0.0, 1.0, "QX", 1.0)], "phoneme 'QX': is not in ARPAbet"),
        ([SpokenPhoneme(1.0, 0.5, "AA", 1.0)], "ends before it starts"),
        ([SpokenPhoneme(0.0, math.nan, "AA", 1.0)], "is no time"),
        ([*said(("AA", 0.2), start_s=1.0), *said(("AA", 0.2))], "out of order"),
    ],
)
def test_segments_that_make_no_sense_are_refused(
    segments: list[SpokenPhoneme], problem: str
) -> None:
    with pytest.raises((OptionError, VisemeError), match=problem):
        articulate(segments)


SHARED = os.environ.get("MIEN_SHARED_DIR")


@pytest.mark.skipif(not SHARED, reason="set MIEN_SHARED_DIR to the folder with media/speech")
@pytest.mark.parametrize("speed", [1.0, 2.0])
def test_closures_of_recorded_sentences_are_reached(speed: float) -> None:
    for path in sorted((Path(SHARED or "") / "media" / "speech").glob("*.json")):
        segments = [
            SpokenPhoneme(s["start"] / speed, s["end"] / speed, s["phoneme"], 1.0)
            for s in json.loads(path.read_text())["segments"]
        ]
        speaking = articulate(segments)
        for segment in segments:
            now = speaking.moment_at(middle(segment)).moment
            if segment.phoneme in LIPS:
                assert now.closure == pytest.approx(1.0), (path.name, segment)
            if segment.phoneme in TEETH:
                assert now.weights[SHAPE_INDEX["mouthRollLower"]] > 0.55, (path.name, segment)
