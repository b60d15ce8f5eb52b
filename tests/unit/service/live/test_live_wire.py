from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.service.live.wire import LAST_SEQ, Kind, MalformedError, WireMessage, parse

pytestmark = pytest.mark.unit

MESSAGES = st.builds(
    WireMessage,
    st.sampled_from(Kind),
    st.integers(0, LAST_SEQ),
    st.integers(0, 2**64 - 1),
    st.binary(max_size=64),
    st.integers(0, 0xFFFF),
)


def test_a_picture_lies_on_the_wire_as_it_is_documented() -> None:
    message = WireMessage(Kind.JPEG, 0x01020304, 40_000, b"jpeg")
    wire = bytes.fromhex("01 01 0000 04030201 409c000000000000") + b"jpeg"
    assert message.serialise() == wire
    assert parse(wire) == message


def test_sound_lies_on_the_wire_as_it_is_documented() -> None:
    wire = bytes.fromhex("01 10 0100 ffffffff 0000000000000001 0080")
    message = parse(wire)
    assert message == WireMessage(Kind.PCM, LAST_SEQ, 2**56, b"\x00\x80", flags=1)
    assert message.serialise() == wire


@given(MESSAGES)
def test_what_is_parsed_is_what_was_serialised(message: WireMessage) -> None:
    assert parse(message.serialise()) == message


@given(st.binary(max_size=40))
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    try:
        message = parse(data)
    except MalformedError:
        return
    assert message.serialise() == data


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        ("", "0 bytes has no header"),
        ("0101000001000000", "8 bytes has no header"),
        ("02010000010000000000000000000000", "version 2"),
        ("01070000010000000000000000000000", "no kind 7"),
    ],
)
def test_what_is_no_message_is_told_in_words(wire: str, words: str) -> None:
    with pytest.raises(MalformedError, match=words):
        parse(bytes.fromhex(wire))
