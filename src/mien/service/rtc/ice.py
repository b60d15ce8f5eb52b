"""STUN and TURN servers: read from the settings, told to browsers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from mien.errors import OptionError

_STUN = re.compile(r"stuns?:[A-Za-z0-9.-]+(:\d{1,5})?")
_TURN = re.compile(
    r"(?P<scheme>turns?):(?P<name>[^:@\s]+):(?P<word>[^@\s]+)@"
    r"(?P<place>[A-Za-z0-9.-]+(:\d{1,5})?(\?transport=(udp|tcp))?)"
)


@dataclass(frozen=True, slots=True)
class IceServer:
    """url: as RFC 7064 and 7065 write it, without a name and a password."""

    url: str
    name: str | None = None
    password: str | None = None

    @property
    def link(self) -> str:
        """As WHIP and WHEP tell it in a Link header."""
        link = f'<{self.url}>; rel="ice-server"'
        if self.name is not None and self.password is not None:
            name, password = _quoted(self.name), _quoted(self.password)
            link += f'; username={name}; credential={password}; credential-type="password"'
        return link


def ice_servers(said: Sequence[str]) -> tuple[IceServer, ...]:
    """Of ``--ice-servers``. Raises OptionError, which repeats no password."""
    return tuple(_server(each, number) for number, each in enumerate(said, 1))


def _server(said: str, number: int) -> IceServer:
    if _STUN.fullmatch(said):
        return IceServer(said)
    found = _TURN.fullmatch(said)
    if found is None:
        problem = (
            f"number {number} must be stun:host:port or turn:name:password@host:port, where : and "
            "@ in names and passwords are %3A and %40"
        )
        raise OptionError("--ice-servers", problem)
    name, password = unquote(found["name"]), unquote(found["word"])
    if not f"{name}{password}".isascii() or not f"{name}{password}".isprintable():
        raise OptionError("--ice-servers", f"number {number}: name and password must be ASCII")
    return IceServer(f"{found['scheme']}:{found['place']}", name, password)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
