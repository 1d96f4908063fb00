"""Measurements of a few patients, sessions and devices, and what a search of all of them one by one returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from biot_emulator.services.measurements.records import Measurement, Records
from biot_emulator.state.store import Store

__all__ = ["ATTRIBUTES", "NOW", "PATIENTS", "SECOND", "SESSIONS", "SOURCES", "filled", "measurements", "naive"]

SECOND = 1_000_000
PATIENTS = [f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2)]
SESSIONS = ["", *(f"00000000-0000-4000-8000-0000000000a{number}" for number in (1, 2))]
SOURCES = ["scale", "watch"]
ATTRIBUTES = ["pulse", "warmth", "weight"]
NOW = "2026-02-01T00:00:00+00:00"

measurements = st.lists(
    st.builds(
        Measurement,
        patient=st.sampled_from(PATIENTS),
        source=st.sampled_from(SOURCES),
        session=st.sampled_from(SESSIONS),
        time=st.integers(0, 20).map(lambda second: second * SECOND // 2),
        data=st.dictionaries(st.sampled_from(ATTRIBUTES), st.integers(-50, 50) | st.floats(-50, 50), max_size=3),
    ),
    max_size=15,
)


def filled(items: Iterable[Measurement]) -> tuple[Store, Records]:
    """Save measurements in a new store."""
    store = Store()
    records = Records(store)
    for item in items:
        records.add(item)
    return store, records


@dataclass(frozen=True)
class Row:
    """A value, and what it belongs to."""

    attribute: str
    source: str
    session: str
    time: int
    value: Any


def naive(items: Sequence[Measurement], holds: Callable[[Measurement], bool], names: Iterable[str]) -> list[Row]:
    """Look at every value, in the order in which they are nested."""
    chosen = [item for item in items if holds(item)]
    rows = [
        Row(name, item.source, item.session, item.time, item.data[name])
        for name in names
        for item in chosen
        if name in item.data
    ]
    return sorted(rows, key=lambda row: (row.attribute, row.source, row.session, row.time))
