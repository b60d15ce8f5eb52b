"""What WHEP and WHIP have in common: offers in, answers out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Request, Response

from mien.service.errors import (
    ConflictError,
    NotAcceptableError,
    TooLargeError,
    UnsupportedKindError,
)
from mien.service.live import LiveSession
from mien.service.parts import Service
from mien.service.problems import documented
from mien.service.rtc.offers import Offer, Way, read_offer
from mien.service.rtc.peer import Media
from mien.service.rtc.peers import Role
from mien.service.rtc.sdp import MOST_BYTES
from mien.service.rtc.signposts import SDP
from mien.service.security.keys import Owner

PROBLEMS = documented(404, 422)
_ID = "^[0-9a-f]{32}$"
SessionId = Annotated[
    str, Path(pattern=_ID, examples=["8b1e0c5f7d2a4e6f9c3b1a0d5e7f2c48"], description="A session.")
]
PeerId = Annotated[
    str,
    Path(
        pattern=_ID,
        examples=["0f3e5a7c9b1d4f6e8a2c4e6f80123456"],
        description="A connection: what `Location` ends with.",
    ),
]


def offering(example: str) -> dict[str, Any]:
    """What the document says of a route that takes offers."""
    examples = {"offer": {"summary": "An offer, shortened", "value": example}}
    content = {SDP: {"schema": {"type": "string"}, "examples": examples}}
    text = {"schema": {"type": "string"}}
    headers = {
        "Location": {"description": "Of the connection, for DELETE.", **text},
        "Link": {"description": 'STUN and TURN servers, `rel="ice-server"`.', **text},
    }
    return {
        "responses": {
            201: {"description": "The SDP answer.", "content": {SDP: text}, "headers": headers},
            **documented(404, 406, 409, 415, 422, 503),
        },
        "openapi_extra": {"requestBody": {"required": True, "content": content}},
    }


def session_of(service: Service, owner: Owner, id: str) -> LiveSession:
    """One that can be joined. Raises NotFoundError, ConflictError."""
    session = service.live.find(owner, id)
    if session.fate is not None:
        raise ConflictError(f"the session has ended: {session.fate.reason}")
    return session


async def offer_of(request: Request, way: Way) -> Offer:
    """The offer in the body. Raises UnsupportedKindError, NotAcceptableError, TooLargeError, and
    what reading it raises."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != SDP:
        raise UnsupportedKindError(f"send an SDP offer, with Content-Type: {SDP}")
    if not _accepts_sdp(request.headers.get("accept", "")):
        raise NotAcceptableError(f"the answer is {SDP}; accept that")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooLargeError(f"an offer of more than {MOST_BYTES // 1000} kB is not taken")
    return read_offer(bytes(body), way)


async def answered(
    service: Service, session: LiveSession, role: Role, offer: Offer, media: Media
) -> Response:
    """201 with the answer."""
    id, answer = await service.peers.open(session.id, role, offer, media)
    response = Response(answer, 201, media_type=SDP)
    response.headers["Location"] = f"/v1/sessions/{session.id}/{role}/{id}"
    for server in service.peers.servers_now():
        response.headers.append("Link", server.link)
    return response


async def ended(service: Service, owner: Owner, session: str, role: Role, peer: str) -> Response:
    """200 once nothing of the connection is left."""
    service.live.find(owner, session)
    await service.peers.end(session, role, peer)
    return Response()


def _accepts_sdp(accept: str) -> bool:
    if not accept.strip():
        return True
    kinds = [each.partition(";")[0].strip().lower() for each in accept.split(",")]
    return any(kind in (SDP, "application/*", "*/*") for kind in kinds)
