from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from biot_emulator.api.indexed_search import documents_having, search_collection
from biot_emulator.state.store import Store

PEOPLE = "entities/patient"


def ids(store: Store, field: str, value: Any) -> list[str]:
    return [document["_id"] for document in documents_having(store, PEOPLE, field, value)]


def test_a_state_that_was_stored_without_an_index_gets_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for id in "12":
        store.put(PEOPLE, id, {"_id": id, "mrn": f"M{id}"})
    for table in ("indexed_values", "indexed_names", "indexed_documents"):
        store.write(f"DELETE FROM {table}")
    store.close()

    again = Store(tmp_path)

    assert ids(again, "mrn", "M2") == ["2"]
    again.close()


def test_what_is_undone_is_not_found_and_its_names_are_learnt_anew() -> None:
    store = Store()
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.put(PEOPLE, "1", {"_id": "1", "mrn": "7"})
        raise ZeroDivisionError
    assert ids(store, "mrn", "7") == []
    store.put(PEOPLE, "2", {"_id": "2", "mrn": "7"})
    assert ids(store, "mrn", "7") == ["2"]
    store.clear()
    assert ids(store, "mrn", "7") == []
    store.put(PEOPLE, "3", {"_id": "3", "other": 1, "mrn": "7"})
    assert ids(store, "mrn", "7") == ["3"]
    store.close()


@pytest.mark.parametrize(
    "odd",
    [
        {"many": {str(number): number for number in range(300)}},
        {"large": 2**70},
        {"both": [1, 1.0]},
        {"long": "x" * 5000},
    ],
    ids=["many", "large", "both", "long"],
)
def test_what_the_index_cannot_hold_is_found_nevertheless(odd: dict[str, Any]) -> None:
    store = Store()
    for id in "123":
        store.put(PEOPLE, id, {"_id": id, "mrn": "7", "_creationTime": f"2026-01-0{id}T00:00:00Z"})
    store.put(PEOPLE, "2", {"_id": "2", "mrn": "7", "_creationTime": "2026-01-09T00:00:00Z", **odd})

    assert ids(store, "mrn", "7") == ["1", "2", "3"]
    page = search_collection(store, PEOPLE, '{"filter": {"mrn": {"like": "7"}}}', worthwhile=0, few=0)
    assert [document["_id"] for document in page["data"]] == ["2", "3", "1"]
    # Back to what it can hold.
    store.put(PEOPLE, "2", {"_id": "2", "mrn": "8"})
    assert ids(store, "mrn", "8") == ["2"]
    store.delete(PEOPLE, "2")
    assert ids(store, "mrn", "8") == []
    store.close()
