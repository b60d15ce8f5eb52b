"""PersonaLive's stream against what upstream's own code drew, with small networks.

The cases are found by the index of their folder, which ``$MIEN_GOLDEN_DIR`` can replace. Their
driver has no real head: its keypoints are a law of time that the index names but does not write
down. It was found again from the drawings of the first chunk, and then holds for all: poses,
motions and distances of all later chunks come out as they are stored.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from torch import Tensor

from fakes.personalive_goldens import (
    OWN,
    assert_same,
    case,
    cases,
    drawn_as,
    filled,
    generator,
    outputs_of,
    seed_of,
)
from mien.engines.personalive.following import Followed
from mien.engines.personalive.key_frames import MOST
from mien.engines.personalive.modules import MAKERS, Modules
from mien.engines.personalive.networks import PersonaLiveNetworks
from mien.engines.personalive.options import StreamOptions
from mien.engines.personalive.references import Reference
from mien.engines.personalive.sizes import Sizes, reduced_sizes
from mien.engines.personalive.stream import Stream
from mien.engines.personalive.window import Frames, Window
from mien.engines.settings import EngineSettings
from mien.nets.personalive.keypoints import Heads, lead_in_weights
from mien.nets.personalive.params import CHUNK_FRAMES
from mien.nets.personalive.schedule import Schedule
from mien.types import Image

pytestmark = pytest.mark.golden

CASES = cases(lambda facts: "keyframe_log" in facts)
MOTIONS = OWN / "motions.npz"
"""What our motion encoder, of full size, makes of all faces of the project's own cases: 75 seconds
of work. Other cases, and whoever has time for it, do without."""
EXTRA = ("MIEN_GOLDEN_DIR", "MIEN_SHARED_DIR")
"""Whoever sets one of these has time."""
IN_A_HURRY = 1
"""Chunks of the cases without key frames that are drawn if nobody has."""


@pytest.mark.parametrize("name", CASES)
def test_a_portrait_is_read_as_by_upstream(name: str) -> None:
    networks = networks_of(name)
    assert_same(name, "clip_embed", networks.embed(clip_pixels(name)), atol=1e-5)
    latents = networks.encode(portrait(name))
    assert_same(name, "ref_latents", latents[None], atol=1e-5)
    window = Window(latents, Noise(name), Schedule(4), Frames(torch.zeros(12), torch.zeros(12)))
    assert_same(name, "init_pile", pile(window.latents), atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_a_stream_is_drawn_as_by_upstream(name: str) -> None:
    compared = set()
    for output, made, atol in drawn(name):
        if output in outputs_of(name):
            assert_same(name, output, made, atol=atol)
            compared.add(output)
    assert compared == {each for each in outputs_of(name) if is_drawn(each, num_chunks(name))}


def drawn(name: str) -> Iterator[tuple[str, Tensor, float]]:
    """Chunk by chunk what can be compared, and how far off it may be; whether key frames are kept
    when upstream's are is looked at on the way."""
    networks, facts = networks_of(name), case(name)
    portrait = reference(name, networks)
    options = StreamOptions(key_distance=facts["key_threshold"])
    stream = Stream(networks, portrait, options, follow=Law, noise=lambda: Noise(name))
    motions, added = [portrait.motion[0]], 0
    for number in range(num_chunks(name)):
        for at, distance, count in facts["keyframe_log"]:
            if at == number:
                assert stream.window is not None
                oldest = stream.window.frames.motion[0]
                assert min(float((oldest - each).norm()) for each in motions) == pytest.approx(
                    distance, abs=1e-4
                )
                motions.append(oldest)
                added += count
        pictures = stream.step(chunk(name, number))
        assert stream.num_key_frames == min(added, MOST)
        assert stream.window is not None
        video = (networks.painted / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1)
        assert np.abs(pictures - 255 * video.numpy()).max() < 0.501
        yield f"video{number}", video, 2e-4
        yield f"pile{number}", pile(stream.window.latents), 5e-3
        yield f"motion_pile{number}", stream.window.frames.motion[None], 2e-5
        yield f"pose_pile{number}", pile(stream.window.frames.pose), 1e-6


def num_chunks(name: str) -> int:
    """All, if somebody has time for it or there are key frames to come."""
    facts = case(name)
    is_short = not facts["keyframe_log"] and not has_time()
    return IN_A_HURRY if is_short else int(facts["chunks"])


def is_drawn(output: str, chunks: int) -> bool:
    found = re.fullmatch(r"[a-z_]+(\d+)", output)
    return found is not None and int(found[1]) < chunks


def has_time() -> bool:
    return any(map(os.environ.get, EXTRA))


