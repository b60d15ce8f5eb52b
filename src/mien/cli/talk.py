"""``mien talk``: a portrait says what a sound says."""

from __future__ import annotations

from typing import Annotated

import typer

from mien.cli.exits import exit_codes, warn
from mien.cli.options import (
    TIME,
    Force,
    Json,
    Output,
    Quiet,
    Verbose,
)
from mien.cli.picture_options import DEFAULT_PICTURE, PictureOptions, with_picture_options
from mien.cli.talk_options import DEFAULT_NETWORKS, NetworkOptions, with_network_options
from mien.cli.weights_offer import weights_offered

_SPEECH = "Speech"


def _read_config(context: typer.Context, path: str | None) -> str | None:
    """What the file says becomes what options are when they are not given."""
    if path is not None:
        with exit_codes(verbose=False):
            from mien.pipeline.clip.config import TalkConfig

            context.default_map = TalkConfig.from_yaml(path).for_command()
    return path


@with_network_options
@with_picture_options
def talk(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The portrait: a picture.")],
    audio: Annotated[
        str | None,
        typer.Option(
            "--audio", "-a", metavar="FILE", rich_help_panel=_SPEECH,
            help="What is said: a sound file, or a video for its sound.",
        ),
    ] = None,
    say: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS", rich_help_panel=_SPEECH,
            help="Instead of a sound: words that eSpeak NG says, where it is installed.",
        ),
    ] = None,
    voice: Annotated[
        str | None,
        typer.Option(
            metavar="ID", rich_help_panel=_SPEECH, help="Of --say, as en-us. Default: English."
        ),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS", rich_help_panel=_SPEECH,
            help="The words that are said, where they are known: lips are more exact then.",
        ),
    ] = None,
    text_file: Annotated[
        str | None,
        typer.Option(metavar="FILE", rich_help_panel=_SPEECH, help="A file with these words."),
    ] = None,
    emotion: Annotated[
        str | None,
        typer.Option(
            "--emotion", "-e", metavar="NAME", rich_help_panel=_SPEECH,
            help="The expression with which it is said: happy, sad... "
            "`mien expression list` names them all.",
        ),
    ] = None,
    emotions: Annotated[
        str | None,
        typer.Option(
            metavar="TIMELINE", rich_help_panel=_SPEECH,
            help='Expressions in time, as in "0:neutral 1.5:happy:0.8 4:calm", or a .json file.',
        ),
    ] = None,
    intensity: Annotated[
        float,
        typer.Option(metavar="X", help="Of --emotion, 0 to 1.", rich_help_panel=_SPEECH),
    ] = 0.7,
    gaze: Annotated[
        str | None,
        typer.Option(
            metavar="X,Y", rich_help_panel=_SPEECH,
            help="Where the eyes look: right and up in the picture, -1 to 1. "
            "Default: about, as they please.",
        ),
    ] = None,
    liveliness: Annotated[
        float,
        typer.Option(
            metavar="X", rich_help_panel=_SPEECH,
            help="How much head and brows move: 0 (not at all) to 1 (a lot).",
        ),
    ] = 0.5,
    driving: Annotated[
        str | None,
        typer.Option(
            "--driving", "-d", metavar="idle:NAME", rich_help_panel=_SPEECH,
            help="What the body does in the place of a speaker's gestures: idle:natural, "
            "idle:nod, idle:blink.",
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            metavar="N", rich_help_panel=_SPEECH,
            help="For what head, brows and eyes do; the mouth stays the same.",
        ),
    ] = 0,
    output: Output = None,
    networks: NetworkOptions = DEFAULT_NETWORKS,
    picture: PictureOptions = DEFAULT_PICTURE,
    fps: Annotated[
        str | None,
        typer.Option(
            metavar="F", rich_help_panel=TIME,
            help="Frame rate, 1 to 240; 29.97 is 30000/1001. Default: 25.",
        ),
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(metavar="S", help="Length, seconds. Default: the sound's.",
                     rich_help_panel=TIME),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.yaml", callback=_read_config, is_eager=True,
            help="Options from a file; those that are given win.",
        ),
    ] = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Let a portrait speak: lips, head and eyes go with the sound."""
    with exit_codes(verbose=verbose, quiet=quiet):
        from mien.pipeline import talk as run
        from mien.pipeline.gaze import parse_gaze

        report = weights_offered(
            lambda progress: run(
                source,
                audio=audio,
                say=say,
                voice=voice,
                text=text,
                text_file=text_file,
                emotion=emotion,
                emotions=emotions,
                intensity=intensity,
                gaze=None if gaze is None else parse_gaze(gaze),
                liveliness=liveliness,
                driving=driving,
                seed=seed,
                output=output,
                **networks.arguments(picture),
                fps=fps,
                duration=duration,
                force=force,
                progress=progress,
            ),
            download=picture.download,
            quiet=quiet,
        )
    warn(report.warnings, quiet=quiet)
    typer.echo(report.to_json() if json else report.output)
