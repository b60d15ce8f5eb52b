"""STUN and TURN servers: read from the settings, told to browsers."""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from mien.errors import OptionError

_STUN = re.compile(r"stuns?:[A-Za-z0-9.-]+(:\d{1,5})?")
_TURN = re.compile(
    r"(?P<scheme>turns?):((?P<name>[^:@\s]+):(?P<word>[^@\s]+)@)?"
    r"(?P<place>[A-Za-z0-9.-]+(:\d{1,5})?(\?transport=(udp|tcp))?)"
)
_LIFE_S = 86_400
"""Longer than any connection: relays ask again while it lasts."""


@dataclass(frozen=True, slots=True)
class IceServer:
    """url: as RFC 7064 and 7065 write it, without a name and a password. secret: that it shares
    with us, so that both know who has come by it until when."""

    url: str
    name: str | None = None
    password: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)

    def at(self, now: float) -> IceServer:
        """For somebody who comes now, in seconds since 1970: where there is a secret, with a name
        and a password that end in a day (draft-uberti-behave-turn-rest)."""
        if self.secret is None:
            return self
        name = f"{int(now) + _LIFE_S}:mien"
        digest = hmac.digest(self.secret.encode(), name.encode(), "sha1")
        return replace(self, name=name, password=b64encode(digest).decode())

    @property
    def link(self) -> str:
        """As WHIP and WHEP tell it in a Link header."""
        link = f'<{self.url}>; rel="ice-server"'
        if self.name is not None and self.password is not None:
            name, password = _quoted(self.name), _quoted(self.password)
            link += f'; username={name}; credential={password}; credential-type="password"'
        return link


def ice_servers(said: Sequence[str], secret: str | None = None) -> tuple[IceServer, ...]:
    """Of ``--ice-servers`` and ``--turn-secret``. Raises OptionError, which repeats no password."""
    servers = tuple(_server(each, number, secret) for number, each in enumerate(said, 1))
    if secret is not None and all(each.secret is None for each in servers):
        raise OptionError("--turn-secret", "is for turn:host:port; name one in --ice-servers")
    return servers


def _server(said: str, number: int, secret: str | None) -> IceServer:
    if _STUN.fullmatch(said):
        return IceServer(said)
    found = _TURN.fullmatch(said)
    if found is None or (found["name"] is None and secret is None):
        problem = (
            f"number {number} must be stun:host:port, turn:name:password@host:port, where : and @ "
            "in names and passwords are %3A and %40, or turn:host:port with --turn-secret"
        )
        raise OptionError("--ice-servers", problem)
    url = f"{found['scheme']}:{found['place']}"
    if found["name"] is None:
        return IceServer(url, secret=secret)
    name, password = unquote(found["name"]), unquote(found["word"])
    if not f"{name}{password}".isascii() or not f"{name}{password}".isprintable():
        raise OptionError("--ice-servers", f"number {number}: name and password must be ASCII")
    return IceServer(url, name, password)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
