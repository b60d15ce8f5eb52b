"""How the readers of templates complain to each other."""

from __future__ import annotations

from mien.errors import InputError


class UnusableError(InputError):
    """What is wrong with a template, in words that follow its name. Whoever knows the file turns
    it into a :class:`mien.errors.TemplateError`."""

    code = "bad-template"
