"""Who may call, and how they become known."""

from __future__ import annotations

from biot_emulator.api.permissions import all_permissions
from biot_emulator.operator.routes import OPERATOR_ROUTES
from biot_emulator.security.secret_checks import SecretChecks
from biot_emulator.services.outbox.messages import Outbox
from biot_emulator.services.people.invitations import Invitations
from biot_emulator.services.people.rules import PeopleRules
from biot_emulator.services.people.unique_values import UniqueValues
from biot_emulator.services.route_tables import SERVICE_ROUTES
from biot_emulator.services.ums.authentication import Authentication
from biot_emulator.services.ums.created_roles import CreatedRoles
from biot_emulator.services.ums.holders import Holders
from biot_emulator.services.ums.logins import Logins, SecondStep
from biot_emulator.services.ums.one_time.codes import OneTimeCodes
from biot_emulator.services.ums.one_time.mail_tokens import TemporaryTokens
from biot_emulator.services.ums.one_time.messages import Messages
from biot_emulator.services.ums.passwords import Passwords
from biot_emulator.services.ums.roles import Roles
from biot_emulator.services.ums.service_users import ServiceUsers
from biot_emulator.services.ums.sessions import Sessions
from biot_emulator.services.ums.users import Users
from biot_emulator.wiring.state import State

__all__ = ["People"]


class People:
    """Users, service users and their roles; log-ins, passwords and invitations; what is sent to them."""

    def __init__(self, state: State, admin: tuple[str, str]) -> None:
        store, clock = state.store, state.clock
        self.users = Users(store, admin)
        self.service_users = ServiceUsers(store, clock)
        self.created_roles = CreatedRoles(store, clock)
        self.roles = Roles(all_permissions((*SERVICE_ROUTES, *OPERATOR_ROUTES)), self.created_roles)
        self.outbox = Outbox(store, clock)
        messages = Messages(self.outbox, state.public_address)
        self.checks = SecretChecks()
        self.sessions = Sessions(store)
        second_step = SecondStep(OneTimeCodes(store, clock), messages, clock)
        self.logins = Logins(
            state.tokens, self.users, self.service_users, self.roles, self.checks, self.sessions, second_step
        )
        self.holders = Holders(self.users, self.service_users, self.roles, self.sessions)
        self.authentication = Authentication(state.tokens, self.holders)
        self.temporary_tokens = TemporaryTokens(store, clock)
        self.passwords = Passwords(self.users, self.logins, self.sessions, self.temporary_tokens, messages, clock)
        self.invitations = Invitations(store, clock, self.temporary_tokens, messages, self.passwords)
        self.rules = PeopleRules(self.users, self.sessions, UniqueValues(store), self.invitations, self.passwords)
