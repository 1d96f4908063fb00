"""Measures searches over many entities: by the index, and by a look at each document as small searches have it.

.venv/bin/python -m benchmarks.emulator.search [NUMBER]
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from biot_emulator.api.indexed_search import search_collection
from biot_emulator.api.search import search
from biot_emulator.build import build_platform
from biot_emulator.state.store import Store

COLLECTION = "entities/patient"
FEW = 100

SEARCHES: dict[str, dict[str, Any]] = {
    "nothing said, one page": {"limit": 30},
    "one custom attribute, one result": {"filter": {"mrn": {"eq": "MRN-00042"}}},
    "custom attribute in a list": {"filter": {"mrn": {"in": [f"MRN-{number:05}" for number in range(50)]}}},
    "custom select, a third of all": {"filter": {"site": {"eq": "north"}}, "limit": 30},
    "custom number in a range": {"filter": {"age": {"gte": 40, "lt": 42}}, "limit": 30},
    "part of a custom text": {"filter": {"mrn": {"like": "0042"}}, "limit": 30},
    "template, organization and range": {
        "filter": {
            "_templateName": {"in": ["Patient"], "notIn": [], "filter": {}},
            "_ownerOrganization.id": {"in": ["00000000-0000-0000-0000-000000000000"]},
            "age": {"gt": 88},
        },
        "limit": 30,
    },
    "sorted by a custom attribute": {"sort": [{"prop": "age", "order": "ASC"}], "limit": 30},
}


def main() -> None:
    """Print the milliseconds of the processor that each search takes."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    store = Store()
    build_platform(store, admin=("admin@example.com", "admin")).lifecycle.stop()
    [seconds] = _seconds(lambda: _fill(store, count), 1)
    print(f"{count} entities, written in {seconds * 1e6 / count:.0f} microseconds each\n")
    print(f"{'search':36} {'index ms':>9} {'look ms':>9} {'results':>8}")
    for name, request in SEARCHES.items():
        _print(store, name, json.dumps(request), {})
    store.clear()
    _fill(store, FEW)
    print(f"\n{FEW} entities")
    for name, request in SEARCHES.items():
        _print(store, name, json.dumps(request), {}, repetitions=30)
    store.close()


def _print(store: Store, name: str, request: str, page: dict[str, Any], repetitions: int = 3) -> None:
    def by_index() -> None:
        page.update(search_collection(store, COLLECTION, request))

    def by_look() -> None:
        assert page == search(store.all(COLLECTION), request)

    index, look = (statistics.median(_seconds(each, repetitions)) * 1e3 for each in (by_index, by_look))
    print(f"{name:36} {index:9.1f} {look:9.1f} {page['metadata']['page']['totalResults']:8}")


def _seconds(do: Callable[[], None], repetitions: int) -> list[float]:
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        do()
        times.append(time.process_time() - start)
    return times


def _fill(store: Store, count: int) -> None:
    organization = "00000000-0000-0000-0000-000000000000"
    template = {"id": "b1eebc99-9c0b-4ef8-bb6d-6bb9bd380a12", "name": "Patient", "displayName": "Patient"}
    owner = {
        "id": organization,
        "templateId": template["id"],
        "parentEntityId": None,
        "templateName": "Organization",
        "template": template,
        "organizationId": organization,
        "name": "First organization",
    }
    with store.transaction():
        for number in range(count):
            moment = f"2026-01-{1 + number % 28:02}T{number % 24:02}:00:00.{number % 1000:03}Z"
            document = {
                "_id": f"7c9e6679-7425-40de-944b-{number:012}",
                "_name": {"firstName": f"Ada {number}", "lastName": "Lovelace"},
                "_email": f"ada{number}@example.com",
                "_mfa": {"enabled": False, "expirationInMinutes": None},
                "_description": None,
                "_phone": None,
                "_ownerOrganization": owner,
                "_template": template,
                "_creationTime": moment,
                "_lastModifiedTime": moment,
                "_caption": f"Lovelace Ada {number}",
                "_referencers": None,
                "_enabled": "ENABLED",
                "mrn": f"MRN-{number:05}",
                "site": ("north", "south", "east")[number % 3],
                "age": number % 90,
            }
            store.put(COLLECTION, str(document["_id"]), document)


if __name__ == "__main__":
    main()
