"""Where a stream is pushed to, and how that is told without its key."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import urlsplit

from mien.errors import OptionError

_PORTS = {"rtmp": 1935, "rtmps": 443}
_LONGEST = 2000
_PLAIN = re.compile(r"[!-~]+")
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_HIDDEN = "***"
_SHAPE = "give it as rtmp://host/app/key or rtmps://host/app/key"


@dataclass(frozen=True, slots=True)
class RtmpAddress:
    """app, key: as the receiver calls them. The key is not shown, nor is any query."""

    scheme: Literal["rtmp", "rtmps"]
    host: str
    port: int
    app: str = field(repr=False)
    key: str = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises OptionError, whose words leave out what could be secret."""
        if len(url) > _LONGEST or not _PLAIN.fullmatch(url):
            raise OptionError("url", f"is no address of plain characters; {_SHAPE}")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise OptionError("url", f"its host or port is none; {_SHAPE}") from None
        scheme, host = parts.scheme.lower(), parts.hostname or ""
        if scheme not in ("rtmp", "rtmps"):
            raise OptionError("url", f"only rtmp and rtmps are pushed to; {_SHAPE}")
        if "@" in parts.netloc or parts.fragment:
            raise OptionError("url", f"has a user, a password or a fragment; {_SHAPE}")
        if not _HOST.fullmatch(host) or port == 0:
            raise OptionError("url", f"its host or port is none; {_SHAPE}")
        app, key = _app_and_key(parts.path.strip("/"), parts.query)
        if not (app and key):
            raise OptionError("url", f"has no app and key; {_SHAPE}")
        return cls("rtmps" if scheme == "rtmps" else "rtmp", host, port or _PORTS[scheme], app, key)

    @property
    def place(self) -> str:
        """Scheme, host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def shown(self) -> str:
        """As logs and answers tell it."""
        first = self.app.partition("?")[0].partition("/")[0]
        return f"{self.place}/{first}/{_HIDDEN}"

    @property
    def tc_url(self) -> str:
        """What the receiver is told of where it was reached."""
        return f"{self.place}/{self.app}"

    def masked(self, words: str) -> str:
        """What a receiver says, without the key; one short line."""
        for secret in (self.key, self.key.partition("?")[0], self.app.partition("?")[2]):
            if secret:
                words = words.replace(secret, _HIDDEN)
        return "".join(each if each.isprintable() else " " for each in words)[:200].strip()


def _app_and_key(path: str, query: str) -> tuple[str, str]:
    """The key is what follows the last slash; of `live2?backup=1/key` that is in the query."""
    head, _, last = path.rpartition("/")
    if head:
        return head, f"{last}?{query}" if query else last
    before, _, last_of_query = query.rpartition("/")
    return (f"{path}?{before}", last_of_query) if before else (path, "")
