"""The studio page: its files, and what a reader does with it in a real browser."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.node import install, node_environment, run
from fakes.running_server import RunningServer, running_server

from mien.motion.expressions import load_expressions

pytestmark = pytest.mark.e2e

BROWSER_TESTS = Path(__file__).parents[1] / "browser"
KEY = "mien_key_of_the_studio_test"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("studio"), env={"MIEN_API_KEY": KEY}) as found:
        yield found


def fetch(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, dict(answer.headers.lower_items()), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def test_a_browser_does_everything_that_the_studio_offers(
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
        "MIEN_CHROMIUM": chromium,
    }
    report = run(BROWSER_TESTS, environment | settings, "npm", "test")
    assert "fail 0" in report
    assert "pass 0" not in report
    with zipfile.ZipFile(tmp_path / "emotions.zip") as pictures:
        assert pictures.testzip() is None
        assert pictures.namelist() == [f"{name}.png" for name in load_expressions()]
