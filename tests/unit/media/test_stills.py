from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from fakes.media_files import write_clip
from mien.errors import UnreadableMediaError
from mien.media import read_still

pytestmark = pytest.mark.unit

ASTRONAUT = Path(__file__).parents[3] / "src/mien/data/astronaut.png"


def gradient(width: int = 40, height: int = 24) -> np.ndarray:
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([x, y, 255 - x], axis=-1).round().astype(np.uint8)


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def problem_of(path: Path | str) -> str:
    with pytest.raises(UnreadableMediaError) as caught:
        read_still(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_an_rgb_png_is_read_exactly(tmp_path: Path) -> None:
    Image.fromarray(gradient()).save(tmp_path / "me.png")
    portrait = read_still(tmp_path / "me.png")
    assert np.array_equal(portrait.pixels, gradient())
    assert portrait.alpha is None
    assert portrait.name == "me"


def test_the_astronaut_is_read() -> None:
    assert read_still(ASTRONAUT).pixels.shape == (512, 512, 3)


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_few_colours_become_rgb(tmp_path: Path, mode: str) -> None:
    picture = Image.fromarray(gradient()).convert(mode)
    picture.save(tmp_path / "few.png")
    assert np.array_equal(
        read_still(tmp_path / "few.png").pixels, np.asarray(picture.convert("RGB"))
    )


@pytest.mark.parametrize(
    ("mode", "suffix"), [("RGBA", "png"), ("LA", "png"), ("RGBA", "webp"), ("RGBA", "tiff")]
)
def test_alpha_is_kept_straight(tmp_path: Path, mode: str, suffix: str) -> None:
    picture = Image.fromarray(gradient()).convert(mode)
    alpha = np.tile(np.linspace(0, 255, 40).astype(np.uint8), (24, 1))
    picture.putalpha(Image.fromarray(alpha))
    path = tmp_path / f"a.{suffix}"
    picture.save(path, **({"lossless": True, "exact": True} if suffix == "webp" else {}))
    portrait = read_still(path)
    assert portrait.alpha is not None
    assert np.array_equal(portrait.alpha, alpha)
    assert np.array_equal(portrait.pixels, np.asarray(picture.convert("RGB")))


def test_a_transparent_palette_colour_becomes_alpha(tmp_path: Path) -> None:
    indices = Image.fromarray((gradient()[..., 0] > 127).astype(np.uint8)).convert("P")
    indices.putpalette([255, 0, 0, 0, 255, 0])
    indices.save(tmp_path / "p.png", transparency=1)
    portrait = read_still(tmp_path / "p.png")
    assert portrait.alpha is not None
    assert np.array_equal(portrait.alpha == 0, gradient()[..., 0] > 127)


def test_an_alpha_channel_that_is_opaque_everywhere_is_none(tmp_path: Path) -> None:
    Image.fromarray(gradient()).convert("RGBA").save(tmp_path / "o.png")
    assert read_still(tmp_path / "o.png").alpha is None


def test_cmyk_has_the_right_colours(tmp_path: Path) -> None:
    Image.new("RGB", (32, 32), (200, 60, 30)).convert("CMYK").save(tmp_path / "c.jpg", quality=95)
    assert np.abs(read_still(tmp_path / "c.jpg").pixels.astype(int) - (200, 60, 30)).max() <= 3


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits_keep_their_range(tmp_path: Path, suffix: str) -> None:
    deep = np.linspace(0, 65535, 40 * 24).round().astype(np.uint16).reshape(24, 40)
    Image.fromarray(deep).save(tmp_path / f"deep.{suffix}")
    pixels = read_still(tmp_path / f"deep.{suffix}").pixels
    assert np.array_equal(pixels[..., 0], np.round(deep / 257).astype(np.uint8))


@pytest.mark.parametrize("white", [1.0, 255.0])
def test_float_pictures_are_scaled_by_their_range(tmp_path: Path, white: float) -> None:
    values = np.linspace(0, white, 40 * 24, dtype=np.float32).reshape(24, 40)
    Image.fromarray(values).save(tmp_path / "f.tiff")
    pixels = read_still(tmp_path / "f.tiff").pixels
    assert np.abs(pixels[..., 1] - values / white * 255).max() <= 0.51


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_an_animation_gives_its_first_picture(tmp_path: Path, suffix: str) -> None:
    first, second = Image.new("RGB", (20, 20), (250, 0, 0)), Image.new("RGB", (20, 20), (0, 0, 250))
    first.save(tmp_path / f"a.{suffix}", save_all=True, append_images=[second], duration=50)
    red, _, blue = read_still(tmp_path / f"a.{suffix}").pixels.mean(axis=(0, 1))
    assert red > 200
    assert blue < 50


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone(tmp_path: Path, orientation: int) -> None:
    upright = Image.new("RGB", (40, 24), (0, 0, 0))
    upright.paste((255, 255, 255), (0, 0, 12, 8))  # top left
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "e.png", exif=exif)
    assert np.array_equal(read_still(tmp_path / "e.png").pixels, np.asarray(upright))


