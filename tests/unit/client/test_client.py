from __future__ import annotations

import inspect
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fakes.scripted_service import Scripted, ScriptedService, events, problem
from mien.client import AsyncClient, Client, Upload
from mien.client import async_kept as awaited
from mien.client import kept as waiting
from mien.errors import (
    ApiConnectionError,
    ApiError,
    OptionError,
    OutputError,
    UnreadableMediaError,
)
from mien.types import Progress

pytestmark = pytest.mark.unit

Ask = Callable[..., Any]
VERSION = {"name": "mien", "version": "1.2", "api": "v1"}
FILM = bytes(range(256)) * 40


def job(state: str = "running", done: int = 0, **more: Any) -> dict[str, Any]:
    progress = {"done": done, "total": 4, "frames_per_second": 20.0, "eta_s": 0.1}
    return {"id": "j1", "kind": "animate", "state": state, "progress": progress} | more


def test_an_answer_becomes_an_object_and_new_fields_do_no_harm(
    ask: Ask, service: ScriptedService
) -> None:
    service.will(Scripted(200, VERSION | {"colour": "red"}))
    assert ask("version").version == "1.2"
    assert service.asked[0].headers["user-agent"].startswith("mien-python/")


def test_an_answer_of_something_else_is_told(ask: Ask, service: ScriptedService) -> None:
    for body in (b"<html>", b"[]", b'{"name": "apache"}'):
        service.will(Scripted(200, body))
        with pytest.raises(ApiError, match="is this a Mien service"):
            ask("version")


def test_a_problem_is_an_error_with_its_facts(ask: Ask, service: ScriptedService) -> None:
    service.will(problem(404, "not-found"))
    with pytest.raises(ApiError, match=r"it is not-found \(404 not-found\)") as told:
        ask("jobs.get", "x/../y")
    error = told.value
    assert (error.status, error.code, error.request_id) == (404, "not-found", "r1")
    assert not error.retryable
    assert service.asked[0].path == "/v1/jobs/x%2F..%2Fy"


def test_a_busy_service_is_asked_again_when_it_says(ask: Ask, service: ScriptedService) -> None:
    service.will(problem(503, "busy", 0), problem(429, "too-many", 0), Scripted(200, VERSION))
    assert ask("version").version == "1.2"
    assert len(service.asked) == 3


def test_patience_ends(ask: Ask, service: ScriptedService) -> None:
    service.will(*[problem(503, "busy", 0)] * 9)
    with pytest.raises(ApiError) as told:
        ask("version")
    assert told.value.retryable
    assert len(service.asked) == 4


def test_what_will_not_pass_is_not_tried_again(ask: Ask, service: ScriptedService) -> None:
    service.will(problem(503, "engine-unavailable"), problem(503, "busy", 9999))
    for _ in range(2):
        with pytest.raises(ApiError):
            ask("version")
    assert len(service.asked) == 2


def test_an_answer_that_breaks_off_is_asked_for_again(ask: Ask, service: ScriptedService) -> None:
    service.will(Scripted(200, VERSION, cut=5), Scripted(200, VERSION))
    assert ask("version").version == "1.2"


def test_a_job_is_submitted_once_however_often_it_is_sent(
    ask: Ask, service: ScriptedService
) -> None:
    service.will(Scripted(202, job(), cut=3), problem(503, "busy", 0), Scripted(202, job("queued")))
    made = ask("jobs.submit", "animate", source="p", driving="idle:blink")
    assert (made.id, made.state, made.progress.total) == ("j1", "queued", 4)
    keys = {each.headers["idempotency-key"] for each in service.asked}
    assert len(service.asked) == 3
    assert len(keys) == 1
    body = json.loads(service.asked[0].body)
    assert body == {"kind": "animate", "source": "p", "driving": "idle:blink"}


def test_a_key_of_ones_own_is_sent(ask: Ask, service: ScriptedService) -> None:
    service.will(Scripted(202, job()))
    ask("jobs.submit", "express", source="p", idempotency_key="monday")
    assert service.asked[0].headers["idempotency-key"] == "monday"


def test_what_is_deleted_is_not_deleted_twice(ask: Ask, service: ScriptedService) -> None:
    service.will(Scripted(200, b"{}", cut=1))
    with pytest.raises(ApiConnectionError):
        ask("jobs.cancel", "j1")
    assert [each.method for each in service.asked] == ["DELETE"]


def test_what_leaves_an_output_is_asked_for_again_only_if_it_was_not_done(
    ask: Ask, service: ScriptedService
) -> None:
    service.will(problem(503, "busy", 0), Scripted(502, b"a proxy"))
    with pytest.raises(ApiError, match="502"):
        ask("render", b"a face", "happy")
    assert len(service.asked) == 2


def test_nobody_there_is_told_without_the_password_of_the_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        client = Client(f"http://me:secret@127.0.0.1:{port}", retries=0)
        with client, pytest.raises(ApiConnectionError, match=f"127.0.0.1:{port}: ") as told:
            client.version()
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"base_url": "localhost:8001"}, "base_url: 'localhost:8001' is no address"),
        ({"timeout": 0}, "timeout: 0 is not a number"),
        ({"retries": -1}, "retries: -1 is not a whole number"),
    ],
)
def test_options_that_make_no_sense_are_told(options: dict[str, Any], problem: str) -> None:
    for kind in (Client, AsyncClient):
        with pytest.raises(OptionError, match=problem):
            kind(**options)


