"""Mien brings a portrait to life."""

__version__ = "0.1.0"
