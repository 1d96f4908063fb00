"""Puts the platform together, part by part."""

from __future__ import annotations

from biot_emulator.hooks.direct_calls import FunctionUrls
from biot_emulator.hooks.endpoints import Endpoints
from biot_emulator.hooks.failure_policies import FailurePolicies
from biot_emulator.hooks.notifications import Notifications
from biot_emulator.hooks.pipeline import Pipeline
from biot_emulator.hooks.plugin_functions import Functions
from biot_emulator.hooks.schedule import Schedule
from biot_emulator.invocations.records import Invocations
from biot_emulator.operator.routes import OperatorApi
from biot_emulator.platform import Platform
from biot_emulator.runtime.code_folders import CodeFolders
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.services.dispatcher.routes import DispatcherApi
from biot_emulator.services.dispatcher.subscriptions import Subscriptions
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entities.routes import EntityApi
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.services.settings.routes import SettingsApi
from biot_emulator.services.ums.authentication import Authentication
from biot_emulator.services.ums.routes import UmsApi
from biot_emulator.services.ums.service_users import ServiceUsers
from biot_emulator.services.ums.users import Users
from biot_emulator.state.store import Store

__all__ = ["build_platform"]


def build_platform(
    store: Store,
    *,
    admin: tuple[str, str],
    environment: str = "local",
    policies: FailurePolicies | None = None,
) -> Platform:
    """Make a platform with all its parts.

    Args:
        store: The state; what it holds already is served on.
        admin: User name and password of the first administrator, who is made, or given this password.
        environment: The platform's name of itself, as error bodies have it.
        policies: What becomes of calls when plugins fail.
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
    folders, workers = CodeFolders(store.folder and store.folder / "code"), Workers()
    plugins = Plugins(platform, services, subscriptions, folders, workers)
    SettingsApi(platform, plugins)
    invocations = Invocations(platform)
    functions = Functions(platform, folders, workers, invocations)
    endpoints = Endpoints(plugins, functions, platform.clock)
    notifications = Notifications(platform, subscriptions, endpoints)
    FunctionUrls(platform, plugins, endpoints)
    policies = policies or FailurePolicies()
    Pipeline(platform, subscriptions, endpoints, policies, notifications)
    schedule = Schedule(platform, plugins, functions)
    OperatorApi(platform, plugins, invocations, schedule, policies, notifications)
    # The last one is closed first: whoever waits for a plugin goes on once its process is gone.
    platform.closing += [folders.close, notifications.close, schedule.close, workers.close]
    platform.emptied += [workers.retire_all, folders.clear, invocations.clear, policies.reset, platform.clock.reset]
    return platform
