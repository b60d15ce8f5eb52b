"""One run from files to a file: what the command line and ``mien.animate`` call."""

from mien.pipeline.clip import Actor, TalkConfig, load_actor, load_liveportrait
from mien.pipeline.options import AnimateOptions
from mien.pipeline.report import Report, StillReport
from mien.pipeline.verbs.animating import animate
from mien.pipeline.verbs.cropping import CropReport, crop
from mien.pipeline.verbs.demonstration import demo
from mien.pipeline.verbs.editing import edit
from mien.pipeline.verbs.expressing import express
from mien.pipeline.verbs.lipsync import lipsync
from mien.pipeline.verbs.talking import TalkReport, talk

__all__ = [
    "Actor",
    "AnimateOptions",
    "CropReport",
    "Report",
    "StillReport",
    "TalkConfig",
    "TalkReport",
    "animate",
    "crop",
    "demo",
    "edit",
    "express",
    "lipsync",
    "load_actor",
    "load_liveportrait",
    "talk",
]
