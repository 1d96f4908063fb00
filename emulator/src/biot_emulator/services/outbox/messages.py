"""The messages that would have been sent, and the attachments of mail: the newest, in a bounded number.

Nothing here ever leaves the platform, and nothing of it is logged: messages have names, addresses and diagnoses.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store
from biot_emulator.state.timestamps import timestamp

__all__ = ["ATTACHMENTS", "MESSAGES", "Outbox"]

MESSAGES = "outbox"
"""The collection of the messages."""
ATTACHMENTS = "outbox-attachments"
"""The collection of what is known of the attachments, whose contents are files."""

_MAX_MESSAGES = 500
_MAX_ATTACHMENTS = 100
_MAX_ATTACHMENT_BYTES = 64 * 1024 * 1024

Document = dict[str, Any]


class Outbox:
    """Stores messages; the oldest make room for the newest.

    Args:
        store: The state.
        clock: The platform's time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def add(self, kind: str, message: Mapping[str, Any], *, sender_id: str | None = None) -> Document:
        """Store a message.

        Args:
            kind: `EMAIL` or `SMS`.
            message: The message: whom it is for, and what it says.
            sender_id: The id of the user or service user who sends it; None for the platform itself.

        Returns:
            The message, with its `id` and `creationTime`.
        """
        id, time = str(uuid.uuid4()), timestamp(self._clock.now())
        document = {"id": id, "kind": kind, "creationTime": time, "senderId": sender_id, **message}
        with self._store.transaction():
            self._store.put(MESSAGES, id, document)
            for oldest in self._store.ids(MESSAGES)[:-_MAX_MESSAGES]:
                self._store.delete(MESSAGES, oldest)
        return document

    def all(self, kind: str | None = None, recipient: str | None = None) -> list[Document]:
        """Return the messages, the newest first.

        Args:
            kind: Only those of this kind.
            recipient: Only those to this address or number.
        """
        messages = self._store.all(MESSAGES)[::-1]
        return [
            message
            for message in messages
            if kind in (None, message["kind"]) and (recipient is None or _is_for(message, recipient))
        ]

    def get(self, id: str) -> Document | None:
        """Return a message; None where there is none, or none any more."""
        return self._store.get(MESSAGES, id)

    def attach(self, name: str, content: bytes) -> str:
        """Store an attachment for a mail to come; return its key."""
        key = str(uuid.uuid4())
        document = {"key": key, "name": name, "size": len(content), "creationTime": timestamp(self._clock.now())}
        with self._store.transaction():
            self._store.put(ATTACHMENTS, key, document)
            self._store.put_file(_file(key), content)
            self._remove_oldest_attachments()
        return key

    def attachment(self, key: str) -> Document | None:
        """Return what is known of an attachment; None where there is none, or none any more."""
        return self._store.get(ATTACHMENTS, key)

    def content(self, key: str) -> bytes | None:
        """Return an attachment's content; None where there is none, or none any more."""
        return self._store.get_file(_file(key))

    def clear(self) -> None:
        """Remove every message and attachment."""
        with self._store.transaction():
            for id in self._store.ids(MESSAGES):
                self._store.delete(MESSAGES, id)
            for key in self._store.ids(ATTACHMENTS):
                self._remove_attachment(key)

    def _remove_oldest_attachments(self) -> None:
        attachments = self._store.all(ATTACHMENTS)
        size = sum(attachment["size"] for attachment in attachments)
        # The last one stays, however large it is: its key is about to be used.
        for number, oldest in enumerate(attachments[:-1]):
            if len(attachments) - number <= _MAX_ATTACHMENTS and size <= _MAX_ATTACHMENT_BYTES:
                return
            self._remove_attachment(oldest["key"])
            size -= oldest["size"]

    def _remove_attachment(self, key: str) -> None:
        self._store.delete(ATTACHMENTS, key)
        self._store.delete_file(_file(key))


def _is_for(message: Document, recipient: str) -> bool:
    addresses = [message.get("phoneNumber")]
    for field in ("addressesTo", "addressesCC", "addressesBCC"):
        addresses += message.get(field, [])
    return recipient.casefold() in [address.casefold() for address in addresses if address]


def _file(key: str) -> str:
    return f"{ATTACHMENTS}/{key}"
