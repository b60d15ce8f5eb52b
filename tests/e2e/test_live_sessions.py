"""Live faces over HTTP and WebSocket, against a server as users start it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from numpy.typing import NDArray
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fakes.live_client import JPEG, PCM, PNG, RGBA, Came, live_client
from fakes.live_sessions import KEY, SMALL, caller, host_of, sent, session, settled, watching
from fakes.running_server import RunningServer, running_server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="processes are looked at there"),
]

OTHERS_KEY = "a-key-of-another-one"
DATA = files("mien") / "data"
FLAGS = (
    "--live-sessions", "3", "--sessions-per-key", "2", "--drain-s", "0", "--workers", "2",
    "--api-key", KEY, "--api-key", OTHERS_KEY,
)  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("data"), *FLAGS, live=True) as server:
        yield server


@pytest.fixture(scope="module")
def http(server: RunningServer) -> Iterator[httpx2.Client]:
    with caller(server, KEY) as client:
        yield client


@pytest.fixture(scope="module")
def portrait(http: httpx2.Client) -> str:
    return sent(http)


def heard(came: list[Came]) -> NDArray[np.int16]:
    sounds = [each.sound for each in came if each.kind == PCM]
    return np.concatenate(sounds) if sounds else np.zeros(0, np.int16)


def noise(seconds: float) -> NDArray[np.int16]:
    chance = np.random.default_rng(1)
    return chance.integers(-8000, 8000, int(48_000 * seconds)).astype(np.int16)


def test_a_face_moves_and_is_heard_in_step(
    server: RunningServer, http: httpx2.Client, portrait: str
) -> None:
    with session(http, portrait) as told, watching(server, told) as client:
        came = client.until(lambda each: each.pts_us >= 1_000_000)
        pictures = [each for each in came if each.kind == JPEG]
        times = [each.pts_us for each in pictures]
        assert times == sorted(set(times))
        assert all(pts_us % 40_000 == 0 for pts_us in times)
        first, last = pictures[0].picture, pictures[-1].picture
        assert first.shape == (128, 128, 3)
        assert np.abs(first.astype(int) - last).max() > 20
        sounds = [each for each in came if each.kind == PCM]
        for one, following in pairwise(sounds):
            assert abs(one.pts_us + len(one.sound) * 1_000_000 // 48_000 - following.pts_us) <= 50
        client.say("stats")
        stats = client.until_told("stats")[-1].words
        assert stats["frames"] >= len(pictures)
        now = http.get(f"/v1/sessions/{told['id']}").json()
        assert now["state"] == "running"
        assert now["stats"]["watchers"] == 1
        assert now["stats"]["latency_p95_ms"] > 0
        mine = http.get("/v1/sessions").json()["sessions"]
        assert told["id"] in [each["id"] for each in mine]


@pytest.mark.parametrize(
    ("form", "kind", "channels"), [("png", PNG, 4), ("rgba", RGBA, 4), ("jpeg", JPEG, 3)]
)
def test_a_person_cut_out_is_transparent_where_the_form_can_tell(
    server: RunningServer, http: httpx2.Client, portrait: str, form: str, kind: int, channels: int
) -> None:
    with (
        session(http, portrait, transparent=True) as told,
        watching(server, told, form=form, sound=False) as client,
    ):
        (came,) = client.pictures(1)
        assert came.kind == kind
        if form == "rgba":
            pixels = np.frombuffer(came.payload, np.uint8).reshape(128, 128, 4)
        else:
            pixels = came.picture
        assert pixels.shape == (128, 128, channels)
        if channels == 4:
            assert pixels[..., 3].min() == 0
            assert pixels[..., 3].max() == 255


def change(picture: NDArray[np.uint8], calm: NDArray[np.float64]) -> float:
    """Of the thousand samples that changed most."""
    return float(np.sort(np.abs(picture - calm), axis=None)[-1000:].mean())


@pytest.mark.parametrize("over_http", [True, False])
def test_a_feeling_is_seen(
    server: RunningServer, http: httpx2.Client, portrait: str, over_http: bool
) -> None:
    feeling = {"name": "surprised", "intensity": 1.0, "transition_s": 0.0}
    with session(http, portrait) as told, watching(server, told, sound=False) as client:
        calm = np.mean([each.picture for each in client.pictures(5)], axis=0)
        if over_http:
            answer = http.post(f"/v1/sessions/{told['id']}/emotion", json=feeling)
            assert answer.status_code == 204
        else:
            client.say("emotion", **feeling)

        def surprised(came: Came) -> bool:
            return came.kind == JPEG and change(came.picture, calm) > 60

        client.until(surprised, 60)
        assert http.get(f"/v1/sessions/{told['id']}").json()["stats"]["dropped"] < 100


def test_what_was_pushed_is_what_is_heard_between_its_events(
    server: RunningServer, http: httpx2.Client, portrait: str
) -> None:
    said = noise(0.5)
    with session(http, portrait) as told, watching(server, told) as client:
        client.say("audio_format", rate=48_000)
        client.say("begin_segment", segment="hello")
        for piece in np.array_split(said, 10):
            client.push(piece)
        client.say("end_segment")
        began = client.until_told("started", segment="hello")
        came = began + client.until_told("finished", segment="hello")
        sound = heard(came)
        first = int(np.flatnonzero(sound)[0])
        assert np.array_equal(sound[first : first + len(said)], said)
        assert not sound[first + len(said) :].any()
        start = sum(len(each.sound) for each in began if each.kind == PCM)
        started, finished = began[-1].words, came[-1].words
        assert 0 <= start - first <= 2 * 1920
        assert finished["interrupted"] is False
        assert finished["position_s"] == pytest.approx(0.5, abs=0.001)
        assert finished["pts_us"] - started["pts_us"] == pytest.approx(500_000, abs=80_000)


def test_a_file_is_said_over_http(
    server: RunningServer, http: httpx2.Client, portrait: str
) -> None:
    with session(http, portrait) as told, watching(server, told) as client:
        files = {"file": ("hello.ogg", (DATA / "hello.ogg").read_bytes())}
        answer = http.post(f"/v1/sessions/{told['id']}/speak", files=files)
        assert answer.status_code == 202, answer.text
        client.until_told("started", segment=answer.json()["segment"])
        assert heard(client.until(lambda each: each.kind == PCM and each.sound.any())).any()
        nonsense = {"file": ("hello.ogg", b"no sound")}
        answer = http.post(f"/v1/sessions/{told['id']}/speak", files=nonsense)
        assert answer.status_code == 415


@pytest.mark.parametrize("over_http", [True, False])
def test_nothing_is_heard_after_a_clear(
    server: RunningServer, http: httpx2.Client, portrait: str, over_http: bool
) -> None:
    with session(http, portrait) as told, watching(server, told) as client:
        client.say("begin_segment", segment="long")
        client.push(noise(5.0))
        client.until(lambda each: each.kind == PCM and bool(each.sound.any()))
        if over_http:
            assert http.post(f"/v1/sessions/{told['id']}/clear").status_code == 204
        else:
            client.say("clear")
        client.until_told("cleared")
        came = client.until_told("finished", segment="long", interrupted=True)
        came += client.until(lambda each: each.pts_us > came[-1].words["pts_us"] + 200_000)
        assert not heard(came).any()
        assert 0 < next(each for each in came if each.words).words["position_s"] < 2
        client.say("begin_segment", segment="next")
        client.push(noise(0.1))
        client.until_told("started", segment="next")


def test_who_does_not_ack_skips_frames_and_harms_nobody(
    server: RunningServer, http: httpx2.Client, portrait: str
) -> None:
    with (
        session(http, portrait) as told,
        watching(server, told, acks=False) as slow,
        watching(server, told) as quick,
    ):
        quick.pictures(15)
        came = slow.until(lambda each: each.kind == PCM and each.pts_us > 500_000)
        pictures = [each for each in came if each.kind == JPEG]
        assert len(pictures) == 2
        slow.say("ack", seq=pictures[-1].seq)
        (newest,) = slow.pictures(1)
        assert newest.pts_us >= 480_000
        slow.say("stats")
        assert slow.until_told("stats")[-1].words["skipped"] > 5


def test_who_does_not_read_harms_nobody(
    server: RunningServer, http: httpx2.Client, portrait: str
) -> None:
    with (
        session(http, portrait, size=512, fps=60) as told,
        watching(server, told, form="rgba", close_timeout=0.1),
        watching(server, told) as quick,
    ):
        times = [each.pts_us for each in quick.pictures(30)]
        assert times == sorted(set(times))


def test_a_camera_moves_the_face_and_is_refused_where_it_is_none(
    server: RunningServer, http: httpx2.Client, portrait: str
) -> None:
    header = bytes([1, JPEG]) + bytes(14)
    face = http.get(f"/v1/portraits/{portrait}/preview").content
    with session(http, portrait) as told, watching(server, told) as client:
        client.connection.send(header + face)
        client.pictures(2)
        client.connection.send(header + b"no picture")
        error = client.until_told("error")[-1].words
        assert error["code"] == "unreadable-media"
        client.pictures(1)


def test_sessions_are_their_owners_alone(
    server: RunningServer, http: httpx2.Client, portrait: str
) -> None:
    with session(http, portrait) as told, caller(server, OTHERS_KEY) as other:
        path = f"/v1/sessions/{told['id']}"
        assert other.get("/v1/sessions").json() == {"sessions": []}
        for answer in (
            other.get(path),
            other.delete(path),
            other.post(f"{path}/clear"),
            other.post(f"{path}/ticket"),
            other.post(f"{path}/emotion", json={"name": "happy"}),
        ):
            assert answer.status_code == 404
        answer = other.post("/v1/sessions", json={"portrait": portrait})
        assert answer.status_code == 404
        assert refused(server, told, OTHERS_KEY) == 404
        assert refused(server, told, None) == 401
        assert refused(server, told, "a-wrong-key-altogether") == 401
        assert http.get(path).json()["state"] == "ready"


def refused(server: RunningServer, told: dict[str, Any], key: str | None, **options: Any) -> int:
    """The status with which a socket is refused."""
    with (
        pytest.raises(InvalidStatus) as refusal,
        live_client(server.url, told["websocket"], key=key, **options),
    ):
        pass
    answer = refusal.value.response
    assert answer.headers["content-type"] == "application/problem+json"
    return int(answer.status_code)


def test_a_ticket_opens_one_socket(
    server: RunningServer, http: httpx2.Client, portrait: str
) -> None:
    with session(http, portrait) as told, session(http, portrait) as another:
        answer = http.post(f"/v1/sessions/{told['id']}/ticket")
        assert answer.status_code == 201
        spoken = answer.json()["subprotocols"]
        with live_client(server.url, told["websocket"], subprotocols=spoken) as client:
            assert client.connection.subprotocol == "mien.v1"
            client.say("start")
            client.pictures(1)
        assert refused(server, told, None, subprotocols=spoken) == 401
        again = http.post(f"/v1/sessions/{told['id']}/ticket").json()["subprotocols"]
        assert refused(server, another, None, subprotocols=again) == 401


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("{", "JSON"),
        ("[" * 5000, "JSON"),
        ('{"type": "dance"}', "dance"),
        ('{"type": "start", "form": "gif"}', "form"),
        ('{"type": "ack", "seq": -1}', "seq"),
        ('{"type": "emotion", "name": "happy", "intensity": NaN}', ""),
        (b"", "no header"),
        (bytes([9, 1]) + bytes(14), "version 9"),
        (bytes([1, 99]) + bytes(14), "no kind 99"),
        (bytes([1, 2]) + bytes(14), "WEBP"),
    ],
)
def test_a_message_that_is_none_closes_its_socket_alone(
    server: RunningServer, quiet: dict[str, Any], http: httpx2.Client, message: Any, words: str
) -> None:
    with live_client(server.url, quiet["websocket"], key=KEY) as client:
        client.connection.send(message)
        with pytest.raises(ConnectionClosed) as closing:
            client.next()
        assert closing.value.rcvd is not None
        assert closing.value.rcvd.code == 1007
        assert words in closing.value.rcvd.reason
    assert http.get(f"/v1/sessions/{quiet['id']}").json()["state"] == "ready"


@pytest.fixture(scope="module")
def quiet(http: httpx2.Client, portrait: str) -> Iterator[dict[str, Any]]:
    """A session that nobody watches."""
    with session(http, portrait) as told:
        yield told


def test_a_message_too_large_closes_its_socket_alone(
    server: RunningServer, quiet: dict[str, Any], http: httpx2.Client
) -> None:
    with live_client(server.url, quiet["websocket"], key=KEY) as client:
        with suppress(ConnectionClosed):
            client.connection.send(bytes(3_000_000))
        with pytest.raises(ConnectionClosed) as closing:
            client.next()
    assert closing.value.rcvd is None or closing.value.rcvd.code == 1009
    assert http.get(f"/v1/sessions/{quiet['id']}").json()["state"] == "ready"


def test_what_cannot_be_done_is_told_and_the_socket_goes_on(
    server: RunningServer, quiet: dict[str, Any]
) -> None:
    with live_client(server.url, quiet["websocket"], key=KEY) as client:
        client.say("emotion", name="sly")
        assert client.until_told("error")[-1].words["code"] == "bad-expression"
        client.say("portrait", id="0" * 64)
        assert client.until_told("error")[-1].words["code"] == "not-found"
        client.push(np.zeros(0, np.int16))
        client.connection.send(bytes([1, PCM]) + bytes(14) + b"odd")
        assert client.until_told("error")[-1].words["code"] == "bad-option"
        client.say("clear")
        client.until_told("cleared")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"portrait": "0" * 64}, 404),
        ({"fps": 0}, 422),
        ({"fps": 61}, 422),
        ({"idle": "dance"}, 422),
        ({"engine": "steam"}, 422),
        ({"face": 7}, 422),
        ({"emotion": "happy"}, 422),
    ],
)
def test_what_cannot_be_begun_is_told_at_once(
    http: httpx2.Client, portrait: str, fields: dict[str, Any], status: int
) -> None:
    answer = http.post("/v1/sessions", json={"portrait": portrait, **fields})
    assert answer.status_code == status, answer.text


def test_an_end_is_told_to_who_watches_and_remembered(
    server: RunningServer, http: httpx2.Client, portrait: str
) -> None:
    with session(http, portrait) as told, watching(server, told) as client:
        client.pictures(1)
        path = f"/v1/sessions/{told['id']}"
        assert http.delete(path).json()["state"] == "closed"
        with pytest.raises(ConnectionClosed) as closing:
            client.until(lambda each: False)
        assert closing.value.rcvd is not None
        assert closing.value.rcvd.code == 1000
        assert http.get(path).json()["ended"] == "it was closed"
        assert http.post(f"{path}/clear").status_code == 409
        assert refused(server, told, KEY) == 409
        assert http.delete(path).status_code == 200
        assert http.get(path).status_code == 404


def test_there_are_so_many_and_no_more(
    server: RunningServer, http: httpx2.Client, portrait: str
) -> None:
    with caller(server, OTHERS_KEY) as other, session(http, portrait):
        others_portrait = sent(other)
        answer = http.post("/v1/sessions", json={"portrait": portrait, **SMALL})
        if answer.status_code == 201:  # one more than in the other tests
            http.delete(f"/v1/sessions/{answer.json()['id']}")
        with session(other, others_portrait):
            answer = other.post("/v1/sessions", json={"portrait": others_portrait})
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
        answer = http.post("/v1/sessions", json={"portrait": portrait})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0


def test_nothing_is_left_of_many_sessions(
    server: RunningServer, http: httpx2.Client, portrait: str
) -> None:
    host = host_of(server)

    def once() -> None:
        with session(http, portrait) as told, watching(server, told) as client:
            client.pictures(1)

    once()
    before = {pid: settled(pid) for pid in (host, server.process.pid)}
    for _ in range(20):
        once()
    for pid, (threads, descriptors) in before.items():
        now = settled(pid, threads, descriptors)
        assert now[0] <= threads
        assert now[1] <= descriptors


def test_a_host_that_dies_takes_its_sessions_and_is_replaced(
    server: RunningServer, http: httpx2.Client, portrait: str
) -> None:
    with session(http, portrait) as told, watching(server, told) as client:
        client.pictures(1)
        os.kill(host_of(server), signal.SIGKILL)
        with pytest.raises(ConnectionClosed) as closing:
            client.until(lambda each: False)
        assert closing.value.rcvd is not None
        assert closing.value.rcvd.code == 1011
        told = http.get(f"/v1/sessions/{told['id']}").json()
        assert told["state"] == "failed"
        assert told["error"]["code"] == "worker-lost"
        assert "SIGKILL" in told["error"]["detail"]
    with session(http, portrait) as told, watching(server, told) as client:
        client.pictures(1)
