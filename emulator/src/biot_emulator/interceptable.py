"""What plugins can intercept, for tools that look at a plugin where no platform runs."""

from __future__ import annotations

from contextlib import closing

from biot_emulator.platform import Platform
from biot_emulator.services.dispatcher.catalog import interceptions
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entities.routes import EntityApi
from biot_emulator.services.ums.users import Users
from biot_emulator.state.store import Store

__all__ = ["published_interceptions"]


def published_interceptions() -> list[dict[str, str]]:
    """Give what `GET /settings/v1/interceptions` of a running platform gives (contract section 6.7).

    An entry has `entityTypeName`, `servicePrefix` and, where it stands for an API, `apiId`.
    """
    with closing(Platform(Store())) as platform:
        EntityApi(platform, Entities(platform, Users(platform, ("nobody", ""))))
        return interceptions(platform.router)
