"""Tests of files that callers sent."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import pickle
import shutil
import struct
import zlib
from collections.abc import Coroutine
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PIL import Image as PillowImage

from fakes.clips import moving_face, write_clip
from fakes.executing_here import ExecutingHere
from fakes.templates import blendshape_template, liveportrait
from mien.errors import MienError, OutputError, TemplateError, UnreadableMediaError
from mien.service.errors import NotFoundError, TooLargeError, UnsupportedKindError
from mien.service.security.keys import Owner
from mien.service.uploads.limits import UploadLimits
from mien.service.uploads.upload import Upload, UploadKind
from mien.service.uploads.uploads import Uploads
from mien.templates import write_template

pytestmark = pytest.mark.unit

ME, YOU = Owner("me"), Owner("you")
ALL: tuple[UploadKind, ...] = ("picture", "film", "sound", "template")
LIMITS = UploadLimits(2_000_000, 4_000_000, 1_000_000, 10.0, 100)
R = TypeVar("R")


@pytest.fixture
def executor() -> ExecutingHere:
    return ExecutingHere()


@pytest.fixture
def uploads(tmp_path: Path, executor: ExecutingHere) -> Uploads:
    return Uploads(tmp_path / "uploads", LIMITS, executor)


def run(work: Coroutine[Any, Any, R]) -> R:
    return asyncio.run(work)


def receive(
    uploads: Uploads,
    data: bytes,
    *,
    owner: Owner = ME,
    name: str = "x",
    kinds: tuple[UploadKind, ...] = ALL,
) -> Upload:
    return run(uploads.receive(owner, io.BytesIO(data), name=name, kinds=kinds))


def picture(side: int = 64, form: str = "PNG", **options: Any) -> bytes:
    data = io.BytesIO()
    PillowImage.new("RGB", (side, side), "teal").save(data, form, **options)
    return data.getvalue()


def moving_picture(num_frames: int) -> bytes:
    shades = [PillowImage.new("L", (32, 32), number) for number in range(num_frames)]
    data = io.BytesIO()
    shades[0].save(data, "GIF", save_all=True, append_images=shades[1:], duration=40)
    return data.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """Says it has so many pixels, and has none."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def hello() -> bytes:
    return files("mien").joinpath("data", "hello.ogg").read_bytes()


