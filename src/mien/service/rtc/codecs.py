"""Which codecs are spoken: of those that aiortc knows, the ones that browsers must know too."""

from __future__ import annotations

from typing import Literal

from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender

_SPOKEN = ("video/H264", "video/VP8", "video/rtx", "audio/opus")


def add_section(
    connection: RTCPeerConnection,
    what: MediaStreamTrack | Literal["audio", "video"],
    way: Literal["sendonly", "recvonly"],
) -> None:
    """A section for a track, or for one that will come. The other end's favourite is taken."""
    transceiver = connection.addTransceiver(what, direction=way)
    if transceiver.kind == "audio":  # of pictures, all are spoken, and the order would be ours
        known = RTCRtpSender.getCapabilities("audio").codecs
        transceiver.setCodecPreferences([each for each in known if each.mimeType in _SPOKEN])
