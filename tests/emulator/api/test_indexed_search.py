"""The index finds what a look at each document finds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import Phase, given, settings, strategies as st

from biot_emulator.api.errors import BadRequest
from biot_emulator.api.indexed_search import search_collection
from biot_emulator.api.search import search
from biot_emulator.api.search_filter import matches
from biot_emulator.state.store import Store

PEOPLE = "entities/patient"

NAMES = st.sampled_from(["a", "b", "c", "ref", "_creationTime", "creationTime", "mrn", ""])
TEXTS = st.sampled_from(
    [
        "",
        "a",
        "A",
        "ab",
        "5",
        "5.0",
        "-0",
        "true",
        "2026-01-01",
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+02:00",
        "é",
    ]
) | st.text(max_size=3)
NUMBERS = st.sampled_from([0, 0.0, -0.0, 1, 1.0, 5, 5.0, 5.5, -7, 2**63 - 1, 2**63, 2**70, 1e300]) | st.integers(-3, 3)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS | st.sampled_from(["x" * 300, "y" * 300, "x" * 299 + "z"])
REFERENCES = st.fixed_dictionaries(
    {"id": TEXTS, "organizationId": TEXTS, "templateId": TEXTS, "name": TEXTS, "template": st.just({"id": "1"})}
)
VALUES = st.recursive(
    SCALARS | REFERENCES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
TEMPLATES = st.fixed_dictionaries({"id": st.sampled_from(["1", "2"]), "name": st.sampled_from(["x", "y"])})
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=5).flatmap(
    lambda document: TEMPLATES.map(lambda template: {**document, "_template": template})
)
PATHS = st.builds(".".join, st.lists(NAMES, min_size=1, max_size=3)) | st.sampled_from(
    ["_templateId", "_templateName", "ref.id", "ref.name", "ref.template.id", "_template.id", "_template"]
)
CONDITIONS = st.one_of(
    st.fixed_dictionaries({"eq": SCALARS | VALUES}),
    st.fixed_dictionaries({"not": SCALARS}),
    st.fixed_dictionaries({"in": st.lists(TEXTS | NUMBERS | st.booleans(), max_size=3)}),
    st.fixed_dictionaries({"notIn": st.lists(TEXTS | NUMBERS, max_size=3), "in": st.lists(TEXTS, max_size=2)}),
    st.fixed_dictionaries({"like": TEXTS | st.just("xxx")}),
    st.fixed_dictionaries({"gt": NUMBERS, "lte": NUMBERS}),
    st.fixed_dictionaries({"lt": NUMBERS}),
    st.fixed_dictionaries({"gte": NUMBERS}),
    st.fixed_dictionaries({"from": st.just("2026-01-01"), "to": st.just("2026-01-01T00:00:00Z")}),
    st.fixed_dictionaries({"isNull": st.booleans()}),
    st.fixed_dictionaries({"isNotNull": st.booleans()}),
    st.just({"notIn": [], "filter": {}}),
)
FILTERS = st.recursive(
    st.dictionaries(PATHS, CONDITIONS, max_size=3),
    lambda inner: st.builds(
        lambda logic, part, more: {logic: {"filter": part}, **more},
        st.sampled_from(["$AND", "$OR", "$NOT"]),
        inner,
        inner,
    ),
    max_leaves=3,
)
SORTS = st.lists(
    st.fixed_dictionaries({"prop": PATHS}, optional={"order": st.sampled_from(["ASC", "DESC"])}), max_size=2
)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    store = Store()
    yield store
    store.close()


def by_look(store: Store, request: str, restriction: dict[str, Any]) -> dict[str, Any]:
    return search([one for one in store.all(PEOPLE) if matches(one, restriction)], request)


@settings(deadline=None, max_examples=60, phases=[Phase.explicit, Phase.generate])
@given(data=st.data())
def test_the_index_finds_what_a_look_at_each_document_finds(store: Store, data: st.DataObject) -> None:
    store.clear()
    ids = st.sampled_from("123456")
    for id in data.draw(st.lists(ids, max_size=10)):
        # Documents come, change and go.
        if data.draw(st.integers(0, 4)):
            store.put(PEOPLE, id, {**data.draw(DOCUMENTS), "_id": id})
        else:
            store.delete(PEOPLE, id)
    for _ in range(3):
        request = {
            "filter": data.draw(FILTERS),
            "sort": data.draw(SORTS),
            "limit": 3,
            "page": data.draw(st.integers(0, 1)),
        }
        text = json.dumps({**request, "freeTextSearch": data.draw(st.sampled_from(["", "a", "x 5"]))})
        restriction = data.draw(st.sampled_from([{}, {"_templateName": {"eq": "x"}}]))
        try:
            expected = by_look(store, text, restriction)
        except BadRequest:
            with pytest.raises(BadRequest):
                search_collection(store, PEOPLE, text, restriction, worthwhile=0)
        else:
            for few in (0, 300):
                assert search_collection(store, PEOPLE, text, restriction, worthwhile=0, few=few) == expected
