"""The Python client, and the examples of the API's page, on a running service."""

from __future__ import annotations

import asyncio
import io
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import av
import pytest
from PIL import Image

import mien
from fakes.running_server import RunningServer, running_server
from fakes.synthesizer import fake_synthesizer

pytestmark = pytest.mark.e2e

KEYS = ("a-key-of-one-caller", "a-key-of-another-one")
PAGE = Path(__file__).parents[2] / "docs" / "http-api.md"
SOUND = Path(str(files("mien.data") / "hello.ogg"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    keys = [part for key in KEYS for part in ("--api-key", key)]
    programs = fake_synthesizer(tmp_path_factory.mktemp("bin"), SOUND)
    path = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    with running_server(tmp_path_factory.mktemp("data"), *keys, env=path) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[mien.Client]:
    with mien.Client(server.url, api_key=KEYS[0]) as client:
        client.wait_until_ready()
        yield client


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def frames_in(path: Path) -> int:
    with av.open(str(path)) as film:
        return sum(1 for _ in film.decode(video=0))


def test_the_service_says_what_it_is_and_has(client: mien.Client) -> None:
    assert client.health().facts["engine"] == "mesh"
    assert client.version().version == mien.__version__
    assert {"neutral", "happy", "calm"} <= {each.name for each in client.expressions()}
    engines = {each.name: each for each in client.engines()}
    assert engines["mesh"].default
    assert engines["mesh"].available
    assert engines["liveportrait"].available == (engines["liveportrait"].problem is None)


def test_a_portrait_is_sent_looked_at_and_forgotten(client: mien.Client, portrait: Path) -> None:
    sent = client.portraits.upload(portrait)
    assert client.portraits.upload(portrait.read_bytes()).id == sent.id
    assert client.portraits.get(sent.id).facts["width"] == 192
    assert sent.id in {each.id for each in client.portraits.newest()}
    assert opened(client.portraits.preview(sent.id).data).format == "JPEG"
    client.portraits.delete(sent.id)
    with pytest.raises(mien.ApiError) as told:
        client.portraits.get(sent.id)
    assert (told.value.status, told.value.code) == (404, "not-found")


def test_a_still_is_what_was_asked_for_and_rendered_once(
    client: mien.Client, portrait: Path
) -> None:
    sent = client.portraits.upload(portrait)
    first = client.still(sent, emotion="Happy", width=64, height=48, format="webp", quality=70)
    again = client.still(sent.id, emotion="happy", width=64, height=48, format="webp", quality=70)
    assert (first.media_type, first.cached, again.cached) == ("image/webp", False, True)
    assert first.data == again.data
    assert opened(first.data).size == (64, 48)
    looks = [
        {"valence": 0.5, "arousal": 0.1},
        {"edits": {"smile": 1, "shapes": {"jawOpen": 0.5}}},
        {"emotion": "sad", "face": "all"},
        {},
    ]
    pictures = [client.still(sent, size=64, **look).data for look in looks]  # type: ignore[typeddict-item]
    assert len(set(pictures)) == len(looks)


def test_a_still_of_no_picture_is_refused(client: mien.Client, portrait: Path) -> None:
    sound = client.drivers.upload(SOUND)
    with pytest.raises(mien.ApiError, match="portrait: is a sound"):
        client.still(sound)
    with pytest.raises(mien.ApiError, match="there is none of that name"):
        client.still(client.portraits.upload(portrait), emotion="smug")
    with pytest.raises(mien.ApiError, match="engine"):
        client.still(client.portraits.upload(portrait), engine="toaster")


def test_words_become_a_sound_and_a_sound_what_a_mouth_does(client: mien.Client) -> None:
    known = client.voices()
    assert (known.synthesizer, known.default, known.problem) == ("espeak-ng", "en-us", None)
    assert (known.voices[0].id, known.voices[0].name) == ("de", "German")
    said = client.say("Hello, I am glad to see you.", "en-us", rate=0.9)
    assert (said.facts["kind"], said.facts["media_type"]) == ("sound", "audio/wav")
    assert said.facts["name"] == "Hello, I am glad to see you..wav"
    assert client.say("Hello again.").id == said.id  # it is one sound that the fake says
    heard = client.visemes(said, fps=10)
    assert heard["rate"] == "10/1"
    assert len(heard["frames"]) == round(10 * said.facts["duration_s"])
    assert {"phoneme", "viseme", "start", "end", "confidence"} == heard["segments"][0].keys()
    assert "sil" in {each["viseme"] for each in heard["segments"]}
    assert client.visemes(said.id, "Something else altogether, for sure.")["warnings"]


def test_what_cannot_be_said_or_heard_is_refused(client: mien.Client, portrait: Path) -> None:
    with pytest.raises(mien.ApiError, match="text: is empty"):
        client.say(" ")
    with pytest.raises(mien.ApiError, match="voice: 'nobody' is none of espeak-ng's"):
        client.say("Hello.", "nobody")
    with pytest.raises(mien.ApiError, match="audio: is a picture"):
        client.visemes(client.drivers.upload(portrait))
    with pytest.raises(mien.ApiError, match="there is no such upload"):
        client.visemes("0" * 64)
    with pytest.raises(mien.ApiError, match="text: is empty"):
        client.visemes(client.drivers.upload(SOUND), " ")


def test_the_older_contracts_are_spoken(
    client: mien.Client, portrait: Path, tmp_path: Path
) -> None:
    made = client.render(portrait, "happy", intensity=0.5, width=64, height=64)
    kept = client.download_output(made.filename, tmp_path / "happy.png")
    assert opened(kept.read_bytes()).size == (64, 64)
    assert client.output(made.filename).data == kept.read_bytes()
    batch = client.render_batch(image_hash=made.image_hash, emotions=["sad", "calm"], width=64)
    assert [each.emotion for each in batch] == ["sad", "calm"]
    frame = client.render_frame(image_hash=made.image_hash, expression="angry", width=64)
    assert frame.media_type == "image/jpeg"
    client.delete_output(made.filename)
    with pytest.raises(mien.ApiError) as told:
        client.output(made.filename)
    assert told.value.status == 404


def test_a_film_is_made_and_told_of(client: mien.Client, portrait: Path, tmp_path: Path) -> None:
    steps: list[mien.Progress] = []
    job = client.animate(
        portrait, driving="idle:blink", duration=0.4, size=96, output=tmp_path / "idle.webm",
        progress=steps.append,
    )  # fmt: skip
    assert job.report is not None
    assert frames_in(tmp_path / "idle.webm") == job.report["frames"] == job.progress.total
    assert steps
    client.talk(portrait, SOUND, output=tmp_path / "talk.mp4", duration=0.2, size=96)
    assert frames_in(tmp_path / "talk.mp4") == 5
    client.edit(portrait, edits={"smile": 1}, output=tmp_path / "smile.jpeg", size=96)
    assert opened((tmp_path / "smile.jpeg").read_bytes()).format == "JPEG"
    assert client.jobs.newest(1)[0].kind == "edit"


def test_a_job_that_cannot_be_done_says_why(
    client: mien.Client, portrait: Path, tmp_path: Path
) -> None:
    with pytest.raises(mien.ApiError, match=r"^source: has one face") as told:
        client.express(portrait, emotion="happy", face=3, output=tmp_path / "third.png")
    assert told.value.code == "no-face"
    assert list(tmp_path.iterdir()) == []


def test_the_same_key_is_the_same_job(client: mien.Client, portrait: Path) -> None:
    source = client.portraits.upload(portrait).id
    asked = {"source": source, "emotion": "sad", "size": 64}
    first = client.jobs.submit("express", idempotency_key="one", **asked)
    assert client.jobs.submit("express", idempotency_key="one", **asked).id == first.id
    with pytest.raises(mien.ApiError) as told:
        client.jobs.submit("express", idempotency_key="one", source=source, emotion="happy")
    assert told.value.code == "idempotency-key-reused"
    assert client.jobs.wait(first.id).state == "succeeded"
    client.jobs.cancel(first.id)


def test_stopping_here_cancels_there(client: mien.Client, portrait: Path, tmp_path: Path) -> None:
    def enough(step: mien.Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.animate(
            portrait, driving="idle:natural", duration=60, output=tmp_path / "long.mp4",
            progress=enough,
        )  # fmt: skip
    newest = client.jobs.newest(1)[0]
    assert client.jobs.wait(newest.id).state == "cancelled"
    assert list(tmp_path.iterdir()) == []


def test_many_threads_share_a_client(client: mien.Client, portrait: Path) -> None:
    sent = client.portraits.upload(portrait)
    sizes: list[tuple[int, int]] = []

    def look(side: int) -> None:
        sizes.append(opened(client.still(sent, size=side, emotion="calm").data).size)

    threads = [threading.Thread(target=look, args=(side,)) for side in range(40, 48)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sizes) == [(side, side) for side in range(40, 48)]


def test_all_of_it_can_be_awaited(server: RunningServer, portrait: Path, tmp_path: Path) -> None:
    async def go() -> list[str]:
        async with mien.AsyncClient(server.url, api_key=KEYS[0]) as client:
            await client.wait_until_ready()
            sent = await client.portraits.upload(portrait)
            stills = [client.still(sent, emotion=name, size=48) for name in ("sad", "angry")]
            assert all(each.media_type == "image/png" for each in await asyncio.gather(*stills))
            await client.animate(
                sent, emotions="0:neutral 0.2:happy", duration=0.4, size=64,
                output=tmp_path / "a.gif",
            )  # fmt: skip
            job = await client.jobs.submit("express", source=sent.id, emotion="calm", size=64)
            return [each.state async for each in client.jobs.follow(job.id)]

    assert asyncio.run(go())[-1] == "succeeded"
    assert opened((tmp_path / "a.gif").read_bytes()).size == (64, 64)


def test_a_task_that_is_cancelled_cancels_its_job(
    server: RunningServer, client: mien.Client, portrait: Path, tmp_path: Path
) -> None:
    async def go() -> None:
        begun = asyncio.Event()
        async with mien.AsyncClient(server.url, api_key=KEYS[0]) as awaited:
            making = asyncio.create_task(
                awaited.animate(
                    portrait, driving="idle:natural", duration=60, output=tmp_path / "long.mp4",
                    progress=lambda step: begun.set(),
                )
            )  # fmt: skip
            await begun.wait()
            making.cancel()
            with pytest.raises(asyncio.CancelledError):
                await making

    asyncio.run(go())
    assert client.jobs.wait(client.jobs.newest(1)[0].id).state == "cancelled"


def test_nothing_is_told_without_a_key_nor_to_another(
    server: RunningServer, client: mien.Client, portrait: Path
) -> None:
    sent = client.portraits.upload(portrait)
    with mien.Client(server.url) as nobody, pytest.raises(mien.ApiError) as told:
        nobody.version()
    assert (told.value.status, told.value.code) == (401, "unauthorized")
    with mien.Client(server.url, api_key=KEYS[1]) as other:
        with pytest.raises(mien.ApiError) as told:
            other.still(sent, emotion="happy")
        assert told.value.status == 404
        assert other.jobs.newest() == []


def test_the_pages_of_the_documentation_need_no_key(server: RunningServer) -> None:
    with mien.Client(server.url) as nobody:
        http = nobody._courier._client
        page = http.get("docs")
        assert page.status_code == 200
        assets = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
        assert len(assets) == 3
        for path in (*assets, "/openapi.json"):
            assert http.get(path).status_code == 200, path
        assert "http://" not in page.text
        assert "https://" not in page.text


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_examples_of_the_page_work(
    server: RunningServer, portrait: Path, clip: Path, tmp_path: Path
) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) >= 5
    opened(portrait.read_bytes()).convert("RGB").save(tmp_path / "me.jpg")
    shutil.copy(SOUND, tmp_path / "speech.wav")
    shutil.copy(clip, tmp_path / "clip.mp4")
    script = "".join(blocks).replace("http://127.0.0.1:8001", server.url)
    script = script.replace("curl ", f"curl -f -H 'X-API-Key: {KEYS[1]}' ")
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    assert "event: progress" in ran.stdout
    assert opened((tmp_path / "happy.jpg").read_bytes()).format == "JPEG"
    assert opened((tmp_path / "edited.webp").read_bytes()).format == "WEBP"
    assert frames_in(tmp_path / "talk.mp4") > 50
