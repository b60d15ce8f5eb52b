"""Options of ``mien talk`` about networks beside the engine's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from mien.cli.engine_options import EngineOptions, with_options
from mien.cli.options import ENGINE
from mien.cli.picture_options import PictureOptions
from mien.errors import OptionError

if TYPE_CHECKING:
    from mien.drivers.joyvasa import JoyVasaSettings
    from mien.retouch.musetalk.settings import MuseTalkSettings

_SPEECH, _JOYVASA = "Speech", "JoyVASA"
_OF_JOYVASA = ("joyvasa_steps", "head_motion", "expression_motion", "pose_smoothing")

PresetName = Annotated[
    str | None,
    typer.Option(
        metavar="draft|standard|best", rich_help_panel=ENGINE,
        help="Engine and lips by one word: mesh; liveportrait; liveportrait and musetalk.",
    ),
]  # fmt: skip
AudioDriverName = Annotated[
    str,
    typer.Option(
        metavar="speech|joyvasa", rich_help_panel=_SPEECH,
        help="What makes the motion of the sound: Mien's own, or JoyVASA with its weights.",
    ),
]  # fmt: skip
LipsName = Annotated[
    str,
    typer.Option(
        metavar="engine|musetalk", rich_help_panel=_SPEECH,
        help="Who makes the lips: the engine, or MuseTalk over what the engine made.",
    ),
]  # fmt: skip
Budget = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE", rich_help_panel=ENGINE,
        help="Memory that all networks share, as 14GiB; what does not fit takes turns. "
        "Default: what the device has.",
    ),
]  # fmt: skip
Steps = Annotated[
    int,
    typer.Option(
        "--joyvasa-steps", metavar="N", rich_help_panel=_JOYVASA,
        help="Of the diffusion, 1 to 50; fewer are quicker.",
    ),
]  # fmt: skip
HeadMotion = Annotated[
    float,
    typer.Option(metavar="X", help="How much the head moves, 0 to 2.", rich_help_panel=_JOYVASA),
]
ExpressionMotion = Annotated[
    float,
    typer.Option(metavar="X", help="How much the face moves, 0 to 2.", rich_help_panel=_JOYVASA),
]
PoseSmoothing = Annotated[
    str,
    typer.Option(
        metavar="mien|upstream|none", rich_help_panel=_JOYVASA,
        help="What steadies the head; upstream's holds it almost still.",
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """What these options say, as they were written."""

    preset: PresetName = None
    audio_driver: AudioDriverName = "speech"
    lips: LipsName = "engine"
    vram_budget: Budget = None
    joyvasa_steps: Steps = 50
    head_motion: HeadMotion = 1.0
    expression_motion: ExpressionMotion = 1.0
    pose_smoothing: PoseSmoothing = "mien"

    def arguments(self, picture: PictureOptions) -> dict[str, Any]:
        """These and the picture's as keyword arguments of :func:`mien.talk`; the networks run where
        the engine does. With JoyVASA ``guidance`` is its own and not the engine's. Raises
        OptionError."""
        joyvasa = self.audio_driver == "joyvasa"
        if not joyvasa:
            self._check_unused()
        return {
            **(replace(picture, guidance=None) if joyvasa else picture).arguments(),
            "preset": self.preset,
            "audio_driver": self.audio_driver,
            "lips": self.lips,
            "vram_budget": self.vram_budget,
            "joyvasa": self._joyvasa(picture) if joyvasa else None,
            "musetalk": self._musetalk(picture),
        }

    def _check_unused(self) -> None:
        for name in _OF_JOYVASA:
            if getattr(self, name) != getattr(DEFAULT_NETWORKS, name):
                option = f"--{name.replace('_', '-')}"
                raise OptionError(option, "goes with --audio-driver joyvasa; leave it out")

    def _joyvasa(self, engine: EngineOptions) -> JoyVasaSettings:
        from mien.drivers.joyvasa.settings import DEFAULT_SETTINGS, JoyVasaSettings
        from mien.pipeline.verbs.modelling import chosen_models_dir

        return JoyVasaSettings(
            device=engine.device,
            models_dir=chosen_models_dir(engine.models_dir),
            species=cast(Any, engine.species),
            guidance=DEFAULT_SETTINGS.guidance if engine.guidance is None else engine.guidance,
            steps=self.joyvasa_steps,
            head_motion=self.head_motion,
            expression_motion=self.expression_motion,
            pose_smoothing=cast(Any, self.pose_smoothing),
        )

    def _musetalk(self, engine: EngineOptions) -> MuseTalkSettings:
        from mien.pipeline.verbs.modelling import chosen_models_dir
        from mien.retouch.musetalk.settings import MuseTalkSettings

        return MuseTalkSettings(
            device=engine.device,
            models_dir=chosen_models_dir(engine.models_dir),
            decoder=cast(Any, engine.decoder),
        )


DEFAULT_NETWORKS = NetworkOptions()

with_network_options = with_options("networks", NetworkOptions)
"""Puts the options in the place of the verb's parameter ``networks``, which gets them as one
NetworkOptions."""
