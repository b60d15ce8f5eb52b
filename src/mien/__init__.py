"""Mien brings a portrait to life: one picture in, that person moving and emoting out.

    import mien
    mien.animate("me.jpg", driving="clip.mp4", output="out.mp4")

Everything here is loaded on first use, so that ``import mien`` costs next to nothing.
docs/python.md shows the steps one by one.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.client import AsyncClient, Client
    from mien.drivers import (
        drive_idle,
        drive_with_emotions,
        drive_with_image,
        drive_with_template,
        drive_with_video,
    )
    from mien.drivers.joyvasa.settings import JoyVasaSettings
    from mien.drivers.speech_stream import SpeechStream
    from mien.engines import Engine, EngineInfo, EngineSettings, load_engine
    from mien.errors import (
        ApiConnectionError,
        ApiError,
        DownloadError,
        EngineUnavailableError,
        ExpressionError,
        InputError,
        MienError,
        MienWarning,
        MissingWeightsError,
        NoFaceError,
        OptionError,
        OutOfMemoryError,
        OutputError,
        TemplateError,
        TimelineError,
        UnreadableMediaError,
        VisemeError,
        WeightsError,
    )
    from mien.face import MeshTracker, find_faces, paste
    from mien.media import open_sink, open_video, read_still
    from mien.motion.arkit import BLENDSHAPES
    from mien.motion.edits import Edits
    from mien.motion.expressions import Expression, feeling, load_expressions
    from mien.motion.timeline import Keyframe, Timeline, parse_timeline
    from mien.pipeline import (
        Actor,
        CropReport,
        Report,
        StillReport,
        TalkConfig,
        TalkReport,
        animate,
        crop,
        demo,
        edit,
        express,
        lipsync,
        load_actor,
        load_liveportrait,
        talk,
    )
    from mien.pipeline.broadcast.report import LiveReport
    from mien.pipeline.keeping import Keeper
    from mien.pipeline.verbs.living import live
    from mien.retouch.musetalk.settings import MuseTalkSettings
    from mien.speech.phonemes import Recognition
    from mien.speech.recognition import (
        PhonemeRecognizer,
        choose_recognizer,
        recognize_phonemes,
    )
    from mien.speech.stream import SegmentFinished, SegmentStarted
    from mien.speech.visemes import (
        VISEMES,
        VisemeTrack,
        audio_to_visemes,
        interpolate_visemes,
        measure_lipsync_accuracy,
        phoneme_to_viseme,
        smooth_viseme_sequence,
        validate_viseme_sequence,
        visemes_from_segments,
    )
    from mien.templates import MotionTemplate, read_template, record_motion, write_template
    from mien.types import (
        Face,
        Frame,
        Framing,
        Motion,
        MotionFrame,
        MotionOptions,
        Portrait,
        Progress,
        Rendered,
    )

__version__ = "0.1.0"

_HOMES = {
    "mien.client": ("AsyncClient", "Client"),
    "mien.drivers": (
        "drive_idle",
        "drive_with_emotions",
        "drive_with_image",
        "drive_with_template",
        "drive_with_video",
    ),
    "mien.drivers.joyvasa.settings": ("JoyVasaSettings",),
    "mien.drivers.speech_stream": ("SpeechStream",),
    "mien.engines": ("Engine", "EngineInfo", "EngineSettings", "load_engine"),
    "mien.errors": (
        "ApiConnectionError",
        "ApiError",
        "DownloadError",
        "EngineUnavailableError",
        "ExpressionError",
        "InputError",
        "MienError",
        "MienWarning",
        "MissingWeightsError",
        "NoFaceError",
        "OptionError",
        "OutOfMemoryError",
        "OutputError",
        "TemplateError",
        "TimelineError",
        "UnreadableMediaError",
        "VisemeError",
        "WeightsError",
    ),
    "mien.face": ("MeshTracker", "find_faces", "paste"),
    "mien.media": ("open_sink", "open_video", "read_still"),
    "mien.motion.arkit": ("BLENDSHAPES",),
    "mien.motion.edits": ("Edits",),
    "mien.motion.expressions": ("Expression", "feeling", "load_expressions"),
    "mien.motion.timeline": ("Keyframe", "Timeline", "parse_timeline"),
    "mien.pipeline": (
        "Actor",
        "CropReport",
        "Report",
        "StillReport",
        "TalkConfig",
        "TalkReport",
        "animate",
        "crop",
        "demo",
        "edit",
        "express",
        "lipsync",
        "load_actor",
        "load_liveportrait",
        "talk",
    ),
    "mien.pipeline.broadcast.report": ("LiveReport",),
    "mien.pipeline.keeping": ("Keeper",),
    "mien.pipeline.verbs.living": ("live",),
    "mien.retouch.musetalk.settings": ("MuseTalkSettings",),
    "mien.speech.phonemes": ("Recognition",),
    "mien.speech.recognition": ("PhonemeRecognizer", "choose_recognizer", "recognize_phonemes"),
    "mien.speech.stream": ("SegmentFinished", "SegmentStarted"),
    "mien.speech.visemes": (
        "VISEMES",
        "VisemeTrack",
        "audio_to_visemes",
        "interpolate_visemes",
        "measure_lipsync_accuracy",
        "phoneme_to_viseme",
        "smooth_viseme_sequence",
        "validate_viseme_sequence",
        "visemes_from_segments",
    ),
    "mien.templates": ("MotionTemplate", "read_template", "record_motion", "write_template"),
    "mien.types": (
        "Face",
        "Frame",
        "Framing",
        "Motion",
        "MotionFrame",
        "MotionOptions",
        "Portrait",
        "Progress",
        "Rendered",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "BLENDSHAPES",
    "VISEMES",
    "Actor",
    "ApiConnectionError",
    "ApiError",
    "AsyncClient",
    "Client",
    "CropReport",
    "DownloadError",
    "Edits",
    "Engine",
    "EngineInfo",
    "EngineSettings",
    "EngineUnavailableError",
    "Expression",
    "ExpressionError",
    "Face",
    "Frame",
    "Framing",
    "InputError",
    "JoyVasaSettings",
    "Keeper",
    "Keyframe",
    "LiveReport",
    "MeshTracker",
    "MienError",
    "MienWarning",
    "MissingWeightsError",
    "Motion",
    "MotionFrame",
    "MotionOptions",
    "MotionTemplate",
    "MuseTalkSettings",
    "NoFaceError",
    "OptionError",
    "OutOfMemoryError",
    "OutputError",
    "PhonemeRecognizer",
    "Portrait",
    "Progress",
    "Recognition",
    "Rendered",
    "Report",
    "SegmentFinished",
    "SegmentStarted",
    "SpeechStream",
    "StillReport",
    "TalkConfig",
    "TalkReport",
    "TemplateError",
    "Timeline",
    "TimelineError",
    "UnreadableMediaError",
    "VisemeError",
    "VisemeTrack",
    "WeightsError",
    "__version__",
    "animate",
    "audio_to_visemes",
    "choose_recognizer",
    "crop",
    "demo",
    "drive_idle",
    "drive_with_emotions",
    "drive_with_image",
    "drive_with_template",
    "drive_with_video",
    "edit",
    "express",
    "feeling",
    "find_faces",
    "interpolate_visemes",
    "lipsync",
    "live",
    "load_actor",
    "load_engine",
    "load_expressions",
    "load_liveportrait",
    "measure_lipsync_accuracy",
    "open_sink",
    "open_video",
    "parse_timeline",
    "paste",
    "phoneme_to_viseme",
    "read_still",
    "read_template",
    "recognize_phonemes",
    "record_motion",
    "smooth_viseme_sequence",
    "talk",
    "validate_viseme_sequence",
    "visemes_from_segments",
    "write_template",
]


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'mien' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
