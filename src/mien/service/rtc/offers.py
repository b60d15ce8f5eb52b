"""Which offers are taken: the rules of WHIP (RFC 9725) and WHEP. aiortc itself takes anything."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mien.service.rtc import sdp
from mien.service.rtc.errors import UnusableOfferError
from mien.service.rtc.sdp import Section

Kind: TypeAlias = Literal["audio", "video"]
Way: TypeAlias = Literal["recvonly", "sendonly"]
"""Which way the one who offers wants sound and pictures to go."""

_KINDS: dict[str, Kind] = {"audio": "audio", "video": "video"}
_PROFILES = ("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP")
_CODECS = {"audio": ("opus/48000/2",), "video": ("h264/90000", "vp8/90000")}
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_SETUPS = ("actpass", "active", "passive")
_DIGEST_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_ICE = "[A-Za-z0-9+/]"
_UFRAG, _PASSWORD = re.compile(_ICE + "{4,256}"), re.compile(_ICE + "{22,256}")
_MID = re.compile(r"[\w.+-]{1,32}", re.ASCII)
_CANDIDATE = re.compile(
    r"[A-Za-z0-9+/]{1,32} 1 udp \d{1,10} (\S{1,64}) (\d{1,5}) typ (?:host|srflx|prflx|relay)"
    r"(?: [\x21-\x7e]+ [\x21-\x7e]+)*",
    re.IGNORECASE,
)
_MOST_CANDIDATES = 32
"""Of all sections."""
_PRIVILEGED = 1023


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that can be answered. text: what of it aiortc is given. kinds: of its sections, in
    order."""

    text: str
    kinds: tuple[Kind, ...]


def read_offer(body: bytes, way: Way) -> Offer:
    """The offer of somebody who wants to receive or to send. Raises MalformedOfferError, and
    UnusableOfferError if any part of it cannot be had: nothing is taken by halves."""
    description = sdp.read(body)
    sections = description.sections
    kinds = _kinds(sections)
    for section in sections:
        _check_media(section, way)
        _check_transport(section, description.head)
    _check_bundle(description)
    return Offer(sdp.write(description.head, _kept(sections)), kinds)


def _kinds(sections: tuple[Section, ...]) -> tuple[Kind, ...]:
    if not sections:
        raise UnusableOfferError("it has no audio or video section")
    for section in sections:
        if section.kind not in _KINDS:
            raise UnusableOfferError(f"it has a section of {section.kind}; offer audio and video")
    kinds = tuple(_KINDS[section.kind] for section in sections)
    for kind in set(kinds):
        if kinds.count(kind) > 1:
            raise UnusableOfferError(f"it has more than one section of {kind}")
    return kinds


def _check_media(section: Section, way: Way) -> None:
    if section.profile not in _PROFILES:
        raise _fault(section, f"its profile is {section.profile} and not {_PROFILES[0]}")
    if section.port == 0 and "a=bundle-only" not in section.lines:
        raise _fault(section, "its port is 0")
    directions = [line[2:] for line in section.lines if line[2:] in _DIRECTIONS]
    if directions not in ([way], ["sendrecv"]):
        raise _fault(section, f"it must say a={way}")
    if "a=rtcp-mux" not in section.lines:
        raise _fault(section, "a=rtcp-mux is missing")
    named = {value.partition(" ")[2].lower() for value in sdp.values(section.lines, "rtpmap")}
    if not named.intersection(_CODECS[section.kind]):
        choice = " or ".join(each.partition("/")[0].upper() for each in _CODECS[section.kind])
        raise _fault(section, f"it offers no {choice}")


def _check_transport(section: Section, head: tuple[str, ...]) -> None:
    """Each may stand in the section, or above all sections."""
    for name, form in (("ice-ufrag", _UFRAG), ("ice-pwd", _PASSWORD)):
        if not form.fullmatch(_only(section, head, name)):
            raise _fault(section, f"a={name} is not what ICE allows")
    if _only(section, head, "setup") not in _SETUPS:
        raise _fault(section, "a=setup must be actpass, active or passive")
    prints = sdp.values(section.lines, "fingerprint") or sdp.values(head, "fingerprint")
    if not prints or len(prints) > 4 or not all(map(_is_fingerprint, prints)):
        raise _fault(section, "a=fingerprint must be there, of sha-256, sha-384 or sha-512")


def _only(section: Section, head: tuple[str, ...], name: str) -> str:
    found = sdp.values(section.lines, name) or sdp.values(head, name)
    if len(found) != 1:
        raise _fault(section, f"a={name} is missing" if not found else f"a={name} is there twice")
    return found[0]


def _is_fingerprint(value: str) -> bool:
    kind, _, digest = value.partition(" ")
    size = _DIGEST_BYTES.get(kind.lower())
    return size is not None and bool(
        re.fullmatch(f"[0-9A-Fa-f]{{2}}(:[0-9A-Fa-f]{{2}}){{{size - 1}}}", digest)
    )


def _check_bundle(description: sdp.Description) -> None:
    """All sections go over one transport, as both drafts say."""
    mids = [mid for each in description.sections for mid in sdp.values(each.lines, "mid")]
    sound = len(mids) == len(description.sections) == len(set(mids))
    if not sound or not all(map(_MID.fullmatch, mids)):
        raise UnusableOfferError("each section needs one a=mid of its own")
    groups = [each.split() for each in sdp.values(description.head, "group")]
    bundles = [group[1:] for group in groups if group[:1] == ["BUNDLE"]]
    if len(bundles) != 1 or sorted(bundles[0]) != sorted(mids):
        raise UnusableOfferError("a=group:BUNDLE must name all sections")


def _kept(sections: tuple[Section, ...]) -> list[tuple[str, ...]]:
    """Without candidates that nothing may be sent to. Those with names (``.local``) are left out,
    too: looking them up costs time, and whoever has them reaches us first."""
    candidates = 0
    kept: list[tuple[str, ...]] = []
    for section in sections:
        lines: list[str] = []
        for line in section.lines:
            if line.startswith("a=candidate:"):
                if candidates == _MOST_CANDIDATES or not _is_reachable(line[12:]):
                    continue
                candidates += 1
            lines.append(line)
        kept.append(tuple(lines))
    return kept


def _is_reachable(candidate: str) -> bool:
    """Whether it may be tried. Whoever offers it makes us send packets there: none to this machine,
    to what clouds tell their machines, or to ports of services."""
    found = _CANDIDATE.fullmatch(candidate.strip())
    if found is None or not _is_peers(port := int(found[2])):
        return False
    try:
        address = ipaddress.ip_address(found[1])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return False
    if address.is_multicast or address.is_unspecified or address.is_reserved:
        return False
    if address.is_loopback or address.is_link_local:
        return False
    return port > _PRIVILEGED or address.is_global


def _is_peers(port: int) -> bool:
    """As browsers have it: those of services are none of peers, but for the two that firewalls let
    through."""
    return _PRIVILEGED < port < 65_536 or port in (80, 443)


def _fault(section: Section, problem: str) -> UnusableOfferError:
    return UnusableOfferError(f"{section.kind}: {problem}")
