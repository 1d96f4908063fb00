"""What plugins can intercept, for tools that look at a plugin where no platform runs."""

from __future__ import annotations

from biot_emulator.services.dispatcher.interceptable_apis import InterceptableApis
from biot_emulator.services.route_tables import SERVICE_ROUTES

__all__ = ["published_interceptions"]


def published_interceptions() -> list[dict[str, str]]:
    """Return what `GET /settings/v1/interceptions` of a running platform lists (contract section 6.7).

    An entry has `entityTypeName`, `servicePrefix` and, where it stands for an API, `apiId`.
    """
    return InterceptableApis(SERVICE_ROUTES).listed()
