from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator.api.errors import BadRequest
from biot_emulator.api.search import search


def patient(number: int, name: str, age: int | None, owner: str) -> dict[str, Any]:
    made = f"2026-01-0{number}T00:00:00.000Z"
    return {
        "_id": str(number),
        "_name": {"firstName": name},
        "age": age,
        "_owner": {"id": owner},
        "_template": {"id": "t1", "name": "trial"} if owner == "a" else {"id": "t2", "name": "other"},
        "_creationTime": made,
    }


PATIENTS = [patient(1, "Ada", 36, "a"), patient(2, "Grace", 85, "b"), patient(3, "Mary", None, "a")]


def found(**request: Any) -> list[str]:
    return [one["_id"] for one in search(PATIENTS, json.dumps(request))["data"]]


@pytest.mark.parametrize(
    ("filter", "ids"),
    [
        ({}, "321"),
        ({"_name.firstName": {"eq": "Ada"}}, "1"),
        ({"_name.firstName": {"in": ["Ada", "Mary"]}}, "31"),
        ({"age": {"in": ["36"]}}, "1"),
        ({"age": {"in": [85]}}, "2"),
        ({"_name.firstName": {"notIn": ["Ada", "Mary"]}}, "2"),
        ({"_name.firstName": {"like": "ra"}}, "2"),
        ({"age": {"gt": 36}}, "2"),
        ({"age": {"gte": 36, "lt": 85}}, "1"),
        ({"age": {"isNull": True}}, "3"),
        ({"age": {"isNotNull": True}}, "21"),
        ({"_owner.id": {"eq": "a"}, "age": {"isNotNull": True}}, "1"),
        ({"$OR": {"filter": {"_id": {"eq": "1"}, "age": {"eq": 85}}}}, "21"),
        ({"$AND": {"filter": {"_owner.id": {"eq": "a"}, "_id": {"eq": "3"}}}}, "3"),
        ({"$NOT": {"filter": {"_owner.id": {"eq": "a"}}}}, "2"),
        ({"_creationTime": {"from": "2026-01-02T00:00:00.000Z"}}, "32"),
        # As the console's forms are sent, whose lists are all there.
        ({"_name.firstName": {"in": ["Ada"], "notIn": [], "filter": {}}}, "1"),
        ({"_name.firstName": {"in": [], "notIn": ["Ada"]}}, "32"),
        ({"_name.firstName": {"in": [], "notIn": [], "filter": None}}, "321"),
        ({"_name.firstName": {"in": []}}, ""),
        ({"$AND": {"filter": {}, "in": [], "notIn": []}, "age": None}, "321"),
        ({"$OR": {"filter": None}, "$NOT": {"filter": {}}}, "321"),
        ({"_templateId": {"in": ["t1"]}}, "31"),
        ({"_templateName": {"eq": "trial"}}, "31"),
        ({"_templateName": {"not": "trial"}, "_templateId": {"isNotNull": True}}, "2"),
        ({"_template.id": {"eq": "t1"}, "$NOT": {"filter": {"_templateName": {"eq": "other"}}}}, "31"),
    ],
)
def test_filters(filter: dict[str, Any], ids: str) -> None:
    assert "".join(found(filter=filter)) == ids


def test_the_newest_come_first_unless_told_otherwise() -> None:
    assert found() == ["3", "2", "1"]
    assert found(sort=[{"prop": "_name.firstName", "order": "ASC"}]) == ["1", "2", "3"]
    assert found(sort=[{"prop": "_owner.id", "order": "ASC"}, {"prop": "_id", "order": "DESC"}]) == ["3", "1", "2"]


def test_a_template_can_be_sorted_by_and_a_time_of_creation_may_be_anything() -> None:
    assert found(sort=[{"prop": "_templateName", "order": "ASC"}, {"prop": "_id", "order": "ASC"}]) == ["2", "1", "3"]
    odd: list[dict[str, Any]] = [
        {"_id": "1", "creationTime": 5},
        {"_id": "2", "creationTime": "2026"},
        {"_id": "3", "_creationTime": ""},
    ]
    assert [one["_id"] for one in search(odd, None)["data"]] == ["2", "3", "1"]


