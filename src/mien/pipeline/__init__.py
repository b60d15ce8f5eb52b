"""One run from files to a file: what the command line and ``mien.animate`` call."""

from mien.pipeline.cropping import CropReport, crop
from mien.pipeline.demonstration import demo
from mien.pipeline.editing import edit
from mien.pipeline.expressing import express
from mien.pipeline.offline import animate
from mien.pipeline.options import AnimateOptions
from mien.pipeline.report import Report, StillReport

__all__ = [
    "AnimateOptions",
    "CropReport",
    "Report",
    "StillReport",
    "animate",
    "crop",
    "demo",
    "edit",
    "express",
]
