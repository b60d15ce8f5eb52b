"""What a file of weights says beside them: the arguments that its network was trained with.

Some upstreams save the namespace of their command line, with paths in it. Both are read as plain
data: nothing of what a file names is imported but these two, and they do nothing.
"""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath
from threading import Lock
from typing import Any, TypeAlias

Arguments: TypeAlias = Mapping[str, str | int | float | bool | None]

_PATHS = ("PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath")
_MODULES = ("pathlib", "pathlib._local")
"""Python 3.13 calls the second one."""
_PLAIN = (str, int, float, bool, type(None))
_ADMITTING = Lock()
"""What PyTorch admits counts for the whole process: one who is done must not take it from another
who still reads."""


@contextmanager
def admitting_arguments() -> Generator[None]:
    """A context in which PyTorch's safe loader takes arguments too; paths of any system become
    pure ones."""
    import torch

    paths = [(PurePosixPath, f"{module}.{name}") for module in _MODULES for name in _PATHS]
    with _ADMITTING, torch.serialization.safe_globals([Namespace, *paths]):
        yield


def plain_arguments(content: object) -> Arguments:
    """Of what a file holds, the arguments that are numbers, words or nothing; others, and a file
    without any, say nothing."""
    arguments = content.get("args") if isinstance(content, Mapping) else None
    return _plain(vars(arguments)) if isinstance(arguments, Namespace) else {}


def as_text(arguments: Arguments) -> str:
    """For a file that keeps nothing but words beside its tensors."""
    return json.dumps(dict(arguments))


def from_text(text: str) -> Arguments:
    """What :func:`as_text` made. ValueError for what it cannot have made."""
    try:
        arguments = json.loads(text)
    except RecursionError:
        raise ValueError("brackets without end") from None
    if not isinstance(arguments, dict):
        raise ValueError("no arguments")
    return _plain(arguments)


def _plain(arguments: Mapping[Any, Any]) -> Arguments:
    return {
        name: value
        for name, value in arguments.items()
        if isinstance(name, str) and type(value) in _PLAIN
    }
