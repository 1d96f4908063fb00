"""The route tables, each bound to what its handlers use."""

from __future__ import annotations

from collections.abc import Callable

from biot_emulator.api.router import Router
from biot_emulator.operator.device_routes import DEVICE_ROUTES
from biot_emulator.operator.handlers import OperatorHandlers
from biot_emulator.operator.records.handlers import RecordHandlers
from biot_emulator.operator.records.routes import RECORD_ROUTES
from biot_emulator.operator.routes import STATE_ROUTES
from biot_emulator.services.access.entity_guard import EntityGuard
from biot_emulator.services.access.measurement_guard import MeasurementGuard
from biot_emulator.services.access.scopes import Scopes
from biot_emulator.services.dispatcher.handlers import DispatcherHandlers
from biot_emulator.services.dispatcher.routes import DISPATCHER_ROUTES
from biot_emulator.services.entities.certificates.catalogue import Certificates
from biot_emulator.services.entities.handlers import EntityHandlers
from biot_emulator.services.entities.referencers import Referencers
from biot_emulator.services.entities.routes import ENTITY_ROUTES
from biot_emulator.services.files.routes import FILE_ROUTES
from biot_emulator.services.measurements.handlers import MeasurementHandlers
from biot_emulator.services.measurements.routes import MEASUREMENT_ROUTES
from biot_emulator.services.outbox.handlers import OutboxHandlers
from biot_emulator.services.outbox.routes import OUTBOX_ROUTES
from biot_emulator.services.people.handlers import PeopleHandlers
from biot_emulator.services.people.routes import PEOPLE_ROUTES
from biot_emulator.services.settings.handlers import SettingsHandlers
from biot_emulator.services.settings.routes import SETTINGS_ROUTES
from biot_emulator.services.templates.changes import TemplateChanges
from biot_emulator.services.templates.handlers import TemplateHandlers
from biot_emulator.services.templates.routes import TEMPLATE_ROUTES
from biot_emulator.services.ums.handlers.logins import LoginHandlers
from biot_emulator.services.ums.handlers.people import UserHandlers
from biot_emulator.services.ums.handlers.services import UmsHandlers
from biot_emulator.services.ums.handlers.tokens import TokenHandlers
from biot_emulator.services.ums.one_time.mail_tokens import ACCEPT_INVITATION, FORGOT_PASSWORD
from biot_emulator.services.ums.routes import LOGIN_ROUTES, TOKEN_ROUTES, UMS_ROUTES, USER_ROUTES
from biot_emulator.services.unmodelled import UNMODELLED_ROUTES
from biot_emulator.wiring.parts import Parts

__all__ = ["build_router"]


def build_router(parts: Parts, reset: Callable[[], None]) -> Router:
    """Bind each route table to what its handlers use.

    Args:
        parts: What the platform is made of.
        reset: Resets the platform.
    """
    router = Router(parts.state.behaviour.limits.body_bytes)
    _add_people(router, parts)
    _add_entities(router, parts)
    _add_plugins(router, parts)
    _add_operator(router, parts, reset)
    router.add(UNMODELLED_ROUTES)
    return router


def _add_people(router: Router, parts: Parts) -> None:
    state, people, services = parts.state, parts.people, parts.services
    directory, has_organization = services.directory, services.entities.has_organization
    router.add(
        UMS_ROUTES,
        UmsHandlers(state.tokens, people.service_users, people.created_roles, people.roles, has_organization),
    )
    router.add(LOGIN_ROUTES, LoginHandlers(people.logins, directory.find, services.changes))
    router.add(
        USER_ROUTES,
        UserHandlers(
            people.users,
            people.sessions,
            people.passwords,
            has_organization,
            directory.enable,
            directory.check_login_deletion,
            directory.forget_login,
        ),
    )
    operations = {
        ACCEPT_INVITATION: directory.accept_invitation,
        FORGOT_PASSWORD: lambda _, id, data: people.passwords.reset(id, data),
    }
    router.add(TOKEN_ROUTES, TokenHandlers(people.temporary_tokens, people.passwords, operations))
    router.add(PEOPLE_ROUTES, PeopleHandlers(services.entities, directory, people.invitations, services.changes))
    router.add(OUTBOX_ROUTES, OutboxHandlers(people.outbox))


def _add_entities(router: Router, parts: Parts) -> None:
    state, services = parts.state, parts.services
    scopes = Scopes(services.entities)
    guard = EntityGuard(state.store, services.entities, services.changes, scopes)
    referencers = Referencers(services.entities, services.templates)
    entities = EntityHandlers(services.entities, services.changes, state.clock, Certificates(state.store, state.clock))
    router.add(guard.around(referencers.around(ENTITY_ROUTES)), entities)
    router.add(DEVICE_ROUTES, entities)
    changes = TemplateChanges(state.store, state.clock, services.templates)
    router.add(TEMPLATE_ROUTES, TemplateHandlers(services.templates, changes))
    router.add(
        MeasurementGuard(services.entities, scopes).around(MEASUREMENT_ROUTES),
        MeasurementHandlers(services.saving, services.records, state.clock, services.changes),
    )
    router.add(FILE_ROUTES, parts.files.handlers)


def _add_plugins(router: Router, parts: Parts) -> None:
    state, services = parts.state, parts.services
    router.add(DISPATCHER_ROUTES, DispatcherHandlers(services.apis, services.interceptions, services.notifications))
    plugins, images = parts.runtime.plugins, parts.images.of_plugins
    router.add(
        SETTINGS_ROUTES,
        SettingsHandlers(plugins, services.apis, images, state.public_address, state.behaviour),
    )


def _add_operator(router: Router, parts: Parts, reset: Callable[[], None]) -> None:
    runtime, hooks, records = parts.runtime, parts.hooks, parts.records
    router.add(
        RECORD_ROUTES,
        RecordHandlers(
            runtime.calls,
            runtime.invocations,
            records.timelines,
            records.repetition,
            records.events,
            records.exchanges,
            parts.state.public_address,
        ),
    )
    router.add(
        STATE_ROUTES,
        OperatorHandlers(
            runtime.plugins,
            runtime.functions,
            runtime.invocations,
            hooks.schedule,
            hooks.notifications,
            hooks.policies,
            hooks.concurrency,
            parts.people.outbox,
            parts.state.tokens,
            parts.state.clock,
            runtime.calls,
            reset,
        ),
    )
