"""Words as sounds, and what a mouth does while a sound plays."""

from __future__ import annotations

from typing import Any

from mien.client.answers import Upload, Voices, body_of, id_of, unexpected, upload_of, voices_of
from mien.client.exchange import Call, Flow
from mien.client.retrying import Retries, patiently


def voices(retries: Retries) -> Flow[Voices]:
    answer = yield from patiently(Call("GET", "/v1/voices"), retries)
    return voices_of(body_of(answer))


def say(text: str, voice: str | None, rate: float, retries: Retries) -> Flow[Upload]:
    body: dict[str, Any] = {"text": text, "rate": rate}
    if voice is not None:
        body["voice"] = voice
    answer = yield from patiently(Call("POST", "/v1/speech", json=body), retries)
    return upload_of(body_of(answer))


def visemes(
    audio: str | Upload, text: str | None, fps: float, retries: Retries
) -> Flow[dict[str, Any]]:
    body: dict[str, Any] = {"audio": id_of(audio), "fps": fps}
    if text is not None:
        body["text"] = text
    answer = yield from patiently(Call("POST", "/v1/visemes", json=body), retries)
    found = body_of(answer)
    if not isinstance(found, dict):
        raise unexpected("no visemes")
    return found
