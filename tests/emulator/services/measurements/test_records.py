"""Every search of measurements uses an index: none looks at all measurements."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.services.measurements.records import Measurement, Records, Selection
from biot_emulator.state.store import Store
from biot_emulator.state.unavailable_data import DataUnavailable


class ExplainingStore(Store):
    """A store that tells how its database finds what it selects."""

    def __init__(self) -> None:
        self.plans: list[str] = []
        super().__init__()
        self.plans.clear()

    def select(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        self.plans += [row[3] for row in super().select(f"EXPLAIN QUERY PLAN {query}", values)]
        return super().select(query, values)


SEARCHES: dict[str, Callable[[Records, Selection], object]] = {
    "newest": lambda records, selection: records.newest(selection, 5),
    "next": lambda records, selection: records.newest(selection, 5, (7, 3)),
    "values": Records.values,
    "numbers": lambda records, selection: records.binned_numbers(selection, 1000),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_looks_at_no_whole_table(name: str) -> None:
    patients = (None, "ada") if name in ("newest", "next") else ("ada",)
    names: tuple[tuple[str, ...] | None, ...] = (None, ("pulse", "warmth"))
    for patient, source, session, attributes in itertools.product(patients, (None, "scale"), (None, "one"), names):
        if name == "numbers" and (source or session):
            continue  # they are searched for by patient alone
        with closing(ExplainingStore()) as store:
            SEARCHES[name](Records(store), Selection(0, 9, patient, source, session, attributes))
            assert store.plans
            assert [plan for plan in store.plans if plan.startswith("SCAN")] == []
            # Beginning with the part of the index that has the fewest: never with the time alone if more is known.
            begins = next(plan for plan in store.plans if plan.startswith("SEARCH"))
            assert not (session and "session=?" not in begins)
            assert "TEMP B-TREE" not in "".join(store.plans) or name in ("values", "numbers")


def test_measurements_of_the_same_moment_have_an_order_of_their_own() -> None:
    with closing(Store()) as store:
        records = Records(store)
        for number in range(5):
            records.add(Measurement("ada", "scale", "", 7, {"n": number}))
        newest = records.newest(Selection(0, 9), 2)
        assert [item.data["n"] for item in newest] == [4, 3]
        assert [item.data["n"] for item in records.newest(Selection(0, 9), 9, newest[-1].position)] == [2, 1, 0]


def test_they_outlive_the_process(tmp_path: Path) -> None:
    saved = Measurement("ada", "scale", "one", 7, {"pulse": 61, "warmth": 36.5})
    with closing(Store(tmp_path)) as store:
        Records(store).add(saved)
    with closing(Store(tmp_path)) as store:
        [stored] = Records(store).newest(Selection(0, 9, "ada"), 9)
        assert (stored.data, stored.position) == (saved.data, (7, 1))
        store.clear()
        assert Records(store).newest(Selection(0, 9), 9) == []
        assert Records(store).values(Selection(0, 9, "ada")) == []


@pytest.mark.parametrize("text", ["{", "[]", '{"hidden": 1}', "null"])
def test_what_was_damaged_is_said_without_what_it_says(text: str) -> None:
    with closing(Store()) as store:
        records = Records(store)
        records.add(Measurement("ada", "scale", "", 7, {"ecg": {"metadata": {}}}))
        store.write("UPDATE measurements SET data = ?", [text])
        with pytest.raises(DataUnavailable, match="measurement 1") as raised:
            records.values(Selection(0, 9, "ada"))
        assert "hidden" not in str(raised.value)
        if text != '{"hidden": 1}':
            with pytest.raises(DataUnavailable, match="measurement 1"):
                records.newest(Selection(0, 9), 9)
