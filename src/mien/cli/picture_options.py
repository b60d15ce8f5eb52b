"""Options about the portrait and what renders it: the same for every verb that makes pictures."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, cast, get_type_hints

import typer

from mien.cli.options import PICTURE

_ENGINE = "Engine"

Engine = Annotated[
    str,
    typer.Option(
        metavar="NAME", rich_help_panel=_ENGINE,
        help="What renders: mesh, or liveportrait with its weights.",
    ),
]  # fmt: skip
Device = Annotated[
    str, typer.Option(metavar="auto|cpu|cuda[:N]", help="Where.", rich_help_panel=_ENGINE)
]
Precision = Annotated[
    str,
    typer.Option(
        metavar="auto|fp32|fp16|bf16", help="Arithmetic on a GPU.", rich_help_panel=_ENGINE
    ),
]
Runtime = Annotated[
    str,
    typer.Option(
        metavar="auto|torch|openvino|onnx", help="What executes networks.", rich_help_panel=_ENGINE
    ),
]
Tier = Annotated[
    str,
    typer.Option(
        metavar="auto|exact|balanced|fast|turbo", rich_help_panel=_ENGINE,
        help="How much exactness is given for speed on a CPU.",
    ),
]  # fmt: skip
ModelsDir = Annotated[
    str | None,
    typer.Option(
        metavar="FOLDER", rich_help_panel=_ENGINE,
        help="Where weights are looked for first. Default: MIEN_MODELS_DIR.",
    ),
]  # fmt: skip
Species = Annotated[
    str, typer.Option(metavar="humans|animals", help="Whose weights.", rich_help_panel=_ENGINE)
]
Stitching = Annotated[
    bool,
    typer.Option(
        "--stitching/--no-stitching", rich_help_panel=_ENGINE,
        help="Hold the shoulders where they are.",
    ),
]  # fmt: skip
HoldEyes = Annotated[
    bool,
    typer.Option(
        "--hold-eyes", rich_help_panel=_ENGINE,
        help="In a film that is the source, keep the eyes as far open as at its start.",
    ),
]  # fmt: skip
SourceSmoothing = Annotated[
    float,
    typer.Option(
        metavar="VARIANCE", rich_help_panel=_ENGINE,
        help="Of the noise that is taken out when a film moves a film; 0 = none.",
    ),
]  # fmt: skip
Orthonormal = Annotated[
    bool,
    typer.Option(
        "--orthonormal", help="Make smoothed rotations rotations again.", rich_help_panel=_ENGINE
    ),
]
FaceChoice = Annotated[
    str,
    typer.Option(metavar="N|all", help="Which face; 1 = largest.", rich_help_panel=PICTURE),
]
FaceBox = Annotated[
    str | None,
    typer.Option(
        metavar="X,Y,W,H", rich_help_panel=PICTURE,
        help="Where the face is, pixels from the left and the top, width and height, for faces "
        "that are not found by themselves.",
    ),
]  # fmt: skip
CropScale = Annotated[
    float | None,
    typer.Option(
        metavar="X", rich_help_panel=PICTURE,
        help="Size of the moving part in face heights, 1 to 5. Default: the engine's.",
    ),
]  # fmt: skip
CropX = Annotated[
    float | None,
    typer.Option(
        metavar="X", rich_help_panel=PICTURE,
        help="How far it lies to the right of the face, in its own sides, -1 to 1.",
    ),
]  # fmt: skip
CropY = Annotated[
    float | None,
    typer.Option(metavar="X", help="The same, downwards.", rich_help_panel=PICTURE),
]
PasteBack = Annotated[
    bool,
    typer.Option(
        "--paste-back/--no-paste-back", rich_help_panel=PICTURE,
        help="The whole picture, or the moving crop alone.",
    ),
]  # fmt: skip
Size = Annotated[
    str | None,
    typer.Option(
        metavar="N|WxH", rich_help_panel=PICTURE,
        help="Longest side, or width and height, 16 to 4096. Default: the picture's, 2048 at most; "
        "4096 of a picture that is edited.",
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """What these options say, as they were written."""

    engine: Engine = "mesh"
    device: Device = "auto"
    precision: Precision = "auto"
    runtime: Runtime = "auto"
    tier: Tier = "auto"
    models_dir: ModelsDir = None
    species: Species = "humans"
    stitching: Stitching = True
    hold_eyes: HoldEyes = False
    source_smoothing: SourceSmoothing = 3e-7
    orthonormal: Orthonormal = False
    face: FaceChoice = "1"
    box: FaceBox = None
    crop_scale: CropScale = None
    crop_x: CropX = None
    crop_y: CropY = None
    paste_back: PasteBack = True
    size: Size = None

    def arguments(self) -> dict[str, Any]:
        """The same as keyword arguments of the verbs in ``mien.pipeline``. Raises OptionError."""
        from mien.pipeline.options import parse_box, parse_face, parse_size

        return {
            "engine": self.settings(),
            "face": parse_face(self.face),
            "box": None if self.box is None else parse_box(self.box),
            "crop_scale": self.crop_scale,
            "crop_x": self.crop_x,
            "crop_y": self.crop_y,
            "paste_back": self.paste_back,
            "size": None if self.size is None else parse_size(self.size),
        }

    def settings(self) -> Any:
        """The :class:`mien.engines.EngineSettings` among them."""
        from mien.engines.settings import EngineSettings

        return EngineSettings(
            self.engine,
            device=self.device,
            precision=cast(Any, self.precision),
            runtime=cast(Any, self.runtime),
            tier=cast(Any, self.tier),
            models_dir=None if self.models_dir is None else Path(self.models_dir),
            species=cast(Any, self.species),
            stitching=self.stitching,
            hold_eyes=self.hold_eyes,
            smoothing=self.source_smoothing or None,
            orthonormal=self.orthonormal,
        )


DEFAULT_PICTURE = PictureOptions()
Verb = Callable[..., None]


def with_picture_options(verb: Verb) -> Verb:
    """Puts the options in the place of the verb's parameter ``picture``, which gets them as one
    PictureOptions."""
    hints = get_type_hints(PictureOptions, include_extras=True)
    shared = [
        inspect.Parameter(
            each.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=each.default,
            annotation=hints[each.name],
        )
        for each in fields(PictureOptions)
    ]
    own = inspect.signature(verb, eval_str=True).parameters.values()
    before_and_after = [shared if each.name == "picture" else [each] for each in own]
    parameters = [parameter for group in before_and_after for parameter in group]

    @functools.wraps(verb)
    def run(**said: Any) -> None:
        picture = PictureOptions(**{each.name: said.pop(each.name) for each in shared})
        verb(**said, picture=picture)

    described = cast(Any, run)
    del described.__wrapped__
    described.__signature__ = inspect.Signature(parameters)
    described.__annotations__ = {each.name: each.annotation for each in parameters}
    return run
