"""JoyVASA's networks, its sampler and its motion against what its own code computed.

The cases are found by the index of their folder, which ``$MIEN_GOLDEN_DIR`` can replace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from fakes import joyvasa_goldens as goldens
from fakes.joyvasa_goldens import Case, assert_as_stored, cases, normal
from mien.drivers.joyvasa.coefficients import MotionRange, decode
from mien.drivers.joyvasa.making import MotionMaker
from mien.drivers.joyvasa.settings import JoyVasaSettings
from mien.drivers.joyvasa.windows import Cutting
from mien.motion.keypoints import rotation_to_template, rotations_from_degrees
from mien.motion.smoothing import OneEuro
from mien.nets.joyvasa.constants import schedule
from mien.nets.joyvasa.hearing import contextualised, convolved, lengthened
from mien.nets.joyvasa.network import JoyVasaNetwork, official
from mien.nets.joyvasa.params import JOYVASA, params_of
from mien.nets.joyvasa.sampling import Context, denoise, plan_steps

pytestmark = pytest.mark.golden

DENOISER, SAMPLE, SPEECH, SCHEDULE, FILTER = 2e-5, 1e-4, 2e-4, 2e-6, 1e-5
CHAIN = {
    "exp": 1e-3,
    "scale": 1e-3,
    "t": 1e-3,
    "pitch": 5e-2,
    "yaw": 5e-2,
    "roll": 5e-2,
    "R": 3 * np.radians(5e-2),  # of three angles that may be off by so much
}
EDGES = 0.0
"""Padding copies."""


def outputs(case: Case) -> set[str]:
    return set(case.get("outputs", ()))


def is_denoiser(case: Case) -> bool:
    return "out" in outputs(case)


def is_sample(case: Case) -> bool:
    return "x0" in outputs(case)


def is_chain(case: Case) -> bool:
    return "n_frames" in case


def is_speech(case: Case) -> bool:
    return "audio_feat" in outputs(case)


def is_padding(case: Case) -> bool:
    return bool(outputs(case)) and all(re.fullmatch(r"n\d+", name) for name in outputs(case))


def is_filter(case: Case) -> bool:
    return "OneEuro(" in case.get("inputs", "")


def is_schedule(case: Case) -> bool:
    return not outputs(case) and not is_filter(case)


KINDS = (is_denoiser, is_sample, is_chain, is_speech, is_padding, is_filter, is_schedule)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Beside other tests a second thread is waited for longer than it helps."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_every_case_is_of_a_kind_that_is_compared() -> None:
    for name, case in goldens.INDEX.get("cases", {}).items():
        assert sum(is_one(case) for is_one in KINDS) == 1, name


def test_the_networks_have_the_keys_and_shapes_of_the_official_file() -> None:
    with torch.device("meta"):
        state = official(JoyVasaNetwork(JOYVASA).state_dict())
    assert {key: (list(t.shape), f"{t.dtype}") for key, t in state.items()} == {
        key: (entry["shape"], f"torch.{entry['dtype']}")
        for key, entry in goldens.MANIFEST["keys"].items()
    }
    assert sum(t.numel() for t in state.values()) >= goldens.MANIFEST["n_params"]


def test_the_shapes_of_the_official_file_tell_its_sizes() -> None:
    assert params_of(goldens.SHAPES) == JOYVASA


@pytest.mark.parametrize("name", cases(is_schedule))
def test_the_schedule_is_upstreams(name: str) -> None:
    stored = goldens.arrays(name)
    made = schedule(len(stored["betas"]) - 1)
    assert made.keys() == stored.keys()
    for key, row in made.items():
        np.testing.assert_allclose(row, stored[key], rtol=0, atol=SCHEDULE, err_msg=key)


@pytest.mark.parametrize("way", ["collapsed", "plain"])
@pytest.mark.parametrize("name", cases(is_denoiser))
@torch.inference_mode()
def test_the_denoiser_tells_what_upstreams_tells(name: str, way: str) -> None:
    """Once a step with speech that is attended to by formula, once by PyTorch's own layers."""
    case = goldens.case(name)
    draw = goldens.draws(case["inputs"])
    motion, speech, before, said = (normal(draw, 2, *size) for size in sizes_of(case))
    times = [int(each) for each in re.search(r"step=\[([\d,]+)\]", case["inputs"])[1].split(",")]
    denoiser = goldens.placed().network.denoising_net
    motion, speech = torch.cat((before, motion), 1), torch.cat((said, speech), 1)
    positions = goldens.POSITIONS[case["pe_mode"]]
    if way == "plain":
        made = denoiser.plain(motion, speech, torch.tensor(times), positions)
    else:
        rows = [slice(number, number + 1) for number in range(len(times))]
        made = torch.cat([
            denoiser(motion[row], denoiser.heard(speech[row]), time, positions)
            for row, time in zip(rows, times, strict=True)
        ])  # fmt: skip
    assert_as_stored(made, goldens.arrays(name), "out", atol=DENOISER)


def sizes_of(case: Case) -> list[tuple[int, int]]:
    """Frames and numbers of what is drawn, as the inputs say: ``motion(2,100,73), audio(...)``."""
    return [(int(a), int(b)) for a, b in re.findall(r"\(\d,(\d+),(\d+)\)", case["inputs"])]


