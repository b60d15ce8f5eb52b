"""Tests of live outputs: they never hold up who writes, and tell what went wrong."""

from __future__ import annotations

import io
import socket
import threading
import time
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from fakes.rtmp_receiver import receiver
from mien.errors import OptionError, OutputError
from mien.media.live_mux import LiveOutput, open_live_output
from mien.media.live_targets import SocketTarget, live_target
from mien.media.rtmp.chunks import AUDIO, VIDEO

pytestmark = pytest.mark.unit

RATE = Fraction(25)
SIZE = (64, 64)
SILENCE = np.zeros(1920, np.int16)
PATIENCE_S = 60


def picture(level: int = 40) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    return np.full((64, 64, 3), level, np.uint8)


class Gate:
    """A target that takes bytes only while it is open."""

    name = "a gate"

    def __init__(self) -> None:
        self.data = io.BytesIO()
        self.waits, self.closed = threading.Event(), threading.Event()
        self._goes = threading.Event()
        self._goes.set()
        self._aborted = False

    def open(self) -> None:
        pass

    def shut(self) -> None:
        self._goes.clear()

    def let(self) -> None:
        self._goes.set()

    def write(self, data: bytes, /) -> None:
        if not self._goes.is_set():
            self.waits.set()
        assert self._goes.wait(PATIENCE_S)
        if self._aborted:
            raise OutputError(self.name, "was given up")
        self.data.write(data)

    def close(self) -> None:
        self.closed.set()

    def abort(self) -> None:
        self._aborted = True
        self.let()


def blocked(gate: Gate, *, sound: bool = True) -> tuple[LiveOutput, int]:
    """An output whose thread waits in ``write``, and how many pictures it was given."""
    output = LiveOutput(gate, "mpegts", size=SIZE, rate=RATE, sound=sound)
    output.wait_open()
    gate.shut()
    number = 0
    while not gate.waits.wait(0.005):
        if sound:
            output.write_sound(SILENCE, number / 25)
        output.write(picture(), number / 25)
        number += 1
    return output, number


def test_a_target_that_takes_nothing_holds_nobody_up_and_gets_the_newest() -> None:
    gate = Gate()
    output, first = blocked(gate)
    before = output.dropped
    for number in range(first, first + 200):
        output.write_sound(SILENCE, number / 25)
        output.write(picture(250), number / 25)
    assert output.dropped - before >= 198
    gate.let()
    output.close()
    assert output.fault is None
    assert gate.closed.is_set()
    with av.open(io.BytesIO(gate.data.getvalue())) as file:
        frames = [
            (each.time, each.to_ndarray(format="gray").mean()) for each in file.decode(video=0)
        ]
    assert len(frames) == output.frames
    assert [level > 200 for _, level in frames[-2:]] == [True, True]
    assert frames[-1][0] - frames[-2][0] == pytest.approx(0.04, abs=0.01)
    assert max(later - one for (one, _), (later, _) in pairwise(frames)) > 198 / 25 - 0.1


def test_a_target_that_never_takes_anything_again_is_given_up() -> None:
    gate = Gate()
    output, number = blocked(gate, sound=False)
    output.abort()
    assert gate.closed.wait(PATIENCE_S)
    output.close()
    assert output.fault is not None
    with pytest.raises(OutputError, match="a gate: was given up"):
        output.write(picture(), number / 25)


def test_sound_that_waits_can_be_hushed() -> None:
    gate = Gate()
    output, first = blocked(gate)
    for number in range(first, first + 20):
        output.write_sound(np.full(1920, 9000, np.int16), number / 25)
    output.hush()
    output.write(picture(), (first + 19) / 25)
    gate.let()
    output.close()
    with av.open(io.BytesIO(gate.data.getvalue())) as file:
        assert not any(np.abs(each.to_ndarray()).max() > 0.01 for each in file.decode(audio=0))


