"""What is read from memory is what the database has, whatever is written in between."""

from __future__ import annotations

import copy
import threading
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from biot_emulator.state.read_cache import ReadCache
from biot_emulator.state.store import Store

COLLECTIONS = ("plugins", "users", "entities/patient")
_names = st.sampled_from(COLLECTIONS)
_ids = st.sampled_from(("a", "b", "c", "d", "e"))
_change = st.one_of(
    st.tuples(st.just("put"), _names, _ids, st.integers(0, 9)),
    st.tuples(st.just("delete"), _names, _ids, st.none()),
    st.tuples(st.just("clear"), _names, _ids, st.none()),
)
#: Changes of one transaction, whether it fails, and whether they are outside of any.
_steps = st.lists(st.tuples(st.lists(_change, max_size=4), st.sampled_from(("commits", "fails", "none"))), max_size=8)

Contents = dict[str, dict[str, Any]]


class Failed(Exception):
    pass


def apply(store: Store, expected: Contents, change: tuple[str, str, str, int | None]) -> None:
    kind, collection, id, number = change
    if kind == "put":
        store.put(collection, id, {"id": id, "number": number})
        expected[collection][id] = {"id": id, "number": number}
    elif kind == "delete":
        assert store.delete(collection, id) == (expected[collection].pop(id, None) is not None)
    else:
        store.clear({collection})
        for other in expected.keys() - {collection}:
            expected[other].clear()


def agree(store: Store, expected: Contents) -> None:
    for collection, documents in expected.items():
        assert store.all(collection) == list(documents.values())
        assert store.present_view(collection, tuple) in (None, tuple(documents.values()))
        assert store.view(collection, tuple) == tuple(documents.values())
        assert [store.get(collection, id) for id in "abcde"] == [documents.get(id) for id in "abcde"]


def run(store: Store, expected: Contents, changes: list[Any], how: str) -> Contents:
    if how == "none":
        for change in changes:
            apply(store, expected, change)
            agree(store, expected)
        return expected
    inside = copy.deepcopy(expected)
    try:
        with store.transaction():
            for change in changes:
                apply(store, inside, change)
                agree(store, inside)
            if how == "fails":
                raise Failed
    except Failed:
        return expected
    return inside


@settings(max_examples=60)
@given(_steps)
def test_reads_are_of_what_was_committed(steps: list[tuple[list[Any], str]]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ReadCache, "MAX_DOCUMENTS", 3)
        store, expected = Store(), Contents((collection, {}) for collection in COLLECTIONS)
        for changes, how in steps:
            expected = run(store, expected, changes, how)
            agree(store, expected)
        store.close()


def test_what_a_reader_changes_of_a_document_is_its_own() -> None:
    store = Store()
    store.put("plugins", "a", {"names": ["one"]})
    for _ in range(2):
        document = store.get("plugins", "a")
        assert document is not None
        assert document == {"names": ["one"]}
        document["names"].append("two")
        [document] = store.all("plugins")
        document["names"].append("three")
    store.close()


def test_what_is_made_of_all_documents_is_made_once_for_each_change() -> None:
    store, made = Store(), list[int]()

    def numbers(documents: list[dict[str, Any]]) -> list[int]:
        made.append(len(documents))
        return [document["number"] for document in documents]

    for number in range(3):
        store.put("plugins", str(number), {"number": number})
        store.put("users", str(number), {})
        assert store.present_view("plugins", numbers) is None
        assert store.view("plugins", numbers) == store.view("plugins", numbers) == list(range(number + 1))
        assert store.present_view("plugins", numbers) == list(range(number + 1))
    assert made == [1, 2, 3]
    store.close()


def test_nobody_sees_half_of_a_transaction() -> None:
    store = Store()
    for id in ("a", "b"):
        store.put("plugins", id, {"number": 0})
    seen: list[list[int]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append([document["number"] for document in store.all("plugins")])

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 200):
        with store.transaction():
            for id in ("a", "b"):
                store.put("plugins", id, {"number": number})
    done.set()
    for reader in readers:
        reader.join()
    store.close()
    assert all(first == second for first, second in seen)
