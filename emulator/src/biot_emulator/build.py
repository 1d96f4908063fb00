"""Puts the platform together, from the state at the bottom to the calls at the top.

state -> people -> services -> images, files -> runtime -> hooks -> router, pipeline, gateway
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from biot_emulator.api.error_responses import ErrorResponses
from biot_emulator.api.errors import ApiError, ApiNotKnown, BodyTooLarge
from biot_emulator.api.gateway import Gateway
from biot_emulator.api.router import Router
from biot_emulator.behaviour.settings import Errors, PlatformBehaviour, Refusal
from biot_emulator.debugging.settings import Debugging
from biot_emulator.hooks.pipeline import InterceptionPipeline
from biot_emulator.platform import ImageServices, OperatorRecords, Platform
from biot_emulator.registry.credentials import KEY
from biot_emulator.registry.outside.address import RegistryAddress
from biot_emulator.security.stored_keys import KEYS
from biot_emulator.services.dispatcher.errors import SubscriptionAlreadyExists
from biot_emulator.services.files.signed_urls import URL_KEY
from biot_emulator.services.settings.errors import PluginFieldInvalid
from biot_emulator.services.stored_documents import check_documents
from biot_emulator.services.ums.sessions import LOGINS
from biot_emulator.state.lifecycle import Lifecycle
from biot_emulator.state.store import Store
from biot_emulator.wiring.files import Files
from biot_emulator.wiring.hooks import Hooks
from biot_emulator.wiring.images import Images
from biot_emulator.wiring.parts import Parts
from biot_emulator.wiring.people import People
from biot_emulator.wiring.records import Records
from biot_emulator.wiring.router import build_router
from biot_emulator.wiring.runtime import Runtime
from biot_emulator.wiring.services import Services
from biot_emulator.wiring.state import State

__all__ = ["build_platform"]


def build_platform(
    store: Store,
    *,
    admin: tuple[str, str],
    environment: str = "local",
    policies: Mapping[str, str] | None = None,
    behaviour: PlatformBehaviour | None = None,
    certificates: ssl.SSLContext | None = None,
    outside_registry: RegistryAddress | None = None,
    debugging: Debugging | None = None,
    event_folder: Path | None = None,
    record: Callable[[dict[str, Any]], Path] | None = None,
) -> Platform:
    """Build a platform.

    Args:
        store: The state; what it holds already is served on.
        admin: User name and password of the first administrator, who is created, or gets this password.
        environment: The platform's name of itself, as error bodies have it.
        policies: What becomes of calls when plugins fail, by failure, whatever the platform does.
        behaviour: What the platform does where nobody publishes it.
        certificates: Which certificates of plugins' HTTPS addresses and of the registry are trusted; None for those of
            the system.
        outside_registry: The registry with the images of plugins; None for the platform's own.
        debugging: How plugins that run in place are debugged; None if they are not.
        event_folder: Where the events of recorded invocations can be saved; None where they can only be downloaded.
        record: Writes the recording of an invocation with what identifies people replaced, and returns its file; None
            where that is for a command to do.

    Raises:
        DataUnavailable: The state is damaged.
    """
    check_documents(store)
    state = State(store, behaviour or PlatformBehaviour())
    people = People(state, admin)
    services = Services(state, people)
    services.ensure_first_organization()
    images = Images(state, outside_registry, certificates)
    files = Files(state)
    runtime = Runtime(state, people, services, images, files, environment, admin[1], debugging)
    runtime.plugins.remove_unused_code()
    images.source.remove_unused(runtime.plugins.images())
    hooks = Hooks(state, people, services, runtime, policies or {}, certificates)
    records = Records(state, people, runtime, hooks, event_folder, record)
    parts = Parts(state, people, services, images, files, runtime, hooks, records)
    lifecycle = _lifecycle(parts)
    router = build_router(parts, lifecycle.reset)
    errors = ErrorResponses(environment, _refusals(state.behaviour.errors))
    records.repetition.gateway = gateway = _gateway(parts, router, errors)
    return Platform(
        gateway=gateway,
        function_urls=hooks.function_urls,
        errors=errors,
        public_address=state.public_address,
        lifecycle=lifecycle,
        router=router,
        store=store,
        clock=state.clock,
        tokens=state.tokens,
        plugins=runtime.plugins,
        invocations=runtime.invocations,
        calls=runtime.calls,
        records=OperatorRecords(records.timelines, records.repetition, records.events, records.exchanges),
        images=ImageServices(images.local, images.credentials, images.exchange),
        files=files.content,
    )


def _lifecycle(parts: Parts) -> Lifecycle:
    people, images, files, runtime, hooks = parts.people, parts.images, parts.files, parts.runtime, parts.hooks
    records = parts.records
    return Lifecycle(
        parts.state.store,
        preserved=[KEYS, KEY, URL_KEY, LOGINS],
        on_reset=[
            people.users.restore_admin,
            parts.services.ensure_first_organization,
            runtime.workers.retire_all,
            runtime.folders.clear,
            images.unpacked.clear,
            images.source.clear,
            files.folders.clear,
            runtime.invocations.clear,
            runtime.calls.clear,
            hooks.policies.reset,
            parts.state.clock.reset,
        ],
        # The processes first: whoever waits for a plugin goes on once its process has ended.
        on_stop=[
            runtime.workers.close,
            hooks.patience.close,
            people.checks.close,
            hooks.schedule.close,
            hooks.notifications.close,
            records.repetition.close,
            runtime.folders.close,
            images.unpacked.close,
            images.source.close,
            files.folders.close,
        ],
    )


def _gateway(parts: Parts, router: Router, errors: ErrorResponses) -> Gateway:
    state, services, hooks = parts.state, parts.services, parts.hooks
    pipeline = InterceptionPipeline(
        router,
        services.interceptions,
        hooks.endpoints,
        state.tokens,
        hooks.policies,
        services.changes,
        hooks.notifications,
        errors,
        hooks.concurrency,
        hooks.patience,
        state.behaviour,
        parts.runtime.calls,
    )
    return Gateway(router, parts.people.authentication, pipeline, errors, parts.runtime.calls)


def _refusals(errors: Errors) -> dict[type[ApiError], Refusal]:
    """Return status and code of what the platform refuses in its own way."""
    return {
        ApiNotKnown: errors.unknown_api,
        BodyTooLarge: errors.body_too_large,
        PluginFieldInvalid: errors.invalid_plugin_field,
        SubscriptionAlreadyExists: errors.subscribed_twice,
    }
