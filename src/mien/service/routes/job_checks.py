"""A job's request looked through before it is written down, so that what cannot be done is told at
once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from mien.engines.settings import EngineSettings
from mien.errors import OptionError
from mien.motion.expressions import find_expression
from mien.motion.timeline import Timeline
from mien.pipeline.driving import check_driver, idle_of
from mien.pipeline.engine_choice import chosen_engine
from mien.pipeline.options import AnimateOptions, parse_rate
from mien.pipeline.speakers import check_alone
from mien.pipeline.spoken_text import read_spoken_text
from mien.service.parts import Service
from mien.service.routes.pairs import check_feeling, check_size, is_feeling
from mien.service.security.keys import Owner
from mien.service.settings import ServiceSettings
from mien.service.tasks.jobs import JobRequest
from mien.service.tasks.networks import check_networks
from mien.service.tasks.verbs import FILES, engine_of, timeline_of
from mien.service.tasks.weights import check_weights
from mien.service.uploads.upload import UploadKind

_KINDS: Mapping[tuple[str, str], tuple[UploadKind, ...]] = {
    ("animate", "source"): ("picture", "film"),
    ("animate", "driving"): ("film", "picture", "template"),
    ("animate", "audio"): ("sound", "film"),
    ("express", "source"): ("picture",),
    ("talk", "source"): ("picture",),
    ("talk", "audio"): ("sound", "film"),
    ("lipsync", "source"): ("picture", "film"),
    ("lipsync", "audio"): ("sound", "film"),
    ("edit", "source"): ("picture", "film"),
}
"""What an upload may be, by kind of job and option."""


_MOVING = ("text", "emotion", "emotions", "gaze", "driving")
"""Options of ``talk`` about a motion that JoyVASA makes itself."""


async def checked_request(
    service: Service, owner: Owner, kind: str, options: dict[str, Any]
) -> JobRequest:
    """The request with the places of its uploads. Raises NotFoundError for uploads there are not,
    and an InputError for what cannot be done."""
    request = JobRequest(kind, options, await _files(service, owner, kind, options))
    await asyncio.to_thread(_check, request, service)
    return request


async def _files(
    service: Service, owner: Owner, kind: str, options: Mapping[str, Any]
) -> dict[str, str]:
    files: dict[str, str] = {}
    for name in FILES:
        id = options.get(name)
        if id is None or id.startswith("idle:"):
            continue
        upload = await service.uploads.find(owner, id)
        if upload.kind not in _KINDS[kind, name]:
            wanted = " or a ".join(_KINDS[kind, name])
            raise OptionError(name, f"is a {upload.kind}; a {wanted} is needed")
        files[id] = str(upload.path)
    return files


def _check(request: JobRequest, service: Service) -> None:
    options, settings = request.options, service.settings
    if request.kind == "lipsync":
        check_networks(request.kind, options, settings.default_engine, settings.default_engine)
        _made(options, settings.default_engine, None)
        return
    engine = chosen_engine(engine_of(options, settings.default_engine))
    check_weights(engine)
    check_networks(request.kind, options, engine, settings.default_engine)
    check_size(options)
    _check_length(options, settings)
    timeline = timeline_of(options["emotions"]) if "emotions" in options else None
    names = {each.expression for each in timeline.keyframes} if timeline else set()
    if timeline is not None and timeline.keyframes[-1].time_s > settings.max_duration_s:
        most = settings.max_duration_s
        raise OptionError("emotions", f"go on for longer than this service makes: {most:g} s")
    for name in names | ({options["emotion"]} if "emotion" in options else set()):
        find_expression(service.renderer.expressions, name)
    made = _made(options, engine, timeline)
    if request.kind == "animate":
        driving = options.get("driving")
        driver = driving and request.files.get(driving, driving)
        check_driver(driver, made)
    if options.get("audio_driver") == "joyvasa":
        check_alone(**{name: options.get(name) for name in _MOVING})
    if request.kind == "talk" and options.get("driving") is not None:
        idle_of(options["driving"])
    if request.kind == "express":
        _check_one_way(options)
    read_spoken_text(options.get("text"), None)
    if request.kind == "talk" and timeline is not None and "emotion" in options:
        raise OptionError("emotion", "goes without emotions; give one of them")


def _made(
    options: Mapping[str, Any], engine: EngineSettings, timeline: Timeline | None
) -> AnimateOptions:
    """What the pipeline makes of them. Raises OptionError for what it cannot honour."""
    said = {
        name: options[name]
        for name in ("face", "crop", "paste_back", "keep_audio", "audio", "reference", "start")
        if name in options
    }
    box, fps = options.get("box"), options.get("fps")
    return AnimateOptions(
        emotions=timeline,
        engine=engine,
        box=None if box is None else tuple(box),
        fps=None if fps is None else parse_rate(fps),
        **said,
    )


def _check_length(options: Mapping[str, Any], settings: ServiceSettings) -> None:
    for name, most in (
        ("duration", settings.max_duration_s),
        ("max_frames", settings.max_frames),
    ):
        if options.get(name, 0) > most:
            raise OptionError(name, f"{options[name]:g} is more than this service makes: {most:g}")


def _check_one_way(options: Mapping[str, Any]) -> None:
    if ("emotion" in options) + is_feeling(options) + bool(options.get("every")) != 1:
        problem = "give just one of emotion, valence with arousal, and every"
        raise OptionError("emotion", problem)
    check_feeling(options)