class GoldenNetworks(PersonaLiveNetworks):
    """They keep what they paint, and know motions that were read before."""

    painted: Tensor
    known: Tensor | None = None

    def motion(self, pictures: Image, keypoints: Tensor) -> Tensor:
        if self.known is None:
            return super().motion(pictures, keypoints)
        known, self.known = self.known.split([len(pictures), len(self.known) - len(pictures)])
        return known

    def _decoded(self, latents: Tensor) -> Tensor:
        self.painted = super()._decoded(latents)
        return self.painted


def networks_of(name: str) -> GoldenNetworks:
    settings = EngineSettings(device="cpu", precision="fp32")
    rounded = "f16bank" in case(name)["note"]
    networks = GoldenNetworks(modules_of(name), settings, rounded=rounded)
    if not has_time():
        with np.load(MOTIONS) as stored:
            networks.known = torch.from_numpy(stored["motions"])
    return networks


def modules_of(name: str) -> Modules:
    sizes, seed = sizes_of(name), seed_of(name)
    made = {each: filled(make(sizes), seed) for each, make in MAKERS.items() if each != "tiny"}
    for weight in made["motion_encoder"].final_proj.parameters():
        weight.data *= 0.3
    return Modules(**made)


def sizes_of(name: str) -> Sizes:
    configs, small = case(name)["configs"], reduced_sizes()
    return replace(
        small,
        unet={**small.unet, **configs["unet"]},
        vae={**small.vae, **configs["vae"]},
        image_encoder={**small.image_encoder, **configs["clip"]},
        motion_encoder=None if has_time() else small.motion_encoder,
    )


def reference(name: str, networks: PersonaLiveNetworks) -> Reference:
    latents, clip = networks.encode(portrait(name)), networks.embed(clip_pixels(name))
    return Reference(
        latents=latents,
        clip=clip,
        tokens=networks.tokens(latents, clip),
        motion=networks.motion(portrait(name)[None], keypoints_at(PORTRAIT_TIME)),
        head=Heads(*(torch.zeros(1) for _ in fields(Heads))),  # the law says how it is held
    )


PORTRAIT_TIME = -7


def keypoints_at(*times: int) -> Tensor:
    """(F, 21, 3) of driver and portrait alike. Only those that are drawn are somewhere."""
    keypoints = torch.zeros(len(times), 21, 3, dtype=torch.float64)
    points = torch.tensor(list(POINTS.values()), dtype=torch.float64)
    for made, t in zip(keypoints, times, strict=True):
        size = 1 + 0.1 * math.sin(0.3 * t)
        middle = 0.1 * math.sin(0.2 * t), 0.08 * math.cos(0.17 * t)
        made[list(POINTS), :2] = size * points + points.new_tensor(middle)
    return keypoints.float()


POINTS = {
    1: (-0.2, -0.2),
    2: (0.2, -0.2),
    3: (-0.15, 0.0),
    4: (0.15, 0.0),
    12: (0.0, 0.1),
    15: (0.0, 0.25),
    20: (0.0, -0.4),
}


class Law:
    """Keypoints chunk by chunk."""

    def __init__(self) -> None:
        self._time = 0

    def __call__(self, pictures: Image) -> Followed:
        driver = keypoints_at(*range(self._time, self._time + CHUNK_FRAMES))
        portrait = driver
        if self._time == 0:
            way = keypoints_at(PORTRAIT_TIME).lerp(driver[:1], lead_in_weights()[:, None, None])
            portrait = torch.cat((way, driver))
        self._time += CHUNK_FRAMES
        return Followed(portrait, driver)


class Noise:
    """What upstream's calls for noise were given, one after the other."""

    def __init__(self, name: str) -> None:
        self._name, self._calls = name, 0

    def __call__(self, count: int) -> Tensor:
        shape = case(self._name)["noise_shapes"][self._calls]
        assert shape[2] == count
        values = generator(f"{seed_of(self._name)}:noise:{self._calls}").standard_normal(shape)
        self._calls += 1
        return torch.from_numpy(values.astype(np.float32))[0].transpose(0, 1)


def portrait(name: str) -> Image:
    side = case(name)["image_size"]
    draw = generator(f"{seed_of(name)}:in:pipe:ref")
    return draw.integers(0, 256, (side, side, 3), dtype=np.uint8)


def chunk(name: str, number: int) -> Image:
    """(4, P, P, 3) of a driver, 0..255 but not whole numbers."""
    shape, kind = case(name)["inputs"]["chunk{c}"]
    drawn = drawn_as(name, f"chunk{number}", shape, kind)
    pictures: Image = ((drawn.permute(0, 2, 3, 1) + 1) * 127.5).numpy()
    return pictures


def clip_pixels(name: str) -> Tensor:
    shape, kind = case(name)["inputs"]["clip_pixels"]
    return drawn_as(name, "clip_pixels", shape, kind)


def pile(frames: Tensor) -> Tensor:
    """(F, ...) as upstream has it, (1, ..., F, ...)."""
    return frames.transpose(0, 1)[None]
