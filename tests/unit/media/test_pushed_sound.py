from __future__ import annotations

import numpy as np
import pytest

from mien.media.pushed_sound import PushedSound

pytestmark = pytest.mark.unit


def test_what_is_pushed_is_read_in_any_portions_then_silence() -> None:
    sound = PushedSound()
    pushed = np.arange(1000, dtype=np.int16)
    sound.push(pushed[:300])
    sound.push(pushed[300:])
    read = np.concatenate([sound.read(n) for n in (100, 250, 450, 400)], axis=1)
    assert read.shape == (1, 1200)
    assert np.array_equal(read[0, :1000] * 32_768, pushed)
    assert not read[0, 1000:].any()
    sound.push(pushed)
    sound.close()
    assert not sound.read(10).any()
