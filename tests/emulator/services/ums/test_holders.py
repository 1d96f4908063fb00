"""A token is worth what its holder may do by now: nothing, where there is none any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from biot_emulator.services.ums.created_roles import CreatedRoles
from biot_emulator.services.ums.holders import Holders
from biot_emulator.services.ums.roles import Roles
from biot_emulator.services.ums.service_users import ServiceUsers
from biot_emulator.services.ums.sessions import Sessions
from biot_emulator.services.ums.users import Users
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store


@pytest.fixture
def holders() -> Iterator[Holders]:
    clock = Clock()
    with closing(Store()) as store:
        users, services = Users(store, ("admin@example.org", "secret")), ServiceUsers(store, clock)
        yield Holders(users, services, Roles((), CreatedRoles(store, clock)), Sessions(store))


@pytest.mark.parametrize("change", [{"enabled": False}, {"locked": True}])
def test_a_person_who_may_not_log_in_holds_no_token(holders: Holders, change: dict[str, bool]) -> None:
    id = holders.users.admin.id
    assert holders.person(id) == holders.users.admin
    holders.users.update(id, **change)
    assert holders.person(id) is None
    assert holders.person("nobody") is None


def test_a_service_user_that_is_gone_or_not_active_holds_no_token(holders: Holders) -> None:
    id = holders.service_users.create("plugin").id
    assert (holders.service(id) or {})["name"] == "plugin"
    holders.service_users.update(id, {"active": False})
    assert holders.service(id) is None
    holders.service_users.update(id, {"active": True})
    holders.service_users.delete(id)
    assert holders.service(id) is None
