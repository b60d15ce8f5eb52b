"""Requests that mean harm, against a server as users start it: all are answered, none gets what is
not its own, nothing is left behind, and the server works on."""

from __future__ import annotations

import io
import os
import pickle
import re
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image, PngImagePlugin

from fakes.running_server import RunningServer, running_server

pytestmark = pytest.mark.e2e

MINE, YOURS = "mine-0123456789-abcdef", "yours-0123456789-abcdef"
LIMITS = (
    "--max-portrait-mb", "2", "--max-upload-mb", "4", "--max-megapixels", "2",
    "--max-duration-s", "5", "--requests-per-key", "8", "--workers", "2",
)  # fmt: skip
OWN_NAMES = re.compile(r"[0-9a-f]{64}(\.faces)?\.(png|gif|jpg|ogg|json)|[0-9a-f]{64}\.preview\.jpg")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[RunningServer]:
    """With two keys and small limits. In the end its log must hold no key and no fault."""
    keys = ("--api-key", MINE, "--api-key", YOURS)
    with running_server(data, *LIMITS, *keys) as server:
        yield server
    log = "".join(server.lines)
    assert MINE not in log
    assert YOURS not in log
    assert "Traceback" not in log
    assert all(status < "500" for status in re.findall(r"status=(\d+)", log) if status != "503")


@pytest.fixture(scope="module")
def open_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("open")


@pytest.fixture(scope="module")
def open_server(open_data: Path) -> Iterator[RunningServer]:
    """Without keys; nothing of it renders."""
    with running_server(open_data, "--run-in", "inline", ready=False) as server:
        yield server


def caller(server: RunningServer, key: str | None) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx2.Client(base_url=server.url, timeout=60, headers=headers)


@pytest.fixture(scope="module")
def me(server: RunningServer) -> Iterator[httpx2.Client]:
    with caller(server, MINE) as client:
        yield client


@pytest.fixture(scope="module")
def you(server: RunningServer) -> Iterator[httpx2.Client]:
    with caller(server, YOURS) as client:
        yield client


def face() -> bytes:
    return files("mien").joinpath("data", "astronaut.png").read_bytes()


def hello() -> bytes:
    return files("mien").joinpath("data", "hello.ogg").read_bytes()


def send(
    client: httpx2.Client, data: bytes, *, to: str = "portraits", name: str = "me.png"
) -> httpx2.Response:
    return client.post(f"/v1/{to}", files={"file": (name, data, "image/png")})


@pytest.fixture(scope="module")
def portrait(me: httpx2.Client) -> str:
    """The id of mine."""
    answer = send(me, face())
    assert answer.status_code in (200, 201)
    return str(answer.json()["id"])


def check_problem(answer: httpx2.Response, *statuses: int) -> dict[str, Any]:
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert "/tmp" not in problem["detail"]
    assert "Traceback" not in answer.text
    assert MINE not in answer.text
    return problem


def kept(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "uploads").rglob("*") if path.is_file())


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    "id",
    [
        "%2e%2e%2f%2e%2e%2fkeys.sqlite",
        "..%5c..%5ckeys.sqlite",
        "%00",
        "%0a",
        "a" * 64,
        "A" * 5000,
        "%F0%9F%98%80",
        "%ff%fe",
        "' OR 1=1 --",
    ],
)
def test_what_is_no_id_is_not_found(me: httpx2.Client, method: str, id: str) -> None:
    for path in (f"/v1/portraits/{id}", f"/v1/drivers/{id}"):
        check_problem(me.request(method, path), 404)
    check_problem(me.get(f"/v1/portraits/{id}/preview"), 404)
    check_problem(me.request(method, f"/output/{id}"), 404)


@pytest.mark.parametrize(
    "name",
    [
        "../../../../evil.png",
        "..\\..\\evil.exe",
        "/etc/cron.d/evil",
        "a\x00b.png",
        "CON.png",
        "x" * 4000 + ".png",
        "\u202egnp.exe",
        ".keys.sqlite",
    ],
)
def test_names_of_clients_never_reach_the_disk(
    me: httpx2.Client, data: Path, portrait: str, name: str
) -> None:
    answer = send(me, hello(), to="drivers", name=name)
    assert answer.status_code in (200, 201)
    assert len(answer.json()["name"]) <= 100
    assert all(OWN_NAMES.fullmatch(each) for each in kept(data)), kept(data)


