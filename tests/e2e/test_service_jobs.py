"""Jobs over HTTP, and what they survive, against a server as users start it."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import av
import httpx2
import pytest
from PIL import Image

from fakes.musetalk_weights import write_small_weights
from fakes.running_server import RunningServer, running_server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="processes are looked at there"),
]

KEY, OTHERS_KEY = "a-key-of-one-caller", "a-key-of-another-one"
DATA = files("mien") / "data"
FOREVER = {"kind": "animate", "driving": "idle:natural", "size": 64, "duration": 600}
FILM = {"kind": "express", "emotion": "happy", "format": "mp4", "duration": 0.4, "size": 128}
NUM_FRAMES = 240
LONG_ENOUGH = {"kind": "animate", "driving": "idle:blink", "size": 64, "duration": NUM_FRAMES / 30}
"""To be killed in the middle, and done soon after."""
STOPPED = (0, 128 + signal.SIGTERM)


class Caller:
    """Somebody who uses the service, with a portrait there."""

    def __init__(self, server: RunningServer, key: str | None = KEY) -> None:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self.http = httpx2.Client(base_url=server.url, headers=headers, timeout=60)
        self._portrait: str | None = None

    @property
    def portrait(self) -> str:
        if self._portrait is None:
            self._portrait = self.send("portraits", "astronaut.png")
        return self._portrait

    def send(self, to: str, name: str) -> str:
        file = (name, (DATA / name).read_bytes())
        answer = self.http.post(f"/v1/{to}", files={"file": file})
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["id"])

    def ask(self, job: dict[str, Any], **headers: str) -> httpx2.Response:
        return self.http.post("/v1/jobs", json={"source": self.portrait, **job}, headers=headers)

    def begin(self, job: dict[str, Any]) -> str:
        """The path of the job."""
        answer = self.ask(job)
        assert answer.status_code == 202, answer.text
        assert answer.json()["state"] == "queued"
        return str(answer.headers["location"])

    def events(self, path: str, after: int | None = None) -> Iterator[tuple[int, str, Any]]:
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        with self.http.stream("GET", f"{path}/events", headers=headers) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            said: dict[str, str] = {}
            for line in answer.iter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    said[name] = value
                elif "id" in said:
                    yield int(said["id"]), said["event"], json.loads(said["data"])
                    said = {}

    def until(self, path: str, condition: Callable[[Any], Any]) -> Any:
        """The job when it is so."""
        for _, _, job in self.events(path):
            if condition(job):
                return job
        raise AssertionError(f"it ended otherwise: {job}")

    def ended(self, path: str) -> Any:
        return self.until(path, lambda job: job["ended"])

    def running(self, path: str) -> Any:
        return self.until(path, lambda job: job["progress"]["done"])


@contextmanager
def calling(server: RunningServer, key: str | None = KEY) -> Iterator[Caller]:
    caller = Caller(server, key)
    with caller.http:
        yield caller


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With weights of MuseTalk alone."""
    folder = tmp_path_factory.mktemp("checkout") / "models"
    write_small_weights(folder)
    return folder


@pytest.fixture(scope="module")
def server(data: Path, models: Path) -> Iterator[RunningServer]:
    flags = ("--api-key", KEY, "--api-key", OTHERS_KEY, "--workers", "2", "--jobs-per-key", "3")
    with running_server(data, *flags, env={"MIEN_MODELS_DIR": str(models)}) as server:
        yield server


@pytest.fixture(scope="module")
def caller(server: RunningServer) -> Iterator[Caller]:
    with calling(server) as caller:
        yield caller


def children(server: RunningServer) -> list[int]:
    lists = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    return [int(pid) for each in lists for pid in each.read_text().split()]


def at_work(server: RunningServer) -> int:
    """The worker that writes a result."""
    for pid in children(server):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                if "scratch" in descriptor.readlink().parts:
                    return pid
            except OSError:
                continue
    raise AssertionError("no worker writes")


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 90
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def num_descriptors(server: RunningServer) -> int:
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


