"""Search APIs, which return their results in pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from biot_plugin_cli.platform.errors import EndlessSearch

__all__ = ["search_all"]

_PAGE_SIZE = 100
_MAX_PAGES = 500


def search_all(
    get: Callable[[str], Mapping[str, Any]], path: str, request: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Fetch all results of a search API (contract section 5.6).

    Args:
        get: Sends a GET request to a path with a query, and returns the body.
        path: The path of the API.
        request: Filter and sort.

    Raises:
        EndlessSearch: There are too many pages, or one is repeated.
    """
    results: list[dict[str, Any]] = []
    previous: Any = None
    for number in range(_MAX_PAGES):
        search_request = json.dumps({**(request or {}), "limit": _PAGE_SIZE, "page": number})
        page = get(f"{path}?{urlencode({'searchRequest': search_request}, quote_via=quote)}")
        if page["data"] and page["data"] == previous:
            raise EndlessSearch(path, "as a page is repeated")
        previous = page["data"]
        results += previous
        total = _total_results(page)
        # A page may be shorter than requested, so a short one need not be the last.
        is_complete = len(results) >= total if total is not None else len(page["data"]) < _PAGE_SIZE
        if not page["data"] or is_complete:
            return results
    raise EndlessSearch(path, f"as there are more than {_MAX_PAGES} pages")


def _total_results(page: Any) -> int | None:
    for name in ("metadata", "page", "totalResults"):
        page = page.get(name) if isinstance(page, Mapping) else None
    return page if type(page) is int else None
