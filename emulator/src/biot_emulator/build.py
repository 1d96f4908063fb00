"""The platform's wiring, in one place: what each part uses, from the state at the bottom to the calls at the top.

state -> services -> runtime -> hooks -> operator -> router, pipeline, gateway
"""

from __future__ import annotations

import ssl
from functools import partial

from biot_emulator.api.error_responses import ErrorResponses
from biot_emulator.api.gateway import Gateway
from biot_emulator.api.permissions import all_permissions
from biot_emulator.api.router import Router
from biot_emulator.hooks.concurrency import Concurrency
from biot_emulator.hooks.direct_calls import FunctionUrls
from biot_emulator.hooks.endpoints import Endpoints
from biot_emulator.hooks.failure_policies import FailurePolicies
from biot_emulator.hooks.notifications import Notifications
from biot_emulator.hooks.outside_calls import OutsideCalls
from biot_emulator.hooks.pipeline import InterceptionPipeline
from biot_emulator.hooks.plugin_environment import PluginEnvironment
from biot_emulator.hooks.plugin_functions import PluginFunctions
from biot_emulator.hooks.schedule import Schedule
from biot_emulator.image.unpacked import UnpackedImages
from biot_emulator.invocations.history import Invocations
from biot_emulator.operator.device_routes import DEVICE_ROUTES
from biot_emulator.operator.handlers import OperatorHandlers
from biot_emulator.operator.routes import OPERATOR_ROUTES
from biot_emulator.platform import ImageServices, Platform
from biot_emulator.registry.blob_files import BlobFiles
from biot_emulator.registry.credentials import KEY, USER, RegistryCredentials
from biot_emulator.registry.exchange import Exchange, Login
from biot_emulator.registry.local import LocalRegistry
from biot_emulator.registry.outside.address import RegistryAddress
from biot_emulator.registry.outside.pull_client import PullClient
from biot_emulator.registry.outside.pulled_images import PulledImages
from biot_emulator.runtime.code_folders import CodeFolders
from biot_emulator.runtime.version_folders import VersionFolders
from biot_emulator.runtime.worker_pool import Workers
from biot_emulator.security.secret_checks import SecretChecks
from biot_emulator.security.stored_keys import KEYS, StoredKeys
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.services.access.entity_guard import EntityGuard
from biot_emulator.services.access.measurement_guard import MeasurementGuard
from biot_emulator.services.access.scopes import Scopes
from biot_emulator.services.dispatcher.handlers import DispatcherHandlers
from biot_emulator.services.dispatcher.interceptable_apis import InterceptableApis
from biot_emulator.services.dispatcher.interceptions import Interceptions
from biot_emulator.services.dispatcher.notification_subscriptions import NotificationSubscriptions
from biot_emulator.services.dispatcher.routes import DISPATCHER_ROUTES
from biot_emulator.services.entities.certificates.catalogue import Certificates
from biot_emulator.services.entities.first_organization import ensure_first_organization
from biot_emulator.services.entities.handlers import EntityHandlers
from biot_emulator.services.entities.referencers import Referencers
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entities.routes import ENTITY_ROUTES
from biot_emulator.services.entity_changes import EntityChanges
from biot_emulator.services.files.catalogue import Catalogue
from biot_emulator.services.files.content import FileContent
from biot_emulator.services.files.handlers import FileHandlers
from biot_emulator.services.files.routes import FILE_ROUTES
from biot_emulator.services.files.segments import SegmentFolders
from biot_emulator.services.files.signed_urls import URL_KEY, SignedUrls
from biot_emulator.services.files.uploads import Uploads
from biot_emulator.services.measurements.handlers import MeasurementHandlers
from biot_emulator.services.measurements.observations import AttributeTypes
from biot_emulator.services.measurements.records import Records
from biot_emulator.services.measurements.routes import MEASUREMENT_ROUTES
from biot_emulator.services.measurements.saving import Saving
from biot_emulator.services.outbox.handlers import OutboxHandlers
from biot_emulator.services.outbox.messages import Outbox
from biot_emulator.services.outbox.routes import OUTBOX_ROUTES
from biot_emulator.services.people.directory import Directory
from biot_emulator.services.people.handlers import PeopleHandlers
from biot_emulator.services.people.invitations import Invitations
from biot_emulator.services.people.routes import PEOPLE_ROUTES
from biot_emulator.services.people.rules import PeopleRules
from biot_emulator.services.people.unique_values import UniqueValues
from biot_emulator.services.route_tables import SERVICE_ROUTES
from biot_emulator.services.settings.configured_subscriptions import PluginSubscriptions
from biot_emulator.services.settings.handlers import SettingsHandlers
from biot_emulator.services.settings.plugin_addresses import PluginAddresses
from biot_emulator.services.settings.plugin_code import PluginCode
from biot_emulator.services.settings.plugin_images import PluginImages
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.services.settings.routes import SETTINGS_ROUTES
from biot_emulator.services.stored_documents import check_documents
from biot_emulator.services.templates.catalogue import Templates
from biot_emulator.services.templates.changes import TemplateChanges
from biot_emulator.services.templates.handlers import TemplateHandlers
from biot_emulator.services.templates.routes import TEMPLATE_ROUTES
from biot_emulator.services.ums.authentication import Authentication
from biot_emulator.services.ums.created_roles import CreatedRoles
from biot_emulator.services.ums.handlers.logins import LoginHandlers
from biot_emulator.services.ums.handlers.people import UserHandlers
from biot_emulator.services.ums.handlers.services import UmsHandlers
from biot_emulator.services.ums.handlers.tokens import TokenHandlers
from biot_emulator.services.ums.logins import Logins, SecondStep
from biot_emulator.services.ums.one_time.codes import OneTimeCodes
from biot_emulator.services.ums.one_time.mail_tokens import ACCEPT_INVITATION, FORGOT_PASSWORD, TemporaryTokens
from biot_emulator.services.ums.one_time.messages import Messages
from biot_emulator.services.ums.passwords import Passwords
from biot_emulator.services.ums.roles import Roles
from biot_emulator.services.ums.routes import LOGIN_ROUTES, TOKEN_ROUTES, UMS_ROUTES, USER_ROUTES
from biot_emulator.services.ums.service_users import ServiceUsers
from biot_emulator.services.ums.sessions import LOGINS, Sessions
from biot_emulator.services.ums.users import Users
from biot_emulator.services.unmodelled import UNMODELLED_ROUTES
from biot_emulator.state.clock import Clock
from biot_emulator.state.lifecycle import Lifecycle
from biot_emulator.state.public_address import PublicAddress
from biot_emulator.state.reached_host import reached_host
from biot_emulator.state.store import Store

