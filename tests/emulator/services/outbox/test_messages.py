"""The outbox holds the newest messages and attachments, and no more of them than it may."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from biot_emulator.services.outbox import messages
from biot_emulator.services.outbox.messages import Outbox
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store


@pytest.fixture
def outbox() -> Iterator[Outbox]:
    store = Store()
    yield Outbox(store, Clock())
    store.close()


def test_the_oldest_messages_make_room(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_MAX_MESSAGES", 3)
    stored = [outbox.add("SMS", {"phoneNumber": "12345", "message": str(number)}) for number in range(5)]
    assert [message["message"] for message in outbox.all()] == ["4", "3", "2"]
    assert outbox.get(stored[0]["id"]) is None
    assert outbox.get(stored[4]["id"]) == stored[4]


def test_the_oldest_attachments_make_room(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_MAX_ATTACHMENTS", 3)
    monkeypatch.setattr(messages, "_MAX_ATTACHMENT_BYTES", 10)
    keys = [outbox.attach("report", b"x") for _ in range(5)]
    assert [outbox.content(key) for key in keys] == [None, None, b"x", b"x", b"x"]
    large = outbox.attach("report", b"x" * 9)
    assert [outbox.content(key) for key in (*keys, large)] == [None, None, None, None, b"x", b"x" * 9]
    largest = outbox.attach("report", b"x" * 99)
    assert [outbox.attachment(key) for key in (*keys, large)] == [None] * 6
    assert outbox.content(largest) == b"x" * 99


def test_the_platform_itself_sends_messages(outbox: Outbox) -> None:
    sent = outbox.add("EMAIL", {"addressesTo": ["ada@example.com"], "subject": "Your code"})
    assert sent["senderId"] is None
    assert outbox.all("EMAIL", "ada@example.com") == [sent]
