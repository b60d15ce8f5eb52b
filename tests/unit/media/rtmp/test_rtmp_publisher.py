"""Tests of publishing against receivers that do not play along."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from fakes.rtmp_receiver import receiver
from mien.errors import OutputError
from mien.media.rtmp import RtmpAddress, RtmpPublisher

pytestmark = pytest.mark.unit


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port where the first to connect is answered so."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):  # the publisher may hang up as it likes
            answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        with socket.create_connection(listener.getsockname()):  # if nobody has come in time
            thread.join()


def fault(url: str, **options: float) -> str:
    publisher = RtmpPublisher(RtmpAddress.parse(url), **options)
    with pytest.raises(OutputError) as told:
        publisher.open()
    publisher.abort()
    publisher.close()
    return str(told.value).removeprefix(f"{publisher.name}: ")


def test_silence_is_given_up() -> None:
    with answering(lambda connection: [*iter(lambda: connection.recv(4096), b"")]) as port:
        said = fault(f"rtmp://127.0.0.1:{port}/live/key", opens_within_s=0.1)
    assert said == "does not answer in time"


def test_another_protocol_is_told() -> None:
    web = b"HTTP/1.1 400 Bad Request\r\n" + b"\r\n" * 2000
    with answering(lambda connection: connection.sendall(web)) as port:
        assert fault(f"rtmp://127.0.0.1:{port}/live/key") == "does not speak RTMP"


def test_hanging_up_is_told() -> None:
    with answering(lambda connection: None) as port:
        assert fault(f"rtmp://127.0.0.1:{port}/live/key") == "has ended the connection"


def test_a_refusal_is_told_without_the_key() -> None:
    with receiver("there is no stream a-secret-key") as there:
        said = fault(there.url)
    assert said == "refuses the stream (NetStream.Publish.Denied: there is no stream ***)"


def test_without_tls_there_is_no_rtmps() -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        while connection.recv(4096):
            pass

    with answering(answer) as port:
        assert fault(f"rtmps://127.0.0.1:{port}/live/key") == "does not speak TLS there"


def test_a_host_that_there_is_not_is_told() -> None:
    assert fault("rtmp://nobody.invalid/live/key") == "there is no such host"
    assert fault(f"rtmp://{'a' * 300}/live/key") == "there is no such host"


def test_rtmps_checks_certificates() -> None:
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


def test_who_waits_for_an_answer_can_be_called_back() -> None:
    came = threading.Event()

    def listen(connection: socket.socket) -> None:
        came.set()
        while connection.recv(4096):
            pass

    with answering(listen) as port:
        publisher = RtmpPublisher(RtmpAddress.parse(f"rtmp://127.0.0.1:{port}/live/key"))
        caller = threading.Thread(target=lambda: came.wait(60) and publisher.abort())
        caller.start()
        with pytest.raises(OutputError, match="ended the connection"):
            publisher.open()
        caller.join()
        publisher.close()
