"""MuseTalk's networks and windows of sound against what diffusers, transformers and upstream's own
code computed.

The cases are found by the indices of their folder, which ``$MIEN_GOLDEN_DIR`` can replace.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from fakes.musetalk_goldens import Case, cases, configuration, sizes
from mien.nets.musetalk import params
from mien.nets.musetalk.params import LATENT_SCALE
from mien.nets.musetalk.positions import sinusoids
from mien.nets.musetalk.reduced import reduce_unet, reduce_vae
from mien.retouch.musetalk.hearing import SAMPLE_RATE, SAMPLES_PER_FEATURE, Ear, windows
from mien.retouch.musetalk.modules import MAKERS, recipe_module
from mien.types import Floats

pytestmark = pytest.mark.golden

MANIFESTS = {
    "unet": "manifest_unet.json",
    "vae": "manifest_sd_vae_newkeys.json",
    "hearing": "manifest_whisper_tiny_encoder.json",
    "parsing": "manifest_bisenet.json",
}
EXTRA = ("MIEN_GOLDEN_DIR", "MIEN_SHARED_DIR")
"""Whoever sets one of these has time for the exact sizes: 850 million parameters are drawn and run
twice, a minute and 4.5 GB; the small sizes have the same layers and are always compared."""
UPSTREAM_AS_OURS = (25, 30)
"""Rates at which upstream's padding happens to be the one that was trained with."""


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_network_has_the_keys_and_shapes_of_the_official_file(name: str) -> None:
    make, published = MAKERS[name]
    with torch.device("meta"):
        state = make(published).state_dict()
    assert {key: list(t.shape) for key, t in state.items()} == configuration(MANIFESTS[name])


@pytest.mark.parametrize(
    ("ours", "file"), [(params.UNET, "musetalk.json"), (params.VAE, "sd_vae_config.json")]
)
def test_the_sizes_are_those_of_the_official_files(ours: dict[str, Any], file: str) -> None:
    assert ours == sizes(file)


@pytest.mark.parametrize("case", cases("painting"), ids=lambda case: case.name)
@torch.inference_mode()
def test_faces_are_painted_as_by_diffusers(case: Case) -> None:
    if case.facts["unet_config"] == "musetalk.json" and not any(map(os.environ.get, EXTRA)):
        pytest.skip(f"takes a minute; set {EXTRA[0]} or {EXTRA[1]} to run it")
    networks = [
        recipe_module(name, case.seed, sizes(case.facts[f"{name}_config"]))
        for name in ("unet", "vae")
    ]
    assert_painted(case, *networks)
    reduce_unet(networks[0])
    reduce_vae(networks[1])
    assert_painted(case, *networks)


def assert_painted(case: Case, unet: Any, vae: Any) -> None:
    compared = set()
    for name, made in painted(case, unet, vae):
        case.assert_same(name, made)
        compared.add(name)
    assert compared == set(case.facts["outputs"])


def painted(case: Case, unet: Any, vae: Any) -> Iterator[tuple[str, Tensor]]:
    """All outputs of a case, step by step as its index says."""
    inputs = case.facts["inputs"]
    image = case.drawn("image01", inputs["image01"]["shape"], inputs["image01"]["scale"])
    picture = (image + 0.5).clip(0, 1) * 2 - 1
    hidden = picture.clone()
    hidden[:, :, picture.shape[2] // 2 :] = -1
    latents = [vae.encode(each).latent_dist.mode() * LATENT_SCALE for each in (hidden, picture)]
    yield from zip(("masked_latent", "ref_latent"), latents, strict=True)
    prompt, audio = (case.drawn(name, inputs[name]) for name in ("whisper_prompt", "audio"))
    tokens = sinusoids(*prompt.shape[1:])
    yield "pe_audio", prompt + tokens
    predicted = unet(torch.cat(latents, 1), 0, prompt + tokens).sample
    yield "pipeline_pred", predicted
    yield "pipeline_decoded", vae.decode(predicted / LATENT_SCALE).sample
    yield "unet_pred", unet(case.drawn("latent", inputs["latent"]), 0, audio + tokens).sample
    yield "vae_decoded", vae.decode(case.drawn("dec_latent", inputs["dec_latent"])).sample


@pytest.mark.parametrize("case", cases("hearing"), ids=lambda case: case.name)
def test_sound_is_heard_as_by_transformers_and_cut_as_by_upstream(case: Case) -> None:
    ear = Ear(recipe_module("hearing", case.seed, case.facts["config"]))
    stacked = ear.encode(case.stated(case.facts["input"]).numpy())
    case.assert_same("hidden_stack", stacked)
    heard = Stacked(stacked[0, : case.facts["n_samples"] // SAMPLES_PER_FEATURE])
    for name, figures in case.facts["outputs"].items():
        if found := re.fullmatch(r"prompts_(\d+)fps", name):
            rate, count = int(found[1]), figures[0]
            made = windows(heard, Fraction(rate), 0, count, upstream_compatible=True)
            case.assert_same(name, made)
            if rate in UPSTREAM_AS_OURS:
                np.testing.assert_array_equal(windows(heard, Fraction(rate), 0, count), made)
            seconds = case.facts["n_samples"] / SAMPLE_RATE
            assert count == int(seconds * rate)


class Stacked:
    """Features that are there already."""

    def __init__(self, stacked: Floats) -> None:
        self._stacked = stacked
        self.num_features = len(stacked)

    def features(self, start: int, stop: int) -> Floats:
        before, after = max(0, -start), max(0, stop - self.num_features)
        inside = self._stacked[max(start, 0) : max(stop, 0)]
        return np.pad(inside, ((before, after), (0, 0), (0, 0)))


@pytest.mark.parametrize("case", cases("parsing"), ids=lambda case: case.name)
@torch.inference_mode()
def test_faces_are_parsed_as_by_bisenet(case: Case) -> None:
    network = recipe_module("parsing", case.seed)
    made = network(case.stated(case.facts["input"]))._asdict()
    for name in case.facts["outputs"]:
        case.assert_same(name, made[name])
