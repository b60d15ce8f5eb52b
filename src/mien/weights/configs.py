"""Sizes of networks as files of configuration say them: no more of a file is believed than that,
and nothing that could not be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mien.checks import shown
from mien.errors import MienError, WeightsError
from mien.weights.strict import without_memory

_LARGEST = 1 << 20  # bytes
_MOST, _MOST_BLOCKS = 4096, 8
_BLOCKS = frozenset({
    "CrossAttnDownBlock2D", "DownBlock2D", "UpBlock2D", "CrossAttnUpBlock2D",
    "DownEncoderBlock2D", "UpDecoderBlock2D",
})  # fmt: skip
_MOST_OF = {"layers_per_block": 8, "encoder_layers": 8, "num_hidden_layers": 48, "sample_size": 512}
"""Where it is less: layers, and the sides of pictures, which no shape of a tensor bounds."""

Check = Callable[[Any], bool]


def read_config(path: Path, published: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says of the sizes that ``published`` names; what it does not say is as
    published, and what else it says is passed over.

    WeightsError for what is no such file, or names sizes that no network has.
    """
    config = dict(published)
    for key, value in _content(path).items():
        if key in published:
            if not _check_like(key, published[key])(value):
                raise WeightsError(path, f"says {shown(value)} for {key}, which no network has")
            config[key] = value
    return config


def made_of(make: Callable[[], Any], path: Path) -> Any:
    """The network that ``make`` builds, without memory. WeightsError naming ``path`` for sizes that
    contradict each other, as the libraries say it."""
    try:
        return without_memory(make)
    except (MienError, ImportError):
        raise
    except Exception as error:  # each of the libraries has errors of its own for that
        words = " ".join(str(error).split())[:120]
        raise WeightsError(path, f"describes no network that there could be ({words})") from None


def _content(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
    except OSError as error:
        raise WeightsError(path, error.strerror or "cannot be read") from None
    if len(text) > _LARGEST:
        raise WeightsError(path, "is too long for a configuration; get it again")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):  # neither text nor JSON
        raise WeightsError(path, "is damaged or no file of JSON; get it again") from None
    if not isinstance(content, dict):
        raise WeightsError(path, "holds no configuration; get it again")
    return content


def _check_like(key: str, published: Any) -> Check:
    """What is asked of a value in the place of the published one."""
    if isinstance(published, list):
        return _are_blocks if isinstance(published[0], str) else _are_widths
    if isinstance(published, bool | str):
        return lambda value: type(value) is type(published) and value == published
    if isinstance(published, float):
        return lambda value: isinstance(value, float) and 0 < value < 1
    if key in _MOST_OF:
        return lambda value: _is_size(value) and value <= _MOST_OF[key]
    return _is_size if published else lambda value: type(value) is int and value == 0


def _is_size(value: Any) -> bool:
    return type(value) is int and 1 <= value <= _MOST


def _are_widths(value: Any) -> bool:
    return _is_list(value) and all(map(_is_size, value))


def _are_blocks(value: Any) -> bool:
    return _is_list(value) and all(isinstance(each, str) and each in _BLOCKS for each in value)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and 1 <= len(value) <= _MOST_BLOCKS
