"""Pictures, video and sound in and out: the only home of PyAV and Pillow."""

from __future__ import annotations

from mien.media.audio import AudioTrack, open_sound, sound_length
from mien.media.camera_jpeg import read_camera_jpeg
from mien.media.picture_bytes import PictureKind, encode_picture
from mien.media.picture_file import STILL_EXTENSIONS, PictureFile
from mien.media.picture_folder import PictureFolder
from mien.media.prefetch import prefetch
from mien.media.sink import Sink, open_sink
from mien.media.sniff import Kind, sniff
from mien.media.speech import read_speech
from mien.media.stills import portrait_of, read_still
from mien.media.video import Video, VideoInfo, open_video

__all__ = [
    "STILL_EXTENSIONS",
    "AudioTrack",
    "Kind",
    "PictureFile",
    "PictureFolder",
    "PictureKind",
    "Sink",
    "Video",
    "VideoInfo",
    "encode_picture",
    "open_sink",
    "open_sound",
    "open_video",
    "portrait_of",
    "prefetch",
    "read_camera_jpeg",
    "read_speech",
    "read_still",
    "sniff",
    "sound_length",
]
