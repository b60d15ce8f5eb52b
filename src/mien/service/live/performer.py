"""One session where it is rendered: a thread with a face, told what to do, that shows one frame
after the other for as long as somebody watches."""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import numpy as np

from mien.errors import MienError
from mien.pipeline.keeping import Keeper
from mien.pipeline.live import LiveFace, LiveStep
from mien.pipeline.live.pacing import Pacer
from mien.service.errors import BusyError, InternalError
from mien.service.live.encoding import camera_picture, encoded
from mien.service.live.messages import (
    Answer,
    CameraFrame,
    Clear,
    Complained,
    Control,
    Ended,
    EndSegment,
    Listening,
    LookAt,
    Open,
    Opened,
    PushAudio,
    Recalibrate,
    SetEmotion,
    SetPortrait,
    Shown,
)
from mien.service.live.packets import Form

_MOST_WAITING_BYTES = 64_000_000
"""Of controls that were not looked at yet: ten minutes of sound."""


class Performer:
    """``hear``, ``show`` and ``close`` may be called from any thread; ``run`` is the session's."""

    def __init__(
        self,
        order: Open,
        keeper: Keeper,
        answer: Callable[[Answer], None],
        face: Callable[..., LiveFace] = LiveFace,
    ) -> None:
        """answer: takes what is to be told the server; may block while that is slow."""
        self._order, self._keeper, self._answer, self._make = order, keeper, answer, face
        self._controls: deque[Control] = deque()
        self._waiting_bytes = 0
        self._forms: frozenset[Form] = frozenset()
        self._closed = False
        self._epoch = self._portraits = 0
        self._changed = threading.Condition()

    def hear(self, control: Control) -> None:
        """Do it before the next frame. Of a camera's pictures only the newest counts."""
        size = _num_bytes(control)
        with self._changed:
            fits = self._waiting_bytes + size <= _MOST_WAITING_BYTES
            if fits:
                if isinstance(control, CameraFrame):
                    self._forget_camera()
                self._controls.append(control)
                self._waiting_bytes += size
                self._changed.notify()
        if not fits:
            self._answer(Complained(self._order.session, BusyError("too much waits already")))

    def show(self, forms: frozenset[Form]) -> None:
        """Pictures are wanted in these forms from now on."""
        with self._changed:
            self._forms = forms
            self._changed.notify()

    def close(self) -> None:
        """End soon."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def run(self) -> None:
        """Perform until closed. Whatever happens, the last answer is Ended."""
        name = self._order.session
        try:
            self._perform()
        except MienError as error:
            self._answer(Ended(name, error))
        except Exception as error:
            trace = "".join(traceback.format_exception(error))
            self._answer(Ended(name, InternalError(), trace))
        else:
            self._answer(Ended(name))

    def _perform(self) -> None:
        order = self._order
        face = self._make(order.portrait, order.options, self._keeper, content=order.content)
        with closing(face):
            self._answer(Opened(order.session))
            while not self._closed:
                if self._forms:
                    self._play(face)
                else:
                    self._follow(face, None)

    def _play(self, face: LiveFace) -> None:
        """Frame after frame, until nobody watches."""
        pacer, took_s = Pacer(self._order.options.fps), 0.0
        while self._forms and not self._closed:
            beat = pacer.next(time.monotonic(), took_s)
            if not self._idle_until(face, beat.due_s):
                return
            began_s = time.monotonic()
            self._send(face.step(beat.frames), beat.due_s, beat.frames - 1)
            took_s = time.monotonic() - began_s

    def _idle_until(self, face: LiveFace, due_s: float) -> bool:
        """Whether a frame is wanted then."""
        while self._forms and not self._closed:
            self._follow(face, due_s)
            if time.monotonic() >= due_s:
                return True
        return False

    def _follow(self, face: LiveFace, until: float | None) -> None:
        """Do what was asked for; without it wait for it, or for a time of the clock."""
        for control in self._take(until):
            try:
                self._do(face, control)
            except MienError as error:
                self._answer(Complained(self._order.session, error))

    def _take(self, until: float | None) -> list[Control]:
        with self._changed:
            playing = until is not None
            self._changed.wait_for(
                lambda: self._controls or self._closed or bool(self._forms) is not playing,
                None if until is None else max(0.0, until - time.monotonic()),
            )
            taken = list(self._controls)
            self._controls.clear()
            self._waiting_bytes = 0
            return taken

    def _do(self, face: LiveFace, control: Control) -> None:
        match control:
            case PushAudio(pcm, rate, segment):
                face.push_audio(np.frombuffer(pcm, np.int16), rate, segment)
            case EndSegment():
                face.end_segment()
            case Clear(epoch):
                face.clear()
                self._epoch = epoch
            case SetEmotion(name, intensity, transition_s):
                face.set_emotion(name, intensity, transition_s)
            case SetPortrait(portrait, content, transition_s, prepared):
                if prepared:
                    face.set_portrait(portrait, transition_s, content=content)
                else:
                    self._prepare(face, control)
            case CameraFrame():
                face.push_frame(camera_picture(control))
            case Recalibrate():
                face.recalibrate()
            case LookAt(right, up):
                face.look_at(right, up)
            case Listening(on):
                face.listening(on)

    def _prepare(self, face: LiveFace, control: SetPortrait) -> None:
        """In another thread, and change to it when that is done: frames go on meanwhile. One that
        was asked for since then goes before it."""
        self._portraits += 1
        number = self._portraits

        def prepare() -> None:
            try:
                face.prepare(control.portrait, content=control.content)
            except MienError as error:
                self._answer(Complained(self._order.session, error))
            except Exception as error:
                traceback.print_exception(error)
                self._answer(Complained(self._order.session, InternalError()))
            else:
                if number == self._portraits:
                    self.hear(replace(control, prepared=True))

        threading.Thread(target=prepare, name="portrait", daemon=True).start()

    def _send(self, step: LiveStep, due_s: float, skipped: int) -> None:
        height, width, channels = step.picture.shape
        pictures = {form: encoded(step.picture, form) for form in self._forms}
        self._answer(
            Shown(
                self._order.session,
                self._epoch,
                step.pts,
                width,
                height,
                channels,
                pictures,
                step.sound.tobytes(),
                step.events,
                time.monotonic() - due_s,
                skipped,
                step.delay_frames / self._order.options.fps,
            )
        )

    def _forget_camera(self) -> None:
        old = next((each for each in self._controls if isinstance(each, CameraFrame)), None)
        if old is not None:
            self._controls.remove(old)
            self._waiting_bytes -= _num_bytes(old)


def _num_bytes(control: Control) -> int:
    """Of what is large."""
    if isinstance(control, PushAudio):
        return len(control.pcm) + 200
    return len(control.picture) if isinstance(control, CameraFrame) else 200
