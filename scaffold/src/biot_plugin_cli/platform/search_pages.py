"""Searches, page by page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

__all__ = ["found_by"]

_LIMIT = 100


def found_by(
    get: Callable[[str], Mapping[str, Any]], path: str, request: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Give all that a search API finds (contract section 5.6).

    Args:
        get: Calls an API by GET: takes a path with its query, gives the body.
        path: The API's path.
        request: Filter and sort.
    """
    found: list[dict[str, Any]] = []
    number = 0
    while True:
        asked = json.dumps({**(request or {}), "limit": _LIMIT, "page": number})
        page = get(f"{path}?{urlencode({'searchRequest': asked}, quote_via=quote)}")
        found += page["data"]
        number += 1
        total = _total_of(page)
        # The platform may give smaller pages than it was asked for, so that a short one need not be the last.
        all_are_there = len(found) >= total if total is not None else len(page["data"]) < _LIMIT
        if not page["data"] or all_are_there:
            return found


def _total_of(page: Any) -> int | None:
    for name in ("metadata", "page", "totalResults"):
        page = page.get(name) if isinstance(page, Mapping) else None
    return page if isinstance(page, int) else None