def test_what_is_somebody_elses_is_not_there(
    me: httpx2.Client, you: httpx2.Client, portrait: str
) -> None:
    for method, path in (
        ("GET", f"/v1/portraits/{portrait}"),
        ("GET", f"/v1/portraits/{portrait}/preview"),
        ("DELETE", f"/v1/portraits/{portrait}"),
        ("GET", f"/v1/drivers/{portrait}"),
        ("DELETE", f"/v1/drivers/{portrait}"),
    ):
        theirs = check_problem(you.request(method, path), 404)
        nobodys = check_problem(you.request(method, path.replace(portrait, "0" * 64)), 404)
        assert theirs["detail"] == nobodys["detail"]
    check_problem(you.post("/v1/stills", json={"portrait": portrait, "emotion": "sad"}), 404)
    form = {"image_hash": portrait, "emotion": "sad"}
    check_problem(you.post("/render", data=form), 404)
    assert you.get("/v1/portraits").json() == {"portraits": []}
    assert me.get(f"/v1/portraits/{portrait}").status_code == 200


def test_the_same_portrait_of_two_owners_is_two(
    me: httpx2.Client, you: httpx2.Client, portrait: str
) -> None:
    sent = send(you, face())
    assert (sent.status_code, sent.json()["id"]) == (201, portrait)
    assert you.delete(f"/v1/portraits/{portrait}").status_code == 204
    assert me.get(f"/v1/portraits/{portrait}").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {MINE}"},
        {"Authorization": MINE},
        {"X-API-Key": MINE[:-1]},
        {"X-API-Key": MINE.upper()},
        {"Cookie": f"key={MINE}"},
    ],
)
def test_wrong_keys_open_nothing(
    server: RunningServer, portrait: str, headers: dict[str, str]
) -> None:
    with httpx2.Client(base_url=server.url, headers=headers, timeout=30) as nobody:
        for method, path in (
            ("GET", "/v1/portraits"),
            ("GET", f"/v1/portraits/{portrait}"),
            ("DELETE", f"/v1/portraits/{portrait}"),
            ("POST", "/v1/portraits"),
            ("GET", f"/v1/portraits?api_key={MINE}"),
            ("GET", "/nothing"),
        ):
            answer = nobody.request(method, path)
            assert check_problem(answer, 401)["code"] == "unauthorized"
            assert answer.headers["www-authenticate"].startswith("Bearer")
        assert nobody.get("/healthz").status_code == 200


def test_an_upload_without_a_key_is_refused_before_it_is_read(server: RunningServer) -> None:
    with raw(server) as talk:
        answer = talk(
            b"POST /v1/drivers HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\nExpect: 100-continue\r\n\r\n"
        )
    assert answer.startswith(b"HTTP/1.1 401 ")


def test_keys_lie_nowhere_on_the_disk(data: Path, portrait: str) -> None:
    for path in data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert MINE.encode() not in content, path
            assert YOURS.encode() not in content, path


@pytest.mark.parametrize(
    "content",
    [
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=video 9 RTP/AVP 96\r\n",
        b"<MPD xmlns='urn:mpeg:dash:schema:mpd:2011'></MPD>",
        b"PK\x03\x04" + bytes(60),
        b"\x7fELF" + bytes(60),
        b"just words",
    ],
)
def test_other_kinds_are_not_taken_whatever_they_are_called(
    me: httpx2.Client, content: bytes
) -> None:
    check_problem(send(me, content, name="me.png"), 415)
    check_problem(send(me, content, to="drivers", name="clip.mp4"), 415)


