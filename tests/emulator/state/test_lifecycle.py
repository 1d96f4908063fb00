from __future__ import annotations

from biot_emulator.state.lifecycle import Lifecycle
from biot_emulator.state.store import Store


def test_a_reset_leaves_what_is_preserved_and_a_stop_happens_once() -> None:
    store, calls = Store(), list[str]()
    for collection in ("keys", "patients"):
        store.put(collection, "1", {"id": "1"})
    store.put_file("code", b"x")
    lifecycle = Lifecycle(
        store,
        preserved=["keys"],
        on_reset=[lambda: calls.append(f"{len(store.all('keys'))} {len(store.all('patients'))}")],
        on_stop=[lambda: calls.append("workers"), lambda: calls.append("folders")],
    )
    lifecycle.reset()
    assert (calls, store.get_file("code")) == (["1 0"], None)
    lifecycle.stop()
    lifecycle.close()
    assert calls[1:] == ["workers", "folders"]
