"""Portraits and sessions of a service that is measured."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import httpx2
import numpy as np
from PIL import Image, ImageEnhance

from benchmarks.far_end.tape import RATE, Samples
from mien.media.audio import AudioReader, open_sound

_DARK = 0.35


@dataclass(frozen=True)
class Session:
    """path: of HTTP. socket: path of its WebSocket."""

    path: str
    socket: str


def send_portrait(http: httpx2.Client, *, dark: bool = False) -> str:
    """The id of the built-in portrait, or of one that is much darker."""
    data = (files("mien") / "data" / "astronaut.png").read_bytes()
    if dark:
        with Image.open(io.BytesIO(data)) as opened, io.BytesIO() as file:
            ImageEnhance.Brightness(opened.convert("RGB")).enhance(_DARK).save(file, "PNG")
            data = file.getvalue()
    told = http.post("/v1/portraits", files={"file": ("me.png", data)}).raise_for_status()
    return str(told.json()["id"])


@contextmanager
def session_of(http: httpx2.Client, portrait: str, **options: object) -> Generator[Session]:
    """A session of a portrait, until the block ends."""
    answer = http.post("/v1/sessions", json={"portrait": portrait, **options})
    told = answer.raise_for_status().json()
    path = f"/v1/sessions/{told['id']}"
    try:
        yield Session(path, told["websocket"])
    finally:
        http.delete(path)


@cache
def word() -> Samples:
    """The first half second of the built-in voice, from where it begins to be loud."""
    reader = AudioReader(
        open_sound(str(files("mien") / "data" / "hello.ogg")), rate=RATE, mono=True
    )
    sound = np.concatenate([block[0] for block in reader.blocks()])
    begin = int(np.flatnonzero(np.abs(sound) > 0.1)[0])
    return (sound[begin : begin + RATE // 2] * 32_000).astype(np.int16)


def vowel(seconds: float) -> Samples:
    """The loudest fifth of a second of the same voice, over and over: a mouth that stays open."""
    said, part = word(), RATE // 5
    power = np.convolve(said.astype(np.float64) ** 2, np.ones(part), "valid")
    begin = int(power.argmax())
    return np.resize(said[begin : begin + part], round(seconds * RATE))


def beep(seconds: float, hertz: float = 1000.0) -> Samples:
    """A tone that begins at once."""
    times = np.arange(round(seconds * RATE)) / RATE
    return (12_000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16)
