"""Keyword arguments of the verbs that have many: what is left out is as the service has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict


class RenderOptions(TypedDict, total=False):
    """Of stills that the service keeps. width, height: pixels."""

    intensity: float
    output_format: Literal["png", "jpg", "webp"]
    width: int
    height: int


class FrameOptions(TypedDict, total=False):
    """Of JPEGs that are answered at once."""

    intensity: float
    width: int
    height: int


class StillOptions(TypedDict, total=False):
    """Of stills of an uploaded portrait: emotion, or valence and arousal, or edits. size: the
    longest side, or width and height."""

    emotion: str
    intensity: float
    valence: float
    arousal: float
    edits: dict[str, Any]
    size: int
    width: int
    height: int
    format: Literal["png", "jpg", "webp"]
    quality: int
    face: int | Literal["all"]
    engine: str


class JobOptions(TypedDict, total=False):
    """Of every job: the engine's, and which face at what size. docs/cli.md explains each."""

    engine: str
    precision: Literal["auto", "fp32", "fp16", "bf16"]
    runtime: Literal["auto", "torch", "openvino", "onnx"]
    tier: Literal["auto", "exact", "balanced", "fast", "turbo"]
    species: Literal["humans", "animals"]
    stitching: bool
    hold_eyes: bool
    source_smoothing: float
    orthonormal: bool
    batch: int
    steps: int
    guidance: float
    resolution: int
    decoder: Literal["full", "tiny"]
    offload: bool
    compiled: bool
    face: int | Literal["all"]
    box: Sequence[float]
    crop_scale: float
    crop_x: float
    crop_y: float
    crop: Literal["none", "upper-body"]
    paste_back: bool
    size: int
    width: int
    height: int
    format: str


class AnimateOptions(JobOptions, total=False):
    """Of ``animate``. emotions: text as in docs/sequences.md, or keyframes."""

    emotions: str | Sequence[Mapping[str, Any]]
    relative: bool
    multiplier: float
    region: Literal["all", "exp", "pose", "lip", "eyes"]
    head_rotation: str
    side_by_side: bool
    smooth: float
    max_frames: int
    start: float
    duration: float
    loop: str
    fps: float | str
    keep_audio: Literal["source", "driving", "none"]
    reference: int | Literal["auto", "first"]
    seed: int
    eyes_open: float
    lips_open: float
    retarget: Sequence[Literal["eyes", "lips"]]
    normalize_lips: bool


class ExpressOptions(JobOptions, total=False):
    """Of ``express``: emotion, or valence and arousal, or every."""

    emotion: str
    valence: float
    arousal: float
    every: bool
    intensity: float
    duration: float
    seed: int


class TalkOptions(JobOptions, total=False):
    """Of ``talk``. text: what is said. gaze: to the picture's right, and up. driving: as
    ``idle:natural``. preset: ``draft``, ``standard`` or ``best``. audio_driver: ``speech`` or
    ``joyvasa``. lips: ``engine`` or ``musetalk``."""

    text: str
    emotion: str
    emotions: str | Sequence[Mapping[str, Any]]
    intensity: float
    gaze: Sequence[float]
    liveliness: float
    driving: str
    preset: str
    audio_driver: str
    joyvasa: Mapping[str, Any]
    lips: str
    fps: float | str
    duration: float
    seed: int


class LipsyncOptions(TypedDict, total=False):
    """Of ``lipsync``. mask: what of the face is painted. extra_margin, bbox_shift: pixels. loop:
    what follows a film that is shorter than the sound."""

    face: int | Literal["all"]
    mask: str
    extra_margin: int
    bbox_shift: int
    loop: str
    fps: float | str
    decoder: str
    format: str


class EditOptions(JobOptions, total=False):
    """Of ``edit``."""

    edits: Mapping[str, Any]