def on_disk(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_lies_under_its_content_and_never_its_name(uploads: Uploads, tmp_path: Path) -> None:
    upload = receive(uploads, picture(), name="../../../evil\0.svg")
    assert upload.path == tmp_path / "uploads" / "me" / f"{upload.id}.png"
    assert upload.path.read_bytes() == picture()
    assert (upload.kind, upload.media_type, upload.name) == ("picture", "image/png", "evil.svg")
    assert (upload.facts.width, upload.facts.height) == (64, 64)
    assert on_disk(tmp_path) == [f"{upload.id}.json", f"{upload.id}.png"]


def test_the_same_again_is_the_same_and_is_not_looked_at_again(
    uploads: Uploads, executor: ExecutingHere
) -> None:
    first = receive(uploads, picture(), name="a")
    again = receive(uploads, picture(), name="b")
    assert first.new
    assert not again.new
    assert (again.id, again.path, again.name) == (first.id, first.path, "a")
    assert len(executor.done) == 1


def test_the_same_sent_twice_at_once_is_kept_once(uploads: Uploads, tmp_path: Path) -> None:
    async def go() -> list[Upload]:
        sent = [uploads.receive(ME, io.BytesIO(picture()), name="", kinds=ALL) for _ in range(8)]
        return await asyncio.gather(*sent)

    received = run(go())
    assert len({upload.id for upload in received}) == 1
    assert sum(upload.new for upload in received) == 1
    assert len(on_disk(tmp_path)) == 2


def test_owners_have_their_own(uploads: Uploads) -> None:
    mine = receive(uploads, picture(), owner=ME)
    with pytest.raises(NotFoundError):
        run(uploads.find(YOU, mine.id))
    with pytest.raises(NotFoundError):
        run(uploads.delete(YOU, mine.id))
    yours = receive(uploads, picture(), owner=YOU)
    assert yours.new
    assert yours.id == mine.id
    run(uploads.delete(YOU, yours.id))
    assert run(uploads.find(ME, mine.id)).path == mine.path


@pytest.mark.parametrize(
    "id",
    ["", ".", "..", "../you/x", "x" * 64, "A" * 64, "a" * 63, "a" * 64 + "\n", "/etc/passwd", "\0"],
)
def test_what_is_no_id_is_not_found(uploads: Uploads, id: str) -> None:
    receive(uploads, picture())
    with pytest.raises(NotFoundError):
        run(uploads.find(ME, id))
    with pytest.raises(NotFoundError):
        run(uploads.delete(ME, id))


def test_a_server_started_again_knows_what_was_sent(uploads: Uploads, tmp_path: Path) -> None:
    upload = receive(uploads, picture())
    later = Uploads(tmp_path / "uploads", LIMITS, ExecutingHere())
    found = run(later.find(ME, upload.id))
    assert (found.kind, found.facts, found.new) == (upload.kind, upload.facts, False)


def test_finding_a_file_counts_as_using_it(uploads: Uploads) -> None:
    upload = receive(uploads, picture())
    os.utime(upload.path, (1, 1))
    run(uploads.find(ME, upload.id))
    assert upload.path.stat().st_mtime > 1_000_000


def test_deleting_takes_all_that_was_noted_and_spares_readers(
    uploads: Uploads, tmp_path: Path
) -> None:
    upload = receive(uploads, picture())
    run(uploads.note(upload, ".faces.json", b"{}"))
    assert run(uploads.noted(upload, ".faces.json")) == b"{}"
    with upload.path.open("rb") as reader:
        run(uploads.delete(ME, upload.id))
        assert reader.read() == picture()
    assert on_disk(tmp_path) == []
    run(uploads.note(upload, ".faces.json", b"{}"))
    assert on_disk(tmp_path) == []
    assert receive(uploads, picture()).new


def test_deleting_the_same_often_at_once_succeeds_once(uploads: Uploads) -> None:
    upload = receive(uploads, picture())

    async def go() -> list[object]:
        ends = [uploads.delete(ME, upload.id) for _ in range(8)]
        return await asyncio.gather(*ends, return_exceptions=True)

    ends = run(go())
    assert ends.count(None) == 1
    assert sum(isinstance(end, NotFoundError) for end in ends) == 7


def test_lists_are_by_kind_and_owner(uploads: Uploads) -> None:
    still, sound = receive(uploads, picture()), receive(uploads, hello())
    assert [each.id for each in run(uploads.list(ME, ("picture", "film")))] == [still.id]
    assert [each.id for each in run(uploads.list(ME, ALL))] == [sound.id, still.id]
    assert run(uploads.list(YOU, ALL)) == []


def test_films_sounds_and_templates_are_looked_into(uploads: Uploads, tmp_path: Path) -> None:
    film = receive(uploads, write_clip(tmp_path / "a.mp4", moving_face(10, 64)).read_bytes())
    assert (film.kind, film.media_type, film.path.suffix) == ("film", "video/mp4", ".mp4")
    assert (film.facts.width, film.facts.num_frames, film.facts.duration_s) == (64, 10, 0.4)
    sound = receive(uploads, hello())
    assert (sound.kind, sound.media_type, sound.path.suffix) == ("sound", "audio/ogg", ".ogg")
    assert sound.facts.duration_s == pytest.approx(4.1, abs=0.1)
    write_template(tmp_path / "x.mien", blendshape_template(5))
    template = receive(uploads, (tmp_path / "x.mien").read_bytes())
    assert (template.kind, template.facts.num_frames) == ("template", 5)
    pickled = receive(uploads, pickle.dumps(liveportrait(4)))
    assert (pickled.kind, pickled.path.suffix, pickled.facts.num_frames) == ("template", ".pkl", 4)


def test_a_film_that_does_not_say_how_long_it_is_gets_counted(
    uploads: Uploads, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "a.ts", moving_face(10, 64))
    shutil.copy(clip, tmp_path / "b")
    film = receive(uploads, (tmp_path / "b").read_bytes())
    assert (film.path.suffix, film.facts.num_frames) == (".ts", 10)


def test_a_film_whose_header_lies_is_counted(uploads: Uploads, tmp_path: Path) -> None:
    film = bytearray(write_clip(tmp_path / "a.avi", moving_face(10, 64)).read_bytes())
    for chunk, offset in ((b"avih", 16), (b"strh", 32)):
        place = film.index(chunk) + 8 + offset
        film[place : place + 4] = bytes(4)
    assert receive(uploads, bytes(film)).facts.num_frames == 10


def test_a_picture_cut_off_and_one_too_small_are_refused(uploads: Uploads) -> None:
    with pytest.raises(UnreadableMediaError, match="damaged"):
        receive(uploads, picture()[:-30])
    with pytest.raises(UnreadableMediaError, match="1x1"):
        receive(uploads, picture(1))


def test_a_picture_that_moves_is_a_picture_and_serves_as_a_film(uploads: Uploads) -> None:
    moving = receive(uploads, moving_picture(3), kinds=("film",))
    assert (moving.kind, moving.facts.num_frames) == ("picture", 3)
    assert not receive(uploads, moving_picture(3), kinds=("picture",)).new
    with pytest.raises(UnsupportedKindError):
        receive(uploads, picture(form="GIF"), kinds=("film",))
    with pytest.raises(TooLargeError, match="frames"):
        receive(uploads, moving_picture(120))


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", UnreadableMediaError, "empty"),
        (b"<svg onload=alert(1)>", UnsupportedKindError, "none of what is taken"),
        (b"#EXTM3U\nfile:///etc/passwd\n", UnsupportedKindError, "none of what is taken"),
        (b"\0\0\0\x18ftypheic....", UnsupportedKindError, "HEIC"),
        (b"\x89PNG\r\n\x1a\nrubbish", UnreadableMediaError, "me.png"),
        (b"RIFF\xff\xff\xff\x7fWEBPVP8 ", UnreadableMediaError, "me.png"),
        (b"\0\0\0\x18ftypmp42" + bytes(50), UnreadableMediaError, "me.png"),
        (b"ID3\x04" + bytes(50), UnreadableMediaError, "me.png"),
        (huge_png(50_000, 50_000), TooLargeError, "pixels"),
        (huge_png(2000, 501), TooLargeError, "megapixels"),
        (b"\x80\x04cos\nsystem\nX\x02\0\0\0idq\0\x85R.", TemplateError, "me.png"),
    ],
)
def test_bad_files_are_told_in_a_line_and_leave_nothing(
    uploads: Uploads, tmp_path: Path, data: bytes, error: type[MienError], words: str
) -> None:
    with pytest.raises(error, match=words) as told:
        receive(uploads, data, name="me.png")
    assert str(tmp_path) not in str(told.value)
    assert ".part" not in str(told.value)
    assert on_disk(tmp_path) == []


