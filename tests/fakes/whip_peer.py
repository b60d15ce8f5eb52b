"""A client of WHIP and WHEP written from RFC 9725 and the WHEP draft; nothing of the service is
imported. Each ``check_`` is a rule of theirs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urljoin, urlsplit

import httpx2
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)

SDP = "application/sdp"
_LINK = re.compile(r'<(?P<url>[^>]+)>(?P<rest>(?:\s*;\s*[\w-]+="(?:[^"\\]|\\.)*")*)')
_PARAMETER = re.compile(r'([\w-]+)="((?:[^"\\]|\\.)*)"')


@dataclass
class Exchange:
    """An offer that was answered. place: of the connection, whole."""

    connection: RTCPeerConnection
    answer: str
    place: str
    servers: list[RTCIceServer] = field(default_factory=list)

    def sections(self) -> list[list[str]]:
        """The answer's lines, of each medium."""
        lines = self.answer.split("\r\n")
        starts = [number for number, line in enumerate(lines) if line.startswith("m=")]
        ends = [*starts[1:], len(lines)]
        return [lines[start:end] for start, end in zip(starts, ends, strict=True)]


def links(response: httpx2.Response) -> list[RTCIceServer]:
    """STUN and TURN servers of Link headers (RFC 9725, section 4.6)."""
    found = []
    for header in response.headers.get_list("link"):
        for each in _LINK.finditer(header):
            told = {
                name: value.replace("\\", "") for name, value in _PARAMETER.findall(each["rest"])
            }
            if told.get("rel") == "ice-server":
                assert told.get("credential-type", "password") == "password"
                found.append(
                    RTCIceServer(each["url"], told.get("username"), told.get("credential"))
                )
    return found


async def begin(
    http: httpx2.AsyncClient,
    path: str,
    *what: MediaStreamTrack | Literal["audio", "video"],
    codec: str | None = None,
    relays: list[RTCIceServer] | None = None,
) -> Exchange:
    """Offer tracks to send, or kinds to receive. codec: the only one for video. relays: the
    connection goes over one of these and nowhere else."""
    policy = RTCIceTransportPolicy.ALL if relays is None else RTCIceTransportPolicy.RELAY
    connection = RTCPeerConnection(RTCConfiguration(relays or [], iceTransportPolicy=policy))
    for each in what:
        way = "recvonly" if isinstance(each, str) else "sendonly"
        transceiver = connection.addTransceiver(each, direction=way)
        if codec is not None and transceiver.kind == "video":
            known = RTCRtpSender.getCapabilities("video").codecs
            transceiver.setCodecPreferences([one for one in known if one.mimeType == codec])
    await connection.setLocalDescription(await connection.createOffer())
    offer = connection.localDescription.sdp
    response = await http.post(path, content=offer, headers={"Content-Type": SDP})
    exchange = check_created(connection, response)
    check_answer(exchange, sending=not isinstance(what[0], str))
    await connection.setRemoteDescription(RTCSessionDescription(response.text, "answer"))
    return exchange


@asynccontextmanager
async def meeting(
    http: httpx2.AsyncClient,
    path: str,
    *what: MediaStreamTrack | Literal["audio", "video"],
    codec: str | None = None,
    relays: list[RTCIceServer] | None = None,
) -> AsyncIterator[Exchange]:
    """As :func:`begin`; ended by DELETE, which ends it once."""
    exchange = await begin(http, path, *what, codec=codec, relays=relays)
    try:
        yield exchange
        await check_ended(http, exchange)
    finally:
        await exchange.connection.close()


def check_created(connection: RTCPeerConnection, response: httpx2.Response) -> Exchange:
    """201, without a redirect, with the answer and where the connection is."""
    assert response.status_code == 201, response.text
    assert not response.history
    assert response.headers["content-type"].partition(";")[0] == SDP
    location = response.headers["location"]
    assert location.startswith(("/", "http://", "https://"))  # no place relative to the endpoint
    place = urljoin(str(response.url), location)
    assert urlsplit(place).netloc == urlsplit(str(response.url)).netloc
    return Exchange(connection, response.text, place, links(response))


