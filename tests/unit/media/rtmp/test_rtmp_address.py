"""Tests of where streams are pushed to, and of what is told of that."""

from __future__ import annotations

import pytest

from mien.errors import OptionError
from mien.media.rtmp import RtmpAddress

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("url", "place", "app", "key"),
    [
        ("rtmp://a.example/live/key", ("a.example", 1935), "live", "key"),
        ("RTMPS://A.example/live/key", ("a.example", 443), "live", "key"),
        ("rtmp://a.example:1936/a/b/key?auth=1/2", ("a.example", 1936), "a/b", "key?auth=1/2"),
        ("rtmp://a.example/live2?backup=1/key", ("a.example", 1935), "live2?backup=1", "key"),
        ("rtmp://[::1]:19/live/key", ("::1", 19), "live", "key"),
    ],
)
def test_an_address_has_a_host_an_app_and_a_key(
    url: str, place: tuple[str, int], app: str, key: str
) -> None:
    address = RtmpAddress.parse(url)
    assert ((address.host, address.port), address.app, address.key) == (place, app, key)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "live/key",
        "file:///etc/passwd",
        "http://a.example/live/key",
        "rtmpt://a.example/live/key",
        "rtmp://a.example/live/key\nHost: b",
        "rtmp://a.example/live/ke y",
        "rtmp://a.example/live/schl\u00fcssel",
        "rtmp://user:secret@a.example/live/key",
        "rtmp://a.example@b.example/live/key",
        "rtmp://a.example/live/key#part",
        "rtmp://a.example/secret",
        "rtmp://a.example/",
        "rtmp:///live/secret",
        "rtmp://a.example:0/live/key",
        "rtmp://a.example:99999/live/key",
        "rtmp://[::1/live/key",
        "rtmp://a%2eexample/live/key",
        "rtmp://a.example/live/" + "k" * 2000,
    ],
)
def test_what_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(OptionError) as told:
        RtmpAddress.parse(url)
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


def test_neither_key_nor_query_is_shown() -> None:
    for url in (
        "rtmp://a.example/live/secret?token=secret",
        "rtmp://a.example/live?token=secret/secret",
        "rtmp://a.example/live/secret/secret",
    ):
        address = RtmpAddress.parse(url)
        assert address.shown == "rtmp://a.example/live/***"
        assert "secret" not in repr(address)


def test_what_a_receiver_says_is_one_line_without_the_key() -> None:
    address = RtmpAddress.parse("rtmp://a.example/live/secret?sign=abc")
    said = "no such stream: secret?sign=abc (secret)\r\nSet-Cookie: x" + "y" * 500
    assert address.masked(said).startswith("no such stream: *** (***)  Set-Cookie: xy")
    assert len(address.masked(said)) <= 200
