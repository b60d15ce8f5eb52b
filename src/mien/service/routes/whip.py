"""Sending a camera and a microphone to a session over WebRTC (WHIP, RFC 9725)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

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
from mien.service.rtc.sending import Microphone, Sending
from mien.service.security.guard import Caller

router = APIRouter(prefix="/v1/sessions/{id}/whip", tags=["sessions"])

_EXAMPLE = """v=0
o=- 5228595038118931041 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=ice-ufrag:zjkk
a=ice-pwd:TP9bKpQnR1T3u0yA6bRkxq2C
a=fingerprint:sha-256 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:2C:C2:A2:C0:3E:FD:34:8E:\
5E:EA:6F:AF:52:CE:E6:0F
a=setup:actpass
a=mid:0
a=sendonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
"""


@router.post(
    "",
    operation_id="sendToSession",
    summary="Drive a session by camera and microphone over WebRTC (WHIP)",
    status_code=201,
    response_class=Response,
    **offering(_EXAMPLE),
)
async def send(
    id: SessionId,
    request: Request,
    service: TheService,
    owner: Caller,
    audio: Annotated[
        Microphone, Query(description="`lips`: the session says it; `none`: it is not heard.")
    ] = "lips",
) -> Response:
    """The body is an SDP offer to send video (H.264 or VP8), audio (Opus), or both, all on one
    transport, with all its candidates. The face follows the newest picture of the camera. One peer
    sends at a time: a new one ends the one before. Nothing of it is kept."""
    session = session_of(service, owner, id)
    offer = await offer_of(request, "sendonly")
    return await answered(service, session, "whip", offer, Sending(session, audio))


@router.delete(
    "/{peer}",
    operation_id="stopSending",
    summary="Stop sending",
    response_class=Response,
    responses=PROBLEMS,
)
async def leave(id: SessionId, peer: PeerId, service: TheService, owner: Caller) -> Response:
    """Answered when nothing of the connection is left."""
    return await ended(service, owner, id, "whip", peer)
