"""The platform's operations: which of them are modelled, and why others are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from biot_emulator.api.route import Route

__all__ = ["list_operations"]

_UNPUBLISHED: Mapping[str, str] = {
    "PUT/settings/v2/plugins/{name}": "BioT's guide to deployments sends it, its description does not have it",
    "POST/ums/v2/admin/roles": "BioT's guide to service users sends it, its description does not have it",
    "GET/ums/v2/admin/roles": "follows the habits of the other APIs of administrators",
    "DELETE/ums/v2/admin/roles/{id}": "follows the habits of the other APIs of administrators",
}
"""The modelled operations that the platform's descriptions do not have, and where they are from."""


def list_operations(
    routes: Iterable[Route], *, service: str | None = None, modelled: bool | None = None
) -> list[dict[str, Any]]:
    """List operations by path: each with service, method, path, whether it is published and modelled, and a reason.

    Args:
        routes: The routes of every service.
        service: The service; None for all of them.
        modelled: Whether to list those that are modelled, or those that are not; None for both.
    """
    operations = [_operation(route) for route in sorted(routes, key=lambda route: (route.template, route.method))]
    return [
        operation
        for operation in operations
        if service in (None, operation["service"]) and modelled in (None, operation["modelled"])
    ]


def _operation(route: Route) -> dict[str, Any]:
    return {
        "service": route.service,
        "method": route.method,
        "path": route.template,
        "published": route.api_id not in _UNPUBLISHED,
        "modelled": not route.not_modelled,
        "reason": route.not_modelled or _UNPUBLISHED.get(route.api_id),
    }
