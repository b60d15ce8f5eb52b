from __future__ import annotations

import numpy as np
import pytest

from mien.drivers.joyvasa.windows import Cutting, filled

pytestmark = pytest.mark.unit

FRAME, WINDOW = 640, 10


def sound(count: int) -> np.ndarray:
    return np.arange(1, count + 1, dtype=np.float32)


@pytest.mark.parametrize(
    ("samples", "counts"),
    [
        (1, [1]),
        (FRAME - 1, [1]),
        (FRAME, [1]),
        (10 * FRAME, [10]),
        (10 * FRAME + 1, [10]),
        (11 * FRAME - 1, [10]),
        (11 * FRAME, [10, 1]),
        (20 * FRAME, [10, 10]),
        (25 * FRAME + 3, [10, 10, 5]),
    ],
)
def test_windows_cover_whole_frames_and_one_at_least(samples: int, counts: list[int]) -> None:
    windows = list(Cutting(sound(samples), WINDOW).windows())
    assert [count for _, count in windows] == counts
    assert {len(heard) for heard, _ in windows} == {WINDOW * FRAME}
    whole = np.concatenate([heard for heard, _ in windows])[:samples]
    np.testing.assert_array_equal(whole, sound(samples)[: len(whole)])


@pytest.mark.parametrize("samples", [1, 640, 4000, 6400, 7001])
def test_silence_leads_in_and_out(samples: int) -> None:
    cutting = Cutting(sound(samples), WINDOW, 2, 1)
    assert cutting.num_frames == samples // FRAME + 3
    whole = np.concatenate([heard for heard, _ in cutting.windows()])
    assert not whole[: 2 * FRAME].any()
    np.testing.assert_array_equal(whole[2 * FRAME :][:samples], sound(samples))
    assert not whole[2 * FRAME + samples :].any()


def test_what_is_missing_is_silence_or_the_last_sample() -> None:
    assert filled(sound(3), 1)[2:].tolist() == [3.0] + [0.0] * 637
    assert filled(sound(3), 1, pads_with_last=True)[2:].tolist() == [3.0] * 638
    assert not filled(sound(0), 1, pads_with_last=True).any()
    ((heard, _),) = Cutting(sound(5), 1, pads_with_last=True).windows()
    assert heard[-1] == 5.0
    silent = list(Cutting(sound(5), 2, 2, 1, pads_with_last=True).windows())
    assert silent[-1][0][-1] == 0.0
