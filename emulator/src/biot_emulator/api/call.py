"""A call of the platform's API, and who makes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from biot_emulator.api.errors import BadRequest
from biot_emulator.wire_json import decode_request

__all__ = ["TRACEPARENT", "Call", "Caller", "FormPart", "read_query"]

TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
"""The header of that name, which has the id of the trace."""


class Caller(NamedTuple):
    """The holder of a call's token.

    Attributes:
        subject_id: Id of the user or service user.
        token_type: `USER`, `SERVICE_INTERNAL` or `SERVICE_EXTERNAL`.
        organization_id: Id of the organization that the caller belongs to.
        permissions: The token's scopes, as far as the caller's role still has them.
        role: What kind of caller it is, such as `PATIENT` or `SERVICE`.
        sees_all: Whether the caller sees what belongs to every organization, not to its own alone.
        sees_own_alone: Whether the caller sees nothing of its organization but what is its own, as patients do.
        session_id: Id of the log-in that the token is from; empty for services.
    """

    subject_id: str
    token_type: str
    organization_id: str
    permissions: frozenset[str]
    role: str = ""
    sees_all: bool = False
    sees_own_alone: bool = False
    session_id: str = ""

    @property
    def is_service(self) -> bool:
        """Whether the caller is a service user, as plugins are."""
        return self.token_type != "USER"  # noqa: S105


class FormPart(NamedTuple):
    """One part of a multipart form."""

    content: bytes
    filename: str | None = None


class Call(NamedTuple):
    """A call of the platform's API.

    Attributes:
        method: The HTTP method.
        path: The path with the service's prefix, decoded, without the query.
        query: Values by parameter name.
        headers: By lower-case name.
        content: The body's bytes.
        form: The parts by name, where the body is a multipart form.
        trace_id: 32 hexadecimal digits.
        traceparent: The header's value that is passed on to plugins.
        source_ip: The caller's address.
        caller: The caller; None on public routes.
        variables: The path's variables by name, once the route is known.
        id: The id that it is recorded by; empty where it is not.
    """

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = {}
    headers: Mapping[str, str] = {}
    content: bytes = b""
    form: Mapping[str, FormPart] = {}
    trace_id: str = ""
    traceparent: str = ""
    source_ip: str = "127.0.0.1"
    caller: Caller | None = None
    variables: Mapping[str, str] = {}
    id: str = ""

    @property
    def json(self) -> Any:
        """The body as JSON; None where there is none.

        Raises:
            BadRequest: It is not JSON, or JSON that the platform cannot store.
        """
        if not self.content.strip():
            return None
        try:
            return decode_request(self.content)
        except ValueError as error:
            raise BadRequest(f"The body is not JSON as the platform takes it: {error}") from None

    @property
    def object(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            BadRequest: It is not a JSON object.
        """
        body = self.json
        if not isinstance(body, dict):
            raise BadRequest("The body must be a JSON object")
        return body


def read_query(query: str) -> dict[str, list[str]]:
    """Return the values of a query by name.

    Raises:
        BadRequest: It is not UTF-8, encoded for a URL.
    """
    try:
        return parse_qs(query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise BadRequest("The query is not UTF-8, encoded for a URL") from None
