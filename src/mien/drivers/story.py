"""The built-in story: somebody waits, smiles, is surprised, calms down, and says a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from mien.drivers.length import checked_rate, frames_in
from mien.drivers.speech import Manner, drive_with_speech, felt_in
from mien.media import AudioTrack, open_sound, read_speech
from mien.motion.arkit import shape_weights
from mien.motion.easing import eased
from mien.motion.expressions import Expression, load_expressions
from mien.motion.idle import idle_moment
from mien.motion.moment import Moment, MomentAt, blend_moments
from mien.motion.timeline import parse_timeline
from mien.speech.utterance import hear
from mien.types import Motion

STORY = "0:neutral 2.6:smile:1:0.7 4.3:surprised:0.65:0.3 5.7:calm:0.65:0.9 7.2:smile:0.35:0.8"
SENTENCE = "Hello, I was only a picture, and now I can talk."
SPEAKS_AT_S = Fraction(15, 2)
DURATION_S = 12.0
_SMILE = {
    "mouthSmileLeft": 1.0,
    "mouthSmileRight": 0.95,
    "cheekSquint": 0.7,
    "mouthDimple": 0.2,
    "eyeSquint": 0.1,
    "browOuterUp": 0.15,
}
"""With closed lips, unlike ``happy``: it suits any portrait."""
_SEED, _IDLE_S = 727, 8.0
"""With it the eyes wander off, come back with a blink just before the smile, and blink again as
the surprise goes."""
_TURNS_TO_US_S = (6.8, 7.4)
"""When waiting ends and the body begins to speak."""


def tell_story(speech: str | Path, fps: Fraction = Fraction(30)) -> Motion:
    """Twelve seconds that show what a face can do with nobody to follow; from 7.5 seconds on it
    says ``SENTENCE``, whose sound is in the file ``speech``: see :func:`story_sound`.
    OptionError for a rate that cannot be."""
    frame_rate = checked_rate(fps)
    samples, rate = read_speech(speech)
    before = np.zeros(round(SPEAKS_AT_S * rate), np.float32)
    utterance = hear(np.concatenate([before, samples]), rate, SENTENCE, seed=_SEED)
    utterance = replace(utterance, body_at=_waiting_until_it_speaks(utterance.body_at))
    felt = felt_in(parse_timeline(STORY, "story"), _expressions(), open_mouth=True)
    num_frames = frames_in(DURATION_S, frame_rate)
    return drive_with_speech(
        utterance, Manner(felt, seed=_SEED), fps=frame_rate, num_frames=num_frames
    )


def story_sound(speech: str | Path) -> AudioTrack:
    """The sentence in its place under the story: before its beginning it is silent."""
    track = open_sound(speech)
    return replace(track, start=track.start - SPEAKS_AT_S)


def _waiting_until_it_speaks(speaking_at: MomentAt) -> MomentAt:
    waiting_at = idle_moment("natural", _SEED, _IDLE_S)
    begin, end = _TURNS_TO_US_S

    def body_at(time_s: float) -> Moment:
        share = eased((time_s - begin) / (end - begin))
        if share == 0.0:
            return waiting_at(time_s)
        if share == 1.0:
            return speaking_at(time_s)
        return blend_moments(waiting_at(time_s), speaking_at(time_s), share)

    return body_at


def _expressions() -> Mapping[str, Expression]:
    known = load_expressions()
    return {**known, "smile": replace(known["happy"], name="smile", weights=shape_weights(_SMILE))}
