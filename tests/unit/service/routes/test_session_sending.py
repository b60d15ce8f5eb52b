from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.pipeline.live.types import SpeechFinished
from mien.service.live.packets import LivePacket
from mien.service.live.wire import LAST_SEQ, Kind, WireMessage
from mien.service.routes.session_sending import WINDOW, Outbox

pytestmark = pytest.mark.unit


def packet(pts: int) -> LivePacket:
    event = SpeechFinished(f"s{pts}", pts, 1.5, interrupted=True)
    return LivePacket(pts, 25, b"%d" % pts, 4, 4, 3, b"\x01\x00" * 10, (event,))


def sent(outbox: Outbox) -> list[WireMessage | dict[str, Any]]:
    return list(iter(outbox.next, None))


def take(outbox: Outbox, pts: int) -> list[WireMessage | dict[str, Any]]:
    outbox.take(packet(pts), Kind.JPEG, sound=True)
    return sent(outbox)


def test_sound_goes_before_events_and_these_before_the_picture() -> None:
    sound, event, picture = take(Outbox(), 5)
    assert isinstance(sound, WireMessage)
    assert isinstance(picture, WireMessage)
    assert (sound.kind, picture.kind) == (Kind.PCM, Kind.JPEG)
    assert picture.pts_us == 200_000
    assert event == {
        "type": "finished", "segment": "s5", "pts_us": 200_000, "position_s": 1.5,
        "interrupted": True,
    }  # fmt: skip


def test_who_acks_nothing_gets_two_pictures_and_all_sound() -> None:
    outbox = Outbox()
    out = [each for pts in range(10) for each in take(outbox, pts)]
    messages = [each for each in out if isinstance(each, WireMessage)]
    pictures = [each for each in messages if each.kind is Kind.JPEG]
    assert len(pictures) == WINDOW
    assert len(messages) == WINDOW + 10
    assert outbox.skipped == 7
    outbox.acked(pictures[0].seq)
    (newest,) = sent(outbox)
    assert isinstance(newest, WireMessage)
    assert newest.payload == b"9"


def test_a_clear_overtakes_sound_that_was_not_sent() -> None:
    outbox = Outbox()
    outbox.take(packet(1), Kind.JPEG, sound=True)
    outbox.clear()
    first, event, picture = sent(outbox)
    assert first == {"type": "cleared"}
    assert isinstance(event, dict)
    assert isinstance(picture, WireMessage)
    assert picture.kind is Kind.JPEG


def test_without_sound_there_is_none() -> None:
    outbox = Outbox()
    outbox.take(packet(1), Kind.WEBP, sound=False)
    kinds = [each.kind for each in sent(outbox) if isinstance(each, WireMessage)]
    assert kinds == [Kind.WEBP]


@given(st.lists(st.integers(0, LAST_SEQ), max_size=30))
def test_whatever_is_acked_no_more_than_two_pictures_are_under_way(acks: list[int]) -> None:
    outbox = Outbox()
    flying: list[int] = []
    for pts, ack in enumerate(acks):
        for message in take(outbox, pts):
            if isinstance(message, WireMessage) and message.kind is Kind.JPEG:
                flying.append(message.seq)
        assert len(flying) <= WINDOW
        outbox.acked(ack)
        flying = [seq for seq in flying if (ack - seq) & LAST_SEQ >= LAST_SEQ // 2]
