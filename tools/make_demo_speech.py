"""Synthesises what the portrait says at the end of the demo: src/mien/data/hello.ogg.

    python tools/make_demo_speech.py src/mien/data/hello.ogg

Needs Flite (Debian: apt-get install flite) for its voice slt, a free one of Carnegie Mellon
University, see NOTICE.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from mien.drivers.story import SENTENCE

VOICE, STRETCH = "slt", "1.06"
RATE, BITS_PER_SECOND = 24_000, 40_000


def main() -> None:
    (result,) = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        spoken = Path(folder) / "spoken.wav"
        command = ["flite", "-voice", VOICE, "--setf", f"duration_stretch={STRETCH}"]
        subprocess.run([*command, "-t", SENTENCE, "-o", str(spoken)], check=True)
        compress(spoken, Path(result))


def compress(source: Path, result: Path) -> None:
    """The same sound as Opus in Ogg."""
    with av.open(str(source)) as read, av.open(str(result), "w", format="ogg") as written:
        stream = written.add_stream("libopus", rate=RATE)
        assert isinstance(stream, AudioStream)
        stream.codec_context.layout = "mono"
        stream.codec_context.format = "flt"
        stream.codec_context.bit_rate = BITS_PER_SECOND
        size = stream.codec_context.frame_size or RATE // 50
        resampler = AudioResampler("flt", "mono", RATE, frame_size=size)
        for frame in (*read.decode(audio=0), None):
            for part in resampler.resample(frame):
                written.mux(stream.encode(part))
        written.mux(stream.encode(None))


if __name__ == "__main__":
    main()