def frames_of(film: Path) -> int:
    with av.open(str(film)) as container:
        return sum(1 for _ in container.decode(video=0))


def saved(caller: Caller, path: str, to: Path) -> Path:
    answer = caller.http.get(f"{path}/result")
    assert answer.status_code == 200, answer.text
    to.write_bytes(answer.content)
    return to


def problem(answer: httpx2.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


def test_a_job_is_followed_and_its_film_fetched(caller: Caller, data: Path, tmp_path: Path) -> None:
    path = caller.begin(FILM)
    events = list(caller.events(path))
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    states = [job["state"] for _, name, job in events if name == "state"]
    assert states == ["queued", "running", "succeeded"]
    done = caller.http.get(path).json()
    assert done.pop("request")["size"] == 128
    assert done == events[-1][2]
    assert done["progress"]["done"] == done["progress"]["total"] == done["report"]["frames"] == 10
    assert str(data) not in json.dumps(done)
    assert frames_of(saved(caller, path, tmp_path / "film.mp4")) == 10
    assert list((data / "scratch").iterdir()) == []
    assert caller.http.get("/v1/jobs", params={"limit": 1}).json()["jobs"] == [done]


def test_a_result_is_served_in_parts(caller: Caller) -> None:
    path = caller.begin({**FILM, "format": "png", "duration": None})
    caller.ended(path)
    whole = caller.http.get(f"{path}/result")
    assert whole.headers["content-type"] == "image/png"
    assert whole.headers["content-disposition"] == 'inline; filename="express.png"'
    assert whole.content.startswith(b"\x89PNG")
    part = caller.http.get(f"{path}/result", headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"PNG")
    known = {"If-None-Match": whole.headers["etag"]}
    assert caller.http.get(f"{path}/result", headers=known).status_code == 304
    head = caller.http.head(f"{path}/result")
    assert head.headers["content-length"] == str(len(whole.content))
    problem(caller.http.get(f"{path}/result", headers={"Range": "bytes=99999999-"}), 416)


def test_every_kind_of_job_is_done(caller: Caller, tmp_path: Path) -> None:
    sound = caller.send("drivers", "hello.ogg")
    jobs: list[dict[str, Any]] = [
        {
            "kind": "animate", "format": "webm", "max_frames": 6, "width": 64, "height": 48,
            "emotions": [{"time": 0, "expression": "neutral"}, {"time": 0.1, "expression": "sad"}],
            "driving": "idle:nod", "fps": "30000/1001", "box": [178, 67, 94, 111],
        },
        {
            "kind": "talk", "audio": sound, "text": "Hello, I am Mien.", "duration": 0.4,
            "size": 64, "gaze": [0.2, 0], "fps": 10,
        },
        {"kind": "edit", "edits": {"smile": 0.5, "shapes": {"jawOpen": 0.3}}, "size": 64},
        {
            "kind": "talk", "audio": sound, "driving": "idle:natural", "crop": "upper-body",
            "lips": "musetalk", "duration": 0.3, "fps": 10,
        },
        {"kind": "lipsync", "audio": sound, "fps": 2, "format": "webm"},
    ]  # fmt: skip
    paths = [caller.begin(job) for job in jobs[:3]]
    ended = [caller.ended(path) for path in paths]
    paths += [caller.begin(job) for job in jobs[3:]]
    ended += [caller.ended(path) for path in paths[3:]]
    assert [(job["state"], job["problem"]) for job in ended] == [("succeeded", None)] * len(jobs)
    types = [job["result"]["media_type"] for job in ended]
    assert types == ["video/webm", "video/mp4", "image/png", "video/mp4", "video/webm"]
    assert (ended[3]["report"]["lips"], ended[3]["report"]["frames"]) == ("musetalk", 3)
    assert ended[0]["report"]["rate"] == "30000/1001"
    assert frames_of(saved(caller, paths[0], tmp_path / "film.webm")) == 6
    assert frames_of(saved(caller, paths[1], tmp_path / "talk.mp4")) == 4
    with Image.open(saved(caller, paths[2], tmp_path / "edit.png")) as picture:
        assert picture.size == (64, 64)


def test_a_key_gives_the_same_job_again(caller: Caller) -> None:
    first = caller.ask(FILM, **{"Idempotency-Key": "once"})
    again = caller.ask(FILM, **{"Idempotency-Key": "once"})
    assert first.status_code == again.status_code == 202
    assert first.headers["location"] == again.headers["location"]
    other = caller.ask({**FILM, "emotion": "sad"}, **{"Idempotency-Key": "once"})
    assert problem(other, 422)["code"] == "idempotency-key-reused"
    caller.ended(first.headers["location"])


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ({"kind": "dance"}, "dance"),
        ({}, "kind"),
        ({"kind": "express"}, "give just one"),
        ({"kind": "express", "emotion": "happy", "models_dir": "/etc"}, "models_dir"),
        ({"kind": "express", "emotion": "happy", "output": "/etc/passwd"}, "output"),
        ({"kind": "express", "emotion": "nonsense"}, "nonsense"),
        ({"kind": "express", "valence": 0.5}, "arousal"),
        ({"kind": "express", "emotion": "happy", "intensity": "0.5"}, "intensity"),
        ({"kind": "express", "emotion": "happy", "width": 64}, "height"),
        ({"kind": "express", "emotion": "happy", "box": [0, 0, 0, 0]}, "box"),
        ({"kind": "express", "emotion": "happy", "box": [0, 0, 1e308, 1]}, "box"),
        ({"kind": "animate", "driving": "idle:nod", "fps": "1/0"}, "fps"),
        ({"kind": "animate", "driving": "idle:nod", "fps": "0/1"}, "fps"),
        ({"kind": "animate", "driving": "idle:nod", "fps": "999999999/1"}, "fps"),
        ({"kind": "animate", "emotions": "86400:happy"}, "emotions"),
        ({"kind": "express", "emotion": "happy", "engine": "none"}, "none"),
        ({"kind": "express", "emotion": "happy", "tier": "turbo"}, "tier"),
        ({"kind": "animate"}, "is needed"),
        ({"kind": "animate", "driving": "idle:juggle"}, "juggle"),
        ({"kind": "animate", "driving": "/etc/passwd"}, "driving"),
        ({"kind": "animate", "emotions": "/etc/passwd.json"}, "emotions"),
        ({"kind": "animate", "driving": "idle:nod", "duration": 601}, "600"),
        ({"kind": "animate", "driving": "idle:nod", "max_frames": 10**6}, "max_frames"),
        ({"kind": "talk"}, "audio"),
        ({"kind": "lipsync"}, "audio"),
        ({"kind": "lipsync", "audio": "a" * 64, "engine": "mesh"}, "engine"),
        ({"kind": "lipsync", "audio": "a" * 64, "bbox_shift": 101}, "bbox_shift"),
        ({"kind": "talk", "audio": "a" * 64, "driving": "idle"}, "driving"),
        ({"kind": "talk", "audio": "a" * 64, "joyvasa": {"steps": 0}}, "steps"),
        ({"kind": "edit", "edits": {"smile": 2}}, "smile"),
        ({"kind": "edit", "edits": {"shapes": {"nose": 1}}}, "nose"),
    ],
)
def test_what_cannot_be_done_is_told_at_once(
    caller: Caller, job: dict[str, Any], words: str
) -> None:
    told = problem(caller.ask(job), 422)
    assert words in told["detail"]
    assert "/work" not in told["detail"]


