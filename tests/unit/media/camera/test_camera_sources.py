from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from fakes.clips import moving_face, still_life, write_clip
from fakes.virtual_time import VirtualTime
from mien.errors import OptionError, UnreadableMediaError
from mien.media.camera import open_camera
from mien.media.camera.choice import camera_source
from mien.media.camera.device import DeviceSource
from mien.media.camera.film import FilmSource
from mien.media.camera.stream import StreamSource

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("film") / "a.mp4", still_life(5, 32))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    write_clip(folder / "live.ts", moving_face(8, 64), rate=Fraction(25))
    (folder / "words.txt").write_text("no pictures")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


def test_a_film_plays_at_its_own_pace_to_its_end(film: Path) -> None:
    time = VirtualTime()
    taken = [
        time.now() - 100.0
        for _ in FilmSource(film, now=time.now).pictures(time)  # type: ignore[arg-type]
    ]
    assert taken == pytest.approx([0.0, 0.04, 0.08, 0.12, 0.16])
    assert time.now() == pytest.approx(100.2)


def test_a_film_leaves_out_what_it_is_too_late_for(film: Path) -> None:
    time = VirtualTime()
    taken = []
    for _ in FilmSource(film, now=time.now).pictures(time):  # type: ignore[arg-type]
        taken.append(time.now() - 100.0)
        time.sleep(0.09 if len(taken) == 1 else 0.0)
    assert taken == pytest.approx([0.0, 0.09, 0.12, 0.16])


def test_a_looped_film_begins_again_in_time(film: Path) -> None:
    time = VirtualTime()
    pictures = FilmSource(film, loop=True, now=time.now).pictures(time)  # type: ignore[arg-type]
    taken = [time.now() - 100.0 for _, _ in zip(range(8), pictures, strict=False)]
    assert taken[5:] == pytest.approx([0.2, 0.24, 0.28])


@pytest.mark.parametrize(
    ("camera", "source"),
    [
        (0, DeviceSource(0)),
        ("2", DeviceSource(2)),
        ("/dev/video1", DeviceSource(1)),
        ("rtsp://host/cam", StreamSource("rtsp://host/cam")),
        ("HTTPS://host/cam.mjpg", StreamSource("HTTPS://host/cam.mjpg")),
    ],
)
def test_numbers_are_devices_and_addresses_streams(camera: int | str, source: object) -> None:
    assert camera_source(camera) == source


def test_other_names_are_films(film: Path) -> None:
    assert camera_source(str(film), loop=True) == FilmSource(film, loop=True)
    assert camera_source(film) == FilmSource(film)
    with open_camera(film) as camera:
        assert camera.newest() is not None


def test_a_camera_that_is_not_there_is_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.mp4").write_text("no film")
    for camera, problem in {
        99: "camera 99: is not there",
        str(tmp_path / "a.mp4"): "is not a video that can be read",
        "nowhere.mp4": "nowhere.mp4: does not exist",
        "rtsp://127.0.0.1:1/secret?key=1": "rtsp://127.0.0.1:1/secret: cannot be read",
    }.items():
        with pytest.raises(UnreadableMediaError) as told:
            open_camera(camera)
        assert problem in str(told.value)
        assert "\n" not in str(told.value)
    for camera, problem in {
        -1: "-1 is not a whole number from 0",
        "file:///etc/passwd": "file:// is none of rtsp",
        "concat://a": "concat:// is none of rtsp",
    }.items():
        with pytest.raises(OptionError, match=problem):
            open_camera(camera)
    assert capfd.readouterr().err == ""


def test_a_stream_gives_upright_pictures(server: str) -> None:
    with open_camera(f"{server}/live.ts") as camera:
        picture = camera.newest()
        assert picture is not None
        assert picture.pixels.shape == (64, 64, 3)


def test_a_stream_that_is_none_is_told_without_its_password(server: str) -> None:
    address = server.replace("://", "://user:secret@") + "/words.txt?token=secret"
    with pytest.raises(UnreadableMediaError, match=r"words\.txt: cannot be read") as told:
        open_camera(address)
    assert "secret" not in str(told.value)