def test_pages_and_free_text() -> None:
    assert found(limit=2, page=1) == ["1"]
    assert found(freeTextSearch="grace") == ["2"]
    metadata = search(PATIENTS, '{"limit": 2}')["metadata"]
    assert metadata["page"] == {"totalResults": 3, "page": 0, "limit": 2}


def test_the_answer_states_what_was_asked_in_its_schema() -> None:
    asked = {
        "filter": {"age": {"eq": None, "in": [36, True, "a"]}, "_id": {}},
        "sort": [{"prop": "age", "order": None}],
    }
    metadata = search(PATIENTS, json.dumps({**asked, "freeTextSearch": "ada"}))["metadata"]
    assert metadata["filter"] == {"age": {"in": ["36", "true", "a"]}, "_id": {}}
    assert metadata["sort"] == [{"prop": "age"}]
    assert metadata["freeTextSearch"] == "ada"
    assert search(PATIENTS, None)["metadata"] == {
        "sort": [], "filter": {}, "page": {"totalResults": 3, "page": 0, "limit": 100},
    }  # fmt: skip


@pytest.mark.parametrize("documents", [PATIENTS, []], ids=["something", "nothing"])
@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        pytest.param("[" * 100_000, id="deep"),
        '{"limit": 0}',
        '{"limit": "x"}',
        '{"limit": 2147483648}',
        '{"limit": 1e999}',
        '{"page": -1}',
        '{"filter": []}',
        '{"filter": {"a": 1}}',
        '{"filter": {"a": {"nonsense": 1}}}',
        '{"filter": {"a": {"in": [[]]}}}',
        '{"filter": {"a": {"in": [null]}}}',
        '{"filter": {"a": {"eq": "\\ud800"}}}',
        '{"sort": {}}',
        '{"sort": [{"order": "ASC"}]}',
        '{"freeTextSearch": 1}',
    ],
)
def test_what_is_no_search_request_is_refused(text: str, documents: list[dict[str, Any]]) -> None:
    with pytest.raises(BadRequest):
        search(documents, text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(filter=json_values, sort=json_values, documents=st.lists(st.dictionaries(st.text(max_size=3), json_values)))
def test_any_request_is_answered_or_refused(filter: Any, sort: Any, documents: list[dict[str, Any]]) -> None:
    try:
        page = search(documents, json.dumps({"filter": filter, "sort": sort}))
    except BadRequest:
        return
    assert all(one in documents for one in page["data"])


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(1, 4))
def test_the_pages_together_are_everything_once_and_in_order(values: list[int], limit: int) -> None:
    documents = [{"_id": str(index), "value": value} for index, value in enumerate(values)]
    order = {"sort": [{"prop": "value", "order": "ASC"}], "limit": limit}
    pages = [search(documents, json.dumps({**order, "page": page}))["data"] for page in range(len(values) + 1)]
    together = [one for page in pages for one in page]
    assert {one["_id"] for one in together} == {one["_id"] for one in documents}
    assert len(together) == len(documents)
    assert [one["value"] for one in together] == sorted(values)


def test_a_search_request_is_as_long_as_a_request_can_be() -> None:
    with pytest.raises(BadRequest, match="at most 65536 characters"):
        found(freeTextSearch="a " * 100_000)


def test_many_values_are_compared_with_many() -> None:
    """Each with each, and the operand folded again for each, would take minutes."""
    texts = [f"{number:05}" for number in range(7_000)]
    documents = [{"_id": "1", "texts": [f"x{number}" for number in range(100_000)]}] * 5
    for filter in ({"texts": {"in": texts}}, {"texts": {"like": "y" * 60_000}}):
        assert search(documents, json.dumps({"filter": filter}))["data"] == []
    assert len(search(documents, json.dumps({"filter": {"texts": {"in": ["x5", 7]}}}))["data"]) == 5


def test_what_is_no_text_is_among_none() -> None:
    assert search([{"_id": "1", "a": {"b": 1}}], json.dumps({"filter": {"a": {"in": ["x"]}}}))["data"] == []
