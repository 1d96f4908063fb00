"""An API of the platform: a method and a path template, and the function that answers its calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from biot_emulator.errors import BadRequest, MethodNotAllowed, NotKnown
from biot_emulator.wire_json import decode_request

__all__ = ["Answer", "Api", "Call", "Caller", "FormPart", "Router"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: what the token says.

    Attributes:
        subject_id: Id of the user or service user.
        token_type: `USER`, `SERVICE_INTERNAL` or `SERVICE_EXTERNAL`.
        organization_id: Id of the organization that the caller belongs to.
        permissions: The token's scopes.
    """

    subject_id: str
    token_type: str
    organization_id: str
    permissions: frozenset[str]

    @property
    def is_service(self) -> bool:
        """Whether a service user calls, as plugins do."""
        return self.token_type != "USER"  # noqa: S105


@dataclass(frozen=True, slots=True)
class FormPart:
    """One part of a multipart form."""

    content: bytes
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the platform's API.

    Attributes:
        method: The HTTP method.
        path: The path with the service's prefix, decoded, without the query.
        query: Values by parameter name.
        headers: By lower-case name.
        content: The body's bytes.
        form: The parts by name, where the body is a multipart form.
        trace_id: 32 hexadecimal digits.
        traceparent: The header's value that goes on to plugins.
        source_ip: The caller's address.
        caller: Who calls; None on public APIs.
        variables: The path's variables by name, once the API is found.
    """

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    form: Mapping[str, FormPart] = field(default_factory=dict)
    trace_id: str = ""
    traceparent: str = ""
    source_ip: str = "127.0.0.1"
    caller: Caller | None = None
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """The body as JSON; None where there is none.

        Raises:
            BadRequest: It is not JSON, or JSON that the platform cannot keep.
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
            BadRequest: It is none.
        """
        body = self.json
        if not isinstance(body, dict):
            raise BadRequest("The body must be a JSON object")
        return body


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a call.

    Attributes:
        status_code: The HTTP status.
        body: JSON; None for no body.
        headers: More headers, by lower-case name.
        content: A body that is not JSON, in place of `body`; its type is among the headers.
        afterwards: What is done once the answer has gone out.
    """

    status_code: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    afterwards: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Api:
    """One API.

    Attributes:
        method: The HTTP method.
        template: The path with the service's prefix, and variables in braces.
        answer: Answers a call.
        permission: The scope that the caller's token must have; None for any valid token.
        public: Whether it is answered without a token.
        entity_name: The entity type that it is about, for the APIs that plugins can intercept; None for all others.
        returns_entities: Whether ADAPT_ENTITY applies to its response: one entity, or a search page of them.
    """

    method: str
    template: str
    answer: Callable[[Call], Answer]
    permission: str | None = None
    public: bool = False
    entity_name: str | None = None
    returns_entities: bool = False

    @property
    def api_id(self) -> str:
        """Method and path template in one word (contract section 2.9)."""
        return f"{self.method}{self.template}"

    @property
    def service(self) -> str:
        """The first segment of the path: a call may be rerouted within its service."""
        return self.template.split("/")[1]

    @property
    def segments(self) -> list[str]:
        """The template's segments."""
        return self.template.split("/")[1:]


class Router:
    """Finds the API that a call is for."""

    def __init__(self) -> None:
        self._apis: dict[tuple[str, int], list[Api]] = {}

    def __iter__(self) -> Iterator[Api]:
        return (api for apis in self._apis.values() for api in apis)

    def add(self, apis: Iterable[Api]) -> None:
        """Add APIs; a literal segment wins over a variable, wherever they were added."""
        for api in apis:
            of_shape = self._apis.setdefault((api.method, len(api.segments)), [])
            of_shape.append(api)
            of_shape.sort(key=lambda one: [segment.startswith("{") for segment in one.segments])

    def find(self, call: Call) -> tuple[Api, Call]:
        """Find the API, and give the call with its path variables.

        Raises:
            NotKnown: No API has this path.
            MethodNotAllowed: Others have this path, but none with this method.
        """
        segments = call.path.split("/")[1:]
        for api in self._apis.get((call.method, len(segments)), ()):
            variables = _variables(api.segments, segments)
            if variables is not None:
                return api, replace(call, variables=variables)
        message = f"{call.method} {call.path} is not an API of this platform"
        methods = self._methods(segments)
        raise MethodNotAllowed(message, allowedMethods=methods) if methods else NotKnown(message)

    def _methods(self, segments: Sequence[str]) -> list[str]:
        """The methods of the APIs that have this path."""
        of_length = (api for api in self if len(api.segments) == len(segments))
        return sorted({api.method for api in of_length if _variables(api.segments, segments) is not None})


def _variables(template: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    variables = {}
    for name, value in zip(template, segments, strict=True):
        if name.startswith("{"):
            if not value:
                return None
            variables[name[1:-1]] = value
        elif name != value:
            return None
    return variables
