"""Where sessions may be pushed to: only where whoever runs the service said so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Self

from mien.checks import shown
from mien.errors import OptionError
from mien.media.rtmp import RtmpAddress
from mien.service.errors import ForbiddenError

_PORTS = {"rtmp": 1935, "rtmps": 443}
_HOST = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::(?P<port>\d{1,5}))?"
)


class PushHosts:
    """Hosts with a port, or with the usual one of whichever of the two protocols is spoken."""

    def __init__(self, allowed: frozenset[tuple[str, int | None]]) -> None:
        self._allowed = allowed

    @classmethod
    def parse(cls, hosts: Sequence[str]) -> Self:
        """Raises OptionError for what is neither HOST nor HOST:PORT."""
        return cls(frozenset(map(_place, hosts)))

    def check(self, address: RtmpAddress) -> None:
        """Raises ForbiddenError unless it is one of them."""
        usual = address.port == _PORTS[address.scheme]
        named = {(address.host, address.port), (address.host, None if usual else -1)}
        if not named & self._allowed:
            raise ForbiddenError(
                f"{address.place} is not allowed here: live faces are pushed only to hosts that "
                "the setting push_to of the service names (MIEN_PUSH_TO)"
            )


def _place(host: str) -> tuple[str, int | None]:
    match = _HOST.fullmatch(host)
    port = int(match["port"]) if match and match["port"] else None
    if match is None or (port is not None and not 0 < port < 65536):
        raise OptionError("--push-to", f"{shown(host)} is no host; give HOST or HOST:PORT")
    return (match["six"] or match["name"]).lower(), port
