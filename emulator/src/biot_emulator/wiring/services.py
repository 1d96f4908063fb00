"""What the platform knows: entities and subscriptions."""

from __future__ import annotations

from functools import partial

from biot_emulator.services.dispatcher.interceptable_apis import InterceptableApis
from biot_emulator.services.dispatcher.interceptions import Interceptions
from biot_emulator.services.dispatcher.notification_subscriptions import NotificationSubscriptions
from biot_emulator.services.entities.first_organization import ensure_first_organization
from biot_emulator.services.entities.repository import Entities
from biot_emulator.services.entity_changes import EntityChanges
from biot_emulator.services.measurements.observations import AttributeTypes
from biot_emulator.services.measurements.records import Records
from biot_emulator.services.measurements.saving import Saving
from biot_emulator.services.people.directory import Directory
from biot_emulator.services.route_tables import SERVICE_ROUTES
from biot_emulator.services.templates.catalogue import Templates
from biot_emulator.wiring.people import People
from biot_emulator.wiring.state import State

__all__ = ["Services"]


class Services:
    """Templates, entities and their changes, measurements; what plugins are called for."""

    def __init__(self, state: State, people: People) -> None:
        store, clock = state.store, state.clock
        self.templates = Templates(store, clock)
        self.entities = Entities(store, clock, self.templates, people.rules)
        self.changes = EntityChanges(clock)
        self.directory = Directory(self.entities, people.invitations, self.changes)
        self.records = Records(store)
        self.saving = Saving(store, self.entities, AttributeTypes(store), self.records)
        self.apis = InterceptableApis(SERVICE_ROUTES)
        self.interceptions = Interceptions(store, clock, self.apis, state.behaviour.interceptors)
        self.notifications = NotificationSubscriptions(store, clock)
        self.ensure_first_organization = partial(
            ensure_first_organization, self.entities, self.templates, people.users, clock
        )
