"""Stills for whoever asks: from a picture or its hash to encoded pictures, the same only once."""

from mien.service.rendering.connection import while_connected
from mien.service.rendering.frames import MEDIA_TYPES, Picture, Recipe
from mien.service.rendering.renderer import Renderer

__all__ = ["MEDIA_TYPES", "Picture", "Recipe", "Renderer", "while_connected"]
