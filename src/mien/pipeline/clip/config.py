"""Everything talking can be asked for, in a file: YAML that people write by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from mien.checks import check_whole, shown
from mien.engines.settings import EngineSettings
from mien.errors import InputError, OptionError
from mien.motion.expressions import DEFAULT_INTENSITY
from mien.motion.timeline import Timeline
from mien.pipeline.clip.request import Clip
from mien.pipeline.clip.sequence import ExpressionSequence, timeline_of
from mien.pipeline.clip.yaml_file import read_yaml

_NUMBER = (int, float)
_KINDS: Mapping[str, tuple[type, ...]] = {
    "engine": (str,),
    "device": (str,),
    "precision": (str,),
    "runtime": (str,),
    "tier": (str,),
    "models_dir": (str,),
    "species": (str,),
    "text": (str,),
    "expression_preset": (str,),
    "expression_sequence": (str, list),
    "intensity": _NUMBER,
    "gaze": (list, tuple),
    "liveliness": _NUMBER,
    "seed": (int,),
    "fps": (int, float, str),
    "duration": _NUMBER,
    "size": (int,),
    "sample_rate": _NUMBER,
    "strict": (bool,),
    "face": (int,),
    "crop_scale": _NUMBER,
    "paste_back": (bool,),
    "crop": (str,),
    "driving": (str,),
    "preset": (str,),
    "audio_driver": (str,),
    "lips": (str,),
    "vram_budget": (str, int),
}
_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
}
_OF_THE_ENGINE = ("device", "precision", "runtime", "tier", "models_dir", "species")
_FOR_THE_COMMAND = (
    "engine", *_OF_THE_ENGINE, "text", "intensity", "liveliness", "seed", "fps", "duration",
    "size", "face", "crop_scale", "paste_back", "crop", "driving", "preset", "audio_driver", "lips",
    "vram_budget",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TalkConfig:
    """Settings of ``mien talk`` and of :class:`mien.Actor`; None is what is not said here.

    docs/talking.md shows a file with all of them. sample_rate and strict concern clips
    only; face and all from crop_scale on ``mien talk`` only.
    """

    engine: str | None = None
    device: str | None = None
    precision: str | None = None
    runtime: str | None = None
    tier: str | None = None
    models_dir: str | None = None
    species: str | None = None
    text: str | None = None
    expression_preset: str | None = None
    expression_sequence: ExpressionSequence | None = None
    intensity: float | None = None
    gaze: tuple[float, float] | None = None
    liveliness: float | None = None
    seed: int | None = None
    fps: float | str | Fraction | None = None
    duration: float | None = None
    size: int | None = None
    sample_rate: float | None = None
    strict: bool | None = None
    face: int | None = None
    crop_scale: float | None = None
    paste_back: bool | None = None
    crop: str | None = None
    driving: str | None = None
    preset: str | None = None
    audio_driver: str | None = None
    lips: str | None = None
    vram_budget: str | int | None = None

    @classmethod
    def from_yaml(cls, path: str | Path) -> TalkConfig:
        """Read a file. Raises UnreadableMediaError when there is none, OptionError, which names
        it, for what is no YAML, unknown keys and values that cannot be honoured."""
        said = read_yaml(path)
        config = cls.from_mapping({} if said is None else said, str(path))
        try:
            config.check_values()
        except InputError as error:
            raise OptionError(str(path), str(error)) from None
        return config

    @classmethod
    def from_mapping(cls, said: object, name: str = "config") -> TalkConfig:
        """The same from what a file holds; ``name`` is what complaints call it."""
        if not isinstance(said, Mapping):
            raise OptionError(name, f"holds {type(said).__name__}; give lines such as `fps: 24`")
        for key, value in said.items():
            if key not in _KINDS:
                known = ", ".join(each.name for each in fields(cls))
                raise OptionError(name, f"{key!r:.40} is no key; there are {known}")
            _check_kind(name, key, value)
        given: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
        if "gaze" in given:
            given["gaze"] = _pair(name, given["gaze"])
        return cls(**given)

    def check_values(self) -> None:
        """Raises an InputError for what neither clips nor ``mien talk`` can honour."""
        clip = Clip.of(self)
        if self.expression_sequence is not None:
            timeline_of(self.expression_sequence, duration_s=clip.duration)
        if self.face is not None:
            check_whole("face", self.face, least=1)
        _ = self.engine_settings

    @property
    def engine_settings(self) -> EngineSettings:
        """Which engine, and how it is set up. Raises OptionError for what no engine knows."""
        if not isinstance(self.engine, str | None):
            raise OptionError("--engine", f"{shown(self.engine)} is no name")
        chosen = {name: getattr(self, name) for name in _OF_THE_ENGINE}
        given = {name: value for name, value in chosen.items() if value is not None}
        if self.models_dir is not None:
            given["models_dir"] = Path(self.models_dir)
        return EngineSettings(self.engine or "mesh", **given)

    def for_command(self) -> dict[str, Any]:
        """The values of ``mien talk``'s options, as a command line would have them."""
        options = {name: getattr(self, name) for name in _FOR_THE_COMMAND}
        options["emotion"] = self.expression_preset
        if self.gaze is not None:
            options["gaze"] = ",".join(map(str, self.gaze))
        if self.expression_sequence is not None:
            options["emotions"] = self._timeline_text()
            options["emotion"] = None
        return {name: value for name, value in options.items() if value is not None}

    def over(self, other: TalkConfig) -> TalkConfig:
        """These settings, and those of ``other`` where these say nothing."""
        mine = ((each.name, getattr(self, each.name)) for each in fields(self))
        return replace(other, **{name: value for name, value in mine if value is not None})

    def _timeline_text(self) -> str:
        sequence = self.expression_sequence
        if sequence is None or isinstance(sequence, str | Path | Timeline):
            return str(sequence)
        if self.duration is None and all(isinstance(key, str) for key in sequence):
            problem = "spreads names evenly, which needs a duration; or give [time, name] each"
            raise OptionError("expression_sequence", problem)
        intensity = DEFAULT_INTENSITY if self.intensity is None else self.intensity
        return str(timeline_of(sequence, duration_s=self.duration or 0.0, intensity=intensity))


def _check_kind(name: str, key: str, value: object) -> None:
    kinds = _KINDS[key]
    wrong_bool = isinstance(value, bool) and bool not in kinds
    if value is not None and (wrong_bool or not isinstance(value, kinds)):
        wanted = " or ".join(dict.fromkeys(_NAMES[kind] for kind in kinds if kind in _NAMES))
        raise OptionError(name, f"{key} is {value!r:.40}; give {wanted}")


def _pair(name: str, value: object) -> tuple[float, float]:
    if isinstance(value, list | tuple) and len(value) == 2:
        right, up = value
        if all(isinstance(v, _NUMBER) and not isinstance(v, bool) for v in (right, up)):
            return float(right), float(up)
    raise OptionError(name, f"gaze is {value!r:.40}; give [right, up], both from -1 to 1")
