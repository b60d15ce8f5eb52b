"""FasterLivePortrait's contract, against a server as users start it, by calls as its own test and
hostile clients make them."""

from __future__ import annotations

import io
import pickle
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import av
import cv2
import httpx2
import numpy as np
import pytest

from fakes.clips import astronaut, moving_face, still_life, write_clip
from fakes.running_server import RunningServer, running_server
from fakes.templates import liveportrait, turned
from mien.face import find_faces
from mien.motion.pose import angles_from_rotation, fit_pose
from mien.templates import read_template
from mien.types import Image

pytestmark = pytest.mark.e2e

RATE = Fraction(30000, 1001)
ALL_SCALARS = {
    "flag_is_animal": "False",
    "flag_pickle": "False",
    "flag_relative_input": "True",
    "flag_do_crop_input": "True",
    "flag_remap_input": "True",
    "driving_multiplier": "1.0",
    "flag_stitching": "True",
    "flag_crop_driving_video_input": "True",
    "flag_video_editing_head_rotation": "False",
    "scale": "2.3",
    "vx_ratio": "0.0",
    "vy_ratio": "-0.125",
    "scale_crop_driving_video": "2.2",
    "vx_ratio_crop_driving_video": "0.0",
    "vy_ratio_crop_driving_video": "-0.1",
    "driving_smooth_observation_variance": "1e-07",
}
"""As FasterLivePortrait's own test sends them, all as text."""
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[RunningServer]:
    with running_server(data, "--max-frames", "60") as server:
        yield server


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, timeout=120) as client:
        yield client


