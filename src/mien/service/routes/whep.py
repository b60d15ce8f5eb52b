"""Watching a session over WebRTC (WHEP)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from mien.errors import OptionError
from mien.service.parts import TheService
from mien.service.routes.rtc_answers import (
    PROBLEMS,
    PeerId,
    SessionId,
    answered,
    ended,
    offer_of,
    offering,
    session_of,
)
from mien.service.rtc.watching import Watching
from mien.service.security.guard import Caller

router = APIRouter(prefix="/v1/sessions/{id}/whep", tags=["sessions"])

_EXAMPLE = """v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=ice-ufrag:EsAw
a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
a=fingerprint:sha-256 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:2C:C2:A2:C0:3E:FD:34:8E:\
5E:EA:6F:AF:52:CE:E6:0F
a=setup:actpass
a=mid:0
a=recvonly
a=rtcp-mux
a=rtpmap:96 VP8/90000
"""


@router.post(
    "",
    operation_id="watchSession",
    summary="Watch a session over WebRTC (WHEP)",
    status_code=201,
    response_class=Response,
    **offering(_EXAMPLE),
)
async def watch(
    id: SessionId,
    request: Request,
    service: TheService,
    owner: Caller,
    alpha: Annotated[
        Literal["none", "stacked"],
        Query(description="`stacked`: below the picture, its matte; of transparent sessions."),
    ] = "none",
) -> Response:
    """The body is an SDP offer to receive video (H.264 or VP8), audio (Opus), or both, all on one
    transport, with all its candidates. The connection ends with DELETE at `Location`, with the
    session, or when the viewer is gone; one that is not there within 20 seconds is forgotten."""
    session = session_of(service, owner, id)
    stacked = alpha == "stacked"
    if stacked and not session.options.transparent:
        raise OptionError("alpha", "can be stacked only of a session that is transparent")
    offer = await offer_of(request, "recvonly")
    return await answered(service, session, "whep", offer, Watching(session, stacked=stacked))


@router.delete(
    "/{peer}",
    operation_id="stopWatching",
    summary="Stop watching",
    response_class=Response,
    responses=PROBLEMS,
)
async def leave(id: SessionId, peer: PeerId, service: TheService, owner: Caller) -> Response:
    """Answered when nothing of the connection is left."""
    return await ended(service, owner, id, "whep", peer)