def test_sizes_and_lengths_are_bounded(uploads: Uploads, tmp_path: Path) -> None:
    rubbish = os.urandom(2_000_000)
    with pytest.raises(TooLargeError, match="more than 2 MB"):
        receive(uploads, picture() + rubbish)
    with pytest.raises(TooLargeError, match="more than 4 MB"):
        receive(uploads, hello() + 2 * rubbish)
    long = write_clip(tmp_path / "long.mp4", moving_face(101, 64))
    with pytest.raises(TooLargeError, match="more than 100 frames"):
        receive(uploads, long.read_bytes())
    brief = Uploads(tmp_path / "brief", UploadLimits(10**6, 10**6, 10**6, 2.0, 10), ExecutingHere())
    with pytest.raises(TooLargeError, match="more than 2 s"):
        receive(brief, hello())
    assert on_disk(tmp_path) == ["long.mp4"]


def test_only_the_kinds_that_are_asked_for_are_taken(uploads: Uploads, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedKindError, match="video/ogg is not taken"):
        receive(uploads, hello(), kinds=("picture",))
    with pytest.raises(UnsupportedKindError, match="a sound is not taken"):
        receive(uploads, hello(), kinds=("film",))
    receive(uploads, hello())
    with pytest.raises(UnsupportedKindError, match="a sound is not taken"):
        receive(uploads, hello(), kinds=("film",))


def test_of_a_file_that_is_two_things_the_beginning_counts(uploads: Uploads) -> None:
    archive = picture() + b"PK\x03\x04" + bytes(100) + b"<script>alert(1)</script>"
    upload = receive(uploads, archive, name="x.html")
    assert (upload.path.suffix, upload.media_type) == (".png", "image/png")


def test_a_file_that_ends_its_worker_is_told_and_not_kept(
    uploads: Uploads, executor: ExecutingHere, tmp_path: Path
) -> None:
    executor.lost = True
    with pytest.raises(UnreadableMediaError, match="decoder fail"):
        receive(uploads, picture())
    assert on_disk(tmp_path) == []


def test_a_full_disk_is_told_and_leaves_nothing(
    uploads: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Any, target: Any, length: int) -> None:
        target.write(source.read(10))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(OutputError, match="no space left") as told:
        receive(uploads, picture())
    assert str(tmp_path) not in str(told.value)
    assert on_disk(tmp_path) == []


def test_a_damaged_card_is_as_none_at_all(uploads: Uploads) -> None:
    upload = receive(uploads, picture())
    upload.path.with_suffix(".json").write_bytes(b'{"kind": "pic')
    with pytest.raises(NotFoundError):
        run(uploads.find(ME, upload.id))
    assert receive(uploads, picture()).new


def test_what_a_killed_server_left_is_cleared_up(tmp_path: Path) -> None:
    folder = tmp_path / "uploads" / "me"
    folder.mkdir(parents=True)
    for writer in (os.getpid(), os.getppid(), 2**22 + 1, 10**30, "x"):
        (folder / f".{writer}-0.part").write_bytes(b"x")
    Uploads(tmp_path / "uploads", LIMITS, ExecutingHere())
    assert [path.name for path in folder.iterdir()] == [f".{os.getppid()}-0.part"]


def test_cancelling_leaves_nothing(tmp_path: Path) -> None:
    class Stuck(ExecutingHere):
        async def run(self, *_: Any, **__: Any) -> Any:
            started.set()
            await asyncio.get_running_loop().create_future()

    async def go() -> None:
        uploads = Uploads(tmp_path / "uploads", LIMITS, Stuck())
        work = asyncio.create_task(uploads.receive(ME, io.BytesIO(picture()), name="", kinds=ALL))
        await started.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    started = asyncio.Event()
    run(go())
    assert on_disk(tmp_path) == []
