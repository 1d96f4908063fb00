"""Puts the platform together, part by part."""

from __future__ import annotations

from biot_emulator.authentication import Authentication
from biot_emulator.dispatcher_api import DispatcherApi
from biot_emulator.entities import Entities
from biot_emulator.entity_api import EntityApi
from biot_emulator.platform import Platform
from biot_emulator.service_users import ServiceUsers
from biot_emulator.store import Store
from biot_emulator.subscriptions import Subscriptions
from biot_emulator.ums_api import UmsApi
from biot_emulator.users import Users

__all__ = ["build_platform"]


def build_platform(store: Store, *, admin: tuple[str, str], environment: str = "local") -> Platform:
    """Make a platform with all its parts.

    Args:
        store: The state; what it holds already is served on.
        admin: User name and password of the first administrator, who is made, or given this password.
        environment: The platform's name of itself, as error bodies have it.
    """
    platform = Platform(store, environment=environment)
    platform.tokens.public_keys()  # reads or makes the key now, so that no caller waits for it
    users = Users(platform, admin)
    services = ServiceUsers(platform)
    Authentication(platform, users, services)
    subscriptions = Subscriptions(platform)
    entities = Entities(platform, users)
    UmsApi(platform, users, services, entities)
    DispatcherApi(platform, subscriptions)
    EntityApi(platform, entities)
    return platform