def test_a_key_is_shown_to_the_service(service: ScriptedService) -> None:
    service.will(Scripted(200, VERSION))
    with Client(service.url, api_key="mien_abc") as client:
        client.version()
    assert service.asked[0].headers["authorization"] == "Bearer mien_abc"


def test_health_is_an_answer_while_the_service_is_not_well(
    ask: Ask, service: ScriptedService
) -> None:
    service.will(Scripted(503, {"status": "starting"}))
    state = ask("health")
    assert (state.status, state.ready) == ("starting", False)


def test_one_can_wait_for_a_service_to_be_ready(ask: Ask, service: ScriptedService) -> None:
    service.will(Scripted(503, {"status": "starting"}), Scripted(200, {"status": "healthy"}))
    assert ask("wait_until_ready").ready
    service.will(Scripted(503, {"status": "failed"}))
    with pytest.raises(ApiConnectionError, match="did not become ready: it says failed"):
        ask("wait_until_ready")
    service.will(Scripted(503, {"status": "starting"}))
    with pytest.raises(ApiConnectionError, match="it says starting"):
        ask("wait_until_ready", timeout=0)


def test_a_portrait_is_sent_with_what_is_asked_of_it(
    ask: Ask, service: ScriptedService, tmp_path: Path
) -> None:
    (tmp_path / "me.png").write_bytes(b"the picture")
    kept = {
        "output_path": "/output/a.png", "filename": "a.png", "emotion": "happy", "intensity": 0.5,
        "latency_ms": 3.0, "gpu_used": False, "model_version": "m", "width": 9, "height": 9,
        "image_hash": "h",
    }  # fmt: skip
    service.will(problem(503, "busy", 0), Scripted(200, kept), Scripted(200, [kept, kept]))
    assert ask("render", tmp_path / "me.png", "happy", intensity=0.5).filename == "a.png"
    assert len(ask("render_batch", b"bytes", ["happy", "sad"])) == 2
    for sent in service.asked[:2]:
        assert b'filename="me.png"' in sent.body
        assert b"the picture" in sent.body
        assert b"0.5" in sent.body
    assert service.asked[2].body.count(b'name="emotions"') == 2


def test_a_portrait_that_was_sent_before_is_named_by_its_hash(
    ask: Ask, service: ScriptedService
) -> None:
    headers = {"Content-Type": "image/jpeg", "X-Cache": "hit", "X-Image-Hash": "h"}
    service.will(Scripted(200, b"jpeg", headers))
    picture = ask("render_frame", image_hash="h", expression="sad")
    assert (picture.data, picture.media_type, picture.cached) == (b"jpeg", "image/jpeg", True)
    assert service.asked[0].body == b"expression=sad&image_hash=h"
    with pytest.raises(OptionError, match="source"):
        ask("render_frame", b"picture", image_hash="h")


def test_a_file_that_is_not_there_is_told_before_anything_is_sent(
    ask: Ask, service: ScriptedService
) -> None:
    with pytest.raises(UnreadableMediaError, match=r"gone.png: is not a file that exists"):
        ask("portraits.upload", "gone.png")
    assert service.asked == []


def test_a_still_is_asked_for_by_upload_or_by_id(ask: Ask, service: ScriptedService) -> None:
    png = Scripted(200, b"png", {"Content-Type": "image/png", "X-Cache": "miss"})
    service.will(png, png)
    assert not ask("still", Upload("p1", {}), emotion="happy", format="png").cached
    ask("still", "p1", edits={"smile": 1})
    bodies = [json.loads(each.body) for each in service.asked]
    assert bodies[0] == {"portrait": "p1", "emotion": "happy", "format": "png"}
    assert bodies[1] == {"portrait": "p1", "edits": {"smile": 1}}


def test_a_job_is_followed_over_a_broken_connection_to_its_end(
    ask: Ask, service: ScriptedService
) -> None:
    service.will(
        events(job(done=1), job(done=2)),
        Scripted(200, job(done=3)),
        events(job(done=4), job("succeeded", 4), first=3),
    )
    seen = ask("jobs.follow", "j1")
    assert [each.progress.done for each in seen] == [1, 2, 4, 4]
    assert seen[-1].state == "succeeded"
    again = [each for each in service.asked if each.path.endswith("/events")]
    assert [each.headers.get("last-event-id") for each in again] == [None, "2"]


def test_a_job_that_ended_unseen_is_told(ask: Ask, service: ScriptedService) -> None:
    service.will(events(job(done=1), cut=20), Scripted(200, job("cancelled")))
    assert [each.state for each in ask("jobs.follow", "j1")] == ["cancelled"]


