"""What the platform lets plugins intercept: by the published list, or by the platform's own."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from biot_plugin_cli.platform.search_pages import search_all

__all__ = ["Get", "Interceptable"]

Get = Callable[[str], Mapping[str, Any]]
"""Calls an API of the platform by GET: takes a path with its query, gives the body, raises CliError."""

_PATH = "/settings/v1/interceptions"


@dataclass(frozen=True, slots=True)
class Interceptable:
    """What can be intercepted.

    Attributes:
        source: Who says so.
        api_ids: The APIs, for PRE_REQUEST and POST_REQUEST.
        entity_types: The entity types, for ADAPT_ENTITY.
    """

    source: str
    api_ids: frozenset[str]
    entity_types: frozenset[str]

    @classmethod
    def published(cls) -> Self:
        """What the platform's publisher has listed (contract section 2.9)."""
        from biot_emulator.interceptable import published_interceptions

        return cls._of("the published list", published_interceptions())

    @classmethod
    def of_platform(cls, get: Get) -> Self:
        """What a platform lists itself (contract section 6.7).

        Args:
            get: Calls it.

        Raises:
            CliError: It cannot be asked, or does not answer.
        """
        return cls._of("the platform", search_all(get, _PATH))

    @classmethod
    def _of(cls, source: str, listed: Iterable[Mapping[str, Any]]) -> Self:
        listed = list(listed)
        api_ids = frozenset(one["apiId"] for one in listed if one.get("apiId"))
        adaptable = frozenset(one["entityTypeName"] for one in listed if not one.get("apiId"))
        return cls(source, api_ids, adaptable)

    def has_api(self, api_id: str) -> bool:
        """Whether there is an API of this id, where values may stand for path variables."""
        return api_id in self.api_ids or any(_is_scoped(api_id, template) for template in self.api_ids)

    def nearest_api(self, api_id: str) -> str | None:
        """The id that was meant, perhaps."""
        return next(iter(difflib.get_close_matches(api_id, self.api_ids, 1)), None)


def _is_scoped(api_id: str, template: str) -> bool:
    own, wanted = api_id.split("/"), template.split("/")
    pairs = zip(own, wanted, strict=False)
    return len(own) == len(wanted) and all(
        value == part or (part.startswith("{") and not value.startswith("{")) for value, part in pairs
    )
