from __future__ import annotations

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.offers import offer
from mien.errors import InputError
from mien.service.rtc.errors import MalformedOfferError, UnusableOfferError
from mien.service.rtc.offers import read_offer
from mien.service.rtc.sdp import MOST_BYTES

pytestmark = pytest.mark.unit

GOOD = offer("video", "audio")
SHA = "sha-256 " + ":".join(["D2"] * 32)


def refused(body: bytes) -> str:
    with pytest.raises(UnusableOfferError) as caught:
        read_offer(body, "recvonly")
    return str(caught.value)


def test_what_browsers_offer_is_taken() -> None:
    assert read_offer(GOOD, "recvonly").kinds == ("video", "audio")
    assert read_offer(GOOD.replace(b"\r\n", b"\n"), "recvonly").kinds == ("video", "audio")
    assert read_offer(offer("audio", way="sendonly"), "sendonly").kinds == ("audio",)
    assert read_offer(offer("video", way="sendrecv"), "recvonly").kinds == ("video",)


def test_transport_may_be_said_once_above_all_sections() -> None:
    lines = GOOD.decode().splitlines(keepends=True)
    transport = [line for line in lines if line.startswith(("a=ice-", "a=finger", "a=setup"))]
    rest = [line for line in lines if line not in transport]
    body = "".join([*rest[:5], *transport[:4], *rest[5:]]).encode()
    assert read_offer(body, "recvonly").kinds == ("video", "audio")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        b"\x00" * 100,
        b"\xff\xfe",
        b'{"sdp": "v=0"}',
        b"v=0\r\n",
        b"v=1\r\no=-\r\ns=-\r\nt=0 0\r\n",
        GOOD + b"\r\n\r\n",
        GOOD + b"a=x\x00y\r\n",
        GOOD + b"a=" + b"x" * 5000 + b"\r\n",
        GOOD + b"a=ssrc:1 cname:x\r\n" * 2000,
        GOOD.replace(b"m=video 9 ", b"m=video -1 "),
        GOOD.replace(b"m=video 9 UDP/TLS/RTP/SAVPF 96 97 98", b"m=video"),
        GOOD + b"a=" * MOST_BYTES,
    ],
)
def test_what_is_no_description_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedOfferError, match="the body is no SDP offer"):
        read_offer(body, "recvonly")


@pytest.mark.parametrize(
    ("swap", "words"),
    [
        ({"recvonly": "sendonly"}, "a=recvonly"),
        ({"recvonly": "inactive"}, "a=recvonly"),
        ({"a=recvonly\r\n": ""}, "a=recvonly"),
        ({"a=recvonly\r\n": "a=recvonly\r\na=sendonly\r\n"}, "a=recvonly"),
        ({"a=rtcp-mux\r\n": ""}, "rtcp-mux"),
        ({"m=audio": "m=video"}, "more than one section of video"),
        ({"m=audio": "m=application"}, "section of application"),
        ({"UDP/TLS/RTP/SAVPF": "RTP/AVP"}, "profile"),
        ({"m=video 9": "m=video 0"}, "port is 0"),
        ({"VP8": "VP9", "H264": "AV1"}, "H264 or VP8"),
        ({"opus/48000/2": "PCMU/8000"}, "OPUS"),
        ({"a=ice-ufrag:EsAw\r\n": ""}, "ice-ufrag is missing"),
        ({"EsAw": "E"}, "ice-ufrag"),
        ({"P2uYro0UCOQ4zxjKXaWCBui1": "short"}, "ice-pwd"),
        ({SHA: "sha-1 D2:D2"}, "fingerprint"),
        ({f"a=fingerprint:{SHA}\r\n": ""}, "fingerprint"),
        ({SHA: SHA[:-3]}, "fingerprint"),
        ({"a=setup:actpass\r\n": ""}, "setup is missing"),
        ({"setup:actpass": "setup:holdconn"}, "setup"),
        ({"setup:actpass": "setup:actpass\r\na=setup:active"}, "setup is there twice"),
        ({"a=group:BUNDLE 0 1\r\n": ""}, "BUNDLE"),
        ({"BUNDLE 0 1": "BUNDLE 0"}, "BUNDLE"),
        ({"a=mid:1\r\n": ""}, "a=mid"),
        ({"a=mid:1": "a=mid:0"}, "a=mid"),
    ],
)
def test_what_would_be_another_connection_is_refused_whole(
    swap: dict[str, str], words: str
) -> None:
    assert words in refused(offer("video", "audio", swap=swap))