def test_a_result_is_taken_up_where_the_connection_broke(
    ask: Ask, service: ScriptedService, tmp_path: Path
) -> None:
    tag = {"ETag": '"e1"'}
    rest = {"Content-Range": f"bytes 4000-{len(FILM) - 1}/{len(FILM)}"} | tag
    service.will(Scripted(200, FILM, tag, cut=4000), Scripted(206, FILM[4000:], rest))
    target = tmp_path / "film.mp4"
    assert ask("jobs.result", "j1", target) == target
    assert target.read_bytes() == FILM
    asked = service.asked[1].headers
    assert (asked["range"], asked["if-range"]) == ("bytes=4000-", '"e1"')
    assert [each.name for each in tmp_path.iterdir()] == ["film.mp4"]


def test_a_result_that_became_another_is_taken_anew(
    ask: Ask, service: ScriptedService, tmp_path: Path
) -> None:
    service.will(Scripted(200, b"x" * 90, {"ETag": '"e1"'}, cut=50), Scripted(200, FILM))
    ask("jobs.result", "j1", tmp_path / "film.mp4")
    assert (tmp_path / "film.mp4").read_bytes() == FILM


def test_a_result_that_never_comes_whole_leaves_nothing(
    ask: Ask, service: ScriptedService, tmp_path: Path
) -> None:
    service.will(Scripted(200, FILM, cut=9), problem(410, "gone"))
    with pytest.raises(ApiError):
        ask("jobs.result", "j1", tmp_path / "film.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_exists_is_replaced_by_force_alone(
    ask: Ask, service: ScriptedService, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists already"):
        ask("download_output", "a.png", tmp_path / "a.png")
    assert service.asked == []
    service.will(Scripted(200, b"theirs"))
    ask("download_output", "a.png", tmp_path / "a.png", force=True)
    assert (tmp_path / "a.png").read_bytes() == b"theirs"


def test_a_film_is_made_from_files_to_a_file(
    ask: Ask, service: ScriptedService, tmp_path: Path
) -> None:
    service.will(
        Scripted(201, {"id": "p"}),
        Scripted(201, {"id": "s"}),
        Scripted(202, job("queued")),
        events(job(done=1), job(done=2), job("succeeded", 4)),
        Scripted(200, FILM),
    )
    (tmp_path / "hello.wav").write_bytes(b"sound")
    steps: list[Progress] = []
    made = ask(
        "talk", b"portrait", tmp_path / "hello.wav", output=tmp_path / "talk.webm",
        text="Hello", progress=steps.append,
    )  # fmt: skip
    assert made.state == "succeeded"
    assert [each.done for each in steps] == [1, 2]
    assert (tmp_path / "talk.webm").read_bytes() == FILM
    told = [each.path for each in service.asked]
    assert told[:3] == ["/v1/portraits", "/v1/drivers", "/v1/jobs"]
    body = {"kind": "talk", "source": "p", "audio": "s", "text": "Hello", "format": "webm"}
    assert json.loads(service.asked[2].body) == body


def test_a_job_that_fails_is_an_error_with_its_reason(
    ask: Ask, service: ScriptedService, tmp_path: Path
) -> None:
    why = {"status": 422, "code": "no-face", "detail": "there is no face"}
    service.will(Scripted(202, job()), events(job("failed", problem=why)))
    with pytest.raises(ApiError, match="there is no face") as told:
        ask("edit", Upload("p", {}), edits={}, output=tmp_path / "a.png")
    assert (told.value.status, told.value.code) == (422, "no-face")
    service.will(Scripted(202, job()), events(job("cancelled")))
    with pytest.raises(ApiError, match="was cancelled"):
        ask("express", Upload("p", {}), emotion="sad", output=tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_what_ends_the_work_here_ends_the_job_there(
    ask: Ask, service: ScriptedService, tmp_path: Path
) -> None:
    def enough(step: Progress) -> None:
        raise RuntimeError("enough")

    service.will(Scripted(202, job()), events(job(done=1), job(done=2)), Scripted(200, job()))
    with pytest.raises(RuntimeError, match="enough"):
        ask(
            "animate", Upload("p", {}), driving="idle:blink", output=tmp_path / "a.mp4",
            progress=enough,
        )  # fmt: skip
    assert [each.method for each in service.asked] == ["POST", "GET", "DELETE"]
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_before_anything_is_sent(
    ask: Ask, service: ScriptedService, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        ask("animate", b"me", driving="idle:blink", output=tmp_path / "no" / "a.mp4")
    assert service.asked == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Client, AsyncClient),
        (waiting.Shelf, awaited.AsyncShelf),
        (waiting.Portraits, awaited.AsyncPortraits),
        (waiting.Jobs, awaited.AsyncJobs),
    ],
)
def test_both_clients_have_the_same_verbs(one: type, other: type) -> None:
    def verbs(kind: type) -> dict[str, Any]:
        found = inspect.getmembers(kind, inspect.isfunction)
        return {
            name: list(inspect.signature(verb).parameters.values())
            for name, verb in found
            if not name.startswith("__")
        }

    assert verbs(one) == verbs(other)
    for name in verbs(one):
        if not name.startswith("_"):
            assert getattr(one, name).__doc__, name