def keep_writing(output: LiveOutput) -> None:
    """Until it is refused."""
    for number in range(12_000):
        output.write(picture(), number / 25)
        time.sleep(0.005)


def test_what_a_file_says_of_itself_is_the_fault() -> None:
    class Full:
        def write(self, data: bytes, /) -> None:
            raise OSError(28, "No space left on device")

    def pour() -> None:
        keep_writing(open_live_output(Full(), size=SIZE, rate=RATE, sound=False, form="mp4"))

    with pytest.raises(OutputError, match="the stream: no space left on device"):
        pour()


def test_a_closed_output_takes_no_more() -> None:
    output = open_live_output(io.BytesIO(), size=SIZE, rate=RATE, sound=True)
    output.close()
    output.close()
    with pytest.raises(OutputError, match="is closed"):
        output.write_sound(SILENCE)


def test_rtmp_brings_pictures_and_sound_and_ends_as_it_should() -> None:
    with receiver() as there:
        output = open_live_output(there.url, size=SIZE, rate=RATE, sound=True)
        for number in range(20):
            output.write_sound(SILENCE, 7 + number / 25)
            output.write(picture(10 * number), 7 + number / 25)
        there.wait_media(VIDEO, 2)
        output.close()
        assert output.fault is None
        there.wait(lambda: there.commands[-1][0] == "deleteStream")
        assert [each[0] for each in there.commands[:5]] == [
            "connect", "releaseStream", "FCPublish", "createStream", "publish",
        ]  # fmt: skip
        assert there.commands[4][3] == "a-secret-key"
        for kind in (VIDEO, AUDIO):
            times = [each.time_ms for each in there.media if each.kind == kind]
            assert times == sorted(times)
        assert there.pongs == 1


def test_a_receiver_that_hangs_up_is_told_without_the_key() -> None:
    with receiver() as there:
        output = open_live_output(there.url, size=SIZE, rate=RATE, sound=False)
        there.wait(lambda: there.num_publishers == 1)
        there.hang_up()
        with pytest.raises(OutputError) as told:
            keep_writing(output)
        output.close()
        assert "secret" not in str(told.value)
        assert str(told.value).startswith(f"rtmp://127.0.0.1:{there.port}/live/***: ")


def test_nobody_there_is_one_line_without_the_key() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(OutputError, match="refuses the connection") as told:
        open_live_output(f"rtmp://127.0.0.1:{port}/live/key", size=SIZE, rate=RATE, sound=True)
    assert "/key" not in str(told.value)


def test_transport_streams_go_to_sockets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        output = open_live_output(url, size=SIZE, rate=RATE, sound=False)
        there, _ = listener.accept()
        with there:
            for number in range(5):
                output.write(picture(), number / 25)
            output.close()
            data = b"".join(iter(lambda: there.recv(65536), b""))
    assert output.fault is None
    assert data[::188] == b"G" * (len(data) // 188)


def test_datagrams_hold_whole_packets_and_need_no_listener() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(PATIENCE_S)
        port = listener.getsockname()[1]
        target = SocketTarget(f"udp://127.0.0.1:{port}")
        target.open()
        target.write(b"G" * 188 * 10)
        assert [len(listener.recv(2000)) for _ in range(2)] == [7 * 188, 3 * 188]
    for _ in range(3):
        target.write(b"G" * 188)
    target.close()


def test_all_addresses_of_a_host_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as there, socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 0, "", each.getsockname())
            for each in (deaf, there)
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        target = SocketTarget("tcp://receiver.example:9")
        target.open()
        there.accept()[0].close()
        target.close()


def test_a_name_that_no_host_can_have_is_told() -> None:
    target = SocketTarget("udp://a..b:9")
    with pytest.raises(OutputError, match="there is no such host"):
        target.open()


@pytest.mark.parametrize(
    "url",
    ["", "file:///etc/passwd", "http://h/x", "udp://h", "udp://h:x", "tcp://a@h:1", "tcp://h:1/x"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(OptionError):
        live_target(url)
