"""Which token each kind of event must carry, and where (contract sections 0.3 and 5)."""

from __future__ import annotations

from biot_plugin.callers import token
from biot_plugin.callers.public_keys import PublicKeys
from biot_plugin.callers.token import Claims
from biot_plugin.errors import InvalidEvent, Unauthorized, UnverifiedCaller
from biot_plugin.settings import Settings
from biot_plugin.wire.envelope import Envelope
from biot_plugin.wire.kind import Kind


def authenticate(kind: Kind, envelope: Envelope, keys: PublicKeys, settings: Settings) -> Claims:
    """Verify that an event was sent by the caller that its kind requires.

    Returns:
        The token's claims; empty for a scheduled event, which has no token and cannot be forged from outside.

    Raises:
        UnverifiedCaller: A hook was not called by the platform.
        Unauthorized: A direct call has no valid token.
    """
    if kind is Kind.SCHEDULED or not settings.validate_jwt:
        return {}
    if kind is Kind.NOTIFICATION:
        return token.verify(_jwt_of(envelope), keys, scope=settings.notification_scope)
    if kind is not Kind.DIRECT:
        return token.verify(envelope.bearer, keys, scope=settings.interception_scope)
    try:
        return token.verify(envelope.bearer, keys, types=settings.token_types)
    except UnverifiedCaller as error:
        raise Unauthorized(error.reason) from error.__cause__


def _jwt_of(envelope: Envelope) -> str | None:
    """The token of a notification, which is in its body."""
    try:
        token = envelope.json().get("jwt")
    except InvalidEvent:
        return None
    return token if isinstance(token, str) else None