__all__ = ["build_platform"]


class _State:
    """What every part is built on."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.public_address = PublicAddress()
        self.tokens = TokenIssuer(StoredKeys(store))
        self.tokens.public_keys()  # loads or generates the key now, so that no caller waits for it


class _Services:
    """What the platform knows: people, entities and subscriptions."""

    def __init__(self, state: _State, admin: tuple[str, str]) -> None:
        self.users = Users(state.store, admin)
        self.service_users = ServiceUsers(state.store, state.clock)
        self.created_roles = CreatedRoles(state.store, state.clock)
        self.roles = Roles(all_permissions((*SERVICE_ROUTES, *OPERATOR_ROUTES)), self.created_roles)
        self.outbox = Outbox(state.store, state.clock)
        messages = Messages(self.outbox, state.public_address)
        self.checks = SecretChecks()
        self.sessions = Sessions(state.store)
        second_step = SecondStep(OneTimeCodes(state.store, state.clock), messages, state.clock)
        self.logins = Logins(
            state.tokens, self.users, self.service_users, self.roles, self.checks, self.sessions, second_step
        )
        self.authentication = Authentication(state.tokens, self.users, self.service_users, self.roles, self.sessions)
        self.temporary_tokens = TemporaryTokens(state.store, state.clock)
        self.passwords = Passwords(self.users, self.logins, self.sessions, self.temporary_tokens, messages, state.clock)
        self.invitations = Invitations(state.store, state.clock, self.temporary_tokens, messages, self.passwords)
        rules = PeopleRules(self.users, self.sessions, UniqueValues(state.store), self.invitations, self.passwords)
        self.templates = Templates(state.store, state.clock)
        self.entities = Entities(state.store, state.clock, self.templates, rules)
        self.changes = EntityChanges(state.clock)
        self.directory = Directory(self.entities, self.invitations, self.changes)
        self.records = Records(state.store)
        self.saving = Saving(state.store, self.entities, AttributeTypes(state.store), self.records)
        self.apis = InterceptableApis(SERVICE_ROUTES)
        self.interceptions = Interceptions(state.store, state.clock, self.apis)
        self.notifications = NotificationSubscriptions(state.store, state.clock)
        self.ensure_first_organization = partial(
            ensure_first_organization, self.entities, self.templates, self.users, state.clock
        )


class _Registry:
    """The images of plugins, and who may push them."""

    def __init__(self, state: _State, outside: RegistryAddress | None, certificates: ssl.SSLContext | None) -> None:
        folder = state.store.folder
        self._public_address = state.public_address
        self._outside = outside
        self.credentials = RegistryCredentials(state.store, state.clock)
        self.local: LocalRegistry | None = None
        self.source: LocalRegistry | PulledImages
        if outside:
            files = BlobFiles(folder and folder / "pulled-images")
            self.source = PulledImages(outside, files, PullClient(outside, certificates))
        else:
            self.source = self.local = LocalRegistry(state.store, BlobFiles(folder and folder / "registry"))
        self.unpacked = UnpackedImages(state.store, VersionFolders(folder and folder / "images"))
        self.images = PluginImages(self.source, self.credentials, self.unpacked)
        self.exchange = Exchange(self.credentials, self._log_in)

    def _log_in(self, host: str) -> Login:
        password, expiration = self.credentials.new_password()
        if outside := self._outside:
            # Whoever needs no password is not asked for this one.
            user, password = (outside.user, outside.password) if outside.user else (USER, "anonymous")
            return Login(user, password, expiration, outside.url)
        return Login(USER, password, expiration, f"http://{reached_host(host, self._public_address)}")

    def secret_values(self) -> list[str]:
        """Return what no plugin may read, or have recorded."""
        password = self._outside.password if self._outside else ""
        return [*self.credentials.secret_values(), *([password] if password else [])]


class _Files:
    """The files, and their content."""

    def __init__(self, state: _State) -> None:
        folder = state.store.folder
        self.folders = SegmentFolders(folder and folder / "files")
        catalogue = Catalogue(state.store)
        self.folders.keep_files({file.id for file in catalogue.all()})
        self.urls = SignedUrls(state.store, state.clock, state.public_address)
        self.content = FileContent(self.urls, catalogue, self.folders)
        self.handlers = FileHandlers(catalogue, Uploads(catalogue, self.folders), self.urls)


class _Runtime:
    """The plugins, and what runs them."""

    def __init__(
        self,
        state: _State,
        services: _Services,
        registry: _Registry,
        files: _Files,
        environment: str,
        admin_password: str,
    ) -> None:
        folder = state.store.folder
        self.folders = CodeFolders(folder and folder / "code")
        self.workers = Workers()
        self.addresses = PluginAddresses(state.public_address)
        code = PluginCode(state.store, self.folders)
        subscriptions = PluginSubscriptions(services.apis, services.interceptions, services.notifications)
        self.plugins = Plugins(
            state.store,
            state.clock,
            services.service_users,
            subscriptions,
            self.addresses,
            code,
            registry.images,
            self.workers,
        )
        if registry.local:
            registry.local.in_use = self.plugins.images
        self.invocations = Invocations()
        variables = PluginEnvironment(state.public_address, environment)
        self.secrets = lambda: [
            admin_password,
            *state.tokens.private_keys(),
            *registry.secret_values(),
            *files.urls.secret_values(),
        ]
        self.functions = PluginFunctions(
            code,
            registry.images,
            variables,
            self.workers,
            self.invocations,
            state.clock,
            self.secrets,
            read_only=[
                self.folders.root,
                registry.unpacked.root,
                registry.source.root,
                *([folder.absolute()] if folder else []),
            ],
            hidden=[*state.store.private_files, files.folders.root],
        )


class _Hooks:
    """What calls plugins."""

    def __init__(
        self,
        state: _State,
        services: _Services,
        runtime: _Runtime,
        policies: FailurePolicies,
        certificates: ssl.SSLContext | None,
    ) -> None:
        self.policies = policies
        outside = OutsideCalls(runtime.invocations, state.clock, runtime.secrets, certificates)
        self.endpoints = Endpoints(runtime.plugins, runtime.addresses, runtime.functions, outside, state.clock)
        self.notifications = Notifications(services.notifications, self.endpoints, state.tokens)
        self.concurrency = Concurrency()
        self.function_urls = FunctionUrls(runtime.plugins, self.endpoints, self.concurrency)
        self.schedule = Schedule(state.clock, runtime.plugins, runtime.functions)


def build_platform(
    store: Store,
    *,
    admin: tuple[str, str],
    environment: str = "local",
    policies: FailurePolicies | None = None,
    certificates: ssl.SSLContext | None = None,
    outside_registry: RegistryAddress | None = None,
) -> Platform:
    """Build a platform.

    Args:
        store: The state; what it holds already is served on.
        admin: User name and password of the first administrator, who is created, or gets this password.
        environment: The platform's name of itself, as error bodies have it.
        policies: What becomes of calls when plugins fail.
        certificates: Which certificates of plugins' HTTPS addresses and of the registry are trusted; None for those of
            the system.
        outside_registry: The registry with the images of plugins; None for the platform's own.

    Raises:
        DataUnavailable: The state is damaged.
    """
    check_documents(store)
    state = _State(store)
    services = _Services(state, admin)
    services.ensure_first_organization()
    registry = _Registry(state, outside_registry, certificates)
    files = _Files(state)
    runtime = _Runtime(state, services, registry, files, environment, admin[1])
    runtime.plugins.remove_unused_folders()
    registry.source.remove_unused(runtime.plugins.images())
    hooks = _Hooks(state, services, runtime, policies or FailurePolicies(), certificates)
    lifecycle = _lifecycle(state, services, registry, files, runtime, hooks)
    router = _router(state, services, registry, files, runtime, hooks, lifecycle)
    errors = ErrorResponses(environment)
    return Platform(
        gateway=_gateway(state, services, hooks, router, errors),
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
        images=ImageServices(registry.local, registry.credentials, registry.exchange),
        files=files.content,
    )


def _lifecycle(
    state: _State, services: _Services, registry: _Registry, files: _Files, runtime: _Runtime, hooks: _Hooks
) -> Lifecycle:
    return Lifecycle(
        state.store,
        preserved=[KEYS, KEY, URL_KEY, LOGINS],
        on_reset=[
            services.users.restore_admin,
            services.ensure_first_organization,
            runtime.workers.retire_all,
            runtime.folders.clear,
            registry.unpacked.clear,
            registry.source.clear,
            files.folders.clear,
            runtime.invocations.clear,
            hooks.policies.reset,
            state.clock.reset,
        ],
        # The processes first: whoever waits for a plugin goes on once its process has ended.
        on_stop=[
            runtime.workers.close,
            services.checks.close,
            hooks.schedule.close,
            hooks.notifications.close,
            runtime.folders.close,
            registry.unpacked.close,
            registry.source.close,
            files.folders.close,
        ],
    )


def _router(
    state: _State,
    services: _Services,
    registry: _Registry,
    files: _Files,
    runtime: _Runtime,
    hooks: _Hooks,
    lifecycle: Lifecycle,
) -> Router:
    """Bind each route table to what its handlers use."""
    router = Router()
    router.add(
        UMS_ROUTES,
        UmsHandlers(
            state.tokens,
            services.service_users,
            services.created_roles,
            services.roles,
            services.entities.has_organization,
        ),
    )
    directory = services.directory
    router.add(LOGIN_ROUTES, LoginHandlers(services.logins, directory.find, services.changes))
    router.add(
        USER_ROUTES,
        UserHandlers(
            services.users,
            services.sessions,
            services.passwords,
            services.entities.has_organization,
            directory.enable,
            directory.check_login_deletion,
            directory.forget_login,
        ),
    )
    operations = {
        ACCEPT_INVITATION: directory.accept_invitation,
        FORGOT_PASSWORD: lambda _, id, data: services.passwords.reset(id, data),
    }
    router.add(TOKEN_ROUTES, TokenHandlers(services.temporary_tokens, services.passwords, operations))
    router.add(PEOPLE_ROUTES, PeopleHandlers(services.entities, directory, services.invitations, services.changes))
    router.add(DISPATCHER_ROUTES, DispatcherHandlers(services.apis, services.interceptions, services.notifications))
    scopes = Scopes(services.entities)
    guard = EntityGuard(state.store, services.entities, services.changes, scopes)
    entities = EntityHandlers(services.entities, services.changes, state.clock, Certificates(state.store, state.clock))
    referencers = Referencers(services.entities, services.templates)
    router.add(guard.around(referencers.around(ENTITY_ROUTES)), entities)
    router.add(DEVICE_ROUTES, entities)
    router.add(
        MeasurementGuard(services.entities, scopes).around(MEASUREMENT_ROUTES),
        MeasurementHandlers(services.saving, services.records, state.clock, services.changes),
    )
    router.add(OUTBOX_ROUTES, OutboxHandlers(services.outbox))
    router.add(FILE_ROUTES, files.handlers)
    settings = SettingsHandlers(runtime.plugins, services.apis, registry.images, state.public_address)
    router.add(SETTINGS_ROUTES, settings)
    changes = TemplateChanges(state.store, state.clock, services.templates)
    router.add(TEMPLATE_ROUTES, TemplateHandlers(services.templates, changes))
    router.add(UNMODELLED_ROUTES)
    router.add(
        OPERATOR_ROUTES,
        OperatorHandlers(
            runtime.plugins,
            runtime.functions,
            runtime.invocations,
            hooks.schedule,
            hooks.notifications,
            hooks.policies,
            hooks.concurrency,
            services.outbox,
            state.tokens,
            state.clock,
            lifecycle.reset,
        ),
    )
    return router


def _gateway(state: _State, services: _Services, hooks: _Hooks, router: Router, errors: ErrorResponses) -> Gateway:
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
    )
    return Gateway(router, services.authentication, pipeline, errors)
