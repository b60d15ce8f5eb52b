"""The verbs of the pipeline as jobs: options in JSON become arguments, uploads become paths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mien.engines.base import engine_info
from mien.engines.settings import EngineSettings
from mien.errors import OptionError
from mien.motion.edits import Edits
from mien.motion.timeline import Timeline, parse_timeline, timeline_from_json
from mien.pipeline.keeping import Keeper
from mien.pipeline.portraits.films import is_film
from mien.pipeline.presets import PRESETS
from mien.pipeline.report import Report, StillReport
from mien.pipeline.verbs.animating import animate as animate_file
from mien.pipeline.verbs.editing import edit as edit_file
from mien.pipeline.verbs.expressing import express as express_file
from mien.pipeline.verbs.lipsync import lipsync as lipsync_file
from mien.pipeline.verbs.talking import talk as talk_file
from mien.service.tasks.jobs import JobOutcome, JobTask
from mien.service.tasks.networks import joyvasa_of, musetalk_of
from mien.types import ProgressCallback

MEDIA_TYPES: Mapping[str, str] = {
    "mp4": "video/mp4",
    "webm": "video/webm",
    "gif": "image/gif",
    "webp": "image/webp",
    "png": "image/png",
    "jpg": "image/jpeg",
}
"""Formats of results."""
FILES = ("source", "driving", "audio")
"""Options that may name an upload."""
ENGINE_OPTIONS: Mapping[str, str] = {
    "precision": "precision",
    "runtime": "runtime",
    "tier": "tier",
    "species": "species",
    "stitching": "stitching",
    "hold_eyes": "hold_eyes",
    "source_smoothing": "smoothing",
    "orthonormal": "orthonormal",
    "batch": "batch",
    "steps": "steps",
    "guidance": "guidance",
    "resolution": "resolution",
    "decoder": "decoder",
    "offload": "offload",
    "compiled": "compiled",
}
"""Options that are about the engine -> fields of its settings."""
_PAIRS = ("box", "gaze")


def animate(task: JobTask, keeper: Keeper, progress: ProgressCallback) -> JobOutcome:
    """As ``mien animate``."""
    output = _output(task, "mp4")
    report = animate_file(**_arguments(task), output=output, keeper=keeper, progress=progress)
    return _outcome(task, output, report)


def express(task: JobTask, keeper: Keeper, progress: ProgressCallback) -> JobOutcome:
    """As ``mien express``."""
    output = _output(task, "png")
    report = express_file(**_arguments(task), output=output, keeper=keeper, progress=progress)
    return _outcome(task, output, report)


def talk(task: JobTask, keeper: Keeper, progress: ProgressCallback) -> JobOutcome:
    """As ``mien talk``."""
    output = _output(task, "mp4")
    arguments = _arguments(task) | {
        "joyvasa": joyvasa_of(task.request.options, task.engine),
        "musetalk": musetalk_of(task.request.options, task.engine),
    }
    report = talk_file(**arguments, output=output, keeper=keeper, progress=progress)
    return _outcome(task, output, report)


def lipsync(task: JobTask, keeper: Keeper, progress: ProgressCallback) -> JobOutcome:
    """As ``mien lipsync``."""
    options, files = task.request.options, task.request.files
    arguments = {key: value for key, value in options.items() if key not in ("decoder", "format")}
    for name in ("source", "audio"):
        arguments[name] = Path(files[options[name]])
    output = _output(task, "mp4")
    report = lipsync_file(
        **arguments,
        output=output,
        musetalk=musetalk_of(options, task.engine),
        keeper=keeper,
        progress=progress,
    )
    return _outcome(task, output, report)


def edit(task: JobTask, keeper: Keeper, progress: ProgressCallback) -> JobOutcome:
    """As ``mien edit``."""
    arguments = _arguments(task)
    edits = Edits(**arguments.pop("edits", {}))
    output = _output(task, "mp4" if is_film(arguments["source"]) else "png")
    report = edit_file(edits=edits, **arguments, output=output, keeper=keeper, progress=progress)
    return _outcome(task, output, report)


def engine_of(options: Mapping[str, Any], base: EngineSettings) -> EngineSettings:
    """The engine that a request asks for: the base's unless it or its preset names one, where the
    base runs and with its weights as far as it can. Raises OptionError, EngineUnavailableError."""
    preset = options.get("preset")
    name = options.get("engine") or (PRESETS[preset].engine if preset else base.name)
    if preset and name != PRESETS[preset].engine:
        raise OptionError(
            "--preset", f"{preset} means --engine {PRESETS[preset].engine}, not {name}"
        )
    info = engine_info(name)
    known = base.device == "auto" or base.device.partition(":")[0] in info.devices
    settings = EngineSettings(
        name,
        device=base.device if known else "auto",
        models_dir=base.models_dir if "models_dir" in info.extras else None,
    )
    chosen = {ENGINE_OPTIONS[key]: options[key] for key in ENGINE_OPTIONS if key in options}
    lips = PRESETS[preset].lips if preset else options.get("lips")
    if lips == "musetalk" and "decoder" not in info.extras:
        chosen.pop("decoder", None)  # it is MuseTalk's alone
    return replace(settings, **chosen)


def timeline_of(said: str | list[dict[str, Any]]) -> Timeline:
    """Emotions in time: as text, or as keyframes. Never the name of a file. Raises
    TimelineError."""
    if isinstance(said, str):
        return parse_timeline(said, "emotions")
    return timeline_from_json(json.dumps({"keyframes": said}), "emotions")


def _arguments(task: JobTask) -> dict[str, Any]:
    """What the verb is called with, but for what is made of it."""
    options, files = task.request.options, task.request.files
    taken = {"format", "width", "height", "size", "engine", *ENGINE_OPTIONS}
    arguments = {key: value for key, value in options.items() if key not in taken}
    for name in FILES:
        if arguments.get(name) in files:
            arguments[name] = Path(files[arguments[name]])
    for name in _PAIRS:
        if arguments.get(name) is not None:
            arguments[name] = tuple(arguments[name])
    if arguments.get("emotions") is not None:
        arguments["emotions"] = timeline_of(arguments["emotions"])
    size = options.get("size")
    if options.get("width") is not None:
        size = options["width"], options["height"]
    return arguments | {"size": size, "engine": engine_of(options, task.engine)}


def _output(task: JobTask, usual: str) -> Path:
    return task.folder / f"result.{task.request.options.get('format') or usual}"


def _outcome(task: JobTask, output: Path, report: Report | StillReport) -> JobOutcome:
    form = output.suffix.lstrip(".")
    facts: dict[str, Any] = json.loads(report.to_json())
    del facts["output"], facts["sheet"]  # paths of this machine
    return JobOutcome(output, MEDIA_TYPES[form], f"{task.request.kind}.{form}", facts)
