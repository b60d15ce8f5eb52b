"""All peers of all sessions: how many there may be, and that none outlives its end."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mien.service.errors import BusyError, NotFoundError
from mien.service.rtc.ice import IceServer
from mien.service.rtc.offers import Offer
from mien.service.rtc.peer import CONNECTS_WITHIN_S, Media, Peer

Role: TypeAlias = Literal["whep", "whip"]
"""Whether it watches or sends."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Most peers of one session, and of all."""

    each: int
    all: int


@dataclass(frozen=True, slots=True)
class _Place:
    session: str
    role: Role
    id: str


class Peers:
    """Used in the event loop."""

    def __init__(
        self,
        servers: Sequence[IceServer],
        limits: Limits,
        on_count: Callable[[int], None] = lambda count: None,
        connects_within_s: float = CONNECTS_WITHIN_S,
    ) -> None:
        """on_count: told how many there are."""
        self._limits, self._on_count = limits, on_count
        self._connects_within_s = connects_within_s
        self.servers = tuple(servers)
        self._peers: dict[_Place, Peer] = {}
        self._lives: dict[_Place, asyncio.Task[None]] = {}

    def servers_now(self) -> tuple[IceServer, ...]:
        """With what somebody who comes now may use them by."""
        return tuple(each.at(time.time()) for each in self.servers)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._peers)

    async def open(self, session: str, role: Role, offer: Offer, media: Media) -> tuple[str, str]:
        """A new peer's id and the answer to its offer. One that sends takes the place of the one
        before it. Raises UnusableOfferError, BusyError."""
        self._check_room(session)
        place = _Place(session, role, secrets.token_hex(16))
        peer = self._peers[place] = Peer(media, self.servers_now(), self._connects_within_s)
        self._on_count(len(self._peers))
        try:
            answer = await peer.answer(offer)
        except BaseException:
            self._forget(place)
            await peer.close()
            raise
        self._lives[place] = life = asyncio.create_task(peer.live())
        life.add_done_callback(lambda _: self._forget(place))
        if role == "whip":
            await self._end_all(self._others(place))
        return place.id, answer

    async def end(self, session: str, role: Role, peer: str) -> None:
        """Raises NotFoundError."""
        place = _Place(session, role, peer)
        if place not in self._lives:
            raise NotFoundError("there is no such connection; it may have ended by itself")
        await self._end_all([place])

    async def close(self) -> None:
        """End all."""
        await self._end_all(list(self._lives))

    def _check_room(self, session: str) -> None:
        if len(self._peers) >= self._limits.all:
            raise BusyError("too many WebRTC connections; try again when some have ended")
        if Counter(place.session for place in self._peers)[session] >= self._limits.each:
            raise BusyError("this session has too many WebRTC connections; end one of them")

    def _others(self, place: _Place) -> list[_Place]:
        return [
            each
            for each in self._lives
            if (each.session, each.role) == (place.session, place.role) and each != place
        ]

    async def _end_all(self, places: Sequence[_Place]) -> None:
        for place in places:
            self._peers[place].end()
        await asyncio.gather(*(self._lives[place] for place in places), return_exceptions=True)

    def _forget(self, place: _Place) -> None:
        del self._peers[place]
        self._lives.pop(place, None)
        self._on_count(len(self._peers))