def test_an_embedded_profile_is_converted_to_srgb(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    # The sRGB profile with red and green exchanged: a profile that is not sRGB.
    data = bytearray(lab.tobytes())
    swap = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}
    for at in range(132, 132 + 12 * struct.unpack(">I", data[128:132])[0], 12):
        data[at : at + 4] = swap.get(bytes(data[at : at + 4]), bytes(data[at : at + 4]))
    odd = bytes(data).replace("sRGB".encode("utf-16-be"), "oddG".encode("utf-16-be"))
    Image.new("RGB", (8, 8), (255, 0, 0)).save(tmp_path / "i.png", icc_profile=odd)
    assert np.abs(read_still(tmp_path / "i.png").pixels.astype(int) - (0, 255, 0)).max() <= 3


def test_a_broken_profile_or_exif_does_not_cost_the_picture(tmp_path: Path) -> None:
    picture = Image.fromarray(gradient())
    picture.save(tmp_path / "b.png", icc_profile=b"rubbish" * 40, exif=b"Exif\x00\x00MM\x00*rubb")
    assert np.array_equal(read_still(tmp_path / "b.png").pixels, gradient())


def test_a_huge_picture_is_refused_before_decoding(tmp_path: Path) -> None:
    (tmp_path / "huge.png").write_bytes(png_header(30_000, 30_000))
    assert "megapixels" in problem_of(tmp_path / "huge.png")


def test_a_picture_above_the_limit_but_below_pillows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large.png").write_bytes(png_header(12_000, 12_000))
    assert "12000 x 12000" in problem_of(tmp_path / "large.png")
    (tmp_path / "long.png").write_bytes(png_header(40_000, 10))
    assert "40000 x 10" in problem_of(tmp_path / "long.png")


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "bmp", "tiff"])
def test_a_truncated_picture_is_refused(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    whole = io.BytesIO()
    kind = {"jpg": "JPEG", "tiff": "TIFF"}.get(suffix, suffix.upper())
    Image.fromarray(noise).save(whole, kind)
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    problem_of(path)


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    for name, data, words in [
        ("empty.png", b"", "0 bytes"),
        ("text.jpg", b"hello, this is text", "not a picture"),
        ("page.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        ("phone.jpg", b"\x00\x00\x00\x18ftypheic" + bytes(64), "HEIC"),
    ]:
        (tmp_path / name).write_bytes(data)
        assert words in problem_of(tmp_path / name)
    assert "folder" in problem_of(tmp_path)
    assert "does not exist" in problem_of(tmp_path / "none.png")
    assert "regular" in problem_of("/dev/null")
    problem_of(tmp_path / ("x" * 300))


def test_a_video_as_picture_is_told_so(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", [gradient(64, 48)] * 3)
    assert "is a video; give a picture" in problem_of(clip.rename(tmp_path / "clip.png"))
