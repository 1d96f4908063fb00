"""The typed replies of the testing kit."""

from __future__ import annotations

import pytest

from biot_plugin import Plugin
from biot_plugin.testing import Client

PATIENTS = "POST/organization/v1/users/patients"


@pytest.mark.parametrize(
    ("status", "code"), [("201 CREATED", 201), ("CREATED", 201), ("201", 201), ("no status", None)]
)
def test_a_responses_status_is_a_number_too(plugin: Plugin, status: str, code: int | None) -> None:
    plugin.post_request(PATIENTS)(lambda event: None)
    plugin.adapt_entity("patient")(lambda event: None)
    client = Client(plugin)
    assert client.post_request(PATIENTS, status=status).response.status_code == code
    assert client.adapt_entity("patient", status=status).response.status_code == code
