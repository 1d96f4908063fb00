"""Sends events to a plugin in this process, as the platform would, and returns typed replies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import biot_plugin.testing.events as events
from biot_plugin.plugin import Plugin
from biot_plugin.testing.event_shapes import Body
from biot_plugin.testing.event_signing import signed
from biot_plugin.testing.fake_api import FakeApi
from biot_plugin.testing.lambda_context import Context
from biot_plugin.testing.replies import AdaptReply, PostReply, PreReply, Reply
from biot_plugin.testing.token_signer import Signer, default_signer

JSON = dict[str, Any]


class Client:
    """The platform as a plugin sees it. Callers are verified as in production, with the signer's key.

    A handler that calls the platform gets the responses of `api`; where it has none for a call, sending the event
    raises AssertionError.

    Args:
        plugin: The plugin.
        signer: Signs the events' tokens; a shared signer where None.
        api: The fake of the platform's API behind `event.biot`; one without responses where None.
        timeout: Seconds until the deadline of the Lambda context.

    Attributes:
        signer: Signs the events' tokens.
        api: The fake of the platform's API behind `event.biot`.
    """

    def __init__(
        self, plugin: Plugin, *, signer: Signer | None = None, api: FakeApi | None = None, timeout: float = 3.0
    ) -> None:
        self.signer = signer or default_signer()
        self.api = api or FakeApi()
        self._plugin = plugin
        self._timeout = timeout
        plugin.keys.use(self.signer.public_keys)
        plugin.platform.use(self.api.transport)

    def pre_request(
        self,
        api_id: str,
        *,
        body: Body = None,
        path_variables: Mapping[str, str] | None = None,
        query: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> PreReply:
        """Send a PRE_REQUEST event; see `events.pre_request`."""
        event = events.pre_request(
            api_id, body=body, path_variables=path_variables, query=query, headers=headers, fields=fields
        )
        return PreReply(self._send(event))

    def post_request(
        self,
        api_id: str,
        *,
        body: Body = None,
        status: str = "200 OK",
        request_body: Body = None,
        path_variables: Mapping[str, str] | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> PostReply:
        """Send a POST_REQUEST event; see `events.post_request`."""
        event = events.post_request(
            api_id, body=body, status=status, request_body=request_body, path_variables=path_variables, fields=fields
        )
        return PostReply(self._send(event))

    def adapt_entity(
        self,
        entity_type: str,
        *,
        entities: Sequence[Body] = (),
        status: str = "200 OK",
        api_id: str | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> AdaptReply:
        """Send an ADAPT_ENTITY event; see `events.adapt_entity`."""
        event = events.adapt_entity(entity_type, entities=entities, status=status, api_id=api_id, fields=fields)
        return AdaptReply(self._send(event))

    def notification(
        self,
        entity_type: str,
        action: str,
        *,
        entity: Body = None,
        old_entity: Body = None,
        fields: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Send a notification; see `events.notification`."""
        return self.send(events.notification(entity_type, action, entity=entity, old_entity=old_entity, fields=fields))

    def scheduled(self, *, time: str = "2026-01-02T03:45:00Z") -> Reply:
        """Fire the schedule; see `events.scheduled`."""
        return self.send(events.scheduled(time=time))

    def direct(
        self,
        method: str = "GET",
        path: str = "/",
        *,
        query: Mapping[str, str] | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = events.SIGN_ME,
    ) -> Reply:
        """Call the plugin's own URL; see `events.direct`."""
        return self.send(events.direct(method, path, query=query, body=body, headers=headers, token=token))

    def send(self, event: JSON) -> Reply:
        """Send any event; `SIGN_ME` is replaced by a signed token."""
        return Reply(self._send(event))

    def send_file(self, path: str | Path) -> Reply:
        """Send the event in a fixture file, whose `body` may be text or, for readability, an object."""
        return self.send(json.loads(Path(path).read_text(encoding="utf-8")))

    def _send(self, event: JSON) -> JSON:
        # Converted to JSON and back, as on the wire, so that a plugin cannot change the test's event.
        wire = json.loads(json.dumps(signed(event, self.signer)))
        reply = self._plugin.handler(wire, Context(self._timeout))
        self.api.check()
        return reply
