"""The rules that JSON Schema draft-07 cannot express, by their names; all others are in the schema."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from biot_plugin_cli.manifest.base_url import is_base_url
from biot_plugin_cli.manifest.members.values import WHOLE_NUMBER, ExtraRule
from biot_plugin_cli.manifest.members.variables import VARIABLES_SIZE

__all__ = [
    "BASE_URL_ADDRESS",
    "DOCKERFILE_PATH",
    "EXTRA_RULES",
    "HANDLER_NAMES",
    "IMAGE_REFERENCE",
    "NO_BASE",
    "TAG_CHARACTERS",
]

NO_BASE = "scratch"
"""The base of an image that has only the plugin and its dependencies."""

_OWN_TAGS = ("aws:", "biot-plugin:")
_TAG_SIGNS = frozenset(" _.:/=+@-")


def _names_identifiers(value: str) -> bool:
    return all(map(str.isidentifier, value.replace("/", ".").split(".")))


def _is_reference(value: str) -> bool:
    return value == NO_BASE or _names_an_image(value)


def _names_an_image(value: str) -> bool:
    # Most plugins are no image, and what reads a reference takes as long to load as all rules do.
    from biot_plugin_cli.registry.errors import InvalidReference
    from biot_plugin_cli.registry.reference import ImageReference

    try:
        ImageReference.parse(value)
    except InvalidReference:
        return False
    return True


def _is_inside(value: str) -> bool:
    path = PurePosixPath(value)
    return not path.is_absolute() and ".." not in path.parts and path.name != ""


def _has_tag_characters(tags: Mapping[str, Any]) -> bool:
    return not any(name.lower().startswith(_OWN_TAGS) for name in tags) and all(
        character.isalnum() or character in _TAG_SIGNS for name, text in tags.items() for character in f"{name}{text}"
    )


HANDLER_NAMES = ExtraRule("handler-names", "is made of Python's names", _names_identifiers)
BASE_URL_ADDRESS = ExtraRule("base-url-address", "has a valid host and port", is_base_url)
IMAGE_REFERENCE = ExtraRule("image-reference", "is a reference to an image, or `scratch`", _is_reference)
DOCKERFILE_PATH = ExtraRule("dockerfile-path", "leads to a file in the plugin's folder", _is_inside)
TAG_CHARACTERS = ExtraRule(
    "tag-characters",
    "has letters and digits of any script, spaces and `_.:/=+@-`, and no name that begins with `aws:` or "
    "`biot-plugin:`, in capitals or not",
    _has_tag_characters,
)

EXTRA_RULES: Mapping[str, ExtraRule] = {
    rule.name: rule
    for rule in (
        WHOLE_NUMBER,
        HANDLER_NAMES,
        BASE_URL_ADDRESS,
        IMAGE_REFERENCE,
        DOCKERFILE_PATH,
        TAG_CHARACTERS,
        VARIABLES_SIZE,
    )
}
"""All of them."""
