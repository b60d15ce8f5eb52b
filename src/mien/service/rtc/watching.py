"""What a WHEP peer is shown of a session."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from aiortc import RTCPeerConnection, RTCRtpReceiver

from mien.service.live import LiveSession, Subscription
from mien.service.rtc.codecs import add_section
from mien.service.rtc.offers import Kind
from mien.service.rtc.pacing import Pace
from mien.service.rtc.pictures import video_frame
from mien.service.rtc.tracks import PictureTrack, SoundTrack


class Watching:
    """One viewer of a session."""

    def __init__(self, session: LiveSession, *, stacked: bool) -> None:
        """stacked: the matte goes along, below the picture."""
        self._session = session
        pace = Pace()
        self._pictures = PictureTrack(partial(video_frame, stacked=stacked), pace)
        self._sound = SoundTrack(pace)
        self._subscription: Subscription | None = None
        self._clears = 0

    @property
    def ended(self) -> asyncio.Event:
        """Of the session."""
        return self._session.ended

    def attach(self, connection: RTCPeerConnection, kinds: Sequence[Kind]) -> None:
        """Send what was asked for."""
        for kind in kinds:
            add_section(connection, self._pictures if kind == "video" else self._sound, "sendonly")

    async def run(self, receivers: Sequence[RTCRtpReceiver]) -> None:
        """Show what the session shows, until it ends. Raises ConflictError if it has."""
        subscription = self._session.subscribe("raw", self._hear_of_clears)
        self._subscription = subscription
        try:
            async for packet in subscription:
                self._sound.say(packet)  # it tells when the picture is due
                self._pictures.show(packet)
        finally:
            subscription.close()

    def _hear_of_clears(self) -> None:
        """What is on its way out is interrupted at once, not with the next packet."""
        if self._subscription is not None and self._subscription.clears > self._clears:
            self._clears = self._subscription.clears
            self._sound.hush()
