"""One live face: told what to do at any time, and asked for one frame after the other."""

from __future__ import annotations

from contextlib import ExitStack, closing
from fractions import Fraction
from pathlib import Path

from numpy.typing import ArrayLike

from mien.checks import check_choice, check_number, check_whole
from mien.drivers.moments import moment_frame
from mien.pipeline.keeping import Keeper
from mien.pipeline.live.actor import Actor
from mien.pipeline.live.composer import Passage, joined
from mien.pipeline.live.latency import Latency, latency_frames
from mien.pipeline.live.painted import PaintedMouth
from mien.pipeline.live.stage import Stage
from mien.pipeline.live.types import LiveOptions, LiveStep
from mien.pipeline.presets import LIPS
from mien.types import Image, MotionFrame

LONGEST_TRANSITION_S = 60.0
MOST_FPS = 60


class LiveFace:
    """A portrait that lives. No clock or network is in it: whoever has those calls ``step`` when a
    frame is due. One thread at a time.

    The contract of agent frameworks' avatars: push, clear, iterate.

    An engine that makes several pictures at once works in a thread of its own, and ``step`` never
    waits for it: pictures, sound and events come ``latency_frames`` later than with others.
    """

    def __init__(
        self,
        portrait: str | Path,
        options: LiveOptions,
        keeper: Keeper,
        *,
        content: str | None = None,
    ) -> None:
        """Prepare. content: the portrait's SHA-256, if known. Raises what preparing raises."""
        check_whole("fps", options.fps, least=1, most=MOST_FPS)
        check_whole("seed", options.seed, least=0)
        check_choice("lips", options.lips, LIPS)
        is_painted = options.lips == "musetalk"
        self._latency = Latency(latency_frames(options.engine), options.fps)
        self._actor = Actor(
            options.fps,
            options.idle,
            options.seed,
            mouth=not is_painted,
            delay_frames=self.latency_frames,
        )
        self._time_base = 1 / Fraction(options.fps)
        self._mouth: PaintedMouth | None = None
        with ExitStack() as stack:
            if is_painted:
                self._mouth = stack.enter_context(closing(PaintedMouth(options, keeper)))
                self._mouth.set_delay(self.latency_frames)
            self._stage = Stage(portrait, options, keeper, content=content)
            self._borrowed = stack.pop_all()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of all pictures."""
        return self._stage.size

    @property
    def latency_frames(self) -> int:
        """How much later than it is told the face does something, for its engine's sake: 0, or what
        an engine holds back that makes several pictures at once. More while it is too slow for all
        frames; that changes in silence."""
        return self._latency.frames

    @property
    def waiting_s(self) -> float:
        """How much sound was pushed that is not being said yet."""
        return self._actor.waiting_s

    @property
    def sees_face(self) -> bool:
        """Whether a face in a camera's pictures moves this one."""
        return self._actor.sees_face

    def push_audio(self, pcm: ArrayLike, rate: int, segment: str | None = None) -> None:
        """The next sound to say, int16 mono, as fast as it comes; ten minutes may wait.

        rate: 8000 to 192000. segment: what it belongs to, for events; another one than before
        ends that one. Raises OptionError for sound that cannot be used, and beyond ten minutes;
        then nothing has changed.
        """
        self._actor.push_audio(pcm, rate, segment)

    def end_segment(self) -> None:
        """What was pushed is all of its segment."""
        self._actor.end_segment()

    def clear(self) -> None:
        """Stop speaking: no sample that was not put out will be, and the mouth closes within
        100 ms; one that an engine draws ahead ``latency_frames`` later. The events of it come with
        the next step."""
        self._actor.clear()
        if self._mouth is not None:
            self._mouth.clear(self._actor.pts + 1)

    def set_emotion(self, name: str, intensity: float = 0.7, transition_s: float = 0.6) -> None:
        """From the next frame on. intensity: 0..1. transition_s: 0..60. Raises ExpressionError,
        OptionError."""
        self._actor.set_emotion(name, intensity, transition_s)

    def prepare(self, portrait: str | Path, *, content: str | None = None) -> None:
        """Prepare a picture for ``set_portrait``, which then takes no time as long as the keeper
        keeps it. The one method for another thread, while this one's goes on. Raises what preparing
        raises."""
        self._stage.prepare(portrait, content=content)

    def set_portrait(
        self, portrait: str | Path, transition_s: float = 0.5, *, content: str | None = None
    ) -> None:
        """Another picture, cross-faded in 0..60 s; pictures stay as large as they are, and what
        does not fill them is black, or transparent.

        It is prepared before this returns, in the caller's thread: 0.2 to 1 s, unless ``prepare``
        has done so. Raises what preparing raises; then nothing has changed.
        """
        check_number("transition_s", transition_s, 0, LONGEST_TRANSITION_S)
        self._stage.change(portrait, transition_s, content=content)

    def push_frame(self, picture: Image) -> None:
        """A camera's picture: the face follows it until none has come for a second. The newest
        one counts, and is looked at by ``step``. Raises OptionError for what is no RGB picture."""
        self._actor.push_frame(picture)

    def recalibrate(self) -> None:
        """The camera's next face is a neutral one that looks straight ahead."""
        self._actor.recalibrate()

    def look_at(self, right: float | None, up: float | None) -> None:
        """Where the eyes look, -1..1; None leaves them to themselves. Raises OptionError."""
        self._actor.look_at(right, up)

    def listening(self, on: bool) -> None:
        """Whether somebody else speaks: more eye contact, small nods. Raises OptionError."""
        self._actor.listening(on=on)

    def step(self, frames: int = 1) -> LiveStep:
        """Go ``frames`` on and show the last of them; what those between said is not lost."""
        check_whole("frames", frames, least=1)
        passage, moments = self._told(frames)
        picture = self._stage.show(moments, frames * float(self._time_base), self.latency_frames)
        pts = self._actor.pts
        if self._mouth is not None:
            picture = self._mouth.paint(picture, pts, passage.heard)
        step = LiveStep(pts, picture, passage.sound, passage.events, self.latency_frames)
        self._follow(self._stage.newest)
        return step

    def settle(self, patience_s: float) -> bool:
        """Wait until an engine that works in a thread of its own has drawn all that it can, so long
        at most for each portrait; whether it has. For those who have no clock."""
        return self._stage.settle(patience_s)

    def close(self) -> None:
        """Give back what was borrowed. An engine that is still at work is waited for, but not for
        long; then it follows when it can."""
        self._stage.close()
        self._borrowed.close()

    def _told(self, frames: int) -> tuple[Passage, list[MotionFrame]]:
        """What is heard of so many frames, and the faces that the engine gets: an engine that is
        not waited for gets all of them, whenever it is asked."""
        steps = [frames] if self.latency_frames == 0 else [1] * frames
        passages, moments = [], []
        for each in steps:
            passage, moment = self._actor.step(each)
            passages.append(passage)
            moments.append(moment_frame(moment, pts=self._actor.pts, time_base=self._time_base))
        return joined(passages), moments

    def _follow(self, newest: int | None) -> None:
        """Be as late as the engine is."""
        age = None if newest is None else self._actor.pts - newest
        if self._latency.step(age, can_change=self._actor.is_silent):
            self._actor.set_delay(self.latency_frames)
            if self._mouth is not None:
                self._mouth.set_delay(self.latency_frames)
