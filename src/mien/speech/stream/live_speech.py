"""Somebody who speaks, as far as is known a moment after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mien.motion.easing import eased
from mien.motion.idle import idle_moment
from mien.motion.layers import SILENCE, Speech
from mien.motion.moment import Moment, MomentAt
from mien.motion.noise import FOREVER_S
from mien.speech.articulation import LOOK_AHEAD_S, articulate
from mien.speech.body import BodyLanguage, Emphasis
from mien.speech.body.hearing import HEARD_S, PAUSE_S
from mien.speech.phonemes import SILENCE as SILENT
from mien.speech.phonemes import SpokenPhoneme
from mien.speech.samples import Mono
from mien.speech.stream.live_phonemes import LivePhonemes
from mien.speech.stream.live_prosody import LiveProsody

BEHIND_S = 0.147
"""How much sound after a moment is heard before it is shown. The network hears 70 ms ahead and its
frames reach 13 ms beyond their centres, which leaves 60 ms of phonemes for a mouth to prepare."""
_BODY_BEHIND_S = 0.065
"""A stressed vowel is known when `HEARD_S` of it are: heads move that much later."""
_CLOSED_S, _EASED_S = 0.045, 0.45
"""A mouth that is interrupted takes so long to close, and to become the portrait's own."""
_RISES_S = 0.1
"""A mouth takes so long to become the speech's. A file tells earlier when speech begins; here it
would be a jerk."""
_FORGET_S = 30.0
_SAME_S = 0.015


class LiveSpeech:
    """What mouth and body do, asked in order of time; each moment `BEHIND_S` after its sound.

    Time is in seconds from the first sample on. Nothing grows with it. The same sound, pushed in
    the same portions between the same questions, gives the same answers.
    """

    def __init__(self, *, seed: int, liveliness: float, idle: MomentAt | None = None) -> None:
        """idle: what the body does anyway; the natural one if none is given. Raises OptionError for
        a liveliness outside 0..1."""
        self._phonemes, self._prosody = LivePhonemes(), LiveProsody()
        self._emphasis = Emphasis()
        resting = idle or idle_moment("natural", seed, FOREVER_S)
        self._body = BodyLanguage(self._emphasis, resting, seed, liveliness)
        self._begins_s, self._heard_until_s = 0.0, -1.0
        self._said: Sequence[SpokenPhoneme] = ()
        self._shown, self._shown_s = SILENCE, 0.0
        self._left_off, self._left_off_s = SILENCE, 0.0

    @property
    def said(self) -> Sequence[SpokenPhoneme]:
        """The phonemes of the last second as far as they are known."""
        return self._said

    def hear(self, samples: Mono) -> None:
        """The next samples (S,) at 16 kHz."""
        self._phonemes.push(samples)
        self._prosody.push(samples)
        begins_s = self._begins_s
        self._said = [
            part._replace(start_s=part.start_s + begins_s, end_s=part.end_s + begins_s)
            for part in self._phonemes.segments()
        ]
        self._emphasise()

    def speech_at(self, time_s: float) -> Speech:
        """Mouth and jaw."""
        parts = list(self._said)
        if parts:  # nobody knows yet that the last sound ends
            parts[-1] = parts[-1]._replace(end_s=parts[-1].end_s + LOOK_AHEAD_S)
        voice = self._prosody.voice()
        speech = articulate(parts, lambda at_s: voice(at_s - self._begins_s)).moment_at(time_s)
        speech = self._closing(speech, time_s)
        most = self._shown.activity + (time_s - self._shown_s) / _RISES_S
        self._shown, self._shown_s = replace(speech, activity=min(speech.activity, most)), time_s
        return self._shown

    def body_at(self, time_s: float) -> Moment:
        """Head, brows and lids."""
        return self._body.moment_at(time_s - _BODY_BEHIND_S)

    def interrupt(self, time_s: float) -> None:
        """Whatever is heard from ``time_s`` on is silence; the mouth closes. What is pushed next
        begins then."""
        self._left_off, self._left_off_s = self._shown, self._shown_s
        self._phonemes.begin_again()
        self._prosody.begin_again()
        self._begins_s, self._said = time_s, ()
        self._emphasis.fall_silent(time_s + PAUSE_S)

    def _closing(self, speech: Speech, time_s: float) -> Speech:
        """``speech`` while what was interrupted fades."""
        since_s = time_s - self._left_off_s
        before = self._left_off
        activity = before.activity * eased(1.0 - (since_s - _CLOSED_S) / _EASED_S)
        if activity <= 0.0:
            return speech
        left = 1.0 - eased(since_s / _CLOSED_S)
        said, was = speech.moment, before.moment
        weights = said.weights + left * (was.weights - said.weights)
        closure = said.closure + left * (was.closure - said.closure)
        own = min(said.own_expression, was.own_expression)
        moment = Moment(weights, closure=closure, own_expression=own)
        return Speech(moment, max(activity, speech.activity))

    def _emphasise(self) -> None:
        """Tell the body what began `HEARD_S` ago."""
        known_s = self._begins_s + self._phonemes.known_s
        sound, sound_start_s = self._prosody.recent, self._begins_s + self._prosody.start_s
        for at, part in enumerate(self._said):
            begun = at > 0 or part.start_s == self._begins_s
            if begun and self._heard_until_s + _SAME_S < part.start_s <= known_s - HEARD_S:
                self._emphasis.hear(part, sound, sound_start_s)
                self._heard_until_s = part.start_s
            if part.phoneme != SILENT and abs(part.start_s - self._heard_until_s) <= _SAME_S:
                self._emphasis.go_on(part.end_s)
        last = self._said[-1] if self._said else None
        if last and last.phoneme == SILENT and last.start_s <= known_s - PAUSE_S:
            self._emphasis.fall_silent(known_s)
        self._emphasis.forget(known_s - _FORGET_S)
