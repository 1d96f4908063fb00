from __future__ import annotations

import pytest

from biot_plugin import (
    Plugin,
    RegistrationError,
)

PATIENTS = "POST/organization/v1/users/patients"


@pytest.mark.parametrize(("entity_type", "action"), [("Patient", "create")])
def test_entity_types_actions_and_orders_are_checked(plugin: Plugin, entity_type: str, action: str) -> None:
    with pytest.raises(RegistrationError, match="start with an underscore"):
        plugin.notification("patient", action)(lambda event: None)
    with pytest.raises(RegistrationError, match="is not an entity type"):
        plugin.adapt_entity(entity_type)(lambda event: None)
    with pytest.raises(RegistrationError, match="positive number"):
        plugin.adapt_entity("patient", order=0)(lambda event: None)
    with pytest.raises(RegistrationError, match="positive number"):
        plugin.pre_request(PATIENTS, order=-1)(lambda event: None)