def test_uploads_must_be_there_and_of_the_right_kind(caller: Caller) -> None:
    sound = caller.send("drivers", "hello.ogg")
    problem(caller.ask({**FILM, "source": "0" * 64}), 404)
    told = problem(caller.ask({"kind": "animate", "driving": sound}), 422)
    assert "is a sound" in told["detail"]
    told = problem(caller.ask({"kind": "talk", "audio": caller.portrait}), 422)
    assert "a sound or a film is needed" in told["detail"]


def test_networks_without_weights_are_told_at_once(caller: Caller) -> None:
    talk = {"kind": "talk", "audio": caller.send("drivers", "hello.ogg")}
    for networks, name in (({"audio_driver": "joyvasa"}, "joyvasa"), ({"preset": "best"}, "live")):
        told = problem(caller.ask({**talk, **networks}), 503)
        assert told["code"] == "missing-weights"
        assert name in told["detail"]


def test_a_failed_job_says_why(caller: Caller, data: Path) -> None:
    path = caller.begin({**FILM, "face": 7})
    job = caller.ended(path)
    assert job["state"] == "failed"
    assert job["problem"]["code"] == "no-face"
    assert str(data) not in job["problem"]["detail"]
    told = problem(caller.http.get(f"{path}/result"), 409)
    assert job["problem"]["detail"] in told["detail"]


