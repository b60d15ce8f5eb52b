"""One run from files to a file: what the command line and ``mien.animate`` call."""

from mien.pipeline.animating import animate
from mien.pipeline.clip import Actor, TalkConfig, load_actor
from mien.pipeline.cropping import CropReport, crop
from mien.pipeline.demonstration import demo
from mien.pipeline.editing import edit
from mien.pipeline.expressing import express
from mien.pipeline.options import AnimateOptions
from mien.pipeline.report import Report, StillReport
from mien.pipeline.talking import TalkReport, talk

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
    "load_actor",
    "talk",
]
