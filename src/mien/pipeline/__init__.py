"""One run from files to a file: what the command line and ``mien.animate`` call."""

from mien.pipeline.demonstration import demo
from mien.pipeline.offline import animate
from mien.pipeline.options import AnimateOptions
from mien.pipeline.report import Report

__all__ = ["AnimateOptions", "Report", "animate", "demo"]