def test_a_running_job_is_cancelled_and_leaves_nothing(caller: Caller, data: Path) -> None:
    path = caller.begin(FOREVER)
    caller.running(path)
    assert problem(caller.http.get(f"{path}/result"), 409)["code"] == "conflict"
    assert caller.http.delete(path).json()["state"] == "cancelled"
    assert list((data / "scratch").iterdir()) == []
    assert [job["state"] for _, _, job in caller.events(path)][-1] == "cancelled"
    problem(caller.http.get(f"{path}/result"), 409)
    assert caller.http.delete(path).status_code == 200
    problem(caller.http.get(path), 404)


def test_a_finished_job_is_deleted_with_its_result(caller: Caller, data: Path) -> None:
    path = caller.begin(FILM)
    id = caller.ended(path)["id"]
    assert len(list(data.glob(f"store/**/{id}.mp4"))) == 1
    assert caller.http.delete(path).json()["state"] == "succeeded"
    assert list(data.glob(f"store/**/{id}*")) == []
    for gone in (path, f"{path}/result", f"{path}/events"):
        problem(caller.http.get(gone), 404)
    problem(caller.http.delete(path), 404)


def test_one_caller_sees_nothing_of_another(caller: Caller, server: RunningServer) -> None:
    path = caller.begin(FILM)
    caller.ended(path)
    with calling(server, OTHERS_KEY) as other:
        for hidden in (path, f"{path}/result", f"{path}/events"):
            problem(other.http.get(hidden), 404)
        problem(other.http.delete(path), 404)
        assert other.http.get("/v1/jobs").json() == {"jobs": []}
        job = {**FILM, "source": caller.portrait}
        problem(other.http.post("/v1/jobs", json=job), 404)
    with calling(server, None) as nobody:
        problem(nobody.http.get(path), 401)
    assert caller.http.get(path).status_code == 200


def test_one_caller_cannot_take_all_places(caller: Caller, server: RunningServer) -> None:
    paths = [caller.begin(FOREVER) for _ in range(3)]
    refused = caller.ask(FILM)
    problem(refused, 429)
    assert int(refused.headers["retry-after"]) > 0
    with calling(server, OTHERS_KEY) as other:
        theirs = other.begin(FILM)
        assert caller.http.delete(paths[0]).json()["state"] == "cancelled"
        assert other.ended(theirs)["state"] == "succeeded"
    for path in paths[1:]:
        assert caller.http.delete(path).json()["state"] == "cancelled"


def test_events_go_on_where_a_caller_left(caller: Caller, server: RunningServer) -> None:
    path = caller.begin(FILM)
    caller.ended(path)
    before = num_descriptors(server)
    whole = list(caller.events(path))
    assert list(caller.events(path, after=2)) == whole[2:]
    last = {"Last-Event-ID": str(whole[-1][0])}
    assert caller.http.get(f"{path}/events", headers=last).status_code == 204
    path = caller.begin(FOREVER)
    for _ in range(5):
        with calling(server) as passing:
            passing.running(path)
    assert caller.http.delete(path).json()["state"] == "cancelled"
    # one more: this client's own connection, which is kept for some seconds
    assert wait_for(lambda: num_descriptors(server) <= before + 1)


