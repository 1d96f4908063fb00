"""The categories of attributes: what kinds there are, and which types those of each can have.

BioT publishes what a category says, and not which ones there are: their names are inferred from the objects that
entities have (contract section 13.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from biot_emulator.services.templates.definitions import ATTRIBUTE_TYPES

__all__ = ["CATEGORIES", "Category", "category_name"]


@dataclass(frozen=True, slots=True)
class Category:
    """A category.

    Attributes:
        display_name: Its name for people.
        types: The types of its custom attributes.
        valued: Whether entities have values of them, so that they can be mandatory, unique, and have a default.
    """

    display_name: str
    types: tuple[str, ...]
    valued: bool = True


_STORED = tuple(type for type in ATTRIBUTE_TYPES if type != "WAVEFORM")

CATEGORIES: Mapping[str, Category] = {
    "REGULAR": Category("Regular", _STORED),
    "CONFIGURATION": Category("Configuration", _STORED),
    "STATUS": Category("Status", _STORED),
    "SUMMARY": Category("Summary", _STORED),
    "MEASUREMENT": Category("Measurement", ("INTEGER", "DECIMAL", "WAVEFORM"), valued=False),
}
"""By name."""


def category_name(text: str) -> str:
    """Return the name of a category, in whatever case it is written."""
    return text.strip("_").upper()
