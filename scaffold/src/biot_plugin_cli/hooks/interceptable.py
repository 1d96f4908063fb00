"""What plugins can intercept: from the published list, or from the platform itself."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from biot_plugin_cli.platform.search_pages import search_all

__all__ = ["Get", "Interceptable", "is_scoped"]

Get = Callable[[str], Mapping[str, Any]]
"""Calls an API of the platform by GET: takes a path with its query, returns the body, raises CliError."""

_PATH = "/settings/v1/interceptions"


@dataclass(frozen=True, slots=True)
class Interceptable:
    """The APIs and entity types that can be intercepted.

    Attributes:
        source: Where the list comes from, for messages.
        is_online: Whether it comes from the platform itself.
        api_ids: The ids of the APIs, for PRE_REQUEST and POST_REQUEST.
        entity_types: The entity types, for ADAPT_ENTITY.
    """

    source: str
    is_online: bool
    api_ids: frozenset[str]
    entity_types: frozenset[str]

    @classmethod
    def published(cls) -> Self:
        """Load the published list (contract section 2.9)."""
        from biot_emulator.interceptable import published_interceptions

        return cls._of("the published list", False, published_interceptions())

    @classmethod
    def of_platform(cls, get: Get) -> Self:
        """Fetch the list of a platform (contract section 6.7).

        Args:
            get: Calls the platform.

        Raises:
            CliError: It cannot be called, or does not respond.
        """
        return cls._of("the platform's list", True, search_all(get, _PATH))

    @classmethod
    def _of(cls, source: str, is_online: bool, interceptions: Iterable[Mapping[str, Any]]) -> Self:
        listed = list(interceptions)
        api_ids = frozenset(item["apiId"] for item in listed if item.get("apiId"))
        entity_types = frozenset(item["entityTypeName"] for item in listed if not item.get("apiId"))
        return cls(source, is_online, api_ids, entity_types)

    def has_api(self, api_id: str) -> bool:
        """Whether there is an API with this id; values may replace its path variables."""
        return api_id in self.api_ids or any(is_scoped(api_id, template) for template in self.api_ids)

    def resolve(self, api_id: str) -> tuple[str, dict[str, str]]:
        """Tell the values in an API id from its names.

        Args:
            api_id: The id of an API, or the same with values in place of path variables.

        Returns:
            The id with its variables, and the values; the id as it is if there is no such API.
        """
        templates = [template for template in self.api_ids if is_scoped(api_id, template)]
        if api_id in self.api_ids or not templates:
            return api_id, {}
        # The one that has the most in common: a value is rarely the name of another API.
        segments = api_id.split("/")
        template = max(sorted(templates), key=lambda template: sum(map(str.__eq__, segments, template.split("/"))))
        pairs = zip(segments, template.split("/"), strict=True)
        return template, {name[1:-1]: value for value, name in pairs if value != name}

    def nearest_api(self, api_id: str) -> str | None:
        """Find the id that is most similar; None if there is none."""
        return next(iter(difflib.get_close_matches(api_id, self.api_ids, 1)), None)


def is_scoped(api_id: str, template: str) -> bool:
    """Whether an API id, or the path of a call, is a template with values in place of some variables."""
    segments, template_segments = api_id.split("/"), template.split("/")
    pairs = zip(segments, template_segments, strict=False)
    return len(segments) == len(template_segments) and all(
        value == part or (part.startswith("{") and not value.startswith("{")) for value, part in pairs
    )
