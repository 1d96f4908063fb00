from __future__ import annotations

from biot_emulator.api.permissions import all_permissions
from biot_emulator.operator.device_routes import DEVICE_ROUTES
from biot_emulator.operator.routes import OPERATOR_ROUTES
from biot_emulator.services.route_tables import SERVICE_ROUTES
from biot_emulator.testing import Emulator


def test_every_route_of_the_tables_is_served_and_no_other(emulator: Emulator) -> None:
    tables = (*SERVICE_ROUTES, *OPERATOR_ROUTES, *DEVICE_ROUTES)
    assert sorted(route.api_id for route in emulator.platform.router) == sorted(route.api_id for route in tables)
    assert {"PROTECTED_API", "EMULATOR_OPERATE", "SETTINGS_PLUGIN_CREATE"} <= set(all_permissions(tables))
