from __future__ import annotations

import pytest

from biot_plugin import (
    Plugin,
    RegistrationError,
)

PATIENTS = "POST/organization/v1/users/patients"


def test_entity_types_actions_and_orders_are_checked(plugin: Plugin) -> None:
    with pytest.raises(RegistrationError, match="start with an underscore"):
        plugin.notification("patient", "create")(lambda event: None)
    with pytest.raises(RegistrationError, match="is not an entity type"):
        plugin.adapt_entity("Patient")(lambda event: None)
    with pytest.raises(RegistrationError, match="positive number"):
        plugin.adapt_entity("patient", order=0)(lambda event: None)
    with pytest.raises(RegistrationError, match="positive number"):
        plugin.pre_request(PATIENTS, order=-1)(lambda event: None)
