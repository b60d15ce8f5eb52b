"""The files of weights Mien knows: what each holds, where it comes from, under which licence.

One row a file, grouped into bundles, the things a person downloads. A system that is added later
is a few more rows and a bundle. Files are named by their path in their repository; checkouts of the
upstream projects keep that layout below one folder of their own. A ``sha256`` is only written down
where it is known for certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from mien.checks import shown
from mien.errors import OptionError


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository on the Hugging Face hub, and the folder of a checkout that holds its files.

    folder: within that one, where upstream keeps it beside others; empty where it does not.
    hub_folder: of the repository, the one that stands for the checkout's; empty for all of it.
    """

    id: str
    checkout_folder: str
    folder: str = ""
    hub_folder: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file.

    name: what it is called within its bundle. path: in its repository. holds: for a person.
    parts: network -> key of its state within the file, empty where the file is that state; empty
    for what is no state of networks. also: another path under which the repository has the same
    content, as safetensors; taken where ``path`` is not here. content_bytes: how much its tensors
    (of an ONNX file: the whole) take, about the size of the file; None = not known. required:
    whether its bundle is of any use without it.
    """

    name: str
    repository: Repository
    path: str
    holds: str
    licence: str
    parts: Mapping[str, str] = field(default_factory=dict, hash=False)
    content_bytes: int | None = None
    sha256: str | None = None
    required: bool = True
    also: str = ""

    @property
    def file(self) -> str:
        """The file's name alone."""
        return PurePosixPath(self.path).name

    @property
    def place(self) -> PurePosixPath:
        """Where it lies in a folder of models."""
        within = PurePosixPath(self.path).relative_to(self.repository.hub_folder)
        return self.repository.folder / within


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files that are used together, by one engine, or that it does without (not ``used``).

    instead: what works without them, for who lacks them.
    """

    name: str
    engine: str
    what: str
    artifacts: tuple[Artifact, ...]
    used: bool = True
    instead: str = "--engine mesh works now, without any"


_LIVEPORTRAIT = Repository("KwaiVGI/LivePortrait", "pretrained_weights")
_FASTER = Repository("warmshao/FasterLivePortrait", "checkpoints")
_MIT = "MIT (LivePortrait)"
_INSIGHTFACE = "non-commercial research only (InsightFace)"


def _networks(folder: str) -> tuple[Artifact, ...]:
    """F, M, W and G; humans and animals have them in the same sizes."""
    rows = (
        ("appearance", "appearance_feature_extractor.pth", "appearance extractor F", 3351672),
        ("motion", "motion_extractor.pth", "motion extractor M", 112474912),
        ("warping", "warping_module.pth", "warping network W", 182146444),
        ("generator", "spade_generator.pth", "SPADE generator G", 221753392),
    )
    return tuple(
        Artifact(name, _LIVEPORTRAIT, f"{folder}/{file}", holds, _MIT, {name: ""}, size)
        for name, file, holds, size in rows
    )


_RETARGETING = Artifact(
    "retargeting",
    _LIVEPORTRAIT,
    "liveportrait/retargeting_models/stitching_retargeting_module.pth",
    "stitching S, eye and lip retargeting",
    _MIT,
    {"stitching": "retarget_shoulder", "lip": "retarget_mouth", "eyes": "retarget_eye"},
    909052,
    required=False,
)
"""Upstream works without it, too: then nothing is stitched. Animals use the humans' file."""

_LANDMARKS = Artifact(
    "landmarks",
    _LIVEPORTRAIT,
    "liveportrait/landmark.onnx",
    "203 landmarks of a face, for upstream's framing",
    _MIT,
    content_bytes=114666491,
    required=False,
)


def _onnx(name: str, file: str, holds: str, size: int, *, required: bool = True) -> Artifact:
    path = f"liveportrait_onnx/{file}.onnx"
    return Artifact(name, _FASTER, path, holds, _MIT, content_bytes=size, required=required)


_FASTER_FILES = (
    _onnx("appearance", "appearance_feature_extractor", "appearance extractor F", 3355896),
    _onnx("motion", "motion_extractor", "motion extractor M", 112648514),
    _onnx("warping-generator", "warping_spade", "warping network W and generator G", 402000000),
    _onnx("stitching", "stitching", "stitching S", 182363, required=False),
    _onnx("eyes", "stitching_eye", "eye retargeting", 580926, required=False),
    _onnx("lip", "stitching_lip", "lip retargeting", 150609, required=False),
    _onnx("landmarks", "landmark", "203 landmarks of a face", 114666491, required=False),
)


