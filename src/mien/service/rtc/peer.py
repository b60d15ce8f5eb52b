"""One peer: from its offer to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from aiortc import (
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import OperationError
from aiortc.sdp import SessionDescription

from mien.errors import MienError
from mien.service.errors import BusyError
from mien.service.rtc.ending import until_one_ends
from mien.service.rtc.errors import UnusableOfferError
from mien.service.rtc.ice import IceServer
from mien.service.rtc.offers import Kind, Offer
from mien.service.rtc.tuning import bound, forget_backlog

CONNECTS_WITHIN_S = 20.0
_CLOSES_WITHIN_S = 10.0
_UNREADABLE = (ValueError, AssertionError, LookupError, StopIteration, TypeError, AttributeError)
"""With which aiortc's parser meets what it does not expect."""
_NO_CODEC = (
    "none of its codecs is known; offer VP8, or H.264 baseline with packetization-mode 1, and Opus"
)
_log = logging.getLogger(__name__)


class Media(Protocol):
    """What goes over a connection."""

    @property
    def ended(self) -> asyncio.Event:
        """Whether there is nothing to show or to send to any more."""

    def attach(self, connection: RTCPeerConnection, kinds: Sequence[Kind]) -> None:
        """Before the offer is answered."""

    async def run(self, receivers: Sequence[RTCRtpReceiver]) -> None:
        """From when it is connected. When it ends the connection does. Raises MienError."""


class Peer:
    """``answer`` its offer, then ``live``."""

    def __init__(
        self,
        media: Media,
        servers: Sequence[IceServer],
        connects_within_s: float = CONNECTS_WITHIN_S,
    ) -> None:
        self._media = media
        self._connects_within_s = connects_within_s
        told = [RTCIceServer(each.url, each.name, each.password) for each in servers]
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=told))
        self._connected, self._ended = asyncio.Event(), asyncio.Event()
        self._connection.on("connectionstatechange", self._note)

    async def answer(self, offer: Offer) -> str:
        """With all candidates. Raises UnusableOfferError, and BusyError if this machine has no
        sockets left."""
        self._media.attach(self._connection, offer.kinds)
        try:
            SessionDescription.parse(offer.text)
        except _UNREADABLE:
            raise UnusableOfferError("a line of it is not as its RFC says") from None
        remote = RTCSessionDescription(offer.text, "offer")
        try:
            await self._connection.setRemoteDescription(remote)
            bound(self._connection)
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except OperationError:
            raise UnusableOfferError(_NO_CODEC) from None
        except ValueError as error:
            raise UnusableOfferError(str(error)) from None
        except OSError:
            raise BusyError("no more sockets can be opened; try again later") from None
        return self._connection.localDescription.sdp

    async def live(self) -> None:
        """Until the peer, its session or :meth:`end` ends it; then all is closed."""
        try:
            ends = self._ended, self._media.ended
            async with asyncio.timeout(self._connects_within_s):
                await until_one_ends(*(each.wait() for each in (self._connected, *ends)))
            if not any(each.is_set() for each in ends):
                receivers = self._connection.getReceivers()
                await until_one_ends(self._media.run(receivers), self._ended.wait())
        except TimeoutError:
            _log.info("a WebRTC peer did not connect in time")
        except MienError as error:
            _log.info("a WebRTC peer is let go: %s", error)
        finally:
            await self.close()

    def end(self) -> None:
        """``live`` ends soon."""
        self._connected.set()
        self._ended.set()

    async def close(self) -> None:
        """Give everything back."""
        for receiver in self._connection.getReceivers():
            forget_backlog(receiver)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSES_WITHIN_S):
                await self._connection.close()

    def _note(self) -> None:
        state = self._connection.connectionState
        if state == "connected":
            self._connected.set()
        elif state in ("failed", "closed"):
            self.end()