def test_an_offer_of_nothing_is_refused() -> None:
    assert "no audio or video" in refused(b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n")


def test_only_candidates_with_addresses_that_can_be_reached_are_kept() -> None:
    lines = [
        "1 1 udp 2113937151 192.0.2.7 50000 typ host generation 0",
        "2 1 UDP 2113937151 2001:db8::7 50000 typ srflx raddr 0.0.0.0 rport 0",
        "3 1 udp 2113937151 0f3e5a7c.local 50000 typ host",
        "4 1 udp 1 intranet.example 80 typ host",
        "5 1 tcp 1 192.0.2.7 9 typ host tcptype active",
        "6 1 udp 1 224.0.0.1 5000 typ host",
        "7 1 udp 1 0.0.0.0 5000 typ host",
        "8 1 udp 1 192.0.2.7 0 typ host",
        "9 2 udp 1 192.0.2.7 5000 typ host",
        "nonsense",
        "10 1 udp 1 127.0.0.1 5000 typ host",
        "11 1 udp 1 ::1 5000 typ host",
        "12 1 udp 1 169.254.169.254 8080 typ host",
        "13 1 udp 1 fe80::1 5000 typ host",
        "14 1 udp 1 ::ffff:10.0.0.1 5000 typ host",
        "15 1 udp 1 8.8.8.8 53 typ host",
        "16 1 udp 1 10.0.0.1 443 typ host",
        "17 1 udp 1 255.255.255.255 5000 typ host",
    ]
    sent = "".join(f"a=candidate:{line}\r\n" for line in lines)
    text = read_offer(offer("video") + sent.encode(), "recvonly").text
    kept = [line[12:] for line in text.splitlines() if line.startswith("a=candidate:")]
    assert kept == lines[:2]
    relay = "a=candidate:1 1 udp 1 8.8.8.8 443 typ relay raddr 0.0.0.0 rport 0"
    assert relay in read_offer(offer("video") + relay.encode() + b"\r\n", "recvonly").text


def test_no_more_candidates_are_tried_than_a_peer_can_have() -> None:
    many = "a=candidate:1 1 udp 1 192.0.2.7 50000 typ host\r\n" * 400
    body = offer("video", "audio", swap={"a=mid:0\r\n": f"a=mid:0\r\n{many}"}) + many.encode()
    assert read_offer(body, "recvonly").text.count("candidate") == 32


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_comes_is_taken_or_refused(body: bytes) -> None:
    with pytest.raises(InputError):
        read_offer(body, "recvonly")


NOT_UNDERSTOOD = (ValueError, AssertionError, LookupError, StopIteration, TypeError, AttributeError)
"""With which aiortc's parser meets lines without a value; the peer refuses such an offer."""


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from("dcx"), st.integers(0, 40), st.text()),
        min_size=1,
        max_size=4,
    )
)
def test_a_damaged_offer_that_is_taken_has_what_aiortc_needs(
    damages: list[tuple[int, str, int, str]],
) -> None:
    lines = GOOD.decode().splitlines()
    for where, how, other, text in damages:
        where, other = where % len(lines), other % len(lines)
        if how == "d" and len(lines) > 1:
            del lines[where]
        elif how == "c":
            lines.insert(where, lines[other])
        else:
            lines[where] = lines[where][: other % 30] + text
    try:
        taken = read_offer("\r\n".join(lines).encode(errors="replace"), "recvonly")
        parsed = SessionDescription.parse(taken.text)
    except (InputError, *NOT_UNDERSTOOD):
        return
    assert [media.kind for media in parsed.media] == list(taken.kinds)
    for media in parsed.media:
        assert media.dtls is not None
        assert media.dtls.fingerprints
        assert media.ice.usernameFragment
        assert media.ice.password
        assert media.rtcp_mux
        assert media.direction in ("recvonly", "sendrecv")