@pytest.mark.parametrize("name", cases(is_sample))
@torch.inference_mode()
def test_a_sample_goes_the_way_of_upstreams(name: str) -> None:
    case, stored = goldens.case(name), goldens.arrays(name)
    draw, network = goldens.draws(case["inputs"]), goldens.placed().network
    speech, start = (normal(draw, *size) for size in sizes_of(case)[:2])
    before = network.start_audio_feat[0], network.start_motion_feat[0]
    if "prev_motion(" in case["inputs"]:
        motion, said = (normal(draw, *size) for size in sizes_of(case)[2:4])
        before = said, motion
    count = goldens.num_steps(case)
    steps = plan_steps(schedule(count)["alpha_bars"].double().tolist(), count)
    made = denoise(
        network.denoising_net,
        Context(speech, *before, network.null_audio_feat[0]),
        start,
        lambda: normal(draw, *start.shape),
        steps=steps,
        guidance=goldens.guidance(case),
        positions=goldens.POSITIONS[case["pe_mode"]],
    )
    compared = set()
    for step, motion in zip(steps, made, strict=True):
        if (key := f"x{step.time - 1}") in case["outputs"]:
            assert_as_stored(motion[None], stored, key, atol=SAMPLE)
            compared.add(key)
    assert compared == set(case["outputs"])


@pytest.mark.parametrize("name", cases(is_padding))
def test_the_ends_of_sound_are_lengthened_as_upstreams(name: str) -> None:
    for key in goldens.case(name)["outputs"]:
        sound = torch.linspace(-1, 1, int(key[1:]))[None]
        assert_as_stored(lengthened(sound), goldens.arrays(name), key, atol=EDGES + 1e-7)


@pytest.mark.parametrize("name", cases(is_speech))
@torch.inference_mode()
def test_speech_is_heard_as_by_upstream(name: str) -> None:
    case, stored, placed = goldens.case(name), goldens.arrays(name), goldens.placed()
    first = int(re.search(r"first (\d+) samples", case["inputs"])[1])
    window = goldens.speech(case)[:first]
    hubert = placed.network.audio_encoder
    found = convolved(hubert, torch.from_numpy(window)[None], JOYVASA.denoiser.window)
    made = {
        "conv": found,
        "last_hidden_200": contextualised(hubert, found),
        "audio_feat": placed.hear(window)[None],
    }
    for key in case["outputs"]:
        assert_as_stored(made[key], stored, key, atol=SPEECH)


@pytest.mark.parametrize("name", cases(is_chain))
def test_a_recording_of_two_windows_moves_as_upstreams(name: str) -> None:
    case, stored = goldens.case(name), goldens.arrays(name)
    settings = JoyVasaSettings(
        guidance=goldens.guidance(case), positions=goldens.POSITIONS[case["pe_mode"]]
    )
    placed = goldens.placed()
    maker = MotionMaker(placed, settings, goldens.draw_seed(case["inputs"], 1))
    heard = re.search(r"wav as in (\w+)", case["inputs"])[1]
    cutting = Cutting(goldens.speech(goldens.case(heard)), maker.window, 2, 1)
    assert cutting.num_frames == case["n_frames"]
    numbers = np.concatenate([maker.make(placed, *window) for window in cutting.windows()])
    made = decode(numbers, range_of(case["inputs"]))
    pose = made.pose
    parts = {
        "exp": made.expression,
        "scale": pose[:, :1],
        "t": pose[:, 1:4],
        "pitch": pose[:, 4:5],
        "yaw": pose[:, 5:6],
        "roll": pose[:, 6:7],
        "R": rotation_to_template(rotations_from_degrees(pose[:, 4:])),
    }
    for key in case["outputs"]:
        assert_as_stored(parts[key], stored, key, atol=CHAIN[key])


def range_of(text: str) -> MotionRange:
    """Drawn means and deviations, and bounds by name: ``exp -0.1/0.1``, ``pitch +-20``."""
    draw = goldens.draws(text, 0)
    drawn: dict[str, Any] = {}
    for key, count in {"exp": 63, "scale": 1, "t": 3, "pitch": 1, "yaw": 1, "roll": 1}.items():
        mean = 0.01 * draw.standard_normal(count)
        drawn[key] = mean, 0.01 + 0.02 * draw.random(count)
    bounds = [bounds_of(text, key) for key in ("scale", "t", "t", "t", "pitch", "yaw", "roll")]
    least, most = np.array(bounds).T
    mean, deviation = drawn["exp"]
    return MotionRange(mean.astype(np.float32), deviation.astype(np.float32), least, most)


def bounds_of(text: str, key: str) -> tuple[float, float]:
    if both := re.search(rf"\b{key} (-?[\d.]+)/(-?[\d.]+)", text):
        return float(both[1]), float(both[2])
    side = float(re.search(rf"\b{key} \+-([\d.]+)", text)[1])
    return -side, side


@pytest.mark.parametrize("name", cases(is_filter))
def test_the_one_euro_filter_is_fasterliveportraits(name: str) -> None:
    text = goldens.case(name)["inputs"]
    told = {key: float(value) for key, value in re.findall(r"(\w+)=([\d.]+)", text)}
    wanted = goldens.arrays(name)["y"]
    draw = goldens.draws(text)
    steps = 0.05 * draw.standard_normal((len(wanted), 1, 21, 3))
    given = np.cumsum(steps, axis=0).astype(np.float32).reshape(wanted.shape)
    steadied = OneEuro(
        min_cutoff=told["mincutoff"],
        beta=told["beta"],
        speed_cutoff=told["dcutoff"],
        from_given=True,
    )
    made = [steadied(row, number / told["freq"]) for number, row in enumerate(given)]
    np.testing.assert_allclose(made, wanted, rtol=0, atol=FILTER)
