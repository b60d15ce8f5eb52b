"""The studio page and live faces in a real browser; tests/browser says what is done there."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

from fakes.node import install, node_environment, run
from fakes.running_server import RunningServer, running_server
from fakes.synthesizer import fake_synthesizer
from mien.motion.expressions import load_expressions

pytestmark = pytest.mark.e2e

BROWSER_TESTS = Path(__file__).parents[1] / "browser"
KEY = "mien_key_of_the_studio_test"
CAMERA_FPS = 30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    sound = Path(str(files("mien.data") / "hello.ogg"))
    programs = fake_synthesizer(tmp_path_factory.mktemp("bin"), sound)
    env = {"MIEN_API_KEY": KEY, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    with running_server(tmp_path_factory.mktemp("studio"), live=True, env=env) as found:
        yield found


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    data: bytes


def ask(url: str, data: bytes | None = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data, named)
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def test_the_page_and_its_files_need_no_key_and_run_nothing_foreign(server: RunningServer) -> None:
    page = ask(f"{server.url}/studio")
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "connect-src 'self'"} <= set(policy)
    linked = re.findall(rb'(?:src|href)="(studio/[^"]+)"', page.data)
    assert b"studio/main.js" in linked
    for path in linked:
        assert ask(f"{server.url}/{path.decode()}").status == 200
    module = ask(f"{server.url}/studio/client/v1/client.js")
    assert module.headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_files_that_did_not_change_are_not_sent_again(server: RunningServer) -> None:
    sample = ask(f"{server.url}/studio/sample.png")
    assert sample.headers["Content-Type"] == "image/png"
    again = ask(f"{server.url}/studio/sample.png", If_None_Match=sample.headers["ETag"])
    assert (again.status, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["nothing.js", "page.py", "../page.py", "%2e%2e/app.py"])
def test_nothing_else_is_served(server: RunningServer, path: str) -> None:
    answer = ask(f"{server.url}/studio/{path}")
    assert answer.status in (401, 404)
    assert answer.headers["Content-Type"] == "application/problem+json"


def camera_film(server: RunningServer, path: Path) -> Path:
    """MJPEG in which the built-in portrait closes and opens its mouth, a second each."""
    key = f"Bearer {KEY}"
    picture = files("mien.data").joinpath("astronaut.png").read_bytes()
    portrait = hashlib.sha256(picture).hexdigest()
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="astronaut.png"\r\n\r\n'
    body, kind = form + picture + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
    sent = ask(f"{server.url}/v1/portraits", body, Authorization=key, Content_Type=kind)
    assert sent.status == 201
    with path.open("wb") as film:
        for emotion in ("neutral", "surprised"):
            look = {"portrait": portrait, "emotion": emotion, "intensity": 1.0, "format": "jpg"}
            asked = json.dumps(look).encode()
            kind = "application/json"
            still = ask(f"{server.url}/v1/stills", asked, Authorization=key, Content_Type=kind)
            assert still.status == 200
            film.write(still.data * CAMERA_FPS)
    return path


def test_a_browser_does_everything_that_the_studio_and_webrtc_offer(
    server: RunningServer, tmp_path: Path
) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is not installed")
    environment = node_environment(tmp_path)
    install(BROWSER_TESTS, environment)
    settings = {
        "MIEN_URL": server.url,
        "MIEN_KEY": KEY,
        "MIEN_OUT": str(tmp_path),
        "MIEN_CAMERA": str(camera_film(server, tmp_path / "camera.mjpeg")),
        "MIEN_CHROMIUM": chromium,
    }
    report = run(BROWSER_TESTS, environment | settings, "npm", "test")
    assert "fail 0" in report
    assert "pass 0" not in report
    with zipfile.ZipFile(tmp_path / "emotions.zip") as pictures:
        assert pictures.testzip() is None
        assert pictures.namelist() == [f"{name}.png" for name in load_expressions()]
