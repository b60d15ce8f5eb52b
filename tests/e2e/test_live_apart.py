"""Eight live faces at the same time, each of its own colour and its own tone, over the wire."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from itertools import product

import httpx2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from websockets.exceptions import ConnectionClosedOK

from fakes.live_client import PCM, Came, LiveClient, live_client
from fakes.running_server import RunningServer, running_server

pytestmark = pytest.mark.e2e

TINTS = tuple(product((0.6, 1.0), repeat=3))
NUM = len(TINTS)
ACTS = 12


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    flags = ("--live-sessions", str(NUM), "--sessions-per-key", str(NUM), "--workers", "1")
    with running_server(tmp_path_factory.mktemp("data"), *flags, live=True) as server:
        yield server


def tinted(tint: tuple[float, float, float]) -> Image.Image:
    data = (files("mien") / "data" / "astronaut.png").read_bytes()
    with Image.open(io.BytesIO(data)) as opened:
        pixels = np.asarray(opened.convert("RGB"))
    return Image.fromarray((pixels * np.array(tint)).astype(np.uint8))


def png(picture: Image.Image) -> bytes:
    with io.BytesIO() as file:
        picture.save(file, "PNG")
        return file.getvalue()


@dataclass
class Apart:
    """What one session's client may see and hear. said: how often it was interrupted."""

    number: int
    colours: NDArray[np.float64]
    said: int = 0
    num_pictures: int = 0
    num_loud: int = 0

    @property
    def level(self) -> int:
        return 1000 * (self.number + 1) + self.said + 1

    def check(self, came: list[Came]) -> None:
        for each in came:
            if each.words:
                assert each.words.get("segment", str(self.number)) == str(self.number)
            elif each.kind == PCM:
                levels = set(each.sound.tolist()) - {0}
                assert levels <= {self.level}
                self.num_loud += bool(levels)
            else:
                colour = each.picture.reshape(-1, 3).mean(axis=0)
                nearest = np.linalg.norm(self.colours - colour, axis=1).argmin()
                assert nearest == self.number
                self.num_pictures += 1


def test_no_picture_and_no_sample_is_ever_anothers(server: RunningServer) -> None:
    pictures = [tinted(tint) for tint in TINTS]
    colours = np.array([np.asarray(each).reshape(-1, 3).mean(axis=0) for each in pictures])
    with httpx2.Client(base_url=server.url, timeout=60) as http:
        told = []
        for picture in pictures:
            sent = http.post("/v1/portraits", files={"file": ("me.png", png(picture))})
            asked = {"portrait": sent.json()["id"], "size": 128, "fps": 12}
            answer = http.post("/v1/sessions", json=asked)
            assert answer.status_code == 201, answer.text
            told.append(answer.json())

        def live(number: int) -> Apart:
            with live_client(server.url, told[number]["websocket"]) as client:
                apart = Apart(number, colours)
                client.say("start", form="jpeg" if number % 2 else "png")
                act(client, apart)
                http.delete(f"/v1/sessions/{told[number]['id']}")
                with suppress(ConnectionClosedOK):
                    while True:
                        apart.check([client.next()])
                return apart

        with ThreadPoolExecutor(NUM) as threads:
            lived = list(threads.map(live, range(NUM)))
    assert all(each.num_pictures for each in lived)
    assert any(each.num_loud for each in lived)


def act(client: LiveClient, apart: Apart) -> None:
    """Speak and be interrupted at random, and see and hear all of it."""
    chance = random.Random(apart.number)
    for _ in range(chance.randint(ACTS // 2, ACTS)):
        if chance.random() < 0.6:
            client.say("begin_segment", segment=str(apart.number))
            client.push(np.full(48_000 * chance.randint(1, 4) // 5, apart.level, np.int16))
        else:
            client.say("clear")
            apart.check(client.until_told("cleared"))
            apart.said += 1
        apart.check(client.until(lambda came: came.kind not in (0, PCM)))
