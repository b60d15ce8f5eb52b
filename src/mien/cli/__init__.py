"""The ``mien`` command: thin over :mod:`mien.pipeline`."""

from mien.cli.app import app, main

__all__ = ["app", "main"]
