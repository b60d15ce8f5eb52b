"""Offers as browsers write them, shortened, to be damaged by tests."""

from __future__ import annotations

_HEAD = ("v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE {}")
_TRANSPORT = (
    "a=ice-ufrag:EsAw",
    "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
    "a=fingerprint:sha-256 " + ":".join(["D2"] * 32),
    "a=setup:actpass",
)
_CODECS = {
    "audio": ("m=audio 9 UDP/TLS/RTP/SAVPF 111", ("a=rtpmap:111 opus/48000/2",)),
    "video": (
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98",
        (
            "a=rtpmap:96 VP8/90000",
            "a=rtpmap:97 rtx/90000",
            "a=fmtp:97 apt=96",
            "a=rtpmap:98 H264/90000",
            "a=fmtp:98 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        ),
    ),
}


def offer(*kinds: str, way: str = "recvonly", swap: dict[str, str] | None = None) -> bytes:
    """An offer of sections of these kinds, with texts in it exchanged for others."""
    mids = " ".join(str(number) for number in range(len(kinds)))
    lines = [line.format(mids) for line in _HEAD]
    for number, kind in enumerate(kinds):
        media, codecs = _CODECS[kind]
        lines += [media, "c=IN IP4 0.0.0.0", *_TRANSPORT, f"a=mid:{number}", f"a={way}"]
        lines += ["a=rtcp-mux", *codecs]
    text = "".join(f"{line}\r\n" for line in lines)
    for old, new in (swap or {}).items():
        assert old in text
        text = text.replace(old, new)
    return text.encode()
