from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.errors import OptionError
from mien.pipeline.clip.buffers import clip_buffer, interleaved, planes, write_planes

pytestmark = pytest.mark.unit

SHAPE = (2, 3, 4, 5)
PICTURE = np.arange(60, dtype=np.uint8).reshape(4, 5, 3) * 4


class Device:
    def __init__(self, kind: str) -> None:
        self.type = kind


class Tensor:
    """What is used of torch's."""

    def __init__(self, array: Any, device: str = "cpu") -> None:
        self._array, self.device = array, Device(device)

    def detach(self) -> Tensor:
        return self

    def numpy(self) -> Any:
        if self._array is None:
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self._array


@pytest.mark.parametrize(
    ("dtype", "unit"), [("float32", 1 / 255), ("float16", 1 / 255), ("uint8", 1)]
)
def test_a_picture_becomes_planes_of_every_kind(dtype: Any, unit: float) -> None:
    made = planes(PICTURE, dtype)
    assert (made.shape, made.dtype) == ((3, 4, 5), np.dtype(dtype))
    exact = (PICTURE.transpose(2, 0, 1) * unit).astype(dtype)
    assert np.array_equal(made, exact)
    assert np.array_equal(interleaved(PICTURE, dtype), exact.transpose(1, 2, 0))


@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8"])
def test_planes_are_written_in_place(dtype: str) -> None:
    clip = np.zeros(SHAPE, dtype)
    write_planes(PICTURE, clip[1])
    assert not clip[0].any()
    assert clip[1].any()


def test_bytes_become_the_nearest_numbers_and_stay_within_0_and_1() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    made = planes(np.dstack([every] * 3), "float32")
    assert (made.min(), made.max()) == (0.0, 1.0)
    assert np.array_equal(made[0], (every / 255).astype(np.float32))


def test_without_an_output_one_is_made() -> None:
    assert clip_buffer(None, SHAPE, None).dtype == np.float32
    assert clip_buffer(None, SHAPE, np.uint8).dtype == np.uint8


def test_an_array_a_memmap_and_a_tensor_are_written_where_they_are(tmp_path: Path) -> None:
    array = np.zeros(SHAPE, np.float16)
    mapped = np.memmap(tmp_path / "clip", np.uint8, "w+", shape=SHAPE)
    for output, memory in ((array, array), (mapped, mapped), (Tensor(array), array)):
        assert np.shares_memory(clip_buffer(output, SHAPE, None), memory)


def read_only() -> np.ndarray:
    array = np.zeros(SHAPE, np.uint8)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    ("output", "dtype", "complaint"),
    [
        (np.zeros((1, 3, 4, 5), np.uint8), None, r"shape \(1, 3, 4, 5\).*\(2, 3, 4, 5\)"),
        (np.zeros((2, 4, 5, 3), np.uint8), None, "shape"),
        (np.zeros(SHAPE, np.float64), None, "holds float64; give float32, float16, uint8"),
        (np.zeros(SHAPE, np.uint8), "float32", "holds uint8; give float32"),
        (np.zeros((2, 4, 5, 3), np.uint8).transpose(0, 3, 1, 2), None, "not contiguous"),
        (read_only(), None, "cannot be written"),
        (np.zeros(SHAPE, np.dtype(np.float32).newbyteorder()), None, "byte order"),
        ([0], None, "is list; give"),
        (Tensor(None, "cuda"), None, "a tensor on cuda"),
        (Tensor(None), None, "BFloat16"),
        (None, "float64", "dtype: float64 is none of"),
        (None, "brown", "dtype: brown is none of"),
    ],
)
def test_what_cannot_be_written_is_refused_with_what_is_wanted(
    output: object, dtype: str | None, complaint: str
) -> None:
    with pytest.raises(OptionError, match=complaint):
        clip_buffer(output, SHAPE, dtype)


def test_a_clip_that_does_not_fit_says_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(np, "empty", full)
    with pytest.raises(OptionError, match=r"needs 3\.4 GB of float32.*dtype='uint8'"):
        clip_buffer(None, (1080, 3, 512, 512), None)
