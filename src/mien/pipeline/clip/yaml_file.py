"""Small files of YAML that people write by hand, read safely."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from mien.errors import OptionError
from mien.media.sniff import require_file

_MAX_BYTES = 1_000_000


class _Plain(yaml.SafeLoader):
    """Without aliases: nested ones make a few lines stand for more than memory holds. Without keys
    that are there twice: YAML allows none, and one of the two would be lost."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read; write it out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                line = key.start_mark.line + 1
                raise yaml.YAMLError(f"{key.value!r:.40} is there twice, again in line {line}")
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else key)
        return super().construct_mapping(node, deep)


def read_yaml(path: str | Path) -> object:
    """What a file holds, None if nothing. Raises UnreadableMediaError when there is none,
    OptionError for what is no YAML."""
    with require_file(path).open("rb") as file:
        content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise OptionError(str(path), f"is larger than {_MAX_BYTES // 1_000_000} MB")
    try:
        return yaml.load(content, _Plain)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise OptionError(str(path), f"is no YAML: {' '.join(str(error).split())}") from None