def test_a_job_outlives_its_worker_once_but_not_twice(
    caller: Caller, server: RunningServer, data: Path, tmp_path: Path
) -> None:
    path = caller.begin(LONG_ENOUGH)
    caller.running(path)
    os.kill(at_work(server), signal.SIGKILL)
    assert caller.ended(path)["state"] == "succeeded"
    assert frames_of(saved(caller, path, tmp_path / "film.mp4")) == NUM_FRAMES
    path = caller.begin(FOREVER)
    caller.running(path)
    first = at_work(server)
    os.kill(first, signal.SIGKILL)
    caller.until(path, lambda job: job["progress"]["done"] and writes_another(server, first))
    os.kill(at_work(server), signal.SIGKILL)
    failed = caller.ended(path)
    assert failed["problem"]["code"] == "worker-lost"
    assert "not tried again" in failed["problem"]["detail"]
    assert list((data / "scratch").iterdir()) == []


def writes_another(server: RunningServer, dead: int) -> bool:
    """Whether another worker than the dead one has begun to write."""
    try:
        return at_work(server) != dead
    except (AssertionError, OSError):
        return False


def test_a_full_disk_fails_jobs_with_their_reason_and_not_the_service(
    caller: Caller, server: RunningServer, data: Path
) -> None:
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    assert wait_for(lambda: len(children(server)) >= 2)
    for pids in (children(server), [server.process.pid]):
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (2000, unlimited[1]))
        answer = caller.ask(FILM)
        if answer.status_code == 202:
            failed = caller.ended(answer.headers["location"])
            assert failed["state"] == "failed"
            assert failed["problem"]["status"] == 507, failed["problem"]
            assert str(data) not in failed["problem"]["detail"]
        else:
            problem(answer, 507)
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
        assert list((data / "scratch").iterdir()) == []
        assert caller.ended(caller.begin(FILM))["state"] == "succeeded"


def test_a_store_that_takes_nothing_fails_the_job(
    caller: Caller, data: Path, tmp_path: Path
) -> None:
    store = data / "store"
    store.rename(tmp_path / "away")
    store.touch()
    try:
        failed = caller.ended(caller.begin(FILM))
    finally:
        store.unlink()
        (tmp_path / "away").rename(store)
    assert failed["problem"]["status"] == 507
    assert list((data / "scratch").iterdir()) == []
    assert caller.ended(caller.begin(FILM))["state"] == "succeeded"


def test_a_second_server_for_the_same_folder_says_so(server: RunningServer, data: Path) -> None:
    command = [sys.executable, "-m", "mien", "serve", "--port", "0", "--data-dir", str(data)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 2, ended.stderr
    assert f"process {server.process.pid}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_jobs_outlive_the_server_however_it_ends(tmp_path: Path) -> None:
    data = tmp_path / "data"
    flags = ("--workers", "2")
    with running_server(data, *flags) as server, calling(server, None) as caller:
        first = caller.begin(LONG_ENOUGH)
        caller.running(first)
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
        left = list((data / "scratch").iterdir())
        assert len(left) == 1
    with running_server(data, *flags) as server, calling(server, None) as caller:
        job = caller.running(first)
        assert job["state"] == "running"
        assert not left[0].exists()
        second = caller.begin(FILM)
        events = caller.events(first)
        next(events)
        server.process.terminate()
        assert [job["state"] for _, _, job in events][-1] == "succeeded"
        assert server.process.wait(60) in STOPPED
    assert list((data / "scratch").iterdir()) == []
    with running_server(data, *flags) as server, calling(server, None) as caller:
        done = caller.http.get(first).json()
        assert (done["state"], done["report"]["frames"]) == ("succeeded", NUM_FRAMES)
        assert frames_of(saved(caller, first, tmp_path / "film.mp4")) == NUM_FRAMES
        assert caller.ended(second)["state"] == "succeeded"
        assert len(list(data.glob("store/**/*.mp4"))) == 2
        assert server.stop() in STOPPED
