"""Hooks of schemathesis (``SCHEMATHESIS_HOOKS=fakes.schema_hooks``): what is valid is mostly about
things that there are, so that it gets further than the first check.
"""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from typing import Any

import schemathesis
from hypothesis import strategies as st

PORTRAIT = files("mien.data").joinpath("astronaut.png").read_bytes()
SOUND = files("mien.data").joinpath("hello.ogg").read_bytes()
PORTRAIT_ID, SOUND_ID = sha256(PORTRAIT).hexdigest(), sha256(SOUND).hexdigest()

_FILES = {"source_image": "portrait", "driving_video": "portrait", "driving_pickle": "sound"}
_NAMES = {"emotion": "happy", "expression": "happy", "emotions": "happy,sad"}
_THERE = _NAMES | {
    "portrait": PORTRAIT_ID, "source": PORTRAIT_ID, "audio": SOUND_ID, "driving": "idle:blink",
    "engine": "mesh", "emotions": "0:neutral 0.1:happy", "duration": 0.2, "fps": 10, "size": 64,
    "format": "webp", "face": 1,
}  # fmt: skip
_RARE = (
    "precision", "runtime", "tier", "species", "stitching", "hold_eyes", "source_smoothing",
    "orthonormal", "batch", "width", "height", "box", "keep_audio", "max_frames", "start", "every",
    "retarget", "loop", "crop", "preset", "audio_driver", "joyvasa", "lips", "decoder",
)  # fmt: skip
"""Options that the engine of these tests has not, or that contradict others."""
_LOOKS = (("emotion",), ("valence", "arousal"), ("edits",), ("emotions",))

schemathesis.openapi.format("portrait", st.sampled_from([PORTRAIT, PORTRAIT, SOUND]))
schemathesis.openapi.media_type("application/sdp", st.sampled_from([b"v=0\r\n", b"no offer"]))
schemathesis.openapi.format("sound", st.sampled_from([SOUND, SOUND, b"no sound"]))


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Files of forms are pictures and sounds, names of expressions are known. What is in forms
    cannot be changed later."""
    schemas = raw_schema["components"]["schemas"]
    schemas["Body_uploadPortrait"]["properties"]["file"]["format"] = "portrait"
    schemas["Body_uploadDriver"]["properties"]["file"]["format"] = "sound"
    for form in ("Body_renderEmotion", "Body_renderEmotions", "Body_renderFrame", "PredictForm"):
        fields = schemas[form]["properties"]
        fields.pop("image_hash", None)
        for name in _FILES.keys() & fields.keys():
            fields[name]["format"] = _FILES[name]
        for name in _NAMES.keys() & fields.keys():
            names = fields[name].get("items", fields[name])
            names["enum"] = [_NAMES[name]]
    predict = schemas["PredictForm"]
    predict["required"] = ["source_image", "driving_video"]
    predict["properties"] |= {name: {"const": False} for name in ("flag_pickle", "flag_is_animal")}


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Three of four valid requests are about what there is."""
    body = case.body
    valid = case.meta is not None and case.meta.generation.mode.is_positive
    if case.path not in ("/v1/jobs", "/v1/stills") or not valid or not isinstance(body, dict):
        return
    if len(body) % 4:
        body |= {name: value for name, value in _THERE.items() if body.get(name) is not None}
        _settle(body)


def _settle(body: dict[str, Any]) -> None:
    """Take out what contradicts the rest."""
    for name in _RARE:
        body.pop(name, None)
    looks = [look for look in _LOOKS if any(body.get(name) is not None for name in look)]
    for name in (name for look in looks[:-1] for name in look):
        body.pop(name, None)
    if body.get("emotions") is not None:
        body.pop("driving", None)
