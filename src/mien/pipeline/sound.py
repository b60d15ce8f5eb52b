"""What is heard under a result, and for how long it goes on."""

from __future__ import annotations

from dataclasses import replace

from mien.errors import OptionError
from mien.media import AudioTrack, open_sound, sound_length
from mien.pipeline.options import AnimateOptions


def as_long_as_its_sound(options: AnimateOptions) -> AnimateOptions:
    """The options with an end for a loop: without any other, the sound of ``--audio`` ends it.

    Raises UnreadableMediaError for what is no sound, OptionError for a loop without end.
    """
    track = None if options.audio is None else open_sound(options.audio)
    if options.loop == "none" or options.duration is not None or options.max_frames:
        return options
    if track is None:
        problem = "needs --duration, --max-frames or --audio, so that it ends"
        raise OptionError("--loop", problem)
    return replace(options, duration=max(float(sound_length(track)), 1e-3))


def choose_sound(
    options: AnimateOptions, of_source: AudioTrack | None, of_driver: AudioTrack | None
) -> AudioTrack | None:
    """``--audio``, else what ``--keep-audio`` says; by default a film's own sound and, where the
    source has none, the driver's."""
    if options.audio is not None:
        return open_sound(options.audio)
    choices = {"source": of_source, "driving": of_driver, "none": None}
    if options.keep_audio is None:
        return of_source or of_driver
    return choices[options.keep_audio]
