"""Searches documents by a `searchRequest`, as every search API does (contract section 5.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest
from biot_emulator.api.search_filter import field_path, matches, normalized_filter
from biot_emulator.wire_json import decode_request

__all__ = [
    "CREATION_TIMES",
    "Search",
    "creation_time",
    "parse_search_request",
    "search",
    "search_request",
    "sort_key",
    "value_of",
]

_DEFAULT_LIMIT = 100
_GREATEST = 2**31 - 1
#: As long as the head of a request may be that has it. Each document is compared with every word and condition in it.
_MAX_LENGTH = 64 * 1024
_DATE = re.compile(r"\d{4}-\d\d-\d\dT")
CREATION_TIMES = ("_creationTime", "creationTime")

Document = dict[str, Any]
T = TypeVar("T")


def search_request(call: Call) -> str | None:
    """Return the text of a call's `searchRequest`; None where it has none."""
    values = call.query.get("searchRequest") or (None,)
    return values[0]


def search(documents: Iterable[Document], search_request_text: str | None) -> Document:
    """Return one page of the documents that match a search request.

    Args:
        documents: All documents, the oldest first.
        search_request_text: JSON with `filter`, `sort`, `freeTextSearch`, `limit` and `page`; None or empty for none.

    Returns:
        `data`, and `metadata` with the request and `totalResults`.

    Raises:
        BadRequest: The search request is not valid.
    """
    request = Search.parse(search_request_text)
    results = request.sort(document for document in documents if request.meets(document))
    return request.response(request.page_of(results), len(results))


@dataclass(frozen=True, slots=True)
class Search:
    """What a search request asks for.

    Attributes:
        filter: The conditions, as responses repeat them.
        words: Of which a document must have one; none for all documents.
        order: The fields to sort by, with their directions if any.
        limit: How many documents a page has at most.
        page: Which page.
        text: The `freeTextSearch`; None where there is none.
    """

    filter: Document
    words: tuple[str, ...]
    order: tuple[Document, ...]
    limit: int
    page: int
    text: str | None

    @classmethod
    def parse(cls, text: str | None) -> Search:
        """Parse the JSON of a search request; no text is an empty one. Raises BadRequest."""
        request = parse_search_request(text)
        limit, page = _integer(request, "limit", _DEFAULT_LIMIT, 1), _integer(request, "page", 0, 0)
        filter = normalized_filter(_typed(request, "filter", dict, {}))
        words = _typed(request, "freeTextSearch", str, "")
        return cls(
            filter, tuple(words.casefold().split()), tuple(_order(request)), limit, page, request.get("freeTextSearch")
        )

    def meets(self, document: Document) -> bool:
        """Whether a document is searched for."""
        return matches(document, self.filter) and self.has_word(document)

    def has_word(self, document: Document) -> bool:
        """Whether a document has one of the words."""
        return not self.words or any(word in text for text in _texts(document) for word in self.words)

    def sort(self, documents: Iterable[Document]) -> list[Document]:
        """Return documents in the order that is asked for, of which the oldest come first."""
        return _sort([*documents], [(field["prop"], field.get("order") != "ASC") for field in self.order])

    def page_of(self, results: Sequence[T]) -> Sequence[T]:
        """Return what is on the page."""
        return results[self.page * self.limit : (self.page + 1) * self.limit]

    def response(self, data: Sequence[Document], total: int) -> Document:
        """Return the response to the search."""
        page = {"totalResults": total, "page": self.page, "limit": self.limit}
        metadata: Document = {"sort": [*self.order], "filter": self.filter, "page": page}
        if self.text is not None:
            metadata["freeTextSearch"] = self.text
        return {"data": [*data], "metadata": metadata}


def parse_search_request(text: str | None) -> Document:
    """Parse the JSON of a search; no text is an empty one. Raises BadRequest."""
    if text and len(text) > _MAX_LENGTH:
        raise BadRequest(f"[searchRequest] must be of at most {_MAX_LENGTH} characters")
    try:
        request = decode_request(text) if text and text.strip() else {}
    except ValueError as error:
        raise BadRequest(f"[searchRequest] must be JSON, encoded for a URL: {error}") from None
    if not isinstance(request, dict):
        raise BadRequest("[searchRequest] must be a JSON object")
    return request


def _typed(request: Document, name: str, kind: type, default: Any) -> Any:
    value = request.get(name)
    if value is None:
        return default
    if not isinstance(value, kind):
        kinds: dict[type, str] = {dict: "an object", str: "text", list: "a list"}
        raise BadRequest(f"[{name}] of [searchRequest] must be {kinds[kind]}")
    return value


def _integer(request: Document, name: str, default: int, least: int) -> int:
    value = request.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _GREATEST:
        raise BadRequest(f"[{name}] of [searchRequest] must be a whole number from {least} to {_GREATEST}")
    return value


def _texts(value: Any) -> Iterator[str]:
    """Yield every text and number in a document, but for its dates."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
    elif isinstance(value, str) and not _DATE.match(value):
        yield value.casefold()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _order(request: Document) -> list[Document]:
    """Return the fields by which to sort, with their directions if any."""
    order: list[Document] = []
    for field in _typed(request, "sort", list, []):
        prop, direction = (field.get("prop"), field.get("order")) if isinstance(field, dict) else (None, None)
        if not isinstance(prop, str) or direction not in (None, "ASC", "DESC"):
            raise BadRequest("[sort] of [searchRequest] must be a list of {prop, order: ASC or DESC}")
        order.append({"prop": prop, **({"order": direction} if direction else {})})
    return order


def _sort(documents: list[Document], order: list[tuple[str, bool]]) -> list[Document]:
    if not order:
        documents = documents[::-1]  # the newest first, also among those of the same millisecond
        return sorted(documents, key=creation_time, reverse=True)
    for prop, descending in reversed(order):
        absent = [document for document in documents if value_of(prop, document) is None]
        present = [document for document in documents if value_of(prop, document) is not None]
        documents = sorted(present, key=partial(_sort_key, prop), reverse=descending) + absent
    return documents


def creation_time(document: Document) -> str:
    """Return the time of a document's creation, or an empty text."""
    times = (document.get(name) for name in CREATION_TIMES)
    return next((time for time in times if time and isinstance(time, str)), "")


def value_of(prop: str, document: Document) -> Any:
    """Return the value of a field to sort by; None where there is none."""
    value: Any = document
    for name in field_path(prop, document):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def sort_key(value: Any) -> tuple[int, float, str]:
    """Sort numbers before texts, and anything else as its text."""
    if isinstance(value, int | float):
        return 0, value, ""
    return 1, 0, str(value)


def _sort_key(prop: str, document: Document) -> tuple[int, float, str]:
    return sort_key(value_of(prop, document))
