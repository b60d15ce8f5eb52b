"""A live face as the server sees it: its state, what it is told, and who watches it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from mien.checks import check_number, check_whole
from mien.errors import MienError, OptionError
from mien.pipeline.live.latency import latency_frames
from mien.pipeline.live.types import LiveOptions
from mien.service.errors import ConflictError, TooManyError, WorkerLostError
from mien.service.live.figures import Figures, Stats
from mien.service.live.messages import (
    CameraFrame,
    Clear,
    Close,
    Complained,
    Control,
    Ended,
    EndSegment,
    Listening,
    LookAt,
    Opened,
    Order,
    PushAudio,
    Recalibrate,
    SetEmotion,
    SetPortrait,
    Show,
    Shown,
    Tell,
)
from mien.service.live.packets import Form, LivePacket
from mien.service.live.subscription import Subscription
from mien.service.security.keys import Owner
from mien.service.uploads.upload import Upload

State = Literal["created", "preparing", "ready", "running", "paused", "closed", "failed"]
LOWEST_RATE, HIGHEST_RATE = 8000, 192_000
LONGEST_SEGMENT_ID = 100
LONGEST_TRANSITION_S = 60.0
MOST_CLIENTS = 16


class Hosting(Protocol):
    """Where a session is rendered."""

    def tell(self, order: Order) -> None: ...
    async def drain(self) -> None: ...
    def forget(self, session: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Fate:
    """How a session ended. error: why, if it failed. reason: in words."""

    reason: str
    error: MienError | None = None


class LiveSession:
    """created > preparing > ready > running <> paused > closed or failed.

    It renders while somebody is subscribed. What it is told may be told at any time before its
    end, and does not wait; ConflictError after that. Used in the server's event loop.
    """

    def __init__(
        self,
        id: str,
        owner: Owner,
        portrait: str,
        options: LiveOptions,
        hosting: Hosting,
        *,
        find_emotion: Callable[[str], str] = str,
        on_frame: Callable[[int], None] = lambda skipped: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """portrait: id of the upload. find_emotion: the name as it is known; raises
        ExpressionError. on_frame: called for each, with how many were skipped before it."""
        self.id, self.owner, self.portrait, self.options = id, owner, portrait, options
        self.created = time.time()
        self.state: State = "created"
        self.fate: Fate | None = None
        self.ended = asyncio.Event()
        self._hosting, self._find_emotion, self._clock = hosting, find_emotion, clock
        self._on_frame = on_frame
        self._num_clients = 0
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watchers: list[Subscription] = []
        self._shown: frozenset[Form] = frozenset()
        self._epoch = 0
        self.latency_s = latency_frames(options.engine) / options.fps
        """How much later than it is told the face does something, where its engine keeps up."""
        self._figures = Figures(self.latency_s)
        self._touched = clock()

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.fate is not None

    @property
    def stats(self) -> Stats:
        """How well it does now."""
        return self._figures.stats(self._clock())

    @property
    def num_watchers(self) -> int:
        """How many are subscribed."""
        return len(self._watchers)

    @property
    def idle_s(self) -> float:
        """Since when nobody has watched or said anything."""
        return 0.0 if self._watchers else self._clock() - self._touched

    async def opened(self) -> None:
        """Wait until it is ready. Raises why it cannot be."""
        await asyncio.shield(self._opened)

    def subscribe(self, form: Form, on_news: Callable[[], None] = lambda: None) -> Subscription:
        """Watch it from now on. Raises ConflictError when it has ended, TooManyError."""
        self.check()
        if len(self._watchers) >= MOST_CLIENTS:
            raise TooManyError(f"{MOST_CLIENTS} watch this session already")
        subscription = Subscription(form, self._leave, on_news)
        self._watchers.append(subscription)
        self._show()
        return subscription

    @contextmanager
    def client(self) -> Generator[None]:
        """A connection, whether it watches or not. Raises ConflictError when it has ended,
        TooManyError."""
        self.check()
        if self._num_clients >= MOST_CLIENTS:
            raise TooManyError(f"{MOST_CLIENTS} sockets of this session are open; close one")
        self._num_clients += 1
        try:
            yield
        finally:
            self._num_clients -= 1

    def push_audio(self, pcm: bytes, rate: int, segment: str | None = None) -> None:
        """The next sound to say, int16 mono. Raises OptionError."""
        check_whole("rate", rate, least=LOWEST_RATE, most=HIGHEST_RATE)
        if len(pcm) % 2:
            raise OptionError("pcm", "half a sample is left over; send whole 16-bit samples")
        if segment is not None and not 0 < len(segment) <= LONGEST_SEGMENT_ID:
            raise OptionError("segment", f"is no name of 1 to {LONGEST_SEGMENT_ID} characters")
        if pcm:
            self._tell(PushAudio(pcm, rate, segment))

    def end_segment(self) -> None:
        """What was pushed is all of its segment."""
        self._tell(EndSegment())

    def clear(self) -> None:
        """Stop speaking: what waits for watchers is dropped, and of what is still on its way here
        the sound is silenced."""
        self._tell(Clear(self._epoch + 1))
        self._epoch += 1
        for watcher in self._watchers:
            watcher.clear()

    def set_emotion(self, name: str, intensity: float = 0.7, transition_s: float = 0.6) -> None:
        """Raises ExpressionError, OptionError."""
        check_number("intensity", intensity, 0, 1)
        check_number("transition_s", transition_s, 0, LONGEST_TRANSITION_S)
        self._tell(SetEmotion(self._find_emotion(name), intensity, transition_s))

    def set_portrait(self, portrait: Upload, transition_s: float = 0.5) -> None:
        """Another picture of the same owner. Raises OptionError; what preparing raises is told to
        the watchers."""
        if portrait.kind != "picture":
            raise OptionError("portrait", f"is a {portrait.kind}; a picture is needed")
        check_number("transition_s", transition_s, 0, LONGEST_TRANSITION_S)
        self._tell(SetPortrait(portrait.path, portrait.id, transition_s))
        self.portrait = portrait.id

    def push_frame(self, picture: bytes | tuple[bytes, int, int]) -> None:
        """A camera's picture: a JPEG, or RGB with its width and height."""
        if isinstance(picture, bytes):
            self._tell(CameraFrame(picture))
            return
        pixels, width, height = picture
        if width < 1 or height < 1 or len(pixels) != 3 * width * height:
            raise OptionError("picture", f"{len(pixels)} bytes are not {width} x {height} of RGB")
        self._tell(CameraFrame(pixels, (width, height)))

    def recalibrate(self) -> None:
        """The camera's next face is a neutral one that looks straight ahead."""
        self._tell(Recalibrate())

    def look_at(self, right: float | None, up: float | None) -> None:
        """Where the eyes look, -1..1; None leaves them to themselves. Raises OptionError."""
        for option, value in (("right", right), ("up", up)):
            if value is not None:
                check_number(option, value, -1, 1)
        self._tell(LookAt(right, up))

    def listening(self, on: bool) -> None:
        """Whether somebody else speaks."""
        self._tell(Listening(on))

    async def drain(self) -> None:
        """Wait while more waits to be sent than is good; for those who push much."""
        await self._hosting.drain()

    def prepare(self) -> None:
        """It is being prepared from now on."""
        self.state = "preparing"

    def hear(self, answer: Opened | Shown | Complained | Ended) -> None:
        """Of where it is rendered."""
        match answer:
            case Shown():
                self._pass_on(answer)
            case Opened():
                self.state = "ready"
                self._settle(None)
                self._show()
            case Complained():
                for watcher in self._watchers:
                    watcher.complain(answer.error)
            case Ended():
                self.end(Fate("it was closed" if answer.error is None else "", answer.error))

    def lose(self, how: str) -> None:
        """Its process has ended."""
        error = WorkerLostError(f"the process that rendered it {how}; begin another session")
        self.end(Fate(str(error), error))

    def close(self, reason: str) -> None:
        """End it."""
        self._hosting.tell(Close(self.id))
        self.end(Fate(reason))

    def end(self, fate: Fate) -> None:
        """It has ended. The first fate counts."""
        if self.fate is not None:
            return
        if fate.error is not None and not fate.reason:
            fate = replace(fate, reason=str(fate.error))
        self.fate = fate
        self.state = "closed" if fate.error is None else "failed"
        self._hosting.forget(self.id)
        self._settle(fate.error or ConflictError(f"the session has ended: {fate.reason}"))
        watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            watcher.end()
        self._figures.pause()
        self.ended.set()

    def _pass_on(self, shown: Shown) -> None:
        self._figures.came(self._clock(), shown.late_s, shown.skipped, shown.delay_s)
        self._on_frame(shown.skipped)
        stale = shown.epoch < self._epoch
        sound = bytes(len(shown.sound)) if stale else shown.sound
        packets: dict[Form, LivePacket] = {
            form: LivePacket(
                shown.pts, self.options.fps, picture, shown.width, shown.height,
                4 if form == "rgba" else shown.channels, sound, shown.events,
            )
            for form, picture in shown.pictures.items()
        }  # fmt: skip
        for watcher in self._watchers:
            if watcher.form in packets:
                watcher.offer(packets[watcher.form])

    def _leave(self, subscription: Subscription) -> None:
        self._watchers.remove(subscription)
        self._touched = self._clock()
        self._show()

    def _show(self) -> None:
        """Tell what is wanted, where that has changed."""
        if self.state in ("created", "preparing"):
            return
        forms = frozenset(watcher.form for watcher in self._watchers)
        if forms == self._shown:
            return
        if not self._shown:
            self._figures.begin(self._clock())
        elif not forms:
            self._figures.pause()
        self._shown = forms
        self.state = "running" if forms else "paused"
        self._hosting.tell(Show(self.id, forms))

    def _tell(self, control: Control) -> None:
        self.check()
        self._touched = self._clock()
        self._hosting.tell(Tell(self.id, control))

    def check(self) -> None:
        """ConflictError when it has ended."""
        if self.fate is not None:
            raise ConflictError(f"the session has ended: {self.fate.reason}")

    def _settle(self, error: MienError | None) -> None:
        if self._opened.done():
            return
        if error is None:
            self._opened.set_result(None)
        else:
            self._opened.set_exception(error)
            self._opened.exception()  # it need not be asked for
