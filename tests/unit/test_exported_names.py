from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

import mien

pytestmark = pytest.mark.unit

PUBLIC = [
    "Actor",
    "ApiConnectionError",
    "ApiError",
    "AsyncClient",
    "BLENDSHAPES",
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
    "VISEMES",
    "VisemeError",
    "WeightsError",
    "VisemeTrack",
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


def test_the_public_names_are_these_and_all_exist() -> None:
    assert sorted(mien.__all__) == sorted(PUBLIC)
    assert dir(mien) == sorted(PUBLIC)
    for name in PUBLIC:
        assert getattr(mien, name) is not None


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'mien' has no attribute 'animat'"):
        _ = mien.animat


@pytest.mark.parametrize(
    "package",
    ["client", "drivers", "engines", "face", "media", "motion", "pipeline", "templates", "cli"],
)
def test_every_name_a_room_exports_exists(package: str) -> None:
    room = import_module(f"mien.{package}")
    for name in getattr(room, "__all__", ()):
        assert hasattr(room, name)


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = {"numpy", "cv2", "onnxruntime", "av", "PIL", "torch", "typer", "rich", "httpx2"}
    program = f"import sys, mien; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[]\n"
