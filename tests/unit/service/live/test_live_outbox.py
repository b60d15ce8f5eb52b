from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from mien.service.live.outbox import Outbox

pytestmark = pytest.mark.unit

LARGE = bytes(4_000_000)


@contextmanager
def outbox() -> Generator[tuple[Outbox, socket.socket, threading.Event]]:
    ours, theirs = socket.socketpair()
    deserted = threading.Event()
    with ours, theirs:
        box = Outbox(theirs, deserted.set)
        try:
            yield box, ours, deserted
        finally:
            box.close()


def test_messages_come_in_order_and_whole() -> None:
    messages = [bytes([number]) * 300_000 for number in range(20)]
    with outbox() as (box, reader, _):
        writer = threading.Thread(target=lambda: [box.put(each) for each in messages])
        writer.start()
        with reader.makefile("rb") as incoming:
            assert incoming.read(20 * 300_000) == b"".join(messages)
        writer.join()


def test_nobody_waits_for_a_reader_who_is_a_little_late() -> None:
    with outbox() as (box, _, _):
        for _ in range(3):
            box.put(LARGE)  # would hang if it waited until it was read


def test_whoever_waits_for_a_reader_who_is_gone_goes_on() -> None:
    with outbox() as (box, reader, deserted):
        writer = threading.Thread(target=lambda: [box.put(LARGE) for _ in range(50)])
        writer.start()
        reader.close()
        writer.join()
        assert deserted.wait(60)


def test_whoever_waits_goes_on_when_it_is_closed() -> None:
    with outbox() as (box, _, deserted):
        writer = threading.Thread(target=lambda: [box.put(LARGE) for _ in range(50)])
        writer.start()
        box.close()
        writer.join()
        assert not deserted.is_set()
