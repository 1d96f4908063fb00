"""The route table of the notification service."""

from __future__ import annotations

from biot_emulator.api.health_check import health_check
from biot_emulator.api.route import Route
from biot_emulator.services.outbox.handlers import OutboxHandlers

__all__ = ["OUTBOX_ROUTES"]

_EMAIL = "EMAIL_SEND_EMAIL"
_SMS = "NOTIFICATION_SEND_SMS"
#: Of a message without attachments: five hundred of them are stored.
_MAX_MESSAGE = 128 * 1024

OUTBOX_ROUTES = (
    Route("GET", "/notification/system/healthCheck", health_check, public=True),
    Route("POST", "/notification/v1/attachment", OutboxHandlers.add_attachment, _EMAIL),
    Route("POST", "/notification/v1/send-email", OutboxHandlers.send_email, _EMAIL, max_body=_MAX_MESSAGE),
    Route("POST", "/notification/v1/sms/send", OutboxHandlers.send_sms, _SMS, max_body=_MAX_MESSAGE),
)
"""Every API of the notification service, with the function that handles it and the permission that it requires."""
