"""Search APIs, which return their results in pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

__all__ = ["search_all"]

_PAGE_SIZE = 100


def search_all(
    get: Callable[[str], Mapping[str, Any]], path: str, request: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Fetch all results of a search API (contract section 5.6).

    Args:
        get: Sends a GET request to a path with a query, and returns the body.
        path: The path of the API.
        request: Filter and sort.
    """
    results: list[dict[str, Any]] = []
    number = 0
    while True:
        search_request = json.dumps({**(request or {}), "limit": _PAGE_SIZE, "page": number})
        page = get(f"{path}?{urlencode({'searchRequest': search_request}, quote_via=quote)}")
        results += page["data"]
        number += 1
        total = _total_results(page)
        # A page may be shorter than requested, so a short one need not be the last.
        is_complete = len(results) >= total if total is not None else len(page["data"]) < _PAGE_SIZE
        if not page["data"] or is_complete:
            return results


def _total_results(page: Any) -> int | None:
    for name in ("metadata", "page", "totalResults"):
        page = page.get(name) if isinstance(page, Mapping) else None
    return page if isinstance(page, int) else None
