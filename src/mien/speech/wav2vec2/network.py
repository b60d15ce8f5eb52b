"""Wav2Vec2 for CTC: samples in, logarithms of the probabilities of tokens out, 50 a second."""

from __future__ import annotations

import numpy as np

from mien.errors import UnreadableMediaError
from mien.speech.samples import Mono
from mien.speech.wav2vec2.files import WEIGHTS, Files
from mien.speech.wav2vec2.layers import Array, attention, convolution, gelu, layer_norm

_LEAST_SAMPLES = 400


class Wav2Vec2Network:
    """The names in the file are those of Hugging Face's Wav2Vec2ForCTC."""

    def __init__(self, files: Files, folder: str) -> None:
        self.config = files.config
        self._folder = folder
        self._weights = dict(files.weights)
        self._position = self._position_filter()

    def log_probabilities(self, mono: Mono) -> Array:
        """(frames, tokens) for samples (S,) at 16 kHz; frame n is centred on sample 320 n + 200."""
        samples = np.pad(mono, (0, max(0, _LEAST_SAMPLES - len(mono))))
        if self.config.normalise:
            samples = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
        try:
            logits = self._linear(self._encode(self._features(samples)), "lm_head")
        except (KeyError, ValueError) as error:
            raise UnreadableMediaError(
                f"{self._folder}/{WEIGHTS}", f"is no Wav2Vec2 model for CTC: {error}"
            ) from None
        logits -= logits.max(axis=1, keepdims=True)
        return np.asarray(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), np.float32)

    def _features(self, samples: Mono) -> Array:
        x = np.asarray(samples[:, None], np.float32)
        config = self.config
        for n, stride in enumerate(config.strides):
            name = f"wav2vec2.feature_extractor.conv_layers.{n}"
            bias = self._weights.get(f"{name}.conv.bias")
            x = convolution(x, self._weights[f"{name}.conv.weight"], bias, stride=stride)
            if config.normed_by_layer:
                x = self._norm(x, f"{name}.layer_norm", 1e-5)
            elif n == 0:  # one group per channel: over time
                x = self._norm_over_time(x, f"{name}.layer_norm")
            x = gelu(x)
        x = self._norm(x, "wav2vec2.feature_projection.layer_norm")
        return self._linear(x, "wav2vec2.feature_projection.projection")

    def _encode(self, x: Array) -> Array:
        x = x + self._positions(x)
        last = "wav2vec2.encoder.layer_norm"
        if not self.config.stable:
            x = self._norm(x, last)
        for n in range(self.config.layers):
            x = self._layer(x, f"wav2vec2.encoder.layers.{n}")
        return self._norm(x, last) if self.config.stable else x

    def _layer(self, x: Array, name: str) -> Array:
        if self.config.stable:
            x = x + self._attend(self._norm(x, f"{name}.layer_norm"), f"{name}.attention")
            return x + self._feed(self._norm(x, f"{name}.final_layer_norm"), name)
        x = self._norm(x + self._attend(x, f"{name}.attention"), f"{name}.layer_norm")
        return self._norm(x + self._feed(x, name), f"{name}.final_layer_norm")

    def _attend(self, x: Array, name: str) -> Array:
        queries, keys, values = (self._linear(x, f"{name}.{part}_proj") for part in "qkv")
        mixed = attention(queries, keys, values, self.config.heads)
        return self._linear(mixed, f"{name}.out_proj")

    def _feed(self, x: Array, name: str) -> Array:
        wide = gelu(self._linear(x, f"{name}.feed_forward.intermediate_dense"))
        return self._linear(wide, f"{name}.feed_forward.output_dense")

    def _positions(self, x: Array) -> Array:
        kernel = self._position.shape[2]
        padded = np.pad(x, ((kernel // 2, kernel // 2), (0, 0)))
        bias = self._weights["wav2vec2.encoder.pos_conv_embed.conv.bias"]
        made = convolution(padded, self._position, bias, groups=self.config.groups)
        return gelu(made[: len(x)])

    def _position_filter(self) -> Array:
        """Its weights are kept as direction and length of each tap (weight norm)."""
        name = "wav2vec2.encoder.pos_conv_embed.conv."
        for length, direction in (
            ("weight_g", "weight_v"),
            ("parametrizations.weight.original0", "parametrizations.weight.original1"),
        ):
            if name + length in self._weights and name + direction in self._weights:
                taps = self._weights[name + direction]
                norms = np.sqrt((taps**2).sum(axis=(0, 1), keepdims=True))
                return np.asarray(self._weights[name + length] * taps / norms, np.float32)
        raise UnreadableMediaError(
            f"{self._folder}/{WEIGHTS}", f"is no Wav2Vec2 model: {name}weight_g is missing"
        )

    def _linear(self, x: Array, name: str) -> Array:
        made = x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return np.asarray(made, np.float32)

    def _norm(self, x: Array, name: str, epsilon: float | None = None) -> Array:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return layer_norm(x, weight, bias, self.config.epsilon if epsilon is None else epsilon)

    def _norm_over_time(self, x: Array, name: str) -> Array:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return np.ascontiguousarray(layer_norm(x.T, weight[:, None], bias[:, None], 1e-5).T)