def test_of_a_file_that_is_two_things_only_the_picture_is_kept(me: httpx2.Client) -> None:
    answer = send(me, face() + b"<script>alert(1)</script>PK\x05\x06" + bytes(18), name="x.html")
    assert answer.status_code == 201
    told = answer.json()
    assert told["media_type"] == "image/png"
    preview = me.get(told["preview"])
    assert preview.headers["content-type"] == "image/jpeg"
    assert preview.headers["x-content-type-options"] == "nosniff"
    assert b"script" not in preview.content
    assert me.delete(f"/v1/portraits/{told['id']}").status_code == 204


def png(width: int, height: int, *, before: bytes = b"") -> bytes:
    """Says that it has so many pixels, and has none. ``before``: chunks ahead of them."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before
    return head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def text_bomb() -> bytes:
    """A hundred megabytes of text in a hundred kilobytes."""
    squeezer = zlib.compressobj(9)
    words = b"".join(squeezer.compress(bytes(1_000_000)) for _ in range(100)) + squeezer.flush()
    return png(64, 64, before=chunk(b"zTXt", b"bomb\0\0" + words))


def webp(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + size
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif(width: int, height: int) -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)
    return screen + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\0;"


def wide_picture() -> bytes:
    """Real, and of little more pixels than are taken."""
    data = io.BytesIO()
    Image.new("1", (2001, 1000)).save(data, "PNG")
    return data.getvalue()


@pytest.mark.parametrize(
    "bomb",
    [png(50_000, 50_000), png(2**31 - 1, 2**31 - 1), png(0, 0), text_bomb(), webp(16_383, 16_383),
     gif(65_535, 65_535), wide_picture(), face()[:5000]],
    ids=["pixels", "more-pixels", "no-pixels", "text", "webp", "gif", "real", "cut"],
)  # fmt: skip
def test_bombs_do_not_go_off(me: httpx2.Client, bomb: bytes) -> None:
    check_problem(send(me, bomb), 413, 422)
    check_problem(
        me.post("/render", files={"source_image": bomb}, data={"emotion": "sad"}), 413, 422
    )


def test_colour_profiles_and_words_in_pictures_do_no_harm(me: httpx2.Client) -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "<script>" * 1000)
    data = io.BytesIO()
    with Image.open(io.BytesIO(face())) as picture:
        picture.save(data, "PNG", pnginfo=words, icc_profile=os.urandom(5000))
    answer = send(me, data.getvalue())
    assert answer.status_code == 201
    assert me.delete(f"/v1/portraits/{answer.json()['id']}").status_code == 204


class _Calls:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (self.command,)


@pytest.mark.parametrize("protocol", [0, 2, 3, 4, 5])
def test_pickles_are_never_run(me: httpx2.Client, tmp_path: Path, protocol: int) -> None:
    marker = tmp_path / "ran"
    evil = pickle.dumps({"motion": [_Calls(f"touch {marker}")], "n_frames": 1}, protocol)
    check_problem(send(me, evil, to="drivers", name="x.pkl"), 415, 422)
    check_problem(send(me, evil, name="x.png"), 415)
    assert not marker.exists()


def test_sounds_that_are_too_long_are_told(me: httpx2.Client, data: Path) -> None:
    before = kept(data)
    check_problem(send(me, wav(seconds=6), to="drivers"), 413)
    assert kept(data) == before


def wav(seconds: int) -> bytes:
    samples = bytes(8000 * seconds)
    head = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
    body = head + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def form(*parts: tuple[str, bytes]) -> tuple[bytes, dict[str, str]]:
    """Disposition and content of each part."""
    body = b"".join(
        b"--b\r\nContent-Disposition: form-data; " + disposition.encode() + b"\r\n\r\n" + content
        + b"\r\n" for disposition, content in parts
    )  # fmt: skip
    return body + b"--b--\r\n", {"Content-Type": "multipart/form-data; boundary=b"}


@pytest.mark.parametrize(
    "parts",
    [
        [(f'name="f{n}"', b"") for n in range(10_000)],
        [(f'name="file"; filename="{n}"', b"x") for n in range(100)],
        [('name="file"', b"x" * 1_000_000)],
        [('name="' + "f" * 500_000 + '"', b"x")],
        [('filename="x"', b"x")],
        [("", b"x")],
    ],
    ids=["fields", "files", "field", "name", "nameless", "empty"],
)
def test_forms_without_end_are_refused(me: httpx2.Client, parts: list[tuple[str, bytes]]) -> None:
    body, headers = form(*parts)
    check_problem(me.post("/v1/portraits", content=body, headers=headers), 400, 413, 422)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--b\r\n"),
        ("multipart/form-data; boundary=", b"--\r\n"),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; name=fi"),
        ("multipart/form-data; boundary=" + "b" * 10_000, b"--b--"),
        ("multipart/form-data; boundary=b; charset=utf-7", b"--b--\r\n"),
        ("application/x-www-form-urlencoded", b"file=x&" * 1000),
        ("application/json", b'{"file": "x"}'),
        ("application/json", b"[" * 100_000),
        ("text/plain", b"x"),
        ("\xff", b"x"),
    ],
)
def test_bodies_that_are_no_forms_are_refused(
    me: httpx2.Client, content_type: str, body: bytes
) -> None:
    headers = {"Content-Type": content_type.encode("latin-1")}
    for path in ("/v1/portraits", "/v1/drivers", "/render"):
        check_problem(me.post(path, content=body, headers=headers), 400, 413, 415, 422)


@pytest.mark.parametrize(
    "asked",
    [
        b"[" * 100_000,
        b'{"portrait":' * 1000,
        b'{"portrait": NaN}',
        b'{"portrait": 1' + b"0" * 10_000 + b"}",
        b'{"portrait": "\\ud800"}',
        b"\xff\xfe\x00",
        b"null",
        b"",
    ],
)
def test_json_that_makes_no_sense_is_refused(me: httpx2.Client, asked: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    check_problem(me.post("/v1/stills", content=asked, headers=headers), 400, 404, 422)


@pytest.mark.parametrize("value", ["2", "-1", "yes please", "\0"])
def test_switches_of_forms_are_switches(me: httpx2.Client, value: str) -> None:
    sent = {"file": ("me.png", face())}
    answer = me.post("/v1/portraits", files=sent, data={"require_face": value})
    check_problem(answer, 422)


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", "1e3", "9" * 5000])
def test_lists_have_limits(me: httpx2.Client, limit: str) -> None:
    check_problem(me.get("/v1/portraits", params={"limit": limit}), 422)


def test_too_much_is_told_to_whoever_sends_it(me: httpx2.Client) -> None:
    much = os.urandom(6_000_000)
    assert check_problem(send(me, much), 413)["code"] == "too-large"
    body, headers = form(('name="file"; filename="x"', much))

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    check_problem(me.post("/v1/drivers", content=chunks(), headers=headers), 413)
    check_problem(me.post("/v1/stills", content=b" " * 2_000_000), 413)
    pixels = b"\x89PNG\r\n\x1a\n" + much[:2_500_000]
    check_problem(send(me, pixels), 413)


def test_the_same_portrait_sent_and_deleted_by_many_at_once(
    me: httpx2.Client, server: RunningServer, data: Path
) -> None:
    with Image.open(io.BytesIO(face())) as picture:
        other = io.BytesIO()
        picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(other, "PNG")
    id = send(me, other.getvalue()).json()["id"]

    def act(number: int) -> int:
        with caller(server, MINE) as client:
            if number % 3:
                return send(client, other.getvalue()).status_code
            return client.delete(f"/v1/portraits/{id}").status_code

    with ThreadPoolExecutor(6) as pool:
        ends = set(pool.map(act, range(24)))
    assert ends <= {200, 201, 204, 404, 409}
    assert send(me, other.getvalue()).status_code in (200, 201)
    assert sum(name.startswith(id) for name in kept(data)) == 4
    assert me.delete(f"/v1/portraits/{id}").status_code == 204
    assert not any(name.startswith(id) or ".part" in name for name in kept(data))


@contextmanager
def raw(server: RunningServer) -> Iterator[Callable[[bytes], bytes]]:
    """A connection for what no client would send: says it, and gives what comes back."""
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:

        def talk(words: bytes) -> bytes:
            connection.sendall(words)
            return connection.recv(65_536)

        yield talk


HALF = (
    b"POST /v1/drivers HTTP/1.1\r\nHost: x\r\nX-API-Key: %s\r\nContent-Length: 100000\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
)


def test_those_that_stop_in_the_middle_hinder_nobody(
    me: httpx2.Client, you: httpx2.Client, server: RunningServer, data: Path
) -> None:
    before = kept(data)
    with ExitStack() as stack:
        for number in range(60):
            half = socket.create_connection(("127.0.0.1", server.port), 30)
            stack.enter_context(half)
            half.sendall(b"GET /v1/portraits HTTP/1.1\r\nX-" if number % 2 else b"POST")
        while (refused := you.get("/v1/portraits")).status_code == 200:
            # One that comes in while another is asked may be refused in its place.
            half = socket.create_connection(("127.0.0.1", server.port), 30)
            stack.enter_context(half)
            half.sendall(HALF % YOURS.encode())
        assert check_problem(refused, 429)["code"] == "too-many"
        assert refused.headers["retry-after"] == "1"
        assert me.get("/v1/portraits").status_code == 200
        assert me.get("/healthz").status_code == 200
    while you.get("/v1/portraits").status_code == 429:
        pass  # until the server has noticed that they left
    assert kept(data) == before


@pytest.mark.parametrize(
    "words",
    [
        b"GET\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        b"GET / HTTP/1.1\r\nA:" + b"a" * 100_000,
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(50),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_hardly_http_gets_an_error(server: RunningServer, words: bytes) -> None:
    with raw(server) as talk:
        try:
            answer = talk(words + b"\r\n\r\n")
        except ConnectionResetError:
            answer = b""
    assert answer == b"" or re.match(rb"HTTP/1.1 4\d\d ", answer), answer
    assert b"Traceback" not in answer


def test_nothing_that_was_refused_was_kept_and_the_server_works_on(
    me: httpx2.Client, data: Path, portrait: str
) -> None:
    assert all(OWN_NAMES.fullmatch(each) for each in kept(data)), kept(data)
    still = me.post("/v1/stills", json={"portrait": portrait, "emotion": "happy", "size": 128})
    assert still.status_code == 200


def test_without_keys_only_this_machine_is_called(open_server: RunningServer) -> None:
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example"):
        answer = httpx2.get(f"{open_server.url}/v1/portraits", headers={"Host": host})
        check_problem(answer, 403)
    for host in (f"localhost:{open_server.port}", "127.0.0.1", "[::1]:9"):
        answer = httpx2.get(f"{open_server.url}/v1/portraits", headers={"Host": host})
        assert answer.status_code == 200


def test_without_keys_foreign_pages_change_nothing(open_server: RunningServer) -> None:
    url = f"{open_server.url}/v1/portraits"
    for origin in ("https://evil.example", "null", "http://localhost:1"):
        headers = {"Origin": origin}
        check_problem(httpx2.post(url, files={"file": face()}, headers=headers), 403)
        check_problem(httpx2.delete(f"{url}/x", headers=headers), 403)
        seen = httpx2.get(url, headers=headers)
        assert "access-control-allow-origin" not in seen.headers
    check_problem(httpx2.delete(f"{url}/x", headers={"Origin": open_server.url}), 404)


def test_a_key_made_meanwhile_closes_the_door(open_server: RunningServer, open_data: Path) -> None:
    made = mien("keys", "add", "me", "--data-dir", str(open_data))
    key = made.stdout.strip()
    url = f"{open_server.url}/v1/portraits"
    while httpx2.get(url).status_code == 200:
        pass
    assert httpx2.get(url, headers={"X-API-Key": key}).status_code == 200
    assert mien("keys", "remove", "me", "--data-dir", str(open_data)).returncode == 0
    while httpx2.get(url).status_code == 401:
        pass
    assert key not in "".join(open_server.lines)


def mien(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mien", *words], capture_output=True, text=True, timeout=60
    )


def test_beyond_this_machine_without_keys_it_does_not_start(tmp_path: Path) -> None:
    ended = mien("serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", str(tmp_path))
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "mien keys add" in ended.stderr
