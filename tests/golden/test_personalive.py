"""PersonaLive's small networks, keypoints, drawings and schedule against what upstream's own code
computed.

The cases are found by the index of their folder, which ``$MIEN_GOLDEN_DIR`` can replace.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from fakes.personalive_goldens import (
    assert_same,
    case,
    cases,
    drawn,
    filled,
    official_shapes,
    outputs_of,
    seed_of,
)
from mien.nets.liveportrait.motion import MotionExtractor
from mien.nets.liveportrait.params import MOTION
from mien.nets.personalive.keypoints import (
    draw,
    face_boxes,
    keypoints_of,
    lead_in,
    read_heads,
    retarget,
)
from mien.nets.personalive.motion_encoder import MOTION_ENCODER, MotionEncoder
from mien.nets.personalive.params import WINDOW_FRAMES
from mien.nets.personalive.pose_guider import PoseGuider
from mien.nets.personalive.schedule import Schedule

pytestmark = pytest.mark.golden

MAKERS: dict[str, Callable[[], nn.Module]] = {
    "motion_encoder": lambda: MotionEncoder(MOTION_ENCODER),
    "pose_guider": lambda: PoseGuider(320),
    "motion_extractor": lambda: MotionExtractor(MOTION),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_small_network_has_the_keys_and_shapes_of_the_official_file(name: str) -> None:
    with torch.device("meta"):
        state = MAKERS[name]().state_dict()
    official = official_shapes(f"personalive/{name}.pth")
    assert {key: tuple(tensor.shape) for key, tensor in state.items()} == official


@pytest.mark.parametrize("name", cases(lambda facts: "att_1" in facts["outputs"]))
@torch.inference_mode()
def test_faces_become_the_tokens_that_upstream_makes(name: str) -> None:
    encoder = filled(MotionEncoder(MOTION_ENCODER), seed_of(name))
    seen: dict[str, Tensor] = {}
    for layer in outputs_of(name) - {"out"}:
        keep = lambda _module, _given, made, layer=layer: seen.update({layer: made.clone()})  # noqa: E731
        encoder.model.get_submodule(layer).register_forward_hook(keep)
    tokens = encoder(frames_of(drawn(name, "x")))
    for layer, made in seen.items():
        frames = case(name)["outputs"][layer]["shape"]
        # sums of hundreds that nearly cancel: relative to their spread
        assert_same(
            name, layer, made.reshape(frames), atol=3e-5 * case(name)["outputs"][layer]["std"]
        )
    assert_same(name, "out", tokens[None], atol=5e-5)


@pytest.mark.parametrize(
    "name", cases(lambda facts: facts.get("module", "").startswith("PoseGuider"))
)
@torch.inference_mode()
def test_drawings_become_the_features_that_upstream_makes(name: str) -> None:
    channels = case(name)["outputs"]["out"]["shape"][1]
    guider = filled(PoseGuider(channels), seed_of(name))
    made = guider(frames_of(drawn(name, "x")))
    assert_same(name, "out", window_of(made), atol=1e-6)


@pytest.mark.parametrize("name", cases(lambda facts: "get_kps_motion" in facts["outputs"]))
@torch.inference_mode()
def test_the_portrait_is_held_as_upstream_holds_it(name: str) -> None:
    raw = filled(MotionExtractor(MOTION), seed_of(name))(drawn(name, "x"))
    heads = read_heads(raw)
    portrait, drivers = heads.some(slice(1)), heads.some(slice(1, None))
    start, later = drivers.some(slice(1)), drivers.some(slice(1, None))
    driven = retarget(portrait, drivers, start)
    coming = lead_in(portrait, driven.some(slice(1)))
    way = torch.cat((keypoints_of(coming), keypoints_of(driven)))
    made = {f"det_{part}": tensor for part, tensor in raw._asdict().items() if part != "exp"} | {
        "get_kp": keypoints_of(heads),
        "interp_online": way,
        "interp_offline": way,
        "interp_online_dri": keypoints_of(drivers),
        "get_kps_motion": keypoints_of(retarget(portrait, later, start)),
        "get_kps_dri": keypoints_of(later),
    }
    for output in outputs_of(name):
        assert_same(name, output, made[output], atol=1e-5)


@pytest.mark.parametrize(
    "name", cases(lambda facts: any(each.startswith("canvas") for each in facts["outputs"]))
)
def test_keypoints_are_drawn_and_faces_boxed_exactly_as_upstream_does(name: str) -> None:
    keypoints = drawn(name, "kps")
    makers = {"canvas": draw, "boxes": face_boxes}
    for output in outputs_of(name):
        made, side = re.fullmatch(r"([a-z]+)(\d+)", output).groups()
        assert_same(name, output, makers[made](keypoints, int(side)), atol=0.0)


@pytest.mark.parametrize("name", cases(lambda facts: "step_x0" in facts["outputs"]))
def test_noise_comes_and_goes_as_upstreams_does(name: str) -> None:
    schedule = Schedule(4)
    (call,) = schedule.calls
    latents, noise = (frames_of(drawn(name, given)) for given in ("lat", "noise"))
    noised = schedule.noised(latents, noise, call.timesteps)
    all_noised = schedule.noised(latents, noise, torch.full((WINDOW_FRAMES,), 999))
    after, clean = schedule.step(noised, drawn(name, "eps"), call)
    made = {
        "alphas_cumprod": schedule.alpha_bars[:-1],
        "add_noise_16": window_of(noised),
        "add_noise_999": window_of(all_noised),
        "step_prev": after,
        "step_x0": clean,
    }
    for output in outputs_of(name):
        assert_same(name, output, made[output], atol=1e-6, rtol=1e-6)


def frames_of(window: Tensor) -> Tensor:
    """(F, C, H, W), as our networks take them."""
    return window[0].transpose(0, 1)


def window_of(frames: Tensor) -> Tensor:
    """(1, C, F, H, W), as upstream's do."""
    return frames.transpose(0, 1)[None]
