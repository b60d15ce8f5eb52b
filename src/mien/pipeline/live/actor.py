"""All that a live face does, but for the picture."""

from __future__ import annotations

from numpy.typing import ArrayLike

from mien.checks import check_number, check_switch
from mien.drivers.speech import speakable
from mien.motion.expressions import find_expression, load_expressions
from mien.motion.expressions.expression import check_intensity
from mien.motion.layers import SILENCE, Gaze, layer
from mien.motion.liveliness import enliven
from mien.motion.moment import REST, Moment, blend_moments
from mien.pipeline.live.attention import Attention
from mien.pipeline.live.camera import Camera
from mien.pipeline.live.composer import Passage
from mien.pipeline.live.feeling import Feeling
from mien.pipeline.live.voice import Voice
from mien.types import Image

LONGEST_TRANSITION_S = 60.0


class Actor:
    """Speaks, feels, watches, idles. Time is that of its frames: ``step`` goes on."""

    def __init__(
        self, fps: int, idle: str, seed: int, *, mouth: bool = True, delay_frames: int = 0
    ) -> None:
        """mouth: whether speech moves it; not where others paint the lips. delay_frames: as of
        ``set_delay``. Raises OptionError for an idle motion that there is not."""
        self._fps, self._seed, self._mouth = fps, seed, mouth
        self._attention = Attention(idle, seed)
        self._voice = Voice(fps, seed, self._attention.idle_at, delay_frames)
        self._feeling, self._camera = Feeling(), Camera()
        self._num_frames = 0

    @property
    def pts(self) -> int:
        """Of the latest frame; -1 before the first one."""
        return self._num_frames - 1

    @property
    def waiting_s(self) -> float:
        """How much sound waits to be heard."""
        return self._voice.waiting_s

    @property
    def is_silent(self) -> bool:
        """Whether nothing of what was heard is still to go out."""
        return self._voice.is_silent

    @property
    def sees_face(self) -> bool:
        """Whether the camera has the face."""
        return self._camera.share > 0.0

    def push_audio(self, pcm: ArrayLike, rate: int, segment: str | None) -> None:
        """See :meth:`mien.pipeline.live.composer.Composer.push`."""
        self._voice.push(pcm, rate, segment)

    def end_segment(self) -> None:
        """What was pushed is all of its segment."""
        self._voice.end_segment()

    def set_delay(self, frames: int) -> None:
        """How much later than its faces sound goes out; only while it is silent."""
        self._voice.set_delay(frames)

    def clear(self) -> None:
        """Stop speaking."""
        self._voice.clear()

    def set_emotion(self, name: str, intensity: float, transition_s: float) -> None:
        """From the next frame on. Raises ExpressionError, OptionError."""
        check_intensity(intensity)
        check_number("transition_s", transition_s, 0, LONGEST_TRANSITION_S)
        target = find_expression(load_expressions(), name).moment(intensity)
        self._feeling.go_to(target, self._time_s(), transition_s)

    def push_frame(self, picture: Image) -> None:
        """The camera's newest picture. Raises OptionError."""
        self._camera.push(picture)

    def recalibrate(self) -> None:
        """The camera's next faces are neutral ones."""
        self._camera.recalibrate()

    def look_at(self, right: float | None, up: float | None) -> None:
        """Where the eyes look. Raises OptionError."""
        self._attention.look_at(right, up)

    def listening(self, *, on: bool) -> None:
        """Whether somebody else speaks. Raises OptionError."""
        check_switch("on", on)
        self._attention.is_listening = on

    def step(self, frames: int) -> tuple[Passage, Moment]:
        """Go so many frames on: what is heard of them all, and the last one's face."""
        passage = self._voice.advance(frames)
        self._num_frames += frames
        step_s, time_s = frames / self._fps, self._time_s()
        self._attention.step(step_s, speaking=self._voice.is_speaking)
        self._camera.step(step_s, time_s)
        return passage, self._face_at(time_s)

    def _time_s(self) -> float:
        """The middle of the latest frame."""
        return (self._num_frames - 0.5) / self._fps

    def _face_at(self, time_s: float) -> Moment:
        body = self._voice.body_at(time_s)
        mouth = self._voice.mouth_at(time_s) if self._mouth else SILENCE
        felt = enliven(self._felt_at(time_s), time_s, seed=self._seed)
        gaze, driven = self._attention.gaze, self._camera.share
        if driven > 0.0:
            body = blend_moments(body, self._camera.shown, driven)
            felt = blend_moments(felt, REST, driven)
            gaze = Gaze(gaze.right, gaze.up, gaze.share * (1.0 - driven))
        return layer(body, felt, mouth, gaze)

    def _felt_at(self, time_s: float) -> Moment:
        """Whoever speaks keeps the mouth for that."""
        felt, speaking = self._feeling.at(time_s), self._attention.speaking
        return blend_moments(felt, speakable(felt), speaking) if speaking > 0.0 else felt
