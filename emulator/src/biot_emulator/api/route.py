"""A row of a service's route table: which function handles the calls of an API, and who may call it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from biot_emulator.api.response import ApiResponse
from biot_emulator.lambda_function.limits import MAX_PAYLOAD_BYTES

__all__ = ["Route"]

#: Whoever calls without a token sends names, passwords and tokens, and nothing larger.
_MAX_PUBLIC_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Route:
    """One API.

    Attributes:
        method: The HTTP method.
        template: The path with the service's prefix, and variables in braces.
        handler: Handles a call. In a service's table it takes the service's handlers first, which the router binds.
        permission: The scope that the caller's token must have; None for any valid token.
        public: Whether it can be called without a token.
        entity_name: The entity type of an API that plugins can intercept; None for all others.
        returns_entities: Whether ADAPT_ENTITY applies to its response: one entity, or a search page of them.
        max_body: Maximum size in bytes of a request's body; None for what any API accepts: what a plugin could receive,
            and little without a token.
        not_modelled: Why the platform has this API and this emulator does not, in which case the handler refuses;
            empty for all others.
    """

    method: str
    template: str
    handler: Callable[..., ApiResponse]
    permission: str | None = None
    public: bool = False
    entity_name: str | None = None
    returns_entities: bool = False
    max_body: int | None = None
    not_modelled: str = ""

    @property
    def api_id(self) -> str:
        """Method and path template in one word (contract section 2.9)."""
        return f"{self.method}{self.template}"

    @property
    def body_limit(self) -> int:
        """Maximum size in bytes of a request's body."""
        return self.max_body or (_MAX_PUBLIC_BODY if self.public else MAX_PAYLOAD_BYTES)

    @property
    def service(self) -> str:
        """The first segment of the path: a call may be rerouted within its service."""
        return self.template.split("/")[1]

    @property
    def segments(self) -> list[str]:
        """The template's segments."""
        return self.template.split("/")[1:]
