"""Pages by token: what a search request may have, and where the next page begins (contract section 13.2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest
from biot_emulator.api.search import parse_search_request, search_request
from biot_emulator.wire_json import decode_request, encode

__all__ = ["PageRequest", "parse_request"]

_DEFAULT_LIMIT = 100
_MAX_LIMIT = 10_000
_MAX_TOKEN = 1024
_DIGEST_BYTES = 12

Document = dict[str, Any]
Filter = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A search that is answered in pages.

    Attributes:
        filter: The conditions by field, without those that say nothing.
        limit: How many items a page has at most.
        after: What the token says that the page comes after; None for the first page.
    """

    filter: Filter
    limit: int
    after: Any

    def page(self, items: Sequence[Document], last: Any) -> Document:
        """Return a page as responses have it.

        Args:
            items: The items of the page.
            last: What the next page comes after, as JSON; None where this page is the last.
        """
        token = "" if last is None else _token(self.filter, self.limit, last)
        metadata = {"sort": [], "filter": self.filter, "limitPerPage": self.limit, "nextToken": token}
        return {"data": items, "metadata": metadata}


def parse_request(call: Call, fields: Mapping[str, Sequence[str]]) -> PageRequest:
    """Parse a call's search request.

    Args:
        call: The call.
        fields: The operators that each field can be filtered with.

    Raises:
        BadRequest: It is not valid.
    """
    request = parse_search_request(search_request(call))
    if request.get("sort"):
        raise BadRequest("[sort] of [searchRequest] must be left out: measurements are sorted by time")
    limit, filter = _limit(request.get("limitPerPage")), _filter(request.get("filter"), fields)
    token = request.get("nextToken")
    return PageRequest(filter, limit, _read_token(token, filter, limit) if token else None)


def _limit(value: Any) -> int:
    if value is None:
        return _DEFAULT_LIMIT
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MAX_LIMIT:
        raise BadRequest(f"[limitPerPage] of [searchRequest] must be a whole number from 1 to {_MAX_LIMIT}")
    return value


def _filter(filter: Any, fields: Mapping[str, Sequence[str]]) -> Filter:
    """Return the conditions that say something; a form of the console also sends those that do not."""
    if filter is not None and not isinstance(filter, dict):
        raise BadRequest("[filter] of [searchRequest] must be an object")
    present: Filter = {}
    for field, conditions in (filter or {}).items():
        if field not in fields:
            raise BadRequest(f"[{field}] is not a field of this [filter]: use {', '.join(fields)}")
        if not isinstance(conditions, dict):
            raise BadRequest(f"The conditions of [{field}] in [filter] must be an object")
        present[field] = {name: value for name, value in conditions.items() if value not in (None, [], {})}
        other = [name for name in present[field] if name not in fields[field]]
        if other:
            raise BadRequest(f"[{field}] in [filter] can be filtered with {' and '.join(fields[field])} only")
    return present


def _token(filter: Filter, limit: int, last: Any) -> str:
    return base64.urlsafe_b64encode(encode([_digest(filter, limit), last])).decode().rstrip("=")


def _read_token(token: Any, filter: Filter, limit: int) -> Any:
    error = BadRequest("[nextToken] must be that of the page before, and the rest of [searchRequest] as it was")
    if not isinstance(token, str) or len(token) > _MAX_TOKEN:
        raise error
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        digest, last = decode_request(content)
    except (binascii.Error, TypeError, ValueError):
        raise error from None
    if digest != _digest(filter, limit):
        raise error
    return last


def _digest(filter: Filter, limit: int) -> str:
    # The token is no secret; this only notices that it is of another search.
    ordered = {field: dict(sorted(filter[field].items())) for field in sorted(filter)}
    return hashlib.blake2b(encode([ordered, limit]), digest_size=_DIGEST_BYTES).hexdigest()
