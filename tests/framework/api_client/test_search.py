from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from biot_plugin import Plugin, UnexpectedAnswer
from biot_plugin.testing import Client, FakeApi

PATIENTS = "/organization/v1/users/patients"
JSON = dict[str, Any]
Do = Callable[[Any], object]


class Searches:
    """Runs searches in a handler, against a fake that has so many patients."""

    def __init__(self, plugin: Plugin) -> None:
        self.api = FakeApi()
        self.result: Any = None
        self._do: Do = lambda event: None
        plugin.scheduled("0 0 * * ? *")(self._handle)
        self._client = Client(plugin, api=self.api)

    def _handle(self, event: Any) -> None:
        self.result = self._do(event)

    def __call__(self, do: Do) -> int:
        self._do = do
        return self._client.scheduled().status_code

    def asked_for(self, **search: Any) -> JSON:
        """What a search asks the platform for."""
        stub = self.api.search(PATIENTS, [])
        assert self(lambda event: list(event.biot.search(PATIENTS, **search))) == 200
        return stub.calls[0].search_request


@pytest.fixture
def searches(plugin: Plugin) -> Searches:
    return Searches(plugin)


NOON = datetime(2026, 1, 2, 12, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("filter", "sent"),
    [
        ({"_gender": "FEMALE"}, {"_gender": {"eq": "FEMALE"}}),
        ({"age": 0}, {"age": {"eq": 0}}),
        ({"_enabled": False}, {"_enabled": {"eq": False}}),
        ({"_id": ["1", "2"]}, {"_id": {"in": ["1", "2"]}}),
        ({"_phone": None}, {"_phone": {"isNull": True}}),
        ({"age": {"gte": 18, "lt": 65}}, {"age": {"gte": 18, "lt": 65}}),
        ({"_ownerOrganization.id": {"notIn": ("1",)}}, {"_ownerOrganization.id": {"notIn": ["1"]}}),
        ({"_creationTime": {"from": NOON}}, {"_creationTime": {"from": "2026-01-02T10:00:00.000Z"}}),
        ({"_dateOfBirth": {"to": date(2008, 1, 2)}}, {"_dateOfBirth": {"to": "2008-01-02"}}),
        ({"$OR": {"a": 1, "b": [2]}}, {"$OR": {"filter": {"a": {"eq": 1}, "b": {"in": [2]}}}}),
        ({"$NOT": {"filter": {"a": None}}}, {"$NOT": {"filter": {"a": {"isNull": True}}}}),
        ({"$AND": {"$OR": {"a": 1}}}, {"$AND": {"filter": {"$OR": {"filter": {"a": {"eq": 1}}}}}}),
    ],
)
def test_a_filter_is_written_as_the_platform_wants_it(searches: Searches, filter: JSON, sent: JSON) -> None:
    assert searches.asked_for(filter=filter) == {"filter": sent, "limit": 100, "page": 0}


def test_sort_text_and_page_size(searches: Searches) -> None:
    assert searches.asked_for(sort=["_name.lastName", "-_creationTime"], free_text="ada grace", page_size=7) == {
        "sort": [{"prop": "_name.lastName", "order": "ASC"}, {"prop": "_creationTime", "order": "DESC"}],
        "freeTextSearch": "ada grace",
        "limit": 7,
        "page": 0,
    }
    assert searches.asked_for(sort="-_id")["sort"] == [{"prop": "_id", "order": "DESC"}]


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ({"filter": {"age": {"equals": 1}}}, "unknown conditions of age: equals; the platform has eq, filter"),
        ({"filter": {"$or": {"a": 1}}}, r"\$or is not one of \$AND, \$NOT, \$OR"),
        ({"filter": {"$OR": [1]}}, r"\$OR needs a filter"),
        ({"page_size": 0}, "page_size must be a positive number"),
        ({"sort": "-"}, "sort needs names of fields"),
    ],
)
def test_a_search_that_the_platform_does_not_know_is_a_mistake(searches: Searches, search: JSON, said: str) -> None:
    def do(event: Any) -> None:
        with pytest.raises(ValueError, match=said):
            event.biot.search(PATIENTS, **search)

    assert searches(do) == 200
    assert searches.api.calls == []


def test_pages_are_asked_for_when_they_are_needed(searches: Searches) -> None:
    stub = searches.api.search(PATIENTS, [{"_id": str(number)} for number in range(25)])

    def do(event: Any) -> list[str]:
        search = event.biot.search(PATIENTS, page_size=10)
        assert stub.calls == []
        assert search.total == search.total == 25
        found = [next(search)["_id"] for _ in range(10)]
        assert len(stub.calls) == 1
        return found + [one["_id"] for one in search]

    assert searches(do) == 200
    assert searches.result == [str(number) for number in range(25)]
    assert [call.search_request["page"] for call in stub.calls] == [0, 1, 2]


@pytest.mark.parametrize("count", [0, 1, 10, 20])
def test_no_page_is_asked_for_in_vain(searches: Searches, count: int) -> None:
    stub = searches.api.search(PATIENTS, [{"_id": str(number)} for number in range(count)])
    assert searches(lambda event: list(event.biot.search(PATIENTS, page_size=10))) == 200
    assert len(searches.result) == count
    assert len(stub.calls) == max(1, count // 10)


def test_pages_may_be_smaller_than_was_asked_for(searches: Searches) -> None:
    def page(call: Any) -> JSON:
        number = call.search_request["page"]
        return {"data": [{"_id": str(number)}], "metadata": {"page": {"totalResults": 3}}}

    searches.api.get(PATIENTS, answer=page)
    assert searches(lambda event: [one["_id"] for one in event.biot.search(PATIENTS)]) == 200
    assert searches.result == ["0", "1", "2"]


def test_an_answer_without_totals_ends_with_a_short_page(searches: Searches) -> None:
    searches.api.get(PATIENTS, answer=lambda call: {"data": [{}] * (2 - call.search_request["page"])})
    assert searches(lambda event: len(list(event.biot.search(PATIENTS, page_size=2)))) == 200
    assert searches.result == 3


@pytest.mark.parametrize(
    "answer", [None, [], {}, {"_id": "7"}, {"data": None}, {"data": {"_id": "7"}}, {"data": [{}, 7]}]
)
def test_an_answer_that_is_no_page_is_not_taken_for_finding_nothing(searches: Searches, answer: Any) -> None:
    searches.api.get(PATIENTS, answer=answer)

    def do(event: Any) -> None:
        for look in (list, lambda search: search.total):
            with pytest.raises(UnexpectedAnswer, match=f"GET {PATIENTS}: answered 200, without a list of data"):
                look(event.biot.search(PATIENTS))

    assert searches(do) == 200


def test_more_of_a_query_and_interception(searches: Searches) -> None:
    stub = searches.api.search(PATIENTS, [])
    query = {"includeReferencers": True}
    searches(lambda event: list(event.biot.search(PATIENTS, query=query, allow_interception=True)))
    [call] = stub.calls
    assert call.query["includeReferencers"] == ["true"]
    assert json.loads(call.query["searchRequest"][0]) == {"limit": 100, "page": 0}
    assert call.allows_interception
