"""Live faces with networks, against a server as users start it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import numpy as np
import pytest

from fakes.live_client import PNG
from fakes.live_sessions import KEY, SMALL, caller, host_of, sent, session, settled, watching
from fakes.musetalk_weights import write_small_weights
from fakes.personalive_weights import quick_sizes
from fakes.personalive_weights import write_small_weights as write_personalive
from fakes.running_server import RunningServer, running_server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="processes are looked at there"),
]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server looks for weights; there are none."""
    folder = tmp_path_factory.mktemp("checkout") / "models"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[RunningServer]:
    data, env = tmp_path_factory.mktemp("data"), {"MIEN_MODELS_DIR": str(models)}
    flags = ("--live-sessions", "2", "--workers", "2", "--drain-s", "0", "--api-key", KEY)
    with running_server(data, *flags, live=True, env=env) as server:
        yield server


@pytest.fixture(scope="module")
def http(server: RunningServer) -> Iterator[httpx2.Client]:
    with caller(server, KEY) as client:
        yield client


@pytest.fixture(scope="module")
def portrait(http: httpx2.Client) -> str:
    return sent(http)


def test_musetalk_paints_the_lips_of_a_face_once_its_weights_are_there(
    server: RunningServer, http: httpx2.Client, portrait: str, models: Path
) -> None:
    asked = {"portrait": portrait, **SMALL, "lips": "musetalk"}
    answer = http.post("/v1/sessions", json=asked)
    assert answer.status_code == 503
    assert answer.json()["code"] == "missing-weights"
    assert "models download musetalk" in answer.json()["detail"]
    assert str(models) not in answer.text
    assert http.post("/v1/sessions", json=asked | {"lips": "own"}).status_code == 422
    write_small_weights(models)
    shown = []
    for lips in ("engine", "musetalk"):
        with (
            session(http, portrait, lips=lips) as told,
            watching(server, told, form="png", sound=False) as client,
        ):
            shown.append(client.pictures(1)[0].picture.astype(int))
    differs = np.abs(shown[1] - shown[0]).max(axis=2) > 40
    assert differs[28:50, 42:70].sum() > 100, "noise, as nobody taught them"
    assert differs[80:].sum() < 50


def test_personalive_draws_a_face_once_its_weights_are_there_and_tells_how_late(
    server: RunningServer, http: httpx2.Client, portrait: str, models: Path
) -> None:
    asked = {"portrait": portrait, **SMALL, "engine": "personalive", "resolution": 256}
    answer = http.post("/v1/sessions", json=asked)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "missing-weights"
    assert "models download personalive" in answer.json()["detail"]
    assert str(models) not in answer.text
    assert http.post("/v1/sessions", json=asked | {"resolution": 200}).status_code == 422
    assert http.post("/v1/sessions", json=asked | {"engine": "mesh"}).status_code == 422
    write_personalive(models, sizes=quick_sizes())
    with (
        session(http, portrait, **{key: asked[key] for key in ("engine", "resolution")}) as told,
        watching(server, told, form="png", sound=False) as client,
    ):
        assert (told["latency_ms"], told["stats"]["delay_ms"]) == (800.0, 800.0)
        first = client.pictures(1)[0].picture
        drawn = client.until(lambda came: came.kind == PNG and (came.picture != first).any())[-1]
        changed = np.abs(drawn.picture[..., :3].astype(int) - first[..., :3]).max(axis=2) > 30
        assert changed[20:60, 30:80].mean() > 0.5, "noise, as nobody taught it"
        assert drawn.pts_us >= 800_000
        client.say("stats")
        assert client.until_told("stats")[-1].words["delay_ms"] >= 800.0
        host = host_of(server)
        threads, _ = settled(host)
    ended = http.get(f"/v1/sessions/{told['id']}").json()
    assert (ended["state"], ended["error"]) == ("closed", None)
    assert settled(host, threads - 2, 10_000)[0] <= threads - 2, "the session's and the engine's"
