"""Testing kit for plugins: event factories, a client, a fake of the platform's API, and pytest fixtures.

    def test_record_number_is_trimmed(biot_client: Client) -> None:
        reply = biot_client.pre_request("POST/organization/v1/users/patients", body={"mrn": " 7 "})
        assert reply.request.body["mrn"] == "7"

Nothing in it is imported in production. The hypothesis strategies in `biot_plugin.testing.strategies` need hypothesis.
"""

from __future__ import annotations

from biot_plugin.testing import events
from biot_plugin.testing.client import Client
from biot_plugin.testing.event_signing import signed
from biot_plugin.testing.fake_api import FakeApi
from biot_plugin.testing.lambda_context import Context
from biot_plugin.testing.replies import AdaptReply, Entities, Error, PostReply, PreReply, Reply, Request, Response
from biot_plugin.testing.stubbed_response import ApiCall, Stub
from biot_plugin.testing.token_signer import Signer, default_signer
from biot_plugin.testing.typed.factory import factory

__all__ = [
    "AdaptReply",
    "ApiCall",
    "Client",
    "Context",
    "Entities",
    "Error",
    "FakeApi",
    "PostReply",
    "PreReply",
    "Reply",
    "Request",
    "Response",
    "Signer",
    "Stub",
    "default_signer",
    "events",
    "factory",
    "signed",
]
