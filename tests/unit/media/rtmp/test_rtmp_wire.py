"""Tests of RTMP's messages and values as bytes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.media.rtmp.amf import AmfError, Value, decoded, encoded
from mien.media.rtmp.chunks import Joiner, Message, ProtocolError, cut
from mien.media.rtmp.flv import FlvTags

pytestmark = pytest.mark.unit

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=50),
    lambda values: st.dictionaries(st.text(min_size=1, max_size=9), values, max_size=4),
    max_leaves=8,
)


@given(st.lists(VALUES, max_size=4))
def test_values_come_back_as_they_were(values: list[Value]) -> None:
    assert decoded(encoded(*values)) == values


@given(st.binary(max_size=200))
def test_bytes_that_are_no_values_are_refused(data: bytes) -> None:
    with suppress(AmfError):
        decoded(data)


def test_what_is_nested_without_end_is_refused() -> None:
    with pytest.raises(AmfError):
        decoded(b"\x03\0\1a" * 100_000)


def test_a_command_is_as_the_specification_has_it() -> None:
    data = encoded("connect", 1, {"app": "live"})
    assert data == b"\x02\0\x07connect\0\x3f\xf0\0\0\0\0\0\0\x03\0\x03app\x02\0\x04live\0\0\x09"


@given(
    st.lists(st.tuples(st.integers(8, 22), st.binary(max_size=700), st.integers(0, 2**32 - 1)))
    , st.integers(1, 900), st.integers(1, 300),
)  # fmt: skip
def test_messages_come_back_whole_however_they_are_cut(
    messages: list[tuple[int, bytes, int]], size: int, portion: int
) -> None:
    sent = [Message(kind, payload, time, 1) for kind, payload, time in messages]
    resized = Message(1, size.to_bytes(4, "big"))
    data = cut(resized, 2, 128) + b"".join(cut(each, 6, size) for each in sent)
    joiner = Joiner()
    came = [
        message
        for start in range(0, len(data), portion)
        for message in joiner.take(data[start : start + portion])
    ]
    assert [(each.kind, each.payload) for each in came[1:]] == [
        (each.kind, each.payload) for each in sent
    ]


@given(st.binary(max_size=400))
def test_bytes_that_are_no_messages_are_refused_or_wait(data: bytes) -> None:
    with suppress(ProtocolError):
        list(Joiner().take(data))


@pytest.mark.parametrize(
    "data",
    [
        b"\xc3x",  # goes on with what never began
        b"\x03\0\0\0\xff\xff\xff\x14\0\0\0\0",  # 16 MB
        b"\x02\0\0\0\0\0\x04\x01\0\0\0\0\0\0\0\0",  # pieces of no size
    ],
)
def test_what_no_receiver_says_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        list(Joiner().take(data))


@given(st.integers(1, 40))
def test_flv_is_taken_apart_in_any_portions(portion: int) -> None:
    tag = b"\x09\0\0\x03\x01\x02\x03\x04\0\0\0abc\0\0\0\x0e"
    words = b"\x12\0\0\x01\0\0\0\0\0\0\0x\0\0\0\x0c"
    data = b"FLV\x01\x05\0\0\0\x09\0\0\0\0" + words + tag
    tags = FlvTags()
    came = [
        message
        for start in range(0, len(data), portion)
        for message in tags.take(data[start : start + portion])
    ]
    assert [each.kind for each in came] == [18, 9]
    assert came[0].payload == encoded("@setDataFrame") + b"x"
    assert came[1] == Message(9, b"abc", 0x04010203)
