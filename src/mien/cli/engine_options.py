"""Options about what renders, and how a verb takes many options as one object."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, Any, cast, get_type_hints

import typer

from mien.cli.options import ENGINE

Engine = Annotated[
    str,
    typer.Option(
        metavar="NAME", rich_help_panel=ENGINE,
        help="What renders: mesh; liveportrait or personalive with their weights.",
    ),
]  # fmt: skip
Device = Annotated[
    str, typer.Option(metavar="auto|cpu|cuda[:N]", help="Where.", rich_help_panel=ENGINE)
]
Precision = Annotated[
    str,
    typer.Option(metavar="auto|fp32|fp16|bf16", help="Of the arithmetic.", rich_help_panel=ENGINE),
]
Runtime = Annotated[
    str,
    typer.Option(
        metavar="auto|torch|openvino|onnx", help="What executes networks.", rich_help_panel=ENGINE
    ),
]
Tier = Annotated[
    str,
    typer.Option(
        metavar="auto|exact|balanced|fast|turbo", rich_help_panel=ENGINE,
        help="How much exactness is given for speed on a CPU.",
    ),
]  # fmt: skip
ModelsDir = Annotated[
    str | None,
    typer.Option(
        metavar="FOLDER", rich_help_panel=ENGINE,
        help="Where weights are looked for first. Default: MIEN_MODELS_DIR.",
    ),
]  # fmt: skip
Species = Annotated[
    str, typer.Option(metavar="humans|animals", help="Whose weights.", rich_help_panel=ENGINE)
]
Stitching = Annotated[
    bool,
    typer.Option(
        "--stitching/--no-stitching", rich_help_panel=ENGINE,
        help="Hold the shoulders where they are.",
    ),
]  # fmt: skip
HoldEyes = Annotated[
    bool,
    typer.Option(
        "--hold-eyes", rich_help_panel=ENGINE,
        help="In a film that is the source, keep the eyes as far open as at its start.",
    ),
]  # fmt: skip
SourceSmoothing = Annotated[
    float,
    typer.Option(
        metavar="VARIANCE", rich_help_panel=ENGINE,
        help="Of the noise that is taken out when a film moves a film, 0 (none) to 0.001.",
    ),
]  # fmt: skip
Orthonormal = Annotated[
    bool,
    typer.Option(
        "--orthonormal", help="Make smoothed rotations rotations again.", rich_help_panel=ENGINE
    ),
]
Batch = Annotated[
    int,
    typer.Option(
        metavar="N", rich_help_panel=ENGINE,
        help="Frames rendered together, for a GPU; 1 to 64.",
    ),
]  # fmt: skip
Steps = Annotated[
    int,
    typer.Option(
        metavar="N", rich_help_panel=ENGINE,
        help="Of personalive's diffusion: 4, or more of them, up to 32, for more detail.",
    ),
]  # fmt: skip
Guidance = Annotated[
    float | None,
    typer.Option(
        metavar="X", rich_help_panel=ENGINE,
        help="How much further personalive's pictures follow portrait and driver, 1 to 5; more "
        "than 1 takes twice as long. Of --audio-driver joyvasa: how much the motion follows the "
        "speech, 0 to 10. Default: 1; 2.",
    ),
]  # fmt: skip
Resolution = Annotated[
    int,
    typer.Option(
        metavar="N", rich_help_panel=ENGINE,
        help="Side of what personalive draws, 256 to 1024 pixels, a multiple of 64.",
    ),
]  # fmt: skip
Decoder = Annotated[
    str,
    typer.Option(
        metavar="full|tiny", rich_help_panel=ENGINE,
        help="Of personalive and musetalk; the tiny one is quicker and shows less detail.",
    ),
]  # fmt: skip
Offload = Annotated[
    bool,
    typer.Option(
        "--offload", rich_help_panel=ENGINE,
        help="Bring networks to the card one by one: slower, and fits smaller cards.",
    ),
]  # fmt: skip
Compile = Annotated[
    bool,
    typer.Option(
        "--compiled", rich_help_panel=ENGINE,
        help="Compile networks for the card: minutes at first, faster for as long as they stay.",
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class EngineOptions:
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
    batch: Batch = 1
    steps: Steps = 4
    guidance: Guidance = None
    resolution: Resolution = 512
    decoder: Decoder = "full"
    offload: Offload = False
    compiled: Compile = False

    def settings(self) -> Any:
        """The same as :class:`mien.engines.EngineSettings`. Raises OptionError."""
        from mien.engines.settings import EngineSettings

        return EngineSettings(
            self.engine,
            device=self.device,
            precision=cast(Any, self.precision),
            runtime=cast(Any, self.runtime),
            tier=cast(Any, self.tier),
            models_dir=cast(Any, self.models_dir),
            species=cast(Any, self.species),
            stitching=self.stitching,
            hold_eyes=self.hold_eyes,
            smoothing=self.source_smoothing,
            orthonormal=self.orthonormal,
            batch=self.batch,
            steps=self.steps,
            guidance=1.0 if self.guidance is None else self.guidance,
            resolution=self.resolution,
            decoder=cast(Any, self.decoder),
            offload=self.offload,
            compiled=self.compiled,
        )


Verb = Callable[..., None]


def with_options(parameter: str, kind: type[Any]) -> Callable[[Verb], Verb]:
    """Puts the fields of ``kind`` in the place of a verb's parameter, which gets them as one object
    of that kind."""
    hints = get_type_hints(kind, include_extras=True)
    shared = [
        inspect.Parameter(
            each.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=each.default,
            annotation=hints[each.name],
        )
        for each in fields(kind)
    ]

    def spread(verb: Verb) -> Verb:
        own = inspect.signature(verb, eval_str=True).parameters.values()
        before_and_after = [shared if each.name == parameter else [each] for each in own]
        parameters = [each for group in before_and_after for each in group]

        @functools.wraps(verb)
        def run(**said: Any) -> None:
            options = kind(**{each.name: said.pop(each.name) for each in shared})
            verb(**said, **{parameter: options})

        described = cast(Any, run)
        del described.__wrapped__
        described.__signature__ = inspect.Signature(parameters)
        described.__annotations__ = {each.name: each.annotation for each in parameters}
        return run

    return spread
