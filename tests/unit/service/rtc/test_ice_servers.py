from __future__ import annotations

import pytest

from mien.errors import OptionError
from mien.service.rtc.ice import ice_servers

pytestmark = pytest.mark.unit


def test_a_stun_server_is_told_as_it_is() -> None:
    (server,) = ice_servers(["stun:stun.example.org:3478"])
    assert server.link == '<stun:stun.example.org:3478>; rel="ice-server"'
    assert server.name is None


def test_a_turn_server_is_told_with_its_name_and_password() -> None:
    (server,) = ice_servers(["turn:me:p%40ss%22@turn.example.org:3478?transport=udp"])
    assert (server.url, server.name, server.password) == (
        "turn:turn.example.org:3478?transport=udp", "me", 'p@ss"',
    )  # fmt: skip
    assert server.link == (
        '<turn:turn.example.org:3478?transport=udp>; rel="ice-server"; username="me"; '
        'credential="p@ss\\""; credential-type="password"'
    )


def test_a_turn_server_with_a_secret_knows_who_may_use_it_until_when() -> None:
    told = ["stun:stun.example.org", "turn:turn.example.org:3478", "turn:me:word@other.example"]
    stun, shared, named = (each.at(1_800_000_000.9) for each in ice_servers(told, "north"))
    assert stun.name is None
    assert (shared.name, shared.password) == ("1800086400:mien", "nY0kQiCY6BZhAMfQpCsmw08O8Y4=")
    assert (named.name, named.password) == ("me", "word")
    assert "north" not in shared.link + repr(shared)


def test_a_secret_needs_a_server_that_shares_it() -> None:
    with pytest.raises(OptionError, match="--turn-secret: ") as caught:
        ice_servers(["turn:me:word@turn.example.org"], "north")
    assert "north" not in str(caught.value)


@pytest.mark.parametrize(
    "said",
    ["", "example.org", "http://x", "stun:", "turn:host:3478", "turn:a:hushed@", "stun:a b",
     "turn:a:hushed%0d%0ax@host", "turn:a:hushed%C3%A4@host"],
)  # fmt: skip
def test_what_is_no_server_is_told_without_its_password(said: str) -> None:
    with pytest.raises(OptionError, match="--ice-servers: number 2") as caught:
        ice_servers(["stun:a.example", said])
    assert "hushed" not in str(caught.value)