def _insightface(name: str, file: str, holds: str) -> Artifact:
    path = f"insightface/models/buffalo_l/{file}"
    return Artifact(name, _LIVEPORTRAIT, path, holds, _INSIGHTFACE)


_JOYVASA = Repository("jdh-algo/JoyVASA", "pretrained_weights", "JoyVASA")
_JOYVASA_FILES = (
    Artifact(
        "motion-generator",
        _JOYVASA,
        "motion_generator/motion_generator_hubert_chinese.pt",
        "speech to motion: HuBERT and the denoiser",
        "MIT (JoyVASA)",
        {"joyvasa": "model"},
        413910476,
    ),
    Artifact(
        "motion-template",
        _JOYVASA,
        "motion_template/motion_template.pkl",
        "the range of its motion",
        "MIT (JoyVASA)",
    ),
)
"""HuBERT's own files are not needed: its weights, trained further, are in the generator's."""

_MIT_SD_VAE = "MIT (sd-vae-ft-mse)"
_OF_SIZES = 1000
"""About how long a file of configuration is, bytes."""


def _autoencoder(checkout_folder: str, folder: str) -> tuple[Artifact, Artifact]:
    """Stable Diffusion's, and its sizes; several systems share it, each with a folder for it."""
    repository = Repository("stabilityai/sd-vae-ft-mse", checkout_folder, folder)
    weights = Artifact(
        "vae",
        repository,
        "diffusion_pytorch_model.bin",
        "autoencoder, pictures to latents and back",
        _MIT_SD_VAE,
        {"vae": ""},
        334615452,
        also="diffusion_pytorch_model.safetensors",
    )
    sizes = "sizes of the autoencoder"
    return weights, _sizes("vae-config", repository, "config.json", sizes, _MIT_SD_VAE)


def _tiny_decoder(checkout_folder: str) -> Artifact:
    """For the latents of Stable Diffusion's autoencoder."""
    return Artifact(
        "tiny",
        Repository("madebyollin/taesd", checkout_folder, "taesd"),
        "diffusion_pytorch_model.safetensors",
        "TAESD, the small decoder",
        "MIT (TAESD)",
        {"tiny": "decoder"},
        9780252,
        required=False,
    )


def _sizes(name: str, repository: Repository, path: str, holds: str, licence: str) -> Artifact:
    return Artifact(name, repository, path, holds, licence, content_bytes=_OF_SIZES, required=False)


_MUSETALK = Repository("TMElyralab/MuseTalk", "models")
_WHISPER = Repository("openai/whisper-tiny", "models", "whisper")
_FACE_PARSER = Repository("ManyOtherFunctions/face-parse-bisent", "models", "face-parse-bisent")
_MIT_MUSETALK = "MIT (MuseTalk)"
_APACHE_WHISPER = "Apache-2.0 (whisper-tiny)"
_MUSETALK_FILES = (
    Artifact(
        "unet",
        _MUSETALK,
        "musetalkV15/unet.pth",
        "UNet 1.5, sound and a hidden mouth to lips",
        _MIT_MUSETALK,
        {"unet": ""},
        3399791376,
    ),
    _sizes(
        "unet-config", _MUSETALK, "musetalkV15/musetalk.json", "sizes of the UNet", _MIT_MUSETALK
    ),
    *_autoencoder("models", "sd-vae"),
    Artifact(
        "hearing",
        _WHISPER,
        "pytorch_model.bin",
        "whisper-tiny, of which the encoder listens",
        _APACHE_WHISPER,
        {"hearing": ""},
        151042560,
        also="model.safetensors",
    ),
    _sizes("hearing-config", _WHISPER, "config.json", "sizes of whisper-tiny", _APACHE_WHISPER),
    Artifact(
        "parsing",
        _FACE_PARSER,
        "79999_iter.pth",
        "BiSeNet, parts of a face, so that hair and hands stay",
        "MIT (face-parsing.PyTorch); trained on CelebAMask-HQ, non-commercial research only",
        {"parsing": ""},
        53252476,
        required=False,
    ),
    _tiny_decoder("models"),
)
"""Where a file of sizes is not here, they are those that were published. What whisper-tiny has in
``preprocessor_config.json`` is the same for all of its kind, and not read."""

