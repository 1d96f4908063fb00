"""The messages that the platform sends to people by itself: codes, and links with tokens."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from biot_emulator.services.outbox.messages import Outbox
from biot_emulator.state.public_address import PublicAddress

__all__ = ["Messages"]


class Messages:
    """Writes messages to the outbox, which is where a code or a token can be read, and nowhere else.

    Args:
        outbox: The messages that would have been sent.
        public_address: The platform's own address, for links.
    """

    def __init__(self, outbox: Outbox, public_address: PublicAddress) -> None:
        self._outbox = outbox
        self._public_address = public_address

    def send_code(self, phone: str, code: str) -> None:
        """Send the code of a log-in to a phone."""
        text = {"phoneNumber": phone, "message": f"Your code is {code}", "messageId": str(uuid.uuid4())}
        self._outbox.add("SMS", text)

    def send_link(self, address: str, subject: str, token: str, operation: str, entity_id: str) -> None:
        """Send a link to the API that executes an operation: a page would post the person's input to it."""
        query = urlencode({"operation": operation, "entityId": entity_id})
        link = f"{self._public_address.url}/ums/v1/tokens/{token}?{query}"
        mail = {"addressesTo": [address], "subject": subject, "link": link, "token": token, "attachments": []}
        self._outbox.add("EMAIL", {**mail, "operation": operation, "entityId": entity_id})