def check_answer(exchange: Exchange, *, sending: bool) -> None:
    """One transport, one way, all candidates at once, and nothing refused by halves."""
    head = exchange.answer.partition("m=")[0]
    sections = exchange.sections()
    mids = [line[6:] for lines in sections for line in lines if line.startswith("a=mid:")]
    assert f"a=group:BUNDLE {' '.join(mids)}\r\n" in head
    assert len(mids) == len(sections) == len(exchange.connection.getTransceivers())
    for lines in sections:
        assert lines[0].split()[1] != "0"
        assert ("a=recvonly" if sending else "a=sendonly") in lines
        assert "a=rtcp-mux" in lines
        assert {"a=setup:active", "a=setup:passive"} & set(lines)
        assert any(
            line.startswith("a=fingerprint:sha-256 ") for line in [*lines, *head.split("\r\n")]
        )
        if not sending:
            assert sum(line.startswith("a=msid:") for line in lines) == 1
    first = sections[0]
    candidates = [line.split() for line in first if line.startswith("a=candidate:")]
    assert candidates
    assert all(each[2].lower() == "udp" for each in candidates)
    assert "a=end-of-candidates" in first


async def check_ended(http: httpx2.AsyncClient, exchange: Exchange) -> None:
    """DELETE ends the connection, and what has ended is not there."""
    assert (await http.delete(exchange.place)).status_code in (200, 204)
    assert (await http.delete(exchange.place)).status_code == 404


async def check_other_methods(http: httpx2.AsyncClient, exchange: Exchange) -> None:
    """Candidates that trickle and restarts are refused (section 4.3), GET and PUT stand for
    nothing."""
    fragment = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
    kind = {"Content-Type": "application/trickle-ice-sdpfrag"}
    patched = await http.patch(exchange.place, content=fragment, headers=kind)
    assert patched.status_code in (405, 422)
    for method in ("GET", "PUT"):
        assert (await http.request(method, exchange.place)).status_code == 405


async def check_refusals(http: httpx2.AsyncClient, path: str, offer: str) -> None:
    """What cannot be taken is refused whole, with a problem."""
    for kind, accept, body, status in (
        ("application/json", "*/*", offer, 415),
        (SDP, "text/html", offer, 406),
        (SDP, "*/*", "", 400),
        (SDP, "*/*", "what?", 400),
        (SDP, "*/*", offer.replace("a=rtcp-mux", "a=x-none"), 422),
        (SDP, "*/*", re.sub("a=(recvonly|sendonly)", "a=inactive", offer), 422),
        (SDP, "*/*", offer.replace("a=group:BUNDLE", "a=group:LS"), 422),
    ):
        headers = {"Content-Type": kind, "Accept": accept}
        response = await http.post(path, content=body, headers=headers)
        assert response.status_code == status, (status, response.text)
        assert response.headers["content-type"] == "application/problem+json"
        assert "location" not in response.headers


async def check_keys(url: str, path: str, offer: str, words: tuple[str | None, ...]) -> None:
    """Without the key, or with another, nobody is let in."""
    async with httpx2.AsyncClient(base_url=url, timeout=60) as anybody:
        for word in words:
            headers = {"Content-Type": SDP}
            if word is not None:
                headers["Authorization"] = f"Bearer {word}"
            response = await anybody.post(path, content=offer, headers=headers)
            assert response.status_code in (401, 403)
            assert response.headers["www-authenticate"].lower().startswith("bearer")


async def check_preflight(url: str, path: str, origin: str) -> None:
    """A page asks without a key, and may read what it needs."""
    asks = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    async with httpx2.AsyncClient(base_url=url, timeout=60) as anybody:
        response = await anybody.options(path, headers=asks)
        assert response.status_code in (200, 204)
        assert response.headers["accept-post"] == SDP
        assert response.headers["access-control-allow-origin"] in (origin, "*")
        allowed = response.headers["access-control-allow-methods"].upper()
        assert {"POST", "DELETE"} <= set(re.split(r",\s*", allowed))
        asked = await anybody.post(path, headers={"Origin": origin})
        exposed = asked.headers["access-control-expose-headers"].lower()
        assert {"location", "link"} <= set(re.split(r",\s*", exposed))
