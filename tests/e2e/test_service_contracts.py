"""The avatar service's and the frame renderer's contracts, against a server as users start it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import httpx2
import numpy as np
import pytest
from PIL import Image

from fakes.clips import astronaut
from fakes.running_server import RunningServer, running_server

pytestmark = pytest.mark.e2e

SEVEN = ["neutral", "happy", "sad", "surprised", "angry", "disgusted", "fearful"]
ANSWERED = {
    "output_path", "filename", "emotion", "intensity", "latency_ms", "gpu_used", "model_version",
    "width", "height", "image_hash",
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def picture() -> bytes:
    """A face, 160 x 128."""
    face = cv2.cvtColor(astronaut()[20:180, 150:310], cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".png", cv2.resize(face, (160, 160))[:128])[1])


@pytest.fixture(scope="module")
def image_hash(client: httpx2.Client, picture: bytes) -> str:
    return str(rendered(client, picture, emotion="neutral", width=64, height=64)["image_hash"])


def rendered(client: httpx2.Client, picture: bytes | None, **fields: Any) -> dict[str, Any]:
    files = None if picture is None else {"source_image": ("me.png", picture, "image/png")}
    answer = client.post("/render", data=fields, files=files)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def pixels(content: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), np.int16)


def problem(answer: httpx2.Response, status: int, code: str) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    return str(answer.json()["detail"])


def metric(client: httpx2.Client, line: str) -> float:
    """Of a metric with its labels, as it is written; 0 before its first event."""
    for each in client.get("/metrics").text.splitlines():
        if each.startswith(f"{line} "):
            return float(each.rpartition(" ")[2])
    return 0.0


def wait_for(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.01)


curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")


@curl
def test_the_avatar_service_answers_curl(server: RunningServer, portrait: Path) -> None:
    """The call as clients of the avatar service write it."""
    command = ["curl", "-sS", "-X", "POST", f"{server.url}/render"]
    for field in (f"source_image=@{portrait}", "emotion=happy", "intensity=0.8"):
        command += ["-F", field]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert answer.keys() == ANSWERED
    assert (answer["emotion"], answer["intensity"]) == ("happy", 0.8)
    fetched = subprocess.run(
        ["curl", "-sS", f"{server.url}{answer['output_path']}"], check=True, capture_output=True
    )
    assert pixels(fetched.stdout).shape == (512, 512, 3)


@curl
def test_the_frame_renderer_answers_curl(server: RunningServer, portrait: Path) -> None:
    command = ["curl", "-sS", "-X", "POST", f"{server.url}/api/render"]
    for field in (f"source_image=@{portrait}", "expression=happy", "intensity=1.0"):
        command += ["-F", field]
    answer = subprocess.run(command, check=True, capture_output=True).stdout
    assert answer[:3] == b"\xff\xd8\xff"
    assert pixels(answer).shape == (512, 512, 3)


@curl
def test_the_examples_of_the_page_work(
    server: RunningServer, picture: bytes, tmp_path: Path
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "serving-contracts.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    assert len(blocks) >= 5
    cv2.imwrite(str(tmp_path / "me.jpg"), cv2.imdecode(np.frombuffer(picture, np.uint8), 1))
    script = (
        "".join(blocks).replace("http://127.0.0.1:8001", server.url).replace("curl ", "curl -f ")
    )
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    assert pixels((tmp_path / "happy.png").read_bytes()).shape == (512, 512, 3)
    assert (tmp_path / "happy.jpg").read_bytes().startswith(b"\xff\xd8\xff")


def test_every_field_of_an_answer_is_what_it_should_be(
    client: httpx2.Client, picture: bytes
) -> None:
    answer = rendered(client, picture, emotion="Sad")
    assert answer.keys() == ANSWERED
    assert answer["output_path"] == f"/output/{answer['filename']}"
    assert (answer["emotion"], answer["intensity"]) == ("sad", 0.7)
    assert (answer["width"], answer["height"]) == (512, 512)
    assert answer["latency_ms"] > 0
    assert answer["gpu_used"] is False
    assert answer["model_version"].startswith("mesh-")
    assert answer["image_hash"] == hashlib.sha256(picture).hexdigest()


def test_an_output_is_fetched_whole_in_part_or_not_again_and_deleted(
    client: httpx2.Client, image_hash: str
) -> None:
    path = rendered(client, None, image_hash=image_hash, emotion="calm", width=64, height=48)[
        "output_path"
    ]
    whole = client.get(path)
    assert whole.headers["content-type"] == "image/png"
    assert pixels(whole.content).shape == (48, 64, 3)
    part = client.get(path, headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"PNG")
    known = client.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    head = client.head(path)
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.content == b""
    deleted = client.delete(path)
    assert deleted.json() == {"deleted": True, "filename": path.removeprefix("/output/")}
    for again in (client.get(path), client.delete(path)):
        problem(again, 404, "not-found")


@pytest.mark.parametrize(
    ("form", "media_type", "kind"),
    [("png", "image/png", "PNG"), ("jpg", "image/jpeg", "JPEG"), ("webp", "image/webp", "WEBP")],
)
def test_an_output_is_of_the_format_that_was_asked_for(
    client: httpx2.Client, image_hash: str, form: str, media_type: str, kind: str
) -> None:
    answer = rendered(
        client, None, image_hash=image_hash, emotion="happy", output_format=form, width=96
    )
    assert answer["filename"].endswith(f".{form}")
    assert (answer["width"], answer["height"]) == (96, 512)
    fetched = client.get(answer["output_path"])
    assert fetched.headers["content-type"] == media_type
    image = Image.open(io.BytesIO(fetched.content))
    assert (image.format, image.size) == (kind, (96, 512))


@pytest.mark.parametrize(
    "emotions", [SEVEN, json.dumps(SEVEN), ",".join(SEVEN)], ids=["repeated", "json", "commas"]
)
def test_a_batch_is_one_picture_of_each_emotion(
    client: httpx2.Client, picture: bytes, emotions: list[str] | str
) -> None:
    answer = client.post(
        "/render/batch",
        data={"emotions": emotions, "intensity": "0.9", "width": "128", "height": "128"},
        files={"source_image": ("me.png", picture, "image/png")},
    )
    assert answer.status_code == 200, answer.text
    assert [each["emotion"] for each in answer.json()] == SEVEN
    assert all(each.keys() == ANSWERED and each["intensity"] == 0.9 for each in answer.json())
    neutral, *others = (pixels(client.get(each["output_path"]).content) for each in answer.json())
    for other in others:
        assert np.abs(other - neutral).max() > 20


def test_a_frame_is_a_jpeg_that_is_rendered_once(client: httpx2.Client, picture: bytes) -> None:
    asked = {"expression": "surprised", "intensity": "0.61"}
    hits, misses = (
        'mien_cache_hits_total{cache="frames"}',
        'mien_cache_misses_total{cache="frames"}',
    )
    before = metric(client, hits), metric(client, misses)
    first = client.post("/api/render", data=asked, files={"source_image": ("a", picture)})
    known = asked | {"image_hash": first.headers["x-image-hash"]}
    again = client.post("/api/render", data=known)
    assert first.headers["content-type"] == again.headers["content-type"] == "image/jpeg"
    assert (first.headers["x-cache"], again.headers["x-cache"]) == ("miss", "hit")
    assert first.content == again.content
    assert (metric(client, hits), metric(client, misses)) == (before[0] + 1, before[1] + 1)


def test_a_frame_that_several_ask_for_at_once_is_rendered_once(
    client: httpx2.Client, image_hash: str
) -> None:
    rendering = 'mien_frames_rendered_total{engine="mesh"}'
    before = metric(client, rendering)
    asked = {"expression": "angry", "intensity": "0.37", "image_hash": image_hash}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: client.post("/api/render", data=asked), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert metric(client, rendering) == before + 1


def test_the_frame_renderer_names_its_expressions(client: httpx2.Client) -> None:
    answer = client.get("/expressions").json()
    assert answer.keys() == {"expressions", "intensities"}
    assert answer["intensities"] == {"min": 0.0, "max": 1.0}
    assert answer["expressions"][:7] == SEVEN


@pytest.mark.parametrize("path", ["/render", "/api/render"])
def test_what_cannot_be_rendered_is_told_in_words(
    client: httpx2.Client, image_hash: str, path: str
) -> None:
    word = "emotion" if path == "/render" else "expression"

    def post(file: bytes | None = None, **fields: str) -> httpx2.Response:
        files = None if file is None else {"source_image": ("me.png", file, "image/png")}
        return client.post(path, data={word: "happy"} | fields, files=files)

    empty = np.full((64, 64, 3), 200, np.uint8)
    faceless = bytes(cv2.imencode(".png", empty)[1])
    assert "there are neutral, happy" in problem(
        post(image_hash=image_hash, **{word: "hungry"}), 422, "bad-expression"
    )
    assert "send it again" in problem(post(image_hash="0" * 64), 404, "not-found")
    assert "just one of the two" in problem(post(), 422, "bad-option")
    problem(post(faceless, image_hash=image_hash), 422, "bad-option")
    assert problem(post(faceless), 422, "no-face").startswith("me.png: ")
    problem(post(b"MZ" + bytes(100)), 415, "unsupported-kind")
    problem(post(faceless[:60]), 422, "unreadable-media")
    for field, value in (("intensity", "1.1"), ("intensity", "nan"), ("width", "8192")):
        detail = problem(post(image_hash=image_hash, **{field: value}), 422, "invalid-request")
        assert field in detail


def test_a_batch_beyond_all_measure_is_refused(client: httpx2.Client, image_hash: str) -> None:
    asked = {"image_hash": image_hash, "width": "4096", "height": "4096"}
    answer = client.post("/render/batch", data=asked | {"emotions": ",".join(SEVEN)})
    assert "fewer or smaller" in problem(answer, 413, "too-large")


@pytest.mark.parametrize("name", ["..%2f..%2fservice.db", "%2e%2e", "nothing.png", "0" * 3000])
def test_nothing_but_outputs_can_be_fetched(client: httpx2.Client, name: str) -> None:
    for answer in (client.get(f"/output/{name}"), client.delete(f"/output/{name}")):
        assert answer.status_code == 404


def test_calls_and_their_errors_are_counted(client: httpx2.Client, image_hash: str) -> None:
    requests = 'liveportrait_requests_total{endpoint="/render",status="%s"}'
    seconds = 'liveportrait_request_duration_seconds_count{endpoint="/render"}'
    errors = 'liveportrait_errors_total{endpoint="/render",error_type="bad-expression"}'
    lines = [requests % 200, requests % 422, seconds, errors]
    before = [metric(client, line) for line in lines]
    rendered(client, None, image_hash=image_hash, emotion="happy", width=64, height=64)
    client.post("/render", data={"emotion": "hungry", "image_hash": image_hash})
    after = [metric(client, line) for line in lines]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 2, 1]


def test_work_ends_when_its_caller_hangs_up(
    server: RunningServer, client: httpx2.Client, image_hash: str
) -> None:
    gone = 'liveportrait_requests_total{endpoint="/render/batch",status="499"}'
    before = metric(client, gone)
    emotions = ",".join(SEVEN * 7)
    body = f"image_hash={image_hash}&emotions={emotions}&width=1024&height=1024".encode()
    head = (
        f"POST /render/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode() + body)
        wait_for(lambda: metric(client, "mien_workers_busy") > 0)
    wait_for(lambda: metric(client, gone) == before + 1)
    assert metric(client, "mien_workers_busy") == 0
    rendered(client, None, image_hash=image_hash, emotion="happy", width=64, height=64)


def test_nobody_sees_what_is_somebody_elses(tmp_path: Path, picture: bytes) -> None:
    keys = ["the-key-of-somebody", "the-key-of-another"]
    flags = [word for key in keys for word in ("--api-key", key)]
    with running_server(tmp_path, "--run-in", "inline", *flags) as server:
        mine, theirs, nobody = (
            httpx2.Client(base_url=server.url, timeout=60, headers=headers)
            for headers in (*({"X-API-Key": key} for key in keys), {})
        )
        asked = {"emotion": "happy", "width": 64, "height": 64}
        answer = rendered(mine, picture, **asked)
        path, known = answer["output_path"], {"image_hash": answer["image_hash"]}
        frame = {"expression": "happy", "width": "64", "height": "64"}
        assert mine.post("/api/render", data=frame | known).status_code == 200
        for call in (
            lambda client: client.get(path),
            lambda client: client.delete(path),
            lambda client: client.post("/render", data=asked | known),
            lambda client: client.post("/api/render", data=frame | known),
        ):
            problem(call(theirs), 404, "not-found")
            problem(call(nobody), 401, "unauthorized")
        theirs_too = theirs.post("/api/render", data=frame, files={"source_image": ("a", picture)})
        assert theirs_too.headers["x-cache"] == "miss"
        assert mine.get(path).status_code == 200
        for client in (mine, theirs, nobody):
            client.close()
