"""The names of plugins on the platform, which puts a prefix before them (contract sections 6.1 and 6.3)."""

from __future__ import annotations

import re

__all__ = ["MAX_NAME_LENGTH", "NAME_FORM", "NAME_PATTERN", "PREFIX", "is_name", "require_same_plugin"]

PREFIX = "Plugin-"
"""The prefix of plugin names on the platform."""

MAX_NAME_LENGTH = 57
NAME_FORM = f"1 to {MAX_NAME_LENGTH} letters, digits, '-' and '_'"

NAME_PATTERN = f"^(?!{PREFIX})[a-zA-Z0-9_-]{{1,{MAX_NAME_LENGTH}}}$"
"""What the name in a manifest matches as a whole: one without the prefix, which the platform puts before it."""

_NAME = re.compile(rf"[a-zA-Z0-9_-]{{1,{MAX_NAME_LENGTH}}}")


def is_name(text: str) -> bool:
    """Whether the platform accepts a text as the name of a plugin; those that begin like the prefix are among them."""
    return bool(_NAME.fullmatch(text))


def require_same_plugin(requested: str, responded: str) -> None:
    """Require that a response is about the requested plugin; its name may be shown with the prefix.

    Raises:
        OtherPlugin: It is about another one.
    """
    if responded not in (requested, PREFIX + requested):
        # Every manifest is read with the names of plugins, and few are compared with what the platform responds.
        from biot_plugin_cli.platform.errors import OtherPlugin

        raise OtherPlugin(requested, responded)
