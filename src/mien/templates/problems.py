"""How the readers of templates complain to each other."""

from __future__ import annotations


class UnusableError(ValueError):
    """What is wrong with a template, in words that follow its path. Whoever knows the path
    turns it into a :class:`mien.errors.TemplateError`."""