@pytest.fixture(scope="module")
def old_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with (
        running_server(tmp_path_factory.mktemp("old"), "--compat-empty-zip") as server,
        httpx2.Client(base_url=server.url, timeout=120) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def face() -> bytes:
    """160 x 128 pixels."""
    face = cv2.cvtColor(astronaut()[20:180, 150:310], cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".png", cv2.resize(face, (160, 160))[:128])[1])


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of films: ``heard.mp4``, ``silent.mp4``, ``empty.mp4`` without a face."""
    folder = tmp_path_factory.mktemp("films")
    write_clip(folder / "heard.mp4", moving_face(8, 160), rate=RATE, sound_s=0.3)
    write_clip(folder / "silent.mp4", moving_face(6, 160), rate=Fraction(25))
    write_clip(folder / "empty.mp4", still_life(6, 160), rate=Fraction(25))
    return folder


Parts = dict[str, tuple[str, bytes]]


def asked(client: httpx2.Client, files: Parts, **fields: str) -> httpx2.Response:
    return client.post("/predict/", files=files, data=fields)


def unpacked(answer: httpx2.Response) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == "attachment; filename=output.zip"
    assert int(answer.headers["content-length"]) == len(answer.content)
    with ZipFile(io.BytesIO(answer.content)) as packed:
        assert {each.compress_type for each in packed.infolist()} <= {ZIP_STORED}
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def facts(film: bytes) -> tuple[int, int, Fraction, int, int]:
    """Width, height, rate, number of frames, number of sounds."""
    with av.open(io.BytesIO(film)) as container:
        stream, sounds = container.streams.video[0], len(container.streams.audio)
        frames = sum(1 for _ in container.decode(stream))
        return stream.width, stream.height, stream.average_rate, frames, sounds


def pictures(film: bytes) -> list[Image]:
    with av.open(io.BytesIO(film)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def problem(answer: httpx2.Response, status: int, code: str) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["code"] == code, told
    return str(told["detail"])


def template(**changes: Any) -> bytes:
    return pickle.dumps({**liveportrait(4, ratios=True), **changes})


def test_a_picture_follows_a_film_as_the_original_test_asks_for_it(
    client: httpx2.Client, face: bytes, films: Path, tmp_path: Path
) -> None:
    heard = (films / "heard.mp4").read_bytes()
    files = {"source_image": ("s12.png", face), "driving_video": ("d14.mp4", heard)}
    held = unpacked(asked(client, files, **ALL_SCALARS))
    assert {name: facts(film) for name, film in held.items() if name.endswith(".mp4")} == {
        "s12.png-d14.mp4-crop.mp4": (1024, 512, RATE, 8, 0),
        "s12.png-d14.mp4-org.mp4": (160, 128, RATE, 8, 0),
        "s12.png-d14.mp4-crop-audio.mp4": (1024, 512, RATE, 8, 1),
        "s12.png-d14.mp4-org-audio.mp4": (160, 128, RATE, 8, 1),
    }
    assert len(held) == 5
    as_upstream_reads_it = pickle.loads(held["d14.mp4.pkl"])
    assert (as_upstream_reads_it["n_frames"], as_upstream_reads_it["output_fps"]) == (8, 30)
    for moment in as_upstream_reads_it["motion"]:
        assert moment.keys() == {"scale", "R", "exp", "t", "pitch", "yaw", "roll"}
        assert (moment["exp"].shape, moment["R"].shape) == ((1, 21, 3), (1, 3, 3))
    assert len(as_upstream_reads_it["c_eyes_lst"]) == len(as_upstream_reads_it["c_lip_lst"]) == 8
    (tmp_path / "d.pkl").write_bytes(held["d14.mp4.pkl"])
    assert read_template(tmp_path / "d.pkl").num_frames == 8


def test_everything_but_the_files_may_be_left_out(
    client: httpx2.Client, face: bytes, films: Path
) -> None:
    silent = (films / "silent.mp4").read_bytes()
    files = {"source_image": ("a.png", face), "driving_video": ("b.mp4", silent)}
    held = unpacked(asked(client, files))
    assert set(held) == {"a.png-b.mp4-crop.mp4", "a.png-b.mp4-org.mp4", "b.mp4.pkl"}
    assert facts(held["a.png-b.mp4-crop.mp4"])[2:] == (25, 6, 0)


def test_the_motion_of_one_answer_drives_the_next(
    client: httpx2.Client, face: bytes, films: Path
) -> None:
    silent = (films / "silent.mp4").read_bytes()
    files = {"source_image": ("a.png", face), "driving_video": ("b.mp4", silent)}
    motion = unpacked(asked(client, files))["b.mp4.pkl"]
    files = {"source_image": ("a.png", face), "driving_pickle": ("b.mp4.pkl", motion)}
    held = unpacked(asked(client, files, flag_pickle="yes"))
    assert {name: facts(film) for name, film in held.items()} == {
        "a.png-b.mp4.pkl-crop.mp4": (512, 512, 25, 6, 0),
        "a.png-b.mp4.pkl-org.mp4": (160, 128, 25, 6, 0),
    }


def test_a_film_as_the_source_is_made_whole_and_its_head_turned_as_the_drivers(
    client: httpx2.Client, films: Path
) -> None:
    root = liveportrait(6)
    for moment in root["motion"]:
        moment["exp"] = np.zeros((1, 21, 3), np.float32)
        moment["t"], moment["scale"] = np.zeros((1, 3), np.float32), np.ones((1, 1), np.float32)
        moment["R"] = turned(roll=-4.0)
    silent, motion = (films / "silent.mp4").read_bytes(), pickle.dumps(root)
    files = {"source_image": ("me.mp4", silent), "driving_pickle": ("d.pkl", motion)}
    rolls = {}
    for flag in ("0", "1"):
        held = unpacked(
            asked(client, files, flag_pickle="1", flag_video_editing_head_rotation=flag)
        )
        film = held["me.mp4-d.pkl-org.mp4"]
        assert facts(film)[:4] == (160, 160, 25, 6)
        seen = [find_faces(picture)[0].landmarks for picture in pictures(film)]
        rolls[flag] = [angles_from_rotation(fit_pose(face).rotation)[2] for face in seen]
    assert np.ptp(rolls["0"]) > 4
    assert np.abs(np.add(rolls["1"], 4)).max() < 1.5


def test_flags_do_what_their_names_say(client: httpx2.Client, face: bytes, films: Path) -> None:
    """The whole picture as it was, the whole driver on the left, a larger and shifted crop."""
    silent = (films / "silent.mp4").read_bytes()
    files = {"source_image": ("a.png", face), "driving_video": ("b.mp4", silent)}
    held = unpacked(
        asked(client, files, flag_remap_input="off", flag_crop_driving_video_input="off",
              flag_relative_input="no", scale="1.5", vx_ratio="0.1", driving_multiplier="0.5")
    )  # fmt: skip
    whole = pictures(held["a.png-b.mp4-org.mp4"])
    assert np.abs(whole[0].astype(int) - whole[-1]).max() < 12
    left = pictures(held["a.png-b.mp4-crop.mp4"])[0][:, :512].astype(int)
    driver = cv2.resize(pictures(silent)[0], (512, 512)).astype(int)
    assert np.abs(left - driver).mean() < 6


def test_a_picture_drives_too(client: httpx2.Client, face: bytes) -> None:
    files = {"source_image": ("a.png", face), "driving_video": ("b.png", face)}
    held = unpacked(asked(client, files))
    assert facts(held["a.png-b.png-crop.mp4"])[:2] == (1024, 512)
    assert facts(held["a.png-b.png-crop.mp4"])[3] == 1


@pytest.mark.parametrize(
    ("told", "names"),
    [
        (("../../../tmp/x.png", "..\\..\\d.pkl"), ("x.png", "d.pkl")),
        (("/", ".."), ("source", "driver")),
        (("same", "same"), ("same", "same")),
        (("李 é.png", "d\u202e.pkl"), ("李 é.png", "d.pkl")),
    ],
)
def test_names_of_callers_are_in_the_zip_only(
    client: httpx2.Client, face: bytes, data: Path, told: tuple[str, str], names: tuple[str, str]
) -> None:
    files = {"source_image": (told[0], face), "driving_pickle": (told[1], template())}
    held = unpacked(asked(client, files, flag_pickle="true"))
    s, d = names
    assert set(held) == {f"{s}-{d}-crop.mp4", f"{s}-{d}-org.mp4"}
    on_disk = {path.name for path in data.rglob("*")}
    assert not {"x.png", "d.pkl", "same"} & on_disk
    assert not list((data / "scratch").glob("*"))


def test_a_name_as_long_as_a_book_is_shortened(client: httpx2.Client, face: bytes) -> None:
    files = {"source_image": ("x" * 2000 + ".png", face), "driving_pickle": ("d.pkl", template())}
    crop, _ = sorted(unpacked(asked(client, files, flag_pickle="true")))
    assert len(crop) < 255
    assert crop.endswith(".png-d.pkl-crop.mp4")


def test_the_path_without_its_slash_leads_there(client: httpx2.Client) -> None:
    answer = client.post("/predict", follow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["location"] == "predict/"
    assert client.get("/predict/").status_code == 405


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"scale": "large"}, "body.scale"),
        ({"scale": "0.2"}, "body.scale"),
        ({"vx_ratio": "nan"}, "body.vx_ratio"),
        ({"driving_multiplier": "1e999"}, "body.driving_multiplier"),
        ({"flag_pickle": "maybe"}, "body.flag_pickle"),
        ({"source_image": "a picture as text"}, "body.source_image"),
        ({"flag_is_animal": "True"}, "flag_is_animal: engine mesh moves people only"),
    ],
)
def test_junk_is_told_by_its_field(
    client: httpx2.Client, old_server: httpx2.Client, fields: dict[str, str], named: str
) -> None:
    for each in (client, old_server):
        answer = each.post("/predict/", data=fields)
        assert named in problem(answer, 422, answer.json()["code"])


def test_what_is_missing_is_told_by_its_field(
    client: httpx2.Client, face: bytes, films: Path
) -> None:
    silent = (films / "silent.mp4").read_bytes()
    source, film = {"source_image": ("a.png", face)}, {"driving_video": ("b.mp4", silent)}
    assert "source_image: is needed" in problem(asked(client, {}), 422, "bad-option")
    assert "source_image: is needed" in problem(asked(client, dict(film)), 422, "bad-option")
    assert "driving_video: is needed" in problem(asked(client, dict(source)), 422, "bad-option")
    answer = asked(client, {**source, **film}, flag_pickle="1")
    assert "driving_pickle: is needed, as flag_pickle is true" in problem(answer, 422, "bad-option")


def test_what_cannot_be_used_is_a_problem(client: httpx2.Client, face: bytes, films: Path) -> None:
    silent, empty = ((films / f"{name}.mp4").read_bytes() for name in ("silent", "empty"))
    good = {"source_image": ("a.png", face), "driving_video": ("b.mp4", silent)}
    noise = bytes(cv2.imencode(".png", next(still_life(1, 64)))[1])
    for field, content in (("source_image", noise), ("driving_video", empty)):
        detail = problem(asked(client, {**good, field: ("x", content)}), 422, "no-face")
        assert detail.startswith(f"{field}: no face")
    for content in (b"#!/bin/sh", b"<svg/>", template()):
        problem(
            asked(client, {**good, "driving_video": ("b.mp4", content)}), 415, "unsupported-kind"
        )
    cut = {**good, "driving_video": ("b.mp4", silent[: len(silent) // 2])}
    problem(asked(client, cut), 422, "unreadable-media")


class _Hostile:
    def __init__(self, place: Path) -> None:
        self._place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._place,)


def test_nothing_in_a_pickle_is_run(client: httpx2.Client, face: bytes, tmp_path: Path) -> None:
    place = tmp_path / "was-run"
    source = {"source_image": ("a.png", face)}
    for content in (
        pickle.dumps(_Hostile(place)),
        template(motion=[_Hostile(place)]),
        pickle.dumps({"motion": []}),
        b"\x80\x04" + b"(" * 100_000,
        template()[:-40],
    ):
        files = {**source, "driving_pickle": ("d.pkl", content)}
        problem(asked(client, files, flag_pickle="1"), 422, "bad-template")
    assert not place.exists()


def test_more_frames_than_allowed_are_refused(client: httpx2.Client, face: bytes) -> None:
    long = pickle.dumps(liveportrait(61))
    files = {"source_image": ("a.png", face), "driving_pickle": ("d.pkl", long)}
    problem(asked(client, files, flag_pickle="1"), 413, "too-large")


def test_old_clients_get_their_empty_zip(
    old_server: httpx2.Client, face: bytes, films: Path
) -> None:
    silent, empty = ((films / f"{name}.mp4").read_bytes() for name in ("silent", "empty"))
    source, film = {"source_image": ("a.png", face)}, {"driving_video": ("b.mp4", silent)}
    for files, pickled in (
        ({}, "0"),
        (film, "0"),
        (source, "0"),
        ({**source, **film}, "1"),
        ({**film, "source_image": ("e.mp4", empty)}, "0"),
    ):
        answer = asked(old_server, dict(files), flag_pickle=pickled)
        assert unpacked(answer) == {}
        assert answer.content == EMPTY_ZIP
    hostile = {**source, "driving_pickle": ("d.pkl", b"\x80\x04N.")}
    problem(asked(old_server, hostile, flag_pickle="1"), 422, "bad-template")


def test_hanging_up_cancels_the_work(
    client: httpx2.Client, server: RunningServer, data: Path, face: bytes
) -> None:
    """The server answers others meanwhile, and what was begun leaves nothing."""
    motion = pickle.dumps(liveportrait(60))
    files = {"source_image": ("a.png", face), "driving_pickle": ("slow.pkl", motion)}
    request = client.build_request("POST", "/predict/", files=files, data={"flag_pickle": "1"})
    body = request.read()
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    before = states(client)
    with socket.create_connection(("127.0.0.1", server.port)) as caller:
        caller.sendall(f"POST /predict/ HTTP/1.1\r\n{head}\r\n".encode() + body)
        until(lambda: len(states(client)) > len(before))
        assert client.get("/healthz").status_code == 200
    until(lambda: states(client) == before)
    assert before == [], "nor does what was delivered"
    until(lambda: not list((data / "scratch").glob("*")))


def states(client: httpx2.Client) -> list[str]:
    """Of all jobs, the newest first."""
    jobs = client.get("/v1/jobs").raise_for_status().json()
    return [job["state"] for job in (jobs["jobs"] if isinstance(jobs, dict) else jobs)]


def until(true: Any) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
def test_curl_gets_the_zip(server: RunningServer, face: bytes, films: Path, tmp_path: Path) -> None:
    (tmp_path / "s12.png").write_bytes(face)
    command = [
        "curl", "-sSf", f"{server.url}/predict/", "-o", "output.zip",
        "-F", "source_image=@s12.png", "-F", f"driving_video=@{films / 'silent.mp4'}",
    ]  # fmt: skip
    subprocess.run(command, cwd=tmp_path, check=True, timeout=120)
    with ZipFile(tmp_path / "output.zip") as packed:
        assert "s12.png-silent.mp4-crop.mp4" in packed.namelist()
