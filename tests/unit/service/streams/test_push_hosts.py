"""Tests of where live faces may be pushed to."""

from __future__ import annotations

import pytest

from mien.errors import OptionError
from mien.media.rtmp import RtmpAddress
from mien.service.errors import ForbiddenError
from mien.service.streams.hosts import PushHosts

pytestmark = pytest.mark.unit

HOSTS = PushHosts.parse(["Live.example", "other.example:1936", "[::1]:19", "10.0.0.1"])


@pytest.mark.parametrize(
    "url",
    [
        "rtmp://live.example/a/b",
        "rtmp://LIVE.example:1935/a/b",
        "rtmps://live.example/a/b",
        "rtmp://other.example:1936/a/b",
        "rtmps://other.example:1936/a/b",
        "rtmp://[::1]:19/a/b",
        "rtmp://10.0.0.1/a/b",
    ],
)
def test_hosts_that_are_named_may_be_pushed_to(url: str) -> None:
    HOSTS.check(RtmpAddress.parse(url))


@pytest.mark.parametrize(
    "url",
    [
        "rtmp://live.example:22/a/b",
        "rtmp://live.example:443/a/b",
        "rtmps://live.example:1935/a/b",
        "rtmp://other.example/a/b",
        "rtmp://sub.live.example/a/b",
        "rtmp://live.example.evil.example/a/b",
        "rtmp://127.0.0.1/a/b",
        "rtmp://[::1]/a/b",
    ],
)
def test_others_may_not_and_the_setting_is_named(url: str) -> None:
    with pytest.raises(ForbiddenError, match="push_to"):
        HOSTS.check(RtmpAddress.parse(url))


def test_none_is_named_by_default() -> None:
    with pytest.raises(ForbiddenError):
        PushHosts.parse(()).check(RtmpAddress.parse("rtmp://localhost/a/b"))


@pytest.mark.parametrize(
    "host", ["", "*", "a/b", "rtmp://a", "a:0", "a:99999", "a:b", "[::1", "a b"]
)
def test_what_is_no_host_is_told(host: str) -> None:
    with pytest.raises(OptionError, match="--push-to"):
        PushHosts.parse([host])