_PERSONALIVE = Repository(
    "huaichang/PersonaLive", "pretrained_weights", hub_folder="pretrained_weights"
)
_SD_IMAGES = Repository(
    "lambdalabs/sd-image-variations-diffusers",
    "pretrained_weights",
    "sd-image-variations-diffusers",
)
_UNCLEAR = "unclear, for research only (PersonaLive)"
_OPENRAIL = "CreativeML OpenRAIL-M (sd-image-variations)"


def _personalive(network: str, holds: str, size: int) -> Artifact:
    path, name = f"pretrained_weights/personalive/{network}.pth", network.replace("_", "-")
    return Artifact(name, _PERSONALIVE, path, holds, _UNCLEAR, {network: ""}, size)


_PERSONALIVE_FILES = (
    _personalive("reference_unet", "UNet that sees the portrait", 3438035200),
    _personalive("denoising_unet", "UNet that draws frames", 4926435856),
    _personalive("temporal_module", "what joins frames, within it", 1817670400),
    _personalive("motion_encoder", "what a face does", 246575780),
    _personalive("pose_guider", "where a head is, from keypoints", 4345920),
    _personalive("motion_extractor", "keypoints, LivePortrait's M", 112474912),
    _sizes("unet-config", _SD_IMAGES, "unet/config.json", "sizes of both UNets", _OPENRAIL),
    Artifact(
        "image-encoder",
        _SD_IMAGES,
        "image_encoder/pytorch_model.bin",
        "CLIP's encoder of pictures",
        _OPENRAIL,
        {"image_encoder": ""},
        1215864832,
        also="image_encoder/model.safetensors",
    ),
    _sizes(
        "image-encoder-config",
        _SD_IMAGES,
        "image_encoder/config.json",
        "sizes of CLIP's encoder",
        _OPENRAIL,
    ),
    *_autoencoder("pretrained_weights", "sd-vae-ft-mse"),
    _tiny_decoder("pretrained_weights"),
)
"""The UNet of sd-image-variations itself is not needed: upstream loads it and puts PersonaLive's
weights in the place of all of its own."""

BUNDLES: Mapping[str, Bundle] = {
    each.name: each
    for each in (
        Bundle(
            "liveportrait",
            "liveportrait",
            "LivePortrait for humans",
            (*_networks("liveportrait/base_models"), _RETARGETING, _LANDMARKS),
        ),
        Bundle(
            "liveportrait-animals",
            "liveportrait",
            "LivePortrait for animals, v1.1",
            (*_networks("liveportrait_animals/base_models_v1.1"), _RETARGETING),
        ),
        Bundle(
            "liveportrait-onnx",
            "liveportrait",
            "LivePortrait for humans as FasterLivePortrait's ONNX files, for --runtime onnx",
            _FASTER_FILES,
        ),
        Bundle(
            "insightface",
            "liveportrait",
            "InsightFace's detector and 106 landmarks, upstream's own way to frame a face",
            (
                _insightface("detector", "det_10g.onnx", "SCRFD face detector"),
                _insightface("landmarks-106", "2d106det.onnx", "106 landmarks of a face"),
            ),
            used=False,
        ),
        Bundle(
            "joyvasa",
            "joyvasa",
            "JoyVASA, motion made of speech, for people and animals",
            _JOYVASA_FILES,
            instead="without --audio-driver, Mien's own speech driver works now, on --engine mesh, "
            "too",
        ),
        Bundle(
            "musetalk",
            "musetalk",
            "MuseTalk 1.5, lips painted after sound",
            _MUSETALK_FILES,
            instead="--engine mesh with Mien's own speech driver works now, without any",
        ),
        Bundle(
            "personalive",
            "personalive",
            "PersonaLive, a portrait drawn anew by diffusion; for research",
            _PERSONALIVE_FILES,
        ),
    )
}
"""What can be downloaded, by name."""


def bundle_named(name: str) -> Bundle:
    """The bundle of this name. OptionError naming the ones there are."""
    if name not in BUNDLES:
        raise OptionError(
            "models", f"there are none called {shown(name)}; choose from: {', '.join(BUNDLES)}"
        )
    return BUNDLES[name]


def bundle_of(species: str) -> Bundle:
    """LivePortrait's PyTorch weights for ``humans`` or ``animals``."""
    return BUNDLES["liveportrait-animals" if species == "animals" else "liveportrait"]


def bundle_for(runtime: str, species: str) -> Bundle:
    """The bundle with which a runtime, as ``EngineSettings`` names it, moves a species."""
    return bundle_named("liveportrait-onnx") if runtime == "onnx" else bundle_of(species)
